"""The documents a recall is over: several segments seen as one, without what was removed.

Documents are numbered over all views. Word statistics are summed over them, so that the same documents give the same
scores whatever segments they lie in. Decoded postings are kept (bounded); results are not.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import NamedTuple

from .neighbours import Neighbour, neighbours
from .ranking import K1, B, idf
from .segment import Facts, Segment

KEPT_POSTINGS = 800_000
"""Decoded postings kept at most (about 100 bytes each)."""
KEPT_DENSE_BYTES = 32 << 20
"""Memory for the arrays of words in many documents."""
KEPT_TERMS = 50_000
"""Terms kept at most, unknown ones included."""
LONG = 1_024
"""A term in more documents than this is read where it lies, a word in more is kept as an array over all documents."""
DENSE_DOCUMENTS = 32_768
"""In a collection of more documents no such arrays are made."""
KEPT_NEIGHBOURS = 20_000


class View(NamedTuple):
    """A segment as a query sees it: which of its documents do not count any more, and where they come from."""

    segment: Segment
    removed: AbstractSet[int] = frozenset()
    source: str = ""
    root: str = ""


class Entry:
    """A term over all views. `gains` is what it gives to each document, 0 to 1, before its weight: the saturated,
    length-normalised count; None for a long list, whose `lists` are read where they lie."""

    __slots__ = ("df", "gains", "idf", "lists")

    def __init__(self, df: int, weight: float, gains: dict[int, float] | None, lists: list[_Posting]) -> None:
        self.df = df
        self.idf = weight
        self.gains = gains
        self.lists = lists

    @property
    def top(self) -> float:
        """What it gives at most."""
        return max(self.gains.values()) if self.gains else 1.0


class Word:
    """What one word of a query finds. What it gives to a document is the larger of what its own terms (`direct`) give
    together and what its best synonym gives. `gains` holds that by document; where there are many, `dense` does, for
    every document; in a large collection neither. `weight` is what a perfect match is worth, `bound` what the word can
    give at most, `df` about how many documents have it (the same however it is kept, as it gives the order)."""

    __slots__ = ("bound", "dense", "df", "direct", "gains", "synonyms", "text", "weight")

    def __init__(self, text: str, weight: float, direct: Weighted, synonyms: Weighted) -> None:
        self.text = text
        self.weight = weight
        self.direct = direct
        self.synonyms = synonyms
        self.gains: dict[int, float] | None = None
        self.dense: array[float] | None = None
        self.df = 0
        self.bound = 0.0


Weighted = list[tuple[float, str, Entry]]
"""Terms with their weights: share times inverse document frequency."""


_Posting = tuple[int, View, Sequence[int], Sequence[int]]
"""Where a view's numbers begin, the view, and a term's documents there with their counts."""


class Collection:
    """Views as one. Not changed after it is made; make a new one when the documents change. Safe in several threads:
    what is kept can be made twice, never wrongly."""

    def __init__(self, views: Sequence[View]) -> None:
        self.views = tuple(views)
        self.bases: list[int] = []
        size = 0
        for view in self.views:
            self.bases.append(size)
            size += view.segment.count
        self.size = size
        """Documents with the removed ones: numbers are below it."""
        self.count = size - sum(len(v.removed) for v in self.views)
        length = sum(v.segment.total_length - sum(v.segment.lengths[n] for n in v.removed) for v in self.views)
        self.average_length = length / self.count if self.count else 1.0
        self._floor = K1 * (1 - B)
        self._slope = K1 * B / (self.average_length or 1.0)
        self.most = idf(self.count, 1)
        self.unknown = idf(self.count, 0)
        self._entries: dict[str, Entry | None] = {}
        self._words: dict[object, Word] = {}
        self._common: dict[object, Word] = {}
        self._idfs: dict[int, float] = {}
        self._kept = 0
        self._similar: dict[str, tuple[tuple[str, int], ...]] = {}
        self._neighbours: dict[int, tuple[Neighbour, ...]] = {}
        self.facts: Callable[[int], Facts] = self._find_facts
        """The facts of a document by its number."""
        if len(self.views) == 1:
            self.facts = self.views[0].segment.facts

    def entry(self, term: str) -> Entry | None:
        """The term's postings and statistics; None when no document has it."""
        try:
            return self._entries[term]
        except KeyError:
            return self._load(term)

    def _load(self, term: str) -> Entry | None:
        found: list[_Posting] = []
        df = 0
        for base, view in zip(self.bases, self.views, strict=True):
            posting = view.segment.postings(term)
            if posting is not None:
                docs, counts = posting
                df += len(docs) - _removed(docs, view.removed) if view.removed else len(docs)
                found.append((base, view, docs, counts))
        entry = None
        if df > LONG:
            entry = Entry(df, self._idf(df), None, found)
            self._make_room(1)
        elif df:
            gains = self._gains(*found[0])
            for more in found[1:]:
                gains.update(self._gains(*more))
            entry = Entry(df, self._idf(df), gains, [])
            self._make_room(df)
        else:
            self._make_room(1)
        self._entries[term] = entry
        return entry

    def _idf(self, df: int) -> float:
        known = self._idfs.get(df)
        if known is None:
            known = self._idfs[df] = idf(self.count, df)
        return known

    def _make_room(self, size: int) -> None:
        self._kept += size
        if self._kept > KEPT_POSTINGS or len(self._entries) + len(self._words) >= KEPT_TERMS:
            self._entries = {}
            self._words = {}
            self._kept = size

    def word(self, key: object) -> Word | None:
        """A word that was kept."""
        return self._words.get(key) or self._common.get(key)

    def make_word(self, key: object, text: str, weight: float, direct: Weighted, synonyms: Weighted) -> Word:
        """A word of a query with what it finds, kept for the next query that has it."""
        word = Word(text, weight, direct, synonyms)
        word.df = max([e.df for _, _, e in direct], default=0) + sum([e.df for _, _, e in synonyms])
        if all(entry.gains is not None for _, _, entry in direct):
            gains = word.gains = self.gains(word)
            word.bound = max(gains.values()) if gains else 0.0
            self._make_room(len(gains) + 1)
            self._words[key] = word
            return word
        word.bound = max(
            sum([w * entry.top for w, _, entry in direct]), max([w * e.top for w, _, e in synonyms], default=0.0)
        )
        if self.size <= DENSE_DOCUMENTS:
            word.dense = self._dense(word)
            while len(self._common) * self.size * 8 >= KEPT_DENSE_BYTES:
                for oldest in list(self._common)[:1]:  # a copy in one step: other threads add and remove
                    self._common.pop(oldest, None)
            self._common[key] = word
        return word

    def _dense(self, word: Word) -> array[float]:
        dense = array("d", bytes(8 * self.size))
        for weight, _, entry in word.direct:
            for number, gain in self._entry_gains(entry):
                dense[number] += weight * gain
        for weight, _, entry in word.synonyms:
            for number, gain in self._entry_gains(entry):
                worth = weight * gain
                if worth > dense[number]:
                    dense[number] = worth
        return dense

    def gains(self, word: Word) -> dict[int, float]:
        """What a word gives to each document that has it."""
        if word.gains is not None:
            return word.gains
        if word.dense is not None:
            return {number: gain for number, gain in enumerate(word.dense) if gain}
        if len(word.direct) == 1 and not word.synonyms:
            weight, _, entry = word.direct[0]
            return {number: weight * gain for number, gain in self._entry_gains(entry)}
        gains: dict[int, float] = {}
        get = gains.get
        for weight, _, entry in word.direct:
            for number, gain in self._entry_gains(entry):
                gains[number] = get(number, 0.0) + weight * gain
        for weight, _, entry in word.synonyms:
            for number, gain in self._entry_gains(entry):
                worth = weight * gain
                if worth > get(number, 0.0):
                    gains[number] = worth
        return gains

    def gain(self, word: Word, number: int) -> float:
        """What a word gives to one document."""
        if word.gains is not None:
            return word.gains.get(number, 0.0)
        if word.dense is not None:
            return word.dense[number]
        return max(self.own_and_synonym(word, number))

    def own_and_synonym(self, word: Word, number: int) -> tuple[float, float]:
        """What a word gives to one document through its own terms, and through its best synonym."""
        own = 0.0
        for weight, _, entry in word.direct:
            own += weight * self._entry_gain(entry, number)
        best = 0.0
        for weight, _, entry in word.synonyms:
            best = max(best, weight * self._entry_gain(entry, number))
        return own, best

    def best_synonym(self, word: Word, number: int) -> str:
        """The synonym that gives most to a document."""
        return max(word.synonyms, key=lambda s: s[0] * self._entry_gain(s[2], number))[1]

    def _gains(self, base: int, view: View, docs: Sequence[int], counts: Sequence[int]) -> dict[int, float]:
        lengths, removed = view.segment.lengths, view.removed
        floor, slope = self._floor, self._slope
        pairs: Iterable[tuple[int, int]] = zip(docs, counts, strict=True)
        if removed:
            pairs = [pair for pair in pairs if pair[0] not in removed]
        return {base + doc: count / (count + floor + slope * lengths[doc]) for doc, count in pairs}

    def _entry_gains(self, entry: Entry) -> Iterable[tuple[int, float]]:
        if entry.gains is not None:
            return entry.gains.items()
        return chain.from_iterable(self._gains(*posting).items() for posting in entry.lists)

    def _entry_gain(self, entry: Entry, number: int) -> float:
        if entry.gains is not None:
            return entry.gains.get(number, 0.0)
        for base, view, docs, counts in entry.lists:
            doc = number - base
            if 0 <= doc < view.segment.count:
                place = bisect_left(docs, doc)
                if place < len(docs) and docs[place] == doc:
                    count = counts[place]
                    return count / (count + self._floor + self._slope * view.segment.lengths[doc])
                return 0.0
        return 0.0

    def place(self, number: int) -> tuple[View, int]:
        """The view of a document and its number there."""
        index = bisect_right(self.bases, number) - 1 if len(self.bases) > 1 else 0
        return self.views[index], number - self.bases[index]

    def _find_facts(self, number: int) -> Facts:
        view, doc = self.place(number)
        return view.segment.facts(doc)

    def related(self, term: str, number: int) -> Sequence[int]:
        """The documents that have a special term, of the same source as document `number`."""
        entry = self.entry(term)
        if entry is None:
            return ()
        numbers = [found for found, _ in self._entry_gains(entry)]
        if len(self.views) == 1:
            return numbers
        here = self.place(number)[0]
        views = [(n, self.place(n)[0]) for n in numbers]
        return [n for n, view in views if view.root == here.root and view.source == here.source]

    def neighbours(self, number: int) -> tuple[Neighbour, ...]:
        """The document's neighbours (see `memdir.neighbours`)."""
        found = self._neighbours.get(number)
        if found is None:
            if len(self._neighbours) >= KEPT_NEIGHBOURS:
                self._neighbours = {}
            found = self._neighbours[number] = neighbours(number, self)
        return found

    def similar(self, word: str) -> tuple[tuple[str, int], ...]:
        """The known words that a misspelt one may stand for, and how many errors away: one at most (two in a word of
        eight letters or more), the fewest first, then the most frequent, two at most."""
        found = self._similar.get(word)
        if found is None:
            if len(self._similar) >= KEPT_TERMS:
                self._similar = {}
            found = self._similar[word] = self._find_similar(word)
        return found

    def _find_similar(self, word: str) -> tuple[tuple[str, int], ...]:
        near = sorted({term for view in self.views for term in view.segment.similar_terms(word)} - {word})
        if not near:
            return ()
        from .fuzzy import distances  # loads rapidfuzz

        errors = distances(word, near, 2 if len(word) >= 8 else 1)
        known = [(count, -entry.df, term) for term, count in errors if (entry := self.entry(term)) is not None]
        return tuple((term, count) for count, _, term in sorted(known)[:2])


def _removed(docs: Sequence[int], removed: AbstractSet[int]) -> int:
    if not removed:
        return 0
    if len(docs) <= 20 * len(removed):
        return sum(1 for doc in docs if doc in removed)
    count = 0
    for doc in removed:
        place = bisect_left(docs, doc)
        count += place < len(docs) and docs[place] == doc
    return count
