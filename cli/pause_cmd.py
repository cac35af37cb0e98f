"""`memdir pause` and `memdir resume`: stop what memdir does unasked, and have it again."""

from __future__ import annotations

import os
import re

from memdir.errors import BadInputError, StorageError
from memdir.switches import pause, resume, switched_off

from .app import App, Values
from .table import Command, Option

_UNITS = {"m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}


def run_pause(app: App, values: Values) -> int:
    """Pause the project's memory, or everything."""
    length = values.text("for_")
    until = None if length is None else app.environment.now() + _seconds(length)
    pause(_folder(app, values), until)
    return _said(app, values, "pause")


def run_resume(app: App, values: Values) -> int:
    """Take a pause back; 1 when there was none."""
    was = resume(_folder(app, values))
    if not was and not app.out.json:
        app.out.note("memdir: it was not paused")
    code = _said(app, values, "resume")
    return code if was else 1


def _folder(app: App, values: Values) -> str:
    workspace = app.workspace()
    if values.flag("all") and values.flag("project"):
        raise BadInputError("--project and --all exclude each other")
    if workspace.state_dir is None:
        raise StorageError("there is no place to keep a pause", hint="set MEMDIR_STATE_DIR")
    return workspace.state_dir if values.flag("all") else workspace.state_of(os.path.realpath(workspace.primary.root))


def _said(app: App, values: Values, command: str) -> int:
    workspace = app.workspace()
    own = workspace.state_of(os.path.realpath(workspace.primary.root))
    off = switched_off(app.environment, workspace.located.claude, workspace.state_dir, own)
    if app.out.json:
        app.out.object(f"{command}/1", {"off": off, "all": values.flag("all"), "took_ms": app.out.took_ms()})
    else:
        app.out.line(f"hooks do nothing: {off}" if off else "hooks are on")
    return 0


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d{1,6}(?:\.\d+)?)\s*([mhdw])", text.strip().lower(), re.ASCII)
    if match is None or float(match[1]) <= 0:
        raise BadInputError(f"{text!r} is no length of time", hint="30m, 2h, 3d or 1w")
    return float(match[1]) * _UNITS[match[2]]


_SCOPE = (
    Option(("--project",), "This project's memory (the default).", kind="flag"),
    Option(("--all",), "Every project's.", kind="flag"),
)

COMMANDS = (
    Command(
        "pause",
        "Stop injecting, learning and dreaming unasked.",
        run_pause,
        options=(*_SCOPE, Option(("--for",), "For this long: 30m, 2h, 3d, 1w.", metavar="TIME")),
        examples=("memdir pause --for 2h", "memdir pause"),
        description="Until `memdir resume`, or for a time. Commands that a person runs go on working.",
    ),
    Command(
        "resume",
        "Take a pause back.",
        run_resume,
        options=_SCOPE,
        examples=("memdir resume",),
        description="Exit code 1 when it was not paused.",
    ),
)
