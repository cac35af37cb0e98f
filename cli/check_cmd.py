"""`memdir check [DIR]`: what is wrong or doubtful in the memory files."""

from __future__ import annotations

import os
from itertools import groupby

from memdir.baseline import new_findings, read_baseline, write_baseline
from memdir.check import check, refuse_unknown
from memdir.check_fix import plan_fixes
from memdir.errors import EXIT_NOTHING, EXIT_OK, BadInputError, UsageError
from memdir.files import shown
from memdir.model import Finding, Source

from .app import App, Values
from .changing import carry_out
from .check_output import report, show_diff
from .health import remember
from .table import DRY_RUN, YES, Argument, Command, Option


def run(app: App, values: Values) -> int:
    """Check the directories that were named, or those of the project."""
    if values.flag("sarif") and app.out.json:
        raise UsageError("--json and --sarif are two forms of one output", hint="give one of them")
    roots = _roots(app, values.many("dir"))
    findings = _findings(app, values, roots)
    if values.flag("fix") and _fix(app, values, findings):
        findings = _findings(app, values, roots)
    path = values.text("baseline")
    if path is None and values.flag("update_baseline"):
        raise UsageError("--update-baseline needs --baseline FILE")
    if path is not None:
        path = os.path.join(app.environment.cwd, path)
        if values.flag("update_baseline"):
            app.out.note(f"{write_baseline(path, findings)} findings accepted in {shown(path)}")
        accepted = read_baseline(path)
        if accepted is None:
            raise BadInputError("there is no baseline", path=shown(path), hint="make it with --update-baseline")
        findings = new_findings(findings, accepted)
    report(app, findings, as_sarif=values.flag("sarif"), several=len(roots) > 1)
    fails = findings if values.flag("strict") else [f for f in findings if f.severity == "error"]
    return EXIT_NOTHING if fails else EXIT_OK


def _roots(app: App, given: list[str]) -> list[str]:
    """The directories to check; one that lies in another is checked with it."""
    if given:
        roots = {os.path.abspath(os.path.join(app.environment.cwd, os.path.expanduser(name))): name for name in given}
        for root, name in roots.items():
            if not os.path.isdir(root):
                raise BadInputError("no such directory", path=shown(name))
    else:
        roots = {os.path.realpath(source.root): "" for source in app.workspace().sources if source.exists}
        if not roots:
            raise BadInputError("there is no memory directory here", hint="memdir check DIR checks any directory")
    return [r for r in sorted(roots) if not any(r.startswith(other.rstrip(os.sep) + os.sep) for other in roots)]


def _findings(app: App, values: Values, roots: list[str]) -> list[Finding]:
    """The findings of all roots. Without flags and DIR the settings choose the codes, and status learns the count."""
    select, ignore = _codes(values.many("select")), _codes(values.many("ignore"))
    whole = not (select or ignore or values.many("dir"))
    if whole:
        settings = app.workspace().settings
        select, ignore = [list(settings.items(f"check.{name}")) for name in ("select", "ignore")]
    refuse_unknown([*select, *ignore])
    found: list[Finding] = []
    for root in roots:
        of_root = check(root, select=select, ignore=ignore, now=app.environment.now())
        if whole:
            remember(app.workspace(), root, of_root)
        found += of_root
    return found


def _codes(given: list[str]) -> list[str]:
    return [code.strip() for text in given for code in text.split(",") if code.strip()]


def _fix(app: App, values: Values, findings: list[Finding]) -> bool:
    """Show the repairs and, when that is wanted, make them; True when files were changed. Raises `UsageError` when it
    was not confirmed."""
    by_root = {root: list(group) for root, group in groupby(findings, key=lambda f: f.root)}
    plans = {root: plan_fixes(root, found) for root, found in by_root.items()}
    changes = [change for plan in plans.values() for change in plan.changes]
    if not changes:
        app.out.note("nothing that can be repaired by itself")
        return False
    for change in changes:
        show_diff(app, change)
    if values.flag("dry_run"):
        return False
    files = "1 file" if len(changes) == 1 else f"{len(changes)} files"
    if not app.out.confirm(f"Repair {files}?", yes=values.flag("yes")):
        raise UsageError("nothing changed, add --yes", code="not-confirmed")
    for root, plan in plans.items():
        if plan.changes:
            _repair(app, root, by_root[root])
    app.out.note(f"{files} repaired (memdir undo takes it back)")
    return True


def _repair(app: App, root: str, findings: list[Finding]) -> None:
    source = Source("given", "given", root, "checked")
    carry_out(app, source, "check --fix", lambda store: plan_fixes(store.root, findings), yes=True)


COMMANDS = (
    Command(
        "check",
        "Find what is wrong in the memory files.",
        run,
        arguments=(Argument("DIR", "Check these directories instead of the project's.", required=False, many=True),),
        options=(
            Option(("--strict",), "Fail on warnings too, not on errors alone.", kind="flag"),
            Option(("--select",), "Only these codes (or their beginnings).", metavar="CODE", many=True),
            Option(("--ignore",), "Not these codes.", metavar="CODE", many=True),
            Option(("--baseline",), "Leave out what this file accepts.", metavar="FILE"),
            Option(("--update-baseline",), "Accept today's findings in the baseline.", kind="flag"),
            Option(("--fix",), "Repair what can be repaired, the diff first.", kind="flag"),
            Option(("--sarif",), "Print SARIF 2.1.0.", kind="flag"),
            YES,
            DRY_RUN,
        ),
        examples=(
            "memdir check --select secret",
            "memdir check .claude/memory .claude/agent-memory --ignore index,link --ignore relative-date,invalid-yaml",
            "memdir check --fix --yes --ignore index",
        ),
        description="Exit code 1 when there are errors (with --strict: anything). docs/check.md explains each code.",
    ),
)
