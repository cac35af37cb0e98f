"""Small edits of MEMORY.md: one entry in, out, renamed; every other byte of the file stays.

Where a new entry goes: under the heading that holds its neighbours (same folder, then mostly the same type, then a
heading that names the type, then where most of its type are), after the last entry there. A file without entries gets
a heading for them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from .markdown import headings
from .markdown_blocks import lines as scanned_lines
from .memory_index import Entry, entries, entry_line, link_target, load_index, parse_entry
from .model import TYPES, Memory
from .quoting import shorten

FIRST_LINE: Final = "# Memory Index"
MAX_DERIVED: Final = 150
"""Characters of an entry we write: Claude Code's advice (formats §1.7). Hand-written ones are left as they are."""
_TYPE_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "user": ("user", "users", "profile", "preferences"),
    "feedback": ("feedback", "rules", "working"),
    "project": ("project", "projects", "decisions"),
    "reference": ("reference", "references", "links", "resources"),
}
_LINK = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<start>\]\()(?P<target><[^<>\n]*>|(?:[^()\s]|\([^()\s]*\))+)(?P<end>(?:[ \t]+\"[^\"\n]*\")?\))"
)


class NewEntry(NamedTuple):
    """An entry to be written: the memory's id (relative to the MEMORY.md), its type, and the words shown."""

    target: str
    type: str | None
    title: str
    hook: str

    @property
    def folder(self) -> str:
        """The namespace of the target."""
        return self.target.rpartition("/")[0]

    @property
    def line(self) -> str:
        """The entry as a line, at most `MAX_DERIVED` characters where the title leaves room for that."""
        whole = entry_line(self.title, self.target, self.hook)
        if len(whole) <= MAX_DERIVED or not self.hook:
            return whole
        bare = len(entry_line(self.title, self.target, ""))
        return entry_line(self.title, self.target, shorten(self.hook, max(40, MAX_DERIVED - bare - 3)))


def entry_of(memory: Memory) -> NewEntry:
    """The entry derived from a memory: its name in words, its description as hook."""
    return NewEntry(memory.id, memory.type, title_of(memory.name or memory.stem), memory.description)


def title_of(name: str) -> str:
    """A kebab or snake name in words (`use-uv-not-pip` -> `Use uv not pip`); any other name as it is."""
    if " " in name:
        return name
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


_TARGET = re.compile(r"\]\((?P<target><[^<>\n]*>|(?:[^()\s]|\([^()\s]*\))+)")


def split_lines(text: str) -> list[str]:
    """The lines with their line ends; joined they are the text again."""
    return _LINES.findall(text)


_LINES = re.compile(r"[^\n]*\n|[^\n]+")


def newline_of(text: str) -> str:
    """The line end that the text uses."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def add_entry(text: str, new: NewEntry, kinds: Mapping[str, str | None]) -> str:
    """The index with one more entry; the same text when the target has one already.

    `kinds` gives the type of the memories by target. An entry that would stand beyond what is loaded goes to the top
    of the list instead: a new memory is never what is cut.
    """
    if any(entry.target == new.target for entry in entries(text)):
        return text
    added = insert_entries(text, [new], kinds)
    if not any(entry.target == new.target for entry in load_index(added).cut_off):
        return added
    found = entries(text)
    at = found[0].line - 1 if found else _after_title(text)
    return _insert(text, at, [new.line])


def insert_entries(text: str, new: list[NewEntry], kinds: Mapping[str, str | None]) -> str:
    """The index with all of these entries, in their order, each in its place."""
    if not text.strip("\ufeff \t\r\n"):
        newline = newline_of(text)
        start = text[:1] if text.startswith("\ufeff") else ""
        return start + newline.join([FIRST_LINE, "", *(entry.line for entry in new)]) + newline if new else text
    by_place: dict[tuple[int, str], list[str]] = {}
    places = _Places(text, kinds)
    for entry in new:
        by_place.setdefault(places.of(entry), []).append(entry.line)
    for (at, heading), lines in sorted(by_place.items(), reverse=True):
        text = _insert(text, at, [*(["", f"## {heading}", ""] if heading else []), *lines])
    return text


class _Places:
    """Where new entries go in an index."""

    def __init__(self, text: str, kinds: Mapping[str, str | None]) -> None:
        lines = split_lines(text)
        indented = indents(lines)
        titles = headings(text)
        self._length = len(lines)
        self._prose = bool(titles) and sum(1 for line in lines if line.strip()) > len(titles)
        self._ends: dict[str, int] = {}
        """Per heading: the last line of its last entry, what is indented below it included."""
        self._folders: dict[str, str] = {}
        self._kinds: dict[str, Counter[str | None]] = {}
        for entry in entries(text):
            self._ends[entry.heading] = block_end(indented, entry)
            self._folders[entry.target.rpartition("/")[0]] = entry.heading
            self._kinds.setdefault(entry.heading, Counter())[kinds.get(entry.target, "")] += 1

    def of(self, new: NewEntry) -> tuple[int, str]:
        """The number of lines before the new entry, and the heading to make for it (empty: none)."""
        if not self._ends:
            return self._length, "Memories" if self._prose else ""
        heading = self._heading(new)
        if heading is not None:
            return self._ends[heading], ""
        title = new.type.capitalize() if new.type in TYPES else "Memories"
        return (self._ends[title], "") if title in self._ends else (self._length, title)

    def _heading(self, new: NewEntry) -> str | None:
        if new.folder and new.folder in self._folders:
            return self._folders[new.folder]
        best = max(self._kinds, key=lambda h: (self._kinds[h][new.type], -self._kinds[h].total()))
        alike = self._kinds[best][new.type]
        if alike and alike * 2 >= self._kinds[best].total():
            return best
        named = next((h for h in self._kinds if new.type is not None and _names_type(h) == new.type), None)
        if named is None and _names_type(best) is None:
            of_kind = sum(kinds[new.type] for kinds in self._kinds.values())
            if len(self._kinds) == 1 or (alike > 1 and alike * 2 > of_kind):
                return best
        return named


def _names_type(heading: str) -> str | None:
    words = set(re.findall(r"[a-z]+", heading.casefold()))
    return next((kind for kind, names in _TYPE_WORDS.items() if words & set(names)), None)


def indents(lines: list[str]) -> list[int]:
    """How far each line is indented, -1 for a blank one."""
    found = []
    for line in lines:
        text = line.lstrip(" \t")
        found.append(len(line[: len(line) - len(text)].expandtabs(4)) if text.strip() else -1)
    return found


def block_end(indented: list[int], entry: Entry) -> int:
    """The number of the last line that belongs to an entry: lines indented more than it follow it."""
    end = entry.line
    while end < len(indented) and indented[end] > entry.indent:
        end += 1
    return end


def targets(text: str) -> set[str]:
    """The paths of all links in a text, those in code and comments too."""
    from urllib.parse import unquote  # 1.5 ms

    return {unquote(match["target"].strip("<>").partition("#")[0]) for match in _TARGET.finditer(text)}


def _after_title(text: str) -> int:
    return next((heading.line for heading in headings(text)), 0)


def _insert(text: str, at: int, new: list[str]) -> str:
    """Lines put after line `at`, with the file's line ends; a blank line before a list that follows no list."""
    newline = newline_of(text)
    lines = split_lines(text)
    if at and not lines[at - 1].endswith("\n"):
        lines[at - 1] += newline
    before = lines[at - 1].strip() if at else ""
    if before and new[0] and parse_entry(lines[at - 1]) is None and not before.startswith(("-", "*", "+")):
        belongs = at < len(lines) and not lines[at].strip() and before.startswith("#")
        at += 1 if belongs else 0
        new = new if belongs or indents(lines[at - 1 : at])[0] > 0 else ["", *new]
    elif at and not before and new[0] == "":
        new = new[1:]
    lines[at:at] = [line + newline for line in new]
    return "".join(lines)


def remove_entries(text: str, target: str) -> str:
    """The index without the entries for `target`; what is indented below one goes with it, but for entries."""
    lines = split_lines(text)
    indented = indents(lines)
    for entry in reversed(entries(text)):
        if entry.target == target:
            end = block_end(indented, entry)
            end = next((n for n in range(entry.line, end) if parse_entry(lines[n]) is not None), end)
            del lines[entry.line - 1 : end]
    return "".join(lines)


def retarget(text: str, old: str, new: str) -> str:
    """The text with every link to the path `old` leading to `new`; fragments and everything else stay."""
    return relink(text, lambda path: new if path.removeprefix("./") == old else path)


def relink(text: str, follow: Callable[[str], str]) -> str:
    """The text with `follow` applied to the path (decoded, without fragment) of every link outside code."""
    from urllib.parse import unquote  # 1.5 ms

    def one(match: re.Match[str]) -> str:
        if match["code"]:
            return match[0]
        written, mark, fragment = match["target"].strip("<>").partition("#")
        path = unquote(written)
        new = follow(path)
        if new == path or "://" in path:
            return match[0]
        target = link_target(new)
        target = f"{target[:-1]}{mark}{fragment}>" if target.startswith("<") else target + mark + fragment
        return match["start"] + target + match["end"]

    lines = split_lines(text)
    for line in scanned_lines(text):
        if line.kind == "text" and line.number <= len(lines) and "](" in line.text:
            lines[line.number - 1] = _LINK.sub(one, lines[line.number - 1])
    return "".join(lines)


def change_words(text: str, target: str, old: NewEntry, new: NewEntry) -> str:
    """The index with an entry that still says what was derived from the old memory saying what the new one gives;
    hand-written words stay."""
    lines = split_lines(text)
    for entry in entries(text):
        if entry.target != target:
            continue
        title = new.title if entry.title == _clean(old.title) else entry.title
        derived = parse_entry(old.line)
        hook = new.hook if derived is not None and entry.hook in (derived.hook, old.hook) else entry.hook
        if (title, hook) != (entry.title, entry.hook):
            line = lines[entry.line - 1]
            indent = line[: len(line) - len(line.lstrip(" \t"))]
            end = line[len(line.rstrip("\r\n")) :]
            lines[entry.line - 1] = indent + NewEntry(target, new.type, title, hook).line + end
    return "".join(lines)


def _clean(title: str) -> str:
    parsed = parse_entry(entry_line(title, "x.md", ""))
    return parsed.title if parsed is not None else title
