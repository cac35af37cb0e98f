"""Memories and graphs written by hand, for the tests of the graph."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from memdir.model import Memory
from memdir.relations import LinkRow, MemoryRow, Relations


def memory(id: str, **fields: Any) -> Memory:
    """A memory named like its file."""
    given = {"name": id.rpartition("/")[2].removesuffix(".md"), **fields}
    return Memory(id=id, root="/m", path=f"/m/{id}", **given)


def row(id: str, **fields: Any) -> MemoryRow:
    """A node."""
    return replace(MemoryRow(id, id, "", "", "", "active", 0.7, None, None, None, None), **fields)


def graph_of(*rows: MemoryRow, links: tuple[LinkRow, ...] = (), topics: dict[str, set[str]] | None = None) -> Relations:
    """The relations of these nodes, edges and topics."""
    by_source: dict[str, frozenset[LinkRow]] = {}
    for link in links:
        by_source[link.source] = by_source.get(link.source, frozenset()) | {link}
    return Relations({r.id: r for r in rows}, by_source, {k: frozenset(v) for k, v in (topics or {}).items()}, {})
