"""Claude Code's lines (formats/claude-code.md §3): entry types and content blocks, read leniently."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from memdir.dates import parse_date
from memdir.errors import BadInputError

from .entry import Call, Entry, Kind, Result, Said, Usage

_SAID: Final = {
    "custom-title": ("customTitle", "custom_title"),
    "ai-title": ("aiTitle", "ai_title"),
    "agent-name": ("agentName", "agent_name"),
    "tag": ("tag", "tag"),
    "last-prompt": ("lastPrompt", "last_prompt"),
    "summary": ("summary", "summary"),
}
_INJECTED: Final = re.compile(
    r"\s*(?:<(?:local-command-stdout|local-command-stderr|local-command-caveat|session-start-hook|tick|goal"
    r"|task-notification|bash-stdout|bash-stderr|teammate-message|system-reminder|user-memory-input)\b"
    r"|Caveat: The messages below)"
)
_IDE: Final = re.compile(r"\s*(?:<(ide_opened_file|ide_selection)>.*?</\1>\s*)+", re.DOTALL)
_COMMAND: Final = re.compile(r"\s*<command-(?:name|message)>")
_INTERRUPT: Final = re.compile(r"\s*\[Request interrupted by user")


def read(line: Mapping[str, object]) -> tuple[Entry | None, Said]:
    """The entry of a line (None for bookkeeping), and what it says of its session. Never fails on content."""
    type = line.get("type")
    if type in ("user", "assistant"):
        return _message(line, str(type)), {}
    if type == "system":
        return _system(line), {}
    if isinstance(type, str) and type in _SAID:
        field, name = _SAID[type]
        value = line.get(field)
        return None, {name: value} if isinstance(value, str) else {}
    return None, {}


def _message(line: Mapping[str, object], type: str) -> Entry:
    message = line.get("message")
    message = message if isinstance(message, Mapping) else {}
    blocks = _Blocks(message.get("content"))
    uuid, request, id = _text(line, "uuid"), _text(line, "requestId"), _text(message, "id")
    joins: tuple[str, ...] = ()
    keys = tuple(f"c:{call.id}" for call in blocks.calls if call.id)
    kind: Kind = "message"
    if type == "assistant":
        if id:
            joins = (f"m:{id}:{request}",)
            keys += joins
    elif blocks.results:
        kind = "result"
        joins = tuple(f"c:{result.call}" for result in blocks.results if result.call)
    else:
        kind = kind_of(line, blocks.text)
    role = "tool" if kind == "result" else "assistant" if type == "assistant" else "user"
    return Entry(
        role=role,  # type: ignore[arg-type]
        kind=kind,
        text=blocks.text,
        thinking=blocks.thinking,
        calls=tuple(blocks.calls),
        results=tuple(blocks.results),
        joins=joins,
        keys=keys,
        model=_text(message, "model"),
        usage=_usage(message.get("usage")),
        uuid=uuid,
        **_envelope(line),  # type: ignore[arg-type]
    )


def kind_of(line: Mapping[str, object], text: str) -> Kind:
    """What a user entry without tool results is: a prompt that a person typed, or what only looks like one."""
    if line.get("isCompactSummary"):
        return "summary"
    if line.get("isMeta") or line.get("isVisibleInTranscriptOnly") or line.get("promptSource") == "system":
        return "meta"
    origin = line.get("origin")
    if isinstance(origin, Mapping) and origin.get("kind") not in (None, "human"):
        return "notification"
    if _INTERRUPT.match(text):
        return "interrupt"
    if _COMMAND.match(text):
        return "command"
    if _INJECTED.match(text) or _IDE.fullmatch(text):
        return "meta"
    return "prompt"


def _system(line: Mapping[str, object]) -> Entry | None:
    text = _text(line, "content")
    if not text or line.get("subtype") in ("turn_duration", "stop_hook_summary"):
        return None
    return Entry(role="system", kind="note", text=text, uuid=_text(line, "uuid"), **_envelope(line))  # type: ignore[arg-type]


def _envelope(line: Mapping[str, object]) -> dict[str, object]:
    return {
        "parent": _text(line, "parentUuid"),
        "timestamp": seconds(line.get("timestamp")),
        "session": _text(line, "sessionId"),
        "agent": _text(line, "agentId"),
        "sidechain": line.get("isSidechain") is True,
        "cwd": _text(line, "cwd"),
        "branch": _text(line, "gitBranch"),
        "version": _text(line, "version"),
    }


class _Blocks:
    """The content of a message, by kind of block. Signatures, images and other data are left out."""

    def __init__(self, content: object) -> None:
        self.calls: list[Call] = []
        self.results: list[Result] = []
        texts: list[str] = []
        thoughts: list[str] = []
        for block in content if isinstance(content, list) else [content]:
            if isinstance(block, str):
                texts.append(block)
            elif isinstance(block, Mapping):
                type = block.get("type")
                if type == "text":
                    texts.append(_text(block, "text"))
                elif type == "thinking":
                    thoughts.append(_text(block, "thinking"))
                elif type == "tool_use":
                    input = block.get("input")
                    input = input if isinstance(input, Mapping) else {}
                    self.calls.append(Call(_text(block, "id"), _text(block, "name"), input))
                elif type == "tool_result":
                    text, failed = text_of(block.get("content")), block.get("is_error") is True
                    self.results.append(Result(_text(block, "tool_use_id"), text, failed))
        self.text = "\n".join(text for text in texts if text)
        self.thinking = "\n".join(text for text in thoughts if text)


def text_of(content: object) -> str:
    """The text of a content that is a text or a list of blocks."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = [block if isinstance(block, str) else _text(block, "text") for block in content if block]
    return "\n".join(text for text in texts if text)


def _usage(usage: object) -> Usage | None:
    if not isinstance(usage, Mapping):
        return None
    names = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    values = (usage.get(name) for name in names)
    return Usage(*(value if isinstance(value, int) and value > 0 else 0 for value in values))


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


def _text(mapping: object, key: str) -> str:
    value = mapping.get(key) if isinstance(mapping, Mapping) else None
    return value if isinstance(value, str) else ""
