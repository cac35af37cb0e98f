"""Glob patterns as `.claude/rules` and `claudeMdExcludes` use them: brace expansion within a budget, and matching in
the manner of gitignore. Patterns come with a repository, so matching is never exponential: two pointers, no regex."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

MAX_PATTERNS: Final = 1000
"""Patterns that one rule may expand to (formats §2.2)."""
MAX_EXPANDED: Final = 4 << 20
"""Characters that they may have together (formats §2.2: 4 MiB)."""

_STAR: Final = -1
_ANY: Final = -2
_ANY_DEPTH: Final = None


class _OneOf(NamedTuple):
    """A bracket expression: code point ranges, and whether it is negated."""

    ranges: tuple[tuple[int, int], ...]
    negated: bool

    def holds(self, char: int) -> bool:
        return any(low <= char <= high for low, high in self.ranges) is not self.negated


_Item = int | _OneOf
_Segment = tuple[_Item, ...] | None


class Glob(NamedTuple):
    """One compiled pattern. `segments` None matches nothing (`problem` says why); `negated` is a leading `!`."""

    text: str
    segments: tuple[_Segment, ...] | None
    negated: bool = False
    directory: bool = False
    problem: str | None = None

    def matches(self, path: str, *, below: bool = True) -> bool:
        """Does the pattern match a relative path with `/`? With `below`, a pattern that matches one of the path's
        directories matches everything under it, as in a .gitignore."""
        if self.segments is None:
            return False
        parts = [p for p in path.split("/") if p]
        if not self.directory and _match_segments(self.segments, parts):
            return True
        return below and any(_match_segments(self.segments, parts[:end]) for end in range(1, len(parts)))


def compile_glob(pattern: str) -> Glob:
    """A pattern compiled. `*` and `?` stay within a segment, `**` as a whole segment spans any number of them, `[`
    opens a bracket expression, a backslash takes the next character as it is. Without `**` a pattern is anchored at its
    base: `*.md` is the base directory's own files, `**/*.md` those at any depth."""
    text = pattern
    negated = text.startswith("!")
    text = text.removeprefix("!").removeprefix("./").lstrip("/")
    directory = text.endswith("/") and not text.endswith("\\/")
    try:
        segments = tuple(_segment(part) for part in text.split("/") if part not in ("", "."))
    except ValueError as error:
        return Glob(pattern, None, negated, directory, str(error))
    if not segments:
        return Glob(pattern, None, negated, directory, "an empty pattern")
    return Glob(pattern, segments, negated, directory)


def _segment(part: str) -> _Segment:
    if part == "**":
        return _ANY_DEPTH
    items: list[_Item] = []
    at = 0
    while at < len(part):
        char = part[at]
        if char == "*":
            if not items or items[-1] != _STAR:
                items.append(_STAR)
        elif char == "?":
            items.append(_ANY)
        elif char == "[":
            item, at = _bracket(part, at)
            items.append(item)
        elif char == "\\":
            at += 1
            if at == len(part):
                raise ValueError("a backslash at the end")
            items.append(ord(part[at]))
        else:
            items.append(ord(char))
        at += 1
    return tuple(items)


def _bracket(part: str, at: int) -> tuple[_OneOf, int]:
    """The bracket expression at `at` and the place of its `]`. Raises ValueError where it is not closed or empty."""
    start = at + 1
    negated = part[start : start + 1] in ("!", "^")
    at = start + negated
    ranges: list[tuple[int, int]] = []
    first = True
    while at < len(part):
        if part[at] == "]" and not first:
            return _OneOf(tuple(ranges), negated), at
        first = False
        low, at = _member(part, at)
        high = low
        if part[at : at + 1] == "-" and part[at + 1 : at + 2] not in ("", "]"):
            high, at = _member(part, at + 1)
            if high < low:
                raise ValueError("a range that runs backwards")
        ranges.append((low, high))
    raise ValueError("a `[` without its `]` (write \\[ for the character)")


def _member(part: str, at: int) -> tuple[int, int]:
    if part[at] == "\\" and at + 1 < len(part):
        at += 1
    return ord(part[at]), at + 1


def _match_segments(pattern: Sequence[_Segment], parts: Sequence[str]) -> bool:
    """Segments against path parts; `**` takes any number of parts, none included."""
    at = place = 0
    star = mark = -1
    while place < len(parts):
        segment = pattern[at] if at < len(pattern) else ()
        if at < len(pattern) and segment is _ANY_DEPTH:
            star, mark, at = at, place, at + 1
        elif segment and _match_items(segment, parts[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            mark += 1
            at, place = star + 1, mark
        else:
            return False
    return all(segment is _ANY_DEPTH for segment in pattern[at:])


def _match_items(items: Sequence[_Item], text: str) -> bool:
    at = place = 0
    star = mark = -1
    while place < len(text):
        item = items[at] if at < len(items) else None
        if item == _STAR:
            star, mark, at = at, place, at + 1
        elif item is not None and _one(item, text[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            mark += 1
            at, place = star + 1, mark
        else:
            return False
    return all(item == _STAR for item in items[at:])


def _one(item: _Item, char: str) -> bool:
    return item.holds(ord(char)) if isinstance(item, _OneOf) else item == _ANY or item == ord(char)


def any_match(globs: Sequence[Glob], path: str) -> bool:
    """Does the list match the path? The last pattern that matches decides, so that `!x` takes `x` out again."""
    for glob in reversed(globs):
        if glob.matches(path):
            return not glob.negated
    return False


def split_commas(text: str) -> list[str]:
    """A comma-separated list; commas inside `{}` do not split."""
    parts: list[str] = []
    depth = start = 0
    escaped = False
    for at, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "{":
            depth += 1
        elif char == "}":
            depth = max(0, depth - 1)
        elif char == "," and not depth:
            parts.append(text[start:at])
            start = at + 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


class TooManyPatterns(ValueError):
    """Brace expansion would go over the budget."""


def expand_braces(pattern: str, patterns: int = MAX_PATTERNS, characters: int = MAX_EXPANDED) -> list[str]:
    """`src/{a,b}/{c,d}` as its four patterns, nested braces too, in writing order; unbalanced braces are literal.
    Raises `TooManyPatterns` when there would be more than `patterns`, or more than `characters` in all."""
    done: list[str] = []
    size = 0
    waiting = [pattern]
    while waiting:
        text = waiting.pop()
        group = _first_group(text)
        if group is None:
            done.append(text)
        else:
            start, end, choices = group
            made = [text[:start] + choice + text[end + 1 :] for choice in choices]
            size += sum(map(len, made))
            waiting.extend(reversed(made))
        if len(done) + len(waiting) > patterns or size > characters:
            raise TooManyPatterns(f"more than {patterns} patterns or {characters} characters after brace expansion")
    return done


def _first_group(text: str) -> tuple[int, int, list[str]] | None:
    """The first outermost `{…}`: its start, its end, and its alternatives. A `{` that is never closed is literal."""
    opened: list[int] = []
    commas: dict[int, list[int]] = {}
    closed: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif char == "{":
            opened.append(at)
            commas[at] = []
        elif char == "," and opened:
            commas[opened[-1]].append(at)
        elif char == "}" and opened:
            closed.append((opened.pop(), at))
        at += 1
    if not closed:
        return None
    start, end = min(closed)
    cuts = [start, *commas[start], end]
    return start, end, [text[a + 1 : b] for a, b in pairwise(cuts)]
