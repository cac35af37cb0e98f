"""`memdir history`, `undo` and `redo`: what was changed, and taking it back."""

from __future__ import annotations

from collections.abc import Callable

from memdir.dates import rfc3339
from memdir.errors import BadInputError, UsageError
from memdir.files import shown
from memdir.journal import Journal, Transaction, Undone
from memdir.lock import hold
from memdir.model import INDEX_NAME, Source

from .app import App, Values
from .changing import action, lock_wait, say
from .table import DRY_RUN, YES, Argument, Command, Option


def run_history(app: App, values: Values) -> int:
    """The last changes, newest first; 1 when there are none."""
    limit = values.integer("limit")
    if limit is None or limit < 1:
        raise BadInputError("a limit is at least 1", hint="-n 5")
    found = [(entry, source) for source in app.workspace().sources for entry in _journal(app, source).history(limit)]
    found = sorted(found, key=lambda pair: (-pair[0].when, -pair[0].number))[:limit]
    if app.out.json:
        rows = [{**_fields(entry), "source": source.label} for entry, source in found]
        app.out.object("history/1", {"history": rows, "took_ms": app.out.took_ms()})
    else:
        for entry, _ in found:
            state = "" if entry.state == "done" else f"  [{entry.state}]"
            app.out.line(f"{entry.number:5}  {rfc3339(entry.when)[:19]}Z  {entry.command}{state}")
        if not found:
            app.out.note("nothing was changed by memdir yet")
    return 0 if found else 1


def run_undo(app: App, values: Values) -> int:
    """Take the last changes back; 1 when there are none."""
    count = _count(values.text("count"))
    return _run(app, values, "undo", lambda j: j.undoable(count), lambda j, now: j.undo(count, now=now))


def run_redo(app: App, values: Values) -> int:
    """Take the last undo back; 1 when there is none."""
    return _run(app, values, "redo", lambda j: j.redoable(), lambda j, now: j.redo(now=now))


def _run(
    app: App, values: Values, command: str, find: Callable[[Journal], tuple[Transaction, ...]],
    take_back: Callable[[Journal, float], Undone],
) -> int:  # fmt: skip
    """Undo or redo by the one rule for changes (design §9), in the directory with the latest change to take back."""
    newest = [(found[0].when, s) for s in app.workspace().sources if (found := find(_journal(app, s)))]
    if not newest:
        app.out.note(f"there is nothing to {command}")
        return 1
    source = max(newest, key=lambda pair: pair[0])[1]
    journal = _journal(app, source)
    targets = find(journal)
    if values.flag("dry_run"):
        return _preview(app, command, source, targets)
    if len(targets) > 1 or any(_memories(t) > 1 for t in targets):
        if not values.flag("yes") and not app.out.json:
            _show(app, targets)
        if not app.out.confirm(f"{command.capitalize()}?", yes=values.flag("yes")):
            raise UsageError("nothing changed, add --yes", code="not-confirmed")
    now = app.environment.now()
    with hold(source.root, command=f"memdir {command}", now=now, wait=lock_wait(app)):
        say(app, journal.recover())
        done = take_back(journal, now)
    return _report(app, command, source, done)


def _preview(app: App, command: str, source: Source, targets: tuple[Transaction, ...]) -> int:
    """What a dry run says."""
    if app.out.json:
        _print_json(app, command, source, Undone(targets, (), (), ()), dry_run=True)
    else:
        _show(app, targets)
        app.out.note("nothing changed (dry run)")
    return 0


def _show(app: App, targets: tuple[Transaction, ...]) -> None:
    for target in targets:
        app.out.note(f"undo {target.number}: {target.command}")
        for change in target.changes:
            app.out.note(f"  {_back(action(change)):8} {shown(change.path)}")


def _report(app: App, command: str, source: Source, done: Undone) -> int:
    """Say what was taken back; 1 when nothing could be."""
    if app.out.json:
        _print_json(app, command, source, done, dry_run=False)
    else:
        for target in done.transactions:
            app.out.line(f"undone: {target.command}")
        for path in done.merged:
            app.out.note(f"{shown(path)} changed since: its later lines are kept")
        for path in done.left:
            app.out.note(f"{shown(path)} changed since: left as it is")
    return 1 if done.left and not (done.restored or done.merged) else 0


def _print_json(app: App, command: str, source: Source, done: Undone, *, dry_run: bool) -> None:
    app.out.object(
        f"{command}/1",
        {
            "undone": [_fields(transaction) for transaction in done.transactions],
            "restored": [shown(path) for path in done.restored],
            "merged": [shown(path) for path in done.merged],
            "left": [shown(path) for path in done.left],
            "root": shown(source.root),
            "dry_run": dry_run,
            "took_ms": app.out.took_ms(),
        },
    )


def _journal(app: App, source: Source) -> Journal:
    return Journal(app.workspace().state_of(source.root), source.root)


def _count(text: str | None) -> int:
    if text is None:
        return 1
    if not text.isdigit() or int(text) < 1:
        raise UsageError(f"{text!r} is no number of changes", hint="memdir undo 2")
    return int(text)


def _memories(transaction: Transaction) -> int:
    """How many memories a transaction touched: one that was moved, archived or restored is one."""
    actions = [action(c) for c in transaction.changes if c.path.rpartition("/")[2] != INDEX_NAME]
    return actions.count("changed") + max(actions.count("added"), actions.count("deleted"))


def _back(done: str) -> str:
    return {"added": "deleted", "deleted": "added"}.get(done, done)


def _fields(entry: Transaction) -> dict[str, object]:
    return {
        "number": entry.number,
        "when": rfc3339(entry.when),
        "command": entry.command,
        "state": entry.state,
        "changes": [{"path": shown(change.path), "action": action(change)} for change in entry.changes],
    }


COMMANDS = (
    Command(
        "undo",
        "Take back the last change.",
        run_undo,
        arguments=(Argument("COUNT", "How many changes (1).", required=False),),
        options=(YES, DRY_RUN),
        examples=("memdir undo --dry-run",),
        description="Files come back byte for byte. One that changed since is left alone and named; in MEMORY.md "
        "later lines are kept.",
    ),
    Command(
        "redo",
        "Take back the last undo.",
        run_redo,
        options=(YES, DRY_RUN),
        examples=("memdir redo",),
        description="What an undo took back is made again, by the same rules, and can be undone again.",
    ),
    Command(
        "history",
        "What memdir changed.",
        run_history,
        options=(Option(("-n", "--limit"), "How many (20).", kind="int", default=20),),
        examples=("memdir history",),
    ),
)
