"""`memdir session stats`: what sessions cost and did."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from memdir.dates import local_text, rfc3339
from memdir.errors import EXIT_NOTHING, EXIT_OK
from memdir.files import shown

from .app import App, Values
from .output import bytes_text, columns, counted
from .session_named import PLACES, all_sessions, session_named
from .table import Argument, Command, Option

if TYPE_CHECKING:
    from memdir.sessions.entry import Usage
    from memdir.sessions.statistics import Statistics

ROWS = 10
"""Tools, files and models listed for people."""


def run(app: App, values: Values) -> int:
    """Print the counts of one session, of the project's, or of all."""
    from memdir.sessions.statistics import statistics

    one = values.text("session")
    sessions = [session_named(app, values)] if one is not None else all_sessions(app, values).sessions
    found = statistics(sessions)
    if one is not None and found.unread and not found.turns:
        raise found.unread[0]
    for error in found.unread:
        app.out.note(f"note: {error}")
    if app.out.json:
        app.out.object("session-stats/1", {**_fields(found), "took_ms": app.out.took_ms()})
    elif sessions:
        limit = values.integer("limit")
        _print(app, found, ROWS if limit is None else limit)
    else:
        app.out.note("there is no session here (--all-projects looks everywhere)")
    return EXIT_OK if sessions else EXIT_NOTHING


def _fields(found: Statistics) -> dict[str, object]:
    return {
        "sessions": found.sessions, "agents": found.agents, "turns": found.turns, "prompts": found.prompts,
        "lines": found.lines, "skipped": found.skipped, "bytes": found.bytes,
        "first": rfc3339(found.first) if found.first else None, "last": rfc3339(found.last) if found.last else None,
        "active_seconds": round(found.active, 3), "tokens": found.tokens._asdict(),
        "agent_tokens": found.agent_tokens._asdict(),
        "tools": [
            {"name": name, "calls": tool.calls, "failed": tool.failed}
            for name, tool in sorted(found.tools.items(), key=lambda item: (-item[1].calls, item[0]))
        ],
        "files": [
            {"path": shown(path), "calls": file.calls, "edits": file.edits}
            for path, file in sorted(found.files.items(), key=lambda item: (-item[1].edits, -item[1].calls, item[0]))
        ],
        "models": [
            {"name": name, "messages": model.messages, "tokens": model.tokens._asdict()}
            for name, model in sorted(found.models.items(), key=lambda item: (-item[1].messages, item[0]))
        ],
        "branches": dict(found.branches.most_common()),
    }  # fmt: skip


def _print(app: App, found: Statistics, rows: int) -> None:
    agents = f", {counted(found.agents, 'sub-agent')}" if found.agents else ""
    _line(
        app, "sessions", f"{found.sessions}{agents}, {counted(found.prompts, 'prompt')}, {counted(found.turns, 'turn')}"
    )
    skipped = f", {found.skipped} skipped" if found.skipped else ""
    _line(app, "read", f"{counted(found.lines, 'line')}{skipped}, {bytes_text(found.bytes)}")
    if found.first:
        span = f"{local_text(found.first)} to {local_text(found.last)}"
        _line(app, "time", f"{span}, active {duration(found.active)} (breaks over 5 minutes left out)")
    _line(app, "tokens", tokens_text(found.tokens))
    if any(found.agent_tokens):
        _line(app, "", f"of these by sub-agents: {tokens_text(found.agent_tokens)}")
    models = sorted(found.models.items(), key=lambda item: (-item[1].messages, item[0]))
    _table(
        app,
        "models",
        [(name, counted(use.messages, "message"), tokens_text(use.tokens)) for name, use in models[:rows]],
    )
    tools = sorted(found.tools.items(), key=lambda item: (-item[1].calls, item[0]))
    _table(
        app, "tools", [(n, counted(t.calls, "call"), f"{t.failed} failed" if t.failed else "") for n, t in tools[:rows]]
    )
    files = sorted(found.files.items(), key=lambda item: (-item[1].edits, -item[1].calls, item[0]))
    cwd = app.workspace().located.project_root + os.sep
    named = [(shown(path.removeprefix(cwd)), file) for path, file in files[:rows]]
    _table(app, "files", [(path, counted(file.edits, "edit"), counted(file.calls, "call")) for path, file in named])
    if len(files) > rows:
        app.out.note(f"{len(files)} files in all (-n {len(files)} lists them)")


def _line(app: App, name: str, text: str) -> None:
    app.out.wrapped(app.out.styled(f"{name:<10}", "bold"), text)


def _table(app: App, name: str, rows: list[tuple[str, str, str]]) -> None:
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    for at, row in enumerate(rows):
        start = app.out.styled(f"{name if at == 0 else '':<10}", "bold")
        cells = "  ".join(cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True))
        room = app.out.width - 10
        if app.out.width and columns(cells.rstrip()) > room:  # the name alone, then its counts
            app.out.line(start + row[0])
            start, cells = " " * 14, "  ".join(filter(None, row[1:]))
        app.out.line((start + cells).rstrip())


def tokens_text(usage: Usage) -> str:
    """`1.2k in, 3.4k out, 56k written to the cache, 789k read from it`."""
    parts = f"{number_text(usage.input)} in, {number_text(usage.output)} out"
    return f"{parts}, {number_text(usage.cache_creation)} into the cache, {number_text(usage.cache_read)} from it"


def number_text(number: int) -> str:
    """`950`, `12.3k`, `4.5M`."""
    if number < 1000:
        return str(number)
    return f"{number / 1000:.1f}k" if number < 999_950 else f"{number / 1e6:.1f}M"


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `3 h 05 min`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


COMMANDS = (
    Command(
        "session stats",
        "Tokens, tools, files and time of sessions.",
        run,
        arguments=(Argument("SESSION", "Only this one (id, the beginning of it, or path).", required=False),),
        options=(*PLACES, Option(("-n", "-k", "--limit"), "Rows of each list.", kind="int", default=ROWS, metavar="N")),
        examples=("memdir session stats", "memdir session stats --all-projects -n 3"),
        description="Tokens count once for each message. Active time leaves breaks of over five minutes out.",
    ),
)
