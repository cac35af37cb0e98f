"""How memdir was started, for what others are to start by themselves."""

from __future__ import annotations

import os
import sys

from memdir.hook_settings import Program

from .app import App


def program_of(app: App) -> Program:
    """How memdir was started, as others can start it: the command by its absolute path, else this Python with it."""
    given = sys.argv[0]
    if os.path.basename(given) in ("memdir", "memdir.exe"):
        path = os.path.abspath(os.path.join(app.environment.cwd, given)) if os.sep in given else _on_path(app, given)
        if path and os.access(path, os.X_OK):
            return Program(path)
    return Program(sys.executable, ("-m", "memdir"))


def _on_path(app: App, name: str) -> str | None:
    folders = app.environment.env.get("PATH", "").split(os.pathsep)
    paths = (os.path.join(folder, name) for folder in folders if os.path.isabs(folder))
    return next((path for path in paths if os.access(path, os.X_OK)), None)
