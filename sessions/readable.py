"""A turn as people read it, in a terminal, Markdown or HTML: who speaks, what was said, a line for each tool call."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal, NamedTuple

from memdir.secrets import mask

from .entry import Call, Kind, Turn

Clean = Callable[[str], str]
"""What is done to every text before it is shown: `mask`, or nothing where the raw text is wanted."""

HIDDEN: Final[frozenset[Kind]] = frozenset({"meta"})
"""Injected text, which nobody said: shown only on demand."""
MAX_CALL: Final = 120
"""Characters of a tool call's line."""
_SPEAKERS: Final[Mapping[Kind, str]] = {
    "prompt": "you", "command": "you", "interrupt": "you", "meta": "injected", "summary": "summary",
    "notification": "notice", "result": "result", "note": "system",
}  # fmt: skip
_SHOWN_INPUT: Final[Mapping[str, tuple[str, ...]]] = {
    "Grep": ("pattern", "path", "glob"), "Glob": ("pattern", "path"), "Task": ("description",),
    "Agent": ("description",), "WebSearch": ("query",), "WebFetch": ("url",), "Bash": ("command",),
    "Skill": ("skill", "args"), "ToolSearch": ("query",),
}  # fmt: skip
"""The fields of a tool's input that say what a call did; of other tools a path, else the first text."""
_PATHS: Final = ("file_path", "path", "notebook_path", "filePath", "absolute_path")
_COMMAND: Final = re.compile(r"<command-(name|args)>(.*?)</command-\1>", re.DOTALL)
_IDE: Final = re.compile(r"\A\s*(?:<(ide_opened_file|ide_selection)>.*?</\1>\s*)+", re.DOTALL)
EDITS: Final = frozenset({"Edit", "MultiEdit", "Write", "NotebookEdit"})
"""Tools that write a file."""


class Piece(NamedTuple):
    """A part of what a turn shows. `call` is one line of a tool call, `input` and `result` what it unfolds to."""

    kind: Literal["text", "thinking", "call", "failed", "input", "result"]
    text: str


def cleaner(*, raw: bool) -> Clean:
    """The masking of secrets, or with `raw` nothing."""
    return str if raw else mask


def speaker(turn: Turn) -> str:
    """Who says a turn: `you`, `claude` (`agent` for another model), `summary`, `system` ..."""
    if turn.kind == "message":
        return "claude" if turn.model.startswith(("claude", "<")) else "agent"
    return "agent" if turn.kind == "prompt" and turn.sidechain else _SPEAKERS[turn.kind]


def pieces(turn: Turn, clean: Clean, *, tools: bool = False, thinking: bool = False) -> list[Piece]:
    """What a turn shows, in order: thoughts, text, calls, and results that no call asked for. With `tools` calls are
    unfolded into input and result."""
    found: list[Piece] = []
    if thinking and turn.thinking:
        found.append(Piece("thinking", clean(turn.thinking).strip("\n")))
    text = clean(said(turn)).strip("\n")
    if text:
        found.append(Piece("text", text))
    for call in turn.calls:
        failed = call.result is not None and call.result.is_error
        found.append(Piece("failed" if failed else "call", call_line(call, clean, turn.cwd)))
        if tools:
            found.append(Piece("input", clean(input_text(call))))
        if call.result is not None and (tools or failed):
            result = clean(call.result.text).strip("\n")
            if result:
                found.append(Piece("result", result if tools else _one_line(result)))
    for answer in turn.results:
        result = clean(answer.text).strip("\n")
        if result:
            found.append(Piece("result", result if tools else _one_line(result)))
    return found


def said(turn: Turn) -> str:
    """The text of a turn: `spoken` where a person said it."""
    return spoken(turn.text) if turn.kind in ("prompt", "command") else turn.text


def spoken(text: str) -> str:
    """What a person typed: a slash command as it was typed, other text without what an editor put before it."""
    if text.lstrip().startswith("<command-"):
        parts = {name: value.strip() for name, value in _COMMAND.findall(text)}
        if parts.get("name"):
            return f"{parts['name']} {parts.get('args', '')}".rstrip()
    return _IDE.sub("", text)


def call_line(call: Call, clean: Clean = mask, cwd: str = "") -> str:
    """A tool call in one line: its name and what it worked on (`Edit src/cart.ts (+3 -1)`, `Bash npm test`), paths
    below `cwd` relative to it."""
    fields = _SHOWN_INPUT.get(call.name, _PATHS)
    values = [value for value in map(call.input.get, fields) if isinstance(value, str) and value]
    if not values:
        values = [value for value in call.input.values() if isinstance(value, str) and value][:1]
    elif call.name not in _SHOWN_INPUT:
        values = values[:1]
    if cwd:
        values = [text for text in (relative(value, cwd) for value in values) if text]
    line = _one_line(clean(" ".join([call.name or "tool", *(value[: MAX_CALL * 4] for value in values)])))
    return line + _size(call)


def relative(path: str, folder: str) -> str:
    """A path relative to a folder when it lies below it, empty for the folder itself; any other text as it is."""
    folder = folder.rstrip("/\\")
    if folder and path.startswith(folder) and path[len(folder) : len(folder) + 1] in ("", "/", "\\"):
        return path[len(folder) + 1 :]
    return path


def _size(call: Call) -> str:
    """How many lines an edit added and took away."""
    if call.name not in EDITS:
        return ""
    added = removed = 0
    for old, new in replaced(call):
        more, less = _changed_lines(old.splitlines(), new.splitlines())
        added += more
        removed += less
    return f" (+{added} -{removed})" if added or removed else ""


def replaced(call: Call) -> list[tuple[str, str]]:
    """What an edit took away and what it wrote, each place of it."""
    edits = call.input.get("edits")
    inputs = [edit for edit in edits if isinstance(edit, Mapping)] if isinstance(edits, list) else [call.input]
    return [
        (
            _text(found, "old_string"),
            _text(found, "new_string") or _text(found, "content") or _text(found, "new_source"),
        )
        for found in inputs
    ]


def input_text(call: Call) -> str:
    """A call's whole input: its texts under their names, all else as JSON."""
    parts = []
    for key, value in call.input.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        parts.append(f"{key}:\n{text}" if "\n" in text else f"{key}: {text}")
    return "\n".join(parts)


def conversation(turns: Iterable[Turn], *, all: bool = False) -> list[Turn]:
    """The turns that are shown: without injected text, unless `all`, and without those that hold nothing."""
    return [
        turn
        for turn in turns
        if (all or turn.kind not in HIDDEN) and (turn.text or turn.calls or turn.results or (all and turn.thinking))
    ]


def prompts(turns: Iterable[Turn]) -> list[Turn]:
    """What a person typed, slash commands too."""
    return [turn for turn in turns if turn.typed or (turn.kind == "command" and said(turn))]


def _changed_lines(old: list[str], new: list[str]) -> tuple[int, int]:
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return len(new) - start - end, len(old) - start - end


def _one_line(text: str) -> str:
    text = " ".join(text[: MAX_CALL * 8].split())
    return text if len(text) <= MAX_CALL else text[: MAX_CALL - 1].rstrip() + "…"


def _text(mapping: Mapping[str, object], key: str) -> str:
    value = mapping.get(key)
    return value if isinstance(value, str) else ""
