"""The one recall: ranked documents for a query over a collection of segments, the same whatever the segments are.

First the words choose the candidates (`memdir.candidates`), then structure, priors and diversity order them, and the
score is made comparable between queries. What each step gave is in `parts`, in words in `why`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from math import inf
from typing import NamedTuple

from .candidates import candidates, score
from .collection import Collection, View
from .dates import age_days, rfc3339
from .hit import Hit
from .query import Query
from .ranking import (
    ACTIVATION,
    ACTIVE,
    CANDIDATES,
    MIN_EDGE,
    MIN_SCORE,
    REPEATED,
    SYNONYM_COVERAGE,
    calibrate,
    evidence,
    prior,
)
from .segment import Facts
from .stem import ENGLISH

__all__ = ["Collection", "RecallOptions", "Scored", "View", "hits", "recall"]

DEFAULT_LIMIT = 10
_rfc3339 = lru_cache(maxsize=1 << 14)(rfc3339)


class RecallOptions(NamedTuple):
    """What is asked for beside the words. Times are seconds since the epoch; `now` is the clock's, `as_of` asks what
    was valid then; `since` and `until` are of the last modification, half-open. `namespaces` include what is below
    them. `all` also gives what is not active or not valid. `min_score` None is the default threshold, 0 none. `explain`
    fills `why`."""

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
    explain: bool = False

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


class Scored(NamedTuple):
    """One recalled document: its view, its number there, its facts, its score (0 to 1) and what each step gave."""

    view: View
    number: int
    facts: Facts
    score: float
    parts: dict[str, float]
    why: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


class _Candidate:
    __slots__ = ("diversity", "edge", "facts", "number", "prior", "structure", "total", "words")

    def __init__(self, number: int, words: float, facts: Facts) -> None:
        self.number = number
        self.words = words
        self.facts = facts
        self.structure = 0.0
        self.edge = ""
        self.prior = 1.0
        self.diversity = 1.0
        self.total = words


def recall(views: Collection | Sequence[View], text: str, options: RecallOptions) -> list[Scored]:
    """The best documents for a query, best first, ties by path; none below the threshold. Who asks often gives the
    same `Collection` each time, as it keeps what it has decoded."""
    collection = views if isinstance(views, Collection) else Collection(views)
    if options.limit < 1 or not collection.count:
        return []
    query = Query(collection, text, options.language)
    wanted = max(CANDIDATES, options.limit)
    least = MIN_SCORE if options.min_score is None else options.min_score
    gain = collection.gain

    def promises(score: float, number: int) -> bool:
        weights = [word.weight for word in query.words if word.weight and gain(word, number)]
        coverage, about = min(1.0, len(weights) / (query.count or 1)), sum(weights) / (query.mass or 1.0)
        return calibrate(evidence(score, collection.most, coverage, about), 1.0) >= least

    admitted = admission(options)
    found = candidates(collection, query, wanted, admitted, promises, filtered=options.filtered)
    pool = {number: _Candidate(number, words, facts) for words, number, facts in found}
    _activate(collection, query, pool, options)
    if not pool:
        return []
    now, moment = options.now, options.moment
    for candidate in pool.values():
        candidate.prior = prior(candidate.facts, now, moment)
        candidate.total = (candidate.words + candidate.structure) * candidate.prior
    ranked = _diversified(list(pool.values()))
    first = ranked[0]
    coverage, about = _covered(collection, query, first)
    sure = evidence(first.words, collection.most, coverage, about)
    results: list[Scored] = []
    for candidate in ranked[: options.limit]:
        value = round(calibrate(sure, candidate.total / first.total), 6)
        if value < least:
            break
        results.append(_scored(collection, query, candidate, value, explain=options.explain))
    return results


def _covered(collection: Collection, query: Query, candidate: _Candidate) -> tuple[float, float]:
    """The share of the query's words that the document has, and the share of their weight that its name and
    description have; a synonym covers a part."""
    said = candidate.facts.about
    coverage = about = 0.0
    number, own_and_synonym = candidate.number, collection.own_and_synonym
    for word in query.words:
        weight = word.weight
        if not weight:
            continue
        own, other = own_and_synonym(word, number)
        if own:
            coverage += 1.0
        elif other:
            coverage += SYNONYM_COVERAGE
        else:
            continue
        for _, term, _ in word.direct:
            if f" {term} " in said:
                about += weight
                break
        else:
            for _, term, _ in word.synonyms:
                if f" {term} " in said:
                    about += SYNONYM_COVERAGE * weight
                    break
    return min(1.0, coverage / (query.count or 1)), about / (query.mass or 1.0)


def _activate(collection: Collection, query: Query, pool: dict[int, _Candidate], options: RecallOptions) -> None:
    """The best documents give a share of their word score to their neighbours; a link may bring a new one."""
    known = {number: candidate.facts for number, candidate in pool.items()}
    for active in list(pool.values())[:ACTIVE]:
        for number, weight, edge in collection.near(active.number, known, MIN_EDGE):
            candidate = pool.get(number)
            if candidate is None:
                facts = collection.facts(number)
                if not admits(facts, options):
                    continue
                known[number] = facts
                candidate = pool[number] = _Candidate(number, score(collection, query, number), facts)
            given = ACTIVATION * weight * active.words
            if given > candidate.structure:
                candidate.structure = given
                candidate.edge = edge


def _rank(candidate: _Candidate) -> tuple[float, str, int]:
    return (-candidate.total, candidate.facts.id, candidate.number)


def _diversified(ranked: list[_Candidate]) -> list[_Candidate]:
    """Best first; what says the same as a better one (equal name and description) moves down."""
    ranked.sort(key=_rank)
    seen: set[tuple[str, str]] = set()
    repeated = False
    for candidate in ranked:
        said = (candidate.facts.name, candidate.facts.description)
        if not said[1]:
            continue
        if said in seen:
            candidate.diversity = REPEATED
            candidate.total *= REPEATED
            repeated = True
        else:
            seen.add(said)
    if repeated:
        ranked.sort(key=_rank)
    return ranked


def _scored(collection: Collection, query: Query, candidate: _Candidate, value: float, *, explain: bool) -> Scored:
    """The result, with what each step gave: `words` (and with `explain`, apart from them, `synonyms`) and `structure`
    as shares of what a document with the whole query would get, `prior` and `diversity` as factors."""
    whole = query.mass or 1.0
    parts = {"words": round(candidate.words / whole, 4)}
    why: tuple[str, ...] = ()
    if explain:
        parts, why = _explained(collection, query, candidate, whole)
    if candidate.structure:
        parts["structure"] = round(candidate.structure / whole, 4)
    parts["prior"] = round(candidate.prior, 4)
    if candidate.diversity != 1.0:
        parts["diversity"] = candidate.diversity
    view, number = collection.place(candidate.number)
    return Scored(view, number, candidate.facts, value, parts, why, query.terms)


def _explained(
    collection: Collection, query: Query, candidate: _Candidate, whole: float
) -> tuple[dict[str, float], tuple[str, ...]]:
    own_total = other_total = 0.0
    words: list[str] = []
    why: list[str] = []
    for word in query.words:
        own, other = collection.own_and_synonym(word, candidate.number)
        if own >= other:
            own_total += own
            words += [word.text] if own else []
        else:
            other_total += other
            why.append(f"{collection.best_synonym(word, candidate.number)} for {word.text}")
    if words:
        why.insert(0, "words: " + ", ".join(words))
    if candidate.edge:
        why.append(candidate.edge)
    parts = {"words": round(own_total / whole, 4)}
    if other_total:
        parts["synonyms"] = round(other_total / whole, 4)
    return parts, tuple(why)


def admission(options: RecallOptions) -> Callable[[Facts], bool]:
    """`admits` for these options."""
    if options.filtered or options.all:
        return partial(admits, options=options)
    now = options.now
    return lambda facts: facts.status == "active" and facts.valid_from <= now < facts.valid_until


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
    now = options.now
    return [
        tuple.__new__(Hit, (  # a third of the time of Hit(...)
            facts.id, view.source, view.root, facts.name, facts.type, facts.description, score, parts,
            _rfc3339(facts.modified), facts.line, age_days(facts.modified, now), why, terms,
        ))
        for view, _, facts, score, parts, why, terms in scored
    ]  # fmt: skip
