"""Claude Code's own settings, as far as they say where memory lies and what is loaded. Read only.

Layers, weakest first: user, project, local, managed (documentation page "settings"; formats/claude-code.md §1.1).
A malformed file is a finding and counts as empty. The managed directory lies at a fixed place of the system; its root
can be moved for tests.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from .environment import Environment
from .model import Finding

Scope = Literal["managed", "user", "project", "local"]
_MAX_BYTES = 4 << 20
_MAX_TRUST_BYTES = 64 << 20


class Layer(NamedTuple):
    """One settings file that exists: its scope, path and values (empty when it could not be read)."""

    scope: Scope
    path: str
    values: Mapping[str, object]


class MemoryDirectorySetting(NamedTuple):
    """One `autoMemoryDirectory` as found: the text, where, the absolute path it means (None when Claude Code ignores
    the value, with the reason in `ignored`)."""

    scope: Scope
    path: str
    value: str
    directory: str | None
    ignored: str | None = None


class ClaudeSettings(NamedTuple):
    """The layers, strongest first, and what could not be read."""

    layers: tuple[Layer, ...]
    findings: tuple[Finding, ...]
    environment: Environment

    def get(self, name: str) -> object:
        """The value of the strongest layer that has it, None where none does."""
        for layer in self.layers:
            if name in layer.values:
                return layer.values[name]
        return None

    def switch(self, name: str, default: bool) -> bool:
        """A true-or-false setting; anything else in a file counts as not set."""
        for layer in self.layers:
            value = layer.values.get(name)
            if isinstance(value, bool):
                return value
        return default

    @property
    def auto_memory_enabled(self) -> bool:
        """Whether Claude Code loads and writes auto memory. `CLAUDE_CODE_DISABLE_AUTO_MEMORY` (1 off, 0 on) is
        stronger than `autoMemoryEnabled`; `CLAUDE_CODE_SIMPLE` turns it off."""
        switch = self._variable("CLAUDE_CODE_DISABLE_AUTO_MEMORY").strip().lower()
        if switch in {"1", "true", "yes", "on"}:
            return False
        if switch in {"0", "false", "no", "off"}:
            return True
        if self.environment.flag("CLAUDE_CODE_SIMPLE"):
            return False
        return self.switch("autoMemoryEnabled", True)

    @property
    def claude_md_excludes(self) -> tuple[str, ...]:
        """`claudeMdExcludes` of all layers together, each once."""
        found: dict[str, None] = {}
        for layer in self.layers:
            value = layer.values.get("claudeMdExcludes")
            if isinstance(value, list):
                found.update((item, None) for item in value if isinstance(item, str))
        return tuple(found)

    @property
    def memory_directories(self) -> tuple[MemoryDirectorySetting, ...]:
        """Every `autoMemoryDirectory`, strongest first: managed, local, project, user."""
        found = []
        for layer in self.layers:
            value = layer.values.get("autoMemoryDirectory")
            if value is None:
                continue
            text = value if isinstance(value, str) else repr(value)
            directory, ignored = (
                memory_directory(value, self.environment) if isinstance(value, str) else (None, "is not a text")
            )
            found.append(MemoryDirectorySetting(layer.scope, layer.path, text, directory, ignored))
        return tuple(found)

    def _variable(self, name: str) -> str:
        """An environment variable, or what the `env` block of a managed or user file sets it to."""
        if name in self.environment.env:
            return self.environment.env[name]
        for layer in self.layers:
            block = layer.values.get("env")
            if layer.scope in ("managed", "user") and isinstance(block, dict) and isinstance(block.get(name), str):
                return str(block[name])
        return ""


def read_settings(
    environment: Environment, config_dir: str | None, project_dir: str | None, system_root: str = "/"
) -> ClaudeSettings:
    """Read the layers. `config_dir` is `~/.claude` or its replacement, `project_dir` the directory whose `.claude/`
    holds the project's settings; each may be None. Never raises for what the files hold."""
    paths: list[tuple[Scope, str]] = []
    managed = managed_directory(environment.platform, system_root)
    paths.append(("managed", os.path.join(managed, "managed-settings.json")))
    drop_ins = os.path.join(managed, "managed-settings.d")
    paths[:0] = [("managed", os.path.join(drop_ins, name)) for name in reversed(_json_files(drop_ins))]
    if project_dir is not None:
        paths.append(("local", os.path.join(project_dir, ".claude", "settings.local.json")))
        paths.append(("project", os.path.join(project_dir, ".claude", "settings.json")))
    if config_dir is not None:
        paths.append(("user", os.path.join(config_dir, "settings.json")))
    layers, findings, seen = [], [], set()
    for scope, path in paths:
        # In the home directory the project's file and the user's are one: it is the user's.
        if path in seen or (scope == "project" and config_dir and path == os.path.join(config_dir, "settings.json")):
            continue
        seen.add(path)
        values, problem = read_object(path)
        if problem:
            findings.append(Finding("claude-settings", "warning", path, 0, problem))
        if values is not None:
            layers.append(Layer(scope, path, values))
    return ClaudeSettings(tuple(layers), tuple(findings), environment)


def managed_directory(platform: str, system_root: str = "/") -> str:
    """Where an administrator's files for Claude Code lie (settings, CLAUDE.md, rules), below `system_root`."""
    if platform == "darwin":
        return os.path.join(system_root, "Library", "Application Support", "ClaudeCode")
    if platform.startswith("win") or platform == "cygwin":
        return os.path.join("C:\\" if system_root == "/" else system_root, "Program Files", "ClaudeCode")
    return os.path.join(system_root, "etc", "claude-code")


def memory_directory(value: str, environment: Environment) -> tuple[str | None, str | None]:
    """The absolute directory an `autoMemoryDirectory` means, or None and why Claude Code ignores the value: it takes
    absolute paths and `~/` ones, no drive root, no network share, no NUL, not the home directory itself."""
    if "\0" in value:
        return None, "has a NUL"
    if value.startswith(("~/", "~\\")):
        if environment.home is None:
            return None, "there is no home directory"
        rest = os.path.normpath(value[2:] or ".")
        if rest in (".", "..") or rest.startswith(".." + os.sep):
            return None, "is not below the home directory"
        return os.path.join(environment.home, rest), None
    if value.startswith(("//", "\\\\")):
        return None, "is a network path"
    if not os.path.isabs(value):
        return None, "is relative"
    path = os.path.normpath(value)
    if os.path.dirname(path) == path or (len(value) <= 3 and value[1:2] == ":"):
        return None, "is the root of a drive"
    return path, None


def trust_accepted(environment: Environment, config_dir: str | None, explicit: bool, paths: list[str]) -> bool:
    """Whether the user accepted Claude Code's trust question for one of `paths` (absolute) or a directory above it.

    Read from `.claude.json`, which lies in the configuration directory when that was chosen (`explicit`), else in
    the home directory. The file can be many MiB: ask only when something hangs on it."""
    base = config_dir if explicit else environment.home
    if base is None:
        return False
    values, _ = read_object(os.path.join(base, ".claude.json"), _MAX_TRUST_BYTES)
    projects = values.get("projects") if values else None
    if not isinstance(projects, dict):
        return False
    for path in paths:
        for above in _upwards(path):
            entry = projects.get(above) or projects.get(above.replace("\\", "/"))
            if isinstance(entry, dict) and entry.get("hasTrustDialogAccepted") is True:
                return True
    return False


def read_object(path: str, limit: int = _MAX_BYTES) -> tuple[dict[str, object] | None, str | None]:
    """A JSON file's object. (None, None) when there is no file, ({}, what is wrong) when it cannot be used."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return {}, "is not a regular file"  # a pipe would be waited for
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None, None
    except OSError as error:
        return {}, f"cannot be read: {error.strerror or error}"
    if len(data) > limit:
        return {}, f"is larger than {limit >> 20} MiB and was not read"
    if not data.strip():
        return {}, None
    import json  # only when there is a file

    try:
        value = json.loads(data.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        return {}, f"is not valid JSON: {error}"
    return (value, None) if isinstance(value, dict) else ({}, "is not a JSON object")


def _upwards(path: str) -> Iterator[str]:
    while True:
        yield path
        parent = os.path.dirname(path)
        if parent == path:
            return
        path = parent


def _json_files(directory: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(directory) if name.endswith(".json") and not name.startswith("."))
    except OSError:
        return []
