"""Where instruction files lie: rules below a `rules` directory, subdirectories of a project, files of other agents."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from typing import Final

from .git_root import canonical_root

MAX_DIRECTORIES: Final = 10_000
"""Subdirectories that are searched for nested CLAUDE.md files; reading a directory takes some 20 us."""

_SKIPPED: Final = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        "node_modules",
        ".venv",
        "venv",
        "__pycache__",
        ".tox",
        ".mypy_cache",
        ".ruff_cache",
        ".cache",
    }
)
"""Never searched: nobody keeps instructions there, and they hold most directories of a project."""

_OTHERS: Final[dict[str, str]] = {
    "AGENTS.md": "Claude Code reads no AGENTS.md by itself",
    "AGENTS.override.md": "read by Codex only",
    "GEMINI.md": "read by Gemini CLI only",
    ".cursorrules": "read by Cursor only",
    ".windsurfrules": "read by Windsurf only",
}
_OTHERS_BELOW: Final[dict[str, str]] = {
    ".clinerules": "read by Cline only",
    ".cursor/rules": "read by Cursor only",
    ".github/copilot-instructions.md": "read by Copilot only",
    ".github/instructions": "read by Copilot only",
    ".windsurf/rules": "read by Windsurf only",
}
_OURS: Final = {"claude.md": "CLAUDE.md", "claude.local.md": "CLAUDE.local.md"}

_MARKS: Final = frozenset(
    {".claude", *_OURS, *(name.lower() for name in _OTHERS), *(path.partition("/")[0] for path in _OTHERS_BELOW)}
)
"""A directory with none of these names, in any case, has nothing for agents."""


def rule_files(directory: str) -> list[str]:
    """Every `.md` file below a `rules` directory, by name, symbolic links followed, each directory once."""
    return [path for path in _files_below(directory) if path.endswith(".md")]


def _files_below(directory: str) -> Iterator[str]:
    visited: set[tuple[int, int]] = set()
    waiting = [directory]
    while waiting:
        path = waiting.pop()
        try:
            found = os.stat(path)
        except OSError:  # a dangling or circular link: a file, and for its reader to complain about
            found = None
        if found is not None and stat.S_ISDIR(found.st_mode):
            if (found.st_dev, found.st_ino) not in visited:
                visited.add((found.st_dev, found.st_ino))
                waiting.extend(entry.path for entry in reversed(_entries(path)))
        elif path != directory:
            yield path


def nested_directories(top: str, shared_root: str | None) -> tuple[list[str], bool]:
    """The directories below `top` that hold something for agents, parents first, by name, no symbolic links, no
    worktrees of the same repository (`shared_root`); and whether all directories were searched."""
    found: list[str] = []
    complete = True
    waiting = [top]
    for directory in waiting:
        entries = _entries(directory)
        names = {entry.name.lower() for entry in entries}
        if directory != top:
            if ".git" in names and _own_worktree(directory, shared_root):
                continue
            if not _MARKS.isdisjoint(names):
                found.append(directory)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and entry.name not in _SKIPPED:
                if len(waiting) > MAX_DIRECTORIES:
                    complete = False
                    break
                waiting.append(entry.path)
    return found, complete


def _own_worktree(directory: str, shared_root: str | None) -> bool:
    if shared_root is None or not os.path.isfile(os.path.join(directory, ".git")):
        return False
    return canonical_root(os.path.realpath(directory)) == shared_root


def unread_files(directories: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Files in these directories that were written for agents and have no place in Claude Code's hierarchy, with the
    reason; whether an import or a link leads to one is for the caller to see."""
    for directory in directories:
        names = {entry.name: entry for entry in _entries(directory)}
        for name in sorted(names):
            meant = _OURS.get(name.lower())
            if name in _OTHERS:
                yield os.path.join(directory, name), _OTHERS[name]
            elif meant and name != meant and not os.path.exists(os.path.join(directory, meant)):
                yield os.path.join(directory, name), f"the name must be {meant}, in these letters"
        for relative, why in _OTHERS_BELOW.items():
            path = os.path.join(directory, *relative.split("/"))
            if relative.partition("/")[0] in names and os.path.exists(path):
                yield path, why
        if ".claude" in names:
            for path in _files_below(os.path.join(directory, ".claude", "rules")):
                if not path.endswith(".md") and path.lower().endswith((".md", ".mdc", ".markdown", ".txt")):
                    yield path, "a rule's name must end in .md"


def _entries(directory: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []
