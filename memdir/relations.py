"""What the memories say about each other, resolved: the rows of the graph, as a pure function of their facts.

Nothing is here that is not in a file. A link to a name that nothing bears, or that several bear, is no edge but is kept
in `unresolved`; `check` reports it. Inline sections of a MEMORY.md are no memories and have no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import TypeVar

from .dates import parse_date
from .documents import facts as facts_of
from .errors import BadInputError
from .model import INDEX_NAME, Memory
from .names import Names
from .segment import Facts


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """A memory as a node. Times are seconds since the epoch; `modified` is None where unknown, the validity is
    half-open, `[valid_from, valid_until)`, and None on an open side. `type` is empty where the file has none."""

    id: str
    name: str
    description: str
    type: str
    namespace: str
    status: str
    confidence: float
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
class Unresolved:
    """A link of memory `source` whose target `to` nothing bears (`matches` empty), or several memories do."""

    source: str
    to: str
    matches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relations:
    """The graph of one source. `links`, `topics` and `sessions` are by memory id, only memories that have some:
    its outgoing edges, its topics, the sessions that produced it. Topics and sessions exist through their members."""

    memories: Mapping[str, MemoryRow]
    links: Mapping[str, frozenset[LinkRow]]
    topics: Mapping[str, frozenset[str]]
    sessions: Mapping[str, frozenset[str]]
    unresolved: tuple[Unresolved, ...] = ()

    def topic_names(self) -> list[str]:
        """Every topic, once, sorted."""
        return sorted(frozenset().union(*self.topics.values()))

    def session_ids(self) -> list[str]:
        """Every session that produced a memory, once, sorted."""
        return sorted(frozenset().union(*self.sessions.values()))

    def link_rows(self) -> list[LinkRow]:
        """Every edge, sorted by source, target and relationship."""
        return sorted((row for rows in self.links.values() for row in rows), key=_link_order)


@dataclass(frozen=True, slots=True)
class Delta:
    """What turns one graph into another. `links`, `topics` and `sessions` *replace* all of a memory's (empty: it has
    none any more); a removed memory loses its edges in both directions."""

    removed: tuple[str, ...] = ()
    memories: tuple[MemoryRow, ...] = ()
    links: Mapping[str, frozenset[LinkRow]] = field(default_factory=dict)
    topics: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sessions: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """True when there is anything to apply."""
        return bool(self.removed or self.memories or self.links or self.topics or self.sessions)

    @property
    def size(self) -> int:
        """How many memories it touches (one may count several times)."""
        return len(self.removed) + len(self.memories) + len(self.links) + len(self.topics) + len(self.sessions)


def relations(memories: Iterable[Memory], names: Names | None = None) -> Relations:
    """The relations of one source's memories, in any order. See `relate`."""
    return relate([facts_of(memory) for memory in memories], names)


def relate(facts: Iterable[Facts], names: Names | None = None) -> Relations:
    """The relations of documents that are memories. `names` resolves the links; without it they resolve among the
    documents given. Given the names of a whole source and the facts of a part of it, the result is that part of the
    whole: two such parts, before and after a change, make the `delta` of the change, provided that the part holds
    every memory that changed and every memory with a link whose target's name came or went."""
    rows = {row.id: row for row in facts if not _is_section(row.id)}
    known = Names((row.id, row.name) for row in rows.values()) if names is None else names
    links: dict[str, frozenset[LinkRow]] = {}
    unresolved: list[Unresolved] = []
    for row in rows.values():
        found: set[LinkRow] = set()
        for link in row.links:
            matches = known.resolve(link.to, row.id)
            if len(matches) != 1:
                unresolved.append(Unresolved(row.id, link.to, tuple(sorted(matches))))
            elif matches[0] != row.id:
                since, until = _seconds(link.valid_from), _seconds(link.valid_until, end=True)
                found.add(LinkRow(row.id, matches[0], link.relationship, _weight(link.weight), since, until))
        if found:
            links[row.id] = frozenset(found)
    return Relations(
        memories={row.id: _memory_row(row) for row in rows.values()},
        links=links,
        topics={row.id: frozenset(t for t in row.topics if t) for row in rows.values() if any(row.topics)},
        sessions={row.id: frozenset([row.session]) for row in rows.values() if row.session},
        unresolved=tuple(sorted(unresolved, key=lambda u: (u.source, u.to))),
    )


def delta(old: Relations, new: Relations) -> Delta:
    """What `graph.kuzu_store.apply` needs to make the graph of `new` out of the graph of `old`."""
    removed = tuple(sorted(old.memories.keys() - new.memories.keys()))
    gone = frozenset(removed)
    return Delta(
        removed=removed,
        memories=tuple(row for id, row in sorted(new.memories.items()) if old.memories.get(id) != row),
        links=_replaced(old.links, new.links, gone),
        topics=_replaced(old.topics, new.topics, gone),
        sessions=_replaced(old.sessions, new.sessions, gone),
    )


_T = TypeVar("_T")


def _replaced(
    old: Mapping[str, frozenset[_T]], new: Mapping[str, frozenset[_T]], gone: frozenset[str]
) -> dict[str, frozenset[_T]]:
    none: frozenset[_T] = frozenset()
    ids = sorted((old.keys() | new.keys()) - gone)
    return {id: new.get(id, none) for id in ids if old.get(id, none) != new.get(id, none)}


def _memory_row(row: Facts) -> MemoryRow:
    return MemoryRow(
        id=row.id,
        name=row.name,
        description=row.description,
        type=row.type or "",
        namespace=row.namespace,
        status=row.status,
        confidence=row.confidence,
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
