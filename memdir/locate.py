"""Which directories of memories a run reads, which one it writes to, and why: the sources of a workspace.

Claude Code's auto memory is resolved as Claude Code does it (formats/claude-code.md §1.1). Beside it stands a
committed directory, `.claude/memory/` in the project. Writing goes to the *primary* source:

1. a directory that was given, which is then the only source;
2. the auto memory directory when it exists, because Claude Code loads it into every session and what is private
   must not end up in a repository by itself;
3. the committed directory when only that exists (a fresh clone, or a machine without Claude Code), or when auto memory
   is switched off, since nothing would load the other one;
4. the auto memory directory, to be made by the first write; without any home or configuration directory the
   committed one.

`team/` is a folder of its memory directory and is read as part of it, not as a second source.
"""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import NamedTuple

from . import places
from .agent_memory import AgentMemory, agent_memories
from .claude_settings import ClaudeSettings, MemoryDirectorySetting, read_settings, trust_accepted
from .environment import Environment
from .errors import BadInputError
from .git_root import canonical_root, checkout_root
from .model import Source
from .settings import Settings, load_settings
from .slug import find_project_dirs, long_prefix, slug

_PROJECT_DIR_NAME = r"[A-Za-z0-9_-]{1,64}"
_WINDOWS_DEVICE = r"(?i)con|prn|aux|nul|com[0-9]|lpt[0-9]"


class Candidate(NamedTuple):
    """A directory that was looked at and is not used, and why not."""

    path: str
    why: str


class _Places(NamedTuple):
    environment: Environment
    claude: ClaudeSettings
    sources: list[Source]
    primary: Source
    cwd: str
    project_root: str
    shared_root: str
    config_dir: str | None
    projects_dir: str | None
    auto_dir: str | None
    auto_why: str
    project_dir_name: str | None
    given_transcripts: str | None
    candidates: tuple[Candidate, ...]
    notes: tuple[str, ...]


class Located(_Places):
    """What `locate` found. All paths are absolute; `sources` is in order, the primary first.

    `cwd` is the real working directory, `project_root` the checkout around it (else the cwd), `shared_root` the root
    whose slug names the memory: for a linked worktree the main repository. `config_dir` and `projects_dir` are None
    where there is neither a home nor a configuration directory. `auto_dir` is Claude Code's memory directory.
    """

    @property
    def team(self) -> str | None:
        """The team directory of the first source that has one; it is read as a part of that source."""
        teams = (os.path.join(source.root, "team") for source in self.sources)
        return next((team for team in teams if os.path.isdir(team)), None)

    @cached_property
    def state_dir(self) -> str | None:
        """See `places.state_dir`."""
        return places.state_dir(self.environment)

    @cached_property
    def cache_dir(self) -> str | None:
        """See `places.cache_dir`."""
        return places.cache_dir(self.environment)

    @cached_property
    def agent_memories(self) -> list[AgentMemory]:
        """The agents' memories of the user, of the project and local ones."""
        return agent_memories(self.config_dir, self.cwd, self.project_root)

    @cached_property
    def transcripts_dirs(self) -> list[str]:
        """Where the sessions of this project are recorded: the given directory alone, else the folders of the cwd, of
        the checkout and of the shared root; those that exist, or the one Claude Code would make for the cwd."""
        if self.given_transcripts is not None:
            return [self.given_transcripts]
        if self.projects_dir is None:
            return []
        if self.project_dir_name is not None:
            return [os.path.join(self.projects_dir, self.project_dir_name)]
        found: dict[str, None] = {}
        for path in (self.cwd, self.project_root, self.shared_root):
            found.update(dict.fromkeys(find_project_dirs(self.projects_dir, path)))
        return list(found) or [os.path.join(self.projects_dir, slug(self.cwd))]

    @property
    def written_transcripts_dir(self) -> str | None:
        """Where a session of the cwd is recorded, as Claude Code would; None where there is no place for it."""
        if self.given_transcripts is not None or self.projects_dir is None or self.project_dir_name is not None:
            return next(iter(self.transcripts_dirs), None)
        found = find_project_dirs(self.projects_dir, self.cwd)
        return found[0] if found else os.path.join(self.projects_dir, slug(self.cwd))

    @property
    def every_transcripts_dir(self) -> list[str]:
        """The transcripts directories of all projects, sorted; the given directory alone where there is one."""
        if self.given_transcripts is not None or self.projects_dir is None:
            return self.transcripts_dirs
        try:
            with os.scandir(self.projects_dir) as entries:
                return sorted(entry.path for entry in entries if entry.is_dir())
        except OSError:
            return []


def locate(
    environment: Environment,
    *,
    memory_dir: str | None = None,
    transcripts_dir: str | None = None,
    config_dir: str | None = None,
    settings: Settings | None = None,
    system_root: str = "/",
) -> Located:
    """Find the sources. `settings` (the user's own; read when needed otherwise) says whether a project may name its
    memory directory. `system_root` is where the administrator's files hang, for tests. Reads only; nothing needs to
    exist. Raises `BadInputError` for a given directory that is a file or holds a NUL."""
    cwd = os.path.realpath(environment.cwd)
    checkout = checkout_root(cwd)
    project = checkout or cwd
    shared = (checkout and canonical_root(cwd)) or cwd
    config = _config_dir(environment, config_dir)
    explicit = config_dir is not None or bool(environment.env.get("CLAUDE_CONFIG_DIR"))
    claude = read_settings(environment, config, _settings_root(cwd, project), system_root)
    search = _Search(environment, claude, settings, config, explicit, cwd, project, shared)
    auto, auto_why = search.auto_directory()
    if memory_dir is not None:
        given = _given(environment, memory_dir, "--memory-dir")
        loaded = auto is not None and claude.auto_memory_enabled and os.path.realpath(given) == os.path.realpath(auto)
        sources = [Source("given", "given", given, "given with --memory-dir", os.path.isdir(given), loaded)]
    else:
        sources = _ordered(search.auto_source(auto, auto_why), search.committed_source(auto), claude, project)
    return Located(
        environment=environment,
        claude=claude,
        sources=sources,
        primary=sources[0],
        cwd=cwd,
        project_root=project,
        shared_root=shared,
        config_dir=config,
        projects_dir=search.projects_dir,
        auto_dir=auto,
        auto_why=auto_why,
        project_dir_name=search.project_dir_name,
        given_transcripts=_given(environment, transcripts_dir, "--transcripts-dir") if transcripts_dir else None,
        candidates=tuple(search.candidates),
        notes=tuple(search.notes),
    )


class _Search:
    """One search for the auto and the committed directory, collecting what it passed over."""

    def __init__(
        self, environment: Environment, claude: ClaudeSettings, settings: Settings | None, config: str | None,
        explicit: bool, cwd: str, project: str, shared: str,
    ) -> None:  # fmt: skip
        self.environment = environment
        self.claude = claude
        self.settings = settings
        self.config = config
        self.explicit = explicit
        self.cwd = cwd
        self.project = project
        self.shared = shared
        self.candidates: list[Candidate] = []
        self.notes: list[str] = []
        self.projects_dir = os.path.join(config, "projects") if config else None
        self.project_dir_name = self._project_dir_name()

    def auto_directory(self) -> tuple[str | None, str]:
        """Claude Code's memory directory and why it is this one."""
        override = self.environment.env.get("CLAUDE_COWORK_MEMORY_PATH_OVERRIDE", "")
        if os.path.isabs(override) and "\0" not in override:
            return os.path.normpath(override), "CLAUDE_COWORK_MEMORY_PATH_OVERRIDE"
        chosen = self._setting()
        if chosen is not None and chosen.directory is not None:
            return chosen.directory, f"autoMemoryDirectory in {chosen.path}"
        base = self.environment.env.get("CLAUDE_CODE_REMOTE_MEMORY_DIR", "")
        if not os.path.isabs(base):
            if self.config is None:
                return None, "there is neither a home nor a configuration directory"
            base = self.config
        return self._default(os.path.join(base, "projects"))

    def auto_source(self, auto: str | None, why: str) -> Source | None:
        """The auto memory directory as a source, whether or not it exists yet."""
        if auto is None:
            return None
        return Source("project", "project", auto, why, os.path.isdir(auto), self.claude.auto_memory_enabled)

    def committed_source(self, auto: str | None) -> Source | None:
        """The nearest `.claude/memory/` between the cwd and the checkout's root, when one exists."""
        directory = self.cwd
        while True:
            path = os.path.join(directory, ".claude", "memory")
            if os.path.isdir(path):
                refused = self._refused(path, auto)
                if refused is None:
                    return Source("committed", "committed", path, f"lies in the project {self.project}", True, False)
                if refused:
                    self.candidates.append(Candidate(path, refused))
            if directory == self.project or os.path.dirname(directory) == directory:
                return None
            directory = os.path.dirname(directory)

    def _refused(self, path: str, auto: str | None) -> str | None:
        """Why a `.claude/memory/` is not used, empty when it is the auto directory itself, None when it is used."""
        real = os.path.realpath(path)
        if auto is not None and real == os.path.realpath(auto):
            return ""
        if self.config is not None and os.path.realpath(os.path.dirname(path)) == os.path.realpath(self.config):
            return "lies in Claude Code's configuration directory and belongs to no project"
        root = os.path.realpath(self.project)
        if os.path.commonpath([real, root]) != root:
            return f"is a link out of the project, to {real}; give it with --memory-dir if it is yours"
        return None

    def _setting(self) -> MemoryDirectorySetting | None:
        """The strongest `autoMemoryDirectory` that may be used; the others become candidates."""
        trusted: bool | None = None
        for found in self.claude.memory_directories:
            if found.directory is None:
                self.candidates.append(
                    Candidate(found.value, f"autoMemoryDirectory in {found.path} is ignored: it {found.ignored}")
                )
                continue
            if found.scope in ("project", "local"):
                if trusted is None:
                    trusted = self._trusted()
                if not trusted:
                    why = f"autoMemoryDirectory in {found.path} is used only when you trust this project"
                    why += ": memdir config set trust_project_memory_dir true"
                    self.candidates.append(Candidate(found.directory, why))
                    continue
            return found
        return None

    def _trusted(self) -> bool:
        settings = self.settings if self.settings is not None else load_settings(self.environment)
        if settings.flag("trust_project_memory_dir"):
            return True
        return trust_accepted(self.environment, self.config, self.explicit, [self.cwd, self.project, self.shared])

    def _default(self, projects: str) -> tuple[str, str]:
        above = os.path.realpath(projects) + os.sep
        inside = self.cwd[len(above) :].split(os.sep) if self.cwd.startswith(above) else []
        if inside[1:2] == ["memory"]:
            return os.path.join(projects, inside[0], "memory"), "the working directory lies in it"
        if self.project_dir_name is not None:
            return os.path.join(projects, self.project_dir_name, "memory"), "CLAUDE_CODE_PROJECT_DIR_NAME"
        if self.shared == self.cwd:
            why = "Claude Code's memory of this directory"
        elif self.shared == self.project:
            why = f"Claude Code's memory of the repository {self.shared}"
        else:
            why = f"Claude Code's memory of the repository {self.shared}, which this worktree shares"
        folder = os.path.join(projects, slug(self.shared))
        prefix = long_prefix(self.shared)
        if prefix is not None:
            known = find_project_dirs(projects, self.shared)
            folder = next((path for path in known if os.path.isdir(os.path.join(path, "memory"))), folder)
            self._unconfirmed(projects, prefix, folder)
            why += " (long path, found by prefix and recorded directory)"
        return os.path.join(folder, "memory"), why

    def _unconfirmed(self, projects: str, prefix: str, used: str) -> None:
        try:
            names = sorted(os.listdir(projects))
        except OSError:
            return
        for name in names:
            memory = os.path.join(projects, name, "memory")
            if name.startswith(prefix) and os.path.join(projects, name) != used and os.path.isdir(memory):
                why = "begins like this long path, but no transcript in it was recorded here"
                self.candidates.append(Candidate(memory, why))

    def _project_dir_name(self) -> str | None:
        name = self.environment.env.get("CLAUDE_CODE_PROJECT_DIR_NAME", "")
        if not name:
            return None
        if not self.explicit:
            self.notes.append("CLAUDE_CODE_PROJECT_DIR_NAME counts only together with CLAUDE_CONFIG_DIR")
        elif not re.fullmatch(_PROJECT_DIR_NAME, name) or re.fullmatch(_WINDOWS_DEVICE, name):
            self.notes.append("CLAUDE_CODE_PROJECT_DIR_NAME is ignored: it is no plain name of 1 to 64 characters")
        else:
            return name
        return None


def _ordered(auto: Source | None, committed: Source | None, claude: ClaudeSettings, project: str) -> list[Source]:
    """The sources, the primary first (the module's docstring gives the reasons)."""
    if auto is None:
        if committed is None:
            why = "there is no home directory; memory would be kept in the project"
            committed = Source("committed", "committed", os.path.join(project, ".claude", "memory"), why, False, False)
        return [committed]
    if committed is None:
        return [auto]
    if auto.exists and claude.auto_memory_enabled:
        return [auto, committed]
    return [committed, auto]


def _config_dir(environment: Environment, given: str | None) -> str | None:
    chosen = given if given is not None else environment.env.get("CLAUDE_CONFIG_DIR", "")
    if chosen:
        return _given(environment, chosen, "--config-dir" if given is not None else "CLAUDE_CONFIG_DIR")
    return os.path.join(environment.home, ".claude") if environment.home is not None else None


def _given(environment: Environment, path: str, option: str) -> str:
    if not path or "\0" in path:
        raise BadInputError(f"{option} is no directory name", path=path.replace("\0", "\\0") or None)
    if path == "~" or path.startswith("~/"):
        path = (environment.home or "~") + path[1:]
    path = os.path.abspath(os.path.join(environment.cwd, path))
    if os.path.lexists(path) and not os.path.isdir(path):
        raise BadInputError(f"{option} is not a directory", path=path)
    return path


def _settings_root(cwd: str, project: str) -> str:
    """The directory whose `.claude/` holds the project's settings: the nearest that has some, else the checkout."""
    directory = cwd
    while directory != project:
        for name in ("settings.json", "settings.local.json"):
            if os.path.isfile(os.path.join(directory, ".claude", name)):
                return directory
        directory = os.path.dirname(directory)
    return project
