"""MEMORY.md, the index that Claude Code puts into every session: what of it is read, and the entries it holds.

The limits and notices are those measured on Claude Code (formats/claude-code.md §1.7): 200 lines or 25 000 UTF-16
units, whichever is passed first, counted without leading frontmatter, block comments and trailing blanks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

MAX_LINES: Final = 200
MAX_UNITS: Final = 25_000
"""UTF-16 code units, as JavaScript counts the length of a text."""
NEAR: Final = 0.7
"""The share of a limit at which Claude Code asks for a shorter index."""
MAX_ENTRY: Final = 200
"""Characters of one line above which an entry is too long (the advice is 150)."""

_ADVICE: Final = (
    "Only part of it was loaded. Keep index entries to one line under ~200 chars; move detail into topic files."
)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_ENTRY = re.compile(
    r"(?P<indent>[ \t]*)[-*+][ \t]+(?:\[[ xX]\][ \t]+)?(?P<mark>\*\*|__|\*|_|)"
    r"\[(?P<title>(?:\\.|\[[^\[\]]*\]|[^\[\]\\])*)\]\((?P<target><[^<>]*>|(?:[^()\s]|\([^()\s]*\))+)"
    r"(?:[ \t]+\"[^\"]*\")?\)(?P=mark)(?P<rest>.*)$"
)
_SEPARATOR = re.compile(r"^[ \t]*(?:[—–:|]|-{1,2}(?=\s|$))[ \t]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One list item that begins with a link to a memory file. `line` counts from 1 in MEMORY.md; `target` is the
    link's path, decoded, without fragment; `hook` the text after it; `heading` the nearest heading above, or empty."""

    line: int
    title: str
    target: str
    hook: str
    heading: str
    indent: int = 0


@dataclass(frozen=True, slots=True)
class LoadedIndex:
    """MEMORY.md as an agent gets it.

    `content` is what is loaded, without the notice; `notice` the text Claude Code appends (empty when nothing is
    cut); `total_lines` and `units` (UTF-16) measure the whole; `entries` are all entries of the file, `cut_off` those
    of them that are not loaded.
    """

    content: str
    truncated: bool
    total_lines: int
    units: int
    notice: str
    entries: tuple[Entry, ...]
    cut_off: tuple[Entry, ...]

    @property
    def prompt(self) -> str:
        """Content and notice, as they stand in the session's context."""
        return f"{self.content}\n\n{self.notice}" if self.notice else self.content


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of the limits an index uses; `share` is the larger of both (1.0 is full)."""

    lines: int
    units: int

    @property
    def share(self) -> float:
        """The larger share of the two limits."""
        return max(self.lines / MAX_LINES, self.units / MAX_UNITS)

    @property
    def fits(self) -> bool:
        """True when all of it is loaded."""
        return self.lines <= MAX_LINES and self.units <= MAX_UNITS


def utf16_length(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) if text.isascii() else len(text) + sum(c > "\uffff" for c in text)


def load_index(text: str) -> LoadedIndex:
    """What Claude Code loads of this MEMORY.md, with its notice."""
    counted = _counted_lines(text)
    lines = [line for _, line in counted]
    whole = "\n".join(lines)
    units = utf16_length(whole)
    total = len(lines)
    notice = _notice(total, units)
    content = "\n".join(lines[:MAX_LINES])
    if utf16_length(content) > MAX_UNITS:
        content = _cut_back(content)
    kept = content.count("\n") + 1 if content else 0
    last = counted[kept - 1][0] if kept else 0
    if kept and content != "\n".join(lines[:kept]):
        last -= 1  # the last line was cut in the middle
    found = entries(text)
    cut_off = tuple(entry for entry in found if entry.line > last) if notice else ()
    return LoadedIndex(content, bool(notice), total, units, notice, found, cut_off)


def usage(text: str) -> Usage:
    """Lines and UTF-16 units that count against the limits."""
    lines = [line for _, line in _counted_lines(text)]
    return Usage(len(lines), utf16_length("\n".join(lines)))


def _notice(lines: int, units: int) -> str:
    size = f"{units / 1024:.1f}KB"
    if lines > MAX_LINES and units > MAX_UNITS:
        what = f"{lines} lines and {size}."
    elif lines > MAX_LINES:
        what = f"{lines} lines (limit: {MAX_LINES})."
    elif units > MAX_UNITS:
        what = f"{size} (limit: {MAX_UNITS / 1024:.1f}KB) — index entries are too long."
    else:
        return ""
    return f"> WARNING: MEMORY.md is {what} {_ADVICE}"


def _cut_back(content: str) -> str:
    """The first `MAX_UNITS` units, back to the last newline; without one, cut hard (never inside a character)."""
    left = MAX_UNITS
    end = 0
    for end, character in enumerate(content):  # noqa: B007
        left -= 2 if character > "\uffff" else 1
        if left < 0:
            break
    newline = content.rfind("\n", 0, end + 1)
    return content[: newline if newline > 0 else end]


def text_lines(text: str) -> list[str]:
    """The lines of a text as JavaScript and editors count them: by LF, a CR before it taken off."""
    return [line.removesuffix("\r") for line in text.split("\n")]


def _counted_lines(text: str) -> list[tuple[int, str]]:
    """The lines that are loaded, with their numbers in the file: no leading frontmatter, no block comments, no blank
    lines at either end."""
    lines = text_lines(text.removeprefix("\ufeff"))
    skip = _skipped(lines)
    counted = [(n, line) for n, line in enumerate(lines, 1) if n not in skip]
    while counted and not counted[-1][1].strip():
        counted.pop()
    start = 0
    while start < len(counted) and not counted[start][1].strip():
        start += 1
    counted = counted[start:]
    if counted:
        counted[0] = (counted[0][0], counted[0][1].lstrip())
        counted[-1] = (counted[-1][0], counted[-1][1].rstrip())
    return counted


def body_start(lines: list[str]) -> int:
    """How many lines the frontmatter takes, its fences included; 0 where there is none."""
    if lines and lines[0].rstrip() == "---":
        for number, line in enumerate(lines[1:], 2):
            if line.rstrip() == "---":
                return number
    return 0


def _skipped(lines: list[str]) -> set[int]:
    """Numbers of the lines of frontmatter and block comments. An unclosed comment stays; inside fences nothing is
    one."""
    start = body_start(lines)
    skip = set(range(1, start + 1))
    fence = ""
    number = start + 1
    while number <= len(lines):
        line = lines[number - 1]
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
        elif mark:
            fence = mark[1]
        elif line.lstrip(" ").startswith("<!--") and len(line) - len(line.lstrip(" ")) < 4:
            end = _comment_end(lines, number)
            if end:
                skip.update(range(number, end + 1))
                number = end
        number += 1
    return skip


def _comment_end(lines: list[str], number: int) -> int:
    """The number of the line on which the comment that begins line `number` ends, when nothing follows it there."""
    after = lines[number - 1].lstrip(" ")[4:]
    for end in range(number, len(lines) + 1):
        text = after if end == number else lines[end - 1]
        if "-->" in text:
            return end if not text.partition("-->")[2].strip() else 0
    return 0


def entries(text: str) -> tuple[Entry, ...]:
    """All entries that link to a file: web addresses and anchors are none; nor is what stands in fences or comments."""
    found: list[Entry] = []
    heading = ""
    for number, line in outside_fences(text):
        title = heading_of(line)
        if title is not None:
            heading = title
        elif (entry := parse_entry(line, number, heading)) is not None:
            found.append(entry)
    return tuple(found)


def outside_fences(text: str) -> list[tuple[int, str]]:
    """The lines that are text, numbered from 1: not frontmatter, not in a fence, not a block comment."""
    lines = text_lines(text.removeprefix("\ufeff"))
    skip = _skipped(lines)
    found: list[tuple[int, str]] = []
    fence = ""
    for number, line in enumerate(lines, 1):
        if number in skip:
            continue
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            found.append((number, line))
    return found


def heading_of(line: str) -> str | None:
    """The text of a heading line, None for any other line."""
    match = _HEADING.match(line.rstrip("\r\n"))
    return None if match is None else match[2] or ""


def parse_entry(line: str, number: int = 1, heading: str = "") -> Entry | None:
    """One line as an entry, None when it is none."""
    match = _ENTRY.match(line.rstrip("\r\n"))
    if match is None:
        return None
    target = unquote(match["target"].strip("<>")).partition("#")[0]
    if not target or "://" in target or target.startswith(("mailto:", "/", "~")):
        return None
    hook = _SEPARATOR.sub("", match["rest"], count=1).strip()
    return Entry(number, match["title"], target.removeprefix("./"), hook, heading, len(match["indent"].expandtabs(4)))


def entry_line(title: str, target: str, hook: str) -> str:
    """One entry in Claude Code's form: `- [Title](file.md) — one-line hook`."""
    link = f"<{target}>" if any(c in target for c in " ()") else target
    one_line = " ".join(hook.split())
    clean = " ".join(title.split()).replace("[", "(").replace("]", ")")
    return f"- [{clean}]({link})" + (f" — {one_line}" if one_line else "")
