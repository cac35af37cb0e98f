"""`memdir install` and `memdir uninstall`: memdir in an agent's settings, and out again."""

from __future__ import annotations

import difflib
import json
import os

from memdir.agent_setup import AGENTS, SCOPES, Places, Step, server, steps
from memdir.errors import BadInputError, MemdirError, NotFoundError, StorageError, UsageError
from memdir.files import read_if_there, shown
from memdir.hook_settings import Program
from memdir.install import MAX_BYTES, Edit, carry_out, plan_install, plan_uninstall
from memdir.secrets import mask

from .app import App, Values
from .program import program_of
from .table import DRY_RUN, YES, Argument, Command, Option

_OTHER = {"claude": "claude-code", "gemini-cli": "gemini", "codex-cli": "codex"}


def run_install(app: App, values: Values) -> int:
    """Install for an agent; without one, list what is there."""
    agent = values.text("agent")
    if agent is None:
        return _list(app)
    agent = _known(agent)
    scope = values.text("scope") or "user"
    program = program_of(app)
    file = values.text("file")
    if agent == "mcp" and file is None:
        entry = {"mcpServers": {"memdir": server(program, "user")}}
        if app.out.json:
            app.out.object("install/1", {"agent": agent, "snippet": entry, "took_ms": app.out.took_ms()})
        else:
            app.out.line(json.dumps(entry, indent=2))
            app.out.note("memdir: put this into the client's settings, or add --file PATH")
        return 0
    path = os.path.join(app.environment.cwd, os.path.expanduser(file)) if file else None
    found = steps(agent, scope, places_of(app), program, mcp=values.flag("mcp"), file=path)
    if not found:
        raise UsageError(f"{AGENTS[agent]} has no {scope} settings here", hint="see memdir install")
    code = _apply(app, values, "install", agent, scope, plan_install(found))
    if not app.out.json:
        _note_twice(app, agent, scope, program)
    return code


def _note_twice(app: App, agent: str, scope: str, program: Program) -> None:
    """Say where else Claude Code's hooks are set up: it runs those of every settings file."""
    if agent != "claude-code":
        return
    places = places_of(app)
    others = [
        one
        for one in SCOPES
        if one != scope and any(is_there(step) for step in steps(agent, one, places, program, mcp=False))
    ]
    for other in others:
        app.out.note(
            f"also in the {other} settings: each event would be answered twice; "
            f"memdir uninstall claude-code --scope {other}"
        )


def run_uninstall(app: App, values: Values) -> int:
    """Take memdir out of an agent's settings."""
    agent = _known(values.required("agent"))
    scopes = [values.text("scope")] if values.text("scope") else list(SCOPES)
    file = values.text("file")
    path = os.path.join(app.environment.cwd, os.path.expanduser(file)) if file else None
    if agent == "mcp" and path is None:
        raise UsageError("which file?", hint="--file PATH")
    places, program = places_of(app), program_of(app)
    found = [s for scope in scopes if scope for s in steps(agent, scope, places, program, mcp=True, file=path)]
    edits = [edit for edit in plan_uninstall(found, app.workspace().state_dir) if edit.changes]
    if not edits:
        raise NotFoundError(f"memdir is not set up in {AGENTS[agent]}", hint="see memdir install")
    return _apply(app, values, "uninstall", agent, " and ".join(scope for scope in scopes if scope), edits)


def _apply(app: App, values: Values, command: str, agent: str, scope: str, edits: list[Edit]) -> int:
    changing = [edit for edit in edits if edit.changes]
    backups: list[str] = []
    if changing:
        if not app.out.json:
            for edit in changing:
                _show(app, edit)
        if not values.flag("dry_run"):
            if not app.out.confirm("Apply?", yes=values.flag("yes")):
                raise UsageError("nothing changed, add --yes", code="not-confirmed")
            state = app.workspace().state_dir
            if state is None:
                raise StorageError("there is no place for a backup", hint="set MEMDIR_STATE_DIR")
            backups = carry_out(changing, state, now=app.environment.now(), undo=command == "uninstall")
    if app.out.json:
        rows = [{"path": shown(e.path), "what": e.what, "changed": e.changes} for e in edits]
        told = {"agent": agent, "scope": scope, "dry_run": values.flag("dry_run"), "files": rows}
        app.out.object(f"{command}/1", {**told, "backups": [shown(b) for b in backups], "took_ms": app.out.took_ms()})
        return 0
    done = "would be changed" if values.flag("dry_run") else "changed"
    for edit in edits:
        app.out.line(f"{shown(edit.path)}: {edit.what} {done if edit.changes else 'in place already'}")
    for backup in backups:
        app.out.note(f"the file before: {shown(backup)}")
    if command == "install" and scope == "local" and os.path.lexists(os.path.join(places_of(app).project, ".git")):
        app.out.note("git should not have .claude/settings.local.json: it names a program of this machine")
    if command == "install" and changing and not values.flag("dry_run"):
        app.out.note("memdir doctor tries it; memdir uninstall takes it back; memdir pause stops it for a while")
    return 0


def _show(app: App, edit: Edit) -> None:
    before, after = (mask((data or b"").decode("utf-8", "replace")) for data in (edit.before, edit.after))
    path = shown(edit.path)
    for line in difflib.unified_diff(before.split("\n"), after.split("\n"), path, path, n=2, lineterm=""):
        app.out.note(line.rstrip("\r"))


def _list(app: App) -> int:
    """What is there: each agent that was found, and where memdir is set up in it. Changes nothing."""
    rows = overview(app)
    if app.out.json:
        app.out.object("install/1", {"agents": rows, "took_ms": app.out.took_ms()})
        return 0
    for row in rows:
        where = ", ".join(f"{one['what']} ({one['scope']})" for one in row["installed"])  # type: ignore[attr-defined]
        state = f"set up: {where}" if where else "found, not set up" if row["found"] else "not found"
        name = f"{row['agent']:12}"
        app.out.line(f"{app.out.styled(name, 'bold')} {state}")
    app.out.note("memdir install AGENT shows what it would change and asks")
    return 0


def overview(app: App) -> list[dict[str, object]]:
    """Each agent: whether it was found on this machine, and what of memdir is in its settings."""
    places, program = places_of(app), program_of(app)
    rows: list[dict[str, object]] = []
    for agent, title in AGENTS.items():
        if agent == "mcp":
            continue
        parts = [
            {"scope": scope, "what": step.what, "path": shown(step.path)}
            for scope in SCOPES
            for step in steps(agent, scope, places, program, mcp=True)
            if is_there(step)
        ]
        rows.append({"agent": agent, "title": title, "found": _is_found(agent, places), "installed": parts})
    return rows


def is_there(step: Step) -> bool:
    """Whether the file has something of ours; one that cannot be read or is malformed has nothing."""
    try:
        data = read_if_there(step.path, MAX_BYTES)
        return data is not None and step.there(data.decode("utf-8", "replace"))
    except (MemdirError, ValueError, AttributeError, TypeError):
        return False


def _is_found(agent: str, places: Places) -> bool:
    home = places.home or ""
    folders = {
        "claude-code": places.config_dir, "cursor": os.path.join(home, ".cursor"), "codex": places.codex,
        "gemini": os.path.join(home, ".gemini"),
    }  # fmt: skip
    folder = folders[agent]
    return folder is not None and os.path.isdir(folder)


def places_of(app: App) -> Places:
    """Where the agents' files lie for this run."""
    environment = app.environment
    located = app.workspace().located
    chosen = bool(environment.env.get("CLAUDE_CONFIG_DIR")) or app.values.text("config_dir") is not None
    codex = environment.env.get("CODEX_HOME") or (
        os.path.join(environment.home, ".codex") if environment.home else None
    )
    return Places(environment.home, located.config_dir, chosen, located.project_root, codex)


def _known(agent: str) -> str:
    agent = _OTHER.get(agent, agent)
    if agent not in AGENTS:
        raise BadInputError(f"{agent!r} is no agent that memdir knows", hint=f"one of {', '.join(AGENTS)}")
    return agent


_AGENT = f"One of {', '.join(AGENTS)}."
_FILE = Option(("--file",), "For mcp: the client's JSON file with `mcpServers`.", metavar="PATH")

COMMANDS = (
    Command(
        "install",
        "Set memdir up in an agent.",
        run_install,
        arguments=(Argument("AGENT", f"{_AGENT} Without it: what is there.", required=False),),
        options=(
            Option(("--scope",), "Whose settings: yours, the project's, or yours for the project.", choices=SCOPES),
            Option(("--mcp",), "For claude-code: the MCP server, too.", kind="flag"),
            _FILE,
            YES,
            DRY_RUN,
        ),
        examples=("memdir install", "memdir install claude-code --dry-run", "memdir install codex --yes"),
        description="Shows the changes and asks; every other key, its order and its formatting stay; the file before "
        "is kept. In the project's settings, which others share, the hooks do nothing where memdir is not installed.",
    ),
    Command(
        "uninstall",
        "Take memdir out of an agent's settings.",
        run_uninstall,
        arguments=(Argument("AGENT", _AGENT),),
        options=(
            Option(("--scope",), "Only these settings.", choices=SCOPES),
            _FILE,
            YES,
            DRY_RUN,
        ),
        examples=("memdir uninstall claude-code --dry-run",),
        description="The settings are then as they would have been. Memory, index and state stay. Exit code 1 when it "
        "is not set up.",
    ),
)
