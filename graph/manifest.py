"""Which file is in a generation, as it was then; and what has changed on the disk since.

The manifest is columns of numbers, so that an unchanged directory of 100,000 files is recognised by comparing arrays:
the times, sizes and inodes that the disk gives now against the ones in the file, without an object for each file.

A file is unchanged when its size, mtime, ctime and inode are equal and its times lie more than `RACY_NS` before the
manifest was taken: a later change might have left them equal on a coarse clock. Else its digest decides.
"""

from __future__ import annotations

import os
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

from memdir.model import FileStat

from .section_file import SectionFile, SectionWriter

KIND: Final = "manifest"
RACY_NS: Final = 2_000_000_000
DIGEST_SIZE: Final = 16
_MOST: Final = (1 << 63) - 1
"""A time beyond the year 2262 is kept as this, and so never found equal: the digest decides."""
_COLUMNS: Final = (("mtime", "q"), ("ctime", "q"), ("size", "Q"), ("inode", "Q"))
_GETTERS: Final = tuple(attrgetter(f"st_{name}") for name in ("mtime_ns", "ctime_ns", "size", "ino"))


class Entry(NamedTuple):
    """One file: its stat when it was read, the digest of its bytes, the checksum of what other files say about it
    (its MEMORY.md lines)."""

    stat: FileStat
    digest: bytes
    wording: int = 0


class Folder(NamedTuple):
    """One folder below the root ('' is the root): its mtime, and the checksum of the names in it."""

    path: str
    mtime_ns: int
    names: int


class Layout(NamedTuple):
    """Where a walk looked: the folders; the paths of what is named like a file but was left out (too large, a link),
    and the checksum of their stats, -1 when they changed just then."""

    folders: tuple[Folder, ...] = ()
    left_out: tuple[str, ...] = ()
    checksum: int = 0


class Manifest:
    """Files in ascending order of id, column by column. `paths` are relative to the root and open the file;
    `taken_ns` is when the walk began that these stats come from. `header` is the generation's own record."""

    __slots__ = ("columns", "digests", "header", "ids", "layout", "paths", "removed", "taken_ns", "wordings")

    def __init__(self, layout: Layout | None = None, taken_ns: int = 0) -> None:
        self.ids: list[str] = []
        self.paths: list[str] = []
        self.columns: tuple[array[int], ...] = tuple(array(code) for _, code in _COLUMNS)
        self.wordings: array[int] = array("I")
        self.digests = b""
        self.layout = layout or Layout()
        self.taken_ns = taken_ns
        self.header: Mapping[str, object] = {}
        self.removed: list[frozenset[int]] = []

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, id: str) -> int:
        """The file's place, -1 when it is not here."""
        place = bisect_left(self.ids, id)
        return place if place < len(self.ids) and self.ids[place] == id else -1

    def digest(self, place: int) -> bytes:
        """The digest of a file's bytes when it was read."""
        return self.digests[place * DIGEST_SIZE : (place + 1) * DIGEST_SIZE]

    def stat(self, place: int, root: str) -> FileStat:
        """A file's stat as it was."""
        mtime, ctime, size, inode = (column[place] for column in self.columns)
        return FileStat(self.ids[place], os.path.join(root, self.paths[place]), size, mtime, ctime, inode)

    def is_same(self, place: int, stat: FileStat) -> bool:
        """True when size, times and inode are equal."""
        now = (stat.mtime_ns, stat.ctime_ns, stat.size, stat.inode)
        return all(column[place] == value for column, value in zip(self.columns, now, strict=True))

    def racy(self, near: int = RACY_NS) -> list[int]:
        """The places of the files whose times are too near to `taken_ns` (by `near` ns) to tell a later change."""
        limit = self.taken_ns - near
        end = self.taken_ns + near  # an mtime in the far future was set by hand and says nothing
        mtimes, ctimes = self.columns[0], self.columns[1]
        if not self.ids or (max(ctimes) <= limit and max(mtimes) <= limit):
            return []
        return [i for i, m in enumerate(mtimes) if ctimes[i] > limit or limit < m <= end]

    def replaced(
        self, root: str, entries: Iterable[Entry], removed: Iterable[str], layout: Layout, taken_ns: int
    ) -> Manifest:
        """The manifest after a change: `entries` added or in the place of those with their id, `removed` ids gone."""
        changes: dict[str, Entry | None] = dict.fromkeys(removed)
        changes.update((entry.stat.id, entry) for entry in entries)
        new = Manifest(layout=layout, taken_ns=taken_ns)
        digests = bytearray()
        last = 0
        prefix = os.path.join(root, "")

        def keep(end: int) -> None:
            new.ids += self.ids[last:end]
            new.paths += self.paths[last:end]
            for mine, theirs in zip(new.columns, self.columns, strict=True):
                mine.extend(theirs[last:end])
            new.wordings.extend(self.wordings[last:end])
            digests.extend(self.digests[last * DIGEST_SIZE : end * DIGEST_SIZE])

        for id in sorted(changes):
            place = bisect_left(self.ids, id, last)
            keep(place)
            last = place + (place < len(self.ids) and self.ids[place] == id)
            entry = changes[id]
            if entry is not None:
                stat = entry.stat
                new.ids.append(id)
                new.paths.append(stat.path.removeprefix(prefix))
                values = (stat.mtime_ns, stat.ctime_ns, stat.size, stat.inode)
                for column, value in zip(new.columns, values, strict=True):
                    column.append(min(value, _MOST))
                new.wordings.append(entry.wording)
                digests += entry.digest
        keep(len(self.ids))
        new.digests = bytes(digests)
        return new


def write_manifest(
    path: str, manifest: Manifest, header: Mapping[str, object], removed: Sequence[Iterable[int]] = ()
) -> None:
    """Write the manifest, the generation's record, and for each of its segments the numbers of the documents that do
    not count any more. Raises `StorageError`."""
    with SectionWriter(path, KIND) as out:
        out.add("ids", _join(manifest.ids))
        if manifest.paths != manifest.ids:
            out.add("paths", _join(manifest.paths))
        for (name, _), column in zip(_COLUMNS, manifest.columns, strict=True):
            out.add(name, column)
        out.add("wording", manifest.wordings)
        out.add("digest", manifest.digests)
        layout = manifest.layout
        out.add("folders", _join([folder.path for folder in layout.folders]))
        out.add("folder_mtime", array("q", [folder.mtime_ns for folder in layout.folders]))
        out.add("folder_names", array("I", [folder.names for folder in layout.folders]))
        out.add("left_out", _join(layout.left_out))
        for number, numbers in enumerate(removed):
            out.add(f"removed-{number}", array("I", sorted(numbers)))
        own: dict[str, object] = {
            "files": len(manifest.ids),
            "folders": len(layout.folders),
            "left_out": len(layout.left_out),
            "left_out_checksum": layout.checksum,
            "taken_ns": manifest.taken_ns,
            "own_paths": manifest.paths != manifest.ids,
        }
        out.header({**header, **own})


def read_manifest(path: str) -> Manifest:
    """Read a manifest, all of it checked. Raises `IndexDamaged`."""
    file = SectionFile(path, KIND)
    header = file.header
    files, folders, taken = (_number(file, name) for name in ("files", "folders", "taken_ns"))
    left_out, checksum = (_number(file, name) for name in ("left_out", "left_out_checksum"))
    ids = _split(file, "ids", files)
    columns = tuple(_column(file, name, code, files) for name, code in _COLUMNS)
    mtimes, names = _column(file, "folder_mtime", "q", folders), _column(file, "folder_names", "I", folders)
    layout = Layout(
        tuple(Folder(*row) for row in zip(_split(file, "folders", folders), mtimes, names, strict=True)),
        tuple(_split(file, "left_out", left_out)),
        checksum,
    )
    manifest = Manifest(layout, taken)
    manifest.ids = ids
    manifest.paths = _split(file, "paths", files) if header.get("own_paths") else ids
    manifest.columns = columns
    manifest.wordings = _column(file, "wording", "I", files)
    manifest.digests = bytes(file.section("digest"))
    manifest.header = header
    manifest.removed = _removed(file)
    if len(manifest.digests) != files * DIGEST_SIZE:
        raise file.damaged("its digests are incomplete")
    return manifest


def _number(file: SectionFile, name: str) -> int:
    number = file.header.get(name)
    if not isinstance(number, int):
        raise file.damaged("its header is incomplete")
    return number


def _removed(file: SectionFile) -> list[frozenset[int]]:
    found: list[frozenset[int]] = []
    while file.has(f"removed-{len(found)}"):
        found.append(frozenset(file.numbers(f"removed-{len(found)}", "I")))
    return found


def _join(texts: Sequence[str]) -> bytes:
    """Texts that hold no NUL (no file name does)."""
    return "\0".join(texts).encode("utf-8", "surrogatepass")


def _split(file: SectionFile, name: str, count: int) -> list[str]:
    texts = str(file.section(name), "utf-8", "surrogatepass").split("\0") if count else []
    if len(texts) != count:
        raise file.damaged(f"section {name} has a wrong length")
    return texts


def _column(file: SectionFile, name: str, code: str, count: int) -> array[int]:
    column = array(code)
    data = file.section(name)
    if len(data) != count * column.itemsize:
        raise file.damaged(f"section {name} has a wrong length")
    column.frombytes(data)
    return column


def names_checksum(folder: str) -> int:
    """The checksum of the names in a folder. Raises `OSError`."""
    return zlib.crc32("\0".join(sorted(os.listdir(folder))).encode("utf-8", "surrogatepass"))


def left_out_checksum(root: str, paths: Iterable[str], limit_ns: int) -> int:
    """The checksum of the stats of what was left out and of what it links to; -1 when one of them changed at
    `limit_ns` or later, so that a change just now is not missed."""
    stats: list[tuple[int, ...]] = []
    for path in paths:
        full = os.path.join(root, path)
        for follow in (False, True):
            try:
                found = os.stat(full, follow_symlinks=follow)
            except OSError:
                stats.append(())
                continue
            if max(found.st_mtime_ns, found.st_ctime_ns) >= limit_ns:
                return -1
            stats.append((found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino))
    return zlib.crc32(repr(stats).encode())


def differing(manifest: Manifest, root: str) -> Iterator[int]:
    """The places of the files whose size, times or inode are not as they were. Raises `OSError` for a file that is
    gone."""
    step = 128  # so that the stats of one step stay in the processor's cache: a tenth less time for all
    paths = manifest.paths
    pairs = list(zip(_GETTERS, manifest.columns, strict=True))
    descriptor = os.open(root, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for start in range(0, len(paths), step):
            end = min(start + step, len(paths))
            stats = [os.stat(path, dir_fd=descriptor) for path in paths[start:end]]
            if all(_equal(column, start, end, map(get, stats)) for get, column in pairs):
                continue
            for place, stat in enumerate(stats, start):
                if any(get(stat) != column[place] for get, column in pairs):
                    yield place
    finally:
        os.close(descriptor)


def _equal(column: array[int], start: int, end: int, values: Iterable[int]) -> bool:
    try:
        return array(column.typecode, values) == column[start:end]
    except OverflowError:
        return False
