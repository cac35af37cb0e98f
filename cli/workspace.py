"""The composition root: one project's memory, as the commands and the library use it.

`memdir.open(...)` gives a `Workspace`. It brings the rooms together (where things lie, the index, recall, operations)
and holds no logic of its own. It imports no typer, rich, watchdog or kuzu, and each room only when it is asked for:
`memdir where` need not load the index.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from operator import is_not
from types import TracebackType
from typing import TYPE_CHECKING, Self, Unpack

from memdir.environment import Environment
from memdir.errors import NotFoundError, StorageError
from memdir.hit import Hit
from memdir.locate import locate
from memdir.log import warn
from memdir.model import Link, Memory, Source
from memdir.settings import load_settings

from .answer import Answer, Filters
from .workspace_sessions import SessionCalls

if TYPE_CHECKING:
    from memdir.changes import Applied, Plan
    from memdir.collection import Collection
    from memdir.graph.association import Stats
    from memdir.graph.index import Answer as Views
    from memdir.graph.index import AnsweredBy, Index, SyncResult
    from memdir.graph.overlay import Progress
    from memdir.recall import RecallOptions
    from memdir.store import Store


class Workspace(SessionCalls):
    """One project's memory. Safe to use from several threads; close it, or use it as a context manager."""

    def index(self, source: Source | None = None) -> Index:
        """The index of a source, by default of the primary."""
        chosen = source or self.primary
        with self._lock:
            if chosen.root not in self._indexes:
                self._indexes[chosen.root] = self._index(chosen, self.cache_dir)
            return self._indexes[chosen.root]

    def chosen(self, *, agent: str | None = None, all_projects: bool = False) -> list[Source]:
        """The sources of one question: the workspace's own, one agent's memory, or every project's."""
        if agent is not None:
            from memdir.agent_memory import agent_sources

            return agent_sources(self.located.agent_memories, agent)
        if all_projects:
            from memdir.projects import all_projects as every

            return every(self.located)
        return self.sources

    # Recall

    def ask(self, query: str, options: RecallOptions, sources: Sequence[Source] = (), *, scan: bool = False) -> Answer:
        """Answer a query over the sources (all of the workspace's when none are named), from their indexes or, with
        `scan`, from the files alone."""
        from memdir.graph.section_file import IndexDamaged
        from memdir.recall import recall

        indexes = [self._index(s, None) if scan else self.index(s) for s in (sources or self.sources)]
        answers = [index.views() for index in indexes]
        try:
            scored = recall(self._collected_views(answers), query, options)
        except IndexDamaged as error:
            warn(error)
            answers = [index.distrust(error) for index in indexes]
            scored = recall(self._collected_views(answers), query, options)
        with self._lock:
            self._asked = [] if scan else indexes
        told = [answer for answer in answers if answer.views or answer.answered_by != "scan"]
        by = {answer.answered_by for answer in told}
        answered_by: AnsweredBy = by.pop() if len(by) == 1 else "mixed" if by else "scan"
        notes = [] if scan else [answer.note for answer in told if answer.note]
        if self._wants_background and not scan:
            self._watch()
        return Answer(scored, options, answered_by, list(dict.fromkeys(notes)))

    def recall(
        self, query: str, *, limit: int | None = None, min_score: float | None = None, **filters: Unpack[Filters]
    ) -> list[Hit]:
        """The best memories for a query, best first; empty when nothing is relevant."""
        return self.ask(query, self.options(limit, min_score, **filters)).hits

    def options(
        self, limit: int | None = None, min_score: float | None = None, **filters: Unpack[Filters]
    ) -> RecallOptions:
        """Recall options with the settings' defaults."""
        from memdir.recall import RecallOptions

        settings = self.settings
        return RecallOptions(
            now=self.environment.now(),
            limit=settings.integer("recall.limit") if limit is None else limit,
            min_score=settings.number("recall.min_score") if min_score is None else min_score,
            language=settings.text("language"),
            **filters,
        )

    def after_answer(self) -> None:
        """What may be done once an answer is out: publish what it had to read, when that was much."""
        if self.settings.flag("index.auto_publish"):
            for index in self._asked:
                published = index.maybe_publish()
                if published is not None:
                    self._keep_bytes(index.root, published)
            for search in self._searches.values():
                search.after_answer()

    def sync(self, source: Source | None = None, *, fresh: bool = False) -> SyncResult:
        """Bring a source's index up to date, or make it anew with `fresh`; the bytes of what was read are kept, so that
        a file that another program deletes can be restored. Raises LockedError, StorageError."""
        index = self.index(source)
        done = index.rebuild() if fresh else index.sync()
        self._keep_bytes(index.root, done)
        return done

    def _keep_bytes(self, root: str, done: SyncResult) -> None:
        if self.state_dir is None or done.note is not None or not done.read:
            return
        from memdir.files import read_if_there
        from memdir.last_bytes import LastBytes

        read = ((stat.id, read_if_there(stat.path), stat.mtime_ns) for stat in done.read)
        there = ((id, data, mtime_ns) for id, data, mtime_ns in read if data is not None)
        try:
            LastBytes(self.state_of(root)).remember(there, now=self.environment.now())
        except StorageError as error:
            warn(error)  # the index is right; only the second copy is missing

    # Memories

    def scan(self) -> list[Memory]:
        """All memories of all sources, newest first, ties by path."""
        from memdir.scan import scan

        found = [memory for source in self.sources for memory in scan(source.root).memories]
        return sorted(found, key=lambda memory: (-memory.mtime, memory.id))

    def load_file(self, name: str) -> Memory | None:
        """The memory that NAME (name, stem, path or unique prefix) means, None when there is none."""
        from memdir.store import Store

        for source in self.sources:
            try:
                return Store(source.root).get(name)
            except NotFoundError:
                continue
        return None

    def by_type(self, type: str) -> list[Memory]:
        """All memories of a type."""
        return [memory for memory in self.scan() if memory.type == type]

    def by_topic(self, topic: str) -> list[Memory]:
        """All memories with a topic, in whatever case it is written."""
        wanted = topic.casefold()
        return [memory for memory in self.scan() if wanted in map(str.casefold, memory.topics)]

    def has_graph(self) -> bool:
        """True when the graph's engine can be imported and there is a place to keep a graph."""
        from memdir.graph.kuzu_store import available

        return self.cache_dir is not None and available()

    def graph_stats(self) -> Stats:
        """The counts of all sources' graphs together; a topic or session of two sources counts twice. Graphs that are
        missing or behind are made. Raises StorageError, IndexFailure."""
        from memdir.graph.association import Stats, stats
        from memdir.graph.graph_file import open_graph

        found = []
        for source in self.sources:
            if os.path.isdir(source.root):  # the first memory may have made it since this was opened
                with open_graph(self.index(source)) as graph:
                    found.append(stats(graph))
        return Stats(*map(sum, zip(*found, strict=True))) if found else Stats(0, 0, 0, 0)

    # Writing

    def apply(self, plan: Callable[[Store], Plan], command: str) -> Applied:
        """Carry out a plan on the primary directory, journalled and undoable; recall sees it at once. Raises what the
        plan raises, LockedError, and StorageError with nothing changed."""
        from memdir.changes import apply

        root = self.primary.root
        done = apply(root, self.state_of(root), plan, command=command, now=self.environment.now())
        if root in self._indexes:
            self._indexes[root].refresh()
        return done

    def store_memory(
        self,
        text: str,
        type: str = "project",
        confidence: float | None = None,
        *,
        name: str | None = None,
        description: str | None = None,
        topics: Sequence[str] = (),
        namespace: str = "",
    ) -> str:
        """Write a new memory file and its line in MEMORY.md; its id. Raises UsageError when there is one of that name
        or text, BadInputError for a secret or a bad field."""
        from memdir.operations import New, add

        new = New(text, name, description, type, namespace, tuple(topics), confidence)
        return self.apply(lambda store: add(store, new, now=self.environment.now()), "store_memory").plan.id

    def tag_memory(self, name: str, topic: str) -> None:
        """Give a memory a topic; having it already changes nothing. Raises NotFoundError."""
        from memdir.annotate import tag

        self.apply(lambda store: tag(store, name, [topic]), "tag_memory")

    def link_memories(self, source: str, to: str, relationship: str = "related", weight: float = 1.0) -> None:
        """Link one memory to another; the same link again changes nothing. Raises NotFoundError."""
        from memdir.annotate import link

        self.apply(lambda store: link(store, source, Link(to, relationship, weight)), "link_memories")

    # Context

    def build_context(self, query: str | None = None, *, budget: int | None = None) -> str:
        """What an agent should get: instructions, MEMORY.md and, with a query, the memories it recalls, each labelled
        with its path; `budget` counts estimated tokens."""
        from memdir.project_context import project_context

        found = self.recall(query) if query else []
        return project_context(self.located, found, now=self.environment.now(), budget=budget)[0].text

    # Life

    def close(self) -> None:
        """Let go of indexes and threads. Closing twice is harmless; a closed workspace still answers, from what it
        opens again, but watches nothing."""
        self._wants_background = False
        if self._background is not None:
            self._background.stop()
            self._background = None
        with self._lock:
            for index in self._indexes.values():
                index.close()
            self._indexes.clear()
            for search in self._searches.values():
                search.close()
            self._searches.clear()
            self._asked = []
            self._collected = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _collected_views(self, answers: Sequence[Views]) -> Collection:
        """The views as one collection; kept as long as they stay the same objects, for what it has worked out."""
        from memdir.collection import Collection

        views = tuple(view for answer in answers for view in answer.views)
        with self._lock:
            kept = self._collected
            if kept is None or len(kept[0]) != len(views) or any(map(is_not, kept[0], views)):
                kept = self._collected = views, Collection(views)
            return kept[1]

    def _index(self, source: Source, cache_dir: str | None) -> Index:
        from memdir.graph.index import Index

        return Index(
            source.root,
            cache_dir,
            now=self.environment.now,
            language=self.settings.text("language"),
            source=source.label,
            progress=self._progress,
            ours=lambda ids: self._deleted(source.root, ids),
        )

    def _deleted(self, root: str, ids: Sequence[str]) -> bool:
        from memdir.journal import Journal

        return self.state_dir is not None and Journal(self.state_of(root), root).deleted(ids)


def open_workspace(
    *,
    environment: Environment,
    memory_dir: str | None = None,
    transcripts_dir: str | None = None,
    config_dir: str | None = None,
    background: bool = False,
    progress: Progress | None = None,
) -> Workspace:
    """The workspace of an environment; `progress` is told how many files are analysed, of how many. Raises
    BadInputError for a directory that cannot be one."""
    located = locate(environment, memory_dir=memory_dir, transcripts_dir=transcripts_dir, config_dir=config_dir)
    settings = load_settings(environment, located.primary.root)
    return Workspace(located, settings, environment, background=background, progress=progress)


def open(
    root: str | os.PathLike[str] | None = None,
    *,
    memory_dir: str | os.PathLike[str] | None = None,
    transcripts_dir: str | os.PathLike[str] | None = None,
    config_dir: str | os.PathLike[str] | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
    state_dir: str | os.PathLike[str] | None = None,
    environment: Environment | None = None,
    background: bool = True,
) -> Workspace:
    """Open the memory of the project at `root` (the working directory), or of one directory with `memory_dir`.

    `cache_dir` and `state_dir` move index and state. With `background` a thread looks once a second whether other
    programs changed the files (at most 2 % of the time); without it call `refresh()`. Raises BadInputError for a
    directory that cannot be one.
    """
    from .process import real_environment

    around = environment or real_environment(None if root is None else os.fspath(root))
    moved = {"MEMDIR_CACHE_DIR": cache_dir, "MEMDIR_STATE_DIR": state_dir}
    env = {**around.env, **{name: os.fspath(path) for name, path in moved.items() if path is not None}}
    around = Environment(around.cwd, around.home, env, around.platform, around.now)
    given = (memory_dir, transcripts_dir, config_dir)
    memory, transcripts, config = (None if path is None else os.fspath(path) for path in given)
    return open_workspace(
        environment=around,
        memory_dir=memory,
        transcripts_dir=transcripts,
        config_dir=config,
        background=background,
    )
