"""The one recall: ranked documents for a query over a list of segments, the same whatever the segments are."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from math import inf, log

from .model import Hit
from .segment import Facts, Segment
from .stem import ENGLISH
from .text import query_terms

DEFAULT_LIMIT = 10
K1 = 1.2
B = 0.75


@dataclass(frozen=True, slots=True)
class View:
    """A segment as a query sees it: which of its documents do not count any more, and where they come from."""

    segment: Segment
    removed: AbstractSet[int] = frozenset()
    source: str = ""
    root: str = ""


@dataclass(frozen=True, slots=True)
class RecallOptions:
    """What is asked for beside the words. Times are seconds since the epoch. `now` is the clock's; `as_of` asks what
    was valid then. `all` also gives what is not active or not valid. `min_score` None is the default threshold."""

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


@dataclass(slots=True)
class Scored:
    """One recalled document: its view, its number there, its score (0 to 1) and what each step gave to it."""

    view: View
    number: int
    facts: Facts
    score: float
    parts: dict[str, float] = field(default_factory=dict)
    why: tuple[str, ...] = ()


def recall(views: Sequence[View], query: str, options: RecallOptions) -> list[Scored]:
    """The best documents for a query, best first, ties by path."""
    total = sum(v.segment.count - len(v.removed) for v in views)
    if not total:
        return []
    length = sum(v.segment.total_length - sum(v.segment.lengths[n] for n in v.removed) for v in views)
    average = length / total or 1.0
    scores: list[dict[int, float]] = [{} for _ in views]
    for term, weight in query_terms(query, options.language).items():
        lists = [v.segment.postings(term) for v in views]
        found = [
            [(d, c) for d, c in zip(*entry, strict=True) if d not in v.removed] if entry else []
            for v, entry in zip(views, lists, strict=True)
        ]
        df = sum(map(len, found))
        idf = log(1 + (total - df + 0.5) / (df + 0.5)) * weight
        for view, accumulated, entry2 in zip(views, scores, found, strict=True):
            lengths = view.segment.lengths
            for d, c in entry2:
                gain = idf * c / (c + K1 * (1 - B + B * lengths[d] / average))
                accumulated[d] = accumulated.get(d, 0.0) + gain
    best = [
        Scored(v, d, v.segment.facts(d), s, {"text": s})
        for v, a in zip(views, scores, strict=True)
        for d, s in a.items()
    ]
    best = [s for s in best if admits(s.facts, options)]
    best.sort(key=lambda s: (-s.score, s.facts.id, s.view.source))
    for scored in best:
        scored.score = round(scored.score / (scored.score + 5.0), 6)
    return best[: options.limit]


def admits(facts: Facts, options: RecallOptions) -> bool:
    """Whether the filters let the document through. Validity is half-open: `valid_from <= t < valid_until`."""
    if not options.all:
        moment = options.now if options.as_of is None else options.as_of
        if not facts.valid_from <= moment < facts.valid_until:
            return False
        if facts.status != "active" and options.as_of is None:
            return False
    if options.types and facts.type not in options.types:
        return False
    if options.topics and not set(options.topics) & set(facts.topics):
        return False
    if options.namespaces and not any(
        facts.namespace == n or facts.namespace.startswith(n + "/") for n in options.namespaces
    ):
        return False
    return options.since <= facts.modified < options.until


def hits(scored: Sequence[Scored], options: RecallOptions) -> list[Hit]:
    """The hits a caller gets; their snippets are made when they are shown (`memdir.snippet`)."""
    from .dates import rfc3339

    return [
        Hit(
            path=s.facts.id,
            source=s.view.source,
            root=s.view.root,
            name=s.facts.name,
            type=s.facts.type,
            description=s.facts.description,
            score=s.score,
            parts=s.parts,
            snippet="",
            modified=rfc3339(s.facts.modified),
            line=s.facts.line,
            age_days=max(0, int((options.now - s.facts.modified) // 86400)),
            why=s.why,
        )
        for s in scored
    ]
