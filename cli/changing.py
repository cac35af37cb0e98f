"""What all changing commands share: which directory, the one rule for changes, what is printed about them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping

from memdir.changes import Applied, Plan, apply
from memdir.errors import EXIT_OK, BadInputError, MemdirError, UsageError
from memdir.files import read_file, shown
from memdir.journal import MAX_CHANGED_FILE, Change
from memdir.lock import DEFAULT_WAIT
from memdir.model import MAX_FILE_BYTES, Source
from memdir.projects import ownership_note
from memdir.store import Store

from .app import App, Values

Planner = Callable[[Store], Plan]


def carry_out(
    app: App, source: Source, command: str, plan: Planner, *, yes: bool = False, dry_run: bool = False,
    ask: Callable[[Plan], bool] | None = None,
) -> Applied | None:  # fmt: skip
    """Apply a plan by the one rule for changes (design §9); None after a dry run.

    Where `ask` says that the plan changes more than was named, it is shown and confirmed first; without `ask` it
    never does. Raises `UsageError` when it was not confirmed.
    """
    if dry_run or (ask is not None and not yes):
        preview = plan(Store(source.root))
        asks = ask is not None and bool(preview.changes) and ask(preview)
        if dry_run or asks:
            show_plan(app, preview)
        if dry_run:
            report(app, command, source, Applied(preview, None), dry_run=True)
            return None
        if asks and not app.out.confirm("Apply?", yes=False):
            raise UsageError("nothing changed, add --yes", code="not-confirmed")
    applied = apply(
        source.root,
        app.workspace().state_of(source.root),
        plan,
        command=f"memdir {command}",
        now=app.environment.now(),
        wait=lock_wait(app),
    )
    whose = ownership_note(app.workspace().located, source.root) if applied.changed else None
    say(app, (*applied.recovered, *([whose] if whose else [])))
    return applied


def run_plan(
    app: App, values: Values, source: Source, command: str, plan: Planner, *, ask: Callable[[Plan], bool] | None = None
) -> int:
    """Carry out and report: all there is to a command that changes one memory. `ask` as in `carry_out`; the command
    then takes `--yes`."""
    yes = ask is not None and values.flag("yes")
    applied = carry_out(app, source, command, plan, yes=yes, dry_run=values.flag("dry_run"), ask=ask)
    if applied is not None:
        report(app, command, source, applied)
    return EXIT_OK


def lock_wait(app: App) -> float:
    """Seconds to wait for another changing command (`lock.wait`)."""
    wait = app.workspace().settings.number("lock.wait")
    return DEFAULT_WAIT if wait is None else wait


def say(app: App, notes: Iterable[str]) -> None:
    """Notes for people on stderr."""
    if not app.out.json:
        for note in notes:
            app.out.note(f"note: {shown(note)}")


def show_plan(app: App, plan: Plan, place: str = "") -> None:
    """The plan, a line per file (each after its `place`), on stderr; with --json a dry run tells it."""
    if app.out.json:
        return
    for change in plan.changes:
        if change.before != change.after:
            app.out.note(f"  {action(change):8} {place}{shown(change.path)}")


def action(change: Change) -> str:
    """What becomes of the file: added, changed, deleted."""
    return "added" if change.before is None else "deleted" if change.after is None else "changed"


def report(
    app: App, command: str, source: Source, applied: Applied, *, said: str | None = None, dry_run: bool = False,
    more: Mapping[str, object] | None = None,
) -> None:  # fmt: skip
    """Print what was done: `said` (or the path of the memory) on stdout, notes on stderr; with --json one object."""
    plan = applied.plan
    path = os.path.join(source.root, plan.id) if plan.id else source.root
    if app.out.json:
        changes = [{"path": shown(c.path), "action": action(c)} for c in plan.changes if c.before != c.after]
        app.out.object(
            f"{command}/1",
            {
                "id": plan.id, "path": shown(path), "source": source.label, "root": shown(source.root),
                "changed": applied.changed, "dry_run": dry_run, "changes": changes, "also": list(plan.also),
                "notes": [*applied.recovered, *plan.notes], **(more or {}), "took_ms": app.out.took_ms(),
            },
        )  # fmt: skip
        return
    for note in plan.notes:
        app.out.note(f"note: {note}")
    if dry_run:
        app.out.note("nothing changed (dry run)")
    elif not applied.changed:
        app.out.note("nothing to change")
    if not dry_run:
        app.out.line(said if said is not None else shown(path))


def read_stdin() -> str:
    """All of stdin as text. Raises `UsageError` when it is closed, `BadInputError` when it is no UTF-8 or too long."""
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError("stdin is closed", hint="give the text as an argument")
    try:
        data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError("stdin cannot be read", hint="give the text as an argument") from error
    if len(data) > MAX_FILE_BYTES:
        raise BadInputError(f"stdin holds more than {MAX_FILE_BYTES} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"stdin is not UTF-8 (byte {error.start})", hint="convert it first, e.g. with iconv"
        ) from None


def edit_text(app: App, name: str, data: bytes, use: Callable[[bytes], None], *, instead: str) -> None:
    """Open `$VISUAL` or `$EDITOR` on a private copy called `name` and pass what was saved to `use`. Whatever fails
    then, the copy is kept and named when there is new text in it. `instead` is what can be done without an
    editor. Raises `UsageError` without one or when it failed."""
    editor = app.environment.env.get("VISUAL") or app.environment.env.get("EDITOR")
    if not editor:
        raise UsageError("no editor is set", hint=f"set EDITOR, or {instead}")
    folder = tempfile.mkdtemp(prefix="memdir-edit-")
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data)
    keep = False
    try:
        _open_editor(app, editor, path)
        use(read_file(path, MAX_CHANGED_FILE))
    except MemdirError as error:
        keep = _has_new_text(path, data)
        if keep:
            error.hint = f"{error.hint}; " if error.hint else ""
            error.hint += f"your text is kept in {shown(path)}"
        raise
    except KeyboardInterrupt:
        keep = _has_new_text(path, data)
        if keep:
            app.out.note(f"your text is kept in {shown(path)}")
        raise
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _open_editor(app: App, editor: str, path: str) -> None:
    try:
        code = subprocess.call([*shlex.split(editor), path], env=dict(app.environment.env))
    except (OSError, ValueError) as error:
        raise UsageError(f"the editor {editor!r} cannot be started: {error}", hint="set EDITOR") from error
    if code != 0:
        raise UsageError(f"the editor ended with {code}: nothing changed")
    if not os.path.lexists(path):
        raise UsageError("the editor left no file: nothing changed")


def _has_new_text(path: str, data: bytes) -> bool:
    try:
        saved = read_file(path, MAX_CHANGED_FILE)
    except MemdirError:
        return os.path.lexists(path)  # there, but it cannot be read: not ours to delete
    return bool(saved.strip()) and saved != data
