"""MEMORY.md, the index that Claude Code puts into every session: what of it is read, and the entries it holds.

The limits and notices are those measured on Claude Code (formats/claude-code.md §1.7): 200 lines or 25 000 UTF-16
units, whichever is passed first, counted without leading frontmatter, block comments and trailing blanks.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .markdown import headings, index_links
from .markdown_blocks import lines as scanned_lines

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


class Entry(NamedTuple):
    """One list item that begins with a link to a memory file. `line` counts from 1 in MEMORY.md; `target` is the
    link's path, decoded, without fragment; `hook` the text after it; `heading` the nearest heading above, or empty."""

    line: int
    title: str
    target: str
    hook: str
    heading: str
    indent: int = 0


class LoadedIndex(NamedTuple):
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


class Usage(NamedTuple):
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
    """The lines that are loaded, with their numbers in the file: no leading frontmatter, no block comments (what
    follows one on its last line stays), no blank lines at either end."""
    lines = text_lines(text.removeprefix("\ufeff"))
    comments = _comments(lines)
    counted: list[tuple[int, str]] = []
    for number, line in enumerate(lines[(start := body_start(lines)) :], start + 1):
        rest = comments.get(number)
        if rest is None or rest.strip():
            counted.append((number, line if rest is None else rest))
    while counted and not counted[-1][1].strip():
        counted.pop()
    first = next((place for place, (_, line) in enumerate(counted) if line.strip()), 0)
    counted = counted[first:]
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


def _comments(lines: list[str]) -> dict[int, str]:
    """Numbers of the lines of block comments, each with what is left of the line. One never closed stays."""
    start = body_start(lines)
    if not any("<!--" in line for line in lines):
        return {}
    comments = {line.number + start for line in scanned_lines("\n".join(lines[start:])) if line.kind == "comment"}
    found: dict[int, str] = {}
    number = start + 1
    while number <= len(lines):
        after = lines[number - 1].lstrip()
        if number in comments and after.startswith("<!--"):
            tails = [after[4:], *lines[number:]]
            end = next((place for place, tail in enumerate(tails) if "-->" in tail), None)
            if end is not None:
                found.update(dict.fromkeys(range(number, number + end), ""))
                found[number + end] = tails[end].partition("-->")[2]
                number += end
        number += 1
    return found


def entries(text: str) -> tuple[Entry, ...]:
    """The list items that begin with a link to a Markdown file, outside code and comments."""
    text = text.removeprefix("\ufeff")
    lines = text.split("\n")
    titles = [(heading.line, heading.text) for heading in headings(text)]
    found: list[Entry] = []
    place = 0
    for link in index_links(text):
        raw = lines[link.line - 1]
        if not link.entry:
            continue
        while place < len(titles) and titles[place][0] < link.line:
            place += 1
        indent = len(raw.expandtabs(4)) - len(raw.expandtabs(4).lstrip(" "))
        found.append(
            Entry(link.line, link.title, link.target, link.hook, titles[place - 1][1] if place else "", indent)
        )
    return tuple(found)


def parse_entry(line: str) -> Entry | None:
    """One line as an entry, None when it is none."""
    found = entries(line.strip())
    return found[0] if found else None


def entry_line(title: str, target: str, hook: str) -> str:
    """One entry in Claude Code's form: `- [Title](file.md) — one-line hook`."""
    one_line = " ".join(hook.split())
    clean = " ".join(title.split()).replace("[", "(").replace("]", ")")
    return f"- [{clean}]({link_target(target)})" + (f" — {one_line}" if one_line else "")


def link_target(path: str) -> str:
    """A path as a link's target: what a Markdown link cannot hold, or means something else there, is percent-encoded;
    a blank or a parenthesis needs angle brackets."""
    if _NOT_IN_LINKS.search(path):
        path = _NOT_IN_LINKS.sub(lambda c: "".join(f"%{byte:02X}" for byte in c[0].encode("utf-8", "replace")), path)
    return f"<{path}>" if any(c in path for c in " ()") else path


_NOT_IN_LINKS = re.compile(r"%(?=[0-9A-Fa-f]{2})|[#<>\x00-\x1f\x7f-\x9f]|(?! )\s")
