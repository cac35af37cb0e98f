"""`memdir graph`: what the memories say about each other. Each directory has a graph of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from memdir.dates import parse_date, rfc3339
from memdir.errors import EXIT_NOTHING, EXIT_OK, NotFoundError, UsageError
from memdir.files import shown
from memdir.model import Source

from .app import App, Values
from .named import named
from .table import Argument, Command, Option

if TYPE_CHECKING:
    from memdir.graph.association import Near, Node, Path
    from memdir.graph.kuzu_store import Graph


def run_stats(app: App, values: Values) -> int:
    """How much each directory's graph holds."""
    from memdir.graph.association import relationships, stats

    rows: list[dict[str, object]] = []
    for source in _sources(app, values):
        with _graph(app, source) as graph:
            counts, kinds = stats(graph)._asdict(), relationships(graph)
        rows.append({**_where(source), **counts, "kinds": dict(kinds)})
        if not app.out.json:
            app.out.line(f"{app.out.styled(source.label, 'bold')}  {shown(source.root)}")
            for name, count in counts.items():
                told = ", ".join(f"{kind} {n}" for kind, n in kinds) if name == "relationships" else ""
                app.out.line(f"  {name:<14}{count:>6}  {told}".rstrip())
    if app.out.json:
        app.out.object("graph-stats/1", {"graphs": rows, "took_ms": app.out.took_ms()})
    return EXIT_OK if rows else EXIT_NOTHING


def run_topics(app: App, values: Values) -> int:
    """The topics with how many memories each has, or the memories of one."""
    from memdir.graph.association import by_topic, topics

    name = values.text("topic")
    counts: dict[str, int] = {}
    members: list[dict[str, Any]] = []
    for source in _sources(app, values):
        with _graph(app, source) as graph:
            if name is not None:
                members += [{**_where(source), **_node(node)} for node in by_topic(graph, name)]
                continue
            for topic, count in topics(graph):
                counts[topic] = counts.get(topic, 0) + count
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if app.out.json:
        every = [{"name": topic, "memories": count} for topic, count in ranked]
        fields: dict[str, object] = {"topics": every} if name is None else {"topic": name, "memories": members}
        app.out.object("graph-topics/1", {**fields, "took_ms": app.out.took_ms()})
        return EXIT_OK if ranked or members else EXIT_NOTHING
    for topic, count in ranked:
        app.out.line(f"{count:>5}  {topic}")
    width = max((len(member["name"]) for member in members), default=0)
    for member in members:
        app.out.line(f"{member['name']:<{width}}  {app.out.styled(member['path'], 'dim')}")
    if not (ranked or members):
        app.out.note("no memory has a topic" if name is None else f"no memory has the topic {shown(name)}")
    return EXIT_OK if ranked or members else EXIT_NOTHING


def run_neighbors(app: App, values: Values) -> int:
    """What activation from one memory reaches."""
    from memdir.graph.association import DEFAULT_DEPTH, neighbours

    at, depth = _moment(values), values.integer("depth") or DEFAULT_DEPTH
    with _bearing(app, values, values.required("name")) as (source, graph, (id,)):
        found = neighbours(graph, id, depth=depth, at=at)
    if app.out.json:
        rows = [{**_node(n.node), "activation": n.activation, "steps": n.steps, "edge": asdict(n.edge)} for n in found]
        fields = {**_where(source), "path": id, "depth": depth, "as_of": _as_of(at), "neighbors": rows}
        app.out.object("graph-neighbors/1", {**fields, "took_ms": app.out.took_ms()})
        return EXIT_OK if found else EXIT_NOTHING
    width = max((len(n.node.name) for n in found), default=0)
    for near in found:
        edge = app.out.styled(_told(near, id), "dim")
        app.out.line(f"{near.activation:.3f}  {near.node.name:<{width}}  {edge}")
    if not found:
        app.out.note(f"{id} has no neighbours" + ("" if at is None else " at that time"))
    return EXIT_OK if found else EXIT_NOTHING


def run_path(app: App, values: Values) -> int:
    """The shortest connections between two memories."""
    from memdir.graph.association import MAX_PATH, paths

    at = _moment(values)
    with _bearing(app, values, values.required("a"), values.required("b")) as (source, graph, (start, end)):
        found = paths(graph, start, end, at=at)
    if app.out.json:
        rows = [
            {"memories": [_node(node) for node in path.nodes], "links": [asdict(edge) for edge in path.edges]}
            for path in found
        ]
        app.out.object(
            "graph-path/1", {**_where(source), "as_of": _as_of(at), "paths": rows, "took_ms": app.out.took_ms()}
        )
        return EXIT_OK if found else EXIT_NOTHING
    for path in found:
        app.out.line(_walk(path))
    if not found:
        app.out.note(f"{start} and {end} are not connected within {MAX_PATH} links")
    return EXIT_OK if found else EXIT_NOTHING


def run_query(app: App, values: Values) -> int:
    """A person's Cypher, read-only, with a limit and a timeout."""
    from memdir.graph.cypher import DEFAULT_LIMIT, DEFAULT_TIMEOUT, checked, run

    query = values.required("cypher")
    limit = values.integer("limit")
    timeout = values.number("timeout")
    limit, timeout = DEFAULT_LIMIT if limit is None else limit, DEFAULT_TIMEOUT if timeout is None else timeout
    if limit < 1 or timeout <= 0:
        raise UsageError("--limit and --timeout must be above 0")
    checked(query)
    source = _sources(app, values)[0]
    with _graph(app, source) as graph:
        answer = run(graph, query, limit=limit, timeout=timeout)
    if app.out.json:
        fields = {**_where(source), "columns": answer.columns, "rows": answer.rows, "more": answer.more}
        app.out.object("graph-query/1", {**fields, "took_ms": app.out.took_ms()})
        return EXIT_OK if answer.rows else EXIT_NOTHING
    texts = [[_text(value) for value in row] for row in answer.rows]
    widths = [max(map(len, column)) for column in zip(answer.columns, *texts, strict=True)]
    for row, style in [(answer.columns, "bold"), *((row, "") for row in texts)]:
        line = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        app.out.line(app.out.styled(line, style) if style else line)
    if answer.more:
        app.out.note(f"cut off after {limit} rows (--limit)")
    return EXIT_OK if answer.rows else EXIT_NOTHING


def run_export(app: App, values: Values) -> int:
    """A graph for other programs, or as a page for people."""
    from memdir.graph.export import export, snapshot

    source = _sources(app, values)[0]
    with _graph(app, source) as graph:
        whole = snapshot(graph)
    form = values.required("format")
    if form == "json" or app.out.json:
        app.out.object("graph-export/1", {**_where(source), **asdict(whole), "took_ms": app.out.took_ms()})
    else:
        app.out.line(export(whole, form, title=shown(source.root)).rstrip("\n"))
    return EXIT_OK


def _sources(app: App, values: Values) -> list[Source]:
    """The directories that exist, the primary first, or the one that `--source` names."""
    label = values.text("source")
    found = [s for s in app.workspace().sources if s.exists and label in (None, s.label)]
    if not found and label is not None:
        known = ", ".join(dict.fromkeys(s.label for s in app.workspace().sources if s.exists))
        raise NotFoundError(f"no source is called {label}", hint=f"there is {known}" if known else None)
    if not found:
        raise NotFoundError("there are no memories here", hint="memdir where")
    return found


@contextmanager
def _graph(app: App, source: Source) -> Iterator[Graph]:
    from memdir.graph.graph_file import open_graph

    with open_graph(app.workspace().index(source)) as graph:
        yield graph


@contextmanager
def _bearing(app: App, values: Values, *wanted: str) -> Iterator[tuple[Source, Graph, list[str]]]:
    """The first directory whose graph has all the memories named, that graph, and their ids."""
    from memdir.graph.association import names

    first = _sources(app, values)[0]
    source, bare = named(app, *wanted, within=first if values.text("source") else None)
    with _graph(app, source) as graph:
        known = names(graph)
        yield source, graph, [known.lookup(name) for name in bare]


def _where(source: Source) -> dict[str, object]:
    return {"source": source.label, "root": shown(source.root)}


def _node(node: Node) -> dict[str, Any]:
    return {"path": node.id, "name": node.name, "type": node.type or None, "description": node.description}


def _moment(values: Values) -> float | None:
    text = values.text("as_of")
    return None if text is None else parse_date(text)


def _as_of(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)


def _told(near: Near, start: str) -> str:
    """`-uses-> b` or `<-uses- b`: the link that led to a neighbour, with where it was walked from unless that is the
    start."""
    forward = near.edge.target == near.node.id
    parent = near.edge.source if forward else near.edge.target
    link = f"-{near.edge.relationship}->" if forward else f"<-{near.edge.relationship}-"
    return f"{'' if parent == start else f'{parent} '}{link} {near.node.id}"


def _walk(path: Path) -> str:
    """`a -uses-> b <-mentions- c`: every memory by its path, each link the way it was written."""
    text = path.nodes[0].id
    for edge, node in zip(path.edges, path.nodes[1:], strict=True):
        forward = edge.target == node.id
        text += f" -{edge.relationship}-> {node.id}" if forward else f" <-{edge.relationship}- {node.id}"
    return text


def _text(value: object) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value).replace("\n", "\\n")


_SOURCE = Option(("--source",), "Only this directory (its label in `memdir where`).", metavar="LABEL")
_AS_OF = Option(("--as-of",), "Only links that hold on DATE.", metavar="DATE")
_QUERY = "MATCH (t:Topic)-[:TAGGED]->(m:Memory) RETURN t.name, count(m) AS memories ORDER BY memories DESC LIMIT 5"

COMMANDS = (
    Command(
        "graph", "How many memories, topics and links there are.", run_stats,
        options=(_SOURCE,), examples=("memdir graph",),
    ),
    Command(
        "graph stats", "How many memories, topics and links there are.", run_stats,
        options=(_SOURCE,), examples=("memdir graph stats --json",),
    ),
    Command(
        "graph topics", "The topics, or the memories of one.", run_topics,
        arguments=(Argument("TOPIC", "List its memories.", required=False),), options=(_SOURCE,),
        examples=("memdir graph topics", "memdir graph topics payments"),
    ),
    Command(
        "graph neighbors", "What lies near a memory, strongest first.", run_neighbors,
        arguments=(Argument("NAME", "A memory's name, path or unique prefix.", is_memory=True),),
        options=(Option(("--depth",), "Links to follow, 1 to 4.", kind="int", default=1, metavar="N"), _AS_OF, _SOURCE),
        examples=("memdir graph neighbors idempotent-checkout", "memdir graph neighbors on-call --depth 2"),
    ),
    Command(
        "graph path", "How two memories are connected.", run_path,
        arguments=(Argument("A", "A memory.", is_memory=True), Argument("B", "Another one.", is_memory=True)),
        options=(_AS_OF, _SOURCE),
        examples=("memdir graph path incident-double-charge payment-provider-paylane",),
    ),
    Command(
        "graph query", "Ask the graph in Cypher, read-only.", run_query,
        arguments=(Argument("CYPHER", "One statement: MATCH, WHERE, WITH, UNWIND, RETURN, ORDER BY, SKIP, LIMIT."),),
        options=(
            Option(("-n", "-k", "--limit"), "Rows at most.", kind="int", default=100, metavar="N"),
            Option(("--timeout",), "Give up after SECONDS.", kind="float", default=5.0, metavar="SECONDS"),
            _SOURCE,
        ),
        examples=(f'memdir graph query "{_QUERY}"',),
        description="Memory (id, name, type, namespace, status, confidence, description, created, modified, "
        "valid_from, valid_until), Topic (name), Session (id); RELATES_TO (relationship, weight, valid_from, "
        "valid_until) between memories, TAGGED from topics, PRODUCED from sessions to memories.",
    ),
    Command(
        "graph export", "Write the graph out.", run_export,
        options=(
            Option(("--format",), "The format.", default="json", choices=("json", "dot", "mermaid", "html")),
            _SOURCE,
        ),
        examples=("memdir graph export --format html", "memdir graph export --format mermaid"),
    ),
)  # fmt: skip
