"""memdir: search, check and share the memory coding agents already write, as plain files."""

from __future__ import annotations

import os as _os
from typing import TYPE_CHECKING as _TYPE_CHECKING

if _TYPE_CHECKING:
    from memdir.cli.answer import Answer as Answer
    from memdir.cli.hook_run import answer_hook as answer_hook
    from memdir.cli.workspace import Workspace as Workspace
    from memdir.cli.workspace import open as open
    from memdir.environment import Environment as Environment
    from memdir.errors import BadInputError as BadInputError
    from memdir.errors import IndexFailure as IndexFailure
    from memdir.errors import LockedError as LockedError
    from memdir.errors import MemdirError as MemdirError
    from memdir.errors import NotFoundError as NotFoundError
    from memdir.errors import StorageError as StorageError
    from memdir.errors import UsageError as UsageError
    from memdir.hit import Hit as Hit
    from memdir.model import Finding as Finding
    from memdir.model import Link as Link
    from memdir.model import Memory as Memory
    from memdir.model import Source as Source

__version__ = "0.1.0"

_checkout = _os.path.dirname(_os.path.dirname(_os.path.abspath(__file__)))
if _os.path.isfile(_os.path.join(_checkout, "pyproject.toml")) and _os.path.isdir(_os.path.join(_checkout, "sessions")):
    # A checkout keeps cli/, graph/ and sessions/ beside this folder; an installed wheel has them below it.
    __path__.append(_checkout)

_HOMES = {
    "Answer": "cli.answer",
    "BadInputError": "errors",
    "Environment": "environment",
    "Finding": "model",
    "Hit": "hit",
    "IndexFailure": "errors",
    "Link": "model",
    "LockedError": "errors",
    "MemdirError": "errors",
    "Memory": "model",
    "NotFoundError": "errors",
    "Source": "model",
    "StorageError": "errors",
    "UsageError": "errors",
    "Workspace": "cli.workspace",
    "answer_hook": "cli.hook_run",
    "open": "cli.workspace",
}
"""Public names and the module each one lives in: nothing is imported before it is used."""

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'memdir' has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(f"memdir.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
