"""Memory of this project that lies where neither Claude Code nor memdir looks for it any more.

How it comes to be (formats/claude-code.md §1.3): a worktree or a sub-directory had a memory directory of its own, the
project was moved or cloned again, `autoMemoryDirectory` was set later, another program spells the folder otherwise.
A slug cannot be turned back into a path, so the witness is the `cwd` that the folder's transcripts recorded. Work is
bounded: one listing of `projects/`, the head of two transcripts of each folder that holds memories.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from .git_root import canonical_root, remote_url, worktrees
from .locate import Located
from .model import INDEX_NAME
from .projects import holds_memories, project_folders
from .slug import find_project_dirs, recorded_cwds, slug

MAX_LOOKED_AT = 500
"""Folders with memories whose transcripts are asked."""
_MAX_COUNTED = 10_000
_MAX_DESCENDED = 100
_NOT_MEMORIES = frozenset({".git", ".archive", "node_modules"})


class Orphan(NamedTuple):
    """A directory of memories that seems to be this project's: its path, why, and how many memories it holds.
    `certain` is False when only a name speaks for it."""

    path: str
    why: str
    memories: int
    certain: bool = True


def find_orphans(located: Located) -> list[Orphan]:
    """The orphans of the located project, most memories first. Empty where Claude Code's projects cannot be listed.
    Reads only."""
    projects = located.projects_dir
    if projects is None:
        return []
    used = {os.path.realpath(source.root) for source in located.sources}
    if located.auto_dir is not None:
        used.add(os.path.realpath(located.auto_dir))
    found: dict[str, Orphan] = {}

    def add(memory: str, why: str, certain: bool = True) -> None:
        real = os.path.realpath(memory)
        if real not in used and real not in found and holds_memories(memory):
            found[real] = Orphan(memory, why, count_memories(memory), certain)

    for folder, why in _by_name(located, projects):
        add(os.path.join(folder, "memory"), why)
    witness = _Witness(located)
    looked_at = 0
    for folder in project_folders(projects):
        memory = os.path.join(folder, "memory")
        real = os.path.realpath(memory)
        if real in used or real in found or not holds_memories(memory):
            continue
        looked_at += 1
        if looked_at > MAX_LOOKED_AT:
            break
        recorded = recorded_cwds(folder, 2)
        said = witness.recorded(recorded) if recorded else None
        if said:
            add(memory, said)
            continue
        doubtful = witness.renamed(recorded) if recorded else witness.named(os.path.basename(folder))
        if doubtful:
            add(memory, doubtful, certain=False)
    return sorted((orphan for orphan in found.values() if orphan.memories), key=lambda o: (-o.memories, o.path))


def count_memories(directory: str) -> int:
    """The `.md` files below, MEMORY.md not counted, at most 10,000; links are not followed."""
    count = 0
    for _, folders, files in os.walk(directory):
        folders[:] = [name for name in folders if name not in _NOT_MEMORIES]
        count += sum(name.lower().endswith(".md") and name != INDEX_NAME for name in files)
        if count >= _MAX_COUNTED:
            return _MAX_COUNTED
    return count


def _by_name(located: Located, projects: str) -> list[tuple[str, str]]:
    """The folders whose names follow from paths that belong to the project, and why each is an orphan."""
    shared = located.shared_root
    named: list[tuple[str, str]] = []
    own = find_project_dirs(projects, shared) or [os.path.join(projects, slug(shared))]
    if located.auto_dir is not None:
        away = f"Claude Code's usual place for this project; memory now goes to {located.auto_dir}"
        named += [(folder, away) for folder in own]
    seed = os.path.join(projects, re.sub(r"[^\w.-]", "_", shared))
    named.append((seed, "the same path as Cersei spells it"))
    paths = {located.cwd: "a sub-directory of this project", located.project_root: "this worktree"}
    for tree in worktrees(shared):
        gone = "" if os.path.isdir(tree) else ", which is gone,"
        paths.setdefault(os.path.realpath(tree), f"the worktree {tree}{gone}")
    for path, what in paths.items():
        if path != shared:
            named += [(folder, f"{what} had a directory of its own") for folder in find_project_dirs(projects, path)]
    return named


class _Witness:
    """What the recorded directories of a folder's sessions say about whose memory it is."""

    def __init__(self, located: Located) -> None:
        self.shared = located.shared_root
        self.roots = {located.project_root, located.shared_root}
        self.name = os.path.basename(located.shared_root)
        self._remote: str | None = None
        self._siblings: set[str] | None = None

    def recorded(self, cwds: list[str]) -> str | None:
        """Why sessions in `cwds` were about this project, None when they were not."""
        for cwd in cwds:
            real = os.path.realpath(cwd)
            there = os.path.isdir(real)
            if any(real.startswith(root + os.sep) for root in self.roots):
                owner = canonical_root(real)
                if not there and owner in (None, self.shared):
                    return f"its sessions ran in {cwd}, which is gone"
                if owner == self.shared:
                    return f"its sessions ran in {cwd}, inside this project"
            elif not there and self.name and self.name in re.split(r"[/\\]", cwd):
                return f"its sessions ran in {cwd}, which is gone: the project was moved or renamed"
            elif there:
                other = canonical_root(real)
                if other == self.shared and real not in self.roots:
                    return f"its sessions ran in {cwd}, a checkout of this repository"
                if other is not None and other != self.shared and self._same_remote(other):
                    return f"its sessions ran in {cwd}, another clone of {self._remote}"
        return None

    def renamed(self, cwds: list[str]) -> str | None:
        """Why sessions in `cwds` may have been about this project under another name: the directory beside it is gone,
        and one of the two names holds the other."""
        beside, mine = os.path.dirname(self.shared).rstrip(os.sep) + os.sep, self.name.casefold()
        for cwd in cwds:
            name = os.path.realpath(cwd).removeprefix(beside).split(os.sep)[0]  # empty when it lies elsewhere
            alike = min(len(name), len(mine)) > 2 and (name.casefold() in mine or mine in name.casefold())
            if alike and not os.path.lexists(os.path.join(beside, name)):
                return f"its sessions ran in {cwd}, which is gone: was this project renamed?"
        return None

    def named(self, folder: str) -> str | None:
        """Why a folder without transcripts may be this project's: its name continues the project's, and no
        neighbouring directory and none below that is a project of its own explains it."""
        if not folder.startswith(slug(self.shared) + "-") or self.shared == os.path.dirname(self.shared):
            return None
        if self._siblings is None:
            parent = os.path.dirname(self.shared)
            try:
                self._siblings = {slug(os.path.join(parent, name)) for name in os.listdir(parent)[:_MAX_COUNTED]}
            except OSError:
                self._siblings = set()
        if any(folder == other or folder.startswith(other + "-") for other in self._siblings - {slug(self.shared)}):
            return None
        if any(canonical_root(path) != self.shared for path in _paths_named(folder, self.shared)):
            return None
        return "its name continues this project's; no transcript is left to confirm it"

    def _same_remote(self, other: str) -> bool:
        if self._remote is None:
            self._remote = remote_url(self.shared) or ""
        return bool(self._remote) and remote_url(other) == self._remote


def _paths_named(folder: str, top: str) -> list[str]:
    """The directories below `top` whose slug is `folder`; looks only into those whose slug begins it."""
    found: list[str] = []
    begun, looked_at = [top], 0
    while begun and looked_at < _MAX_DESCENDED:
        looked_at += 1
        directory = begun.pop()
        try:
            names = os.listdir(directory)[:_MAX_COUNTED]
        except OSError:
            continue
        for name in names:
            path = os.path.join(directory, name)
            spelt = slug(path)
            if (folder == spelt or folder.startswith(spelt + "-")) and os.path.isdir(path):
                (found if folder == spelt else begun).append(path)
    return found
