"""What a memory is called when nobody says: name and description from the first words of its text."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from .files import is_free
from .quoting import shorten

MAX_NAME_WORDS: Final = 7
MAX_NAME: Final = 60
"""Characters of a derived name."""
MAX_DESCRIPTION: Final = 150
MAX_READ: Final = 4000
"""Characters at the beginning of a text that are looked at."""

_HEADING = re.compile(r"#{1,6}[ \t]+(.+?)[ \t]*#*$")
_MARKER = re.compile(r"(?:[-*+>]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_WIKI = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s|(?<=[。！？])")
_BETWEEN = re.compile(r"[\W_]+")


def kebab(text: str) -> str:
    """Lower-case words joined by hyphens, the form Claude Code gives to names; letters of every script stay."""
    return _BETWEEN.sub("-", unicodedata.normalize("NFC", text.replace("'", "").replace("’", "")).lower()).strip("-")


def derive_name(text: str) -> str:
    """A kebab-case name from a text's heading or first sentence."""
    first = _first_lines(text)[0]
    words = kebab(_plain(first if _HEADING.match(first) else _first_sentence(first))).split("-")
    name = ""
    for word in words[:MAX_NAME_WORDS]:
        if name and len(name) + 1 + len(word) > MAX_NAME:
            break
        name = f"{name}-{word}" if name else word[:MAX_NAME]
    return name if name and is_free(f"{name}.md") else f"{name}-note".strip("-")


def derive_description(text: str) -> str:
    """One line: the first sentence below a heading, the heading where nothing follows, else the first sentence, with
    the second when the name says the first one already."""
    first, second = _first_lines(text)
    line = _plain(second if _HEADING.match(first) and second else first)
    sentence = _first_sentence(line)
    if kebab(sentence) == derive_name(text):
        sentence = f"{sentence} {_first_sentence(line[len(sentence) :].strip())}".strip()
    return shorten(sentence, MAX_DESCRIPTION)


def _first_lines(text: str) -> tuple[str, str]:
    """The first line and the first paragraph after it, which may be empty."""
    lines = [line.strip() for line in text.strip()[:MAX_READ].splitlines()]
    first = lines[0] if lines else ""
    if not _HEADING.match(first):
        return _paragraph(lines), ""
    rest = lines[1:]
    while rest and (not rest[0] or _HEADING.match(rest[0])):
        rest = rest[1:]
    return first, _paragraph(rest)


def _paragraph(lines: list[str]) -> str:
    taken: list[str] = []
    for line in lines:
        if not line or (taken and (_HEADING.match(line) or _MARKER.match(line) or line.startswith("**"))):
            break
        taken.append(line)
    return " ".join(taken)


def _first_sentence(line: str) -> str:
    match = _SENTENCE_END.search(line)
    while match and _abbreviation(line[: match.start()]):
        match = _SENTENCE_END.search(line, match.end())
    return line[: match.start()].strip() if match else line


def _abbreviation(before: str) -> bool:
    """`e.g.`, `i.e.`, `vs.`, an initial: no end of a sentence."""
    word = before.rpartition(" ")[2].rstrip("\"')]").lower()
    return word in {"vs.", "etc.", "cf.", "no.", "dr.", "mr.", "ms."} or bool(re.fullmatch(r"\W*(?:[a-z]\.)+", word))


def _plain(line: str) -> str:
    """A line without Markdown's marks."""
    heading = _HEADING.match(line)
    text = heading[1] if heading else _MARKER.sub("", line, count=1)
    text = _WIKI.sub(r"\1", _LINK.sub(r"\1", text))
    text = " ".join(text.replace("**", "").replace("`", "").split())
    return text.rstrip(".。") if heading else text
