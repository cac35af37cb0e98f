"""A graph written out for other programs and for people: as values (for JSON), Graphviz, Mermaid, one HTML page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from memdir.dates import rfc3339

from .export_html import page
from .kuzu_store import Graph, seconds


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole graph as plain values, sorted. `memories` have the columns of the Memory table and `topics`, `sessions`;
    `links` have `from`, `to`, `relationship`, `weight` and their validity. Times are RFC 3339 or None."""

    memories: tuple[Mapping[str, Any], ...]
    links: tuple[Mapping[str, Any], ...]


def snapshot(graph: Graph) -> Snapshot:
    """Everything a graph holds."""
    topics = _members(graph.rows("MATCH (t:Topic)-[:TAGGED]->(m:Memory) RETURN m.id, t.name"))
    sessions = _members(graph.rows("MATCH (s:Session)-[:PRODUCED]->(m:Memory) RETURN m.id, s.id"))
    keys = ("id", "name", "type", "description", "namespace", "status", "confidence")
    times = ("created", "modified", "valid_from", "valid_until")
    columns = ", ".join(f"m.{key}" for key in (*keys, *times))
    memories = [
        {
            **dict(zip(keys, row, strict=False)),
            **dict(zip(times, map(_time, row[len(keys) :]), strict=True)),
            "topics": topics.get(row[0], []),
            "sessions": sessions.get(row[0], []),
        }
        for row in sorted(graph.rows(f"MATCH (m:Memory) RETURN {columns}"), key=lambda row: str(row[0]))
    ]
    found = "a.id, b.id, r.relationship, r.weight, r.valid_from, r.valid_until"
    query = f"MATCH (a:Memory)-[r:RELATES_TO]->(b:Memory) RETURN {found}"
    links = [
        {
            "from": a,
            "to": b,
            "relationship": kind,
            "weight": weight,
            "valid_from": _time(since),
            "valid_until": _time(until),
        }
        for a, b, kind, weight, since, until in graph.rows(query)
    ]
    return Snapshot(tuple(memories), tuple(sorted(links, key=lambda link: [str(v) for v in link.values()])))


def export(whole: Snapshot, form: str, *, title: str = "memories") -> str:
    """The text of an export as `dot`, `mermaid` or `html`, ending in a newline."""
    if form == "dot":
        return dot(whole)
    if form == "mermaid":
        return mermaid(whole)
    return page(title, asdict(whole))


def dot(whole: Snapshot) -> str:
    """Graphviz: memories as boxes, topics as ellipses, validity and weight on the edges' labels only where they say
    something."""
    topics = sorted({topic for memory in whole.memories for topic in memory["topics"]})
    lines = ["digraph memories {", "  rankdir=LR;", "  node [shape=box, style=rounded];"]
    lines += [f"  {_dot(m['id'])} [label={_dot(m['name'] or m['id'])}];" for m in whole.memories]
    lines += [f"  {_dot('#' + topic)} [label={_dot(topic)}, shape=ellipse];" for topic in topics]
    lines += [f"  {_dot(x['from'])} -> {_dot(x['to'])} [label={_dot(x['relationship'])}];" for x in whole.links]
    for memory in whole.memories:
        lines += [
            f"  {_dot('#' + t)} -> {_dot(memory['id'])} [style=dotted, arrowhead=none];" for t in memory["topics"]
        ]
    return "\n".join([*lines, "}", ""])


def mermaid(whole: Snapshot) -> str:
    """Mermaid: only memories that have links or topics in common with others, or nobody could read it."""
    number = {memory["id"]: f"m{i}" for i, memory in enumerate(whole.memories)}
    topics = sorted({topic for memory in whole.memories for topic in memory["topics"]})
    topic_number = {topic: f"t{i}" for i, topic in enumerate(topics)}
    joined = {end for link in whole.links for end in (link["from"], link["to"])}
    shown = [m for m in whole.memories if m["id"] in joined or m["topics"]]
    lines = ["flowchart LR"]
    lines += [f'  {number[m["id"]]}["{_mermaid(m["name"] or m["id"])}"]' for m in shown]
    lines += [f'  {topic_number[topic]}(["{_mermaid(topic)}"])' for topic in topics]
    lines += [f'  {number[x["from"]]} -->|"{_mermaid(x["relationship"])}"| {number[x["to"]]}' for x in whole.links]
    lines += [f"  {topic_number[topic]} -.- {number[m['id']]}" for m in shown for topic in m["topics"]]
    return "\n".join([*lines, ""])


def _members(rows: Iterable[list[Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for id, name in sorted(rows):
        found.setdefault(id, []).append(name)
    return found


def _time(value: datetime | None) -> str | None:
    return None if value is None else rfc3339(seconds(value))


def _dot(text: str) -> str:
    clean = "".join(c if c.isprintable() else " " for c in text)
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _mermaid(text: str) -> str:
    """Mermaid reads HTML entities in labels (`#` begins one) and nothing else as an escape."""
    special = '#"<>&`|[](){}\\;'
    return "".join(f"#{ord(c)};" if c in special else c if c.isprintable() else " " for c in text)
