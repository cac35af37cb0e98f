"""Claude Code's lines (formats/claude-code.md §3), and those of the seed, which differ in their spelling (cersei.md
§1.3): read leniently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from memdir.dates import parse_date
from memdir.errors import BadInputError

from .blocks import Blocks, text_at, text_of
from .entry import Entry, Kind, Role, Said, Usage
from .prompts import command_of, prompt_of

_SAID: Final = {
    "custom-title": ("customTitle", "custom_title"),
    "ai-title": ("aiTitle", "ai_title"),
    "agent-name": ("agentName", "agent_name"),
    "tag": ("tag", "tag"),
    "last-prompt": ("lastPrompt", "last_prompt"),
    "pr-link": ("prUrl", "pr"),
    "tombstone": ("deleted_uuid", "hidden"),
    "memdir-tombstone": ("targetUuid", "hidden"),
}
_SYNTHETIC: Final = "<synthetic>"
"""The model of messages that Claude Code made itself."""
_QUIET: Final = frozenset({"turn_duration", "stop_hook_summary", "bridge_status"})


def read(line: Mapping[str, object]) -> tuple[Entry | None, Said]:
    """The entry of a line (None for bookkeeping), and what it says of its session. Never fails on content."""
    type = line.get("type")
    if type in ("user", "assistant") or (type is None and line.get("role") in ("user", "assistant")):
        return _message(line), _origin(line)
    if type == "system":
        return _system(line), {}
    if type == "attachment":
        return _attachment(line), {}
    if type == "summary":
        return _summary(line)
    if isinstance(type, str) and type in _SAID:
        field, name = _SAID[type]
        value = line.get(field)
        return None, {name: value} if isinstance(value, str) else {}
    return None, {}


def _origin(line: Mapping[str, object]) -> Said:
    """The session that a line was copied from when it was forked."""
    session = text_at(line.get("forkedFrom"), "sessionId") if "forkedFrom" in line else ""
    return {"forked_from": session} if session else {}


def _message(line: Mapping[str, object]) -> Entry:
    message = line.get("message", line)  # the seed's older files hold bare messages
    message = message if isinstance(message, Mapping) else {"content": message}
    blocks = Blocks(message.get("content"), agent=text_at(line.get("toolUseResult"), "agentId"))
    id, text = text_at(message, "id"), blocks.text
    joins: tuple[str, ...] = ()
    keys = tuple(f"c:{call.id}" for call in blocks.calls if call.id)
    kind: Kind = "message"
    role: Role = "assistant"
    name = f"m:{id}:{text_at(line, 'requestId')}" if id else ""
    model = text_at(message, "model")
    if (line.get("type") or line.get("role")) == "assistant":
        if name:
            joins = (name,)
            keys += joins
        if line.get("isApiErrorMessage") is True or (model == _SYNTHETIC and not blocks.calls):
            kind = "note"
    elif blocks.results:
        role, kind = "tool", "result"
        joins = tuple(f"c:{result.call}" for result in blocks.results if result.call)
    else:
        role = "user"
        kind, text = prompt_of(line, text)
    return Entry(
        role=role,
        kind=kind,
        text=text,
        thinking=blocks.thinking,
        calls=tuple(blocks.calls),
        results=tuple(blocks.results),
        joins=joins,
        keys=keys,
        model="" if model == _SYNTHETIC else model,
        usage=_usage(message.get("usage")) if role == "assistant" and "forkedFrom" not in line else None,
        message=name if role == "assistant" else "",
        **_envelope(line),  # type: ignore[arg-type]
    )


def _system(line: Mapping[str, object]) -> Entry | None:
    text = text_at(line, "content") or text_of(_at(line.get("message"), "content"))
    if line.get("subtype") == "api_error":
        text = text or text_at(line.get("error"), "message") or "API error"
    if not text or text_at(line, "subtype") in _QUIET:
        return None
    kind: Kind = "note"
    if line.get("subtype") == "local_command":
        text = command_of(text)
    return Entry(role="system", kind=kind, text=text, **_envelope(line))  # type: ignore[arg-type]


def _attachment(line: Mapping[str, object]) -> Entry | None:
    """Of attachments only what a person typed while the model worked is a part of the conversation; files, memories,
    reminders and the output of hooks are injected."""
    attachment = line.get("attachment")
    if not isinstance(attachment, Mapping) or attachment.get("type") != "queued_command":
        return None
    kind, text = prompt_of(attachment, Blocks(attachment.get("prompt")).text)
    if attachment.get("commandMode") not in (None, "prompt", "bash"):
        kind = "notification"
    if not text:
        return None
    return Entry(role="user", kind=kind, text=text, **_envelope(line))  # type: ignore[arg-type]


def _summary(line: Mapping[str, object]) -> tuple[Entry | None, Said]:
    """Claude Code's are titles of the session that has the line `leafUuid`, often another one; those of the seed stand
    for the messages before them."""
    text = text_at(line, "summary")
    if "leafUuid" in line or not text_at(line, "uuid"):
        return None, {"summary": text, "leaf": text_at(line, "leafUuid")} if text else {}
    return Entry(role="user", kind="summary", text=text, **_envelope(line)), {}  # type: ignore[arg-type]


def _envelope(line: Mapping[str, object]) -> dict[str, object]:
    """The fields of every line, in Claude Code's spelling or the seed's."""
    return {
        "uuid": text_at(line, "uuid"),
        "parent": text_at(line, "parentUuid") or text_at(line, "parent_uuid"),
        "timestamp": seconds(line.get("timestamp")),
        "session": text_at(line, "sessionId") or text_at(line, "session_id"),
        "agent": text_at(line, "agentId"),
        "sidechain": line.get("isSidechain") is True or line.get("is_sidechain") is True,
        "cwd": text_at(line, "cwd"),
        "branch": text_at(line, "gitBranch"),
        "version": text_at(line, "version"),
    }


def _usage(usage: object) -> Usage | None:
    if not isinstance(usage, Mapping):
        return None
    names = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    return Usage(*(tokens(usage.get(name)) for name in names))


def tokens(value: object) -> int:
    """A count of tokens; 0 for what is none."""
    return value if isinstance(value, int) and 0 < value < 1 << 53 else 0


def seconds(value: object) -> float:
    """A timestamp in seconds since the epoch; 0 for what is none. Milliseconds are taken where the number is large."""
    if isinstance(value, str):
        try:
            return parse_date(value)
        except BadInputError:
            return 0.0
    if isinstance(value, int | float) and 0 < value < 1e14:
        return value / 1000 if value > 1e11 else float(value)
    return 0.0


def _at(mapping: object, key: str) -> object:
    return mapping.get(key) if isinstance(mapping, Mapping) else None
