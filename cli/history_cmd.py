"""`memdir history`, `undo` and `redo`: what was changed, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from heapq import merge
from itertools import islice
from typing import Any

from memdir.dates import local_text, rfc3339
from memdir.errors import BadInputError, MemdirError, NotFoundError, UsageError
from memdir.files import shown
from memdir.journal import Journal, Transaction, Undone
from memdir.lock import hold
from memdir.model import INDEX_NAME, Source

from .app import App, Values
from .changing import action, lock_wait, say
from .named import several
from .table import DRY_RUN, YES, Argument, Command, Option

Take = Callable[[Journal, Sequence[Transaction], float], Undone]
"""Takes some transactions of a journal back, at a time."""


def run_history(app: App, values: Values) -> int:
    """The last changes, newest first; 1 when there are none."""
    limit = values.integer("limit")
    if limit is None or limit < 1:
        raise BadInputError("a limit is at least 1", hint="-n 5")
    found = list(islice(_newest(app, lambda journal: journal.history(limit)), limit))
    if app.out.json:
        rows = [{**_fields(entry), "source": source.label} for entry, source in found]
        app.out.object("history/1", {"history": rows, "took_ms": app.out.took_ms()})
        return 0 if found else 1
    wide = max(len(source.label) for source in app.workspace().sources) + 2 if several(app) else 0
    for entry, source in found:
        state = "" if entry.state == "done" else f"  [{entry.state}]"
        label = f"{source.label:{wide}}" if wide else ""
        app.out.line(f"{entry.number:5}  {local_text(entry.when)}  {label}{entry.command}{state}")
    if not found:
        app.out.note("nothing was changed by memdir yet")
    return 0 if found else 1


def _newest(app: App, find: Callable[[Journal], Iterable[Transaction]]) -> Iterator[tuple[Transaction, Source]]:
    """What `find` gives of every directory's journal, newest first, each directory's in the order of its journal."""
    lists = [[(entry, source) for entry in find(_journal(app, source))] for source in app.workspace().sources]
    return merge(*lists, key=lambda pair: -pair[0].when)


def run_undo(app: App, values: Values) -> int:
    """Take the last changes back; 1 when there are none."""
    number = values.text("change")
    if number is not None:
        if values.text("count") is not None:
            raise UsageError("--change names one change: no COUNT goes with it")
        chosen = [_change(app, number)]
        return _run(app, values, "undo", chosen, lambda journal, found, now: journal.undo_of(found[0].number, now=now))
    count = _count(values.text("count"))
    chosen = list(islice(_newest(app, lambda journal: journal.undoable(count)), count))
    return _run(app, values, "undo", chosen, lambda journal, found, now: journal.undo(len(found), now=now))


def _change(app: App, text: str) -> tuple[Transaction, Source]:
    """The change that a number means, `LABEL:NUMBER` where several directories have one of that number."""
    label, _, number = text.rpartition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise UsageError(f"{text!r} is no number of a change", hint="memdir history has them")
    found = [
        (entry, source)
        for source in app.workspace().sources
        if label in ("", source.label)
        for entry in _journal(app, source).done(int(number))
    ]
    if len(found) > 1:
        labels = ", ".join(f"{source.label}:{number}" for _, source in found)
        raise UsageError(f"change {number} is in several directories", hint=f"one of {labels}")
    if not found or found[0][0].undoes:
        raise NotFoundError(f"there is no change {text} to take back", hint="memdir history")
    return found[0]


def run_redo(app: App, values: Values) -> int:
    """Take the last undo back, in every directory in which it was one; 1 when there is none."""
    found = list(_newest(app, lambda journal: journal.redoable()))
    chosen = [pair for pair in found if pair[0].when == found[0][0].when]
    return _run(app, values, "redo", chosen, lambda journal, _, now: journal.redo(now=now))


def _run(app: App, values: Values, command: str, chosen: list[tuple[Transaction, Source]], take: Take) -> int:
    """Undo or redo what was chosen, by the one rule for changes (design §9)."""
    sources = list(dict.fromkeys(source for _, source in chosen))
    targets = {source: [entry for entry, home in chosen if home == source] for source in sources}
    if not targets:
        if app.out.json:
            _print_json(app, command, {}, dry_run=values.flag("dry_run"))
        app.out.note(f"there is nothing to {command}")
        return 1
    dry_run, yes = values.flag("dry_run"), values.flag("yes")
    asks = not dry_run and (len(chosen) > 1 or any(_memories(entry) > 1 for entry, _ in chosen))
    if dry_run or asks:
        seen = {source: _journal(app, source).preview(entries) for source, entries in targets.items()}
        if not app.out.json and not (asks and yes):
            _show(app, chosen, seen)
        if dry_run:
            return _report(app, command, seen, dry_run=True)
        if not app.out.confirm(f"{command.capitalize()}?", yes=yes):
            raise UsageError("nothing changed, add --yes", code="not-confirmed")
    return _report(app, command, _take_back(app, command, targets, take), dry_run=False)


def _take_back(
    app: App, command: str, targets: Mapping[Source, Sequence[Transaction]], take: Take
) -> dict[Source, Undone]:
    """Undo or redo in every directory, with all of them locked before the first is changed."""
    now = app.environment.now()
    with ExitStack() as held:
        for source in targets:
            held.enter_context(hold(source.root, command=f"memdir {command}", now=now, wait=lock_wait(app)))
            say(app, _journal(app, source).recover())
        done = {source: take(_journal(app, source), entries, now) for source, entries in targets.items()}
    _tell_candidates(app, done, now)
    return done


def _tell_candidates(app: App, done: Mapping[Source, Undone], now: float) -> None:
    """A candidate whose memory was taken back waits for a decision again."""
    from memdir.sessions.candidates import follow

    for source, undone in done.items():
        try:
            follow(app.workspace().state_of(source.root), undone.transactions, now=now)
        except MemdirError as error:
            app.out.note(f"the candidates do not know of it: {error.message}")


def _show(app: App, chosen: list[tuple[Transaction, Source]], seen: Mapping[Source, Undone]) -> None:
    """What taking the chosen back would do, file by file."""
    for entry, source in chosen:
        app.out.note(f"undo {entry.number}: {_label(app, source)}{entry.command}")
        for change in entry.changes:
            left = change.path in seen[source].left
            app.out.note(f"  {'left' if left else _back(action(change)):8} {shown(change.path)}")


def _label(app: App, source: Source) -> str:
    return f"{source.label}: " if several(app) else ""


def _report(app: App, command: str, done: Mapping[Source, Undone], *, dry_run: bool) -> int:
    """Say what was taken back; 1 when nothing could be."""
    if app.out.json:
        _print_json(app, command, done, dry_run=dry_run)
    else:
        for source, undone in done.items():
            for target in () if dry_run else undone.transactions:
                app.out.line(f"undone: {_label(app, source)}{target.command}")
            for path in undone.merged:
                app.out.note(f"{_label(app, source)}{shown(path)} changed since: its later lines are kept")
            for path in undone.left:
                app.out.note(f"{_label(app, source)}{shown(path)} changed since: left as it is")
        if dry_run:
            app.out.note("nothing changed (dry run)")
    return 0 if any(undone.transactions for undone in done.values()) else 1


def _print_json(app: App, command: str, done: Mapping[Source, Undone], *, dry_run: bool) -> None:
    rows = [_outcome(source, undone) for source, undone in done.items()]
    first = next(iter(done), app.workspace().primary)
    sums = {key: [item for row in rows for item in row[key]] for key in ("undone", "restored", "merged", "left")}
    rest = {"directories": rows, "dry_run": dry_run, "took_ms": app.out.took_ms()}
    app.out.object(f"{command}/1", {**sums, "root": shown(first.root), **rest})


def _outcome(source: Source, done: Undone) -> dict[str, Any]:
    return {
        "source": source.label,
        "root": shown(source.root),
        "undone": [{**_fields(transaction), "source": source.label} for transaction in done.transactions],
        "restored": [shown(path) for path in done.restored],
        "merged": [shown(path) for path in done.merged],
        "left": [shown(path) for path in done.left],
    }


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
        options=(
            Option(("--change",), "This change of `memdir history`, whatever came after it.", metavar="NUMBER"),
            YES,
            DRY_RUN,
        ),
        examples=("memdir undo --dry-run",),
        description="Files come back byte for byte. One that changed since is left alone and named; in MEMORY.md "
        "later lines are kept. Of several directories the latest changes are taken, as `memdir history` lists them.",
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
