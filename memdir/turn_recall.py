"""Recall over transcripts: the turns, or the sessions, that answer a question.

The words choose the candidates exactly as in `memdir.recall`; then what stands near a turn, its session as a whole, who
speaks, and dates in the question order them. The same documents give the same answer whatever segments they lie in.
"""

from __future__ import annotations

from math import inf, log
from typing import NamedTuple

from .asked_dates import Asked, asked_dates, nearness
from .candidates import candidates
from .collection import Collection
from .conversation import Conversations
from .growing import place_of
from .query import Query
from .ranking import calibrate, evidence
from .recall import Scored
from .segment import Facts
from .stem import ENGLISH
from .text import parse_query
from .turn_ranking import (
    ANSWER,
    ASKING,
    ASKS,
    BEST_TURN,
    DATE,
    FIRST,
    LONG,
    NEAR,
    OWN,
    POOL,
    REPEATED,
    SESSION,
    SPEAKER,
    WHOLE,
)


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


class _Turn:
    """A turn that is looked at closely: its place (file and number in it), the gain of its own words, what its words
    and its neighbours' give together, how many of the words it has itself and with its neighbours, and what each step
    gives as a share of the best turn's words."""

    __slots__ = ("covered", "facts", "file", "has", "near", "number", "own", "parts", "place", "total")

    def __init__(self, number: int, file: str, place: int, facts: Facts) -> None:
        self.number = number
        self.file = file
        self.place = place
        self.facts = facts
        self.own = self.near = self.total = 0.0
        self.has = self.covered = 0
        self.parts: dict[str, float] = {}


class _Ranking:
    """One question over one collection."""

    def __init__(self, collection: Collection, text: str, options: TurnOptions) -> None:
        self.collection = collection
        self.options = options
        self.query = Query(collection, text, options.language)
        self.conversations = Conversations(collection)
        self.files: dict[str, float] = {}
        """The files of the turns with their word scores, as shares of the best one's."""
        self.turns = self._pool()
        if self.turns:
            self._spread()
            self._judge(_Question(text, options))

    def _pool(self) -> dict[tuple[str, int], _Turn]:
        """The best turns by their words, and the turns next to them."""
        collection, options, conversations = self.collection, self.options, self.conversations
        wanted = max(POOL, options.limit)
        found = candidates(
            collection, self.query, wanted, lambda facts: admits(facts, options), _always, filtered=options.filtered
        )
        turns: dict[tuple[str, int], _Turn] = {}
        for _, number, facts in found:
            file, place = place_of(facts.id)
            turns[file, place] = _Turn(number, file, place, facts)
        for (file, place), turn in list(turns.items()):
            for step, _ in NEAR:
                if (file, place + step) not in turns:
                    other = conversations.neighbour(turn.number, step)
                    if other >= 0:
                        turns[file, place + step] = _Turn(other, file, place + step, collection.facts(other))
        return turns

    def _spread(self) -> None:
        """What each word gives to the turns that have it, and to those near them."""
        turns = self.turns
        by_view: dict[int, list[_Turn]] = {}
        for turn in turns.values():
            by_view.setdefault(self.collection.at(turn.number), []).append(turn)
        near = {
            turn.number: [
                (other, share) for step, share in NEAR if (other := turns.get((turn.file, turn.place - step)))
            ]
            for turn in turns.values()
        }
        for word in self.query.words:
            best: dict[_Turn, float] = {}
            sums: dict[_Turn, float] = {}
            for at, some in by_view.items():
                base = self.collection.bases[at]
                gains = self.collection.word_scores([word], at, [turn.number - base for turn in some])
                for turn, gain in zip(some, gains, strict=True):
                    if not gain:
                        continue
                    turn.own += gain
                    turn.has += 1
                    sums[turn] = sums.get(turn, 0.0) + gain
                    if gain > best.get(turn, 0.0):
                        best[turn] = gain
                    for other, share in near[turn.number]:
                        given = share * gain
                        sums[other] = sums.get(other, 0.0) + given
                        if given > best.get(other, 0.0):
                            best[other] = given
            for turn, total in sums.items():
                turn.near += (1 - REPEATED) * best[turn] + REPEATED * total
                turn.covered += 1

    def _judge(self, question: _Question) -> None:
        """Add up what each step gives."""
        turns, conversations = self.turns, self.conversations
        for file in {turn.file for turn in turns.values()}:
            self.files[file] = conversations.word_score(file, self.query.words)
        most = max(self.files.values()) or 1.0
        self.files = {file: score / most for file, score in self.files.items()}
        top = max(turn.near for turn in turns.values()) or 1.0
        words = len(self.query.words) or 1
        speaker = question.speaker({turn.facts.description for turn in turns.values()})
        for (file, place), turn in turns.items():
            facts = turn.facts
            before = turns.get((file, place - 1))
            asks = facts.status == ASKING
            length = self._length(turn.number)
            parts = {
                "words": turn.own / top,
                "neighbours": (turn.near - turn.own) / top,
                "session": SESSION * self.files[file],
                "own": OWN * turn.has / words,
                "speaker": SPEAKER if question.said_by(facts, speaker) else 0.0,
                "place": (FIRST if place == 0 else 0.0)
                + (ANSWER if before is not None and before.facts.status == ASKING else 0.0)
                - (ASKS if asks else 0.0),
                "length": LONG * length,
                "date": DATE * nearness(question.dates, facts.modified) if question.dates else 0.0,
            }
            turn.parts = {name: value for name, value in parts.items() if value}
            turn.total = sum(parts.values())

    def _length(self, number: int) -> float:
        """How long a turn is beside the average one, as a logarithm within bounds."""
        view, own = self.collection.place(number)
        return min(max(log((view.segment.lengths[own] or 1) / self.collection.average_length), -2.0), 1.5)

    def ranked(self) -> list[_Turn]:
        """The turns that the filters let through, best first, ties by id."""
        found = [turn for turn in self.turns.values() if turn.total > 0 and admits(turn.facts, self.options)]
        found.sort(key=lambda turn: (-turn.total, turn.facts.id, turn.number))
        return found

    def score(self, turn: _Turn, share: float) -> float:
        """The score of a hit that has this share of the best one's (`turn`) total."""
        count = self.query.count or 1
        covered, has = min(1.0, turn.covered / count), min(1.0, turn.has / count)
        return round(calibrate(evidence(turn.near, self.collection.most, covered, has), share), 6)

    def scored(self, turn: _Turn, score: float) -> Scored:
        """A turn as what is given to who asks."""
        view, own = self.collection.place(turn.number)
        parts = {name: round(value, 4) for name, value in turn.parts.items()}
        return Scored(view, own, turn.facts, score, parts, (), self.query.terms)


class _Question:
    """What a question says beside its words."""

    def __init__(self, text: str, options: TurnOptions) -> None:
        self.dates: tuple[Asked, ...] = asked_dates(text, options.now)
        self._places = {word: -at for at, word in enumerate(reversed(parse_query(text, options.language).plain))}

    def speaker(self, names: set[str]) -> str:
        """Of the names of speakers the one that the question has first; empty for none."""
        asked = [(self._places[name.casefold()], name) for name in names if name.casefold() in self._places]
        return min(asked)[1] if asked else ""

    def said_by(self, facts: Facts, speaker: str) -> bool:
        """Whether the turn is by whom the question names."""
        return bool(speaker) and facts.description == speaker


def _always(score: float, number: int) -> bool:
    return True


def recall_turns(collection: Collection, text: str, options: TurnOptions) -> list[Scored]:
    """The best turns for a question, best first, ties by id."""
    if options.limit < 1 or not collection.count:
        return []
    ranking = _Ranking(collection, text, options)
    found = ranking.ranked()[: options.limit]
    return [ranking.scored(turn, ranking.score(found[0], turn.total / found[0].total)) for turn in found]


def recall_sessions(collection: Collection, text: str, options: TurnOptions) -> list[FoundSession]:
    """The best sessions for a question, best first, ties by the file's id."""
    if options.limit < 1 or not collection.count:
        return []
    ranking = _Ranking(collection, text, options)
    turns = ranking.ranked()
    best: dict[str, _Turn] = {}
    for turn in turns:
        best.setdefault(turn.file, turn)
    totals = [
        (-(BEST_TURN * turn.total / turns[0].total + WHOLE * ranking.files[file]), file, turn)
        for file, turn in best.items()
    ]
    totals.sort(key=lambda t: t[:2])
    results = []
    for total, file, turn in totals[: options.limit]:
        score = ranking.score(turns[0], total / totals[0][0])
        parts = {
            "turn": round(BEST_TURN * turn.total / turns[0].total, 4),
            "session": round(WHOLE * ranking.files[file], 4),
        }
        scored = ranking.scored(turn, ranking.score(turns[0], turn.total / turns[0].total))
        results.append(FoundSession(file, turn.facts.session or "", score, scored, parts))
    return results


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
