"""What the default tools of `memdir mcp` do: each a thin call of the workspace or of a plan."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from memdir.errors import MemdirError, UsageError
from memdir.files import shown
from memdir.ranking import CANDIDATES

from .app import App, Values
from .mcp_answer import NOTE, Row, line, named_for, page, piece, quoted

if TYPE_CHECKING:
    from memdir.changes import Applied, Plan
    from memdir.hit import Hit
    from memdir.model import Source
    from memdir.sessions.turn_hit import TurnHit
    from memdir.store import Store

    from .changing import Planner
    from .session_search import TurnFilters

_WHOLE: Final = 600
"""Characters up to which a hit shows its memory whole, not a passage."""
_DEEPEST: Final = 100
"""Memories that one question can page through."""
_SIMILAR: Final = 3
_SAID: Final = 700
"""Characters of a turn that a hit shows."""
SESSION_VARIABLE: Final = "CLAUDE_CODE_SESSION_ID"


def recall(app: App, values: Values) -> Row:
    """The memories that answer a question."""
    workspace = app.workspace()
    workspace.refresh()
    query, kind = values.required("query"), values.text("type")
    offset, limit = values.integer("offset") or 0, values.integer("limit") or 0

    def asked(most: int) -> list[Hit]:
        options = workspace.options(most, types=(kind,) if kind else (), all=values.flag("outdated"))
        return workspace.ask(query, options).hits

    hits = asked(CANDIDATES)
    if not hits:
        return {"memories": [], "more": _nothing(app, query)}
    if (
        len(hits) == CANDIDATES < offset + limit + 1
    ):  # a larger pool ranks a little otherwise: what was shown stays first
        before = {(hit.root, hit.path) for hit in hits}
        hits += [hit for hit in asked(_DEEPEST) if (hit.root, hit.path) not in before]
    rows = (_hit(app, hit) for hit in hits)
    return page("memories", rows, {"note": NOTE}, offset=offset, limit=limit, narrow="a narrower query or type")


def _nothing(app: App, query: str) -> str:
    count = app.workspace().count_mentions(query)
    said = f"; {count} turns of past sessions mention it: session_search" if count else ""
    return f"nothing relevant is remembered{said}"


def _hit(app: App, hit: Hit) -> Row:
    from memdir.dates import days_text

    try:
        body = hit.read()
    except MemdirError:
        body = ""  # gone meanwhile: its name and description still say something
    whole = len(body) <= _WHOLE
    return {
        "name": shown(named_for(app, hit.source, hit.path)), "type": hit.type and line(hit.type),
        "description": line(hit.description), "score": round(hit.score, 2), "age": days_text(hit.age_days),
        "text": quoted(body if whole else hit.snippet), **({} if whole else {"cut": True}),
    }  # fmt: skip


def get(app: App, values: Values) -> Row:
    """One memory, or another resource, from some character on."""
    from .mcp_resources import SCHEME, memory_parts, read_resource

    name, offset = values.required("name"), values.integer("offset") or 0
    if name.startswith(SCHEME):
        head, text = read_resource(app, name)
    else:
        head, text = memory_parts(app, name)
    return piece("text", text, {**head, "note": NOTE}, offset=offset)


def remember(app: App, values: Values) -> Row:
    """A new memory; what there is like it already is named."""
    from memdir.operations import New, add

    from .named import named

    workspace = app.workspace()
    workspace.refresh()
    text, source = values.required("text"), workspace.primary
    new = New(
        text, name=values.text("name"), description=values.text("description"), type=values.text("type") or "project",
        topics=tuple(values.many("topics")),
        supersedes=tuple(named(app, *values.many("supersedes"), within=source)[1]),
        session=app.environment.env.get(SESSION_VARIABLE) or None,
    )  # fmt: skip
    similar = workspace.ask(text[:4_000], workspace.options(_SIMILAR + 1)).hits
    now = app.environment.now()
    answer = change(app, source, "remember", lambda store: add(store, new, now=now))
    gone = {answer["name"], *new.supersedes}
    found = [
        {"name": shown(name), "description": line(hit.description), "score": round(hit.score, 2)}
        for hit in similar
        if (name := named_for(app, hit.source, hit.path)) not in gone
    ]
    return {**answer, "similar": found[:_SIMILAR]}


def update(app: App, values: Values) -> Row:
    """A memory with other fields, another text, or another passage in its text."""
    from memdir.operations import edit_fields

    from .named import named

    fields: dict[str, object | None] = {
        key: values.text(key) or None for key in ("description", "valid_until") if values.text(key) is not None
    }
    if values.many("topics"):
        fields["topics"] = values.many("topics")
    text, old = values.text("text"), values.text("old")
    if old is not None and text is None:
        raise UsageError("'old' needs 'text', what is to stand in its place")
    if not fields and text is None:
        raise UsageError("there is nothing to change", hint="give text, description, topics or valid_until")
    source, (name,) = named(app, values.required("name"))
    now = app.environment.now()

    def plan(store: Store) -> Plan:
        body = text if old is None or text is None else _replaced(store.get(name).body, old, text)
        return edit_fields(store, name, fields, body=body, now=now)

    return change(app, source, "update", plan)


def _replaced(body: str, old: str, new: str) -> str:
    count = body.count(old) if old else 0
    if count != 1:
        raise UsageError(
            f"'old' is {'not' if not count else f'{count} times'} in the text",
            hint="copy a passage that is there once, without the `> ` of the quotation",
        )
    return body.replace(old, new)


def forget(app: App, values: Values) -> Row:
    """A memory moved to the archive."""
    from memdir.archive import remove

    from .named import named

    source, (name,) = named(app, values.required("name"))
    answer = change(app, source, "forget", lambda store: remove(store, [name]))
    return {**answer, "restore": f"memdir restore {answer['name']}"}


def change(app: App, source: Source, tool: str, plan: Planner) -> dict[str, object]:
    """Carry out a plan, journalled; what was done and how it is taken back."""
    from .changing import carry_out

    applied = carry_out(app, source, f"mcp {tool}", plan)
    app.workspace().refresh()
    assert applied is not None  # only a dry run gives nothing
    return _done(app, source, applied)


def _done(app: App, source: Source, applied: Applied) -> dict[str, object]:
    plan = applied.plan
    answer: dict[str, object] = {
        "name": shown(named_for(app, source.label, plan.id)), "changed": applied.changed,
        "path": shown(os.path.join(source.root, plan.id)),
    }  # fmt: skip
    if plan.also:
        answer["also"] = [shown(id) for id in plan.also]
    if plan.notes:
        answer["notes"] = [line(note) for note in plan.notes]
    if applied.transaction is not None:
        change = named_for(app, source.label, str(applied.transaction.number))
        answer["undo"] = f"memdir undo --change {shlex.quote(shown(change))}"
    return answer


def session_search(app: App, values: Values) -> Row:
    """The turns of past sessions that answer a question."""
    from memdir.dates import parse_date

    workspace = app.workspace()
    workspace.refresh()
    offset, limit = values.integer("offset") or 0, values.integer("limit") or 0
    role, file, since, until = (values.text(key) for key in ("role", "file", "since", "until"))
    filters: TurnFilters = {"roles": (role,) if role else (), "files": (file,) if file else ()}
    if since:
        filters["since"] = parse_date(since)
    if until:
        filters["until"] = parse_date(until, end=True)
    answer = workspace.ask_sessions(values.required("query"), limit=offset + limit + 1, **filters)
    if not answer.hits:
        return {"turns": [], "more": "nothing of it was said in the sessions of this project"}
    rows = _turns(answer.hits)
    return page("turns", rows, {"note": NOTE}, offset=offset, limit=limit, narrow="a narrower query, file or dates")


def _turns(hits: list[TurnHit]) -> Iterator[Row]:
    from .mcp_resources import transcript_uri

    for hit in hits:
        text = hit.text
        yield {
            "session": shown(hit.session), "role": hit.role, "time": hit.timestamp, "score": round(hit.score, 2),
            "text": quoted(text if len(text) <= _SAID else hit.passage().text or text[:_SAID]),
            "before": quoted(hit.before), "after": quoted(hit.after),
            "uri": transcript_uri(hit.session, hit.turn),
        }  # fmt: skip
