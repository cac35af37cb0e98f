"""Locks and temporaries kept out of git's sight: in `.git/info/exclude`, never in `.gitignore`, which is the user's."""

from __future__ import annotations

import os
from typing import Final

from .errors import BadInputError, StorageError
from .files import (
    CONSOLIDATE_LOCK_NAME,
    LOCK_NAME,
    TEMPORARY_PREFIX,
    TEMPORARY_SUFFIX,
    read_file,
    read_if_there,
    write_atomic,
)

_IGNORED: Final = (LOCK_NAME, CONSOLIDATE_LOCK_NAME, f"{TEMPORARY_PREFIX}*{TEMPORARY_SUFFIX}")


def exclude_from_git(root: str) -> bool:
    """In a git work tree, have git ignore the lock and the temporaries. Returns True when they are ignored now; not
    being able to is no error."""
    common = _git_directory(os.path.realpath(root))
    if common is None:
        return False
    path = os.path.join(common, "info", "exclude")
    try:
        old = read_if_there(path) or b""
        missing = [p for p in _IGNORED if p.encode() not in old.split()]
        if missing:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            start = b"" if not old or old.endswith(b"\n") else b"\n"
            write_atomic(path, old + start + "".join(f"{p}\n" for p in missing).encode())
    except (OSError, StorageError, BadInputError):
        return False
    return True


def _git_directory(folder: str) -> str | None:
    """The repository's own directory (the common one of all its worktrees) for a folder in a work tree."""
    while True:
        dot_git = os.path.join(folder, ".git")
        if os.path.isdir(dot_git):
            return dot_git if os.path.isfile(os.path.join(dot_git, "HEAD")) else None
        if os.path.isfile(dot_git):
            return _linked_git_directory(dot_git)
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _linked_git_directory(dot_git: str) -> str | None:
    try:
        first = read_file(dot_git, 1 << 14).decode("utf-8", "surrogateescape").strip()
        if not first.startswith("gitdir:"):
            return None
        target = os.path.join(os.path.dirname(dot_git), first[len("gitdir:") :].strip())
        common = read_if_there(os.path.join(target, "commondir"), 1 << 14)
        if common is not None:
            target = os.path.join(target, common.decode("utf-8", "surrogateescape").strip())
    except (StorageError, BadInputError, ValueError):
        return None
    target = os.path.normpath(target)
    looks_right = all(os.path.exists(os.path.join(target, part)) for part in ("HEAD", "objects", "refs"))
    return target if looks_right else None
