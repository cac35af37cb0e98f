"""Questions about one graph: what is near a memory, how two are connected, what a topic or type holds, how much it has.

Answers are values, sorted the same way every time. `at` (seconds since the epoch) asks as of a moment: an edge counts
when its half-open validity `[valid_from, valid_until)` holds it; without `at` every edge counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from memdir.errors import BadInputError
from memdir.names import Names

from .kuzu_store import Graph, clean, internal, timestamp

DECAY: Final = 0.5
"""What a step keeps of the activation: `a_child = a_parent * weight * DECAY`, as the seed has it."""
CUT: Final = 0.05
"""Activation below this is no neighbour: weight 1 reaches four steps (0.0625)."""
MAX_DEPTH: Final = 4
"""Further than this nothing is left above `CUT`."""
MAX_PATH: Final = 8
"""Longest path looked for, in edges."""
MAX_PATHS: Final = 10
"""Paths of the same length that are listed."""
DEFAULT_DEPTH: Final = 1


@dataclass(frozen=True, slots=True)
class Node:
    """What an answer shows of a memory."""

    id: str
    name: str
    type: str
    description: str


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A link as it was written, whichever way it was walked."""

    source: str
    target: str
    relationship: str
    weight: float


@dataclass(frozen=True, slots=True)
class Near:
    """A neighbour: its activation (0 to 1, best path), the steps of that path, and the edge that brought it."""

    node: Node
    activation: float
    steps: int
    edge: Edge


@dataclass(frozen=True, slots=True)
class Path:
    """One connection between two memories: the memories in order and the edges between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


class Stats(NamedTuple):
    """How many memories, sessions, topics and edges between memories there are."""

    memories: int
    sessions: int
    topics: int
    relationships: int


def stats(graph: Graph) -> Stats:
    """The counts of a graph."""
    counts = "MATCH (n:Memory) RETURN count(n)", "MATCH (n:Session) RETURN count(n)", "MATCH (n:Topic) RETURN count(n)"
    edges = "MATCH (:Memory)-[r:RELATES_TO]->(:Memory) RETURN count(r)"
    return Stats(*(int(graph.rows(query)[0][0]) for query in (*counts, edges)))


def topics(graph: Graph) -> list[tuple[str, int]]:
    """Every topic with the number of its memories, most first, then by name."""
    rows = graph.rows("MATCH (t:Topic)-[:TAGGED]->(m:Memory) RETURN t.name, count(m)")
    return sorted(((str(name), int(count)) for name, count in rows), key=lambda t: (-t[1], t[0]))


def relationships(graph: Graph) -> list[tuple[str, int]]:
    """Every kind of link with its number, most first, then by name."""
    rows = graph.rows("MATCH (:Memory)-[r:RELATES_TO]->(:Memory) RETURN r.relationship, count(r)")
    return sorted(((str(name), int(count)) for name, count in rows), key=lambda t: (-t[1], t[0]))


def by_topic(graph: Graph, topic: str) -> list[Node]:
    """The memories of a topic, each once, by id; empty for an unknown topic."""
    query = f"MATCH (:Topic {{name: $name}})-[m:TAGGED]->(:Memory) RETURN {_NODE}"
    return _nodes(graph.rows(query, {"name": clean(topic)}))


def by_type(graph: Graph, type: str) -> list[Node]:
    """The memories of a type, by id."""
    return _nodes(graph.rows(f"MATCH (m:Memory) WHERE m.type = $type RETURN {_NODE}", {"type": clean(type)}))


def names(graph: Graph) -> Names:
    """The names of the memories in the graph, to find the one a person means."""
    return Names((id, name) for id, name in graph.rows("MATCH (m:Memory) RETURN m.id, m.name"))


def neighbours(graph: Graph, id: str, *, depth: int = DEFAULT_DEPTH, at: float | None = None) -> list[Near]:
    """The memories that activation from `id` reaches in at most `depth` steps (1 to `MAX_DEPTH`) along links in either
    direction, the strongest first. Of several ways to one memory the strongest counts. Raises `BadInputError`."""
    if not 1 <= depth <= MAX_DEPTH:
        raise BadInputError(f"depth {depth} is not between 1 and {MAX_DEPTH}")
    start = clean(id)
    best: dict[str, tuple[float, int, Edge]] = {}
    nodes: dict[str, Node] = {}
    frontier = {start: 1.0}
    for step in range(1, depth + 1):
        reached: dict[str, float] = {}
        for parent, node, edge in _around(graph, sorted(frontier), at):
            activation = frontier[parent] * edge.weight * DECAY
            known = best.get(node.id)
            if (
                node.id == start
                or activation < CUT
                or (known is not None and _order(known) <= (-activation, step, edge))
            ):
                continue
            nodes[node.id], best[node.id] = node, (activation, step, edge)
            reached[node.id] = activation
        frontier = {id: a for id, a in reached.items() if a * DECAY >= CUT}
        if not frontier:
            break
    found = [Near(nodes[id], round(a, 6), steps, edge) for id, (a, steps, edge) in best.items()]
    return sorted(found, key=lambda near: (-near.activation, near.steps, near.node.id))


def paths(graph: Graph, start: str, end: str, *, at: float | None = None) -> list[Path]:
    """The shortest connections between two memories along links in either direction, at most `MAX_PATHS` of at most
    `MAX_PATH` edges; empty when there is none. A memory and itself are connected by no edge."""
    first, last = clean(start), clean(end)
    if first == last:
        rows = graph.rows(f"MATCH (m:Memory {{id: $id}}) RETURN {_NODE}", {"id": first})
        return [Path((node,), ()) for node in _nodes(rows)]
    holds = "" if at is None else f"(r, n | WHERE {_HOLDS})"
    query = (
        f"MATCH p = (:Memory {{id: $first}})-[:RELATES_TO* ALL SHORTEST 1..{MAX_PATH} {holds}]-(:Memory {{id: $last}}) "
        f"RETURN nodes(p), rels(p) LIMIT {MAX_PATHS * 10}"
    )
    rows = graph.rows(query, {"first": first, "last": last, **_moment(at)})
    found = [_path(nodes, edges) for nodes, edges in rows]
    return sorted(found, key=lambda path: ([n.id for n in path.nodes], [e.relationship for e in path.edges]))[
        :MAX_PATHS
    ]


_NODE: Final = "m.id, m.name, m.type, m.description"
_HOLDS: Final = "(r.valid_from IS NULL OR r.valid_from <= $at) AND (r.valid_until IS NULL OR $at < r.valid_until)"


def _moment(at: float | None) -> dict[str, datetime | None]:
    return {} if at is None else {"at": timestamp(at)}


def _nodes(rows: Iterable[list[Any]]) -> list[Node]:
    return sorted((Node(*row) for row in rows), key=lambda node: node.id)


def _around(graph: Graph, ids: list[str], at: float | None) -> list[tuple[str, Node, Edge]]:
    """Every edge at these memories: the memory among `ids`, the one at the other end, the edge. One memory is found by
    its key, which is quick at any size; several by a scan of the ids, which costs 10 ms at 100,000."""
    one = "MATCH (a:Memory {id: $ids})" if len(ids) == 1 else "MATCH (a:Memory)"
    conditions = ([] if len(ids) == 1 else ["a.id IN $ids"]) + ([] if at is None else [_HOLDS])
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    query = f"{one}-[r:RELATES_TO]-(m:Memory) {where}RETURN a.id, r, id(m), {_NODE}"
    rows = graph.rows(query, {"ids": ids[0] if len(ids) == 1 else ids, **_moment(at)})
    found = []
    for parent, link, place, *columns in rows:
        node = Node(*columns)
        forward = internal(link, "dst") == place
        source, target = (parent, node.id) if forward else (node.id, parent)
        found.append((str(parent), node, Edge(source, target, link["relationship"], link["weight"])))
    return found


def _path(nodes: list[dict[str, Any]], links: list[dict[str, Any]]) -> Path:
    shown = {_key(internal(n, "id")): Node(n["id"], n["name"], n["type"], n["description"]) for n in nodes}
    edges = tuple(
        Edge(
            shown[_key(internal(link, "src"))].id,
            shown[_key(internal(link, "dst"))].id,
            link["relationship"],
            link["weight"],
        )
        for link in links
    )
    return Path(tuple(shown[_key(internal(n, "id"))] for n in nodes), edges)


def _key(place: dict[str, int]) -> tuple[int, int]:
    return place["table"], place["offset"]


def _order(known: tuple[float, int, Edge]) -> tuple[float, int, Edge]:
    activation, steps, edge = known
    return -activation, steps, edge
