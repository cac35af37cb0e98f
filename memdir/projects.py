"""The projects that Claude Code knows on this machine: their memory, and folders that several projects share."""

from __future__ import annotations

import os

from .git_root import canonical_root
from .locate import Candidate, Located
from .model import Source
from .slug import find_project_dirs, recorded_cwds

_MAX_PROJECTS = 10_000


def all_projects(located: Located) -> list[Source]:
    """The sources of `located`, then the memory of every other project below `projects/` that holds any, by folder
    name. A label is the recorded directory's last part, with the folder's name where two would be equal."""
    sources = list(located.sources)
    taken = {os.path.realpath(source.root) for source in sources}
    labels = {source.label for source in sources}
    for folder in project_folders(located.projects_dir):
        memory = os.path.join(folder, "memory")
        if not holds_memories(memory) or os.path.realpath(memory) in taken:
            continue
        recorded = recorded_cwds(folder, 1)
        label = os.path.basename(recorded[0].replace("\\", "/").rstrip("/")) if recorded else ""
        if not label or label in labels:
            label = os.path.basename(folder)
        labels.add(label)
        why = f"Claude Code's memory of {recorded[0]}" if recorded else "Claude Code's memory of another project"
        sources.append(Source(label, "other", memory, why, True, False))
    return sources


def project_folders(projects_dir: str | None) -> list[str]:
    """The folders below `projects/`, sorted; empty when there are none or they cannot be read."""
    if projects_dir is None:
        return []
    try:
        with os.scandir(projects_dir) as entries:
            return sorted(entry.path for entry in entries if entry.is_dir())[:_MAX_PROJECTS]
    except OSError:
        return []


def holds_memories(directory: str) -> bool:
    """Whether there is a Markdown file or a folder to look into (Claude Code makes empty memory directories)."""
    try:
        with os.scandir(directory) as entries:
            return any(
                entry.name.lower().endswith(".md") or (entry.is_dir() and not entry.name.startswith("."))
                for entry in entries
            )
    except OSError:
        return False


def shared_by(located: Located) -> list[str]:
    """Other projects' directories recorded in the folder that holds this project's auto memory: their paths have the
    same slug (`/a/b-c` and `/a/b/c`), so they share the memory. Empty when the folder is this project's alone."""
    auto, projects = located.auto_dir, located.projects_dir
    if auto is None or projects is None or os.path.dirname(os.path.dirname(auto)) != projects:
        return []
    if located.project_dir_name is not None:
        return []  # the folder's name was chosen by the user, not derived from a path
    return [cwd for cwd in recorded_cwds(os.path.dirname(auto)) if not _belongs(cwd, located)]


def ownership_note(located: Located, root: str) -> str | None:
    """For every write to `root`: whose memory it is when other projects have the same directory, None when it is
    clear."""
    if root != located.auto_dir:
        return None
    others = shared_by(located)
    if not others:
        return None
    return (
        f"written for {located.shared_root}; the directory is also that of {', '.join(others)}, "
        "because their paths give the same folder name"
    )


def _belongs(cwd: str, located: Located) -> bool:
    """Whether sessions started in `cwd` belong to this project: the same directory or repository."""
    real = os.path.realpath(cwd)
    mine = (located.cwd, located.project_root, located.shared_root)
    if real in mine:
        return True
    if any(real.startswith(root + os.sep) for root in mine[1:]):
        return (canonical_root(real) or located.shared_root) == located.shared_root
    return os.path.isdir(real) and canonical_root(real) == located.shared_root


def memory_above(located: Located) -> list[Candidate]:
    """Outside of git, memory that Claude Code keeps for a directory above the cwd (below the home directory): where
    it was started decides, so from here it would not be read."""
    projects = located.projects_dir
    if projects is None or located.shared_root != located.cwd or canonical_root(located.cwd) is not None:
        return []
    found = []
    home = located.environment.home
    above = os.path.dirname(located.cwd)
    while above != os.path.dirname(above) and above != (home and os.path.realpath(home)):
        for folder in find_project_dirs(projects, above):
            memory = os.path.join(folder, "memory")
            if holds_memories(memory):
                found.append(Candidate(memory, f"is the memory of {above}, the directory above: use -C {above}"))
        above = os.path.dirname(above)
    return found
