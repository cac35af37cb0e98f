"""What the dream's commands print: operations with their reasons and diffs, runs, why nothing was done."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from memdir.dates import rfc3339
from memdir.errors import EXIT_OK
from memdir.files import shown
from memdir.secrets import mask
from memdir.sessions.applying import Outcome
from memdir.sessions.consolidation import Result
from memdir.sessions.git_commit import Committed
from memdir.sessions.guards import Guarded
from memdir.sessions.notice import counted
from memdir.sessions.operation import Operation, diff
from memdir.sessions.runs import Run

from .app import App
from .changing import say

LEFT_OUT = "left out"
NOT_CONFIRMED = "not confirmed"
"""Why a person's own choice leaves an operation out."""
_LABEL = 10
_MARK = re.compile(r"\+ +(?:review:$|- \{kind: )")
"""A line of the field that `memdir review` reads."""


def show_operation(app: App, number: int, one: Guarded) -> None:
    """One operation for people: what, why, on what evidence, and the difference it makes."""
    operation = one.operation
    asks = app.out.styled(f"  needs you: {one.asks}", "yellow") if one.asks and operation.changes else ""
    app.out.line(
        f"{app.out.styled(f'{number:3}  {operation.kind}', 'bold')}  {shown(', '.join(operation.paths))}{asks}"
    )
    app.out.wrapped("     ", mask(shown(operation.reason)))
    for line in operation.evidence:
        if line not in operation.reason:
            app.out.line(f"       {mask(shown(line))}")
    show_diff(app, operation)
    app.out.line()


def show_diff(app: App, operation: Operation) -> None:
    """The difference that an operation makes; of one that only marks its files for `memdir review`, just that."""
    lines = mask(diff(operation)).splitlines()
    made = [line for line in lines if line[:1] in "+-" and not line.startswith(("+++ ", "--- "))]
    if made and all(map(_MARK.match, made)):
        app.out.line("     (marked in the file, for memdir review)")
        return
    for line in lines:
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
        app.out.line("     " + app.out.styled(line, style) if style else f"     {line}".rstrip())


def show_plan(app: App, guarded: Sequence[Guarded], numbers: Collection[int]) -> None:
    """The operations with these numbers, what they are in all before them."""
    chosen = [(number, one) for number, one in enumerate(guarded, 1) if number in numbers]
    if chosen:
        app.out.line(counted([one.operation for _, one in chosen]))
        app.out.line()
    for number, one in chosen:
        show_operation(app, number, one)


def report_skipped(app: App, because: str, code: int) -> int:
    """Say why nothing was done."""
    if app.out.json:
        app.out.object("dream-run/1", {"skipped_because": because, "took_ms": app.out.took_ms()})
    else:
        app.out.note(f"nothing was done: {because}")
    return code


def report_run(app: App, result: Result, *, dry_run: bool, commit: str = "") -> int:
    """Say what a run did, or with `dry_run` that it did nothing."""
    if app.out.json:
        app.out.object("dream-run/1", {
            "run": result.run.number if result.run is not None else None,
            "operations": [_outcome_fields(outcome) for outcome in result.outcomes],
            "applied": 0 if dry_run else result.applied,
            "skipped": sum(1 for outcome in result.outcomes if outcome.skipped),
            "dry_run": dry_run, "commit": commit or None, "notes": list(result.recovered), "took_ms": app.out.took_ms(),
        })  # fmt: skip
        return EXIT_OK
    if dry_run:
        app.out.note("nothing changed (dry run)")
        return EXIT_OK
    width = max((len(o.operation.kind) for o in result.outcomes if not o.skipped), default=0)
    for outcome in result.outcomes:
        if not outcome.skipped:
            app.out.line(f"{outcome.operation.kind:<{width}}  {shown(', '.join(outcome.operation.paths))}")
    for outcome in result.outcomes:
        if outcome.skipped and outcome.skipped != LEFT_OUT:
            told = f"{outcome.operation.kind} {shown(', '.join(outcome.operation.paths))}: {shown(outcome.skipped)}"
            app.out.note(f"skipped: {told}")
    if any(outcome.skipped not in ("", LEFT_OUT, NOT_CONFIRMED) for outcome in result.outcomes):
        app.out.note("to be asked about these: memdir dream run -i")
    if result.run is None:
        app.out.note("nothing to change")
    else:
        app.out.note(f"run {result.run.number}; to take it back: memdir dream undo {result.run.number}")
    return EXIT_OK


def run_text(run: Run) -> str:
    """What a run was, in a line."""
    return (run.summary or "nothing") + ("" if run.outcome == "applied" else f"  [{run.outcome}]")


def run_fields(run: Run) -> dict[str, object]:
    """A run as JSON."""
    operations = [{**told, "reason": mask(str(told.get("reason") or ""))} for told in run.operations]
    return {
        "run": run.number, "when": rfc3339(run.when), "how": run.how, "outcome": run.outcome, "summary": run.summary,
        "operations": operations, "change": run.transaction,
    }  # fmt: skip


def operation_fields(one: Guarded) -> dict[str, object]:
    """An operation of a plan as JSON."""
    return {**_fields(one.operation), "asks": one.asks or None}


def _outcome_fields(outcome: Outcome) -> dict[str, object]:
    return {**_fields(outcome.operation), "skipped": outcome.skipped or None}


def _fields(operation: Operation) -> dict[str, object]:
    return {
        "kind": operation.kind, "paths": [shown(path) for path in operation.paths],
        "reason": mask(shown(operation.reason)), "evidence": [mask(shown(line)) for line in operation.evidence],
        "diff": mask(diff(operation)), "safe": operation.safe,
    }  # fmt: skip


def status_line(app: App, label: str, text: str, command: str = "") -> None:
    """One line of the status."""
    app.out.wrapped(f"{label:<{_LABEL}}", text, app.out.styled(f"-> {command}", "yellow") if command else "")


def say_commit(app: App, done: Committed) -> str:
    """Say why there is no commit; the commit, empty without one."""
    if done.refused:
        say(app, [f"not committed: {done.refused}"])
    return done.commit
