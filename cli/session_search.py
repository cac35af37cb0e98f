"""Searching transcripts: the indexes of the transcripts directories, the ranking of turns, and the hits brought
together."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from math import inf
from operator import is_not
from typing import TYPE_CHECKING, Final, TypedDict

from memdir.collection import Collection, View
from memdir.conversation import Conversations
from memdir.graph.growing_index import GrowingIndex
from memdir.graph.section_file import IndexDamaged
from memdir.growing import place_of
from memdir.log import warn
from memdir.recall import Scored
from memdir.segment import Facts
from memdir.sessions.told import Told, told
from memdir.sessions.transcript_files import files_below
from memdir.sessions.turn_hit import SessionHit, TurnHit, told_now, turn_of
from memdir.slug import slug
from memdir.turn_recall import FoundSession, TurnOptions, recall_sessions, recall_turns

if TYPE_CHECKING:
    from memdir.graph.index import Answer as Views
    from memdir.graph.index import AnsweredBy
    from memdir.graph.overlay import Progress

Tell = Callable[[str, str], Told]
"""Tells of a transcript by its directory and its path there."""
SEARCHES: Final = 20
"""Searches after which the pages of the indexes are let go."""
COPIES: Final = 10
"""Turns looked at beside those that are wanted, as some may be copies of others."""


class TurnFilters(TypedDict, total=False):
    """What narrows a search. Times are seconds since the epoch; `projects` are folders of transcripts or directories
    that were worked in; `files` are paths or ends of paths that a tool call names."""

    roles: tuple[str, ...]
    tools: tuple[str, ...]
    files: tuple[str, ...]
    branches: tuple[str, ...]
    projects: tuple[str, ...]
    since: float
    until: float
    typed_only: bool


class SessionAnswer:
    """What a search of transcripts found: turns or sessions, best first; whether index, files or both answered; and
    what people should know about it."""

    def __init__(
        self, hits: list[TurnHit], sessions: list[SessionHit], answered_by: AnsweredBy, notes: list[str]
    ) -> None:
        self.hits = hits
        self.sessions = sessions
        self.answered_by = answered_by
        self.notes = notes


class SessionSearch:
    """The transcripts below some directories, to be searched. Safe to use from several threads."""

    def __init__(
        self,
        roots: Sequence[str],
        cache_dir: str | None,
        *,
        now: Callable[[], float],
        language: str,
        progress: Progress | None = None,
    ) -> None:
        self._files = files_below(roots)
        self.indexes = [
            GrowingIndex(files, cache_dir, now=now, language=language, progress=progress) for files in self._files
        ]
        self._lock = threading.Lock()
        self._searches = 0
        self._kept: tuple[tuple[View, ...], Collection] | None = None

    def search(self, query: str, options: TurnOptions, *, sessions: bool = False, scan: bool = False) -> SessionAnswer:
        """The turns, or with `sessions` the sessions, that answer a question; with `scan` from the files alone."""
        answers = [] if scan else [index.views() for index in self.indexes]
        for _ in range(2):
            if scan or None in answers:
                return self._scan(query, options, sessions=sessions)
            try:
                answer = self._answer(answers, query, options, sessions=sessions)
                self._let_go()
                return answer
            except IndexDamaged as error:
                warn(error)
                answers = [index.distrust(error) for index in self.indexes]
        return self._scan(query, options, sessions=sessions)

    def _let_go(self) -> None:
        """Now and then let the indexes' pages go, of which every search has touched others."""
        self._searches += 1
        if not self._searches % SEARCHES:
            for index in self.indexes:
                index.release()

    def mentions(self, query: str, language: str, most: int) -> int:
        """How many turns have all words of a query; 0 when more than so many bytes would have to be read for it."""
        from memdir.turn_count import mentions

        if sum(index.growth().bytes for index in self.indexes) > most:
            return 0
        answers = [index.refresh() for index in self.indexes]
        try:
            return mentions(self._collected([answer for answer in answers if answer is not None]), query, language)
        except IndexDamaged as error:
            warn(error)
            return 0

    def _scan(self, query: str, options: TurnOptions, *, sessions: bool) -> SessionAnswer:
        from memdir.scanned_segment import scanned

        def ask(collection: Collection) -> SessionAnswer:
            return self._found(collection, _told_now, query, options, sessions=sessions)

        answer, notes = scanned(self._files, query, options.language, ask)
        answer.notes = notes
        return answer

    def _found(
        self, collection: Collection, told: Tell, query: str, options: TurnOptions, *, sessions: bool
    ) -> SessionAnswer:
        found = Found(collection, told)
        if sessions:
            return SessionAnswer([], found.sessions(query, options), "scan", [])
        return SessionAnswer(found.turns(query, options), [], "scan", [])

    def refresh(self) -> None:
        """Look at the files now."""
        for index in self.indexes:
            index.refresh()

    def after_answer(self) -> None:
        """What may be done once an answer is out: publish what it had to read, when that was much."""
        for index in self.indexes:
            index.maybe_publish()

    def _answer(
        self, answers: Sequence[Views | None], query: str, options: TurnOptions, *, sessions: bool
    ) -> SessionAnswer:
        there = [answer for answer in answers if answer is not None]
        told_by = {answer.answered_by for answer in there if answer.views or answer.answered_by != "scan"}
        answer = self._found(self._collected(there), self.told, query, options, sessions=sessions)
        answer.answered_by = told_by.pop() if len(told_by) == 1 else "mixed" if told_by else "scan"
        answer.notes = list(dict.fromkeys(view.note for view in there if view.note))
        return answer

    def told(self, root: str, file: str) -> Told:
        """What is known of a transcript, by its directory and its path there."""
        for index in self.indexes:
            state = index.state(file) if index.root == root else None
            if state is not None:
                return told(state)
        return Told()

    def _collected(self, answers: Sequence[Views]) -> Collection:
        views = tuple(view for answer in answers for view in answer.views)
        with self._lock:
            kept = self._kept
            if kept is None or len(kept[0]) != len(views) or any(map(is_not, kept[0], views)):
                kept = self._kept = views, Collection(views)
            return kept[1]

    def close(self) -> None:
        """Let the indexes go."""
        for index in self.indexes:
            index.close()


def turn_options(now: float, limit: int, language: str, *, explain: bool, filters: TurnFilters) -> TurnOptions:
    """The options of a search of turns."""
    return TurnOptions(
        now=now,
        limit=limit,
        roles=filters.get("roles", ()),
        tools=filters.get("tools", ()),
        files=filters.get("files", ()),
        branches=filters.get("branches", ()),
        namespaces=tuple(map(_folder, filters.get("projects", ()))),
        since=filters.get("since", -inf),
        until=filters.get("until", inf),
        typed_only=filters.get("typed_only", False),
        language=language,
        explain=explain,
    )


def _folder(project: str) -> str:
    """The folder of a project that is given by that name, or by the directory that was worked in."""
    return slug(project) if os.path.isabs(project) else project.strip("/")


class Found:
    """What a question finds in a collection, as hits."""

    def __init__(self, collection: Collection, told: Tell) -> None:
        self._collection = collection
        self._conversations = Conversations(collection)
        self._told = told

    def turns(self, query: str, options: TurnOptions) -> list[TurnHit]:
        """The turns, each once: of one that several sessions hold (a resumed or forked one begins with a copy of the
        other) the one of the earliest session."""
        wanted = options.limit
        while True:
            scored = recall_turns(self._collection, query, options._replace(limit=wanted + COPIES))
            copies = _copies(scored)
            if len(copies) >= options.limit or len(scored) < wanted + COPIES:
                return [self._hit(self._earliest(same)) for same in copies[: options.limit]]
            wanted *= 2

    def _earliest(self, same: list[Scored]) -> Scored:
        if len(same) == 1:
            return same[0]

        def age(turn: Scored) -> tuple[float, float, str]:
            file = self._told(turn.view.root, place_of(turn.facts.id)[0])
            return file.started, file.ended, turn.facts.id

        return min(same, key=age)._replace(score=same[0].score, parts=same[0].parts, why=same[0].why)

    def sessions(self, query: str, options: TurnOptions) -> list[SessionHit]:
        """The sessions, each with its best turn."""
        return [self._session(session) for session in recall_sessions(self._collection, query, options)]

    def _session(self, found: FoundSession) -> SessionHit:
        best = self._hit(found.best)
        title = self._told(found.best.view.root, found.file).title
        return SessionHit(found.session, best.path, title, found.score, best, found.parts, found.why)

    def _hit(self, scored: Scored) -> TurnHit:
        collection, conversations = self._collection, self._conversations
        place = next(at for at, view in enumerate(collection.views) if view is scored.view)
        number = collection.bases[place] + scored.number

        def near(step: int) -> Facts | None:
            other = conversations.neighbour(number, step)
            return collection.facts(other) if other >= 0 else None

        return TurnHit(scored, near)


def _told_now(root: str, file: str) -> Told:
    return told_now(os.path.join(root, file))


def _copies(scored: Sequence[Scored]) -> list[list[Scored]]:
    """Each turn with its copies, the best first. Ids are any texts: turns of one id and time are copies when they say
    the same. A turn without an id of its own has none."""
    times = Counter(_id(turn.facts) for turn in scored)
    found: dict[object, list[Scored]] = {}
    for turn in scored:
        id = _id(turn.facts)
        found.setdefault((id, _text(turn) if times[id] > 1 else ""), []).append(turn)
    return list(found.values())


def _id(facts: Facts) -> object:
    return facts.id if facts.name.startswith("line-") else (facts.name, facts.created, facts.type)


def _text(scored: Scored) -> str:
    turn = turn_of(os.path.join(scored.view.root, place_of(scored.facts.id)[0]), scored.facts)
    return turn.text if turn is not None else ""
