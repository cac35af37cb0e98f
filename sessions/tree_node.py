"""A line of a transcript as a node of its tree, which `parentUuid` makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Node(NamedTuple):
    """One line of the tree: its position in the file, the line before it in the conversation, whether the user or the
    model says something in it, whether it belongs to the main conversation (no side chain, no teammate's, nothing
    injected), whether a person typed it."""

    place: int
    parent: str
    said: bool
    main: bool
    typed: bool
    timestamp: float


def upwards(nodes: Mapping[str, Node], uuid: str) -> Iterator[str]:
    """The lines from one to its root; a line that comes again ends it."""
    seen: set[str] = set()
    while uuid in nodes and uuid not in seen:
        seen.add(uuid)
        yield uuid
        uuid = nodes[uuid].parent
