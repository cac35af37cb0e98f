"""What the tools do that `memdir mcp --tools all` adds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from memdir.dates import age_days, days_text, parse_date, rfc3339
from memdir.errors import MemdirError, NotFoundError
from memdir.files import shown
from memdir.model import Memory

from .app import App, Values
from .mcp_answer import NOTE, Row, line, named_for, page, piece, quoted
from .mcp_calls import change

_ROWS: Final = 100
"""Rows of a list without a limit of its own."""
_BUDGET: Final = 4_000


def list_memories(app: App, values: Values) -> Row:
    """The memories with their descriptions."""
    from memdir.scan import scan

    from .show_cmd import is_current

    kind, topic, folder = values.text("type"), values.text("topic"), values.text("folder")
    now = app.environment.now()

    def rows() -> Iterator[Row]:
        for source in app.workspace().sources:
            for memory in scan(source.root).memories:
                if kind and memory.type != kind:
                    continue
                if topic and topic.casefold() not in map(str.casefold, memory.topics):
                    continue
                if folder and not f"{memory.namespace}/".startswith(folder.strip("/") + "/"):
                    continue
                if values.flag("outdated") or is_current(memory, now):
                    yield _memory(app, source.label, memory, now)

    narrow = "a type, topic or folder"
    limit, offset = values.integer("limit") or _ROWS, values.integer("offset") or 0
    return page("memories", rows(), {}, offset=offset, limit=limit, narrow=narrow)


def _memory(app: App, label: str, memory: Memory, now: float) -> Row:
    said = {
        "name": shown(named_for(app, label, memory.id)), "type": memory.type and line(memory.type),
        "description": line(memory.description)[:300], "age": days_text(age_days(_written(memory), now)),
        "status": memory.status if memory.status != "active" else None,
    }  # fmt: skip
    return {key: value for key, value in said.items() if value}


def _written(memory: Memory) -> float:
    try:
        return parse_date(memory.modified) if memory.modified else memory.mtime
    except MemdirError:
        return memory.mtime  # a date that cannot be read is a finding, not the end of the memory


def link(app: App, values: Values) -> Row:
    """A memory linked to another, or no longer."""
    from memdir.annotate import link as linked
    from memdir.annotate import unlink
    from memdir.model import Link

    from .named import named

    relationship = values.text("relationship")
    name, to = values.required("name"), values.required("to")
    if values.flag("remove"):
        source, (name,) = named(app, name)
        return change(app, source, "link", lambda store: unlink(store, name, to, relationship))
    source, (name, to) = named(app, name, to)
    return change(app, source, "link", lambda store: linked(store, name, Link(to, relationship or "related")))


def related(app: App, values: Values) -> Row:
    """What activation from a memory reaches along its links."""
    from memdir.graph.association import names, neighbours
    from memdir.graph.graph_file import open_graph

    from .named import named

    source, (name,) = named(app, values.required("name"))
    with open_graph(app.workspace().index(source)) as graph:
        id = names(graph).lookup(name)
        found = neighbours(graph, id, depth=values.integer("depth") or 1)
    rows: Iterator[Row] = (
        {
            "name": shown(named_for(app, source.label, near.node.id)), "description": line(near.node.description)[:300],
            "relationship": line(near.edge.relationship), "from": line(near.edge.source), "to": line(near.edge.target),
            "activation": round(near.activation, 3),
        }
        for near in found
    )  # fmt: skip
    answer = page(
        "memories", rows, {"of": shown(id)}, offset=values.integer("offset") or 0, limit=_ROWS, narrow="depth=1"
    )
    return answer if found else {**answer, "more": "it has no links: recall finds what is alike"}


def timeline(app: App, values: Values) -> Row:
    """Memories and sessions by time, the newest first."""
    from memdir.scan import scan
    from memdir.sessions.catalogue import Session, catalogue

    from .mcp_resources import transcript_uri

    since = parse_date(text) if (text := values.text("since")) else float("-inf")
    until = parse_date(text, end=True) if (text := values.text("until")) else float("inf")
    workspace = app.workspace()
    events: list[tuple[float, str, Memory | Session]] = [
        (_written(memory), named_for(app, source.label, memory.id), memory)
        for source in workspace.sources
        for memory in scan(source.root).memories
    ]
    events += [(s.modified, s.id, s) for s in catalogue(workspace.transcripts_roots()).sessions]
    chosen = sorted((e for e in events if since <= e[0] < until), key=lambda e: (-e[0], e[1]))

    def rows() -> Iterator[Row]:
        for when, name, event in chosen:
            said: dict[str, object] = {"time": rfc3339(when)[:16] + "Z"}
            if isinstance(event, Memory):
                yield {**said, "memory": shown(name), "description": line(event.description)[:300]}
            else:
                yield {**said, "session": transcript_uri(event.id), "description": _title(event)}

    limit, offset = values.integer("limit") or _ROWS, values.integer("offset") or 0
    return page("events", rows(), {}, offset=offset, limit=limit, narrow="since and until")


def _title(session: object) -> str:
    from memdir.sessions.catalogue import Session
    from memdir.sessions.overview import overview

    assert isinstance(session, Session)
    try:
        return line(overview(session).title)
    except MemdirError as error:
        return line(error.message)


def context(app: App, values: Values) -> Row:
    """What an agent should get: instructions, index, recalled memories."""
    query, budget = values.text("query"), values.integer("budget")
    workspace = app.workspace()
    workspace.refresh()
    text = workspace.build_context(query, budget=_BUDGET if budget is None else budget)
    return piece("text", text, {"note": NOTE}, offset=values.integer("offset") or 0)


def check_memories(app: App, values: Values) -> Row:
    """The findings of the directories."""
    from memdir.check import check, refuse_unknown

    from .named import named

    name, code = values.text("name"), values.text("code")
    if code:
        refuse_unknown([code])
    workspace = app.workspace()
    sources = [source for source in workspace.sources if os.path.isdir(source.root)]
    only = ""
    if name:
        source, (bare,) = named(app, name)
        from memdir.store import Store

        sources, only = [source], Store(source.root).get(bare).id.partition("#")[0]

    def rows() -> Iterator[Row]:
        for source in sources:
            for finding in check(source.root, select=[code] if code else [], now=app.environment.now()):
                if not only or finding.path == only:
                    yield {
                        "code": finding.code, "severity": finding.severity, "line": finding.line,
                        "name": line(named_for(app, source.label, finding.path)),
                        "message": line(finding.message)[:500],
                    }  # fmt: skip

    return page("findings", rows(), {}, offset=values.integer("offset") or 0, limit=_ROWS, narrow="a name or code")


def dream_plan(app: App, values: Values) -> Row:
    """What a dream would do; nothing is changed."""
    from memdir.sessions.consolidation import guarded_plan
    from memdir.sessions.operation import diff

    from .dreaming import place_of, preparer

    workspace = app.workspace()
    if not os.path.isdir(workspace.primary.root):
        raise NotFoundError("there are no memories yet", hint="remember makes the first")
    _, guarded = guarded_plan(place_of(workspace), preparer(workspace), now=app.environment.now())
    rows: Iterator[Row] = (
        {
            "kind": one.operation.kind, "memories": [shown(path) for path in one.operation.paths],
            "reason": line(one.operation.reason)[:500], "asks": line(one.asks) if one.asks else None,
            "diff": quoted(diff(one.operation)),
        }
        for one in guarded
    )  # fmt: skip
    said = {"note": NOTE, "apply": "a person runs: memdir dream run"}
    return page(
        "operations", rows, said, offset=values.integer("offset") or 0, limit=_ROWS, narrow="a dream run leaves"
    )


def review(app: App, values: Values) -> Row:
    """What needs a person's decision."""
    from memdir.sessions.candidates import open_candidates
    from memdir.sessions.plan import make_plan
    from memdir.sessions.review import queue

    from .dreaming import inputs_of

    workspace = app.workspace()
    if not os.path.isdir(workspace.primary.root):
        raise NotFoundError("there are no memories yet", hint="remember makes the first")
    inputs = inputs_of(workspace, None, 0)
    items = queue(inputs, make_plan(inputs), open_candidates(workspace.state_of(workspace.primary.root)))
    rows: Iterator[Row] = (
        {
            "kind": item.kind, "memories": [shown(path) for path in item.paths], "reason": line(item.reason)[:500],
            "evidence": [quoted(text, 300) for text in item.evidence[:4]],
        }
        for item in items
    )  # fmt: skip
    said = {"note": NOTE, "decide": "a person decides: memdir review"}
    return page("items", rows, said, offset=values.integer("offset") or 0, limit=_ROWS, narrow="deciding leaves")
