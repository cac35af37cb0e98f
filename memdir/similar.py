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
LEAST_WEIGHT: Final = 0.2


class Similar(Protocol):
    """Answers which memories share rare words."""

    def nearest(self, text: str, limit: int) -> Sequence[str]:
        """The ids of at most `limit` memories that share most of the text's rare terms, best first, ties by id."""

    def weight(self, term: str) -> float:
        """How much a term tells, 0 to 1: rare ones more."""


class CollectionSimilar:
    """`Similar` over a collection."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._weights: dict[str, float] = {}

    def nearest(self, text: str, limit: int) -> Sequence[str]:
        """See `Similar.nearest`."""
        collection = self._collection
        entries = [e for e in map(collection.entry, sorted(terms_of(text))) if e is not None and e.df > 1]
        entries.sort(key=lambda entry: entry.df)
        scores: dict[int, float] = {}
        read = 0
        for place, entry in enumerate(entries[:MAX_TERMS]):
            read += entry.df
            if read > MAX_POSTINGS and place >= LEAST_TERMS:
                break
            for base, view, docs, _, _ in entry.lists:
                for doc in docs:
                    if doc not in view.removed:
                        scores[base + doc] = scores.get(base + doc, 0.0) + entry.idf
        ranked = [(-score / self._norm(number), self._id(number)) for number, score in scores.items()]
        return [id for _, id in sorted(ranked)[:limit]]

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
    return CollectionSimilar(Collection([View(MemorySegment(documents))]))
