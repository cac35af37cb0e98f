"""Searching transcripts: the indexes of the transcripts directories, the ranking of turns, and the hits brought
together."""

from __future__ import annotations

import os
import threading
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
from memdir.secrets import mask
from memdir.segment import Facts
from memdir.sessions.transcript_files import files_below, told
from memdir.sessions.turn_hit import SessionHit, TurnHit, read_turn
from memdir.slug import slug
from memdir.turn_recall import FoundSession, TurnOptions, recall_sessions, recall_turns

if TYPE_CHECKING:
    from memdir.graph.index import Answer as Views
    from memdir.graph.index import AnsweredBy
    from memdir.graph.overlay import Progress

TITLE: Final = 80
"""Characters of a title made from the first prompt."""
MAX_TITLE_READ: Final = 2_000


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
        self.indexes = [
            GrowingIndex(files, cache_dir, now=now, language=language, progress=progress)
            for files in files_below(roots)
        ]
        self._lock = threading.Lock()
        self._kept: tuple[tuple[View, ...], Collection] | None = None

    def search(self, query: str, options: TurnOptions, *, sessions: bool = False, scan: bool = False) -> SessionAnswer:
        """The turns, or with `sessions` the sessions, that answer a question; with `scan` from the files alone."""
        answers = [index.refresh() for index in self.indexes]
        try:
            return self._search(answers, query, options, sessions=sessions)
        except IndexDamaged as error:
            warn(error)
            answers = [index.distrust(error) for index in self.indexes]
            return self._search(answers, query, options, sessions=sessions)

    def after_answer(self) -> None:
        """What may be done once an answer is out: publish what it had to read, when that was much."""
        for index in self.indexes:
            index.maybe_publish()

    def _search(self, answers: Sequence[Views], query: str, options: TurnOptions, *, sessions: bool) -> SessionAnswer:
        collection = self._collected(answers)
        conversations = Conversations(collection)
        told_by = {answer.answered_by for answer in answers if answer.views or answer.answered_by != "scan"}
        answered_by: AnsweredBy = told_by.pop() if len(told_by) == 1 else "mixed" if told_by else "scan"
        notes = list(dict.fromkeys(answer.note for answer in answers if answer.note))
        hits: list[TurnHit] = []
        found: list[SessionHit] = []
        if sessions:
            found = [self._session(s, collection, conversations) for s in recall_sessions(collection, query, options)]
        else:
            hits = [_hit(s, collection, conversations) for s in recall_turns(collection, query, options)]
        return SessionAnswer(hits, found, answered_by, notes)

    def _session(self, found: FoundSession, collection: Collection, conversations: Conversations) -> SessionHit:
        best = _hit(found.best, collection, conversations)
        root = found.best.view.root
        title = self._title(root, found.file) or _first_prompt(root, found.file, collection, conversations)
        return SessionHit(found.session, best.path, title, found.score, best, found.parts, found.why)

    def _title(self, root: str, file: str) -> str:
        for index in self.indexes:
            state = index.state(file) if index.root == root else None
            if state is not None:
                what = told(state).get("said")
                if isinstance(what, dict):
                    for name in ("custom_title", "ai_title", "summary"):
                        if what.get(name):
                            return str(what[name])
        return ""

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
        namespaces=tuple(
            slug(name) if os.path.isabs(name) else name.strip("/") for name in filters.get("projects", ())
        ),
        since=filters.get("since", -inf),
        until=filters.get("until", inf),
        typed_only=filters.get("typed_only", False),
        language=language,
        explain=explain,
    )


def _folder(project: str) -> str:
    """The folder of a project that is given by that name, or by the directory that was worked in."""
    return slug(project) if os.path.isabs(project) else project.strip("/")


def _hit(scored: Scored, collection: Collection, conversations: Conversations) -> TurnHit:
    number = _number(scored, collection)

    def near(step: int) -> Facts | None:
        other = conversations.neighbour(number, step)
        return collection.facts(other) if other >= 0 else None

    return TurnHit(scored, near)


def _number(scored: Scored, collection: Collection) -> int:
    return collection.bases[collection.views.index(scored.view)] + scored.number


def _first_prompt(root: str, file: str, collection: Collection, conversations: Conversations) -> str:
    """The beginning of the first prompt of a session."""
    for at, start, end in conversations.ranges(file):
        view = collection.views[at]
        if view.root != root:
            continue
        for number in range(start, end):
            facts = view.segment.facts(number)
            if facts.pinned and number not in view.removed:
                turn = read_turn(os.path.join(root, place_of(facts.id)[0]), facts)
                line = " ".join(mask(turn.text[:MAX_TITLE_READ]).split()) if turn else ""
                return line[:TITLE] + ("…" if len(line) > TITLE else "")
    return ""
