"""Making the next generation of growing files: what was appended as a small segment, the others shared.

Documents are taken as they are read and written out in batches, so that memory does not grow with the files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from memdir.errors import MemdirError
from memdir.growing import GrowingFiles, place_of
from memdir.memory_segment import MemorySegment
from memdir.model import FileStat
from memdir.segment import TextDocument

from .disk_segment import DiskSegment
from .generation import MANIFEST, Generation, Stored
from .generations import Draft
from .growing_overlay import Before, GrowingOverlay, Grown, unread
from .growing_states import EMPTY, NAME, States, continued, pack, write_states
from .growth import Growth, removed_by
from .manifest import DIGEST_SIZE, Entry, Layout, write_manifest
from .merging import write_segments
from .overlay import Progress
from .segment_writer import Part, write_segment

BATCH: Final = 5_000
"""Documents analysed in memory at a time,"""
BATCH_CHARACTERS: Final = 16_000_000
"""or characters of their text."""
MAX_PARTS: Final = 100
"""Parts on disk; so many are written as one, as each takes a file descriptor and, while it is read, about 1 MB."""
_NO_DIGEST: Final = bytes(DIGEST_SIZE)


class Reader:
    """Reads what a generation lacks, in batches that become segments. `before` gives the states of the index;
    `progress` is told how many bytes are read, of how many."""

    def __init__(
        self,
        draft: Draft,
        files: GrowingFiles,
        overlay: GrowingOverlay,
        language: str,
        progress: Progress | None = None,
    ) -> None:
        self._draft = draft
        self._files = files
        self._overlay = overlay
        self._language = language
        self._progress = progress
        self._batch: list[TextDocument] = []
        self._characters = 0
        self._done = self._total = self._written = 0
        self.grown: dict[str, Grown] = {}
        """The files that were read, their states packed."""
        self.parts = [Part(part.segment, part.removed) for part in overlay.parts]

    def read(self, stats: Sequence[FileStat], before: Before) -> None:
        """Read these files from where their states say; what the overlay has read already is not read again."""
        self._total = sum(stat.size for stat in stats)
        torn: set[str] = set()
        for stat in stats:
            known = self._overlay.grown.get(stat.id)
            if known is not None and known.stat == stat:
                self.grown[stat.id] = known._replace(state=pack(known.state))
            else:
                state = continued(known.stat, known.state, stat) if known else before(stat)
                grown = self._read(stat, state, torn)
                if known is not None:
                    if grown.fresh:
                        self._leave_out({stat.id}, len(self._overlay.parts))
                    grown = grown._replace(fresh=grown.fresh or known.fresh)
                self.grown[stat.id] = grown
            self._done += stat.size
            self._tell(0)
        if self._batch:
            self.parts.append(Part(self._segment()))
        self._leave_out(torn, len(self.parts))
        self._leave_out(self._overlay.grown.keys() - self.grown.keys(), len(self._overlay.parts))

    def _leave_out(self, files: set[str], count: int) -> None:
        """Documents of these files do not count in the first `count` parts."""
        for at, part in enumerate(self.parts[:count] if files else ()):
            removed = removed_by(part.segment, files, ())
            self.parts[at] = Part(part.segment, removed.union(part.removed))

    def _read(self, stat: FileStat, state: bytes | None, torn: set[str]) -> Grown:
        reading = self._files.read(stat, state)
        try:
            for document in reading:
                self._take(document)
        except MemdirError as error:
            torn.add(stat.id)
            return unread(stat, error)._replace(state=EMPTY)
        return Grown(stat, pack(reading.state()), reading.fresh)

    def _take(self, document: TextDocument) -> None:
        self._batch.append(document)
        self._characters += sum(len(text) for text, _ in document.fields)
        if not len(self._batch) % 100:
            self._tell(document.facts.offsets[0] if document.facts.offsets else 0)
        if len(self._batch) >= BATCH or self._characters >= BATCH_CHARACTERS:
            self._write_part([Part(self._segment())])
            stored = [part for part in self.parts if isinstance(part.segment, DiskSegment)]
            if len(stored) >= MAX_PARTS:
                self.parts = [part for part in self.parts if not isinstance(part.segment, DiskSegment)]
                self._write_part(stored)

    def _write_part(self, parts: list[Part]) -> None:
        """Write some parts as one on disk; the files of those that were there go."""
        path = os.path.join(self._draft.directory, f"part-{self._written}")
        self._written += 1
        write_segment(path, parts, passing=True)
        for part in parts:
            if isinstance(part.segment, DiskSegment):
                os.unlink(part.segment.path)
        segment = DiskSegment(path)
        segment.release()
        self.parts.append(Part(segment))

    def _segment(self) -> MemorySegment:
        segment = MemorySegment(self._batch, self._language)
        self._batch = []
        self._characters = 0
        return segment

    def _tell(self, read: int) -> None:
        if self._progress is not None:
            self._progress(min(self._done + read, self._total), self._total)


def write_generation(
    draft: Draft, root: str, base: Generation, states: States | None, growth: Growth, reader: Reader,
    stamp: Mapping[str, object],
) -> None:  # fmt: skip
    """Write the next generation into `draft`, of `base` and what was read since. Raises `StorageError`, and
    `IndexDamaged` when what is shared or merged is damaged."""
    grown = reader.grown
    vanished = [id for id, file in grown.items() if not file.there]
    gone = [*growth.removed, *(id for id, file in grown.items() if file.fresh)]
    given = [] if not base.stored else [list(_continuing(part, grown)) for part in reader.parts]
    stored = [Stored(s.segment, s.removed | removed_by(s.segment, gone, given)) for s in base.stored]
    kept = write_segments(draft, [s for s in stored if s.live], _counting(reader.parts))
    entries = [Entry(file.stat, _NO_DIGEST) for file in grown.values() if file.there]
    manifest = base.manifest.replaced(root, entries, [*growth.removed, *vanished], Layout(), growth.taken_ns)
    write_states(
        os.path.join(draft.directory, NAME),
        (grown[id].state if id in grown else _kept_state(base, states, id) for id in manifest.ids),
    )
    header = {**stamp, "segments": [name for name, _ in kept]}
    write_manifest(os.path.join(draft.directory, MANIFEST), manifest, header, [removed for _, removed in kept])


def _continuing(part: Part, grown: Mapping[str, Grown]) -> Iterator[str]:
    """The ids of a part's documents whose files are not read anew."""
    for number, id in enumerate(part.segment.ids):
        if number not in part.removed and not grown[place_of(id)[0]].fresh:
            yield id


def _counting(parts: list[Part]) -> list[Part]:
    """The parts that have documents; the others' files are removed."""
    counting = []
    while parts:
        part = parts.pop()
        if len(part.removed) < part.segment.count:
            counting.append(part)
        elif isinstance(part.segment, DiskSegment):
            os.unlink(part.segment.path)
    counting.reverse()
    return counting


def _kept_state(base: Generation, states: States | None, id: str) -> bytes:
    return states.packed(base.manifest.find(id)) if states is not None else EMPTY
