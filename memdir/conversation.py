"""Where the turns of a session lie: the documents of one file, spread over the views of a collection.

A turn's id is its file's, and its number in it (`memdir.growing`), so in each view the turns of a file are one range of
numbers, and a turn's neighbours are found by their ids, whatever segments they are in.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from .collection import Collection
from .growing import document_id, place_of

_LAST = "\uffff"
"""Above every number of a turn."""


class Conversations:
    """The sessions of a collection. Not changed; what is found is kept for as long as it lives."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._turns: dict[str, list[int]] = {}

    def id(self, number: int) -> str:
        """A turn's id."""
        view, own = self._collection.place(number)
        return view.segment.ids[own]

    def ranges(self, file: str) -> Iterator[tuple[int, int, int]]:
        """Where a file's turns lie: the place of the view, the first number in it and the one after the last."""
        for at, view in enumerate(self._collection.views):
            ids = view.segment.ids
            start = bisect_left(ids, file + "#")
            if start < len(ids) and ids[start].startswith(file + "#"):
                yield at, start, bisect_left(ids, file + "#" + _LAST, start)

    def neighbour(self, number: int, step: int) -> int:
        """The turn `step` turns after this one in its file, -1 when there is none."""
        collection = self._collection
        file, place = place_of(self.id(number))
        if place + step < 0:
            return -1
        wanted = document_id(file, place + step)
        here = collection.at(number)
        view, own = collection.views[here], number - collection.bases[here] + step
        if 0 <= own < view.segment.count and view.segment.ids[own] == wanted and own not in view.removed:
            return number + step
        for base, view in zip(collection.bases, collection.views, strict=True):
            own = view.segment.find(wanted)
            if own >= 0 and own not in view.removed:
                return base + own
        return -1
