"""What a memory refers to, as its file says it: `metadata.links`, `[[links]]` in the body, `supersedes`."""

from __future__ import annotations

from collections.abc import Iterator

from .markdown import wiki_links
from .model import Memory


def linked(memory: Memory) -> Iterator[str]:
    """The targets of a memory's links as they are written, repeated ones included."""
    for link in memory.links:
        yield link.to
    for wiki in wiki_links(memory.body):
        yield wiki.target


def referred(memory: Memory) -> Iterator[str]:
    """`linked`, and the memories that it supersedes or is superseded by."""
    yield from linked(memory)
    yield from memory.supersedes
    if memory.superseded_by:
        yield memory.superseded_by
