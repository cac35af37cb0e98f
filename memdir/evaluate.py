"""How well recall answers a file of questions: hit@k, mean reciprocal rank, and what saying nothing costs.

A line of the file is a JSON object: `query`, `gold` (ids of the files that answer it; empty: nothing does), and where
wanted `kind` and `repo` (a directory below the root that is asked; without it the given one is).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import NamedTuple

from .errors import BadInputError

DEPTH = 10
ABSENT = "absent"
"""The kind of a question without an answer, where the file gives none."""
OTHER = "question"
CURVE = tuple(step / 20 for step in range(20))

Found = Sequence[tuple[str, float]]
"""Ids and scores, best first."""
Ask = Callable[[str | None, str], Found]
"""Ask a directory (None: the given one) a question, without a threshold."""


class Question(NamedTuple):
    """One question: the directory asked, its kind, and the ids that answer it."""

    query: str
    gold: tuple[str, ...]
    kind: str
    repo: str | None = None


class Outcome(NamedTuple):
    """What came of a question: the rank of the first right answer (0 the best, None not found), the score of that
    answer, and the score of the best hit (0 without one)."""

    question: Question
    rank: int | None
    right: float
    best: float


class Figures(NamedTuple):
    """Shares of the questions that have an answer: hit@1, 5, 10 and the mean reciprocal rank; of the others
    (`absent`), the share that got an answer all the same. None where there is no such question."""

    questions: int
    hit1: float | None = None
    hit5: float | None = None
    hit10: float | None = None
    mrr: float | None = None
    absent: int = 0
    answered: float | None = None


class Point(NamedTuple):
    """One threshold of the trade-off: hit@5 of the questions with an answer, share of the others that get one."""

    threshold: float
    hit5: float | None
    answered: float | None


class Report(NamedTuple):
    """`ranking` is without a threshold, by kind and over all (`all`); `answers` with it. `curve` is the trade-off."""

    threshold: float
    ranking: dict[str, Figures]
    answers: dict[str, Figures]
    curve: list[Point]
    outcomes: Sequence[Outcome] = ()
    median_ms: float = 0.0


def read_questions(text: str, path: str = "") -> list[Question]:
    """The questions of a file. Raises `BadInputError` with the line of one that cannot be used."""
    found: list[Question] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise _bad("not a JSON object", path, number) from error
        if not isinstance(row, dict) or not isinstance(row.get("query"), str):
            raise _bad("a question needs a `query`", path, number)
        gold, kind, repo = row.get("gold", []), row.get("kind"), row.get("repo")
        if not isinstance(gold, list) or not all(isinstance(id, str) for id in gold):
            raise _bad("`gold` is a list of paths", path, number)
        if not isinstance(kind, str | None) or not isinstance(repo, str | None):
            raise _bad("`kind` and `repo` are texts", path, number)
        found.append(Question(row["query"], tuple(gold), kind or (OTHER if gold else ABSENT), repo))
    if not found:
        raise _bad("no question in the file", path, 0)
    return found


def _bad(message: str, path: str, line: int) -> BadInputError:
    return BadInputError(message, path=path or None, line=line or None, hint='a line is {"query": "…", "gold": ["…"]}')


def evaluate(
    questions: Sequence[Question], ask: Ask, threshold: float, clock: Callable[[], float] | None = None
) -> Report:
    """Ask every question and count. `clock` (seconds) gives the median time of one."""
    outcomes: list[Outcome] = []
    times: list[float] = []
    for question in questions:
        began = clock() if clock else 0.0
        found = ask(question.repo, question.query)
        times.append(clock() - began if clock else 0.0)
        outcomes.append(outcome(question, found))
    kinds = list(dict.fromkeys(q.kind for q in questions))
    groups = {kind: [o for o in outcomes if o.question.kind == kind] for kind in kinds}
    groups["all"] = outcomes
    return Report(
        threshold,
        {kind: figures(group, 0.0) for kind, group in groups.items()},
        {kind: figures(group, threshold) for kind, group in groups.items()},
        [_point(outcomes, step) for step in sorted({*CURVE, threshold})],
        outcomes,
        round(median(times) * 1000, 3),
    )


def outcome(question: Question, found: Found) -> Outcome:
    """Compare what was found with what is right."""
    gold = set(question.gold)
    for rank, (id, score) in enumerate(found[:DEPTH]):
        if id in gold:
            return Outcome(question, rank, score, found[0][1])
    return Outcome(question, None, 0.0, found[0][1] if found else 0.0)


def figures(outcomes: Iterable[Outcome], threshold: float) -> Figures:
    """The figures of some outcomes when hits below the threshold are not shown."""
    answerable = [o for o in outcomes if o.question.gold]
    absent = [o for o in outcomes if not o.question.gold]
    answered = _share(sum(1 for o in absent if o.best > 0 and o.best >= threshold), len(absent))
    if not answerable:
        return Figures(0, absent=len(absent), answered=answered)
    ranks = [o.rank for o in answerable if o.rank is not None and o.right >= threshold]
    count = len(answerable)
    return Figures(
        count,
        _share(sum(1 for rank in ranks if rank < 1), count),
        _share(sum(1 for rank in ranks if rank < 5), count),
        _share(len(ranks), count),
        round(sum(1 / (rank + 1) for rank in ranks) / count, 4),
        len(absent),
        answered,
    )


def _point(outcomes: Sequence[Outcome], threshold: float) -> Point:
    found = figures(outcomes, threshold)
    return Point(threshold, found.hit5, found.answered)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
