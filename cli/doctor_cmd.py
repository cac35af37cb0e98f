"""`memdir doctor`: is everything that memdir needs as it should be, and do the hooks fire."""

from __future__ import annotations

import os

from memdir.errors import MemdirError
from memdir.files import make_private_dir

from .app import App, Values
from .diagnosis import Check, examine
from .install_cmd import places_of
from .program import program_of
from .table import Command, Option

_MARKS = {"ok": ("ok", "green"), "info": ("note", "blue"), "warning": ("warning", "yellow"), "error": ("error", "red")}


def run(app: App, values: Values) -> int:
    """Examine; 0 when all is well, 1 with warnings, 2 with errors."""
    fire = not values.flag("no_fire")
    found = list(examine(app.workspace(), places_of(app), program_of(app), fire=fire))
    mended: list[str] = []
    if values.flag("fix"):
        mended = _mend(app, found)
        if mended:
            found = list(examine(app.workspace(), places_of(app), program_of(app), fire=fire))
    levels = {check.level for check in found}
    code = 2 if "error" in levels else 1 if "warning" in levels else 0
    if app.out.json:
        rows = [check._asdict() for check in found]
        app.out.object("doctor/1", {"checks": rows, "mended": mended, "exit_code": code, "took_ms": app.out.took_ms()})
        return code
    wide = max(len(check.part) for check in found)
    for check in found:
        mark, colour = _MARKS[check.level]
        app.out.wrapped(f"{app.out.styled(f'{mark:<7}', colour)}  {check.part:<{wide}}  ", check.said)
        if check.help and check.level != "ok":
            app.out.wrapped(" " * (wide + 11), app.out.styled(check.help, "dim"))
    for done in mended:
        app.out.note(f"mended: {done}")
    if not values.flag("fix") and any(check.mend for check in found):
        app.out.note("memdir doctor --fix mends what it can by itself")
    return code


def _mend(app: App, found: list[Check]) -> list[str]:
    """What can be mended without asking: a stale index, and folders of our own that others can enter."""
    workspace = app.workspace()
    done: list[str] = []
    for check in found:
        try:
            if check.mend == "sync":
                for source in workspace.sources:
                    if source.exists and check.said.startswith(f"{source.label}: "):
                        workspace.sync(source)
                        done.append(f"the index of {source.label}")
            elif check.mend == "tighten":
                for folder in (workspace.state_dir, workspace.cache_dir):
                    if folder and os.path.isdir(folder) and os.stat(folder).st_mode & 0o077:
                        make_private_dir(folder)
                        done.append(folder)
        except MemdirError as error:
            app.out.note(f"memdir: {error}")
    return done


COMMANDS = (
    Command(
        "doctor",
        "See whether everything works, hooks included.",
        run,
        options=(
            Option(("--fix",), "Mend what can be mended without asking: the index, modes of folders.", kind="flag"),
            Option(("--no-fire",), "Do not run the hooks.", kind="flag"),
        ),
        examples=("memdir doctor", "memdir doctor --fix"),
        description="Exit code 0 when all is well, 1 with warnings, 2 with errors. Hooks are run once, with a sample "
        "and a state of their own, so that nothing is noted of it.",
    ),
)
