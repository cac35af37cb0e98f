"""The projects that a daemon looks after, the directories of each, and what has to be watched for them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from memdir.environment import Environment
from memdir.projects import project_folders
from memdir.slug import recorded_cwds

from .workspace import Workspace, open_workspace

MANY: Final = 8
"""Trees in one directory from which on it is watched as a whole: each watch has a thread."""
_INSTRUCTIONS: Final = ("CLAUDE.md", "CLAUDE.local.md", "settings.json", "settings.local.json")


@dataclass(frozen=True)
class Project:
    """A project as a workspace of it is opened. `cwd` is where its agents work, None when that is not known."""

    label: str
    cwd: str | None
    environment: Environment = field(compare=False, repr=False)
    memory_dir: str | None = None
    transcripts_dir: str | None = None
    config_dir: str | None = None

    def open(self) -> Workspace:
        """Its workspace, with the settings as they are now. Raises `BadInputError`."""
        return open_workspace(
            environment=self.environment, memory_dir=self.memory_dir, transcripts_dir=self.transcripts_dir,
            config_dir=self.config_dir,
        )  # fmt: skip


class Places(NamedTuple):
    """The directories of a project (real paths), whether or not they exist: of memories, of transcripts, and those in
    which instructions and settings lie."""

    memory: tuple[str, ...] = ()
    transcripts: tuple[str, ...] = ()
    instructions: tuple[str, ...] = ()


def this_project(
    environment: Environment, memory_dir: str | None, transcripts_dir: str | None, config_dir: str | None
) -> Project:
    """The project of the working directory, or the directories that were given."""
    label = os.path.basename(memory_dir or environment.cwd) or environment.cwd
    return Project(label, None if memory_dir else environment.cwd, environment, memory_dir, transcripts_dir, config_dir)


def every_project(own: Project) -> list[Project]:
    """The project itself, and every other one that Claude Code has a folder for: by the directory it was worked in,
    where that is still there, else by its folder alone."""
    with own.open() as workspace:
        located = workspace.located
        taken = {os.path.realpath(path) for path in located.transcripts_dirs}
    found = [own]
    for folder in project_folders(located.projects_dir):
        if os.path.realpath(folder) in taken:
            continue
        cwd = next(iter(recorded_cwds(folder, 1)), "")
        name = os.path.basename(cwd.rstrip("/\\")) or os.path.basename(folder)
        if os.path.isabs(cwd) and os.path.isdir(cwd):
            found.append(Project(name, cwd, own.environment._replace(cwd=cwd), config_dir=own.config_dir))
        else:
            memory = os.path.join(folder, "memory")
            found.append(Project(name, None, own.environment, memory, folder, own.config_dir))
    return found


def places_of(workspace: Workspace) -> Places:
    """The directories of a workspace."""
    from memdir.instructions import project_instructions

    located = workspace.located
    files = project_instructions(located, nested=False).files
    around = {os.path.dirname(file.path) for file in files if file.loaded}
    around |= {located.project_root, os.path.join(located.project_root, ".claude")}
    if located.config_dir:
        around.add(located.config_dir)
    return Places(
        _real(source.root for source in workspace.sources), _real(located.transcripts_dirs), _real(sorted(around))
    )


def _real(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(os.path.realpath, paths)))


def is_of_instructions(name: str) -> bool:
    """Whether a file of that name, where instructions lie, says how a project is to be looked after."""
    return name in _INSTRUCTIONS or name.endswith(".md")


def is_memory(name: str) -> bool:
    """Whether a file of that name may be a memory, or the settings of a memory directory."""
    return name.lower().endswith(".md") or name == ".memdir.toml"


def is_transcript(name: str) -> bool:
    """Whether a file of that name may be a transcript."""
    return name.endswith((".jsonl", ".json"))


def wanted(places: Iterable[Places]) -> dict[str, bool]:
    """What has to be watched: each directory with what lies below it (True), the one around it alone, where it would
    be deleted and made again; of one that is not there the nearest that is."""
    trees: dict[str, bool] = {}
    alone: dict[str, bool] = {}
    for each in places:
        for root in (*each.memory, *each.transcripts):
            if os.path.isdir(root):
                trees[root] = True
            alone[_nearest(os.path.dirname(root))] = False
        alone.update({root: False for root in each.instructions if os.path.isdir(root)})
    count = Counter(map(os.path.dirname, trees))
    trees.update({above: True for above, number in count.items() if number >= MANY})
    tops = {root for root in trees if not _is_below(root, trees)}
    return {**dict.fromkeys(tops, True), **{r: False for r in alone if r not in tops and not _is_below(r, tops)}}


def _nearest(path: str) -> str:
    while not os.path.isdir(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    return path


def _is_below(path: str, roots: Iterable[str]) -> bool:
    above = os.path.dirname(path)
    while above != path:
        if above in roots:
            return True
        path, above = above, os.path.dirname(above)
    return False
