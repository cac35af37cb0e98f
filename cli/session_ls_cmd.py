"""`memdir session ls`: the sessions there are, and which of them Claude Code deletes soon."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from memdir.dates import DAY, local_text, parse_date, rfc3339
from memdir.errors import EXIT_NOTHING, EXIT_OK, StorageError, UsageError
from memdir.files import shown
from memdir.quoting import one_line

from .app import App, Values
from .output import bytes_text, columns, counted, fitted
from .session_named import PLACES, listed_sessions, transcript_dirs
from .table import Command, Option

if TYPE_CHECKING:
    from memdir.sessions.catalogue import Catalogue
    from memdir.sessions.overview import Overview

SOON = 7.0
"""Days before its deletion from which on a list says so."""
LATEST = 5
"""Sessions that the group's state lists."""
SHORT_ID = 8
"""Characters of a session's id in a list, when they tell it from the others."""
_SORTS: dict[str, Callable[[Overview], Any]] = {
    "date": lambda about: -about.latest,
    "branch": lambda about: (about.told.branches[-1:], -about.latest),
    "model": lambda about: (about.models[-1:], -about.latest),
    "size": lambda about: -about.session.size,
}


def run(app: App, values: Values) -> int:
    """List sessions, the latest first."""
    found = listed_sessions(app, values)
    for finding in found.findings:
        app.out.note(f"note: {finding.path}: {finding.message}")
    deletion = _Deletion(app)
    listed = [about for about in _overviews(app, values, found) if _wanted(about, values, deletion)]
    listed.sort(key=_SORTS[values.text("sort") or "date"])
    limit = values.integer("limit")
    if limit is not None and limit < 1:
        raise UsageError("--limit must be above 0")
    hidden = 0 if limit is None else max(0, len(listed) - limit)
    listed = listed[:limit]
    if app.out.json:
        rows = [_fields(about, deletion) for about in listed]
        app.out.object("session-ls/1", {"sessions": rows, "hidden": hidden, "took_ms": app.out.took_ms()})
    elif values.flag("files"):
        for about in listed:
            app.out.line(shown(about.session.path))
    else:
        _print(app, listed, deletion)
        if hidden:
            app.out.note(f"{hidden} more (-n)")
    return EXIT_OK if listed else EXIT_NOTHING


def run_state(app: App, values: Values) -> int:
    """How many sessions there are, and the latest."""
    from memdir.sessions.removed import removed

    found = listed_sessions(app, values)
    abouts = list(_overviews(app, values, found._replace(sessions=found.sessions[:LATEST])))
    deletion = _Deletion(app)
    size = sum(session.size for session in found.sessions)
    state = app.workspace().state_dir
    gone = len(removed(state)) if state is not None else 0
    if app.out.json:
        fields = {"sessions": len(found.sessions), "bytes": size, "removed": gone}
        latest = [_fields(about, deletion) for about in abouts]
        app.out.object("session/1", {**fields, "latest": latest, "took_ms": app.out.took_ms()})
    else:
        archived = sum(session.is_archived for session in found.sessions)
        more = f", {archived} of them only in the archive" if archived else ""
        app.out.line(f"{counted(len(found.sessions), 'session')}, {bytes_text(size)}{more}")
        _print(app, abouts, deletion)
        if gone:
            app.out.note(f"{counted(gone, 'removed session')} can be brought back: memdir session restore")
    return EXIT_OK if found.sessions else EXIT_NOTHING


def _overviews(app: App, values: Values, found: Catalogue) -> Iterator[Overview]:
    from .session_told import Overviews

    known = Overviews(app.workspace(), transcript_dirs(app, values))
    try:
        for session in found.sessions:
            try:
                yield known.of(session)
            except StorageError as error:
                if error.code != "vanished":
                    app.out.note(f"note: {error}")
    finally:
        known.close()


class _Deletion:
    """When Claude Code deletes a session: never one that is not in its own directory."""

    def __init__(self, app: App) -> None:
        from memdir.sessions.overview import cleanup_days

        located = app.workspace().located
        self._now = app.environment.now()
        self._days = cleanup_days(located.claude)
        self._above = None if located.projects_dir is None else os.path.realpath(located.projects_dir) + os.sep

    def at(self, about: Overview) -> float | None:
        """The time (seconds since the epoch), None for never."""
        from memdir.sessions.overview import deleted_at

        if self._above is None or not os.path.realpath(about.session.path).startswith(self._above):
            return None
        return deleted_at(about.session, self._days)

    def is_soon(self, about: Overview) -> bool:
        """Within a week."""
        at = self.at(about)
        return at is not None and at - self._now < SOON * DAY

    def told(self, about: Overview) -> str:
        """`deleted in 3 days`."""
        days = int(((self.at(about) or 0.0) - self._now) // DAY)
        return "deleted any time" if days < 1 else f"deleted in {counted(days, 'day')}"


def _wanted(about: Overview, values: Values, deletion: _Deletion) -> bool:
    told, session = about.told, about.session
    since, until = values.text("since"), values.text("until")
    branch, model = values.text("branch"), values.text("model")
    size = values.integer("min_size")
    return (
        (since is None or about.latest >= parse_date(since))
        and (until is None or (told.started or session.modified) < parse_date(until, end=True))
        and (branch is None or branch in told.branches)
        and (model is None or any(model.lower() in name.lower() for name in told.models))
        and (size is None or session.size >= size)
        and (not values.flag("expiring") or deletion.is_soon(about))
    )


def _fields(about: Overview, deletion: _Deletion) -> dict[str, object]:
    session, told = about.session, about.told
    at = deletion.at(about)
    return {
        "session": session.id,
        "path": shown(session.path),
        "title": about.title,
        "tag": about.tag or None,
        "turns": told.turns,
        "prompts": told.prompts,
        "lines": told.lines,
        "skipped": told.skipped,
        "size": session.size,
        "started": rfc3339(told.started) if told.started else None,
        "ended": rfc3339(told.ended) if told.ended else None,
        "modified": rfc3339(session.modified),
        "deleted_after": None if at is None else rfc3339(at),
        "archived": session.is_archived,
        "cwd": shown(told.cwd) or None,
        "branches": list(told.branches),
        "models": list(about.models),
        "agents": [shown(path) for path in session.agents],
    }


def _print(app: App, listed: list[Overview], deletion: _Deletion) -> None:
    out = app.out
    ids = [about.session.id for about in listed]
    length = _id_length(ids)
    rows = [
        (id[:length], local_text(about.latest), counted(about.told.turns, "turn"), bytes_text(about.session.size))
        for id, about in zip(ids, listed, strict=True)
    ]
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    for about, row in zip(listed, rows, strict=True):
        id, *cells = (cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True))
        start = f"{out.styled(id, 'bold')}  {out.styled('  '.join(cells), 'dim')}  "
        remarks = _remarks(about, [deletion.told(about)] if deletion.is_soon(about) else [])
        end = f"  ({remarks})" if remarks else ""
        room = out.width - columns(start) - columns(end) - 1
        title = about.title or "(nothing was asked)"
        out.line(start + (fitted(title, max(20, room)) if out.width else title) + out.styled(end, "yellow"))
    if not listed:
        out.note("there is no such session here (--all-projects looks everywhere)")
    soon = sum(map(deletion.is_soon, listed))
    if soon:
        out.note(f"{counted(soon, 'session')} will be deleted by Claude Code within a week")
        out.note("memdir session archive keeps them")


def _id_length(ids: list[str]) -> int:
    """How many characters tell the ids apart; 8 at least."""
    longest = max(map(len, ids), default=0)
    different = len(set(ids))
    return next((n for n in range(SHORT_ID, longest) if len({id[:n] for id in ids}) == different), longest)


def _remarks(about: Overview, deleted: list[str]) -> str:
    told, agents = about.told, about.session.agents
    found = [f"#{one_line(about.tag)}"] if about.tag else []
    found += map(one_line, told.branches[-1:])
    found += [counted(len(agents), "sub-agent")] if agents else []
    found += [f"{counted(told.skipped, 'line')} skipped"] if told.skipped else []
    found += ["archived"] if about.session.is_archived else []
    return ", ".join(found + deleted)


COMMANDS = (
    Command(
        "session", "How many sessions there are, and the latest.", run_state,
        options=PLACES, examples=("memdir session",),
    ),
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
)  # fmt: skip
