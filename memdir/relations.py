"""What the memories say about each other, resolved: the rows of the graph, as a pure function of their facts.

Nothing is here that is not in a file. A link to a name that nothing bears, or that several bear, is no edge (`check`
reports it). Inline sections of a MEMORY.md are no memories and have no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Final

from .dates import parse_date
from .documents import facts as facts_of
from .errors import BadInputError
from .model import INDEX_NAME, Memory
from .names import Names
from .segment import Facts


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """A memory as a node. Times are seconds since the epoch; `created` and `modified` are None where unknown, the
    validity is half-open, `[valid_from, valid_until)`, and None on an open side. `type` is empty where the file has
    none."""

    id: str
    name: str
    description: str
    type: str
    namespace: str
    status: str
    confidence: float
    created: float | None
    modified: float | None
    valid_from: float | None
    valid_until: float | None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One edge between two memories, by id, valid in `[valid_from, valid_until)` (seconds, None: open)."""

    source: str
    target: str
    relationship: str
    weight: float
    valid_from: float | None
    valid_until: float | None


@dataclass(frozen=True, slots=True)
class Relations:
    """The graph of one source. `links`, `topics` and `sessions` are by memory id, only memories that have some:
    its outgoing edges, its topics, the sessions that produced it. Topics and sessions exist through their members."""

    memories: Mapping[str, MemoryRow]
    links: Mapping[str, frozenset[LinkRow]]
    topics: Mapping[str, frozenset[str]]
    sessions: Mapping[str, frozenset[str]]

    def topic_names(self) -> list[str]:
        """Every topic, once, sorted."""
        return sorted(frozenset().union(*self.topics.values()))

    def session_ids(self) -> list[str]:
        """Every session that produced a memory, once, sorted."""
        return sorted(frozenset().union(*self.sessions.values()))

    def link_rows(self) -> list[LinkRow]:
        """Every edge, sorted by source, target and relationship."""
        return sorted((row for rows in self.links.values() for row in rows), key=_link_order)


def relations(memories: Iterable[Memory]) -> Relations:
    """The relations of one source's memories, in any order."""
    return relate(facts_of(memory) for memory in memories)


def relate(facts: Iterable[Facts]) -> Relations:
    """The relations of the documents of one source that are memories; links resolve among them."""
    rows = {row.id: row for row in facts if not _is_section(row.id)}
    known = Names((row.id, row.name) for row in rows.values())
    links: dict[str, frozenset[LinkRow]] = {}
    for row in rows.values():
        found: set[LinkRow] = set()
        for link in row.links:
            matches = known.resolve(link.to, row.id)
            if len(matches) == 1 and matches[0] != row.id:
                since, until = _seconds(link.valid_from), _seconds(link.valid_until, end=True)
                found.add(LinkRow(row.id, matches[0], link.relationship, _weight(link.weight), since, until))
        if found:
            links[row.id] = frozenset(found)
    sessions = {row.id: frozenset(_sessions(row)) for row in rows.values() if row.session or row.sources}
    return Relations(
        memories={row.id: _memory_row(row) for row in rows.values()},
        links=links,
        topics={row.id: frozenset(t for t in row.topics if t) for row in rows.values() if any(row.topics)},
        sessions={id: found for id, found in sessions.items() if found},
    )


def session_of(source: str) -> str | None:
    """The session that an entry of `metadata.sources` names: `session:ID`, a UUID, or a transcript by its file name
    (`.../UUID.jsonl`), each with or without a place in it (`#...`). None for anything else."""
    found = _SESSION.fullmatch(source.strip())
    return found[1] or found[2] if found else None


_UUID: Final = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_SESSION: Final = re.compile(rf"(?:session:\s*([^\s#]+)|(?:.*[/\\])?({_UUID})(?:\.jsonl)?)(?:#.*)?", re.DOTALL)


def _sessions(row: Facts) -> Iterator[str]:
    if row.session:
        yield row.session
    yield from filter(None, map(session_of, row.sources))


def _memory_row(row: Facts) -> MemoryRow:
    return MemoryRow(
        id=row.id,
        name=row.name,
        description=row.description,
        type=row.type or "",
        namespace=row.namespace,
        status=row.status,
        confidence=row.confidence,
        created=row.created or None,
        modified=row.modified or None,
        valid_from=None if row.valid_from == -inf else row.valid_from,
        valid_until=None if row.valid_until == inf else row.valid_until,
    )


def _seconds(text: str | None, *, end: bool = False) -> float | None:
    """A link's date; what cannot be read leaves that side open (`check` reports it)."""
    if not text:
        return None
    try:
        return parse_date(text, end=end)
    except BadInputError:
        return None


def _weight(weight: float) -> float:
    return min(max(weight, 0.0), 1.0) if weight == weight else 1.0  # NaN is unequal to itself


def _is_section(id: str) -> bool:
    return "#" in id and id.partition("#")[0].rpartition("/")[2] == INDEX_NAME


def _link_order(row: LinkRow) -> tuple[str, str, str, float, float, float]:
    since, until = row.valid_from, row.valid_until
    ends = (-inf if since is None else since, inf if until is None else until)
    return (row.source, row.target, row.relationship, row.weight, *ends)
