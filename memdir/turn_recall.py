"""Recall over transcripts: the turns, or the sessions, that answer a question.

The words choose the candidates exactly as in `memdir.recall`; then what stands near a turn, its session as a whole, who
speaks, and dates in the question order them. The same documents give the same answer whatever segments they lie in.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from .candidates import candidates
from .collection import Collection
from .conversation import Conversations
from .dates import rfc3339
from .growing import document_id, place_of
from .query import Query
from .ranking import calibrate, evidence
from .recall import Scored
from .segment import Facts
from .stem import ENGLISH
from .turn_question import TurnQuestion, names_file
from .turn_ranking import (
    AGAIN,
    ANSWER,
    ASKING,
    ASKS,
    BEST_TURN,
    DATE,
    FILE,
    FIRST,
    LEAST,
    NEAR,
    POOL,
    REPEATED,
    SAID,
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
    """A turn that is looked at closely: its place (file and number in it), what its words and its neighbours' give
    together (`near`) and its own alone, how many of the words it has itself and with its neighbours, and what each step
    gives, as shares of the most that words give to a turn here."""

    __slots__ = ("covered", "facts", "file", "has", "near", "number", "own", "parts", "place", "total")

    facts: Facts
    """Looked up for those that come near the answer."""

    def __init__(self, number: int, file: str, place: int) -> None:
        self.number = number
        self.file = file
        self.place = place
        self.own = self.near = self.total = 0.0
        self.has = self.covered = 0
        self.parts: dict[str, float] = {}


class _Ranking:
    """One question over one collection. `files` are those of the turns with their word scores as a whole, as shares of
    the best one's."""

    def __init__(self, collection: Collection, text: str, options: TurnOptions) -> None:
        self.collection = collection
        self.options = options
        self.query = Query(collection, text, options.language)
        self.conversations = Conversations(collection)
        self.files: dict[str, float] = {}
        self.kept: list[_Turn] = []
        self.turns = self._pool()
        if self.turns:
            self._spread()
            self._judge(TurnQuestion(text, options.now, options.language))

    def _pool(self) -> dict[tuple[str, int], _Turn]:
        """The best turns by their words, and the turns next to them."""
        collection, options, neighbour = self.collection, self.options, self.conversations.neighbour
        wanted = max(POOL, options.limit)
        found = candidates(
            collection, self.query, wanted, lambda facts: admits(facts, options), _always, filtered=options.filtered
        )
        turns: dict[tuple[str, int], _Turn] = {}
        for _, number, facts in found:
            file, place = place_of(facts.id)
            turns[file, place] = _Turn(number, file, place)
        for (file, place), turn in list(turns.items()):
            for step, _ in NEAR:
                if (file, place + step) not in turns:
                    other = neighbour(turn.number, step, document_id(file, place))
                    if other >= 0:
                        turns[file, place + step] = _Turn(other, file, place + step)
        return turns

    def _spread(self) -> None:
        """What each word gives to the turns that have it, and to those near them."""
        turns = self.turns
        views: dict[int, list[_Turn]] = {}
        for turn in turns.values():
            views.setdefault(self.collection.at(turn.number), []).append(turn)
        near = {
            turn: [(other, share) for step, share in NEAR if (other := turns.get((turn.file, turn.place - step)))]
            for turn in turns.values()
        }
        for word in self.query.words:
            best: dict[_Turn, float] = {}
            sums: dict[_Turn, float] = {}
            for at, some in views.items():
                base = self.collection.bases[at]
                gains = self.collection.word_scores([word], at, [turn.number - base for turn in some])
                for turn, gain in zip(some, gains, strict=True):
                    if not gain:
                        continue
                    turn.own += gain
                    turn.has += 1
                    for other, given in ((turn, gain), *[(other, share * gain) for other, share in near[turn]]):
                        sums[other] = sums.get(other, 0.0) + given
                        if given > best.get(other, 0.0):
                            best[other] = given
            for turn, total in sums.items():
                turn.near += (1 - REPEATED) * best[turn] + REPEATED * total
                turn.covered += 1

    def _judge(self, question: TurnQuestion) -> None:
        """Add up what each step gives. Only what comes near the answer is looked at: the best by their words and place,
        or all where a date may decide."""
        turns, facts_of = self.turns, self.collection.facts
        some = {turn.file: turn.number for turn in turns.values()}
        whole = {
            file: self.conversations.word_score(file, self.query.words, number) for file, number in sorted(some.items())
        }
        most = max(whole.values()) or 1.0
        self.files = {file: score / most for file, score in whole.items()}
        top = max(turn.near for turn in turns.values()) or 1.0
        for turn in turns.values():
            turn.parts = {
                "words": turn.own / top,
                "neighbours": (turn.near - turn.own) / top,
                "session": SESSION * self.files[turn.file],
                "first": 0.0 if turn.place else FIRST,
            }
            turn.total = sum(turn.parts.values())
        kept = sorted(turns.values(), key=lambda turn: (-turn.total, turn.file, turn.place))
        if not question.dates:
            del kept[max(POOL, self.options.limit) :]
        for turn in kept:
            turn.facts = facts_of(turn.number)
        speaker = question.speaker({turn.facts.description for turn in kept})
        for turn in kept:
            before = turns.get((turn.file, turn.place - 1))
            parts = turn.parts
            if question.said_by(turn.facts, speaker):
                parts["speaker"] = SPEAKER
            if question.touched(turn.facts):
                parts["file"] = FILE
            if question.dates:
                parts["date"] = DATE * question.nearness(turn.facts.modified)
            if before is not None and facts_of(before.number).status == ASKING:
                parts["answers"] = ANSWER
            if turn.facts.status == ASKING:
                parts["asks"] = -ASKS
            turn.parts = {name: value for name, value in parts.items() if value}
            turn.total = sum(turn.parts.values())
        self.kept = kept

    def ranked(self) -> list[_Turn]:
        """The turns that the filters let through, best first, ties by id."""
        found = [turn for turn in self.kept if turn.total > 0 and admits(turn.facts, self.options)]
        found.sort(key=_rank)
        seen: dict[str, int] = {}
        for turn in found:
            before = seen.get(turn.file, 0)
            seen[turn.file] = before + 1
            turn.total *= max(AGAIN**before, LEAST)
        found.sort(key=_rank)
        return found

    def score(self, best: _Turn, share: float) -> float:
        """The score of a hit that has this share of the best one's total."""
        count = self.query.count or 1
        sure = evidence(best.near, self.collection.most, min(1.0, best.covered / count), min(1.0, best.has / count))
        return round(calibrate(sure, min(1.0, share)), 6)

    def scored(self, turn: _Turn, best: _Turn) -> Scored:
        """A turn as what is given to who asks."""
        view, own = self.collection.place(turn.number)
        parts = {name: round(value, 4) for name, value in turn.parts.items()}
        why = self._why(turn) if self.options.explain else ()
        return Scored(view, own, turn.facts, self.score(best, turn.total / best.total), parts, why, self.query.terms)

    def _why(self, turn: _Turn) -> tuple[str, ...]:
        own = [word.text for word in self.query.words if self.collection.gain(word, turn.number)]
        why = ["words: " + ", ".join(own)] if own else []
        if turn.covered > turn.has:
            why.append(f"{turn.covered - turn.has} more in the turns around it")
        for part, text in (
            ("speaker", f"said by {turn.facts.description or turn.facts.type}"),
            ("file", "touches the file that is named"),
            ("date", f"of {rfc3339(turn.facts.modified)[:10]}"),
            ("first", "the first of its session"),
            ("answers", "follows a question"),
        ):
            if part in turn.parts:
                why.append(text)
        return tuple(why)


def _rank(turn: _Turn) -> tuple[float, str, int]:
    return (-turn.total, turn.facts.id, turn.number)


def _always(score: float, number: int) -> bool:
    return True


def recall_turns(collection: Collection, text: str, options: TurnOptions) -> list[Scored]:
    """The best turns for a question, best first, ties by id."""
    if options.limit < 1 or not collection.count:
        return []
    ranking = _Ranking(collection, text, options)
    found = ranking.ranked()[: options.limit]
    return [ranking.scored(turn, found[0]) for turn in found]


def recall_sessions(collection: Collection, text: str, options: TurnOptions) -> list[FoundSession]:
    """The best sessions for a question, best first, ties by the file's id. What sub-agents said counts for the session
    that had them."""
    if options.limit < 1 or not collection.count:
        return []
    ranking = _Ranking(collection, text, options)
    turns = ranking.ranked()
    said = {turn.file: 0.0 for turn in turns}
    best: dict[str, _Turn] = {}
    for turn in turns:
        best.setdefault(turn.file, turn)
        own = sum(turn.parts.get(part, 0.0) for part in SAID)
        said[turn.file] = max(said[turn.file], own)
    most = max(said.values(), default=0.0) or 1.0
    totals = [(-(BEST_TURN * value / most + WHOLE * ranking.files[file]), file) for file, value in said.items()]
    totals.sort()
    results: dict[tuple[str, str, str], FoundSession] = {}
    for total, file in totals:
        turn = best[file]
        scored = ranking.scored(turn, turns[0])
        key = (scored.view.root, turn.facts.namespace, turn.facts.session or file)
        if key not in results:
            if len(results) == options.limit:
                break
            parts = {
                "turn": round(BEST_TURN * said[file] / most, 4),
                "session": round(WHOLE * ranking.files[file], 4),
            }
            score = ranking.score(turns[0], total / totals[0][0])
            results[key] = FoundSession(file, turn.facts.session or "", score, scored, parts, scored.why)
    return list(results.values())


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
    if options.files and not any(names_file(path, file) for path in facts.sources[1:] for file in options.files):
        return False
    if options.namespaces and not any(
        facts.namespace == n or facts.namespace.startswith(n + "/") for n in options.namespaces
    ):
        return False
    return options.since <= facts.modified < options.until
