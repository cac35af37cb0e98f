"""Files that mostly grow, as something to index: what an index of transcripts asks of who reads them.

The index keeps, for each file, a *state* made by the reader (bytes it does not look into) and hands it back when the
file has changed, so that a file that grew costs its new bytes only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from .model import FileStat, Finding
from .segment import TextDocument


class Reading(Protocol):
    """One pass over a file. Iterate it wholly, then ask for the rest."""

    fresh: bool
    """True when the file was read from its beginning: its earlier documents are all replaced. Else the documents given
    are added, or take the place of those with the same id."""

    def __iter__(self) -> Iterator[TextDocument]:
        """The documents of the new bytes, in no order that matters. Raises `StorageError`, with code `vanished` when
        the file is gone; what was given before that is to be forgotten."""

    def state(self) -> bytes:
        """What the next pass needs, and what people are told of the file; after the iteration."""


class GrowingFiles(Protocol):
    """What an index of growing files is made of. A document's id is the file's id, `/` and a number of ten digits: so
    the documents of a file follow each other in order, with none of another file between them (what is a file is no
    folder), and a document's neighbours are found by their ids."""

    root: str
    kind: str
    """Keeps different indexes of one directory apart; part of a folder's name in the cache."""
    version: str
    """A change of it is a rebuild: whatever decides which documents a file gives."""

    def walk(self) -> tuple[Sequence[FileStat], Sequence[Finding]]:
        """All files there are now, in ascending order of id. Never fails."""

    def read(self, stat: FileStat, before: bytes | None) -> Reading:
        """Read a file from where an earlier pass ended (its state in `before`, None for none). When the file is not a
        continuation of what was read then, the reading is `fresh`."""


FIRST = "/0000000000"
"""How the id of a file's first document ends."""


def document_id(file: str, number: int) -> str:
    """The id of a file's document (numbers count from 0)."""
    return f"{file}/{number:010d}"


def place_of(id: str) -> tuple[str, int]:
    """A document's file and its number there."""
    file, _, number = id.rpartition("/")
    return file, int(number)
