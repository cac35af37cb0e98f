"""What `memdir check` prints: text, JSON, SARIF, and the diff of a repair."""

from __future__ import annotations

import difflib
import json
import os
from itertools import groupby

from memdir import __version__
from memdir.check_codes import CHECK_FIX, TIDY
from memdir.files import shown
from memdir.journal import Change
from memdir.model import Finding
from memdir.quoting import one_line
from memdir.sarif import sarif
from memdir.secrets import mask

from .app import App

_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


def report(app: App, findings: list[Finding], *, as_sarif: bool, several: bool = False) -> None:
    """The findings as text grouped by file, as one JSON object, or as SARIF. `several` directories were checked: the
    text names each."""
    if as_sarif:
        prefixes = {root: _prefix(app.environment.cwd, root) for root in {f.root for f in findings}}
        app.out.line(json.dumps(sarif(findings, version=__version__, prefixes=prefixes)))
    elif app.out.json:
        fields = ("code", "path", "line", "severity", "message", "fix", "root")
        listed = [{name: getattr(finding, name) for name in fields} for finding in findings]
        listed = [{**entry, "root": shown(str(entry["root"]))} for entry in listed]
        app.out.object("check/1", {"findings": listed, "took_ms": app.out.took_ms()})
    else:
        _text(app, findings, several=several)


def _prefix(cwd: str, root: str) -> str:
    relative = os.path.relpath(root, cwd).replace(os.sep, "/")
    return "" if relative == "." or relative.startswith("..") else relative + "/"


def _to_open(cwd: str, root: str, path: str, *, several: bool) -> str:
    """The path from where memdir was called. A directory that does not lie below is left out where there is no other:
    the lines stay short."""
    prefix = _prefix(cwd, root)
    outside = os.path.relpath(root, cwd).startswith("..")
    return os.path.join(root, path) if several and outside else prefix + path


def _text(app: App, findings: list[Finding], *, several: bool) -> None:
    for (root, path), group in groupby(findings, key=lambda f: (f.root, f.path)):
        shared = list(group)
        opened = one_line(shown(_to_open(app.environment.cwd, root, path, several=several)))
        places = [opened + (f":{f.line}" if f.line else "") for f in shared]
        wide = max(map(len, places))
        code_wide = max(len(f.code) for f in shared)
        for place, finding in zip(places, shared, strict=True):
            severity = app.out.styled(f"{finding.severity:<7}", _COLOURS[finding.severity])
            app.out.wrapped(f"{place + ':':<{wide + 1}} {severity} {finding.code:<{code_wide}}  ", finding.message)
    counts = {s: sum(f.severity == s for f in findings) for s in ("error", "warning", "info")}
    said = ", ".join(f"{n} {s}{'s' if n != 1 and s != 'info' else ''}" for s, n in counts.items() if n)
    app.out.note(said or "nothing to report")
    for command in (CHECK_FIX, TIDY):
        fixable = sum(f.fix == command for f in findings)
        if fixable:
            app.out.note(f"{command} repairs {fixable} of them")


def show_diff(app: App, change: Change) -> None:
    """One file's change as a unified diff on stderr, its secrets masked."""
    before, after = (mask((data or b"").decode("utf-8", "replace")) for data in (change.before, change.after))
    path = shown(change.path)
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), f"a/{path}", f"b/{path}", n=1, lineterm="")
    for line in lines:
        app.out.note(line.rstrip("\r"))
