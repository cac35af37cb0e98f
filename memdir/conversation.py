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

_AFTER = "0"
"""Sorts directly after the `/` between a file's id and a turn's number."""


class Conversations:
    """The sessions of a collection. Not changed; what is found is kept for as long as it lives."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._ranges: dict[str, list[tuple[int, int, int]]] = {}
        self._whole: dict[str, tuple[int, int]] = {}
        """The files that lie in one piece, with the number of their first turn and the one after their last."""
        opening = collection.entry(OPENING)
        self._openings = {base: docs for base, _, docs, _, _ in opening.lists} if opening else {}
        self.count = opening.df if opening else 1
        """Number of files."""
        self._average = collection.average_length * collection.count / self.count
        self._removed = [sorted(view.removed) for view in collection.views]

    def id(self, number: int) -> str:
        """A turn's id."""
        view, own = self._collection.place(number)
        return view.segment.ids[own]

    def ranges(self, file: str, known: int = -1) -> list[tuple[int, int, int]]:
        """Where a file's turns lie: the place of the view, the first number in it and the one after the last, removed
        ones included. `known` is one of the turns, where one is known."""
        found = self._ranges.get(file)
        if found is None:
            found = self._ranges[file] = list(self._find(file, known))
        return found

    def _find(self, file: str, known: int) -> Iterator[tuple[int, int, int]]:
        here = self._collection.at(known) if known >= 0 else -1
        for at, view in enumerate(self._collection.views):
            ids = view.segment.ids
            if at == here:
                found = self._between_openings(file, at, known - self._collection.bases[at])
                if found is not None:
                    yield at, *found
                    continue
            start = bisect_left(ids, file + "/")
            if start < len(ids) and ids[start].startswith(file + "/"):
                yield at, start, _end(ids, start, file + _AFTER)

    def _between_openings(self, file: str, at: int, own: int) -> tuple[int, int] | None:
        """The turns from the first one of the file to the next one that begins a file, when there is every turn of the
        file between them and nothing else; then they are known to be neighbours, too."""
        base = self._collection.bases[at]
        docs = self._openings.get(base, ())
        place = bisect_right(docs, own)
        if not place:
            return None
        ids = self._collection.views[at].segment.ids
        start, end = docs[place - 1], docs[place] if place < len(docs) else len(ids)
        if ids[start] != document_id(file, 0) or ids[end - 1] != document_id(file, end - 1 - start):
            return None
        self._whole[file] = base + start, base + end
        return start, end

    def neighbour(self, number: int, step: int, id: str = "") -> int:
        """The turn `step` turns after this one in its file, -1 when there is none. `id` is the turn's, where it is
        known."""
        collection = self._collection
        file, place = place_of(id or self.id(number))
        if place + step < 0:
            return -1
        self.ranges(file, number)
        here = collection.at(number)
        view, own = collection.views[here], number - collection.bases[here] + step
        start, end = self._whole.get(file, (0, 0))
        if start <= number + step < end and start <= number < end and own not in view.removed:
            return number + step
        wanted = document_id(file, place + step)
        if 0 <= own < view.segment.count and own not in view.removed and view.segment.ids[own] == wanted:
            return number + step
        for base, view in zip(collection.bases, collection.views, strict=True):
            own = view.segment.find(wanted)
            if own >= 0 and own not in view.removed:
                return base + own
        return -1

    def word_score(self, file: str, words: Sequence[Word], known: int = -1) -> float:
        """BM25 of a file as a whole, from the exact counts of its turns. In how many files a word is, is what chance
        would give, known in how many turns it is: the exact number would need a look at every turn that has it."""
        ranges = self.ranges(file, known)
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
