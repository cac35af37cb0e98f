"""`memdir dream`: whether it is time to consolidate, what would be done, doing it, and taking it back."""

from __future__ import annotations

import os

from memdir.dates import local_text, rfc3339
from memdir.errors import EXIT_LOCKED, EXIT_NOTHING, EXIT_OK, LockedError, NotFoundError, UsageError
from memdir.files import shown
from memdir.sessions.applying import Outcome
from memdir.sessions.attempts import AGENT, BY_HAND
from memdir.sessions.consolidation import Prepare, Result, consolidate, guarded_plan
from memdir.sessions.gate import Verdict, check_lock, evaluate
from memdir.sessions.notice import read_notice, write_notice
from memdir.sessions.runs import Run, Runs

from .app import App, Values
from .changing import lock_wait, say
from .dream_choice import chooser, selected
from .dream_output import (
    LEFT_OUT,
    operation_fields,
    report_run,
    report_skipped,
    run_fields,
    run_text,
    say_commit,
    show_operation,
    show_plan,
    status_line,
)
from .dreaming import agent_preparer, commit_paths, digest_of, gate_of_workspace, place_of, preparer, unattended
from .table import DRY_RUN, YES, Argument, Command, Option


def run_status(app: App, values: Values) -> int:
    """The gates one by one, the last run, and what is proposed."""
    workspace = app.workspace()
    gate = gate_of_workspace(workspace)
    verdict = evaluate(gate, app.environment.now(), every=True)
    runs = Runs(gate.state_dir, gate.root).newest(1) if gate.state_dir is not None else []
    notice = read_notice(gate.state_dir) if gate.state_dir is not None else None
    if app.out.json:
        app.out.object("dream/1", {
            "root": shown(gate.root), "source": workspace.primary.label, "due": verdict.due,
            "because": verdict.because, "auto": workspace.settings.text("dream.auto"),
            "last_run": rfc3339(verdict.last_run) if verdict.last_run is not None else None,
            "gates": [
                {"gate": c.name, "passed": c.passed, "said": c.said, "have": c.have, "need": c.need,
                 "until": rfc3339(c.until) if c.until is not None else None}
                for c in verdict.checks
            ],
            "run": run_fields(runs[0]) if runs else None, "notice": notice, "took_ms": app.out.took_ms(),
        })  # fmt: skip
        return EXIT_OK
    status_line(app, "memory", shown(gate.root))
    auto = workspace.settings.text("dream.auto")
    status_line(app, "dream", _due(verdict, auto))
    for check in verdict.checks:
        until = f" (from {local_text(check.until)})" if check.until is not None else ""
        status_line(app, check.name, f"{'yes' if check.passed else 'no ':4} {check.said}{until}")
    if runs:
        status_line(
            app, "last", f"run {runs[0].number}, {local_text(runs[0].when)}: {run_text(runs[0])}", "memdir dream log"
        )
    status_line(app, "plan", notice or "not made yet", "" if notice else "memdir dream plan")
    return EXIT_OK


def _due(verdict: Verdict, auto: str) -> str:
    if not verdict.due:
        return f"not by itself now: {verdict.because}"
    does = "do what loses no words" if auto == "apply" else "make a plan"
    return f"due: the next hook or the daemon will {does}"


def run_plan(app: App, values: Values) -> int:
    """What a run would do; 1 when there is nothing."""
    place = place_of(app.workspace())
    _, guarded = guarded_plan(place, preparer(app.workspace()), now=app.environment.now())
    if read_notice(place.state_dir) is not None:
        write_notice(place.state_dir, [g.operation for g in guarded])
    numbers = selected(guarded, values.many("only"), values.many("except_"))
    if app.out.json:
        rows = [{**operation_fields(g), "number": n} for n, g in enumerate(guarded, 1) if n in numbers]
        app.out.object("dream-plan/1", {"root": shown(place.root), "operations": rows, "took_ms": app.out.took_ms()})
        return EXIT_OK if rows else EXIT_NOTHING
    show_plan(app, guarded, numbers)
    if not numbers:
        app.out.note("there is nothing to consolidate")
        return EXIT_NOTHING
    app.out.note("to do it: memdir dream run")
    return EXIT_OK


def run_run(app: App, values: Values) -> int:
    """Consolidate."""
    workspace = app.workspace()
    place = place_of(workspace)
    now = app.environment.now()
    if not os.path.isdir(place.root):
        return report_skipped(app, "there is no memory directory yet", EXIT_OK)
    prepare = _prepare(app, values)
    if values.flag("if_due"):
        return _run_if_due(app, values, prepare)
    lock = check_lock(place.root, now)
    if not lock.passed and not values.flag("dry_run"):
        return report_skipped(app, lock.said, EXIT_LOCKED)
    if values.flag("dry_run"):
        _, guarded = guarded_plan(place, prepare, now=now)
        numbers = selected(guarded, values.many("only"), values.many("except_"))
        outcomes = [Outcome(g.operation, "" if n in numbers else LEFT_OUT) for n, g in enumerate(guarded, 1)]
        if not app.out.json:
            show_plan(app, guarded, numbers)
        return report_run(app, Result(tuple(outcomes), None), dry_run=True)
    if values.text("agent") and not values.flag("yes") and not app.out.interactive:
        raise UsageError("nothing changed, add --yes", code="not-confirmed")  # before the agent works for minutes
    how = AGENT if values.text("agent") else BY_HAND
    choose = chooser(app, values, show_operation)
    try:
        result = consolidate(place, prepare, choose, now=now, how=how, digest=digest_of(workspace))
    except LockedError as error:  # taken by another since it was looked at
        return report_skipped(app, error.message, EXIT_LOCKED)
    say(app, result.recovered)
    write_notice(place.state_dir, [o.operation for o in result.outcomes if o.skipped])
    commit = ""
    if result.run is not None:
        message = f"memdir dream {result.run.number}: {result.run.summary}"
        commit = say_commit(app, commit_paths(workspace, result.paths, message, asked=values.flag("commit")))
    return report_run(app, result, dry_run=False, commit=commit)


def _prepare(app: App, values: Values) -> Prepare:
    command, seconds = values.text("agent"), values.number("timeout")
    if command is None:
        return preparer(app.workspace())
    if seconds is None or not seconds > 0:
        raise UsageError("a time limit is more than 0 seconds", hint="--timeout 600")
    return agent_preparer(app.workspace(), command, seconds, lambda text: say(app, [text]))


def _run_if_due(app: App, values: Values, prepare: Prepare) -> int:
    """As hooks do it: every gate is asked, and nobody is there to answer."""
    told = unattended(app.workspace(), prepare=prepare, commit=values.flag("commit"))
    if told.skipped_because:
        return report_skipped(app, told.skipped_because, EXIT_OK)
    if told.result is None:
        if app.out.json:
            return report_skipped(app, told.notice or "there is nothing to consolidate", EXIT_OK)
        app.out.line(told.notice or "there is nothing to consolidate")
        return EXIT_OK
    return report_run(app, told.result, dry_run=False, commit=say_commit(app, told.committed))


def run_undo(app: App, values: Values) -> int:
    """Take a run back."""
    from memdir.sessions.taking_back import take_back

    workspace = app.workspace()
    place = place_of(workspace)
    runs = Runs(place.state_dir, place.root)
    run = _chosen_run(runs, values.text("run"))
    if run is None:
        app.out.note("there is no run to take back")
        if app.out.json:
            nothing: dict[str, object] = {
                "run": None,
                "restored": [],
                "merged": [],
                "left": [],
                "took_ms": app.out.took_ms(),
            }
            app.out.object("dream-undo/1", {**nothing, "took_ms": app.out.took_ms()})
        return EXIT_NOTHING
    if not app.out.confirm(f"Take back run {run.number} ({run.summary})?", yes=values.flag("yes")):
        raise UsageError("nothing changed, add --yes", code="not-confirmed")
    undone, recovered = take_back(place, run, now=app.environment.now(), wait=lock_wait(app))
    say(app, recovered)
    paths = (*undone.restored, *undone.merged)
    commit = say_commit(app, commit_paths(workspace, paths, f"memdir dream undo {run.number}")) if paths else ""
    if app.out.json:
        lists = {how: [shown(p) for p in getattr(undone, how)] for how in ("restored", "merged", "left")}
        app.out.object(
            "dream-undo/1", {"run": run.number, **lists, "commit": commit or None, "took_ms": app.out.took_ms()}
        )
    else:
        if undone.transactions:
            app.out.line(f"undone: run {run.number}: {run.summary}")
        for path in undone.merged:
            app.out.note(f"{shown(path)} changed since: its later lines are kept")
        for path in undone.left:
            app.out.note(f"{shown(path)} changed since: left as it is")
    return EXIT_OK if undone.transactions else EXIT_NOTHING


def _chosen_run(runs: Runs, text: str | None) -> Run | None:
    if text is None:
        return next((run for run in runs.newest() if run.outcome == "applied"), None)
    if not text.isascii() or not text.isdigit():
        raise UsageError(f"{text!r} is no number of a run", hint="memdir dream log lists them")
    run = runs.find(int(text))
    if run is None:
        raise NotFoundError(f"there is no run {text}", hint="memdir dream log lists them")
    if run.outcome != "applied":
        raise UsageError(f"run {text} is {run.outcome}: there is nothing to take back", hint="memdir dream log")
    return run


def run_log(app: App, values: Values) -> int:
    """The runs, newest first; 1 when there are none."""
    limit = values.integer("limit")
    if limit is None or limit < 1:
        raise UsageError("a limit is at least 1", hint="-n 5")
    place = place_of(app.workspace())
    found = Runs(place.state_dir, place.root).newest(limit)
    if app.out.json:
        app.out.object("dream-log/1", {"runs": [run_fields(run) for run in found], "took_ms": app.out.took_ms()})
        return EXIT_OK if found else EXIT_NOTHING
    for run in found:
        app.out.line(f"{run.number:4}  {local_text(run.when)}  {run.how:10}  {run_text(run)}")
    if not found:
        app.out.note("nothing was consolidated by memdir yet")
    return EXIT_OK if found else EXIT_NOTHING


_ONLY = Option(("--only",), "Only this kind, number or memory.", metavar="WHAT", many=True)
_EXCEPT = Option(("--except",), "Not this kind, number or memory.", metavar="WHAT", many=True)

COMMANDS = (
    Command(
        "dream",
        "Show whether it is time to consolidate, and why not.",
        run_status,
        examples=("memdir dream",),
        description="What hooks and the daemon start waits for time and sessions; by hand only the lock counts.",
    ),
    Command(
        "dream plan",
        "Show what a dream would do, and why.",
        run_plan,
        options=(_ONLY, _EXCEPT),
        examples=("memdir dream plan", "memdir dream plan --only date"),
    ),
    Command(
        "dream run",
        "Consolidate the memory.",
        run_run,
        options=(
            Option(("--if-due",), "Only when every gate says yes.", kind="flag"),
            _ONLY,
            _EXCEPT,
            Option(("-i", "--interactive"), "Ask for each operation.", kind="flag"),
            Option(("-y", "--yes"), "Do it, but for what needs you.", kind="flag"),
            Option(("--guarded",), "With --yes: also what needs you.", kind="flag"),
            Option(("--commit",), "Commit in a project's repository, too.", kind="flag"),
            Option(("--agent",), "Have this command propose the changes.", metavar="CMD"),
            Option(("--timeout",), "Seconds that the agent has (600).", kind="float", default=600.0),
            DRY_RUN,
        ),
        examples=("memdir dream run --dry-run", "memdir dream run --yes"),
        description="Nothing is deleted: what leaves goes to the archive, and `memdir dream undo` takes it all back. "
        "What needs you is left as it is until you confirm it on a terminal: what is pinned, what you wrote since the "
        "last run, contradictions, and whatever takes over a tenth of the memories out of use in 30 days.",
    ),
    Command(
        "dream undo",
        "Take a dream back.",
        run_undo,
        arguments=(Argument("RUN", "Its number (the last one).", required=False),),
        options=(YES,),
        examples=("memdir dream undo --yes",),
        description="Files come back byte for byte. One that changed since is left alone and named.",
    ),
    Command(
        "dream log",
        "List the dreams.",
        run_log,
        options=(Option(("-n", "--limit"), "How many (20).", kind="int", default=20),),
        examples=("memdir dream log",),
    ),
)
