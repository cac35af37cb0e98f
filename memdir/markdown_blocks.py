"""Which lines of a Markdown text are text, code, HTML or comments: a scanner over lines, no tree.

It follows CommonMark 0.31 (fenced and indented code, the seven HTML blocks, quotes, list items, lazy continuation); a
test holds it equal to markdown-it. It is what makes links and headings cheap to find (30 us a file instead of 1.1 ms).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

LineKind = Literal["text", "fence", "code", "html", "comment", "raw"]
"""`html` is a block of tags whose text people read; `raw` a script or preformatted text."""

MAX_NESTING: Final = 100
"""Quotes and lists within each other; deeper ones are read as text."""

_FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})")
_ITEM = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?= |$)")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_HEADING = re.compile(r"#{1,6}(?=[ \t]|$)")
_UNDERLINE = re.compile(r"(?:=+|-+) *$")
_QUOTE: Final = -1
_BLANK = re.compile(r"^\s*$")
_ATTRIBUTE = r"\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s\"'=<>`]+|'[^']*'|\"[^\"]*\"))?"
_BLOCK_TAGS: Final = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt"
    "|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu"
    "|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr"
    "|track|ul"
)
_HTML: Final[tuple[tuple[re.Pattern[str], re.Pattern[str], LineKind, bool], ...]] = (
    (re.compile(r"<(?:script|pre|style|textarea)(?=[\s>]|$)", re.I),
     re.compile(r"</(?:script|pre|style|textarea)>", re.I), "raw", True),
    (re.compile(r"<!--"), re.compile(r"-->"), "comment", True),
    (re.compile(r"<\?"), re.compile(r"\?>"), "raw", True),
    (re.compile(r"<![A-Za-z]"), re.compile(r">"), "raw", True),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>"), "raw", True),
    (re.compile(rf"</?(?:{_BLOCK_TAGS})(?=\s|/?>|$)", re.I), _BLANK, "html", True),
    (re.compile(rf"(?:<[A-Za-z][A-Za-z0-9-]*(?:{_ATTRIBUTE})*\s*/?>|</[A-Za-z][A-Za-z0-9-]*\s*>)\s*$"),
     _BLANK, "html", False),
)  # fmt: skip
"""CommonMark's seven HTML blocks: how one begins, how it ends (`_BLANK`: before a blank line), what its lines are, and
whether it may interrupt a paragraph."""


class Line(NamedTuple):
    """One line as the scanner sees it: `text` is what stands behind the markers of quotes and lists,
    `item` says that a list item begins here."""

    number: int
    kind: LineKind
    text: str
    item: bool = False


def lines(text: str) -> Iterator[Line]:
    """Each line of the text with its kind."""
    return _Scanner().scan(text)


class _Scanner:
    """The open containers and the open leaf block while lines go by (CommonMark 0.31, appendix "A parsing strategy").
    Left out: link reference definitions, and that a list item which begins with two blank lines is empty."""

    def __init__(self) -> None:
        self.containers: list[int] = []  # _QUOTE, or how far a list item's content is indented in its container
        self.fence = ""
        self.html: re.Pattern[str] | None = None
        self.html_kind: LineKind = "text"
        self.paragraph = False

    def scan(self, text: str) -> Iterator[Line]:
        for number, raw in enumerate(text.split("\n"), 1):
            if raw[-1:] == "\r":
                raw = raw[:-1]
            if raw[:1].isalpha() and not self.containers and not self.fence and self.html is None:
                self.paragraph = True  # most lines
                yield Line(number, "text", raw)
            else:
                kind, rest, item = self._line(raw.expandtabs(4) if "\t" in raw else raw)
                yield Line(number, kind, rest, item)

    def _line(self, raw: str) -> tuple[LineKind, str, bool]:
        at, matched = self._continue(raw)
        rest = raw[at:]
        text = rest.lstrip(" ")
        if matched < len(self.containers):
            self.fence, self.html = "", None
        elif self.fence:
            marker = text.rstrip(" ")
            if len(rest) - len(text) < 4 and len(marker) >= len(self.fence) and not marker.strip(self.fence[0]):
                self.fence = ""
            return "fence", rest, False
        elif self.html is not None:
            if self.html is not _BLANK or text:
                kind = self.html_kind
                if self.html.search(text):
                    self.html = None
                return kind, rest, False
            self.html = None
        if not text:
            self.paragraph = False
            del self.containers[matched:]
            return "text", "", False
        return self._start(rest, matched)

    def _continue(self, raw: str) -> tuple[int, int]:
        """Where the text behind the open containers begins, and how many of them go on in this line."""
        at = matched = 0
        for container in self.containers:
            text = raw[at:].lstrip(" ")
            indent = len(raw) - at - len(text)
            if container == _QUOTE:
                if indent > 3 or not text.startswith(">"):
                    break
                at += indent + (2 if text.startswith("> ") else 1)
            elif text:
                if indent < container:
                    break
                at += container
            matched += 1
        return at, matched

    def _start(self, rest: str, matched: int) -> tuple[LineKind, str, bool]:
        """The block that begins in `rest`, behind `matched` open containers; new containers are opened."""
        item = False
        while True:
            text = rest.lstrip(" ")
            indent = len(rest) - len(text)
            lazy = self.paragraph and matched < len(self.containers)
            if indent > 3 and not self.paragraph and text:
                del self.containers[matched:]
                return "code", rest, item
            width = self._container(text, indent, lazy) if indent < 4 and matched < MAX_NESTING else 0
            if not width:
                break
            del self.containers[matched:]
            self.containers.append(_QUOTE if text[0] == ">" else indent + width)
            matched += 1
            self.paragraph = False
            item = text[0] != ">"
            rest = rest[indent + width :]
        if indent > 3 or not text:
            return "text", text, item
        kind = self._leaf(text, lazy)
        if kind is None:  # a paragraph, or its lazy continuation
            if not lazy:
                del self.containers[matched:]
            self.paragraph = True
            return "text", text, item
        del self.containers[matched:]
        self.paragraph = False
        return kind, text, item

    def _container(self, text: str, indent: int, lazy: bool) -> int:
        """The width of the quote's or list item's marker that the text begins with; 0 when there is none."""
        if text[:1] == ">":
            return 2 if text[1:2] == " " else 1
        match = _ITEM.match(text)
        if match is None or _RULE.match(text) or (self.paragraph and not lazy and _UNDERLINE.match(text)):
            return 0
        after = text[match.end() :]
        content = after.lstrip(" ")
        if self.paragraph and not lazy and (not content or (match[1] and match[1] != "1")):
            return 0
        spaces = len(after) - len(content)
        return match.end() + (spaces if content and spaces < 5 else 1)

    def _leaf(self, text: str, lazy: bool) -> LineKind | None:
        """The kind of a leaf block that is no paragraph; None for a paragraph."""
        first = text[0]
        if first in "`~":
            match = _FENCE.match(text)
            if match:
                self.fence = match[1]
                return "fence"
        elif first == "<":
            return self._html(text)
        elif first == "#":
            return "text" if _HEADING.match(text) else None
        elif first in "*-_=" and (_RULE.match(text) or (self.paragraph and not lazy and _UNDERLINE.match(text))):
            return "text"
        return None

    def _html(self, text: str) -> LineKind | None:
        for start, end, kind, interrupts in _HTML:
            found = start.match(text)
            if found and (interrupts or not self.paragraph):
                self.html_kind = kind
                self.html = None if end.search(text) else end
                return kind
        return None
