"""What the reader of each growing file keeps to go on later, packed, beside the manifest and in its order."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, cast

from memdir.model import FileStat

from .section_file import SectionFile, SectionWriter

NAME: Final = "states"
KIND: Final = "states"


class States:
    """The states of a generation's files, read when they are asked for. Raises `IndexDamaged`."""

    def __init__(self, path: str, count: int) -> None:
        self._file = file = SectionFile(path, KIND)
        self._ends = cast("Sequence[int]", file.numbers("ends", "Q"))
        self._start, self._end = file.place("states")
        if len(self._ends) != count:
            raise file.damaged("its states do not match")

    def empty(self) -> frozenset[int]:
        """The places of the files that have none: they could not be read."""
        size = len(EMPTY)
        places = enumerate(pairwise((0, *self._ends)))
        return frozenset(place for place, (start, end) in places if end - start == size)

    def get(self, place: int) -> bytes:
        """The state of the file at this place of the manifest."""
        try:
            return zlib.decompress(self.packed(place))
        except zlib.error:
            raise self._file.damaged("a state cannot be read") from None

    def packed(self, place: int) -> bytes:
        """The state as it is kept."""
        start, end = self._ends[place - 1] if place else 0, self._ends[place]
        if not start <= end <= self._end - self._start:
            raise self._file.damaged("a state lies outside")
        return bytes(self._file.read(self._start + start, self._start + end))


def pack(state: bytes) -> bytes:
    """A state as it is kept: a fifth of its size, as it holds many ids that are alike."""
    return zlib.compress(state, 1)


EMPTY: Final = pack(b"")
"""What is kept of a file that could not be read."""


def write_states(path: str, states: Iterable[bytes]) -> None:
    """Write the packed states of all files, in the manifest's order. Raises `StorageError`."""
    ends = array("Q")
    with SectionWriter(path, KIND) as out:
        out.start("states")
        for state in states:
            out.append(state)
            ends.append(out.place)
        out.add("ends", ends)


def continued(before: FileStat, state: bytes, now: FileStat) -> bytes | None:
    """The state to go on from, when a file can be a continuation of what was read of it: the same file (inode) that
    grew, or one whose bytes were not written since. None: it is read anew."""
    if not state or before.inode != now.inode or now.size < before.size:
        return None
    return state if now.size > before.size or now.mtime_ns == before.mtime_ns else None
