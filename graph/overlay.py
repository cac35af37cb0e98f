"""What changed since the index was made, read and analysed: the part of a recall that comes from the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from memdir.errors import MemdirError
from memdir.memory_segment import MemorySegment
from memdir.model import FileStat
from memdir.segment import TextDocument
from memdir.stem import ENGLISH

from .manifest import Entry, Manifest
from .memory_files import Files, wording_checksum
from .sync import UNREAD, Diff, digest_of

Progress = Callable[[int, int], None]


class Read(NamedTuple):
    """A file that was read: its entry for the manifest, and its documents."""

    entry: Entry
    documents: tuple[TextDocument, ...]


def read_files(files: Files, stats: Iterable[FileStat], wording: Mapping[str, str]) -> Iterator[Read]:
    """Read files. One that vanished is left out; one that cannot be read has an entry and no documents, and is tried
    again when its stat changes."""
    for stat in stats:
        said = wording.get(stat.id, "")
        try:
            data = files.read(stat)
        except MemdirError as error:
            if error.code != "vanished":
                yield Read(Entry(stat, UNREAD, wording_checksum(said)), ())
            continue
        documents = tuple(files.documents(stat, data, said))
        yield Read(Entry(stat, digest_of(data), wording_checksum(said)), documents)


def counted_documents(
    reads: Iterable[Read], total: int, progress: Progress | None, done: int = 0
) -> Iterator[TextDocument]:
    """The documents of files that were read, counted as they are taken: `done` were taken before, of `total`."""
    for number, read in enumerate(reads, done + 1):
        yield from read.documents
        if progress is not None:
            progress(number, total)


class Overlay:
    """The files that the index does not have as they are. What is still the same at the next look is not read again."""

    def __init__(self, language: str = ENGLISH) -> None:
        self._language = language
        self.reads: dict[str, Read] = {}
        self.segment = MemorySegment((), language)

    def current(self, stat: FileStat, wording: Mapping[str, str]) -> Read | None:
        """The file as it was read, when it and what is said about it are still the same."""
        read = self.reads.get(stat.id)
        same = read and read.entry.stat == stat and read.entry.wording == wording_checksum(wording.get(stat.id, ""))
        return read if same else None

    def update(
        self,
        files: Files,
        stats: Iterable[FileStat],
        wording: Mapping[str, str],
        progress: Progress | None = None,
    ) -> None:
        """Hold these files and no others."""
        kept: dict[str, Read] = {}
        missing: list[FileStat] = []
        for stat in stats:
            read = self.current(stat, wording)
            if read:
                kept[stat.id] = read
            else:
                missing.append(stat)
        if not missing and kept.keys() == self.reads.keys():
            return
        kept.update((read.entry.stat.id, read) for read in read_files(files, missing, wording))
        self.reads = kept
        self.segment = MemorySegment(counted_documents(kept.values(), len(kept), progress), self._language)

    def clear(self) -> None:
        """Hold nothing."""
        self.reads = {}
        self.segment = MemorySegment((), self._language)


def find_wording(files: Files, manifest: Manifest, diff: Diff) -> tuple[Mapping[str, str], list[FileStat]]:
    """What other files say about each file (empty when nothing is to be read), and the otherwise unchanged files about
    which something else is said than when they were indexed."""
    if not diff.size:
        return {}, []
    new = {stat.id: stat for stat in [*diff.added, *diff.changed, *diff.touched]}
    gone = set(diff.removed)
    deciding = {id: manifest.stat(at, files.root) for at, id in enumerate(manifest.ids) if files.decides_wording(id)}
    deciding.update((id, stat) for id, stat in new.items() if files.decides_wording(id))
    wording = files.wording([stat for id, stat in sorted(deciding.items()) if id not in gone])
    known = {stat.id for stat in [*diff.added, *diff.changed]}
    if not any(map(files.decides_wording, [*known, *gone])):
        return wording, []
    known |= gone
    return wording, [
        new.get(id) or manifest.stat(place, files.root)
        for place, id in enumerate(manifest.ids)
        if id not in known and wording_checksum(wording.get(id, "")) != manifest.wordings[place]
    ]
