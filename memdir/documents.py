"""Memories as text documents: which words count how much, and the facts recall needs beside them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from math import inf
from urllib.parse import unquote

from .dates import parse_date
from .errors import BadInputError
from .markdown import wiki_links
from .model import DEFAULT_CONFIDENCE, Link, Memory
from .secrets import mask
from .segment import Facts, TextDocument

WEIGHTS: Mapping[str, int] = {"name": 3, "description": 2, "topics": 2, "path": 1, "index": 2, "headings": 1, "body": 1}
"""How many times a word counts in each field (whole numbers, so that an engine can repeat the token)."""

_HEADING = re.compile(r"^#{1,6}[ \t]+(.+)$", re.MULTILINE)
_INDEX_LINK = re.compile(r"\[([^\]\n]*)\]\(<?([^)>\n]+)>?\)")
MAX_WORDING = 4000
"""Characters of a line of a MEMORY.md that speaks of a file (searching a longer one takes quadratic time)."""
MAX_NAMED = 50
"""Files that one such line may name: each keeps the whole line."""


def documents(memories: Iterable[Memory], wording: Mapping[str, str] | None = None) -> list[TextDocument]:
    """One text document for each memory. `wording` is what the MEMORY.md files say about each, by id."""
    said = wording or {}
    return [document(memory, said.get(memory.id, "")) for memory in memories]


def document(memory: Memory, wording: str = "") -> TextDocument:
    """The text document of one memory. The wording of its MEMORY.md line stands in for a missing description; beside
    one it would only count the same words twice. Secrets are masked first."""
    body = mask(memory.body)
    path = memory.id.partition("#")[0].removesuffix(".md")
    fields = (
        (memory.name, WEIGHTS["name"]),
        (mask(memory.description), WEIGHTS["description"]),
        (" ".join(memory.topics), WEIGHTS["topics"]),
        (path, WEIGHTS["path"]),
        ("" if memory.description else mask(wording), WEIGHTS["index"]),
        ("\n".join(_HEADING.findall(body)), WEIGHTS["headings"]),
        (body, WEIGHTS["body"]),
    )
    return TextDocument(facts(memory), tuple((text, weight) for text, weight in fields if text))


def facts(memory: Memory) -> Facts:
    """What recall needs to know of a memory besides its words."""
    links = memory.links
    if "[[" in memory.body:
        targets = dict.fromkeys(link.target.strip() for link in wiki_links(memory.body))
        links += tuple(Link(target, "mentions") for target in targets if target)
    return Facts(
        id=memory.id,
        name=memory.name,
        description=mask(memory.description),
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
        links=links,
        created=_seconds(memory.created, 0.0),
        sources=memory.sources,
    )


def index_wording(text: str, folder: str = "") -> dict[str, str]:
    """What a MEMORY.md says about each file: id to the text of its lines. `folder` is the MEMORY.md's own folder,
    relative to the root, empty at the top."""
    said: dict[str, str] = {}
    for line in text.splitlines():
        links = _INDEX_LINK.findall(line) if "](" in line and len(line) <= MAX_WORDING else ()
        plain = _INDEX_LINK.sub(r"\1", line) if links else ""
        for _, target in links[:MAX_NAMED]:
            id = posixpath.normpath(posixpath.join(folder, unquote(target.partition("#")[0].strip())))
            said[id] = f"{said[id]}\n{plain}" if id in said else plain
    return said


def _seconds(text: str | None, missing: float, *, end: bool = False) -> float:
    """A date of the file; what cannot be read counts as not said (`check` reports it)."""
    if not text:
        return missing
    try:
        return parse_date(text, end=end)
    except BadInputError:
        return missing
