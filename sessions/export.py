"""What an export of a session holds, whatever its format: what is known of it, its turns, its sub-agents' turns."""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from memdir.dates import rfc3339
from memdir.errors import MemdirError, StorageError
from memdir.files import read_file, shown

from .catalogue import Session
from .entry import Turn
from .json_lines import parse
from .overview import Overview, overview_of
from .readable import Clean
from .transcript import load, session_id
from .turn_fields import turn_fields
from .viewed import View, viewed

_META: Final = ".meta.json"
_MAX_META: Final = 1 << 16


class AgentPart(NamedTuple):
    """What a sub-agent did: a name for people, its transcript, its turns."""

    name: str
    path: str
    turns: tuple[Turn, ...]


class Exported(NamedTuple):
    """A session to be written out."""

    about: Overview
    turns: tuple[Turn, ...]
    agents: tuple[AgentPart, ...]


def exported(session: Session, view: View = "conversation") -> Exported:
    """Read a session wholly; of its own turns those of a view. Raises `StorageError` when its file cannot be read; a
    sub-agent's that cannot be is left out."""
    agents = []
    for path in session.agents:
        try:
            agents.append(AgentPart(_agent_name(path), path, load(path).turns))
        except StorageError:
            continue  # gone meanwhile
    whole = load(session.path)
    return Exported(overview_of(session, whole.told), tuple(viewed(session.path, whole.turns, view)), tuple(agents))


def json_fields(whole: Exported, clean: Clean) -> dict[str, object]:
    """The export as JSON (docs/json.md: `session-export/1`)."""
    about, told = whole.about, whole.about.told
    return {
        "session": about.session.id,
        "path": shown(about.session.path),
        "title": about.title,
        "tag": clean(about.tag) or None,
        "started": rfc3339(told.started) if told.started else None,
        "ended": rfc3339(told.ended) if told.ended else None,
        "cwd": shown(told.cwd) or None,
        "branches": list(told.branches),
        "models": list(about.models),
        "lines": told.lines,
        "skipped": told.skipped,
        "turns": [turn_fields(turn, clean) for turn in whole.turns],
        "agents": [
            {"name": part.name, "path": shown(part.path), "turns": [turn_fields(turn, clean) for turn in part.turns]}
            for part in whole.agents
        ],
    }


def _agent_name(path: str) -> str:
    """What the session asked the agent to do (its `.meta.json`), else the name of its file."""
    stem = session_id(path)
    try:
        meta = parse(read_file(os.path.join(os.path.dirname(path), stem + _META), _MAX_META)) or {}
    except MemdirError:
        meta = {}
    said = [value for value in (meta.get("agentType"), meta.get("description")) if isinstance(value, str) and value]
    return ": ".join(said) or shown(stem)
