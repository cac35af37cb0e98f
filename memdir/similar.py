"""Which memories are like one another by their words: what consolidation asks, so that it need not compare all pairs.

The protocol is what a plan depends on; `CollectionSimilar` answers it over any `Collection` (an index, an overlay, or
what `similar_memories` builds from the memories themselves).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from .collection import Collection, View
from .documents import facts
from .memory_segment import MemorySegment
from .model import Memory
from .neighbours import is_relation
from .ranking import idf
from .segment import TextDocument
from .text import terms_of

MAX_POSTINGS: Final = 4_000
"""Postings read for one memory, rarest terms first: bounds the work however common its words are."""
LEAST_TERMS: Final = 4
"""Terms asked however common they are."""
MAX_TERMS: Final = 48
FEW: Final = 30
"""In a smaller collection every word tells as much as another."""
RARE_SHARE: Final = 0.05
"""A term in fewer of the memories tells fully; in `COMMON_SHARE` of them or more it tells `LEAST_WEIGHT`."""
COMMON_SHARE: Final = 0.4
MANY: Final = 300
"""In a collection of so many, memories that share less than `LEAST_SHARE` of their rare terms are not alike."""
LEAST_SHARE: Final = 0.2
LEAST_WEIGHT: Final = 0.2


class Similar(Protocol):
    """Answers which memories share rare words."""

    def nearest(self, text: str, limit: int) -> Sequence[str]:
        """The ids of at most `limit` memories that share most of the text's rare terms, best first, ties by id."""

    def like(self, id: str, limit: int) -> Sequence[str]:
        """The same for a memory that is among them, itself left out, and those left out that share too little."""

    def weight(self, term: str) -> float:
        """How much a term tells, 0 to 1: rare ones more."""


class CollectionSimilar:
    """`Similar` over the documents of a collection."""

    def __init__(self, collection: Collection, terms: Iterable[str]) -> None:
        """`terms` are those of the collection (all its segments')."""
        self._collection = collection
        self._weights: dict[str, float] = {}
        self._numbers: dict[str, int] = {}
        for base, view in zip(collection.bases, collection.views, strict=True):
            for doc, id in enumerate(view.segment.ids):
                if doc not in view.removed:
                    self._numbers[id] = base + doc
        self._entries = self._sorted(terms)
        self._terms_of: list[list[int]] = [[] for _ in range(collection.size)]
        for place, (_, docs) in enumerate(self._entries):
            for number in docs:
                own = self._terms_of[number]
                if len(own) < MAX_TERMS:
                    own.append(place)

    def _sorted(self, terms: Iterable[str]) -> list[tuple[float, list[int]]]:
        """What each shared term weighs and which documents have it, the rarest first."""
        count = self._collection.count
        most = max(count * COMMON_SHARE, FEW)
        places = list(zip(self._collection.bases, self._collection.views, strict=True))
        found: list[tuple[int, str, list[int]]] = []
        for term in terms:
            docs: list[int] = []
            for base, view in places:
                posting = view.segment.postings(term)
                if posting is not None and (len(places) > 1 or len(posting[0]) > 1):
                    docs += [base + doc for doc in posting[0] if doc not in view.removed]
            if 1 < len(docs) <= most and not is_relation(term):
                found.append((len(docs), term, docs))
        found.sort()
        return [(idf(count, df), docs) for df, _, docs in found]

    def nearest(self, text: str, limit: int) -> Sequence[str]:
        """See `Similar.nearest`."""
        entries = [e for e in map(self._collection.entry, sorted(terms_of(text))) if e is not None]
        entries.sort(key=lambda entry: entry.df)
        found = [
            (e.idf, [base + doc for base, view, docs, _, _ in e.lists for doc in docs if doc not in view.removed])
            for e in entries[:MAX_TERMS]
        ]
        return [self._id(number) for number, _ in self._scored(found)[:limit]]

    def like(self, id: str, limit: int) -> Sequence[str]:
        """See `Similar.like`."""
        own = self._numbers.get(id)
        if own is None:
            return ()
        found = [self._entries[place] for place in self._terms_of[own]]
        least = LEAST_SHARE * sum(weight for weight, _ in found) if self._collection.count >= MANY else 0.0
        ranked = [number for number, score in self._scored(found) if number != own and score >= least]
        return [self._id(number) for number in ranked[:limit]]

    def _scored(self, entries: Sequence[tuple[float, list[int]]]) -> list[tuple[int, float]]:
        """Documents with the weight of the terms they have, best first by what their length lets expect."""
        scores: dict[int, float] = {}
        read = 0
        for place, (weight, docs) in enumerate(entries):
            read += len(docs)
            if read > MAX_POSTINGS and place >= LEAST_TERMS:
                break
            for number in docs:
                scores[number] = scores.get(number, 0.0) + weight
        return sorted(scores.items(), key=lambda one: (-one[1] / self._norm(one[0]), self._id(one[0])))

    def weight(self, term: str) -> float:
        """See `Similar.weight`."""
        known = self._weights.get(term)
        if known is None:
            known = self._weights[term] = self._weigh(term)
        return known

    def _weigh(self, term: str) -> float:
        count = self._collection.count
        entry = self._collection.entry(term) if count >= FEW else None
        share = entry.df / count if entry is not None else 0.0
        over = min(max(share - RARE_SHARE, 0.0) / (COMMON_SHARE - RARE_SHARE), 1.0)
        return 1.0 - (1.0 - LEAST_WEIGHT) * over

    def _norm(self, number: int) -> float:
        view, doc = self._collection.place(number)
        return math.sqrt(10.0 + view.segment.lengths[doc])

    def _id(self, number: int) -> str:
        view, doc = self._collection.place(number)
        return view.segment.ids[doc]


def similar_memories(memories: Iterable[Memory]) -> CollectionSimilar:
    """Over these memories, by name, description and body; what is said about them (topics, links) does not count."""
    documents = [
        TextDocument(facts(m), ((m.name, 2), (m.description, 2), (m.body, 1)))
        for m in memories
    ]  # fmt: skip
    segment = MemorySegment(documents)
    return CollectionSimilar(Collection([View(segment)]), segment.terms())
