"""The sessions below directories of transcripts, each with its sub-agents' files folded under it (formats §3.1)."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from memdir.errors import NotFoundError, StorageError, UsageError
from memdir.files import shown
from memdir.model import FileStat, Finding

from .opening import COMPRESSED
from .schemas import read
from .session_parts import parts_of
from .transcript import lines_of, opened, session_id
from .transcript_copies import origin_of
from .transcript_files import files_below, place
from .turns import TurnReader

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NAMED: Final = 8
"""Sessions that a message about an ambiguous id lists."""
_HEAD: Final = 20
"""Lines of a file in which the id of its session is looked for, where its name does not say it."""


class Session(NamedTuple):
    """One session: its id (text), its transcript, the bytes and the time of the last write (seconds since the epoch) of
    that file, and the transcripts of its sub-agents. `parts` are further files of the transcript, where it went on in
    others; size and time are of all. `root` is the directory it was found below, `file` its path there
    (both empty for a transcript that was named by its path)."""

    id: str
    path: str
    size: int
    modified: float
    agents: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    root: str = ""
    file: str = ""

    @property
    def paths(self) -> tuple[str, ...]:
        """The files of its transcript, in their order."""
        return self.path, *self.parts

    @property
    def is_archived(self) -> bool:
        """True when only the archive has it."""
        return self.path.endswith(COMPRESSED)

    @property
    def has_uuid(self) -> bool:
        """True when its file is called by a UUID: Claude Code takes no other for a session (formats §3.1)."""
        return _UUID.fullmatch(session_id(self.path)) is not None

    @property
    def side_folder(self) -> str:
        """Where Claude Code keeps the session's sub-agents and long tool results; it need not exist."""
        return os.path.join(os.path.dirname(self.path), session_id(self.path))


class Catalogue(NamedTuple):
    """The sessions, the one written last first (ties by path), and what could not be looked into."""

    sessions: list[Session]
    findings: list[Finding]


def catalogue(roots: Sequence[str]) -> Catalogue:
    """All sessions below the directories. Of a transcript and its archived copy one counts; a sub-agent's file whose
    session is not there stands alone. Never fails for what it finds; a directory that is not there holds nothing."""
    found: list[Session] = []
    at: dict[tuple[str, str, str], int] = {}
    folded: list[tuple[tuple[str, str, str], Session]] = []
    findings: list[Finding] = []
    for files in files_below(list({os.path.realpath(root): root for root in roots}.values())):
        stats, problems = files.walk()
        findings += problems
        origin = origin_of(files.root) or os.path.realpath(files.root)
        for stat in stats:
            where = place(stat.id)
            inside = "" if where.session else _session_in(stat.path)
            session = _session(files.root, stat, "" if where.agent else inside)
            key = origin, where.project, where.session or inside
            if where.agent or (where.session and where.session != session_id(stat.path)):
                folded.append((key, session))
            else:
                at.setdefault((origin, where.project, session.id), len(found))
                found.append(session)
    for key, file in folded:
        parent = at.get(key)
        if parent is None:
            found.append(file)
        else:
            found[parent] = _with(found[parent], file)
    return Catalogue(sorted(found, key=lambda s: (-s.modified, s.path)), findings)


def _session(root: str, stat: FileStat, id: str) -> Session:
    name = shown(id or session_id(stat.path))
    return Session(name, stat.path, stat.size, stat.mtime_ns / 1e9, root=root, file=stat.id)


def _with(session: Session, file: Session) -> Session:
    """A session with a sub-agent's file, or with one in which it went on."""
    if place(file.file).agent:
        return session._replace(agents=(*session.agents, file.path))
    size, modified = session.size + file.size, max(session.modified, file.modified)
    return session._replace(parts=tuple(parts_of(session.path)[1:]), size=size, modified=modified)


def _session_in(path: str) -> str:
    """The session that the first lines of a file name, empty when none does."""
    reader = TurnReader(read)
    try:
        with opened(path) as file:
            for line in lines_of(file, path, reader):
                reader.take(line)
                found = reader.facts.context.session or reader.facts.session
                if found or line.number >= _HEAD:
                    return found
    except StorageError:
        return ""  # whoever reads it will say so
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
        return Session(shown(session_id(path)), path, s.st_size, s.st_mtime_ns / 1e9)
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
