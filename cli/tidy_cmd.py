"""`memdir tidy`: MEMORY.md put right."""

from __future__ import annotations

import difflib

from memdir.changes import Applied, Plan
from memdir.files import shown
from memdir.memory_index import MAX_LINES, MAX_UNITS, usage
from memdir.store import Store
from memdir.tidying import Tidying, plan_tidy

from .app import App, Values
from .changing import carry_out
from .table import DRY_RUN, YES, Command, Option


def run(app: App, values: Values) -> int:
    """Put every MEMORY.md of the directory right; 1 with `--check` when one is not."""
    source = app.workspace().primary
    now = app.environment.now()
    found = plan_tidy(Store(source.root), now=now)
    looking = values.flag("check") or values.flag("diff") or values.flag("dry_run")
    applied: Applied | None = None
    if not app.out.json:
        _explain(app, found)
    if values.flag("diff"):
        _diff(app, found)
    if not looking and found.plan.changes:

        def plan(store: Store) -> Plan:
            return plan_tidy(store, now=now).plan

        applied = carry_out(app, source, "tidy", plan, yes=values.flag("yes"), ask=lambda made: True)
    if app.out.json:
        _print_json(app, found, applied)
    elif not found.plan.changes:
        app.out.line("MEMORY.md is tidy")
    elif applied is not None:
        app.out.line("\n".join(shown(change.path) for change in found.plan.changes))
    return 1 if values.flag("check") and found.plan.changes else 0


def _explain(app: App, found: Tidying) -> None:
    for id in found.expired:
        app.out.note(f"expired: {id}")
    for home, (_, tidied) in found.indexes.items():
        for old, new in tidied.followed:
            app.out.note(f"{shown(home)}: follows {old} to {new}")
        for target in tidied.removed:
            app.out.note(f"{shown(home)}: out {shown(target)}")
        for target in tidied.added:
            app.out.note(f"{shown(home)}: in {shown(target)}")
        for line, target in tidied.flagged:
            app.out.note(f"{shown(home)}:{line}: dead link to {shown(target)}, left for you")
        used = usage(tidied.text)
        if tidied.left_out:
            app.out.note(f"{shown(home)} is full; left out, recall still finds them: {', '.join(tidied.left_out)}")
        if not used.fits:
            app.out.note(
                f"{shown(home)} has {used.lines} lines and {used.units} characters, the limits are {MAX_LINES} and "
                f"{MAX_UNITS}: the rest is not loaded; move text into topic files"
            )


def _diff(app: App, found: Tidying) -> None:
    for home, (before, tidied) in found.indexes.items():
        lines = difflib.unified_diff(
            before.splitlines(), tidied.text.splitlines(), f"a/{shown(home)}", f"b/{shown(home)}", lineterm="", n=1
        )
        for line in lines:
            style = {"+": "green", "-": "red"}.get(line[:1])
            clean = line.encode("utf-8", "replace").decode("utf-8")
            app.out.line(app.out.styled(clean, style) if style else clean)


def _print_json(app: App, found: Tidying, applied: Applied | None) -> None:
    app.out.object(
        "tidy/1",
        {
            "changed": applied is not None and applied.changed,
            "tidy": not found.plan.changes,
            "expired": list(found.expired),
            "indexes": [
                {
                    "path": shown(home), "removed": [shown(t) for t in tidied.removed], "added": list(tidied.added),
                    "followed": [{"from": shown(old), "to": new} for old, new in tidied.followed],
                    "left_out": list(tidied.left_out),
                    "flagged": [{"line": line, "target": shown(target)} for line, target in tidied.flagged],
                    "lines": usage(tidied.text).lines, "units": usage(tidied.text).units,
                }
                for home, (_, tidied) in found.indexes.items()
            ],
            "took_ms": app.out.took_ms(),
        },
    )  # fmt: skip


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
        description="Dead entries go or follow their file, missing memories get a line, superseded and expired ones "
        "lose theirs; headings, order and wording stay. What does not fit into the limits is left out and named.",
    ),
)
