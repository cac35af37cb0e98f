"""The bytes of a file as text, and where its frontmatter ends: small, since recall needs only bodies of what it shows.

Every encoding, line ending and misplaced or unclosed frontmatter that real files have is dealt with here; what stands
in the frontmatter is read by `frontmatter_read`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .model import Problem

_OPEN = re.compile(r"---[ \t]*(?:\r?\n|\r|$)")
_BEFORE = re.compile(r"\s+|(?:\s*<!--.*?-->[ \t]*\r?\n)+\s*", re.DOTALL)
_CLOSE = re.compile(r"^---[ \t]*(?:\r?$|\r(?!\n))", re.MULTILINE)
_FIELD = re.compile(r"[^\W\d][\w.-]{0,120} *:(?=\s|$)")


class Split(NamedTuple):
    """Where the head of a decoded text lies: `text[start:end]`, its first line `line` (from 1), the body at `body`.
    `closed` is False when the closing `---` is missing."""

    start: int
    end: int
    body: int
    line: int
    closed: bool = True


def decode(data: bytes, problems: list[Problem]) -> tuple[str, bool]:
    """The text of a file, and whether it began with a byte order mark. What was lost is added to `problems`."""
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


def has_fields(head: str) -> bool:
    """True when a head holds anything like `key:`; what stands between two rules need be no frontmatter."""
    return _FIELD.search(head) is not None


def body_of(data: bytes) -> str | None:
    """The body of a file; None when only reading the fields can tell whether there is a frontmatter at all."""
    text, _ = decode(data, [])
    split = split_head(text)
    if split is None:
        return text
    return text[split.body :] if has_fields(text[split.start : split.end]) else None
