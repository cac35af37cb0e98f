"""`memdir tidy`: MEMORY.md put right."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Iterator, Mapping

from memdir.changes import Plan
from memdir.errors import UsageError
from memdir.files import shown
from memdir.memory_index import MAX_LINES, MAX_UNITS, usage
from memdir.model import Source
from memdir.store import Store
from memdir.tidying import Tidying, plan_tidy

from .app import App, Values
from .changing import carry_out, show_plan
from .named import several
from .table import DRY_RUN, YES, Command, Option


def run(app: App, values: Values) -> int:
    """Put every MEMORY.md of every directory right; 1 with `--check` when one is not."""
    workspace = app.workspace()
    now = app.environment.now()
    sources = [s for s in workspace.sources if os.path.isdir(s.root)] or [workspace.primary]
    found = {source: plan_tidy(Store(source.root), now=now) for source in sources}
    untidy = {source: tidying for source, tidying in found.items() if tidying.plan.changes}
    looking = values.flag("check") or values.flag("diff") or values.flag("dry_run")
    for source, tidying in found.items():
        if not app.out.json:
            _explain(app, tidying, _place(app, source))
        if values.flag("diff"):
            _diff(app, tidying, _place(app, source))
    changed = [] if looking else _apply(app, untidy, now=now, yes=values.flag("yes"))
    if app.out.json:
        _print_json(app, found, changed)
    elif not untidy:
        app.out.line("MEMORY.md is tidy")
    for source in () if app.out.json else changed:
        for change in untidy[source].plan.changes:
            app.out.line(_place(app, source) + shown(change.path))
    return 1 if values.flag("check") and untidy else 0


def _apply(app: App, untidy: Mapping[Source, Tidying], *, now: float, yes: bool) -> list[Source]:
    """Tidy these directories, each in a transaction of its own; those that were changed. Raises `UsageError` when it
    was not confirmed."""
    if not untidy:
        return []
    if not yes:
        for source, tidying in untidy.items():
            show_plan(app, tidying.plan, _place(app, source))
        if not app.out.confirm("Apply?", yes=False):
            raise UsageError("nothing changed, add --yes", code="not-confirmed")

    def plan(store: Store) -> Plan:
        return plan_tidy(store, now=now).plan

    applied = [(source, carry_out(app, source, "tidy", plan, yes=True)) for source in untidy]
    return [source for source, done in applied if done is not None and done.changed]


def _place(app: App, source: Source) -> str:
    """What stands before a path when there are several directories."""
    return f"{source.label}:" if several(app) else ""


def _explain(app: App, found: Tidying, place: str) -> None:
    for id in found.expired:
        app.out.note(f"expired: {place}{id}")
    for home, (_, tidied) in found.indexes.items():
        name = place + shown(home)
        for old, new in tidied.followed:
            app.out.note(f"{name}: follows {old} to {new}")
        for target in tidied.removed:
            app.out.note(f"{name}: out {shown(target)}")
        for target in tidied.added:
            app.out.note(f"{name}: in {shown(target)}")
        for line, target in tidied.flagged:
            app.out.note(f"{name}:{line}: dead link to {shown(target)}, left for you")
        used = usage(tidied.text)
        if tidied.left_out:
            app.out.note(f"{name} is full; left out, recall still finds them: {', '.join(tidied.left_out)}")
        if not used.fits:
            app.out.note(
                f"{name} has {used.lines} lines and {used.units} characters, the limits are {MAX_LINES} and "
                f"{MAX_UNITS}: the rest is not loaded; move text into topic files"
            )


def _diff(app: App, found: Tidying, place: str) -> None:
    for home, (before, tidied) in found.indexes.items():
        name = place + shown(home)
        lines = difflib.unified_diff(
            before.splitlines(), tidied.text.splitlines(), f"a/{name}", f"b/{name}", lineterm="", n=1
        )
        for line in lines:
            style = {"+": "green", "-": "red"}.get(line[:1])
            clean = line.encode("utf-8", "replace").decode("utf-8")
            app.out.line(app.out.styled(clean, style) if style else clean)


def _print_json(app: App, found: Mapping[Source, Tidying], changed: Collection[Source]) -> None:
    app.out.object(
        "tidy/1",
        {
            "changed": bool(changed),
            "tidy": not any(tidying.plan.changes for tidying in found.values()),
            "expired": [id for tidying in found.values() for id in tidying.expired],
            "indexes": [row for source, tidying in found.items() for row in _rows(source, tidying)],
            "took_ms": app.out.took_ms(),
        },
    )


def _rows(source: Source, found: Tidying) -> Iterator[dict[str, object]]:
    for home, (_, tidied) in found.indexes.items():
        yield {
            "path": shown(home), "source": source.label, "root": shown(source.root),
            "removed": [shown(t) for t in tidied.removed], "added": list(tidied.added),
            "followed": [{"from": shown(old), "to": new} for old, new in tidied.followed],
            "left_out": list(tidied.left_out),
            "flagged": [{"line": line, "target": shown(target)} for line, target in tidied.flagged],
            "lines": usage(tidied.text).lines, "units": usage(tidied.text).units,
        }  # fmt: skip


COMMANDS = (
    Command(
        "tidy",
        "Repair MEMORY.md.",
        run,
        options=(
            Option(("--check",), "Change nothing; exit 1 when it is not tidy.", kind="flag"),
            Option(("--diff",), "Change nothing; show the difference.", kind="flag"),
            YES,
            DRY_RUN,
        ),
        examples=("memdir tidy --diff", "memdir tidy --yes"),
        description="In every directory of the project: dead entries go or follow their file, missing memories get a "
        "line, superseded and expired ones lose theirs; headings, order and wording stay. What does not fit into the "
        "limits is left out and named.",
    ),
)
