"""Where the turns of a session lie: the documents of one file, spread over the views of a collection.

A turn's id is its file's, and its number in it (`memdir.growing`), so in each view the turns of a file are one range of
numbers, and a turn's neighbours are found by their ids, whatever segments they are in.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from .collection import Collection, Word
from .growing import document_id, place_of
from .neighbours import OPENING
from .ranking import idf
from .turn_ranking import SESSION_B, SESSION_K1

_AFTER = "$"
"""Sorts directly after the `#` between a file's id and a turn's number."""


class Conversations:
    """The sessions of a collection. Not changed; what is found is kept for as long as it lives."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._ranges: dict[str, list[tuple[int, int, int]]] = {}
        opening = collection.entry(OPENING)
        self.count = opening.df if opening else 1
        """Number of files."""
        self._average = collection.average_length * collection.count / self.count
        self._removed = [sorted(view.removed) for view in collection.views]

    def id(self, number: int) -> str:
        """A turn's id."""
        view, own = self._collection.place(number)
        return view.segment.ids[own]

    def ranges(self, file: str) -> list[tuple[int, int, int]]:
        """Where a file's turns lie: the place of the view, the first number in it and the one after the last, removed
        ones included."""
        found = self._ranges.get(file)
        if found is None:
            found = self._ranges[file] = list(self._find(file))
        return found

    def _find(self, file: str) -> Iterator[tuple[int, int, int]]:
        for at, view in enumerate(self._collection.views):
            ids = view.segment.ids
            start = bisect_left(ids, file + "#")
            if start < len(ids) and ids[start].startswith(file + "#"):
                yield at, start, _end(ids, start, file + _AFTER)

    def neighbour(self, number: int, step: int) -> int:
        """The turn `step` turns after this one in its file, -1 when there is none."""
        collection = self._collection
        file, place = place_of(self.id(number))
        if place + step < 0:
            return -1
        wanted = document_id(file, place + step)
        here = collection.at(number)
        view, own = collection.views[here], number - collection.bases[here] + step
        if 0 <= own < view.segment.count and own not in view.removed and view.segment.ids[own] == wanted:
            return number + step
        for base, view in zip(collection.bases, collection.views, strict=True):
            own = view.segment.find(wanted)
            if own >= 0 and own not in view.removed:
                return base + own
        return -1

    def word_score(self, file: str, words: Sequence[Word]) -> float:
        """BM25 of a file as a whole, from the exact counts of its turns. In how many files a word is, is what chance
        would give, known in how many turns it is: the exact number would need a look at every turn that has it."""
        ranges = self.ranges(file)
        length = sum(self._length(*place) for place in ranges)
        norm = SESSION_K1 * (1 - SESSION_B + SESSION_B * length / self._average)
        score = 0.0
        for word in words:
            for weight, _, entry in word.direct:
                count = 0
                for base, _, docs, counts, _ in entry.lists:
                    for at, start, end in ranges:
                        if self._collection.bases[at] == base:
                            first = bisect_left(docs, start)
                            last = bisect_left(docs, end, first)
                            count += sum(counts[first:last])
                            for doc in self._removed_between(at, start, end):
                                place = bisect_left(docs, doc, first, last)
                                if place < last and docs[place] == doc:
                                    count -= counts[place]
                if count:
                    files = self.count * (1.0 - (1.0 - 1.0 / self.count) ** entry.df)
                    score += weight / entry.idf * idf(self.count, files) * count / (count + norm)
        return score

    def _length(self, at: int, start: int, end: int) -> int:
        lengths = self._collection.views[at].segment.lengths
        return sum(lengths[start:end]) - sum(lengths[doc] for doc in self._removed_between(at, start, end))

    def _removed_between(self, at: int, start: int, end: int) -> Sequence[int]:
        removed = self._removed[at]
        return removed[bisect_left(removed, start) : bisect_left(removed, end)] if removed else ()


def _end(ids: Sequence[str], start: int, above: str) -> int:
    """The first place after `start` whose id is not below `above`, in steps that grow: sessions are short."""
    step = 8
    while start + step < len(ids) and ids[start + step] < above:
        step *= 4
    return bisect_right(ids, above, start, min(start + step, len(ids)))
