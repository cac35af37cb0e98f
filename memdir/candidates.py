"""The documents worth a closer look: the best by their words, exactly, however they are found.

A document's word score is the sum of what each word of the query gives it. Words are added rarest first. As soon as
what is left to add cannot lift a new document over the threshold, only the documents already found are completed
(MaxScore, Turtle & Flood 1995). Where the lists are long and the segments have an engine, the engine proposes documents
with upper bounds, and more are fetched until its bound on the rest is too low. Sums are made in one order, so that
every way gives the same digits.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import nlargest

from .collection import LONG, Collection, Word
from .query import Query
from .ranking import CANDIDATE_FLOOR
from .segment import Facts

ENGINE_POSTINGS = 3_000
"""Postings to read from which on an engine is asked, where there is one."""
ENGINE_FETCH = 20
"""Documents asked for; and at least so many more than are wanted:"""
ENGINE_MORE = 8
FILTERED_DEPTH = 8
"""Times as many documents as are wanted that an engine is asked for where many may be refused; when they do not
suffice, the postings are read."""
PRUNE_POSTINGS = 200
"""Postings left from which on it is worth asking whether they matter."""

_LESS = 0.999999
"""Bounds are compared with a margin for rounding."""

Found = list[tuple[float, int, Facts]]
Admits = Callable[[Facts], bool]
Promises = Callable[[float, int], bool]
"""Whether a document (its word score, its number) could be a first hit above the threshold."""


def candidates(
    collection: Collection, query: Query, wanted: int, admits: Admits, promises: Promises, *, filtered: bool
) -> Found:
    """The best `wanted` documents that `admits` lets through, as (score, number, facts), best first, ties by path; none
    below `CANDIDATE_FLOOR` of the best. `filtered` says that many may be refused. Where few documents
    have any of the words and none of them `promises` to be an answer, nothing is given and no facts are read."""
    if not query.words:
        return []
    if sum([word.df for word in query.words]) <= PRUNE_POSTINGS:
        few = _accumulate(collection, query, wanted, prune=False)
        if not any(promises(value, number) for number, value in few.items()):
            return []
        return _select(collection, few, wanted, admits, all=True) or []
    depth = wanted * FILTERED_DEPTH if filtered else wanted
    proposed = _engine(collection, query, depth) if _is_long(collection, query) else None
    if filtered and proposed is not None:
        found = _select(collection, proposed[0], wanted, admits, all=True, unseen=proposed[1])
        if found is not None:
            return found
    if not filtered:
        scores = proposed[0] if proposed else _accumulate(collection, query, wanted, prune=True)
        found = _select(collection, scores, wanted, admits)
        if found is not None:
            return found
    scores = _accumulate(collection, query, wanted, prune=False)
    return _select(collection, scores, wanted, admits, all=True) or []


def _is_long(collection: Collection, query: Query) -> bool:
    if max([view.segment.count for view in collection.views]) <= LONG:
        return False  # such a segment has no engine
    return sum([word.df for word in query.words]) > ENGINE_POSTINGS


def _accumulate(collection: Collection, query: Query, wanted: int, *, prune: bool) -> dict[int, float]:
    words = query.words
    for word in words:
        if word.df <= LONG:
            collection.gains(word)  # which tells how much it gives at most
    rest = sum([word.bound for word in words])
    left = sum([word.df for word in words])
    scores: dict[int, float] = {}
    for place, word in enumerate(words):
        if prune and scores and left > PRUNE_POSTINGS:
            best = max(scores.values())
            threshold = CANDIDATE_FLOOR * best
            if threshold <= rest < best and len(scores) > wanted:
                threshold = max(threshold, nlargest(wanted, scores.values())[-1])
            if rest < threshold * _LESS:
                return _complete(collection, words[place:], scores, threshold, rest)
        gains = collection.gains(word)
        if scores:
            get = scores.get
            for number, gain in gains.items():
                scores[number] = get(number, 0.0) + gain
        else:
            scores = dict(gains)
        rest -= word.bound
        left -= word.df
    return scores


def score(collection: Collection, query: Query, number: int) -> float:
    """One document's word score."""
    at = collection.at(number)
    return collection.word_scores(query.words, at, [number - collection.bases[at]])[0]


def _complete(
    collection: Collection, words: list[Word], scores: dict[int, float], threshold: float, rest: float
) -> dict[int, float]:
    """The exact scores of the documents that can still reach the threshold."""
    for word in words:
        least = (threshold - rest) * _LESS
        scores = {number: value for number, value in scores.items() if value >= least}
        gains = word.gains
        if gains is None:
            for number in scores:
                scores[number] += collection.gain(word, number)
        elif len(gains) < len(scores):
            for number, gain in gains.items():
                if number in scores:
                    scores[number] += gain
        else:
            get = gains.get
            for number in scores:
                scores[number] += get(number, 0.0)
        rest -= word.bound
    return scores


def _select(
    collection: Collection,
    scores: dict[int, float],
    wanted: int,
    admits: Admits,
    *,
    all: bool = False,
    unseen: float = 0.0,
) -> Found | None:
    """The best admitted documents. None when one is refused and `scores` may lack what takes its place: with `all` it
    lacks only documents of at most the score `unseen`."""
    if not scores:
        return []
    least = 0.0
    if not all:
        least = CANDIDATE_FLOOR * max(scores.values())
        if len(scores) > 2 * wanted:
            least = max(least, nlargest(wanted, scores.values())[-1])
    ordered = [(-value, number) for number, value in scores.items() if value >= least]
    ordered.sort()
    found: Found = []
    last = 0.0
    for negative, number in ordered:
        if len(found) >= wanted and negative != last:
            break
        if found and -negative < CANDIDATE_FLOOR * found[0][0]:
            break
        if -negative <= unseen:
            return None
        facts = collection.facts(number)
        if admits(facts):
            found.append((-negative, number, facts))
            last = negative
        elif not all:
            return None
    else:
        if unseen and (not found or unseen >= CANDIDATE_FLOOR * found[0][0]):
            return None
    found.sort(key=_order)
    return found[:wanted]


def _order(found: tuple[float, int, Facts]) -> tuple[float, str, int]:
    return (-found[0], found[2].id, found[1])


def _engine(collection: Collection, query: Query, wanted: int) -> tuple[dict[int, float], float] | None:
    """Candidates proposed by the segments' engines, and what any other document has at most; None when a half of the
    documents has no engine."""
    weights: dict[str, float] = {}
    for word in query.words:
        for weight, term, _ in (*word.direct, *word.synonyms):
            weights[term] = weights.get(term, 0.0) + weight
    terms = sorted(weights.items())
    fetch = max(ENGINE_FETCH, wanted + ENGINE_MORE)
    while True:
        scores: dict[int, float] = {}
        rest = 0.0
        for at, view in enumerate(collection.views):
            segment = view.segment
            proposed = segment.candidates(terms, fetch)
            if proposed is None:
                if 2 * segment.count > collection.size:
                    return None
                numbers = _bearers(query, collection.bases[at])
            else:
                numbers = {doc for doc, _ in proposed}
                if len(proposed) >= fetch:
                    own = segment.total_length / segment.count
                    rest = max(rest, proposed[-1][1] * max(1.0, collection.average_length / own))
            docs = [doc for doc in numbers if doc not in view.removed]
            found = collection.word_scores(query.words, at, docs)
            base = collection.bases[at]
            scores.update(zip([base + doc for doc in docs], found, strict=True))
        if rest == 0.0:
            return scores, rest
        best = nlargest(wanted, scores.values())
        if best and rest < max(CANDIDATE_FLOOR * best[0], best[-1] if len(best) == wanted else 0.0):
            return scores, rest
        if fetch > collection.count:
            return None
        fetch *= 4


def _bearers(query: Query, base: int) -> set[int]:
    """The documents of the view whose numbers begin at `base` that have any of the words."""
    numbers: set[int] = set()
    for word in query.words:
        for _, _, entry in (*word.direct, *word.synonyms):
            for start, _, docs, _, _ in entry.lists:
                if start == base:
                    numbers.update(docs)
    return numbers
