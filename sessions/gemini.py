"""Gemini CLI's chats (formats §6): one JSON document with its messages, or in newer versions a line for each.

A document is taken apart into its messages, each with the place where it begins, so that it is read like lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from .blocks import text_at
from .claude_code import seconds, tokens
from .entry import Call, Entry, Result, Said, Usage
from .json_lines import Line, dump, parse
from .prompts import prompt_of

ENDING: Final = ".json"
MAX_DOCUMENT: Final = 64 << 20
"""Bytes. A larger document is no chat; nothing of it is read."""
HEAD: Final = 4096
"""Bytes in which a chat shows itself."""
_MESSAGES: Final = '"messages"'
_TYPES: Final = frozenset({"user", "gemini", "model"})


def is_chat(head: bytes) -> bool:
    """True when a JSON document that begins like this is a chat."""
    return b'"sessionId"' in head and b'"projectHash"' in head and head.lstrip()[:1] == b"{"


def is_line(line: Mapping[str, object]) -> bool:
    """True for a message, and for the head of a chat."""
    if line.get("type") in _TYPES:
        return "content" in line and "message" not in line and "uuid" not in line
    return "projectHash" in line and "sessionId" in line


def messages(file: BinaryIO) -> Iterator[Line]:
    """The messages of a document as lines; before and after them what it says of itself. A damaged document gives the
    messages before the damage, and a line that is no object. Raises `OSError`."""
    file.seek(0)
    data = file.read(MAX_DOCUMENT + 1)
    if not data:
        return
    last = data.count(b"\n") + (not data.endswith(b"\n"))
    bad = Line(last, 0, b"", True, len(data), too_long=True)
    text = data[:MAX_DOCUMENT].decode("utf-8", "replace")
    start = text.find("[", text.find(_MESSAGES)) if _MESSAGES in text else -1
    whole = parse(data) if len(data) <= MAX_DOCUMENT else None
    if start < 0:
        yield bad
        return
    yield Line(1, 0, text[:start].encode() + b"[]}", True, start)
    decoder = json.JSONDecoder()
    line, offset, before, at = 1, 0, 0, start + 1
    while (at := _next(text, at)) >= 0:
        line += text.count("\n", before, at)
        offset += len(text[before:at].encode())
        before = at
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        yield Line(line, offset, text[at:end].encode(), True, len(data))
        at = end
    yield bad if whole is None else bad._replace(data=dump({**whole, "messages": []}), too_long=False)


def message_at(file: BinaryIO, offset: int) -> dict[str, object] | None:
    """The message of a document at a place that `messages` gave. Raises `OSError`."""
    file.seek(offset)
    text = file.read(MAX_DOCUMENT).decode("utf-8", "replace")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return parse(text[:end].encode())


def _next(text: str, at: int) -> int:
    """Where the next message begins, -1 at the end of the list."""
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at if at < len(text) and text[at] != "]" else -1


def read(line: Mapping[str, object]) -> tuple[Entry | None, Said]:
    """The entry of a message (None for the head), and what the head says. Never fails on content."""
    type = line.get("type")
    if type not in _TYPES:
        said = {"context.session": text_at(line, "sessionId"), "summary": text_at(line, "summary")}
        return None, {name: value for name, value in said.items() if value}
    id, timestamp, text = text_at(line, "id"), seconds(line.get("timestamp")), _text(line.get("content"))
    if type == "user":
        kind, text = prompt_of({}, text)
        return Entry("user", kind, id, timestamp=timestamp, text=text), {}
    calls = tuple(_calls(line.get("toolCalls")))
    return Entry(
        "assistant", "message", id, timestamp=timestamp, text=text, thinking=_thoughts(line.get("thoughts")),
        calls=tuple(call for call, _ in calls), results=tuple(result for _, result in calls if result is not None),
        model=text_at(line, "model"), usage=_usage(line.get("tokens")),
    ), {}  # fmt: skip


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [content]
    texts = [part if isinstance(part, str) else text_at(part, "text") for part in parts]
    return "\n".join(text for text in texts if text)


def _thoughts(thoughts: object) -> str:
    listed = thoughts if isinstance(thoughts, list) else []
    return "\n".join(f"{text_at(one, 'subject')}: {text_at(one, 'description')}".strip(": ") for one in listed)


def _calls(calls: object) -> Iterator[tuple[Call, Result | None]]:
    for call in calls if isinstance(calls, list) else []:
        if not isinstance(call, Mapping):
            continue
        id, input = text_at(call, "id"), call.get("args")
        failed = call.get("status") in ("error", "cancelled")
        output = "\n".join(_responses(call.get("result"))) or text_at(call, "resultDisplay")
        made = Call(id, text_at(call, "name"), input if isinstance(input, Mapping) else {})
        yield made, (Result(id, output, failed) if output or failed else None)


def _responses(result: object) -> Iterator[str]:
    for part in result if isinstance(result, list) else []:
        found = part.get("functionResponse") if isinstance(part, Mapping) else None
        response = found.get("response") if isinstance(found, Mapping) else None
        text = text_at(response, "output") or text_at(response, "error") or text_at(part, "text")
        if text:
            yield text


def _usage(said: object) -> Usage | None:
    if not isinstance(said, Mapping):
        return None
    input, output, cached, thoughts = (tokens(said.get(name)) for name in ("input", "output", "cached", "thoughts"))
    return Usage(max(0, input - cached), output + thoughts, 0, cached)
