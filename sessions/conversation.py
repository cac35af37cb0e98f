"""The messages of a session as a framework resumes from them: each as it was written, in order.

Left out are messages that are hidden (a tombstone names them, wherever it stands), those before the last summary,
those of a branch that was given up (a later message continues from an earlier one), side chains and injected text.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from .blocks import text_at, text_of
from .chain import read_chain
from .claude_code import seconds
from .json_lines import parse, read_lines
from .session_parts import parts_of
from .transcript import hidden_ids, load, opened
from .turns import digest

TOMBSTONE: Final = "memdir-tombstone"
"""Our own type: a name that Claude Code will not give another meaning."""


class Message(NamedTuple):
    """A message: `message` is the object as it was written (`role`, `content`, and what else the API gave); `timestamp`
    in seconds since the epoch; `parent` the uuid of the line that it continues from; `is_summary` says that it stands
    for what was before it."""

    uuid: str
    role: str
    text: str
    message: Mapping[str, object]
    timestamp: float
    parent: str
    is_summary: bool = False


def messages(path: str, *, all: bool = False) -> list[Message]:
    """The messages of a session's file; with `all` every one in the order of the file. None without a file. Raises
    `StorageError` when it cannot be read."""
    files = [part for part in parts_of(path) if os.path.lexists(part)]
    if not files:
        return []
    if all:
        return [*_messages(files)]
    found = _conversation(files)
    return found[max((at for at, message in enumerate(found) if message.is_summary), default=0) :]


def _conversation(files: Sequence[str]) -> list[Message]:
    """The messages of a session's conversation. What has branched off within a turn (tool calls side by side, and then
    their results) follows the last of its calls that the conversation goes through, as in the SDK."""
    chain = read_chain(files[0])
    with opened(files[0]) as file:
        hidden = hidden_ids(file, files[0])
    there = {message.uuid: message for message in _messages(files, side=chain.side)}
    place: dict[str, float] = {uuid: at for at, uuid in enumerate(chain.uuids)}
    if chain.linear:
        place = {uuid: at for at, uuid in enumerate(there)}
    else:
        for turn in load(files[0]).turns:
            said = [uuid for uuid in turn.uuids if uuid in there and there[uuid].role == "assistant"]
            inside = [place[uuid] for uuid in said if uuid in place]
            for uuid in turn.uuids if inside else ():
                place.setdefault(uuid, max(inside) + (0.25 if uuid in said else 0.5))
    kept = [message for uuid, message in there.items() if uuid in place and digest(uuid) not in hidden]
    return sorted(kept, key=lambda message: place[message.uuid])


def _messages(files: Sequence[str], *, side: bool | None = None) -> Iterator[Message]:
    """Every message of a session's files, the first of several lines with one uuid; where it is said whether they are a
    `side` chain, without side chains in others, injected text and what teammates say."""
    seen: set[str] = set()
    number = 0
    for path in files:
        with opened(path) as file:
            for line in read_lines(file):
                number += 1
                value = parse(line.data) if line.data else None
                type = value.get("type") if value else None
                if value is None or not (type in ("user", "assistant") or (type == "summary" and value.get("uuid"))):
                    continue
                uuid = text_at(value, "uuid") or f"line-{number}"
                if uuid not in seen and (side is None or _is_said(value, side=side)):
                    seen.add(uuid)
                    yield _message(uuid, value)


def _is_said(value: Mapping[str, object], *, side: bool) -> bool:
    aside = value.get("isSidechain", value.get("is_sidechain")) is True
    return (side or not aside) and value.get("isMeta") is not True and not value.get("teamName")


def _message(uuid: str, value: Mapping[str, object]) -> Message:
    message = value.get("message")
    if value.get("type") == "summary":
        message = {"role": "user", "content": value.get("summary")}
    message = message if isinstance(message, Mapping) else {}
    parent = value.get("parentUuid", value.get("parent_uuid"))
    return Message(
        uuid,
        str(value["type"]) if value["type"] != "summary" else "user",
        text_of(message.get("content")),
        message,
        seconds(value.get("timestamp")),
        parent if isinstance(parent, str) else "",
        value.get("isCompactSummary") is True or value.get("type") == "summary",
    )
