"""`memdir extract`: candidates for memories out of what was said in a session."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

from memdir.dates import rfc3339
from memdir.errors import EXIT_NOTHING, EXIT_OK, NotFoundError, UsageError
from memdir.files import shown

from .app import App, Values
from .extracting import background_of, gate_of_settings, make_memory, own_sessions_of
from .session_named import PLACES, SESSION, all_sessions, session_named
from .table import DRY_RUN, YES, Command, Option

if TYPE_CHECKING:
    from memdir.sessions.candidates import Candidate
    from memdir.sessions.catalogue import Session
    from memdir.sessions.extraction import Background, Found, Outcome, Read

_LEFT = {
    "known": "a memory says it already", "said": "the instructions or git say it", "again": "said again",
    "secret": "holds a secret", "shared": "about a person, and this directory is shared",
}  # fmt: skip


def run(app: App, values: Values) -> int:
    """Propose, and with --apply keep. 1 when there is nothing."""
    from memdir.sessions.candidates import candidates

    if values.text("session") is not None and values.flag("since_last"):
        raise UsageError("give a session or --since-last, not both")
    state = app.workspace().state_of(app.workspace().primary.root)
    background = background_of(app.workspace())
    rows = [_extract(app, values, session, state, background) for session in _sessions(app, values)]
    there = candidates(state)
    if values.flag("dry_run"):
        there |= {one.id: one for _, _, outcome in rows for one in outcome.proposed}
    asked = {session for read, _, _ in rows for session in (read.session, read.last.session)}
    waiting = [one for one in there.values() if one.status == "open" and asked & set(one.sessions)]
    kept = _apply(app, values, waiting) if values.flag("apply") else {}
    _report(app, values, rows, waiting, kept)
    return EXIT_OK if waiting else EXIT_NOTHING


def _sessions(app: App, values: Values) -> list[Session]:
    """The session that is named, all with --since-last, else the newest."""
    if values.text("session") is not None:
        return [session_named(app, values)]
    found = all_sessions(app, values).sessions
    if not found:
        raise NotFoundError("there are no sessions", hint="memdir where shows where they are looked for")
    wanted = found if values.flag("since_last") else found[:1]
    return [session._replace(path=path, parts=()) for session in wanted for path in session.paths]


def _extract(
    app: App, values: Values, session: Session, state: str, background: Background
) -> tuple[Read, str, Outcome]:
    """Read what is new in one session and judge it; --since-last asks the gate first."""
    from memdir.sessions.candidates import candidates
    from memdir.sessions.extraction import Cursor, Outcome, cursor_of, due, judge, keep_cursor, read_session, record

    cursor = Cursor() if values.flag("again") else cursor_of(state, session.id)
    own = session.id in own_sessions_of(app.workspace())
    command = values.text("agent")
    read = read_session(session.id, session.path, cursor, own=own, keep=command is not None)
    why = due(gate_of_settings(app.workspace()), read) if values.flag("since_last") or read.own else ""
    if why or not read.new:
        return read, why or "nothing new", Outcome()
    found = _asked(app, values, command, read) if command is not None else read.found
    outcome = judge(found, candidates(state), background)
    if not values.flag("dry_run"):
        record(state, outcome, now=app.environment.now())
        keep_cursor(state, read, extracted=True)
    return read, "", outcome


def _asked(app: App, values: Values, command: str, read: Read) -> list[Found]:
    """What the agent finds in the new part of the session. Raises `AgentFailed`: then nothing was changed."""
    from memdir.sessions.agent_process import TIME_LIMIT, answer_of
    from memdir.sessions.extraction import Found
    from memdir.sessions.extraction_answer import parse_answer
    from memdir.sessions.extraction_prompt import extraction_prompt
    from memdir.store import Store

    if not read.conversation:
        return []
    memories = Store(app.workspace().primary.root).scan.memories
    prompt = extraction_prompt(read.conversation, [memory.description or memory.name for memory in memories[:200]])
    seconds = values.number("timeout")
    answer = answer_of(
        command, prompt, cwd=app.environment.cwd, env=app.environment.env,
        seconds=TIME_LIMIT if seconds is None else seconds,
    )  # fmt: skip
    return [Found(claim, read.last) for claim in parse_answer(answer)]


def _apply(app: App, values: Values, waiting: list[Candidate]) -> dict[str, str]:
    """Make memories of the candidates, by the one rule for changes; the id of each one's memory, or why not."""
    if not waiting:
        return {}
    if not app.out.json:
        for one in waiting:
            _show(app, one)
    if values.flag("dry_run"):
        return {}
    if not app.out.confirm(f"Keep {'this' if len(waiting) == 1 else f'these {len(waiting)}'}?", yes=values.flag("yes")):
        raise UsageError("nothing changed, add --yes", code="not-confirmed")
    kept: dict[str, str] = {}
    for one in waiting:
        try:
            kept[one.id] = make_memory(app.workspace(), one, "extract").plan.id
        except UsageError as error:  # there is one of that name or text by now
            app.out.note(f"{one.id}: {error.message}")
    return kept


def _report(
    app: App, values: Values, rows: list[tuple[Read, str, Outcome]], waiting: list[Candidate], kept: dict[str, str]
) -> None:
    if app.out.json:
        app.out.object("extract/1", {
            "sessions": [_session_fields(*row) for row in rows],
            "candidates": [{**candidate_fields(one), "memory": kept.get(one.id) or None} for one in waiting],
            "dry_run": values.flag("dry_run"), "took_ms": app.out.took_ms(),
        })  # fmt: skip
        return
    early = 0
    for read, why, outcome in rows:
        too_early = bool(why) and not why.startswith(("nothing", "memdir"))
        early += too_early
        if why and (len(rows) == 1 or too_early):
            app.out.note(f"{shown(read.session)}: {'not yet, ' if too_early else ''}{why}")
        for reason, count in Counter(left.why for left in outcome.left).items():
            kinds = ", ".join(sorted({left.kind for left in outcome.left if left.why == reason and left.kind}))
            app.out.note(f"left out: {count} ({_LEFT[reason]}{': ' + kinds if kinds else ''})")
    if early:
        app.out.note("to read one all the same: memdir extract SESSION")
    if not values.flag("apply"):
        for one in waiting:
            _show(app, one)
    for id in kept.values():
        app.out.line(shown(os.path.join(app.workspace().primary.root, id)))
    if not waiting:
        app.out.note("nothing to remember was found")
    elif values.flag("dry_run"):
        app.out.note("nothing changed (dry run)")
    elif not values.flag("apply"):
        app.out.note("to keep them: memdir extract --apply, or one by one: memdir review")


def _show(app: App, one: Candidate) -> None:
    """One candidate for people."""
    said = f", said in {len(one.sessions)} sessions" if len(one.sessions) > 1 else ""
    head = f"{one.id}  {one.type}/{one.category}  {one.confidence:.0%}{said}"
    app.out.line(app.out.styled(head, "bold"))
    app.out.wrapped("  ", one.text)
    if one.reason:
        app.out.wrapped("  ", f"why: {one.reason}")
    if one.relation == "update":
        app.out.wrapped("  ", f"changes {one.about}: {one.values[0]} -> {one.values[1]}")


def candidate_fields(one: Candidate) -> dict[str, object]:
    """A candidate as JSON."""
    return {
        "id": one.id, "category": one.category, "type": one.type, "confidence": one.confidence, "name": one.name,
        "description": one.description, "text": one.text, "reason": one.reason or None, "quote": one.quote,
        "relation": one.relation, "about": one.about or None, "values": list(one.values) if any(one.values) else None,
        "how": one.how, "language": one.language or None, "status": one.status,
        "evidence": [
            {"session": said.session, "turn": said.turn, "timestamp": rfc3339(said.when) if said.when else None}
            for said in one.evidence
        ],
    }  # fmt: skip


def _session_fields(read: Read, why: str, outcome: Outcome) -> dict[str, object]:
    return {
        "session": shown(read.session), "path": shown(read.path), "messages": read.messages, "new": read.new,
        "tool_calls": read.tool_calls, "skipped_because": why or None, "proposed": [one.id for one in outcome.proposed],
        "left": [{"why": left.why, "kind": left.kind or None, "id": left.id or None} for left in outcome.left],
    }  # fmt: skip


COMMANDS = (
    Command(
        "extract",
        "Find what a session said that is worth remembering.",
        run,
        arguments=(SESSION._replace(required=False),),
        options=(
            Option(("--since-last",), "All sessions with enough news since the last time.", kind="flag"),
            Option(("--again",), "Read from the beginning.", kind="flag"),
            Option(("--agent",), "Ask CMD (our text on its stdin) instead of the rules.", metavar="CMD"),
            Option(("--timeout",), "Seconds that CMD may take (300).", kind="float"),
            Option(("--apply",), "Make memories of the candidates.", kind="flag"),
            YES,
            DRY_RUN,
            *PLACES,
        ),
        examples=("memdir extract", "memdir extract --since-last --json"),
        description=(
            "Without SESSION the newest one. Candidates wait outside of the memory directory until --apply or "
            "memdir review."
        ),
    ),
)
