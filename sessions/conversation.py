"""The messages of a session as a framework resumes from them: each as it was written, in order.

Left out are messages that are hidden (a tombstone names them, wherever it stands), those before the last summary,
those of a branch that was given up (a later message continues from an earlier one), side chains and injected text.
The conversation is found as Claude Code's SDK finds it: from the last message of the file along `parentUuid`. Files of
the seed (snake_case, `_partN` beside them) have no such chain and are read in their order.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from memdir.files import failure

from .blocks import text_of
from .claude_code import seconds
from .json_lines import parse, read_lines
from .session_file import ENDING

TOMBSTONE: Final = "memdir-tombstone"
"""Our own type: a name that Claude Code will not give another meaning."""
_CHAINED: Final = frozenset({"user", "assistant", "system", "attachment", "progress"})
_PART: Final = re.compile(r"_part([2-9]|[1-9][0-9]+)\.jsonl")


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
    hidden: set[object] = set()
    entries: dict[str, dict[str, object]] = {}
    chained = False
    for number, value in enumerate(_objects(path)):
        type, uuid = value.get("type"), value.get("uuid")
        if type in (TOMBSTONE, "tombstone"):
            hidden.add(value.get("targetUuid", value.get("deleted_uuid")))
        elif type in _CHAINED or (type == "summary" and uuid):
            entries.setdefault(uuid if isinstance(uuid, str) and uuid else f"line-{number}", value)
            chained = chained or "parentUuid" in value
    made = [_message(uuid, value) for uuid, value in entries.items() if _is_message(value)]
    if all:
        return made
    if chained:
        kept = _chain(entries)
        made = [message for message in made if message.uuid in kept]
    made = [message for message in made if message.uuid not in hidden and _is_said(entries[message.uuid])]
    begin = max((at for at, message in enumerate(made) if message.is_summary), default=0)
    return made[begin:]


def _objects(path: str) -> Iterator[dict[str, object]]:
    for part in parts(path):
        try:
            with open(part, "rb") as file:
                for line in read_lines(file):
                    value = parse(line.data) if line.data else None
                    if value is not None:
                        yield value
        except FileNotFoundError:
            continue
        except OSError as error:
            raise failure(error, part, "reading the transcript") from error


def parts(path: str) -> list[str]:
    """The file of a session, and those in which the seed went on when it grew (`ID_part2.jsonl` ...), in order."""
    folder, name = os.path.split(path)
    stem = name.removesuffix(ENDING)
    found: list[tuple[int, str]] = []
    try:
        for other in os.listdir(folder or "."):
            match = _PART.fullmatch(other, len(stem)) if other.startswith(stem) else None
            if match is not None:
                found.append((int(match[1]), os.path.join(folder, other)))
    except OSError:
        return [path]
    return [path, *(other for _, other in sorted(found))]


def _chain(entries: Mapping[str, Mapping[str, object]]) -> set[str]:
    """The uuids from the leaf to the root: of the entries that nobody continues from, the last in the file that has a
    person's or the model's words before it (SDK `_build_conversation_chain`)."""
    continued = {value.get("parentUuid") for value in entries.values()}
    leaves = [_leaf(entries, uuid) for uuid in entries if uuid not in continued]
    main = [uuid for uuid in leaves if uuid and _is_said(entries[uuid])] or [uuid for uuid in leaves if uuid]
    order = {uuid: at for at, uuid in enumerate(entries)}
    found: set[str] = set()
    uuid: object = max(main, key=order.__getitem__, default="")
    while isinstance(uuid, str) and uuid in entries and uuid not in found:
        found.add(uuid)
        uuid = entries[uuid].get("parentUuid")
    return found


def _leaf(entries: Mapping[str, Mapping[str, object]], uuid: str) -> str:
    seen: set[str] = set()
    at: object = uuid
    while isinstance(at, str) and at in entries and at not in seen:
        if _is_message(entries[at]):
            return at
        seen.add(at)
        at = entries[at].get("parentUuid")
    return ""


def _is_message(value: Mapping[str, object]) -> bool:
    return value.get("type") in ("user", "assistant", "summary")


def _is_said(value: Mapping[str, object]) -> bool:
    """Not a side chain, a teammate's, or injected."""
    side = value.get("isSidechain", value.get("is_sidechain"))
    return side is not True and value.get("isMeta") is not True and not value.get("teamName")


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
