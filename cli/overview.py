"""The state of a workspace in one value: what `memdir status` shows, and nothing that takes long to find out."""

from __future__ import annotations

import os
from collections import Counter
from itertools import chain
from typing import NamedTuple

from memdir.errors import MemdirError, StorageError
from memdir.files import read_file, shown
from memdir.graph.index import IndexState
from memdir.memory_index import Entry, Usage, load_index, usage
from memdir.model import INDEX_NAME, Source
from memdir.orphans import Orphan, find_orphans
from memdir.places import LAST_BYTES, directory_key
from memdir.scan import Walk, walk
from memdir.sessions.notice import read_notice
from memdir.switches import switched_off

from .waiting import waiting
from .watch_state import folder_of, read_daemon, said_of
from .workspace import Workspace


class MemoryIndexOverview(NamedTuple):
    """A directory's MEMORY.md: what it uses of the limits, and the entries that are cut off."""

    path: str
    usage: Usage
    cut_off: tuple[Entry, ...]


class SourceOverview(NamedTuple):
    """One directory: memories by type (`None` for no type) and in all, bytes of their text, its index, its MEMORY.md,
    the memories that another program deleted (`lost`), and the bytes of its state."""

    source: Source
    types: dict[str | None, int]
    memories: int
    size: int
    state: IndexState
    memory_index: MemoryIndexOverview | None
    lost: list[str]
    state_size: int


class Overview(NamedTuple):
    """Everything on the one screen; `dream` is the line about a plan that waits to be looked at, `candidates` how many
    wait for a decision, `off` names the switch that turns everything unasked off, `watch` tells of the daemon where one
    was started."""

    sources: list[SourceOverview]
    orphans: list[Orphan]
    dream: str | None
    candidates: int
    off: str | None
    watch: str | None


def overview(workspace: Workspace) -> Overview:
    """Look at everything once."""
    sources = [_source(workspace, source) for source in workspace.sources]
    own = workspace.state_of(workspace.primary.root) if workspace.state_dir is not None else None
    dream = read_notice(own) if own is not None else None
    candidates = waiting(own, workspace.environment.now()) if own is not None else 0
    off = switched_off(workspace.environment, workspace.located.claude, workspace.state_dir, own)
    return Overview(sources, find_orphans(workspace.located), dream, candidates, off, _watch(workspace))


def _watch(workspace: Workspace) -> str | None:
    if workspace.state_dir is None or not os.path.isdir(folder_of(workspace.state_dir)):
        return None
    return said_of(read_daemon(folder_of(workspace.state_dir)), workspace.environment.now())


def _source(workspace: Workspace, source: Source) -> SourceOverview:
    found = walk(source.root)
    state = workspace.state_dir
    home = os.path.join(state, directory_key(os.path.realpath(source.root))) if state else None
    index = workspace.index(source)
    views = index.views().views
    facts = chain.from_iterable(
        (view.segment.facts(number) for number in range(view.segment.count) if number not in view.removed)
        for view in views
    )
    types = Counter(fact.type for fact in facts if f"{INDEX_NAME}#" not in fact.id)
    size = sum(stat.size for stat in found.files)
    return SourceOverview(
        source, dict(types), sum(types.values()), size, index.status(), _memory_index(source.root),
        _lost(home, found, workspace.environment.now()) if home else [], _size_below(home) if home else 0,
    )  # fmt: skip


def _memory_index(root: str) -> MemoryIndexOverview | None:
    path = os.path.join(root, INDEX_NAME)
    try:
        text = read_file(path).decode("utf-8", "replace")
    except MemdirError:
        return None
    return MemoryIndexOverview(shown(path), usage(text), load_index(text).cut_off)


def _lost(state: str, found: Walk, now: float) -> list[str]:
    if not os.path.exists(os.path.join(state, LAST_BYTES)):
        return []  # nothing was kept yet: SQLite need not be loaded
    if any(finding.code in ("unreadable", "no-directory") for finding in found.findings):
        return []  # what cannot be seen is not deleted
    from memdir.last_bytes import LastBytes

    try:
        return [item.id for item in LastBytes(state).lost(found.ids, now=now)]
    except StorageError:
        return []  # a damaged second copy is no reason to show no status


def _size_below(folder: str) -> int:
    total = 0
    for directory, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(directory, name)).st_size
            except OSError:
                continue  # it went meanwhile
    return total
