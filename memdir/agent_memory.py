"""The memories of agents: `memory: user|project|local` in an agent's frontmatter gives it a directory of its own
(documentation page "sub-agents"; formats/claude-code.md §1.9)."""

from __future__ import annotations

import os
import re
from typing import Final, Literal, NamedTuple

from .errors import NotFoundError
from .model import Source

AgentScope = Literal["user", "project", "local"]
FOLDERS: Final[tuple[tuple[AgentScope, str], ...]] = (
    ("local", os.path.join(".claude", "agent-memory-local")),
    ("project", os.path.join(".claude", "agent-memory")),
)
_OTHER = r"[^a-zA-Z0-9\-_]"


class AgentMemory(NamedTuple):
    """One agent's memory directory. `loaded_by_claude`: Claude Code gives it to that agent when it is started in the
    cwd (project and local scope are relative to the cwd, not to the repository)."""

    name: str
    scope: AgentScope
    root: str
    loaded_by_claude: bool


def agent_memories(config_dir: str | None, cwd: str, project_root: str) -> list[AgentMemory]:
    """All that exist, by name, nearest scope first: local, project, user."""
    found: list[AgentMemory] = []
    for base in dict.fromkeys((cwd, project_root)):
        for scope, folder in FOLDERS:
            found.extend(_in(os.path.join(base, folder), scope, base == cwd))
    if config_dir is not None:
        found.extend(_in(os.path.join(config_dir, "agent-memory"), "user", True))
    unique = {os.path.realpath(memory.root): memory for memory in found}  # at home, project is user
    order = {memory.root: at for at, memory in enumerate(found)}
    return sorted(unique.values(), key=lambda memory: (memory.name, order[memory.root]))


def agent_sources(memories: list[AgentMemory], name: str) -> list[Source]:
    """The directories of the agent `name`, nearest first. Raises `NotFoundError` when it has none."""
    wanted = re.sub(_OTHER, "-", name)
    chosen = [memory for memory in memories if memory.name == wanted]
    if not chosen:
        names = sorted({memory.name for memory in memories})
        hint = "agents with a memory: " + ", ".join(names[:10]) if names else "no agent has a memory here"
        raise NotFoundError(f"the agent '{name}' has no memory", hint=hint)
    return [
        Source(
            f"agent:{memory.name}" if len(chosen) == 1 else f"agent:{memory.name}:{memory.scope}",
            "agent",
            memory.root,
            f"{memory.scope} memory of the agent {memory.name}",
            True,
            memory.loaded_by_claude,
        )
        for memory in chosen
    ]


def _in(folder: str, scope: AgentScope, loaded: bool) -> list[AgentMemory]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []
    return [AgentMemory(name, scope, os.path.join(folder, name), loaded) for name in names]
