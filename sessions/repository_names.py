"""What a repository has, for memories that name it: files of its git tree, commands that its build files know."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from memdir.errors import MemdirError, StorageError
from memdir.files import read_file
from memdir.git_read import Repository

from .json_lines import parse

_MAX_FILES: Final = 200
_MAX_BYTES: Final = 1 << 20
_TARGET: Final = re.compile(r"^([A-Za-z0-9_./-]+(?:[ \t]+[A-Za-z0-9_./-]+)*)[ \t]*::?(?!=)", re.MULTILINE)
_PHONY: Final = re.compile(r"^\.PHONY[ \t]*:(.*)$", re.MULTILINE)
_INCOMPLETE: Final = re.compile(r"^-?s?include\b|^[^\t#\n]*%[^\n]*:", re.MULTILINE)
"""A Makefile that includes others or has rules by pattern: its targets are not all in it."""
_RECIPE: Final = re.compile(r"^@?([A-Za-z_][\w-]*)(?:[ \t][^:\n]*)?:(?!=)", re.MULTILINE)


def tracked_files(repository: str, env: Mapping[str, str]) -> frozenset[str] | None:
    """The paths in the repository's index, and those that are there and not ignored; None where git cannot tell. The
    network is never asked."""
    try:
        return Repository(repository, env).paths()
    except StorageError:
        return None


def known_commands(repository: str, tracked: frozenset[str]) -> dict[str, frozenset[str]]:
    """The names that `make`, `npm run` and `just` know, over all of the repository's files of theirs. A runner with a
    file that does not say all its names is left out."""
    readers = {
        "make": (("Makefile", "makefile", "GNUmakefile"), _make_targets),
        "npm run": (("package.json",), _scripts),
        "just": (("justfile", "Justfile", ".justfile"), _recipes),
    }
    found: dict[str, frozenset[str]] = {}
    for runner, (names, read) in readers.items():
        paths = sorted(path for path in tracked if path.rpartition("/")[2] in names)
        if not paths or len(paths) > _MAX_FILES:
            continue
        known = [read(repository, path) for path in paths]
        if all(names is not None for names in known):
            found[runner] = frozenset(name for names in known for name in names or ())
    return found


def _text(repository: str, path: str) -> str | None:
    try:
        return read_file(os.path.join(repository, path), _MAX_BYTES).decode("utf-8", "replace")
    except MemdirError:
        return None


def _make_targets(repository: str, path: str) -> set[str] | None:
    text = _text(repository, path)
    if text is None or _INCOMPLETE.search(text):
        return None
    said = [*_TARGET.findall(text), *_PHONY.findall(text)]
    return {name for names in said for name in names.split()}


def _scripts(repository: str, path: str) -> set[str] | None:
    text = _text(repository, path)
    value = parse(text.encode()) if text is not None else None
    if value is None:
        return None
    scripts = value.get("scripts")
    return {str(name) for name in scripts} if isinstance(scripts, dict) else set()


def _recipes(repository: str, path: str) -> set[str] | None:
    text = _text(repository, path)
    if text is None or re.search(r"^(?:import|mod)\b", text, re.MULTILINE):
        return None
    return set(_RECIPE.findall(text)) | set(re.findall(r"^alias[ \t]+([\w-]+)[ \t]*:=", text, re.MULTILINE))
