"""Recall over transcripts: the turns, or the sessions, that answer a question.

The words choose the candidates exactly as in `memdir.recall`; then the neighbouring turns of the same session and the
session as a whole say more. The same documents give the same answer whatever segments they lie in.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from .candidates import candidates
from .collection import Collection
from .conversation import Conversations
from .growing import place_of
from .query import Query
from .ranking import calibrate, evidence
from .recall import Scored
from .segment import Facts
from .stem import ENGLISH

POOL = 50
NEAR = ((1, 0.5), (2, 0.25))


class TurnOptions(NamedTuple):
    """What is asked for beside the words. Times are seconds since the epoch; `now` is the clock's; `since` and `until`
    are of the turn, half-open. `files` are paths, or ends of paths, that a tool call names; `tools` names of tools;
    `namespaces` folders of projects, with what is below them. `typed_only`: what a person typed. `explain` fills
    `why`."""

    now: float
    limit: int = 10
    roles: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    since: float = -inf
    until: float = inf
    typed_only: bool = False
    language: str = ENGLISH
    explain: bool = False

    @property
    def filtered(self) -> bool:
        """True when turns are left out."""
        return self._replace(now=0.0, limit=10, language=ENGLISH, explain=False) != TurnOptions(0.0)


class FoundSession(NamedTuple):
    """One session found: the id of its file, its session's id, its score (0 to 1), its best turn, and what each step
    gave."""

    file: str
    session: str
    score: float
    best: Scored
    parts: dict[str, float]
    why: tuple[str, ...] = ()


def recall_turns(collection: Collection, text: str, options: TurnOptions) -> list[Scored]:
    """The best turns for a question, best first, ties by id."""
    if options.limit < 1 or not collection.count:
        return []
    query = Query(collection, text, options.language)
    wanted = max(POOL, options.limit)

    def admitted(facts: Facts) -> bool:
        return admits(facts, options)

    found = candidates(collection, query, wanted, admitted, lambda *_: True, filtered=options.filtered)
    if not found:
        return []
    conversations = Conversations(collection)
    words = {number: value for value, number, _ in found}
    facts = {number: known for _, number, known in found}
    totals: dict[int, float] = dict(words)
    for number, value in words.items():
        for distance, share in NEAR:
            for step in (-distance, distance):
                near = conversations.neighbour(number, step)
                if near < 0:
                    continue
                if near not in totals:
                    facts[near] = collection.facts(near)
                    totals[near] = 0.0
                totals[near] += share * value
    ranked = [(-total, facts[n].id, n) for n, total in totals.items() if admitted(facts[n])]
    ranked.sort()
    first = ranked[0]
    coverage = sum(1 for word in query.words if collection.gain(word, found[0][1])) / (query.count or 1)
    sure = evidence(found[0][0], collection.most, min(1.0, coverage), min(1.0, coverage))
    whole = query.mass or 1.0
    results = []
    for total, _, number in ranked[: options.limit]:
        own = words.get(number, 0.0)
        parts = {"words": round(own / whole, 4), "neighbours": round((-total - own) / whole, 4)}
        view, place = collection.place(number)
        value = round(calibrate(sure, total / first[0]), 6)
        results.append(Scored(view, place, facts[number], value, parts, (), query.terms))
    return results


def recall_sessions(collection: Collection, text: str, options: TurnOptions) -> list[FoundSession]:
    """The best sessions for a question, best first, ties by the file's id."""
    found: dict[str, FoundSession] = {}
    for turn in recall_turns(collection, text, options._replace(limit=max(POOL, options.limit))):
        file, _ = place_of(turn.facts.id)
        if file not in found:
            found[file] = FoundSession(file, turn.facts.session or "", turn.score, turn, turn.parts, turn.why)
    return list(found.values())[: options.limit]


def admits(facts: Facts, options: TurnOptions) -> bool:
    """Whether the filters let the turn through."""
    if options.typed_only and not facts.pinned:
        return False
    if options.roles and facts.type not in options.roles:
        return False
    if options.tools and not set(options.tools).intersection(facts.topics):
        return False
    if options.branches and facts.sources[:1] not in [(branch,) for branch in options.branches]:
        return False
    if options.files and not any(_names(path, file) for path in facts.sources[1:] for file in options.files):
        return False
    if options.namespaces and not any(
        facts.namespace == n or facts.namespace.startswith(n + "/") for n in options.namespaces
    ):
        return False
    return options.since <= facts.modified < options.until


def _names(path: str, file: str) -> bool:
    """Whether a path is the file, or ends with it."""
    return path == file or path.endswith("/" + file.lstrip("/"))
