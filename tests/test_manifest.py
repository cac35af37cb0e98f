"""The manifest: written and read back the same, changed by what changed, and compared with the disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.graph.manifest import (
    DIGEST_SIZE,
    RACY_NS,
    Entry,
    Folder,
    Layout,
    Manifest,
    differing,
    names_checksum,
    read_manifest,
    write_manifest,
)
from memdir.graph.section_file import IndexDamaged
from memdir.model import FileStat

ROOT = "/r"
TIMES = st.integers(-(1 << 62), (1 << 64) - 1)
ENTRIES = st.dictionaries(
    st.text(st.sampled_from("ab/#é北\udcff."), min_size=1, max_size=5),
    st.tuples(TIMES, TIMES, st.integers(0, 1 << 40), st.integers(0, (1 << 64) - 1), st.integers(0, 0xFFFFFFFF)),
    max_size=12,
)


def entry(id: str, row: tuple[int, int, int, int, int], path: str | None = None) -> Entry:
    mtime, ctime, size, inode, wording = row
    digest = (str(row).encode() * DIGEST_SIZE)[:DIGEST_SIZE]
    return Entry(FileStat(id, os.path.join(ROOT, path or id), size, mtime, ctime, inode), digest, wording)


def rows(manifest: Manifest) -> dict[str, tuple[object, ...]]:
    return {
        id: (
            manifest.paths[at],
            *(column[at] for column in manifest.columns),
            manifest.wordings[at],
            manifest.digest(at),
        )
        for at, id in enumerate(manifest.ids)
    }


@settings(derandomize=True, deadline=None, max_examples=80)
@given(first=ENTRIES, second=ENTRIES, removed=st.sets(st.sampled_from(["a", "b", "a/b", "#"])))
def test_a_change_gives_what_a_new_manifest_would(
    first: dict[str, tuple[int, int, int, int, int]],
    second: dict[str, tuple[int, int, int, int, int]],
    removed: set[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    layout = Layout((Folder("", 5, 7), Folder("é", 8, 9)), ("a\udcff.md",), 5)
    old = Manifest().replaced(ROOT, [entry(id, row) for id, row in first.items()], [], Layout(), 1)
    new = old.replaced(ROOT, [entry(id, row) for id, row in second.items()], removed, layout, 2)
    left = {id: row for id, row in first.items() if id not in removed} | second
    expected = Manifest().replaced(ROOT, [entry(id, row) for id, row in left.items()], [], layout, 2)
    assert new.ids == sorted(left)
    assert rows(new) == rows(expected)
    path = str(tmp_path_factory.mktemp("manifest") / "m")
    write_manifest(path, new, {"x": "y"}, [{3, 1}, set()])
    read = read_manifest(path)
    assert rows(read) == rows(new)
    assert (read.layout, read.taken_ns, read.header["x"]) == (layout, 2, "y")
    assert read.removed == [frozenset({1, 3}), frozenset()]
    assert [read.find(id) for id in read.ids] == list(range(len(read)))
    assert read.find("nothing") == -1


def test_an_id_that_is_not_the_path(tmp_path: Path) -> None:
    manifest = Manifest().replaced(ROOT, [entry("é.md", (1, 2, 3, 4, 5), path="é.md")], [], Layout(), 1)
    write_manifest(str(tmp_path / "m"), manifest, {})
    read = read_manifest(str(tmp_path / "m"))
    assert read.stat(0, ROOT) == FileStat("é.md", "/r/é.md", 3, 1, 2, 4)


def test_racy_files_are_those_touched_about_when_the_manifest_was_taken() -> None:
    taken = 100 * RACY_NS
    old, just = taken - RACY_NS, taken - RACY_NS + 1
    far = taken + 100 * RACY_NS
    times = {"a": (old, old), "b": (just, old), "c": (old, just), "d": (far, old), "e": (far, taken)}
    entries = [entry(id, (mtime, ctime, 1, 1, 0)) for id, (mtime, ctime) in times.items()]
    manifest = Manifest().replaced(ROOT, entries, [], Layout(), taken)
    assert [manifest.ids[at] for at in manifest.racy()] == ["b", "c", "e"]
    assert Manifest().racy() == []


def test_differing_files_are_found_by_each_number(tmp_path: Path) -> None:
    entries = []
    for number in range(5000):
        path = tmp_path / f"{number:05}.md"
        path.touch()
    with os.scandir(tmp_path) as found:
        for one in found:
            s = one.stat()
            stat = FileStat(one.name, one.path, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino)
            entries.append(Entry(stat, bytes(DIGEST_SIZE)))
    manifest = Manifest().replaced(str(tmp_path), entries, [], Layout(), 1)
    assert list(differing(manifest, str(tmp_path))) == []
    (tmp_path / "00007.md").write_text("longer")
    os.utime(tmp_path / "04999.md", ns=(1, 1 << 61))
    (tmp_path / "new").touch()
    os.replace(tmp_path / "new", tmp_path / "02500.md")
    assert list(differing(manifest, str(tmp_path))) == [7, 2500, 4999]
    (tmp_path / "00100.md").unlink()
    with pytest.raises(FileNotFoundError):
        list(differing(manifest, str(tmp_path)))


def test_the_checksum_of_names_is_of_the_names_alone(tmp_path: Path) -> None:
    (tmp_path / "b").touch()
    (tmp_path / "a").touch()
    before = names_checksum(str(tmp_path))
    (tmp_path / "a").write_text("text")
    assert names_checksum(str(tmp_path)) == before
    (tmp_path / "a").rename(tmp_path / "c")
    assert names_checksum(str(tmp_path)) != before
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).touch()
    names_checksum(str(tmp_path))


def test_every_damaged_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "m"
    manifest = Manifest().replaced(ROOT, [entry(f"{n}.md", (n, n, n, n, n)) for n in range(30)], [], Layout(), 1)
    write_manifest(str(path), manifest, {"segments": []}, [{1}])
    whole = path.read_bytes()
    for place in range(len(whole)):
        broken = bytearray(whole)
        broken[place] ^= 0x10
        path.write_bytes(broken)
        try:
            assert rows(read_manifest(str(path))) == rows(manifest)  # padding between sections
        except IndexDamaged:
            continue
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        with pytest.raises(IndexDamaged):
            read_manifest(str(path))
