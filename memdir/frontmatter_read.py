"""Reading a memory file: encoding, line endings, frontmatter of every generation, body. No content makes it fail.

Generations (formats/claude-code §1.5): G1 has `type` at the top level, G2 a `metadata:` mapping, G3 also
`metadata.modified`. Plain YAML is read by lines (`plain_yaml`); the YAML library is loaded only for the rest, and what
even it refuses is read line by line as far as it goes, with a problem recorded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from .frontmatter_split import decode, has_fields, newline_of, split_head
from .model import NOTHING, Problem
from .plain_yaml import Reading, bare

Shape = Literal["none", "G1", "G2", "G3"]
TOP_LEVEL: Final = ("name", "description")
"""The keys that Claude Code keeps at the top; it moves every other one under `metadata:`."""

_UNUSUAL = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Parsed(NamedTuple):
    """What a file says. `head` holds plain data (text, numbers, truth values, None, lists, dicts) in file order; `body`
    is the text after the frontmatter as written and `body_line` its first line, from 1. `damaged` says that bytes were
    lost in reading, or that the name is blank. `newline` is the file's own (`\\n`, `\\r\\n`, `\\r`)."""

    head: Mapping[str, object]
    body: str
    body_line: int
    shape: Shape
    damaged: bool = False
    problems: tuple[Problem, ...] = ()
    newline: str = "\n"
    bom: bool = False

    def problem(self, code: str) -> Problem | None:
        """The first problem with this code."""
        return next((p for p in self.problems if p.code == code), None)


def parse(data: bytes) -> Parsed:
    """Read the bytes of a file. Never raises on content."""
    problems: list[Problem] = []
    text, bom = decode(data, problems)
    newline = newline_of(text)
    split = split_head(text)
    if split is None:
        return Parsed(NOTHING, text, 1, "none", bool(problems), tuple(problems), newline, bom)
    head_text = text[split.start : split.end]
    head = _read_head(head_text, split.line, problems)
    if split.line > 2:
        problems.append(Problem("late-frontmatter", split.line - 1, "something stands before the frontmatter"))
    if not split.closed:
        problems.append(Problem("unclosed-frontmatter", split.line - 1, "the frontmatter has no closing ---"))
    if not head and head_text.strip() and not has_fields(head_text):
        # Two rules with prose between them: no frontmatter at all.
        kept = tuple(p for p in problems if p.code != "invalid-yaml")
        return Parsed(NOTHING, text, 1, "none", bool(kept), kept, newline, bom)
    damaged = any(p.code in ("encoding", "nul") for p in problems)
    name = field(head, "name")
    if isinstance(name, str) and not name.strip():
        damaged = True
        problems.append(Problem("empty-name", split.line, "the name is blank: the file was damaged on rewriting"))
    body_line = split.line + text.count("\n" if newline != "\r" else "\r", split.start, split.body)
    metadata = head.get("metadata")
    shape: Shape = "G1"
    if isinstance(metadata, dict):
        shape = "G3" if "modified" in metadata else "G2"
    return Parsed(head, text[split.body :], body_line, shape, damaged, tuple(problems), newline, bom)


def field(head: Mapping[str, object], key: str) -> object:
    """The value of a field: `metadata.<key>` before the top level, but for `name` and `description`, whose place is the
    top. None where it is absent."""
    metadata = head.get("metadata")
    if isinstance(metadata, dict) and key in metadata and not (key in TOP_LEVEL and key in head):
        value: object = metadata[key]
        return value
    return head.get(key)


def _read_head(text: str, first: int, problems: list[Problem]) -> dict[str, object]:
    """Read the lines of a head whose first line is number `first` of its file."""
    lines = (text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text).split("\n")
    reading = Reading(lines)
    head = reading.head
    if reading.odd or _UNUSUAL.search(text):
        from .yaml_codec import YamlError, load  # 45 ms, needed by few files

        try:
            head = load("\n".join(lines))
        except YamlError as error:
            problems.append(Problem("invalid-yaml", first + error.line - 1, str(error)))
        else:
            reading.invalid.clear()
    for line, reason in reading.invalid:
        problems.append(Problem("invalid-yaml", first + line - 1, reason))
    for line, key in reading.duplicates:
        problems.append(Problem("duplicate-key", first + line - 1, f"{key} is given twice, the last one counts"))
    if " #" in text:
        _keep_comment_text(head, lines, first, problems)
    if _SURROGATE.search(text) or ("\\" in text and _has_surrogate(head)):
        head = {str(key): _without_surrogates(value) for key, value in head.items()}
    return head


def _keep_comment_text(head: dict[str, object], lines: list[str], first: int, problems: list[Problem]) -> None:
    """YAML cuts `Tracking PR #762` to `Tracking PR`; whoever wrote a description meant all of it."""
    for number, line in enumerate(lines):
        key, _, text = line.partition(":")
        text = text.strip()
        cut = head.get(key)
        if key in TOP_LEVEL and " #" in text and isinstance(cut, str) and text.startswith(cut + " ") and cut:
            head[key] = bare(text)
            problems.append(
                Problem("comment-in-text", first + number, f"YAML reads the {key} only up to ' #': quote it")
            )


def _has_surrogate(value: object) -> bool:
    if isinstance(value, str):
        return _SURROGATE.search(value) is not None
    if isinstance(value, dict):
        return any(_has_surrogate(item) for item in value.values())
    return isinstance(value, list) and any(_has_surrogate(item) for item in value)


def _without_surrogates(value: object) -> object:
    """JSON-style pairs (`\\ud83d\\ude00`) joined, lone halves replaced by U+FFFD: nothing downstream can print them."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {str(key): _without_surrogates(item) for key, item in value.items()}
    return [_without_surrogates(item) for item in value] if isinstance(value, list) else value
