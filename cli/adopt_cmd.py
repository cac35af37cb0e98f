"""`memdir adopt`: merge an old directory of memories into the one in use."""

from __future__ import annotations

import os

from memdir.adopt import Adoption, adoption_plan, copies, directory_of_memories, plan_adoption
from memdir.changes import apply
from memdir.errors import UsageError
from memdir.files import shown
from memdir.model import INDEX_NAME
from memdir.orphans import find_orphans
from memdir.projects import ownership_note

from .app import App, Values
from .table import DRY_RUN, YES, Argument, Command, Option
from .where_cmd import print_orphans

_LISTED = 20
"""Files named of each kind; `--json` has all."""


def run(app: App, values: Values) -> int:
    """Show what is the same, new and in conflict; then copy what is new. Without DIR list what could be adopted."""
    given = values.text("dir")
    if given is None:
        return _list(app)
    both = values.flag("both")
    workspace = app.workspace()
    target = workspace.primary.root
    source = directory_of_memories(os.path.join(app.environment.cwd, os.path.expanduser(given)))
    adoption = plan_adoption(source, target)
    places = copies(adoption, both=both)
    if not app.out.json:
        _print(app, adoption, places if both else None)
    note = ownership_note(workspace.located, target)
    if note:
        app.out.note(shown(note))
    copied: tuple[str, ...] = ()
    nothing = not places and INDEX_NAME not in adoption.new
    wanted = not nothing and not values.flag("dry_run")
    applied = wanted and app.out.confirm("Copy these files?", yes=values.flag("yes"))
    if applied:
        done = apply(
            target, workspace.state_of(target), lambda store: adoption_plan(store, source, both=both),
            command="adopt", now=app.environment.now(),
        )  # fmt: skip
        copied = done.plan.also if done.changed else ()
        for line in done.recovered:
            app.out.note(line)
    if app.out.json:
        app.out.object("adopt/1", {**_fields(adoption), "applied": applied, "copied": list(copied)})
    elif applied:
        took = f"copied {len(copied)}, take it back with: memdir undo"
        app.out.line(took if done.changed else "nothing to copy any more: it is all there")
    elif nothing:
        app.out.line("nothing to copy")
    if wanted and not applied:
        raise UsageError("nothing changed, add --yes")
    return 0


def _list(app: App) -> int:
    orphans = find_orphans(app.workspace().located)
    if app.out.json:
        fields = [{"path": shown(o.path), "why": shown(o.why), "memories": o.memories} for o in orphans]
        app.out.object("adopt-list/1", {"orphans": fields})
    else:
        print_orphans(app, orphans)
        if not orphans:
            app.out.note("no other directory looks like this project's; name one: memdir adopt DIR")
    return 0 if orphans else 1


def _fields(adoption: Adoption) -> dict[str, object]:
    return {
        "source": shown(adoption.source),
        "target": shown(adoption.target),
        "same": list(adoption.same),
        "new": list(adoption.new),
        "conflicts": list(adoption.conflicts),
        "refused": [{"path": path, "why": shown(why)} for path, why in adoption.refused],
        "alike": [{"path": path, "existing": other} for path, other in adoption.alike],
        "index_text": adoption.index_text,
    }


def _print(app: App, adoption: Adoption, both: dict[str, str] | None) -> None:
    """The plan; `both` says where files in conflict go, None that they are left."""
    app.out.line(f"from {shown(adoption.source)}, which stays as it is")
    app.out.line(f"into {shown(adoption.target)}")
    left = "left; --both copies it under a new name"
    beside = {id: f"becomes {place}" for id, place in (both or {}).items()}
    groups = [
        ("same", [(path, "") for path in adoption.same]),
        ("new", [(path, "") for path in adoption.new]),
        (
            "conflict",
            [
                (path, left if both is None else beside.get(path, "copied before, or refused"))
                for path in adoption.conflicts
            ],
        ),
        ("left", list(adoption.refused)),
        ("name taken", [(path, f"has the name of {other}") for path, other in adoption.alike]),
    ]
    for label, rows in groups:
        if rows:
            app.out.line(f"  {app.out.styled(f'{label} ({len(rows)})', 'bold')}")
        for path, said in rows[:_LISTED]:
            app.out.line(f"    {app.out.styled(path)}" + (f"  ({shown(said)})" if said else ""))
        if len(rows) > _LISTED:
            app.out.line(f"    and {len(rows) - _LISTED} more")
    if adoption.index_text:
        app.out.line("  the old MEMORY.md holds text of its own, which stays there")


COMMANDS = (
    Command(
        "adopt",
        "Merge an old memory directory into this one.",
        run,
        arguments=(Argument("DIR", "The old directory; without it those that look like this project's.", False),),
        options=(
            Option(("--both",), "Copy files in conflict too, under new names.", kind="flag"),
            YES,
            DRY_RUN,
        ),
        examples=("memdir adopt .claude/agent-memory/reviewer --dry-run",),
        description=(
            "Shows what is the same, new and in conflict. Nothing is overwritten, the old directory stays, "
            "MEMORY.md gets the new lines, and memdir undo takes it back."
        ),
    ),
)
