"""The passage shown with a hit: the part of one line of the body that holds the most of what was asked, as written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import NamedTuple

from .errors import MemdirError
from .secrets import mask
from .stem import ENGLISH
from .text import fold, forms, is_run, words

WIDTH = 160
"""Characters of a snippet, marks of omission not counted."""
MAX_TEXT = 200_000
"""Characters of a body that are looked through."""
_BLOCK_MARKS = re.compile(r"(?:(?:#{1,6}|>|[-*+])(?:[ \t]+|$))+")
"""What makes a line a heading, a quotation or a list item; `**` begins a word."""
_WORD = re.compile(r"[^\W_]+")
_MIN_PREFIX = 4


class Snippet(NamedTuple):
    """`text` is one line; `marks` are the places in it (start, end) of the words that match."""

    text: str = ""
    marks: tuple[tuple[int, int], ...] = ()


def snippet(body: str, terms: Collection[str], language: str = ENGLISH, width: int = WIDTH) -> Snippet:
    """The best passage of a body for the terms of a query (`Hit.terms`); its first words when no line has any.
    Secrets are masked."""
    best: tuple[int, int] | None = None
    passage = Snippet()
    for place, line in enumerate(mask(body[:MAX_TEXT]).split("\n")):
        text = line.strip()
        mark = _BLOCK_MARKS.match(text)
        text = text[mark.end() :] if mark else text
        if not text:
            continue
        marks = _matches(text, terms, language)
        start, end = _window(text, marks, width)
        worth = len({fold(text[a:b].casefold()) for a, b in marks if start <= a and b <= end})
        if best is None or (worth, -place) > best:
            best = (worth, -place)
            passage = _cut(text, marks, start, end)
    return passage


def of_file(root: str, id: str, terms: Collection[str], language: str = ENGLISH) -> Snippet:
    """The passage of a memory as it is on disk now; empty when it cannot be read."""
    from .store import read_body  # a recall that shows no snippet does without the store

    try:
        return snippet(read_body(root, id), terms, language)
    except MemdirError:
        return Snippet()


def _matches(text: str, terms: Collection[str], language: str) -> list[tuple[int, int]]:
    long = tuple(t for t in terms if len(t) >= _MIN_PREFIX)
    found: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        word = match[0]
        if is_run(word):
            found += _run_matches(word, match.start(), terms)
            continue
        low = unicodedata.normalize("NFKC", word).casefold()
        parts, wholes = words(word)
        every = {form for part in (low, *parts, *wholes) for form in forms(part, language)}
        if not every.isdisjoint(terms) or (long and fold(low).startswith(long)):
            found.append(match.span())
    return found


def _run_matches(run: str, start: int, terms: Collection[str]) -> list[tuple[int, int]]:
    marked = [False] * len(run)
    for at in range(len(run)):
        for size in (1, 2):
            if run[at : at + size].casefold() in terms:
                marked[at : at + size] = [True] * len(run[at : at + size])
    found: list[tuple[int, int]] = []
    for at, mark in enumerate(marked):
        if mark and found and found[-1][1] == start + at:
            found[-1] = (found[-1][0], start + at + 1)
        elif mark:
            found.append((start + at, start + at + 1))
    return found


def _window(text: str, marks: list[tuple[int, int]], width: int) -> tuple[int, int]:
    """Where to cut a line: the window of `width` with the most marks, beginning a little before the first of them."""
    if len(text) <= width:
        return 0, len(text)
    best, start = -1, 0
    for first, _ in marks:
        count = sum(1 for a, b in marks if first <= a and b <= first + width)
        if count > best:
            best, start = count, first
    start = max(0, min(start - width // 4, len(text) - width))
    end = min(len(text), start + width)
    if start and (space := text.find(" ", start, start + 20)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", end - 20, end)) > start:
        end = space
    return start, end


def _cut(text: str, marks: list[tuple[int, int]], start: int, end: int) -> Snippet:
    before = "…" if start else ""
    shift = len(before) - start
    kept = tuple((a + shift, b + shift) for a, b in marks if start <= a and b <= end)
    return Snippet(before + text[start:end] + ("…" if end < len(text) else ""), kept)
