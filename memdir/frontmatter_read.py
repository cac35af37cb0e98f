"""Reading a memory file: encoding, line endings, frontmatter of every generation, body. No content makes it fail.

Generations (formats/claude-code §1.5): G1 has `type` at the top level, G2 a `metadata:` mapping, G3 also
`metadata.modified`. Plain YAML is read by lines (`plain_yaml`); the YAML library is loaded only for the rest, and what
even it refuses is read line by line as far as it goes, with a problem recorded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from .model import NOTHING, Problem
from .plain_yaml import Reading, bare

Shape = Literal["none", "G1", "G2", "G3"]
TOP_LEVEL: Final = ("name", "description")
"""The keys that Claude Code keeps at the top; it moves every other one under `metadata:`."""

_OPEN = re.compile(r"---[ \t]*(?:\r?\n|\r|$)")
_BEFORE = re.compile(r"\s+|(?:\s*<!--.*?-->[ \t]*\r?\n)+\s*", re.DOTALL)
_CLOSE = re.compile(r"^---[ \t]*(?:\r?$|\r(?!\n))", re.MULTILINE)
_FIELD = re.compile(r"[^\W\d][\w.-]{0,120} *:(?=\s|$)")
_UNUSUAL = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Parsed:
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


@dataclass(frozen=True, slots=True)
class Split:
    """Where the head of a decoded text lies: `text[start:end]`, its first line `line` (from 1), the body at `body`.
    `closed` is False when the closing `---` is missing."""

    start: int
    end: int
    body: int
    line: int
    closed: bool = True


def parse(data: bytes) -> Parsed:
    """Read the bytes of a file. Never raises on content."""
    problems: list[Problem] = []
    text, bom = _decode(data, problems)
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
    if not head and head_text.strip() and not _FIELD.search(head_text):
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


def split_head(text: str) -> Split | None:
    """Find the frontmatter; None when the text has none. A file whose frontmatter was never closed has the leading
    lines that look like fields, if there are any. Blank lines and HTML comments may stand before the opening `---` when
    a field follows it."""
    match = _OPEN.match(text)
    line = 2
    if match is None:
        before = _BEFORE.match(text)
        match = _OPEN.match(text, before.end()) if before else None
        if match is None or not _FIELD.match(text, match.end()):
            return None
        line += text.count("\n", 0, match.start())
    start = match.end()
    close = _CLOSE.search(text, start)
    if close is not None:
        end = close.end()
        if text.startswith("\r", end):
            end += 1
        return Split(start, close.start(), end + 1 if text.startswith("\n", end) else end, line)
    end = start
    while _FIELD.match(text, end) or (end > start and text.startswith((" ", "\t", "- "), end)):
        after = text.find("\n", end)
        if after < 0:
            end = len(text)
            break
        end = after + 1
    return Split(start, end, end, line, closed=False) if end > start else None


def utf16_of(data: bytes) -> str | None:
    """The codec when the bytes are UTF-16: by its mark, or by the NULs between the first letters."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if data[0:4:2] == b"\0\0" and 0 not in data[1:4:2]:
        return "utf-16-be"
    return "utf-16-le" if data[1:4:2] == b"\0\0" and 0 not in data[0:4:2] else None


def newline_of(text: str) -> str:
    """The line ending of the first line."""
    at = text.find("\n")
    if at < 0:
        return "\r" if "\r" in text else "\n"
    return "\r\n" if text[at - 1 : at] == "\r" else "\n"


def _decode(data: bytes, problems: list[Problem]) -> tuple[str, bool]:
    encoding = utf16_of(data)
    if encoding:
        problems.append(Problem("encoding", 1, "the file is UTF-16, not UTF-8"))
        return data.decode(encoding, "replace"), encoding == "utf-16"
    bom = data.startswith(b"\xef\xbb\xbf")
    if bom:
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(Problem("encoding", line, "bytes that are no UTF-8 were replaced"))
        text = data.decode("utf-8", "replace")
    if "\0" in text:
        problems.append(Problem("nul", text.count("\n", 0, text.index("\0")) + 1, "the file holds NUL bytes"))
    return text, bom


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
