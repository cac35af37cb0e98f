"""Facts of Markdown from a line scanner: links, headings, fences, comments. No tree, no third-party package.

The scanner follows CommonMark for what these facts need: fenced and indented code, HTML blocks, block quotes and list
items; a test holds it equal to markdown-it. Lines count from 1 in the text given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote

LineKind = Literal["text", "fence", "code", "html"]

_FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})")
_ITEM = re.compile(r"(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)")
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_WIKI = re.compile(r"\[\[([^\[\]\n|#]+)(?:#[^\[\]\n|]*)?(?:\|([^\[\]\n]*))?\]\]")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_ENTRY = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(?:\*\*|__|\*|_)?\[")
_LINK = re.compile(
    r"\[((?:[^\[\]\\]|\\.)*)\]\((?:<([^<>\n]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))(?:[ \t]+[\"'(].*?[\"')])?\)"
)
_HTML_ENDS: Final = (
    (
        re.compile(r"<(?:script|pre|style|textarea)(?=[\s>]|$)", re.IGNORECASE),
        re.compile(r"</(?:script|pre|style|textarea)>", re.I),
    ),
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<\?"), re.compile(r"\?>")),
    (re.compile(r"<![A-Za-z]"), re.compile(r">")),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>")),
)


@dataclass(frozen=True, slots=True)
class WikiLink:
    """`[[target]]`, `[[target#heading]]` or `[[target|label]]`."""

    line: int
    target: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class IndexLink:
    """`- [Title](file.md) — hook`. `target` is decoded, without `./` and `#fragment`; `hook` the text after the link;
    `entry` is False for a link in running text."""

    line: int
    title: str
    target: str
    hook: str
    entry: bool = True


@dataclass(frozen=True, slots=True)
class Heading:
    """An ATX heading."""

    line: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line as the scanner sees it: `text` is what stands behind the markers of quotes and lists."""

    number: int
    kind: LineKind
    text: str


def wiki_links(body: str) -> list[WikiLink]:
    """Every `[[link]]` of the text outside code and comments, in order, repeated ones included."""
    if "[[" not in body:
        return []
    found = []
    for line in lines(body):
        if line.kind == "text" and "[[" in line.text:
            text = _CODE_SPAN.sub(_blank, line.text) if "`" in line.text else line.text
            for match in _WIKI.finditer(text):
                if match[1].strip():
                    found.append(WikiLink(line.number, match[1].strip(), match[2].strip() if match[2] else None))
    return found


def index_links(text: str) -> list[IndexLink]:
    """The links to Markdown files of an index, outside code and comments."""
    found = []
    for line in lines(text):
        if line.kind != "text" or "](" not in line.text:
            continue
        raw = line.text
        entry = _ENTRY.match(raw) is not None or raw.lstrip("*_").startswith("[")
        for match in _LINK.finditer(raw):
            target = link_target(match[2] if match[2] is not None else match[3])
            if target is not None:
                hook = raw[match.end() :].lstrip("*_ \t").lstrip("—–-: \t").strip()
                found.append(IndexLink(line.number, match[1].strip(), target, hook, entry))
                entry = False
    return found


def link_target(written: str) -> str | None:
    """The relative Markdown file that a link's destination means, None when it means something else."""
    target = written.partition("#")[0].strip()
    if "%" in target:
        target = unquote(target, errors="replace")
    while target.startswith("./"):
        target = target[2:]
    if not target.lower().endswith(".md") or "://" in target or target.startswith(("/", "~", "mailto:")):
        return None
    return target


def headings(text: str) -> list[Heading]:
    """The ATX headings outside code and comments."""
    found = []
    for line in lines(text):
        if line.kind == "text" and line.text.startswith("#"):
            match = _HEADING.match(line.text)
            if match is not None:
                found.append(Heading(line.number, len(match[1]), (match[2] or "").strip()))
    return found


def fences(text: str) -> list[tuple[int, int]]:
    """First and last line of each fenced code block, the markers included."""
    return _regions(text, ("fence",))


def code_regions(text: str) -> list[tuple[int, int]]:
    """First and last line of each fenced or indented code block."""
    return _regions(text, ("fence", "code"))


def strip_comments(text: str) -> str:
    """The text without HTML comments that begin a block; a line that held nothing else goes with its comment. Comments
    in code, inside a line, or never closed stay."""
    if "<!--" not in text:
        return text
    kept: list[str] = []
    source = text.splitlines(keepends=True) if "\r" in text else text.split("\n")
    separator = "" if "\r" in text else "\n"
    kinds = {line.number: line.kind for line in lines(text)}
    at = 0
    while at < len(source):
        line = source[at]
        if kinds.get(at + 1) == "html" and line.lstrip().startswith("<!--"):
            end = at
            while end < len(source) and "-->" not in source[end][4 if end == at else 0 :]:
                end += 1
            if end < len(source):
                rest = source[end].partition("-->")[2]
                if rest.strip():
                    kept.append(rest)
                at = end + 1
                continue
        kept.append(line)
        at += 1
    return separator.join(kept)


def lines(text: str) -> Iterator[Line]:
    """Each line of the text with its kind."""
    return _Scanner().scan(text)


class _Scanner:
    """The open containers and leaf block while lines go by."""

    def __init__(self) -> None:
        self.items: list[int] = []  # content columns of the open list items, None-free; quotes are not kept
        self.fence = ""
        self.html: re.Pattern[str] | None = None
        self.html_until_blank = False
        self.paragraph = False

    def scan(self, text: str) -> Iterator[Line]:
        for number, raw in enumerate(text.split("\n"), 1):
            kind, rest = self._line(raw.rstrip("\r").expandtabs(4))
            yield Line(number, kind, rest)

    def _line(self, raw: str) -> tuple[LineKind, str]:
        stripped = raw.lstrip(" ")
        indent = len(raw) - len(stripped)
        base = self.items[-1] if self.items else 0
        if self.fence:
            if stripped and indent < base:
                self.fence = ""
            else:
                if (
                    indent - base < 4
                    and stripped.rstrip()
                    and set(stripped.rstrip()) == {self.fence[0]}
                    and len(stripped.rstrip()) >= len(self.fence)
                ):
                    self.fence = ""
                return "fence", stripped
        if self.html is not None:
            if self.html.search(stripped):
                self.html = None
            return "html", stripped
        if not stripped:
            self.paragraph = False
            return "text", ""
        while self.items and indent < self.items[-1] and not self.paragraph:
            self.items.pop()
        return self._leaf(stripped, indent - (self.items[-1] if self.items else 0), indent)

    def _leaf(self, text: str, relative: int, column: int) -> tuple[LineKind, str]:
        if relative >= 4 and not self.paragraph:
            return "code", text
        match = _FENCE.match(text)
        if match and relative < 4:
            self.fence = match[1]
            self.paragraph = False
            return "fence", text
        if text.startswith("<") and relative < 4:
            for start, end in _HTML_ENDS:
                found = start.match(text)
                if found:
                    if not end.search(text, found.end()):
                        self.html = end
                    self.paragraph = False
                    return "html", text
        item = _ITEM.match(text) if not _RULE.match(text) else None
        if item:
            after = text[item.end() :]
            content = after.lstrip(" ")
            spaces = len(after) - len(content)
            width = item.end() + (spaces if 0 < spaces < 5 and content else 1)
            while self.items and column < self.items[-1]:
                self.items.pop()
            self.items.append(column + width)
            self.paragraph = False
            if content:
                kind, _ = self._leaf(content, 0, column + width)
                return kind, text
            return "text", text
        self.paragraph = not text.startswith("#")
        return "text", text


def _regions(text: str, kinds: tuple[LineKind, ...]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for line in lines(text):
        if line.kind in kinds:
            if found and found[-1][1] == line.number - 1:
                found[-1] = (found[-1][0], line.number)
            else:
                found.append((line.number, line.number))
    return found


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
