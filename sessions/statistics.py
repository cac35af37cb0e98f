"""What sessions cost and did: tokens, tools and their failures, files touched, time, models, prompts.

Tokens are counted once for each message, also when its lines repeat them or another file repeats the message (a resumed
session may begin with a copy of the one before; formats §3.3). Active time is the sum of the gaps between one line that
has a time and the next in its file, gaps over `PAUSE` left out: somebody was away. Sessions that went on at the same
time both count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from memdir.errors import StorageError

from .catalogue import Session
from .entry import Turn, Usage
from .overview import is_model
from .readable import EDITS
from .schemas import read
from .transcript import read_turns
from .turn_documents import touched
from .turns import TurnReader

PAUSE: Final = 300.0
"""Seconds between two turns that are a break and no work."""
_SEARCHES: Final = frozenset({"Grep", "Glob", "LS"})
"""Their path is where they look, mostly a folder."""
_NONE: Final = Usage()


@dataclass
class ToolUse:
    """How often a tool was called, and how often that failed."""

    calls: int = 0
    failed: int = 0


@dataclass
class FileUse:
    """How many calls named a file, and how many of them wrote it (without those that failed)."""

    calls: int = 0
    edits: int = 0


@dataclass
class ModelUse:
    """A model's messages and tokens."""

    messages: int = 0
    tokens: Usage = _NONE


@dataclass
class Statistics:
    """Counts over sessions. Times in seconds; `first` and `last` since the epoch, 0 when no turn has a time. `tokens`
    hold those of sub-agents, which are in `agent_tokens` alone, too. `unread` says why files could not be read (to
    their end); one that is gone is not among them."""

    sessions: int = 0
    agents: int = 0
    turns: int = 0
    prompts: int = 0
    lines: int = 0
    skipped: int = 0
    bytes: int = 0
    first: float = 0.0
    last: float = 0.0
    active: float = 0.0
    tokens: Usage = _NONE
    agent_tokens: Usage = _NONE
    tools: dict[str, ToolUse] = field(default_factory=dict)
    files: dict[str, FileUse] = field(default_factory=dict)
    models: dict[str, ModelUse] = field(default_factory=dict)
    branches: Counter[str] = field(default_factory=Counter)
    unread: list[StorageError] = field(default_factory=list)

    def add(self, turn: Turn, *, is_agent: bool = False) -> None:
        """Count one turn (once)."""
        self.turns += 1
        self.prompts += turn.typed and not is_agent
        self.tokens = _sum(self.tokens, turn.usage)
        if is_agent or turn.sidechain:
            self.agent_tokens = _sum(self.agent_tokens, turn.usage)
        if turn.kind == "message" and is_model(turn.model):
            model = self.models.setdefault(turn.model, ModelUse())
            model.messages += 1
            model.tokens = _sum(model.tokens, turn.usage)
        if turn.branch:
            self.branches[turn.branch] += 1
        if turn.timestamp:
            self.first = min(self.first or turn.timestamp, turn.timestamp)
            self.last = max(self.last, turn.timestamp)
        self._count_calls(turn)

    def _count_calls(self, turn: Turn) -> None:
        for call in turn.calls:
            failed = call.result is not None and call.result.is_error
            tool = self.tools.setdefault(call.name or "(no name)", ToolUse())
            tool.calls += 1
            tool.failed += failed
            for path in () if call.name in _SEARCHES else touched(turn._replace(calls=(call,))):
                file = self.files.setdefault(path, FileUse())
                file.calls += 1
                file.edits += call.name in EDITS and not failed


def statistics(sessions: Iterable[Session]) -> Statistics:
    """The counts of sessions with their sub-agents, files read one by one. One that cannot be read does not stop the
    others."""
    found = Statistics()
    seen: set[tuple[str, float | str]] = set()
    for session in sessions:
        found.sessions += 1
        found.agents += len(session.agents)
        for path in (*session.paths, *session.agents):
            try:
                _read(found, path, seen, is_agent=path in session.agents)
            except StorageError as error:
                if error.code != "vanished":
                    found.unread.append(error)
        found.bytes += session.size
    return found


def _read(found: Statistics, path: str, seen: set[tuple[str, float | str]], *, is_agent: bool) -> None:
    reader = TurnReader(read)
    times: list[float] = []
    for turn in read_turns(path, reader):
        if not turn.id.startswith("line-"):  # without an id nothing can be told apart
            same = turn.id, turn.timestamp or turn.text  # ids are any texts: two sessions may count theirs from 1
            if same in seen:
                continue
            seen.add(same)
        found.add(turn, is_agent=is_agent)
        if turn.timestamp and not is_agent:
            times.append(turn.timestamp)
    found.active += active(times)
    told = reader.told()
    found.lines += told.lines
    found.skipped += told.skipped


def active(times: Iterable[float], pause: float = PAUSE) -> float:
    """The seconds of work between times: the gaps of at most `pause` together."""
    ordered = sorted(times)
    gaps = (later - earlier for earlier, later in pairwise(ordered))
    return sum(gap for gap in gaps if gap <= pause)


def _sum(a: Usage, b: Usage) -> Usage:
    return Usage(*map(sum, zip(a, b, strict=True)))
