"""The file of a session: which ids can be file names, and which transcripts a folder holds."""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from memdir.errors import BadInputError
from memdir.files import check_name, shown

from .session_parts import stem_of

ENDING: Final = ".jsonl"
_AGENT: Final = "agent-"
"""Sub-agents' transcripts lay beside the sessions in older versions (formats §3.1)."""


class SessionFile(NamedTuple):
    """One session's transcript: its id, its file, when it was last written (seconds since the epoch), its bytes."""

    session: str
    path: str
    modified: float
    size: int


def session_path(folder: str, session_id: str) -> str:
    """Where a session's transcript lies in `folder`. Any text that every system can have as a file name is an id;
    Claude Code itself lists only UUIDs. Raises `BadInputError` for `..`, separators, NUL, names that are too long."""
    try:
        check_name(session_id)
    except BadInputError as error:
        raise BadInputError(
            f"the session id cannot be a file name: {error.message}", hint="a UUID is what Claude Code lists, too"
        ) from error
    return os.path.join(folder, session_id + ENDING)


def session_files(folder: str) -> list[SessionFile]:
    """The sessions in a folder, the one written last first, ties by id; files in which the seed went on with a session
    (`ID_part2.jsonl`) count with it. A folder that is not there has none; what cannot be looked at is left out."""
    found: dict[str, SessionFile] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                name = entry.name
                if not name.endswith(ENDING) or name.startswith(_AGENT) or not entry.is_file():
                    continue
                stat = entry.stat()
                session = stem_of(name) or name.removesuffix(ENDING)
                first = found.get(session, SessionFile(shown(session), entry.path, 0.0, 0))
                modified = max(first.modified, stat.st_mtime_ns / 1e9)
                found[session] = first._replace(modified=modified, size=first.size + stat.st_size)
    except OSError:
        pass  # what was found until then
    return sorted(found.values(), key=lambda file: (-file.modified, file.session))
