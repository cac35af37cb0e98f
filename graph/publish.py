"""Making the next generation: a small segment for what changed, the others shared; now and then a merge.

A changed file's old documents are only marked as removed, so that a sync costs what changed and not what there is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

from memdir.memory_segment import MemorySegment
from memdir.model import FileStat

from .disk_segment import DiskSegment
from .generation import MANIFEST, Generation, Stored, documents_of
from .generations import Draft
from .manifest import Entry, write_manifest
from .memory_files import Files
from .merging import write_segments
from .overlay import Overlay, Progress, Read, counted_documents, read_files
from .segment_writer import Part, write_segment
from .sync import Diff

BATCH: Final = 4000
"""Files analysed in memory at a time."""


class Change(NamedTuple):
    """What makes the next generation out of `base`: the diff, the files to read (added, changed, reworded), and what
    other files say about them. `progress` is told how many of them are analysed, of how many."""

    base: Generation
    diff: Diff
    stats: Sequence[FileStat]
    wording: Mapping[str, str]
    progress: Progress | None = None


def write_generation(
    draft: Draft, files: Files, change: Change, overlay: Overlay, stamp: Mapping[str, object], language: str
) -> None:
    """Write the next generation into `draft`. What the overlay has read already is not read again.

    Raises `StorageError`, and `IndexDamaged` when a segment to merge is damaged.
    """
    base, diff = change.base, change.diff
    entries: list[Entry] = []
    reads = _reads(files, change, overlay, entries)
    analyse = _Analysis(overlay, language, change.progress, len(change.stats))
    parts = list(_new_parts(draft, reads, analyse))
    read = {entry.stat.id for entry in entries}
    gone = [*diff.removed, *(stat.id for stat in change.stats if stat.id not in read)]
    replaced = [*gone, *read]
    stored = [Stored(s.segment, s.removed | documents_of(s.segment, replaced, base.manifest)) for s in base.stored]
    kept = write_segments(draft, [s for s in stored if s.live], parts)
    for stat in diff.touched:
        place = base.manifest.find(stat.id)
        if stat.id not in read:
            entries.append(Entry(stat, base.manifest.digest(place), base.manifest.wordings[place]))
    manifest = base.manifest.replaced(files.root, entries, gone, diff.layout, diff.taken_ns)
    header = {**stamp, "segments": [name for name, _ in kept]}
    write_manifest(os.path.join(draft.directory, MANIFEST), manifest, header, [removed for _, removed in kept])


def _reads(files: Files, change: Change, overlay: Overlay, entries: list[Entry]) -> Iterator[Read]:
    """The files to index, read; their entries are collected."""
    missing: list[FileStat] = []
    known: list[Read] = []
    for stat in change.stats:
        read = overlay.current(stat, change.wording)
        if read:
            known.append(read)
        else:
            missing.append(stat)
    for read in chain(known, read_files(files, missing, change.wording)):
        entries.append(read.entry)
        yield read


def _new_parts(draft: Draft, reads: Iterable[Read], analyse: _Analysis) -> Iterator[Part]:
    """The documents read, as segments: one in memory, or several on disk when there are many files."""
    batch: list[Read] = []
    number = 0
    for read in reads:
        if len(batch) == BATCH:
            path = os.path.join(draft.directory, f"part-{number}")
            write_segment(path, [Part(analyse.segment(batch))], passing=True)
            yield Part(DiskSegment(path))
            batch = []
            number += 1
        batch.append(read)
    segment = analyse.segment(batch)
    if segment.count:
        yield Part(segment)


class _Analysis:
    """Turns files that were read into segments, and counts them."""

    def __init__(self, overlay: Overlay, language: str, progress: Progress | None, total: int) -> None:
        self._overlay = overlay
        self._language = language
        self._progress = progress
        self._done = 0
        self._total = total

    def segment(self, reads: Sequence[Read]) -> MemorySegment:
        """One segment of these files; the overlay's own when it holds exactly these."""
        if {id(read) for read in reads} == {id(read) for read in self._overlay.reads.values()}:
            return self._overlay.segment
        documents = counted_documents(reads, self._total, self._progress, self._done)
        self._done += len(reads)
        return MemorySegment(documents, self._language)
