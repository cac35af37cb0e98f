"""This process as an `Environment`, the only reading of its variables, working directory and clock; and its streams."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from memdir.environment import Environment
from memdir.errors import BadInputError


def real_environment(directory: str | None = None) -> Environment:
    """The environment of this process; `directory` as `-C DIR` gives it. Raises BadInputError when there is none."""
    try:
        cwd = os.getcwd()
    except FileNotFoundError:
        raise BadInputError("the working directory does not exist any more", hint="cd to one that does") from None
    if directory is not None:
        cwd = os.path.abspath(os.path.join(cwd, os.path.expanduser(directory)))
        if not os.path.isdir(cwd):
            raise BadInputError("no such directory", path=directory)
    home = os.environ.get("HOME" if sys.platform != "win32" else "USERPROFILE") or None
    if home is not None:
        home = os.path.abspath(home)
    return Environment(cwd=cwd, home=home, env=dict(os.environ), platform=sys.platform, now=_clock())


def _clock() -> Callable[[], float]:
    """The clock, or the fixed time of `MEMDIR_NOW` (for output that is the same every day, as in the documentation)."""
    fixed = os.environ.get("MEMDIR_NOW")
    if not fixed:
        return time.time
    from memdir.dates import parse_date

    moment = parse_date(fixed)
    return lambda: moment


def open_closed_streams() -> None:
    """A stream that the caller closed becomes the null device: otherwise the next file that is opened would get its
    number, and what is printed would be written into it."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  open as long as the process
