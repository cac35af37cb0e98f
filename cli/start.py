"""The process from its start to its end: what `memdir` and `python -m memdir` run."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

from .process import open_closed_streams, real_environment


def run() -> NoReturn:
    """The whole process with its own arguments, then out at once.

    Two things Python does for long lives are left out, since most runs last 40 ms: looking for garbage among what was
    just imported (3 ms), and taking every object apart at the end (5 ms). Everything is closed and flushed by then.
    """
    gc.set_threshold(100_000)
    _speak_utf8()
    code = 0
    if not _answer_agent():
        from .main import main

        code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue  # closed, or full: `main` has said so
    os._exit(code)


def _answer_agent() -> bool:
    """Answer `memdir hook EVENT` without the command line's table and output (5 ms of 50); False for any other line,
    and for one that needs the command line to say what is wrong."""
    if sys.argv[1:2] != ["hook"] or len(sys.argv) != 3:
        return False
    from memdir.errors import MemdirError
    from memdir.hook_events import BY_WORD

    if sys.argv[2] not in BY_WORD:
        return False
    open_closed_streams()
    try:
        from .hook_run import run_hook

        run_hook(sys.argv[2], real_environment())
    except (MemdirError, MemoryError):
        return False
    return True


def _speak_utf8() -> None:
    """Start again in Python's UTF-8 mode where file names would be read in another encoding (a Latin-1 locale, or the C
    locale with that mode switched off): memories are named in UTF-8. What is printed keeps the locale's encoding."""
    if sys.getfilesystemencoding().lower() == "utf-8" or sys.flags.ignore_environment or not sys.executable:
        return
    printing = sys.stdout.encoding if sys.stdout is not None else "ascii"
    environment = {**os.environ, "PYTHONUTF8": "1"}
    environment.setdefault("PYTHONIOENCODING", printing)
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)
