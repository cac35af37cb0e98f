"""What was appended since the index was made, read and analysed. A long-lived one goes on from its own states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from typing import Final, NamedTuple

from memdir.errors import MemdirError
from memdir.growing import GrowingFiles
from memdir.memory_segment import MemorySegment, joined
from memdir.model import FileStat
from memdir.segment import TextDocument
from memdir.stem import ENGLISH

from .growing_states import continued
from .growth import removed_by

MAX_PARTS: Final = 4
"""Segments of an overlay; more are joined."""

Before = Callable[[FileStat], bytes | None]
"""Gives the state from which a file's reading can go on, None for a file to be read anew."""


class Grown(NamedTuple):
    """A file that was read since: its stat then, the reader's state, whether its documents in the index do not count
    any more (`fresh`), whether it was there to be read, and why it could not be (`trouble`)."""

    stat: FileStat
    state: bytes
    fresh: bool
    there: bool = True
    trouble: str = ""


class OverlayPart(NamedTuple):
    """Some documents of the overlay, and which of them do not count any more."""

    segment: MemorySegment
    removed: Set[int] = frozenset()


class GrowingOverlay:
    """The files that the index does not have as they are, by id, and their new documents."""

    def __init__(self, files: GrowingFiles, language: str = ENGLISH) -> None:
        self._files = files
        self._language = language
        self.grown: dict[str, Grown] = {}
        self.parts: list[OverlayPart] = []

    @property
    def count(self) -> int:
        """Documents that count."""
        return sum(part.segment.count - len(part.removed) for part in self.parts)

    @property
    def fresh(self) -> list[str]:
        """The files whose documents in the index do not count any more."""
        return [id for id, grown in self.grown.items() if grown.fresh]

    @property
    def note(self) -> str | None:
        """What could not be read."""
        troubles = [grown.trouble for grown in self.grown.values() if grown.trouble]
        more = f" (and {len(troubles) - 1} more)" if troubles[1:] else ""
        return f"{troubles[0]}{more}" if troubles else None

    def update(self, stats: Iterable[FileStat], before: Before) -> bool:
        """Hold these files and no others; False when nothing has changed."""
        wanted = {stat.id: stat for stat in stats}
        gone = self.grown.keys() - wanted.keys()
        missing = [stat for id, stat in wanted.items() if id not in self.grown or self.grown[id].stat != stat]
        if not gone and not missing:
            return False
        for id in gone:
            del self.grown[id]
        documents: list[TextDocument] = []
        for stat in missing:
            known = self.grown.get(stat.id)
            state = continued(known.stat, known.state, stat) if known else before(stat)
            new, grown = read_grown(self._files, stat, state)
            if grown.fresh:
                gone.add(stat.id)
            elif known is not None:
                grown = grown._replace(fresh=known.fresh)
            self.grown[stat.id] = grown
            documents += new
        self._replace(gone, documents)
        return True

    def _replace(self, gone: Iterable[str], documents: Sequence[TextDocument]) -> None:
        ids = sorted(document.facts.id for document in documents)
        parts = []
        for part in self.parts:
            removed = removed_by(part.segment, gone, [ids]) | part.removed
            if len(removed) < part.segment.count:
                parts.append(part if removed == part.removed else OverlayPart(part.segment, frozenset(removed)))
        if documents:
            parts.append(OverlayPart(MemorySegment(documents, self._language)))
        self.parts = [OverlayPart(joined(parts))] if len(parts) > MAX_PARTS else parts

    def clear(self) -> None:
        """Hold nothing."""
        self.grown = {}
        self.parts = []


def read_grown(files: GrowingFiles, stat: FileStat, state: bytes | None) -> tuple[list[TextDocument], Grown]:
    """Read a file to its end, from where its state says. One that cannot be read has no documents and is tried again
    when its stat changes."""
    reading = files.read(stat, state)
    try:
        documents = list(reading)
    except MemdirError as error:
        return [], unread(stat, error)
    return documents, Grown(stat, reading.state(), reading.fresh)


def unread(stat: FileStat, error: MemdirError) -> Grown:
    """A file that cannot be read, or is gone."""
    there = error.code != "vanished"
    return Grown(stat, b"", fresh=True, there=there, trouble=str(error) if there else "")
