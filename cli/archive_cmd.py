"""`memdir rm`, `restore` and `purge`: away, back, and gone for good."""

from __future__ import annotations

import os

from memdir.archive import Archived, archived, find_archived, forget, purge, remove, restore, restore_bytes
from memdir.changes import Plan
from memdir.errors import NotFoundError, UsageError
from memdir.files import shown
from memdir.last_bytes import LastBytes, Lost
from memdir.model import Source
from memdir.names import Names
from memdir.scan import walk

from .app import App, Values
from .changing import Planner, carry_out, lock_wait, report, run_plan
from .named import named, readings, several
from .table import DRY_RUN, YES, Argument, Command, Option


def run_rm(app: App, values: Values) -> int:
    """Move memories to the archive."""
    source, names = named(app, *values.many("names"))
    applied = carry_out(app, source, "rm", lambda store: remove(store, names), dry_run=values.flag("dry_run"))
    if applied is not None:
        kept = [shown(os.path.join(source.root, c.path)) for c in applied.plan.changes if c.path.endswith(".archived")]
        report(app, "rm", source, applied, said="\n".join(kept), more={"archived": kept})
    return 0


def run_restore(app: App, values: Values) -> int:
    """Put an archived or lost memory back; without NAME list what there is."""
    name = values.text("name")
    if name is None:
        return _list(app)
    plan, source = _find(app, name)
    return run_plan(app, values, source, "restore", plan)


def _find(app: App, name: str) -> tuple[Planner, Source]:
    """The plan that restores what NAME means: from the archive of any directory, else from the last bytes."""
    failure: NotFoundError | None = None
    for source, wanted in readings(app, name):
        try:
            return _from_archive(find_archived(source.root, wanted)), source
        except NotFoundError as error:
            failure = failure or error
    for source, wanted in readings(app, name):
        kept = LastBytes(app.workspace().state_of(source.root))
        lost = [item.id for item in _lost(app, source)]
        try:
            id = Names((id, id.rpartition("/")[2]) for id in lost).lookup(wanted)
        except NotFoundError:
            continue
        found = kept.read(id)
        if found is not None:
            return _from_last_bytes(id, *found), source
    assert failure is not None
    raise failure


def _from_archive(item: Archived) -> Planner:
    return lambda store: restore(store, item)


def _from_last_bytes(id: str, data: bytes, mtime_ns: int) -> Planner:
    return lambda store: restore_bytes(store, id, data, mtime_ns)


def _lost(app: App, source: Source) -> list[Lost]:
    present = walk(source.root).ids
    return LastBytes(app.workspace().state_of(source.root)).lost(present, now=app.environment.now())


def _list(app: App) -> int:
    rows: list[dict[str, object]] = []
    for source in app.workspace().sources:
        rows += [
            {"id": item.id, "path": shown(item.path), "source": source.label, "kind": "archived", "size": item.size}
            for item in archived(source.root)
        ]
        rows += [
            {"id": item.id, "path": item.id, "source": source.label, "kind": "lost", "size": item.size}
            for item in _lost(app, source)
        ]
    if app.out.json:
        app.out.object("restore/1", {"restorable": rows, "took_ms": app.out.took_ms()})
    else:
        labelled = several(app)
        for row in rows:
            label = f"{row['source']}:" if labelled else ""
            app.out.line(f"{row['kind']:8}  {label}{row['path']}")
        if not rows:
            app.out.note("nothing is archived or lost")
    return 0 if rows else 1


def run_purge(app: App, values: Values) -> int:
    """Delete from the archive: asks always."""
    names, forever = values.many("names"), values.flag("forever")
    if not names and not values.flag("all"):
        raise UsageError("name what to purge, or give --all", hint="memdir restore lists the archive")
    source, items = _chosen(app, names)
    plan = purge(source.root, items)
    if not items:
        app.out.note("the archive is empty")
        if app.out.json:
            _purged(app, source, plan, 0, dry_run=values.flag("dry_run"))
        return 1
    for item in items if not app.out.json else ():
        app.out.note(f"  {'delete for good' if forever else 'delete'} {shown(item.path)}")
    if values.flag("dry_run"):
        _purged(app, source, plan, 0, dry_run=True)
        return 0
    if not app.out.confirm(f"Delete {len(items)} archived file{'s' * (len(items) > 1)}?", yes=values.flag("yes")):
        raise UsageError("nothing changed, add --yes", code="not-confirmed")
    if forever:
        state = app.workspace().state_of(source.root)
        entries = forget(source.root, state, items, now=app.environment.now(), wait=lock_wait(app))
        _purged(app, source, plan, entries)
        return 0
    applied = carry_out(app, source, "purge", lambda store: purge(store.root, items), yes=True)
    if applied is not None:
        _purged(app, source, plan, 0)
    return 0


def _purged(app: App, source: Source, plan: Plan, entries: int, *, dry_run: bool = False) -> None:
    if app.out.json:
        paths = [shown(change.path) for change in plan.changes]
        app.out.object("purge/1", {"purged": paths, "root": shown(source.root), "journal_entries": entries,
                                   "dry_run": dry_run, "took_ms": app.out.took_ms()})  # fmt: skip
        return
    if dry_run:
        app.out.note("nothing changed (dry run)")
        return
    for change in plan.changes:
        app.out.line(shown(os.path.join(source.root, change.path)))
    if entries:
        app.out.note(f"{entries} journal entries that held the text are gone too")


def _chosen(app: App, names: list[str]) -> tuple[Source, list[Archived]]:
    sources = app.workspace().sources
    if not names:
        source = next((s for s in sources if archived(s.root)), app.workspace().primary)
        return source, archived(source.root)
    for source in sources:
        try:
            found = [find_archived(source.root, name.removeprefix(f"{source.label}:")) for name in names]
        except NotFoundError:
            continue
        return source, list({item.path: item for item in found}.values())
    return app.workspace().primary, [find_archived(app.workspace().primary.root, name) for name in names]


COMMANDS = (
    Command(
        "rm",
        "Move memories to the archive.",
        run_rm,
        arguments=(Argument("NAMES", "The memories.", many=True, is_memory=True),),
        options=(DRY_RUN,),
        examples=("memdir rm search-synonyms",),
        description="The file goes to .archive/<path>.md.archived, which no agent reads, and its line out of "
        "MEMORY.md. `memdir restore` brings it back, `memdir undo` too.",
    ),
    Command(
        "restore",
        "Bring back an archived or lost memory.",
        run_restore,
        arguments=(Argument("NAME", "The memory; without it the list.", required=False),),
        options=(DRY_RUN,),
        examples=("memdir restore",),
        description="Lost is what another program deleted: the index remembers the last bytes of every file.",
    ),
    Command(
        "purge",
        "Delete archived memories.",
        run_purge,
        arguments=(Argument("NAMES", "The archived memories.", required=False, many=True),),
        options=(
            Option(("--all",), "Everything in the archive.", kind="flag"),
            Option(("--forever",), "From the journal too: no undo.", kind="flag"),
            YES,
            DRY_RUN,
        ),
        examples=("memdir purge --all --dry-run",),
        description="The journal keeps the bytes, so that `memdir undo` works; --forever deletes them there too "
        "(with every journal entry that holds them), for a secret that should never have been written.",
    ),
)
