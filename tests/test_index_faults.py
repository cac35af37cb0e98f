"""Whatever happens to the index, the next command answers rightly, and the next writer repairs it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import TOP
from directories import index_of, memory, results

from memdir.errors import StorageError
from memdir.graph.generations import stale_homes
from memdir.graph.index import Index
from memdir.graph.section_file import IndexDamaged

WORDS = ("okapi", "alpha", "word3", "alpga")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "memory"
    for number in range(30):
        memory(root, f"m{number:02}", f"alpha word{number % 5} {'text ' * number}")
    return root


def ask(index: Index) -> list[list[tuple[object, ...]]]:
    """As the workspace asks: damage found while reading means the files."""
    answer = index.refresh()
    for _ in range(2):
        try:
            return results(answer, WORDS)
        except IndexDamaged as error:
            answer = index.distrust(error)
    raise AssertionError("damaged twice")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("case", ["first", "next", "full", "growing"])
def test_killed_at_any_step_or_out_of_room(case: str, tmp_path: Path) -> None:
    program = [sys.executable, str(TOP / "tests" / "index_crashes.py"), case, str(tmp_path / "place")]
    path = os.pathsep.join([str(TOP), str(TOP / "tests")])
    done = subprocess.run(program, capture_output=True, text=True, env={"PYTHONPATH": path}, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(("killed at", "full")), done.stdout
    assert "Traceback" not in done.stderr


def test_damaged_by_hand_at_many_places(root: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = index_of(root, cache)
    first.sync()
    memory(root, "m03", "okapi newly here")
    first.sync()
    first.close()
    right = ask(index_of(root, None))
    rng = random.Random(4)
    files = sorted(path for path in cache.rglob("*") if path.is_file())
    assert len(files) >= 6
    noticed = 0
    for path in files:
        whole = path.read_bytes()
        for _ in range(25 if len(whole) > 100 else 3):
            broken = bytearray(whole) or bytearray(b"x")
            kind = rng.randrange(4)
            place = rng.randrange(len(broken))
            if kind == 0:
                del broken[place:]
            elif kind == 1:
                broken[place : place + 8] = rng.randbytes(8)
            elif kind == 2:
                broken[place] ^= 1 << rng.randrange(8)
            else:
                broken[:] = bytes(len(broken))
            path.write_bytes(broken)
            index = index_of(root, cache)
            assert ask(index) == right, path
            noticed += index.views().answered_by == "scan"
            index.close()
        path.write_bytes(whole)
    assert noticed > 40
    index = index_of(root, cache)
    assert index.refresh().answered_by == "index"


def test_a_reader_of_a_damaged_index_publishes_a_new_one(root: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    index_of(root, cache).sync()
    segment = next(cache.rglob("*.segment"))
    whole = bytearray(segment.read_bytes())
    middle = len(whole) // 2
    whole[:middle] = bytes(middle)
    segment.write_bytes(whole)
    index = index_of(root, cache)
    assert ask(index) == ask(index_of(root, None))
    assert index.views().answered_by == "scan"
    assert "damaged" in (index.views().note or "")
    assert index.maybe_publish() is not None
    assert index.refresh().answered_by == "index"
    assert ask(index_of(root, cache)) == ask(index_of(root, None))
    assert not index_of(root, cache).verify().problems


def test_distrust_ends_with_another_generation_of_the_same_name(root: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    other = index_of(root, cache)
    other.sync()
    index = index_of(root, cache)
    index.refresh()
    index.distrust(IndexDamaged("in somebody else's", path=str(tmp_path / "elsewhere")))
    assert index.refresh().answered_by == "index"
    index.distrust(IndexDamaged("in this one", path=index.status().home))
    assert index.refresh().answered_by == "scan"
    other.drop()
    assert other.sync().generation == "g00000001"
    assert index.refresh().answered_by == "index"


def test_damage_that_a_sync_meets_is_repaired_by_it(root: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    index_of(root, cache).sync()
    segment = next(cache.rglob("*.segment"))
    whole = bytearray(segment.read_bytes())
    whole[: len(whole) // 2] = bytes(len(whole) // 2)
    segment.write_bytes(whole)
    for number in range(20):
        memory(root, f"n{number}", "okapi")  # enough for a merge
    index = index_of(root, cache)
    index.sync()
    assert not index.verify().problems
    assert ask(index) == ask(index_of(root, None))


def test_verify_tells_damage(root: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    index = index_of(root, cache)
    index.sync()
    segment = next(cache.rglob("*.segment"))
    whole = bytearray(segment.read_bytes())
    whole[40] ^= 1
    segment.write_bytes(whole)
    assert any("checksum" in problem for problem in index_of(root, cache).verify().problems)


@pytest.mark.parametrize("place", ["a file", "a file/below"])
def test_a_cache_that_cannot_be_written(place: str, root: Path, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    index = index_of(root, tmp_path / place)
    assert ask(index) == ask(index_of(root, None))
    assert index.maybe_publish() is None
    with pytest.raises(StorageError):
        index.sync()
    assert index.refresh().answered_by == "scan"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_cache_is_still_read(root: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    index_of(root, cache).sync()
    home = next(cache.iterdir())
    os.chmod(home, 0o500)
    try:
        index = index_of(root, cache)
        assert index.refresh().answered_by == "index"
        memory(root, "new", "okapi")
        assert ask(index) == ask(index_of(root, None))
        with pytest.raises(StorageError):
            index.sync()
    finally:
        os.chmod(home, 0o700)


def test_a_vanished_directory(root: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    index = index_of(root, cache)
    index.sync()
    root.rename(tmp_path / "away")
    assert all(not found for found in ask(index))
    assert "cannot be read" in (index.views().note or "")
    assert stale_homes(str(cache)) == [(index.status().home, str(root))]
    assert index.maybe_publish() is None
    assert index.drop()
    assert not index.drop()


def test_two_writers_and_a_reader(root: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    program = (
        "import sys; from pathlib import Path; from directories import index_of, memory\n"
        "root, cache, name = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]\n"
        "index = index_of(root, cache)\n"
        "for turn in range(12):\n"
        "    memory(root, f'{name}{turn % 5}', f'okapi {name} {turn}' + ' more' * turn)\n"
        "    index.sync(wait=60.0)\n"
    )
    path = os.pathsep.join([str(TOP), str(TOP / "tests")])
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(root), str(cache), name],
            env={"PYTHONPATH": path},
            stderr=subprocess.PIPE,
        )
        for name in ("left", "right")
    ]
    reader = index_of(root, cache)
    while any(process.poll() is None for process in writers):
        ask(reader)
    for process in writers:
        assert process.stderr is not None
        with process.stderr:
            assert process.stderr.read() == b""
        assert process.returncode == 0
    reader.sync()
    assert ask(reader) == ask(index_of(root, None))
    assert not reader.verify().problems
    home = next(cache.iterdir())
    assert len([name for name in os.listdir(home) if name.startswith("g0")]) == 1


def test_threads_share_an_index(root: Path, tmp_path: Path) -> None:
    index = index_of(root, tmp_path / "cache")
    index.sync()

    def read() -> None:
        for _ in range(15):
            assert results(index.refresh(), ["alpha"])[0]

    def write() -> None:
        for turn in range(8):
            memory(root, f"thread{turn % 3}", f"okapi {turn}" + " more" * turn)
            index.sync()

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(work) for work in (read, read, write)]:
            done.result()
    assert ask(index) == ask(index_of(root, None))
