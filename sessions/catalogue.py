"""The sessions below directories of transcripts, each with its sub-agents' files folded under it (formats §3.1)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final, NamedTuple

from memdir.errors import NotFoundError, UsageError
from memdir.files import shown
from memdir.model import FileStat, Finding

from .json_lines import parse, read_lines
from .opening import open_transcript
from .transcript import session_id
from .transcript_files import files_below

_AGENT: Final = "agent-"
_NAMED: Final = 8
"""Sessions that a message about an ambiguous id lists."""
_HEAD: Final = 20
"""Lines of a sub-agent's file in which the id of its session is looked for."""


class Session(NamedTuple):
    """One session: its id (text), its transcript, the bytes and time of the last write (seconds since the epoch) of
    that file, the directory it was found below, and the transcripts of its sub-agents."""

    id: str
    path: str
    size: int
    modified: float
    root: str
    agents: tuple[str, ...] = ()

    @property
    def side_folder(self) -> str:
        """Where Claude Code keeps the session's sub-agents and long tool results; it need not exist."""
        return os.path.join(os.path.dirname(self.path), session_id(self.path))


class Catalogue(NamedTuple):
    """The sessions, the one written last first (ties by path), and what could not be looked into."""

    sessions: list[Session]
    findings: list[Finding]


def catalogue(roots: Sequence[str]) -> Catalogue:
    """All sessions below the directories. A sub-agent's file whose session is not there stands alone. Never fails for
    what it finds; a directory that is not there holds nothing."""
    sessions: dict[str, Session] = {}
    findings: list[Finding] = []
    for files in files_below([root for root in roots if os.path.isdir(root)]):
        stats, problems = files.walk()
        findings += problems
        for session in _folded(files.root, stats):
            sessions.setdefault(os.path.realpath(session.path), session)
    return Catalogue(sorted(sessions.values(), key=lambda s: (-s.modified, s.path)), findings)


def _folded(root: str, stats: Sequence[FileStat]) -> list[Session]:
    main: dict[tuple[str, str], FileStat] = {}
    agents: list[tuple[tuple[str, str], FileStat]] = []
    for stat in stats:
        folder, _, name = stat.id.rpartition("/")
        parts = folder.split("/")
        if "subagents" in parts[1:]:
            at = parts.index("subagents", 1)
            agents.append((("/".join(parts[: at - 1]), parts[at - 1]), stat))
        elif name.startswith(_AGENT):
            agents.append(((folder, ""), stat))
        else:
            main[folder, session_id(stat.path)] = stat
    folded: dict[tuple[str, str], list[str]] = {}
    alone: list[FileStat] = []
    for (folder, parent), stat in agents:
        key = folder, parent or _session_in(stat.path)
        if key in main:
            folded.setdefault(key, []).append(stat.path)
        else:
            alone.append(stat)
    found = [_session(root, stat, folded.get(key, [])) for key, stat in main.items()]
    return found + [_session(root, stat, []) for stat in alone]


def _session(root: str, stat: FileStat, agents: Sequence[str]) -> Session:
    return Session(shown(session_id(stat.path)), stat.path, stat.size, stat.mtime_ns / 1e9, root, tuple(agents))


def _session_in(path: str) -> str:
    """The session that the first lines of a file name, empty when none does."""
    try:
        with open_transcript(path) as file:
            for line in read_lines(file):
                value = parse(line.data)
                found = value.get("sessionId") if value else None
                if isinstance(found, str) and found:
                    return found
                if line.number >= _HEAD:
                    break
    except OSError:
        return ""
    return ""


def find(sessions: Sequence[Session], wanted: str, cwd: str) -> Session:
    """The session that `wanted` means: an id, an unambiguous beginning of one, or the path of a transcript (also of one
    that is in no directory of transcripts). Raises `NotFoundError` with the nearest ids, `UsageError` (code
    `ambiguous`) with those that fit."""
    path = os.path.join(cwd, wanted)
    if (os.sep in wanted or wanted.endswith((".jsonl", ".jsonl.zst"))) and os.path.isfile(path):
        real = os.path.realpath(path)
        known = next((session for session in sessions if os.path.realpath(session.path) == real), None)
        if known is not None:
            return known
        s = os.stat(path)
        return Session(shown(session_id(path)), path, s.st_size, s.st_mtime_ns / 1e9, os.path.dirname(path))
    exact = [session for session in sessions if session.id == wanted]
    fitting = exact or [session for session in sessions if wanted and session.id.startswith(wanted)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = [shown(session.path) if exact else session.id for session in fitting[:_NAMED]]
        more = f" and {len(fitting) - _NAMED} more" if len(fitting) > _NAMED else ""
        listed = ", ".join(names) + more
        hint = "give the path" if exact else "write more of the id"
        raise UsageError(f"{shown(wanted)} is ambiguous: {listed}", hint=hint, code="ambiguous")
    from memdir.fuzzy import closest

    near = closest(wanted, [session.id for session in sessions])
    latest = [session.id for session in sessions[:3]]
    listed = f"nearest: {', '.join(near)}" if near else f"latest: {', '.join(latest)}" if latest else ""
    hint = listed or "memdir session ls --all-projects"
    raise NotFoundError(f"no session is called {shown(wanted)}", hint=hint)
