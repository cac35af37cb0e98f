"""The lines of Codex rollouts (formats §6): `{timestamp, type, payload}`, in old files the payloads alone.

What a person and the model say stands there twice, as an event and as an item of the conversation; `Entry.echo` lets
the reader take one of two neighbours. Instructions (`base_instructions`, the developer's messages) are no part of the
conversation; `encrypted_content` is never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .blocks import text_at
from .claude_code import seconds
from .entry import Call, Entry, Result, Role, Said
from .json_lines import parse
from .prompts import prompt_of

_WRAPPERS: Final = frozenset({"session_meta", "turn_context", "response_item", "event_msg", "compacted"})
_ITEMS: Final = frozenset(
    {"message", "reasoning", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output",
     "local_shell_call", "local_shell_call_output", "web_search_call", "tool_search_call", "tool_search_output"}
)  # fmt: skip
_EVENT: Final = "event"
_ITEM: Final = "item"


def is_line(line: Mapping[str, object]) -> bool:
    """True for a line of a rollout."""
    type = line.get("type")
    if type in _WRAPPERS:
        return isinstance(line.get("payload"), Mapping)
    return type in _ITEMS and "message" not in line


def read(line: Mapping[str, object]) -> tuple[Entry | None, Said]:
    """The entry of a line (None for bookkeeping), and what it says of the lines after it. Never fails on content."""
    type = line.get("type")
    payload = line.get("payload")
    payload = payload if isinstance(payload, Mapping) else line
    if type in ("session_meta", "turn_context"):
        return None, _context(payload)
    timestamp = seconds(line.get("timestamp"))
    if type == "compacted":
        text = text_at(payload, "message")
        return (Entry("user", "summary", timestamp=timestamp, text=text) if text else None), {}
    entry = _event(payload) if type == "event_msg" else _item(payload)
    return (entry._replace(timestamp=timestamp) if entry is not None else None), {}


def _context(payload: Mapping[str, object]) -> Said:
    said = {
        "session": text_at(payload, "id"),
        "cwd": text_at(payload, "cwd"),
        "branch": text_at(payload.get("git"), "branch"),
        "version": text_at(payload, "cli_version"),
        "model": text_at(payload, "model"),
    }
    return {f"context.{name}": value for name, value in said.items() if value}


def _event(payload: Mapping[str, object]) -> Entry | None:
    text = text_at(payload, "message")
    type = payload.get("type")
    if type == "user_message" and text:
        kind, text = prompt_of({}, text)
        return Entry("user", kind, text=text, echo=_EVENT)
    if type == "agent_message" and text:
        return Entry("assistant", "message", text=text, echo=_EVENT)
    if type == "agent_reasoning" and text_at(payload, "text"):
        return Entry("assistant", "message", thinking=text_at(payload, "text"), echo=_EVENT)
    if type == "turn_aborted":
        return Entry("user", "interrupt", text="[turn aborted]")
    return None


def _item(payload: Mapping[str, object]) -> Entry | None:
    type = payload.get("type")
    if type == "message":
        return _message(payload)
    if type == "reasoning":
        thinking = _texts(payload.get("summary")) or _texts(payload.get("content"))
        return Entry("assistant", "message", thinking=thinking, echo=_ITEM) if thinking else None
    if not isinstance(type, str):
        return None
    id = text_at(payload, "call_id") or text_at(payload, "id")
    if type.endswith("_output"):
        text, failed = _output(payload)
        return Entry("tool", "result", results=(Result(id, text, failed),), joins=(f"c:{id}",) if id else ())
    if type.endswith("_call"):
        name = text_at(payload, "name") or type.removesuffix("_call")
        call = Call(id, name, _input(payload))
        return Entry("assistant", "message", calls=(call,), keys=(f"c:{id}",) if id else ())
    return None


def _message(payload: Mapping[str, object]) -> Entry | None:
    role, text = payload.get("role"), _texts(payload.get("content"))
    if not text or role not in ("user", "assistant"):
        return None
    if role == "assistant":
        return Entry("assistant", "message", text=text, echo=_ITEM)
    kind, text = prompt_of({}, text)
    user: Role = "user"
    return Entry(user, kind, text=text, echo=_ITEM)


def _texts(content: object) -> str:
    """The texts of a list of parts; `[image]` stands where one was."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = ["[image]" if text_at(part, "type") == "input_image" else text_at(part, "text") for part in parts]
    return "\n".join(text for text in texts if text)


def _input(payload: Mapping[str, object]) -> Mapping[str, object]:
    for name in ("arguments", "input", "action"):
        value = payload.get(name)
        if isinstance(value, Mapping):
            return value
        if isinstance(value, str) and value:
            found = parse(value.encode("utf-8", "replace")) if value.lstrip().startswith("{") else None
            return found if found is not None else {"input": value}
    return {}


def _output(payload: Mapping[str, object]) -> tuple[str, bool]:
    output = payload.get("output")
    failed = payload.get("success") is False
    if isinstance(output, str) and output.startswith("{"):
        found = parse(output.encode("utf-8", "replace"))
        if found is not None and ("output" in found or "content" in found):
            output = found.get("output", found.get("content"))
            metadata = found.get("metadata")
            failed = failed or (isinstance(metadata, Mapping) and metadata.get("exit_code") not in (None, 0))
    if isinstance(output, Mapping):
        failed = failed or output.get("success") is False
        output = output.get("content")
    return _texts(output), failed
