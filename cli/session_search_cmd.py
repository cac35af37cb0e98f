"""`memdir session search`: the turns, or the sessions, in which something was said."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from memdir.dates import local_text, parse_date
from memdir.errors import EXIT_NOTHING, EXIT_OK, BadInputError
from memdir.files import shown

from .app import App, Values
from .output import fitted
from .session_named import ALL_PROJECTS, TRANSCRIPTS
from .table import Argument, Command, Option

if TYPE_CHECKING:
    from memdir.sessions.turn_hit import SessionHit, TurnHit

    from .session_search import TurnFilters
    from .workspace import Workspace


def run(app: App, values: Values) -> int:
    """Print the turns or sessions, best first. 1 when there are none."""
    workspace = _opened(app, values)
    query = " ".join(values.many("words"))
    wants_sessions = values.flag("sessions")
    answer = workspace.ask_sessions(
        query,
        sessions=wants_sessions,
        limit=_limit(values),
        scan=values.flag("scan"),
        all_projects=values.flag("all_projects"),
        explain=values.flag("explain") or app.out.json,
        **_filters(values),
    )
    for note in answer.notes:
        app.out.note(f"memdir: {note}")
    found = bool(answer.sessions or answer.hits)
    if app.out.json:
        hits = [session_fields(hit) for hit in answer.sessions] or [turn_fields(hit) for hit in answer.hits]
        fields = {"query": query, "answered_by": answer.answered_by, "hits": hits, "took_ms": app.out.took_ms()}
        app.out.object("session-search/1", fields)
        return EXIT_OK if found else EXIT_NOTHING
    for place, session in enumerate(answer.sessions):
        if place:
            app.out.line()
        print_session(app, session, explain=values.flag("explain"))
    for place, hit in enumerate(answer.hits):
        if place:
            app.out.line()
        print_turn(app, hit, explain=values.flag("explain"))
    if not found:
        app.out.note("memdir: nothing found in the transcripts")
    return EXIT_OK if found else EXIT_NOTHING


def _opened(app: App, values: Values) -> Workspace:
    given = values.text("transcripts")
    workspace = app.workspace(transcripts_dir=given)
    if given is not None and not os.path.isdir(workspace.located.transcripts_dirs[0]):
        raise BadInputError("no such directory", path=given)
    return workspace


def _limit(values: Values) -> int | None:
    limit = values.integer("limit")
    if limit is not None and limit < 1:
        raise BadInputError("a limit is at least 1", hint="-n 5")
    return limit


def _filters(values: Values) -> TurnFilters:
    found: TurnFilters = {
        "roles": tuple(values.many("role")),
        "tools": tuple(values.many("tool")),
        "files": tuple(values.many("file")),
        "branches": tuple(values.many("branch")),
        "projects": tuple(values.many("project")),
        "typed_only": values.flag("typed_only"),
    }
    since, until = values.text("since"), values.text("until")
    if since is not None:
        found["since"] = parse_date(since)
    if until is not None:
        found["until"] = parse_date(until, end=True)
    return found


def turn_fields(hit: TurnHit) -> dict[str, object]:
    """A turn as JSON (docs/json.md)."""
    passage = hit.passage()
    return {
        "session": shown(hit.session),
        "turn": shown(hit.turn),
        "role": hit.role,
        "text": shown(hit.text),
        "score": hit.score,
        "path": shown(hit.path),
        "line": hit.line,
        "timestamp": hit.timestamp or None,
        "snippet": shown(passage.text),
        "matches": [list(mark) for mark in passage.marks],
        "before": shown(hit.before),
        "after": shown(hit.after),
        "parts": dict(hit.parts),
        "why": [shown(reason) for reason in hit.why],
    }


def session_fields(hit: SessionHit) -> dict[str, object]:
    """A session as JSON (docs/json.md)."""
    return {
        "session": shown(hit.session),
        "path": shown(hit.path),
        "title": shown(hit.title),
        "score": hit.score,
        "best": {"turn": shown(hit.best.turn), "line": hit.best.line, "timestamp": hit.best.timestamp or None},
        "snippet": shown(hit.best.snippet),
        "parts": dict(hit.parts),
        "why": [shown(reason) for reason in hit.why],
    }


def print_turn(app: App, hit: TurnHit, *, explain: bool = False) -> None:
    """A turn for people: where it was said, the passage between its neighbours' first lines."""
    out = app.out
    about = [f"{hit.score:.2f}", hit.role, _time(hit), f"line {hit.line}"]
    out.wrapped(f"{out.styled(shown(hit.session), 'bold')}  ", out.styled("  ".join(filter(None, about)), "dim"))
    before, after = hit.before, hit.after
    if before:
        out.wrapped("    ", out.styled(shown(before), "dim"))
    passage = hit.passage()
    if passage.text:
        out.wrapped("  > ", out.marked(*passage))
    if after:
        out.wrapped("    ", out.styled(shown(after), "dim"))
    if explain:
        _explain(app, hit.parts.items(), hit.why)


def print_session(app: App, hit: SessionHit, *, explain: bool = False) -> None:
    """A session for people: its title, and the best passage."""
    out = app.out
    about = [f"{hit.score:.2f}", _time(hit.best)[:10], f"line {hit.best.line}"]
    out.wrapped(f"{out.styled(shown(hit.session), 'bold')}  ", out.styled("  ".join(filter(None, about)), "dim"))
    if hit.title:
        title = shown(hit.title)
        out.line("    " + out.styled(fitted(title, max(24, out.width - 5)) if out.width else title, "cyan"))
    passage = hit.best.passage()
    if passage.text:
        out.wrapped("    ", out.marked(*passage))
    if explain:
        _explain(app, hit.parts.items(), hit.why)


def _time(hit: TurnHit) -> str:
    return local_text(parse_date(hit.timestamp)) if hit.timestamp else ""


def _explain(app: App, parts: object, why: tuple[str, ...]) -> None:
    told = "  ".join(f"{name} {value:g}" for name, value in parts)  # type: ignore[attr-defined]
    app.out.wrapped("    ", app.out.styled(told, "dim"))
    for reason in why:
        app.out.wrapped("    ", app.out.styled(shown(reason), "dim"))


COMMANDS = (
    Command(
        "session search", "Find what was said in the sessions.", run,
        arguments=(Argument("WORDS", "The question; all remaining words.", many=True),),
        options=(
            TRANSCRIPTS,
            Option(("-n", "-k", "--limit"), "At most this many hits.", kind="int", metavar="N"),
            Option(("--sessions",), "Whole sessions instead of turns.", kind="flag"),
            Option(("--role",), "Only turns of this role.", choices=("user", "assistant", "tool", "system"), many=True),
            Option(("--tool",), "Only turns that call this tool.", metavar="NAME", many=True),
            Option(("--file",), "Only turns whose tool calls name this file.", metavar="PATH", many=True),
            Option(("--branch",), "Only turns on this git branch.", metavar="BRANCH", many=True),
            Option(("--project",), "Only this project's folder or directory.", metavar="DIR", many=True),
            Option(("--since",), "Only what was said on or after DATE.", metavar="DATE"),
            Option(("--until",), "Only what was said on or before DATE.", metavar="DATE"),
            Option(("--typed-only",), "Only what a person typed.", kind="flag"),
            ALL_PROJECTS,
            Option(("-e", "--explain"), "Show what each step gave and why.", kind="flag"),
            Option(("--scan",), "Do without the index.", kind="flag"),
        ),
        examples=(
            "memdir session search which port does the simulator use",
            "memdir session search --sessions --since 2026-11-01 rounding",
            "memdir session search --file refunds.py --role assistant tax",
        ),
        description="Exit code 1 when nothing is found.",
    ),
)  # fmt: skip
