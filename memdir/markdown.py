"""Facts of a Markdown text: links, headings, code regions, comments, from the line scanner (`markdown_blocks`).

No tree and no third-party package. Lines count from 1 in the text given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from .markdown_blocks import LineKind, lines

_WIKI = re.compile(r"\[\[([^\[\]\n|#]+)(?:#[^\[\]\n|]*)?(?:\|([^\[\]\n]*))?\]\]")
_COMMENT = re.compile(r"<!--.*?-->")
_RAW = re.compile(r"<(?:[!?]|script|pre|style|textarea)", re.I)
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_ENTRY = re.compile(r"(?:\[[ xX]\] +)?(?:\*\*|__|\*|_)?\[")
_LINK = re.compile(
    r"\[((?:[^\[\]\\]|\\.)*)\]\((?:<([^<>\n]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))(?:[ \t]+[\"'(].{0,200}?[\"')])?\)"
)


MAX_SPAN_LINE: Final = 10_000
"""Characters; in a longer line code spans are not looked for (the search is quadratic in a hostile line)."""
AFTER_LINK: Final = 200
"""Characters kept of what follows a link in running text: a line of 80,000 links must fit in memory."""


class WikiLink(NamedTuple):
    """`[[target]]`, `[[target#heading]]` or `[[target|label]]`."""

    line: int
    target: str
    label: str | None = None


class IndexLink(NamedTuple):
    """`- [Title](file.md) — hook`. `target` is decoded, without `./` and `#fragment`; `hook` the text after the link;
    `entry` is False for a link in running text."""

    line: int
    title: str
    target: str
    hook: str
    entry: bool = True


class Heading(NamedTuple):
    """`## Text`."""

    line: int
    level: int
    text: str


def wiki_links(body: str) -> list[WikiLink]:
    """Every `[[link]]` of the text outside code and comments, in order, repeated ones included."""
    found = []
    for number, text in _lines_with_links(body):
        if "`" in text and len(text) < MAX_SPAN_LINE:
            text = _CODE_SPAN.sub(_blank, text)
        for match in _WIKI.finditer(text):
            if match[1].strip():
                found.append(WikiLink(number, match[1].strip(), match[2].strip() if match[2] else None))
    return found


def _lines_with_links(body: str) -> Iterator[tuple[int, str]]:
    """The lines of text that hold `[[`; the scanner runs only where code or a comment could hide one."""
    end = body.rfind("[[")
    if end < 0:
        return
    if any(sign in body for sign in ("```", "~~~", "    ", "\t")) or _RAW.search(body):
        for line in lines(body[: body.find("\n", end) if "\n" in body[end:] else len(body)]):
            if "[[" in line.text and line.kind in ("text", "html"):
                yield line.number, line.text
        return
    number, start = 1, 0
    while (at := body.find("[[", start)) >= 0:
        first = body.rfind("\n", 0, at) + 1
        number += body.count("\n", start, at)
        start = body.find("\n", at)
        start = len(body) if start < 0 else start
        yield number, body[first:start]


def index_links(text: str) -> list[IndexLink]:
    """The links to Markdown files of an index, outside code and comments."""
    found = []
    for line in lines(text):
        if line.kind != "text" or "](" not in line.text:
            continue
        raw = line.text
        entry = line.item and _ENTRY.match(raw) is not None
        for match in _LINK.finditer(raw):
            target = link_target(match[2] if match[2] is not None else match[3])
            if target is not None:
                after = raw[match.end() :] if entry else raw[match.end() : match.end() + AFTER_LINK]
                hook = after.lstrip("*_ \t").lstrip("—–-: \t").strip()
                found.append(IndexLink(line.number, match[1].strip(), target, hook, entry))
                entry = False
    return found


def link_target(written: str) -> str | None:
    """The relative Markdown file that a link's destination means, None when it means something else."""
    target = written.partition("#")[0].strip()
    if "%" in target:
        from urllib.parse import unquote  # 1.5 ms, and few links need it

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
            title = line.text.lstrip("#")
            level = len(line.text) - len(title)
            if level > 6 or (title and title[0] not in " \t"):
                continue
            title = title.strip()
            cut = title.rstrip("#")
            if not cut or cut[-1] in " \t":
                title = cut.rstrip()
            found.append(Heading(line.number, level, title))
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
    held: list[str] = []  # the lines of a comment that has not ended yet
    for line, source in zip(lines(text), text.split("\n"), strict=True):
        if line.kind != "comment" or not (held or source.lstrip(" ").startswith("<!--")):
            kept += [*held, source]
            held = []
            continue
        held.append(source)
        _, ended, rest = (source if len(held) > 1 else source.partition("<!")[2]).partition("-->")
        if ended:
            more, ended, rest = rest.rpartition("-->")
            rest = _COMMENT.sub("", more + ended) + rest
            kept += [rest] if rest.strip() else []
            held = []
    return "\n".join([*kept, *held])


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
