"""Memories as text documents: which words count how much, and the facts recall needs beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from math import inf

from .model import DEFAULT_CONFIDENCE, Link, Memory
from .segment import Facts, TextDocument

WEIGHTS: Mapping[str, int] = {"name": 3, "description": 2, "topics": 2, "path": 1, "index": 1, "headings": 1, "body": 1}
"""How many times a word counts in each field (whole numbers, so that an engine can repeat the token)."""

_WIKI = re.compile(r"\[\[([^\[\]|\n]{1,200})(?:\|[^\[\]\n]*)?\]\]")
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+)$", re.MULTILINE)


def documents(memories: Iterable[Memory], wording: Mapping[str, str] | None = None) -> list[TextDocument]:
    """One text document for each memory. `wording` is what the MEMORY.md files say about each, by id."""
    said = wording or {}
    return [document(memory, said.get(memory.id, "")) for memory in memories]


def document(memory: Memory, wording: str = "") -> TextDocument:
    """The text document of one memory and the wording of its MEMORY.md line."""
    path = memory.id.partition("#")[0].removesuffix(".md")
    fields = (
        (memory.name, WEIGHTS["name"]),
        (memory.description, WEIGHTS["description"]),
        (" ".join(memory.topics), WEIGHTS["topics"]),
        (path, WEIGHTS["path"]),
        (wording, WEIGHTS["index"]),
        ("\n".join(_HEADING.findall(memory.body)), WEIGHTS["headings"]),
        (memory.body, WEIGHTS["body"]),
    )
    return TextDocument(facts(memory), tuple((text, weight) for text, weight in fields if text))


def facts(memory: Memory) -> Facts:
    """What recall needs to know of a memory besides its words."""
    wiki = tuple(Link(to.strip(), "mentions") for to in dict.fromkeys(_WIKI.findall(memory.body)) if to.strip())
    return Facts(
        id=memory.id,
        name=memory.name,
        description=memory.description,
        type=memory.type,
        topics=memory.topics,
        namespace=memory.namespace,
        status=memory.status,
        confidence=DEFAULT_CONFIDENCE if memory.confidence is None else memory.confidence,
        modified=_seconds(memory.modified, memory.mtime),
        valid_from=_seconds(memory.valid_from, -inf),
        valid_until=_seconds(memory.valid_until, inf, end=True),
        pinned=memory.pinned,
        line=memory.line,
        session=memory.session,
        links=memory.links + wiki,
    )


def _seconds(text: str | None, missing: float, *, end: bool = False) -> float:
    from .dates import parse_date
    from .errors import BadInputError

    if not text:
        return missing
    try:
        return parse_date(text, end=end)
    except (BadInputError, ValueError):
        return missing


_INDEX_LINK = re.compile(r"\[([^\]\n]*)\]\(<?([^)>\n]+)>?\)")


def index_wording(text: str, folder: str = "") -> dict[str, str]:
    """What a MEMORY.md says about each file: id to the text of its lines. `folder` is the MEMORY.md's own folder,
    relative to the root, empty at the top."""
    import posixpath
    from urllib.parse import unquote

    said: dict[str, str] = {}
    for line in text.splitlines():
        for _, target in _INDEX_LINK.findall(line):
            id = posixpath.normpath(posixpath.join(folder, unquote(target.partition("#")[0].strip())))
            plain = _INDEX_LINK.sub(r"\1", line)
            said[id] = f"{said[id]}\n{plain}" if id in said else plain
    return said
