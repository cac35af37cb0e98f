"""A segment built in memory from documents: the overlay of what the index does not have yet, or everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from .neighbours import is_relation, relation_terms
from .segment import Facts, TextDocument
from .stem import ENGLISH
from .text import count_fields, terms_of


class MemorySegment:
    """A `Segment` (see `memdir.segment`) of documents given in any order; of two with one id the last counts."""

    def __init__(self, documents: Iterable[TextDocument] = (), language: str = ENGLISH) -> None:
        by_id = {document.facts.id: document for document in documents}
        ordered = [by_id[id] for id in sorted(by_id)]
        self.ids: Sequence[str] = [document.facts.id for document in ordered]
        self._numbers = {id: number for number, id in enumerate(self.ids)}
        self._facts = [with_terms(document.facts, language) for document in ordered]
        self._postings: dict[str, tuple[list[int], list[int]]] = {}
        self._similar: Mapping[str, Sequence[str]] | None = None
        lengths: list[int] = []
        for number, document in enumerate(ordered):
            counts = count_fields(document.fields, language)
            lengths.append(sum(counts.values()))
            self._add(number, counts)
            self._add(number, dict.fromkeys(relation_terms(document.facts), 1))
        self.lengths: Sequence[int] = lengths
        self.count = len(ordered)
        self.total_length = sum(lengths)

    def _add(self, number: int, counts: Mapping[str, int]) -> None:
        postings = self._postings
        for term, times in counts.items():
            entry = postings.get(term)
            if entry is None:
                postings[term] = ([number], [times])
            else:
                entry[0].append(number)
                entry[1].append(times)

    def find(self, id: str) -> int:
        """The document's number, -1 when it is not here."""
        return self._numbers.get(id, -1)

    def terms(self) -> list[str]:
        """Every term in ascending order (by code point), relations first."""
        return sorted(self._postings)

    def postings(self, term: str) -> tuple[Sequence[int], Sequence[int]] | None:
        """Documents and weighted counts; None for an unknown term."""
        return self._postings.get(term)

    def counts(self, term: str) -> None:
        """None: not kept."""
        return

    def similar_terms(self, term: str) -> Sequence[str]:
        """Terms within the edit distance of a typing error, unordered."""
        if self._similar is None:
            self._similar = deletion_table(t for t in self._postings if not is_relation(t))
        found = {t for d in deletions(term) for t in self._similar.get(d, ())}
        return list(found)

    def facts(self, number: int) -> Facts:
        """The document's facts."""
        return self._facts[number]

    def candidates(self, terms: Sequence[tuple[str, float]], limit: int) -> None:
        """None: the postings are at hand."""
        return


def joined(parts: Iterable[tuple[MemorySegment, AbstractSet[int]]]) -> MemorySegment:
    """One segment of the documents of several, each without the documents of the given numbers. No id may be in two
    of them. Nothing is analysed again."""
    whole = MemorySegment()
    segments = list(parts)
    chosen = sorted(
        (id, part, number)
        for part, (segment, removed) in enumerate(segments)
        for number, id in enumerate(segment.ids)
        if number not in removed
    )
    whole.ids = [id for id, _, _ in chosen]
    whole._numbers = {id: number for number, id in enumerate(whole.ids)}
    whole._facts = [segments[part][0].facts(number) for _, part, number in chosen]
    whole.lengths = [segments[part][0].lengths[number] for _, part, number in chosen]
    whole.count, whole.total_length = len(chosen), sum(whole.lengths)
    places = {(part, number): new for new, (_, part, number) in enumerate(chosen)}
    found: dict[str, list[tuple[int, int]]] = {}
    for part, (segment, removed) in enumerate(segments):
        for term, (docs, counts) in segment._postings.items():
            kept = [(places[part, d], c) for d, c in zip(docs, counts, strict=True) if d not in removed]
            if kept:
                found.setdefault(term, []).extend(kept)
    for term, pairs in found.items():
        pairs.sort()
        whole._postings[term] = [doc for doc, _ in pairs], [count for _, count in pairs]
    return whole


def with_terms(facts: Facts, language: str) -> Facts:
    """The facts with what they are about."""
    terms = sorted(terms_of(f"{facts.name}\n{facts.description}", language))
    return facts._replace(about=f" {' '.join(terms)} ")


MIN_SIMILAR = 4
"""Letters: a shorter word has too many neighbours to be a typing error of one of them."""


def deletions(term: str) -> list[str]:
    """The term and every string with one character of it deleted: two terms that share one are at most two edits
    apart (a swap of neighbours included), and any two that are one edit apart share one (SymSpell, W. Garbe 2012)."""
    if not MIN_SIMILAR <= len(term) <= 32 or not term.isalpha():
        return []
    return [term, *{term[:i] + term[i + 1 :] for i in range(len(term))}]


def deletion_table(terms: Iterable[str]) -> dict[str, Sequence[str]]:
    """Deletion to terms, for `similar_terms`."""
    table: dict[str, list[str]] = {}
    for term in terms:
        for deletion in deletions(term):
            table.setdefault(deletion, []).append(term)
    return dict(table)
