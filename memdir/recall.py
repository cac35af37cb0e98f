"""The one recall: ranked documents for a query over a collection of segments, the same whatever the segments are.

First the words choose the candidates (`memdir.candidates`), then structure, priors and diversity order them, and the
score is made comparable between queries. What each step gave is in `parts`, in words in `why`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from .candidates import candidates, group_gain, score
from .collection import Collection, View
from .dates import age_days, rfc3339
from .hit import Hit
from .query import Group, Query
from .ranking import ACTIVATION, ACTIVE, CANDIDATES, MIN_SCORE, REPEATED, calibrate, prior
from .segment import Facts
from .stem import ENGLISH

__all__ = ["Collection", "RecallOptions", "Scored", "View", "hits", "recall"]

DEFAULT_LIMIT = 10


@dataclass(frozen=True, slots=True)
class RecallOptions:
    """What is asked for beside the words. Times are seconds since the epoch; `now` is the clock's, `as_of` asks what
    was valid then; `since` and `until` are of the last modification, half-open. `namespaces` include what is below
    them. `all` also gives what is not active or not valid. `min_score` None is the default threshold, 0 none."""

    now: float
    limit: int = DEFAULT_LIMIT
    types: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    since: float = -inf
    until: float = inf
    as_of: float | None = None
    all: bool = False
    min_score: float | None = None
    language: str = ENGLISH

    @property
    def moment(self) -> float:
        """The time at which a memory must be valid."""
        return self.now if self.as_of is None else self.as_of

    @property
    def filtered(self) -> bool:
        """True when documents are left out for another reason than their state."""
        return bool(
            self.types or self.topics or self.namespaces or self.since != -inf or self.until != inf
            or self.as_of is not None
        )  # fmt: skip


@dataclass(slots=True)
class Scored:
    """One recalled document: its view, its number there, its facts, its score (0 to 1) and what each step gave."""

    view: View
    number: int
    facts: Facts
    score: float
    parts: dict[str, float] = field(default_factory=dict)
    why: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(slots=True)
class _Candidate:
    number: int
    words: float
    structure: float = 0.0
    edge: str = ""
    prior: float = 1.0
    diversity: float = 1.0

    @property
    def total(self) -> float:
        return (self.words + self.structure) * self.prior * self.diversity


def recall(views: Collection | Sequence[View], text: str, options: RecallOptions) -> list[Scored]:
    """The best documents for a query, best first, ties by path; none below the threshold. Who asks often gives the
    same `Collection` each time, as it keeps what it has decoded."""
    collection = views if isinstance(views, Collection) else Collection(views)
    if options.limit < 1 or not collection.count:
        return []
    query = Query(collection, text, options.language)

    def admitted(number: int) -> bool:
        return admits(collection.facts(number), options)

    wanted = max(CANDIDATES, options.limit)
    found = candidates(collection, query, wanted, admitted, filtered=options.filtered)
    if not found:
        return []
    pool = {number: _Candidate(number, words) for words, number in found}
    _activate(collection, query, pool, found, options)
    for candidate in pool.values():
        candidate.prior = prior(collection.facts(candidate.number), options.now, options.moment)
    ranked = _diversify(collection, pool)
    least = MIN_SCORE if options.min_score is None else options.min_score
    results: list[Scored] = []
    for candidate in ranked[: options.limit]:
        value = round(calibrate(candidate.total, query.mass, collection.most), 6)
        if value < least or value <= 0.0:
            break
        results.append(_scored(collection, query, candidate, value))
    return results


def _activate(
    collection: Collection,
    query: Query,
    pool: dict[int, _Candidate],
    found: Sequence[tuple[float, int]],
    options: RecallOptions,
) -> None:
    """The best documents give a share of their word score to their neighbours, who may be new."""
    for words, number in found[:ACTIVE]:
        for neighbour in collection.neighbours(number):
            candidate = pool.get(neighbour.number)
            if candidate is None:
                if not admits(collection.facts(neighbour.number), options):
                    continue
                own = score(collection, query, neighbour.number)
                candidate = pool[neighbour.number] = _Candidate(neighbour.number, own)
            given = ACTIVATION * neighbour.weight * words
            if given > candidate.structure:
                candidate.structure = given
                candidate.edge = neighbour.edge


def _diversify(collection: Collection, pool: dict[int, _Candidate]) -> list[_Candidate]:
    """Best first; what says the same as a better one (equal name and description) moves down."""
    ranked = sorted(pool.values(), key=lambda c: (-c.total, collection.id(c.number), c.number))
    seen: set[tuple[str, str]] = set()
    repeated = False
    for candidate in ranked:
        facts = collection.facts(candidate.number)
        said = (facts.name, facts.description)
        if said in seen:
            candidate.diversity = REPEATED
            repeated = True
        seen.add(said)
    if repeated:
        ranked.sort(key=lambda c: (-c.total, collection.id(c.number), c.number))
    return ranked


def _scored(collection: Collection, query: Query, candidate: _Candidate, value: float) -> Scored:
    """The result, with what each step gave: `words` and `synonyms` as shares of what the whole query could give,
    `structure` likewise, `prior` and `diversity` as factors."""
    own_total = other_total = 0.0
    why: list[str] = []
    own_words: list[str] = []
    terms: list[str] = []
    for group in query.groups:
        own, other = group_gain(collection, group, candidate.number)
        if own >= other:
            own_total += own
            if own:
                own_words.append(group.text)
                terms += [term for _, term, _ in group.direct]
        else:
            other_total += other
            term = _best_synonym(collection, group, candidate.number)
            why.append(f"{term} for {group.text}")
            terms.append(term)
    whole = query.mass or 1.0
    parts = {"words": round(own_total / whole, 4)}
    if other_total:
        parts["synonyms"] = round(other_total / whole, 4)
    if candidate.structure:
        parts["structure"] = round(candidate.structure / whole, 4)
        why.append(candidate.edge)
    parts["prior"] = round(candidate.prior, 4)
    if candidate.diversity != 1.0:
        parts["diversity"] = candidate.diversity
    if own_words:
        why.insert(0, "words: " + ", ".join(own_words))
    view, number = collection.place(candidate.number)
    return Scored(view, number, collection.facts(candidate.number), value, parts, tuple(why), tuple(terms))


def _best_synonym(collection: Collection, group: Group, number: int) -> str:
    return max(group.synonyms, key=lambda s: s[0] * collection.gain(s[2], number))[1]


def admits(facts: Facts, options: RecallOptions) -> bool:
    """Whether the filters let the document through. Validity is half-open: `valid_from <= t < valid_until`."""
    if not options.all:
        if not facts.valid_from <= options.moment < facts.valid_until:
            return False
        if facts.status != "active" and options.as_of is None:
            return False
    if options.types and facts.type not in options.types:
        return False
    if options.topics and not set(options.topics).intersection(facts.topics):
        return False
    if options.namespaces and not any(
        facts.namespace == n or facts.namespace.startswith(n + "/") for n in options.namespaces
    ):
        return False
    return options.since <= facts.modified < options.until


def hits(scored: Sequence[Scored], options: RecallOptions) -> list[Hit]:
    """The hits a caller gets. A snippet is made when it is asked for."""
    return [
        Hit(
            s.facts.id, s.view.source, s.view.root, s.facts.name, s.facts.type, s.facts.description, s.score, s.parts,
            rfc3339(s.facts.modified), s.facts.line, age_days(s.facts.modified, options.now), s.why, s.terms,
        )
        for s in scored
    ]  # fmt: skip
