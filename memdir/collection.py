"""The documents a recall is over: several segments seen as one, without what was removed.

Documents are numbered over all views. Word statistics are summed over them, so that the same documents give the same
scores whatever segments they lie in. Decoded postings are kept (bounded); results are not.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Collection as AbstractCollection
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import NamedTuple

from .neighbours import Neighbour, linked, near, neighbours
from .ranking import K1, B, idf
from .segment import Facts, Segment

KEPT_POSTINGS = 800_000
"""Decoded postings kept at most (about 100 bytes each)."""
KEPT_TERMS = 50_000
"""Terms kept at most, unknown ones included."""
LONG = 1_024
"""A term in more documents than this is read where it lies."""
KEPT_LINKS = 20_000


class View(NamedTuple):
    """A segment as a query sees it: which of its documents do not count any more, and where they come from."""

    segment: Segment
    removed: AbstractSet[int] = frozenset()
    source: str = ""
    root: str = ""


class Entry(NamedTuple):
    """A term over all views: in how many documents it is, its weight, and its postings, read where they lie. A term
    gives a document its saturated, length-normalised count, 0 to 1, times the weight."""

    df: int
    idf: float
    lists: list[_Posting]


class Word:
    """What one word of a query finds. What it gives to a document is the larger of what its own terms (`direct`) give
    together and what its best synonym gives. `gains` holds that by document once it was asked for, but where there are
    many. `weight` is what a perfect match is worth, `bound` what the word can give at most, as far as that is known,
    `df` about how many documents have it."""

    __slots__ = ("bound", "df", "direct", "gains", "synonyms", "text", "weight")

    def __init__(self, text: str, weight: float, direct: Weighted, synonyms: Weighted) -> None:
        self.text = text
        self.weight = weight
        self.direct = direct
        self.synonyms = synonyms
        self.gains: dict[int, float] | None = None
        self.df = 0
        self.bound = 0.0


Weighted = list[tuple[float, str, Entry]]
"""Terms with their weights: share times inverse document frequency."""


_Posting = tuple[int, View, Sequence[int], Sequence[int], Sequence[int] | None]
"""Where a view's numbers begin, the view, a term's documents there with their counts, and the count by document where
that is kept."""

MIN_DENSE = 256
"""Documents of a term from which on a segment may have its counts by document."""
MANY = 255
"""A count by document of this much or more stands in the postings alone."""


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
        self._idfs: dict[int, float] = {}
        self._kept = 0
        self._similar: dict[str, tuple[tuple[str, int], ...]] = {}
        self._links: dict[int, dict[int, Neighbour]] = {}
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
                dense = view.segment.counts(term) if len(docs) >= MIN_DENSE else None
                found.append((base, view, docs, counts, dense))
        self._make_room(1)
        entry = self._entries[term] = Entry(df, self._idf(df), found) if df else None
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
        return self._words.get(key)

    def make_word(self, key: object, text: str, weight: float, direct: Weighted, synonyms: Weighted) -> Word:
        """A word of a query with what it finds, kept for the next query that has it."""
        word = Word(text, weight, direct, synonyms)
        word.df = max([e.df for _, _, e in direct], default=0) + sum([e.df for _, _, e in synonyms])
        word.bound = max(sum([w for w, _, _ in direct]), max([w for w, _, _ in synonyms], default=0.0))
        self._make_room(1)
        self._words[key] = word
        return word

    def gains(self, word: Word) -> dict[int, float]:
        """What a word gives to each document that has it."""
        gains = word.gains
        if gains is None:
            gains = self._find_gains(word)
            if word.df <= LONG:
                word.gains = gains
                word.bound = max(gains.values(), default=0.0)
                self._make_room(len(gains))
        return gains

    def _find_gains(self, word: Word) -> dict[int, float]:
        if len(word.direct) == 1 and not word.synonyms and len(word.direct[0][2].lists) == 1:
            weight, _, entry = word.direct[0]
            return self._gains(weight, *entry.lists[0])
        gains: dict[int, float] = {}
        get = gains.get
        for place, (weight, _, entry) in enumerate(word.direct):
            for posting in entry.lists:
                given = self._gains(weight, *posting)
                if place:
                    given = {number: get(number, 0.0) + gain for number, gain in given.items()}
                gains.update(given)
        for weight, _, entry in word.synonyms:
            for posting in entry.lists:
                for number, gain in self._gains(weight, *posting).items():
                    if gain > get(number, 0.0):
                        gains[number] = gain
        return gains

    def gain(self, word: Word, number: int) -> float:
        """What a word gives to one document."""
        if word.gains is not None:
            return word.gains.get(number, 0.0)
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

    def _gains(
        self, weight: float, base: int, view: View, docs: Sequence[int], counts: Sequence[int], _: object
    ) -> dict[int, float]:
        lengths, removed = view.segment.lengths, view.removed
        floor, slope = self._floor, self._slope
        pairs: Iterable[tuple[int, int]] = zip(docs, counts, strict=True)
        if len(removed) > len(docs):
            pairs = [pair for pair in pairs if pair[0] not in removed]
            removed = frozenset()
        gains = {base + doc: weight * (count / (count + (floor + slope * lengths[doc]))) for doc, count in pairs}
        for doc in removed:
            gains.pop(base + doc, None)
        return gains

    def _entry_gain(self, entry: Entry, number: int) -> float:
        for base, view, docs, counts, dense in entry.lists:
            doc = number - base
            if 0 <= doc < view.segment.count:
                count = MANY if dense is None else dense[doc]
                if count == MANY:
                    place = bisect_left(docs, doc)
                    count = counts[place] if place < len(docs) and docs[place] == doc else 0
                return count / (count + (self._floor + self._slope * view.segment.lengths[doc])) if count else 0.0
        return 0.0

    def word_scores(self, words: Sequence[Word], at: int, docs: Sequence[int]) -> list[float]:
        """What words give together to some documents of one view, by their numbers in the view."""
        if not docs:
            return []
        base, lengths = self.bases[at], self.views[at].segment.lengths
        numbers = [base + doc for doc in docs]
        norms = [self._floor + self._slope * lengths[doc] for doc in docs]
        scores = [0.0] * len(docs)
        for word in words:
            if word.gains is not None or word.df <= 4 * len(docs):
                get = self.gains(word).get
                scores = [score + get(number, 0.0) for score, number in zip(scores, numbers, strict=True)]
                continue
            own = [0.0] * len(docs)
            for weight, _, entry in word.direct:
                gains = self._some(entry, base, numbers, norms)
                own = [o + weight * gain for o, gain in zip(own, gains, strict=True)]
            for weight, _, entry in word.synonyms:
                gains = self._some(entry, base, numbers, norms)
                own = [max(o, weight * gain) for o, gain in zip(own, gains, strict=True)]
            scores = [score + o for score, o in zip(scores, own, strict=True)]
        return scores

    def _some(self, entry: Entry, base: int, numbers: Sequence[int], norms: Sequence[float]) -> list[float]:
        """What a term gives to some documents of the view whose numbers begin at `base`."""
        posting = next((posting for posting in entry.lists if posting[0] == base), None)
        if posting is None:
            return [0.0] * len(numbers)
        _, _, docs, times, dense = posting
        if dense is not None:
            counts = [dense[number - base] for number in numbers]
            if MANY not in counts:
                return [count / (count + norm) for count, norm in zip(counts, norms, strict=True)]
        found = []
        end = len(docs)
        for number, norm in zip(numbers, norms, strict=True):
            doc = number - base
            place = bisect_left(docs, doc)
            if place < end and docs[place] == doc:
                count = times[place]
                found.append(count / (count + norm))
            else:
                found.append(0.0)
        return found

    def place(self, number: int) -> tuple[View, int]:
        """The view of a document and its number there."""
        at = self.at(number)
        return self.views[at], number - self.bases[at]

    def at(self, number: int) -> int:
        """Which view a document is in."""
        return bisect_right(self.bases, number) - 1 if len(self.bases) > 1 else 0

    def _find_facts(self, number: int) -> Facts:
        view, doc = self.place(number)
        return view.segment.facts(doc)

    def related(self, term: str, number: int) -> AbstractCollection[int]:
        """The documents that have a special term, of the same source as document `number`."""
        entry = self.entry(term)
        if entry is None:
            return ()
        if len(self.bases) == 1 and not self.views[0].removed:
            return entry.lists[0][2]
        here = self.place(number)[0]
        return [
            base + doc
            for base, view, docs, _, _ in entry.lists
            if view.root == here.root and view.source == here.source
            for doc in docs
            if doc not in view.removed
        ]

    def first(self, numbers: AbstractCollection[int], count: int) -> list[int]:
        """The first `count` of some documents by path, in that order."""
        ordered = sorted(numbers)
        if len(self.bases) == 1:
            return ordered[:count]
        ends = [bisect_left(ordered, base) for base in self.bases] + [len(ordered)]
        mixed = [n for start, end in pairwise(ends) for n in ordered[start : min(end, start + count)]]
        mixed.sort(key=self._id)
        return mixed[:count]

    def _id(self, number: int) -> tuple[str, int]:
        view, doc = self.place(number)
        return view.segment.ids[doc], number

    def neighbours(self, number: int) -> tuple[Neighbour, ...]:
        """All neighbours of a document (see `memdir.neighbours`)."""
        return neighbours(number, self)

    def near(self, number: int, known: Mapping[int, Facts], least: float) -> list[Neighbour]:
        """The document's neighbours that are among `known`, and links that weigh `least`."""
        links = self._links.get(number)
        if links is None:
            if len(self._links) >= KEPT_LINKS:
                self._links = {}
            links = self._links[number] = linked(number, self)
        return near(number, links, self, known, least)

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
