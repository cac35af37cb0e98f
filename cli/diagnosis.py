"""What `memdir doctor` looks at: each thing that memdir needs, whether it is as it should be, and what to do."""

from __future__ import annotations

import json
import os
import platform
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from importlib import metadata, util
from typing import Final, Literal, NamedTuple

from memdir import __version__
from memdir.agent_setup import SCOPES, Places, steps
from memdir.errors import MemdirError
from memdir.files import read_if_there, shown
from memdir.hook_events import EVENTS
from memdir.hook_settings import Program, installed
from memdir.hook_settings import handler as written
from memdir.install import MAX_BYTES
from memdir.json_edit import Malformed, loads
from memdir.switches import switched_off

from .watch_state import folder_of, read_daemon, said_of
from .workspace import Workspace

Level = Literal["ok", "info", "warning", "error"]
FIRE_SECONDS: Final = 10
_PACKAGES: Final = (
    "typer",
    "rich",
    "kuzu",
    "tantivy",
    "PyStemmer",
    "rapidfuzz",
    "markdown-it-py",
    "python-frontmatter",
    "watchdog",
)


class Check(NamedTuple):
    """One thing: its part, how it is, in words, and the command or step that helps (empty for none). `mend` names what
    `--fix` does about it."""

    part: str
    level: Level
    said: str
    help: str = ""
    mend: str = ""


def examine(workspace: Workspace, places: Places, program: Program, *, fire: bool) -> Iterator[Check]:
    """Everything, part by part. With `fire` each installed hook is run once with a sample, apart from the state;
    `program` is how this memdir is started."""
    yield from _versions()
    yield from _directories(workspace)
    yield from _settings(workspace)
    yield from _hooks(workspace, places, program, fire=fire)
    yield from _index(workspace)
    yield from _locks(workspace)
    yield from _daemon(workspace)
    yield from _permissions(workspace)


def _versions() -> Iterator[Check]:
    yield Check("versions", "ok", f"memdir {__version__}, Python {platform.python_version()}, {platform.system()}")
    for name in _PACKAGES:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Check("versions", "error", f"{name} is not installed", "pip install --force-reinstall memdir")


def _directories(workspace: Workspace) -> Iterator[Check]:
    located = workspace.located
    primary = workspace.primary
    for source in workspace.sources:
        if source.root == primary.root or source.exists:
            loaded = "Claude Code loads it" if source.loaded_by_claude else "Claude Code does not load it"
            if not source.exists:
                yield Check("directories", "info", f"{shown(source.root)} is not there yet", "memdir add TEXT")
            elif not os.access(source.root, os.R_OK | os.W_OK | os.X_OK):
                yield Check("directories", "error", f"{shown(source.root)} cannot be read and written", "mend its mode")
            else:
                yield Check("directories", "ok", f"{shown(source.root)} ({source.label}; {loaded})")
    for note in located.notes:
        yield Check("directories", "info", note)
    if workspace.state_dir is None or workspace.cache_dir is None:
        yield Check("directories", "error", "there is no place for state and cache", "set MEMDIR_STATE_DIR")
    from memdir.orphans import find_orphans

    orphans = find_orphans(located)
    if orphans:
        said = f"{len(orphans)} memory folder{'s' if len(orphans) > 1 else ''} of this project left behind"
        yield Check("orphans", "warning", said, "memdir where; memdir adopt DIR")


def _settings(workspace: Workspace) -> Iterator[Check]:
    for finding in (*workspace.located.claude.findings, *workspace.settings.findings):
        yield Check("settings", "warning", f"{shown(finding.path)}: {finding.message}", "memdir config list")
    state = workspace.state_dir
    own = workspace.state_of(os.path.realpath(workspace.primary.root)) if state else None
    off = switched_off(workspace.environment, workspace.located.claude, state, own)
    yield Check("settings", "warning", f"nothing happens unasked: {off}") if off else Check("settings", "ok", "on")
    if workspace.located.claude.get("disableAllHooks") is True:
        yield Check("settings", "warning", "disableAllHooks is set in Claude Code's settings: no hook runs")


def _hooks(workspace: Workspace, places: Places, program: Program, *, fire: bool) -> Iterator[Check]:
    found = 0
    for scope in SCOPES:
        for step in steps("claude-code", scope, places, Program("memdir"), mcp=True):
            try:
                data = read_if_there(step.path, MAX_BYTES)
                value = loads((data or b"").decode("utf-8", "replace"))
            except Malformed as error:
                yield Check("hooks", "error", f"{shown(step.path)}:{error.line}: is no valid JSON", "mend it by hand")
                continue
            except MemdirError as error:
                yield Check("hooks", "error", str(error))
                continue
            if data is None or not step.there(data.decode("utf-8", "replace")):
                continue
            if step.what == "MCP server":
                yield from _server(scope)
                continue
            found += 1
            yield Check("hooks", "ok", f"set up in the {scope} settings, {shown(step.path)}")
            if fire:
                yield from _fired(workspace, value, scope, program)
    if not found:
        yield Check("hooks", "info", "not set up in Claude Code", "memdir install claude-code")
    elif found > 1:
        yield Check(
            "hooks", "warning", "set up in several settings: each runs", "memdir uninstall claude-code --scope SCOPE"
        )


def _server(scope: str) -> Iterator[Check]:
    if util.find_spec("mcp") is None:
        yield Check("mcp", "error", f"set up in the {scope} settings, but not installed", "pip install 'memdir[mcp]'")
    else:
        yield Check("mcp", "ok", f"set up in the {scope} settings")


def _fired(workspace: Workspace, settings: object, scope: str, program: Program) -> Iterator[Check]:
    """Run the hooks that answer at once, with a state of their own: nothing is noted of it. Settings in a project may
    come from anyone: of theirs only what memdir itself writes is run."""
    cwd = workspace.environment.cwd
    with tempfile.TemporaryDirectory(prefix="memdir-doctor-") as folder:
        env = {**workspace.environment.env, "MEMDIR_STATE_DIR": folder, "MEMDIR_CACHE_DIR": folder}
        for found in installed(settings):
            said = {"session_id": "memdir-doctor", "cwd": cwd, "hook_event_name": found.event, "source": "startup",
                    "prompt": "what does memdir know about this project"}  # fmt: skip
            if found.event not in ("SessionStart", "UserPromptSubmit"):
                continue
            handler = found.handler
            event = next(event for event in EVENTS if event.name == found.event)
            if scope != "user" and handler not in (written(event, None), written(event, program)):
                said_of = f"the {scope} hook for {found.event} is not as memdir writes it, and was not run"
                yield Check("hooks", "warning", said_of, f"memdir install claude-code --scope {scope}")
                continue
            args = handler.get("args")
            if args is None and shutil.which("memdir", path=env.get("PATH")) is None:
                said_of = f"the {scope} hook for {found.event} does nothing: memdir is not on the PATH"
                yield Check("hooks", "warning", said_of, "install memdir for your account (pipx install memdir)")
                continue
            line = [str(handler["command"]), *map(str, args)] if isinstance(args, list) else None
            if line is None:
                line = [shutil.which("sh") or "sh", "-c", str(handler["command"])]
            trouble = _run(line, env, cwd, said)
            name = f"the {scope} hook for {found.event}"
            if trouble:
                yield Check("hooks", "error", f"{name} {trouble}", "memdir install claude-code")
            else:
                yield Check("hooks", "ok", f"{name} fires")


def _run(line: list[str], env: dict[str, str], cwd: str, said: dict[str, str]) -> str:
    """What is wrong with a hook's answer, empty for nothing."""
    try:
        done = subprocess.run(
            line,
            input=json.dumps(said).encode(),
            capture_output=True,
            env=env,
            cwd=cwd,
            timeout=FIRE_SECONDS,
            check=False,
        )
    except OSError as error:
        return f"cannot be started: {error.strerror}: {line[0]}"
    except subprocess.TimeoutExpired:
        return f"takes longer than {FIRE_SECONDS} s"
    if done.returncode != 0:
        return f"ends with {done.returncode}"
    try:
        json.loads(done.stdout or b"{}")
    except ValueError:
        return "prints what is no JSON"
    return ""


def _index(workspace: Workspace) -> Iterator[Check]:
    for source in workspace.sources:
        if not source.exists:
            continue
        state = workspace.index(source).status()
        name = f"{source.label}: "
        if not state.usable:
            yield Check("index", "warning", name + (state.note or "there is none"), "memdir index sync", "sync")
        elif state.pending:
            said = f"{name}{state.pending} changed files not in it (recall reads them from disk)"
            yield Check("index", "info", said, "memdir index sync", "sync")
        else:
            yield Check("index", "ok", f"{name}{state.memories} memories, up to date")


def _locks(workspace: Workspace) -> Iterator[Check]:
    from memdir.sessions.consolidate_lock import read_lock

    root = workspace.primary.root
    now = workspace.environment.now()
    if not os.path.isdir(root):
        return
    lock = read_lock(root, now)
    if lock.blocked:
        yield Check("locks", "info", f"a consolidation runs (process {lock.pid})")
    else:
        yield Check("locks", "ok", "free")


def _daemon(workspace: Workspace) -> Iterator[Check]:
    """How `memdir watch` is, where it was ever started."""
    if workspace.state_dir is None or not os.path.isdir(folder_of(workspace.state_dir)):
        return
    seen, now = read_daemon(folder_of(workspace.state_dir)), workspace.environment.now()
    said = said_of(seen, now)
    if said is not None:
        well = seen.pid is not None and seen.told.get("mode") != "scans" and not seen.hangs(now)
        yield Check("daemon", "ok" if well else "warning", said, "" if well else "memdir watch status")


def _permissions(workspace: Workspace) -> Iterator[Check]:
    for folder in dict.fromkeys((workspace.state_dir, workspace.cache_dir)):
        if folder is None or not os.path.isdir(folder):
            continue
        mode = stat.S_IMODE(os.stat(folder).st_mode)
        if mode & 0o077 and os.name == "posix":
            said = f"{shown(folder)} can be entered by others (mode {mode:o})"
            yield Check("permissions", "warning", said, f"chmod 700 {shown(folder)}", "tighten")
        else:
            yield Check("permissions", "ok", f"{shown(folder)} is yours alone")
