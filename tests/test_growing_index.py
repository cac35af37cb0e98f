"""The index of files that grow: whatever happened on the way, it holds what one reading of all files gives."""

from __future__ import annotations

import os
import shutil
import stat as modes
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from directories import Clock
from growing import LineFiles, LineReading, append, at_once, growing, held, rewrite
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.graph import growing_index, growing_publish, merging
from memdir.graph.growing_index import GrowingIndex
from memdir.graph.section_file import IndexDamaged
from memdir.model import FileStat

WORDS = ["alpha", "beta", "gamma", "okapi", "delta", "parseLine"]
NAMES = ["a.log", "b.log", "p/a.log", "p/a.log#0000000001.log"]
LINES = st.lists(st.tuples(st.sampled_from(["", "+"]), st.sampled_from(WORDS), st.sampled_from(WORDS)), max_size=6)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.sampled_from(NAMES), LINES),
        st.tuples(st.just("rewrite"), st.sampled_from(NAMES), LINES),
        st.tuples(st.just("remove"), st.sampled_from(NAMES), st.just([])),
        st.tuples(st.just("rename"), st.sampled_from(NAMES), st.just([])),
        st.tuples(st.just("truncate"), st.sampled_from(NAMES), st.just([])),
        st.tuples(st.just("torn"), st.sampled_from(NAMES), st.just([])),
        st.tuples(st.sampled_from(["look", "publish", "other", "reopen"]), st.just(""), st.just([])),
    ),
    max_size=14,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "logs"
    for number in range(5):
        append(root, f"s{number}.log", "".join(f"alpha word{i} okapi{number}\n" for i in range(10)))
    return root


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing_publish, "BATCH", 3)
    monkeypatch.setattr(growing_publish, "MAX_PARTS", 2)
    monkeypatch.setattr(merging, "MAX_SEGMENTS", 3)


def change(root: Path, kind: str, name: str, lines: list[tuple[str, str, str]]) -> None:
    path = root / name
    text = "".join(f"{mark}{one} {two}\n" for mark, one, two in lines)
    if kind == "append":
        append(root, name, text)
    elif kind == "rewrite":
        rewrite(root, name, text)
    elif not path.exists():
        return
    elif kind == "remove":
        path.unlink()
    elif kind == "rename":
        os.replace(path, root / "c.log")
    elif kind == "truncate":
        os.truncate(path, path.stat().st_size // 2)
    elif kind == "torn":
        append(root, name, "no end")


@pytest.mark.usefixtures("small")
@settings(derandomize=True, deadline=None, max_examples=150)
@given(STEPS)
def test_any_growth_gives_the_same_as_at_once(steps: list[tuple[str, str, list[tuple[str, str, str]]]]) -> None:
    with TemporaryDirectory() as folder:
        here = Path(folder)
        root, cache = here / "logs", here / "cache"
        append(root, "a.log", "alpha beta\n")
        clock = Clock()
        index = growing(root, cache, clock)
        for kind, name, lines in steps:
            clock.now += 10
            if kind == "look":
                assert held(index.refresh(), here / "one") == at_once(root, here / "two")
            elif kind == "publish":
                index.sync()
            elif kind == "other":
                growing(root, cache, clock).sync()
            elif kind == "reopen":
                index.close()
                index = growing(root, cache, clock)
            else:
                change(root, kind, name, lines)
        assert held(index.refresh(), here / "one") == at_once(root, here / "two")
        index.sync()
        fresh = growing(root, cache, clock).refresh()
        assert fresh is not None
        assert fresh.answered_by == "index" or not fresh.views
        assert held(fresh, here / "one") == at_once(root, here / "two")


def test_a_file_named_like_another_one_s_document(tmp_path: Path) -> None:
    root = tmp_path / "logs"
    append(root, "a.log", "alpha\n")
    append(root, "a.log#0000000001.log", "beta\ngamma\n")
    append(root, "a.log#5", "not ours\n")
    index = growing(root, tmp_path / "cache")
    index.sync()
    rewrite(root, "a.log", "delta\n")
    assert held(index.refresh(), tmp_path / "one") == at_once(root, tmp_path / "two")
    append(root, "a.log", "+more\nokapi\n")
    assert held(index.refresh(), tmp_path / "one") == at_once(root, tmp_path / "two")
    append(root, "a.log", "+more\nokapi\n")
    index.sync()
    assert held(index.refresh(), tmp_path / "one") == at_once(root, tmp_path / "two")


def test_a_file_that_becomes_a_folder_and_a_file_again(tmp_path: Path) -> None:
    root = tmp_path / "logs"
    append(root, "a.log", "alpha\nbeta\n")
    append(root, "b.log", "gamma\n")
    index = growing(root, tmp_path / "cache")
    index.sync()
    for publish in (False, True, False):
        (root / "a.log").unlink()
        append(root, "a.log/0000000001.log", "delta\nokapi\n")
        assert held(index.refresh(), tmp_path / "one") == at_once(root, tmp_path / "two")
        if publish:
            index.sync()
        shutil.rmtree(root / "a.log")
        append(root, "a.log", "alpha okapi\n")
        assert held(index.refresh(), tmp_path / "one") == at_once(root, tmp_path / "two")
    index.sync()
    assert held(growing(root, tmp_path / "cache").refresh(), tmp_path / "one") == at_once(root, tmp_path / "two")


def test_a_file_that_grew_costs_its_new_bytes_only(root: Path, tmp_path: Path) -> None:
    files = LineFiles(str(root))
    index = GrowingIndex(files, str(tmp_path / "cache"), now=Clock())
    index.sync()
    read = files.read_bytes
    append(root, "s1.log", "twelve bytes\n")
    answer = index.refresh()
    assert answer is not None and answer.answered_by == "mixed"
    append(root, "s1.log", "thirteen bytes\n")
    index.refresh()
    index.sync()
    assert files.read_bytes - read == len("twelve bytes\nthirteen bytes\n")
    index.refresh()
    assert files.read_bytes - read == len("twelve bytes\nthirteen bytes\n")


def test_the_first_look_makes_the_index(root: Path, tmp_path: Path) -> None:
    answer = growing(root, tmp_path / "cache").refresh()
    assert answer is not None and (answer.answered_by, answer.note) == ("index", None)


def test_files_just_written_are_no_reason_to_read_all_again(root: Path, tmp_path: Path) -> None:
    import time

    clock = Clock(time.time())
    growing(root, tmp_path / "cache", clock).sync()
    answer = growing(root, tmp_path / "cache", clock).refresh()
    assert answer is not None and answer.answered_by == "index"


def test_without_a_place_the_files_answer(root: Path, tmp_path: Path) -> None:
    answer = growing(root, None).refresh()
    assert answer is not None and answer.answered_by == "scan" and "no place" in (answer.note or "")
    assert held(answer, tmp_path / "one") == at_once(root, tmp_path / "two")


def test_without_a_place_too_much_is_not_held_in_memory(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing_index, "MOST_BYTES", 100)
    assert growing(root, None).refresh() is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes anywhere")
def test_a_cache_that_cannot_be_written(root: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o500)
    answer = growing(root, cache / "below").refresh()
    assert answer is not None and answer.answered_by == "scan" and "answered from the files" in (answer.note or "")


def test_while_another_process_writes_the_files_answer(root: Path, tmp_path: Path) -> None:
    first = growing(root, tmp_path / "cache")
    assert first._generations is not None
    with first._generations.write(command="memdir", now=1.0, wait=0.0):
        answer = growing(root, tmp_path / "cache").refresh()
        assert answer is not None and answer.answered_by == "scan" and "answered from the files" in (answer.note or "")
        assert held(answer, tmp_path / "one") == at_once(root, tmp_path / "two")
        assert not growing(root, tmp_path / "cache").maybe_publish()


def test_a_reader_publishes_what_is_much(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = growing(root, tmp_path / "cache")
    index.sync()
    append(root, "s1.log", "few bytes\n")
    index.refresh()
    assert not index.maybe_publish()
    monkeypatch.setattr(growing_index, "LARGE_BYTES", 5)
    assert index.maybe_publish()
    answer = index.refresh()
    assert answer is not None and answer.answered_by == "index"


def test_an_unreadable_file_is_left_out_and_tried_again(root: Path, tmp_path: Path) -> None:
    path = root / "s2.log"
    path.unlink()
    path.symlink_to("/proc/self/mem")  # a file that is there and cannot be read
    index = growing(root, tmp_path / "cache")
    index.sync()
    path.unlink()
    append(root, "s2.log", "okapi\n")
    assert held(index.refresh(), tmp_path / "one") == at_once(root, tmp_path / "two")


def test_views_that_were_given_stay_as_they_were(root: Path, tmp_path: Path) -> None:
    index = growing(root, tmp_path / "cache")
    answer = index.refresh()
    before = at_once(root, tmp_path / "two")
    shutil.rmtree(root)
    root.mkdir()
    index.sync()
    index.close()
    assert held(answer, tmp_path / "one") == before


def test_what_is_unchanged_stays_the_same_object(root: Path, tmp_path: Path) -> None:
    index = growing(root, tmp_path / "cache")
    first = index.refresh()
    assert index.refresh() is first
    append(root, "s1.log", "new\n")
    second = index.refresh()
    assert first is not None and second is not None and first.views[0] is second.views[0]


def test_a_file_that_goes_is_noticed_though_nothing_else_changes(root: Path, tmp_path: Path) -> None:
    index = growing(root, tmp_path / "cache")
    index.sync()
    append(root, "s1.log", "more\n")
    index.refresh()
    os.rename(root / "s2.log", tmp_path / "s2.log")
    assert held(index.refresh(), tmp_path / "one") == at_once(root, tmp_path / "two")
    os.rename(tmp_path / "s2.log", root / "s2.log")
    assert held(index.refresh(), tmp_path / "one") == at_once(root, tmp_path / "two")


def test_the_indexes_of_two_kinds_lie_apart_and_are_private(root: Path, tmp_path: Path) -> None:
    index = growing(root, tmp_path / "cache")
    index.sync()
    home = Path(str(index.status().home))
    assert home.name.endswith("-lines")
    for folder, folders, names in os.walk(tmp_path / "cache"):
        for name in [*folders, *names]:
            assert not modes.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) & 0o077, name


def places(home: Path) -> Iterator[Path]:
    for path in sorted(home.glob("g*/*")):
        if path.is_file() and path.stat().st_size:
            yield path


def test_a_damaged_index_is_made_anew(root: Path, tmp_path: Path) -> None:
    clock = Clock()
    index = growing(root, tmp_path / "cache", clock)
    index.sync()
    append(root, "s1.log", "more okapi\n")
    index.sync()
    home = Path(str(index.status().home))
    index.close()
    whole = {path: path.read_bytes() for path in places(home)}
    copy = tmp_path / "copy"
    shutil.copytree(home, copy)
    for path, data in whole.items():
        for at in (0, len(data) // 2, len(data) - 1):
            shutil.rmtree(home)
            shutil.copytree(copy, home)
            path.write_bytes(data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :])
            reader = growing(root, tmp_path / "cache", clock)
            append(root, "s1.log", "again\n")
            assert repaired(reader, tmp_path / "one") == at_once(root, tmp_path / "two"), (path, at)


def repaired(index: GrowingIndex, path: Path) -> bytes:
    answer = index.refresh()
    for _ in range(2):
        try:
            return held(answer, path)
        except IndexDamaged as error:
            answer = index.distrust(error)
    raise AssertionError("damaged twice")


class ClosedFiles(LineFiles):
    """Files that cannot be read while they are among the `closed`."""

    closed: frozenset[str] = frozenset()

    def read(self, stat: FileStat, before: bytes | None) -> LineReading:
        if stat.id in self.closed:
            stat = stat._replace(path=self.root)  # a directory is no file
        return super().read(stat, before)


def test_what_could_not_be_read_is_said_and_tried_again(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.log").write_text("heron\n")
    (root / "b.log").write_text("stork\n")
    files = ClosedFiles(str(root))
    files.closed = frozenset({"b.log"})
    for _ in range(2):  # read by this one; known from its generation
        index = GrowingIndex(files, str(tmp_path / "cache"), now=Clock())
        answer = index.refresh()
        assert answer is not None and answer.note == "unreadable"
        assert [[*view.segment.ids] for view in answer.views] == [["a.log/0000000000"]]
        generation = index.status().generation
        assert (index.sync(), index.status().generation) == (0, generation)  # nothing new is published
        index.close()
    files.closed = frozenset()  # an error that passes leaves nothing behind
    index = GrowingIndex(files, str(tmp_path / "cache"), now=Clock())
    answer = index.refresh()
    assert answer is not None and answer.note is None
    assert sum(view.segment.count for view in answer.views) == 2
    assert index.sync() == 1
    index.close()
