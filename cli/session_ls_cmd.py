"""`memdir session ls`: the sessions there are, and which of them Claude Code deletes soon."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from memdir.dates import DAY, parse_date, rfc3339
from memdir.errors import EXIT_NOTHING, EXIT_OK, StorageError
from memdir.files import shown
from memdir.index_edit import shorten

from .app import App, Values
from .output import bytes_text, columns, counted
from .session_named import PLACES, all_sessions
from .table import Command, Option

if TYPE_CHECKING:
    from memdir.sessions.overview import Overview

SOON = 7.0
"""Days before its deletion from which on a list says so."""
SHORT_ID = 8
"""Characters of a session's id in a list, when they tell it from the others."""
_SORTS: dict[str, Callable[[Overview], Any]] = {
    "date": lambda o: -(o.ended or o.session.modified),
    "branch": lambda o: (o.branches[-1:], -o.ended),
    "model": lambda o: (o.models[-1:], -o.ended),
    "size": lambda o: -o.session.size,
}


def run(app: App, values: Values) -> int:
    """List sessions, the latest first."""
    from memdir.sessions.overview import overview

    found = all_sessions(app, values)
    listed: list[Overview] = []
    for finding in found.findings:
        app.out.note(f"note: {finding.path}: {finding.message}")
    for session in found.sessions:
        try:
            told = overview(session)
        except StorageError as error:
            if error.code != "vanished":
                app.out.note(f"note: {error}")
            continue
        if _wanted(told, values):
            listed.append(told)
    listed.sort(key=_SORTS[values.text("sort") or "date"])
    hidden = 0
    limit = values.integer("limit")
    if limit is not None and limit >= 0:
        hidden = max(0, len(listed) - limit)
        listed = listed[:limit]
    if app.out.json:
        rows = [_fields(app, told) for told in listed]
        app.out.object("session-ls/1", {"sessions": rows, "hidden": hidden, "took_ms": app.out.took_ms()})
    elif values.flag("files"):
        for told in listed:
            app.out.line(shown(told.session.path))
    else:
        _print(app, listed)
    return EXIT_OK if listed else EXIT_NOTHING


def _wanted(told: Overview, values: Values) -> bool:
    since, until = values.text("since"), values.text("until")
    branch, model = values.text("branch"), values.text("model")
    size = values.integer("min_size")
    return (
        (since is None or (told.ended or told.session.modified) >= parse_date(since))
        and (until is None or (told.started or told.session.modified) < parse_date(until, end=True))
        and (branch is None or branch in told.branches)
        and (model is None or any(model.lower() in name.lower() for name in told.models))
        and (size is None or told.session.size >= size)
        and (not values.flag("expiring") or True)
    )


def _fields(app: App, told: Overview) -> dict[str, object]:
    session = told.session
    return {
        "session": session.id,
        "path": shown(session.path),
        "title": told.title,
        "tag": told.tag or None,
        "turns": told.turns,
        "prompts": told.prompts,
        "lines": told.lines,
        "skipped": told.skipped,
        "size": session.size,
        "started": rfc3339(told.started) if told.started else None,
        "ended": rfc3339(told.ended) if told.ended else None,
        "modified": rfc3339(session.modified),
        "deleted_after": _when(app, told),
        "cwd": shown(told.cwd) or None,
        "branches": list(told.branches),
        "models": list(told.models),
        "agents": [shown(path) for path in session.agents],
    }


def _when(app: App, told: Overview) -> str | None:
    at = _deleted(app, told)
    return None if at is None else rfc3339(at)


def _deleted(app: App, told: Overview) -> float | None:
    """When Claude Code may delete the session, None for files that are not in its own directory."""
    from memdir.sessions.overview import cleanup_days, deleted_at

    located = app.workspace().located
    if located.projects_dir is None:
        return None
    above = os.path.realpath(located.projects_dir) + os.sep
    if not os.path.realpath(told.session.path).startswith(above):
        return None
    return deleted_at(told.session, cleanup_days(located.claude))


def _print(app: App, listed: list[Overview]) -> None:
    now = app.environment.now()
    length = _id_length([told.session.id for told in listed])
    rows = [
        (told.session.id[:length], _day(told), counted(told.turns, "turn"), bytes_text(told.session.size))
        for told in listed
    ]
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)] if rows else []
    soon = skipped = 0
    for told, row in zip(listed, rows, strict=True):
        id, day, turns, size = (cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True))
        remarks = _remarks(told)
        at = _deleted(app, told)
        if at is not None and at - now < SOON * DAY:
            remarks.append(_in_days(at - now))
            soon += 1
        skipped += told.skipped
        start = f"{app.out.styled(id, 'bold')}  {app.out.styled(day, 'dim')}  {turns}  {size}  "
        told_remarks = f"  ({', '.join(remarks)})" if remarks else ""
        room = app.out.width - columns(start) - columns(told_remarks) if app.out.width else 0
        title = shorten(told.title, max(20, room)) if room else told.title
        app.out.line(start + title + app.out.styled(told_remarks, "yellow") if remarks else start + title)
    if not listed:
        app.out.note("there is no session here (--all-projects looks everywhere)")
    if soon:
        app.out.note(f"{counted(soon, 'session')} will be deleted by Claude Code within a week")


def _id_length(ids: list[str]) -> int:
    """How many characters tell the ids apart; 8 at least."""
    for length in range(SHORT_ID, max(map(len, ids), default=0)):
        if len({id[:length] for id in ids}) == len(set(ids)):
            return length
    return max(map(len, ids), default=0)


def _remarks(told: Overview) -> list[str]:
    found = []
    if told.tag:
        found.append(f"#{told.tag}")
    if told.branches:
        found.append(told.branches[-1])
    if told.session.agents:
        found.append(counted(len(told.session.agents), "sub-agent"))
    if told.skipped:
        found.append(f"{counted(told.skipped, 'line')} skipped")
    return found


def _day(told: Overview) -> str:
    return rfc3339(told.ended or told.session.modified)[:16].replace("T", " ")


def _in_days(seconds: float) -> str:
    days = int(seconds // DAY)
    return "deleted soon" if days < 1 else f"deleted in {counted(days, 'day')}"


COMMANDS = (
    Command(
        "session ls",
        "List sessions.",
        run,
        options=(
            *PLACES,
            Option(("--since",), "Only what went on after DATE.", metavar="DATE"),
            Option(("--until",), "Only what began before the end of DATE.", metavar="DATE"),
            Option(("--branch",), "Only on this git branch.", metavar="NAME"),
            Option(("--model",), "Only with a model of this name, or part of it.", metavar="NAME"),
            Option(("--min-size",), "Only of at least so many bytes.", kind="int", metavar="BYTES"),
            Option(("--expiring",), "Only those that Claude Code deletes within a week.", kind="flag"),
            Option(("--sort",), "The order.", default="date", choices=("date", "branch", "model", "size")),
            Option(("-n", "-k", "--limit"), "At most so many.", kind="int", metavar="N"),
            Option(("-l", "--files"), "Paths only.", kind="flag"),
        ),
        examples=("memdir session ls", "memdir session ls --all-projects --sort size -n 5"),
        description="Sub-agents are folded under their session.",
    ),
)
