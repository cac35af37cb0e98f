"""What lies beside a session's transcript, in the folder of its name (formats §3.1): the transcripts of its sub-agents,
and outputs of tools that were too long for a line."""

from __future__ import annotations

import os
import re
import stat
from typing import Final, NamedTuple

from .blocks import text_at
from .entry import Result, Turn
from .json_lines import parse
from .opening import COMPRESSED, open_transcript
from .transcript import session_id

SUBAGENTS: Final = "subagents"
AGENT: Final = "agent-"
ENDINGS: Final = (".jsonl", ".jsonl.zst")
_META: Final = ".meta.json"
_TOOL_RESULTS: Final = "tool-results"
_PERSISTED: Final = "<persisted-output>"
_SPILLED: Final = re.compile(r"tool-results[/\\]+([^/\\\s\"'<>]+?\.(?:txt|json))(?!\S)")
MAX_SPILLED: Final = 8 << 20
"""Bytes of a long output that are read."""
_META_BYTES: Final = 1 << 20


class SubAgent(NamedTuple):
    """A sub-agent of a session: its transcript, its id, and what its `.meta.json` says, empty where there is none:
    the `type` of agent, the `description` of its task, the id of the tool `call` that began it, the agent above it."""

    path: str
    id: str
    type: str = ""
    description: str = ""
    call: str = ""
    parent: str = ""
    name: str = ""


def side_folder(path: str) -> str:
    """Where a session keeps what lies beside its transcript; it need not exist."""
    return os.path.join(os.path.dirname(path), session_id(path))


def sub_agents(path: str) -> list[SubAgent]:
    """The sub-agents of a session whose transcripts lie in its folder, also those of workflows, by path. Links are not
    followed; what cannot be listed is left out."""
    top = os.path.join(side_folder(path), SUBAGENTS)
    found: list[SubAgent] = []
    for folder, folders, names in os.walk(top) if not os.path.islink(top) else ():
        folders.sort()
        paths = (os.path.join(folder, name) for name in sorted(names) if is_agent_file(name))
        found += [_sub_agent(agent) for agent in paths if not os.path.islink(agent)]
    return found


def is_agent_file(name: str) -> bool:
    """True for the name of a sub-agent's transcript."""
    return name.startswith(AGENT) and name.endswith(ENDINGS)


def _sub_agent(path: str) -> SubAgent:
    stem = session_id(path)
    id = stem.removeprefix(AGENT)
    try:
        meta = parse(_bytes(os.path.join(os.path.dirname(path), stem + _META), _META_BYTES)) or {}
    except OSError:
        meta = {}
    said = (text_at(meta, key) for key in ("agentType", "description", "toolUseId", "parentAgentId", "name"))
    return SubAgent(path, id, *said)


def spilled_output(path: str, result: str) -> str | None:
    """The whole output of a tool whose result in the transcript only names the file it went to. Only a regular file
    in the session's own folder is read, whatever the result says; None where there is none."""
    match = _SPILLED.search(result) if result.startswith(_PERSISTED) else None
    if match is None:
        return None
    folder = os.path.join(os.path.realpath(os.path.dirname(path)), session_id(path), _TOOL_RESULTS)
    target = os.path.join(folder, match[1])
    try:
        return _bytes(target, MAX_SPILLED).decode("utf-8", "replace") if os.path.realpath(target) == target else None
    except (OSError, ValueError):
        return None


def with_whole_outputs(path: str, turn: Turn) -> Turn:
    """The turn with the whole outputs of its tools in the place of those that only name a file."""
    return turn._replace(
        calls=tuple(call._replace(result=call.result and _whole(path, call.result)) for call in turn.calls),
        results=tuple(_whole(path, result) for result in turn.results),
    )


def _whole(path: str, result: Result) -> Result:
    text = spilled_output(path, result.text)
    return result if text is None else result._replace(text=text)


def _bytes(path: str, limit: int) -> bytes:
    """The beginning of a regular file, or of its archived copy. Raises `OSError`."""
    if not os.path.lexists(path):
        path += COMPRESSED
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise OSError("not a regular file")
    with open_transcript(path) as file:
        return file.read(limit)
