"""What has changed on the disk since a manifest was taken: the diff of two sorted streams.

First the quick look: the folders hold the names they held, so only times and sizes can differ, and those are compared
as arrays. Only when a name came or went is the directory walked.
"""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Callable, Iterable, Iterator, Sequence

from memdir.digest import blake2b
from memdir.errors import MemdirError
from memdir.model import FileStat

from .manifest import (
    DIGEST_SIZE,
    RACY_NS,
    Folder,
    Layout,
    Manifest,
    differing,
    left_out_checksum,
    names_checksum,
)
from .memory_files import Files

Ours = Callable[[Sequence[str]], bool]

UNREAD = bytes(DIGEST_SIZE)
"""The digest of a file that could not be read."""


class Diff:
    """What is to do to make an index of the manifest into one of the disk.

    `changed` files have other bytes, another mtime (a memory's age) or other wording about them; `touched` ones only
    another ctime or inode. `renamed` pairs an id of `removed` with one of `added` that has the same bytes or inode.
    `doubt` says why the removed files should not be believed gone; `settled` counts files whose digest had to be
    compared because of when the manifest was taken, and would not with one taken now;
    `taken_ns` is when the look began; `layout` is where it looked (only when that was asked for).
    """

    def __init__(
        self, taken_ns: int, *, unchanged: int = 0, unreadable: tuple[str, ...] = (), layout: Layout | None = None
    ) -> None:
        self.taken_ns = taken_ns
        self.unchanged = unchanged
        self.added: list[FileStat] = []
        self.changed: list[FileStat] = []
        self.touched: list[FileStat] = []
        self.removed: list[str] = []
        self.renamed: list[tuple[str, str]] = []
        self.unreadable = unreadable
        self.doubt: str | None = None
        self.settled = 0
        self.layout = layout or Layout()

    @property
    def size(self) -> int:
        """How many files the index does not have as they are."""
        return len(self.added) + len(self.changed) + len(self.removed)


def digest_of(data: bytes) -> bytes:
    """The digest by which a file's bytes are recognised."""
    return blake2b(data, digest_size=DIGEST_SIZE).digest()


def find_changes(
    files: Files, manifest: Manifest, taken_ns: int, *, layout: bool = False, ours: Ours | None = None
) -> Diff:
    """Compare the disk with the manifest; `taken_ns` is the time now. Reads only files whose stat does not decide.
    `layout` asks for where it looked, too: who publishes the result needs that. `ours` tells whether it was memdir
    itself that deleted some ids: a directory that it emptied is no surprise."""
    diff = _quick(files, manifest, taken_ns) if len(manifest) else None
    if diff is None:
        # Before the walk: what changes in between is then found by the next diff.
        folders, names = _folders(files) if layout else ([], [])
        diff, found = _full(files, manifest, taken_ns, ours)
        if layout:
            prefix = os.path.join(files.root, "")
            known = {stat.path.removeprefix(prefix) for stat in found}
            left_out = tuple(name for name in names if name not in known)
            checksum = left_out_checksum(files.root, left_out, taken_ns - RACY_NS)
            diff.layout = Layout(tuple(folders), left_out, checksum)
    return diff


def _folders(files: Files) -> tuple[list[Folder], list[str]]:
    """The folders a walk looks into, as they are now, and the paths of everything in them that is named like a file
    of ours."""
    found: list[Folder] = []
    named: list[str] = []
    stack = [""]
    excluded = files.excluded_folders()
    while stack:
        path = stack.pop()
        full = os.path.join(files.root, path)
        try:
            mtime_ns = os.stat(full).st_mtime_ns
            names = names_checksum(full)
            with os.scandir(full) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in excluded:
                            stack.append(os.path.join(path, entry.name))
                    elif files.is_named(entry.name):
                        named.append(os.path.join(path, entry.name))
        except OSError:
            continue  # the walk reports it
        found.append(Folder(path, mtime_ns, names))
    found.sort(key=lambda folder: folder.path)
    return found, sorted(named)


def _quick(files: Files, manifest: Manifest, taken_ns: int) -> Diff | None:
    """The diff when no name came or went; None when a walk must tell."""
    try:
        layout = _same_layout(files.root, manifest)
        if layout is None:
            return None
        places = set(differing(manifest, files.root))
    except OSError:
        return None
    diff = Diff(taken_ns, layout=layout)
    racy = [place for place in manifest.racy() if place not in places]
    diff.settled = sum(_is_settled(manifest, place, taken_ns) for place in racy)
    for place in sorted([*places, *racy]):
        path = os.path.join(files.root, manifest.paths[place])
        try:
            status = os.lstat(path)
        except OSError:
            return None
        if not modes.S_ISREG(status.st_mode) or status.st_size > files.max_bytes:
            return None
        _compare(files, manifest, place, _file_stat(manifest.ids[place], path, status), diff)
    diff.unchanged = len(manifest) - len(diff.changed) - len(diff.touched)
    return diff


def _file_stat(id: str, path: str, status: os.stat_result) -> FileStat:
    return FileStat(id, path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _same_layout(root: str, manifest: Manifest) -> Layout | None:
    """The layout as it is now when every folder holds the names it held and what was left out is as it was; else
    None."""
    limit = manifest.taken_ns - RACY_NS
    layout = manifest.layout
    if layout.left_out and layout.checksum != left_out_checksum(root, layout.left_out, limit):
        return None
    now: list[Folder] = []
    for folder in layout.folders:
        path = os.path.join(root, folder.path)
        mtime_ns = os.stat(path).st_mtime_ns
        if (mtime_ns != folder.mtime_ns or mtime_ns > limit) and names_checksum(path) != folder.names:
            return None
        now.append(Folder(folder.path, mtime_ns, folder.names))
    return Layout(tuple(now), layout.left_out, layout.checksum) if now else None


def _is_settled(manifest: Manifest, place: int, taken_ns: int) -> bool:
    mtimes, ctimes = manifest.columns[0], manifest.columns[1]
    return max(mtimes[place], ctimes[place]) <= taken_ns - RACY_NS


def _compare(files: Files, manifest: Manifest, place: int, stat: FileStat, diff: Diff) -> None:
    """Let the digest decide about a file whose stat does not."""
    try:
        digest = digest_of(files.read(stat))
    except MemdirError:
        diff.changed.append(stat)
        return
    if digest != manifest.digest(place) or manifest.columns[0][place] != stat.mtime_ns:
        diff.changed.append(stat)
    elif not manifest.is_same(place, stat):
        diff.touched.append(stat)


def _full(files: Files, manifest: Manifest, taken_ns: int, ours: Ours | None) -> tuple[Diff, Sequence[FileStat]]:
    found = files.walk()
    diff = Diff(taken_ns, unreadable=found.unreadable)
    racy = frozenset(manifest.racy())
    for place, stat in paired(manifest.ids, found.files):
        if stat is None:
            diff.removed.append(manifest.ids[place])
        elif place < 0:
            diff.added.append(stat)
        elif place in racy or not manifest.is_same(place, stat):
            diff.settled += place in racy and _is_settled(manifest, place, taken_ns)
            _compare(files, manifest, place, stat, diff)
    diff.unchanged = len(manifest) - len(diff.changed) - len(diff.touched) - len(diff.removed)
    diff.doubt = _doubt(diff, found.files, ours)
    diff.renamed = list(_renames(files, manifest, diff))
    return diff, found.files


def paired(ids: Sequence[str], files: Sequence[FileStat]) -> Iterator[tuple[int, FileStat | None]]:
    """Two ascending streams as pairs: (place in `ids` or -1, file or None)."""
    place = 0
    for stat in files:
        while place < len(ids) and ids[place] < stat.id:
            yield place, None
            place += 1
        if place < len(ids) and ids[place] == stat.id:
            yield place, stat
            place += 1
        else:
            yield -1, stat
    for rest in range(place, len(ids)):
        yield rest, None


def _doubt(diff: Diff, files: Sequence[FileStat], ours: Ours | None) -> str | None:
    """Why removed files may be there still: their folder cannot be read, or everything went at once."""
    for folder in diff.unreadable:
        gone = sum(1 for id in diff.removed if not folder or id == folder or id.startswith(folder + "/"))
        if gone:
            return f"{folder or 'the directory'} cannot be read, {gone} indexed files in it are left as they are"
    if diff.removed and not files and not (ours and ours(diff.removed)):
        return f"the directory is suddenly empty, {len(diff.removed)} indexed files are left as they are"
    return None


def _renames(files: Files, manifest: Manifest, diff: Diff) -> Iterator[tuple[str, str]]:
    if not diff.removed or not diff.added:
        return
    gone = [manifest.find(id) for id in diff.removed]
    mtimes, _, _, inodes = manifest.columns  # the inode alone may have been given to a new file
    by_inode = {(inodes[place], mtimes[place]): place for place in gone}
    sizes = {manifest.columns[2][place] for place in gone}
    by_digest = {manifest.digest(place): place for place in gone}
    left = set(gone)
    for stat in diff.added:
        place = by_inode.get((stat.inode, stat.mtime_ns), -1)
        if place not in left and stat.size in sizes:
            try:
                place = by_digest.get(digest_of(files.read(stat)), -1)
            except MemdirError:
                continue
        if place in left:
            left.remove(place)
            yield manifest.ids[place], stat.id


def batches(stats: Iterable[FileStat], size: int) -> Iterator[list[FileStat]]:
    """Files in lists of at most `size`."""
    batch: list[FileStat] = []
    for stat in stats:
        batch.append(stat)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch
