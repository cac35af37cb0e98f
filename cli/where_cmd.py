"""`memdir where`: which directories are used and why, which Claude Code loads, and what else was found."""

from __future__ import annotations

import os

from memdir.files import shown
from memdir.locate import Located
from memdir.model import Source
from memdir.orphans import Orphan, count_memories, find_orphans
from memdir.projects import memory_above, ownership_note, shared_by
from memdir.quoting import one_line
from memdir.settings import user_file

from .app import App, Values
from .table import Command, Option


def run(app: App, values: Values) -> int:
    """Print the places. Always 0: a directory that does not exist yet has its place too."""
    located = app.workspace().located
    if values.flag("path") and not app.out.json:
        app.out.line(shown(located.primary.root))
        return 0
    orphans = find_orphans(located)
    if app.out.json:
        app.out.object("where/1", {**places(located, orphans), "took_ms": app.out.took_ms()})
    else:
        _print(app, located, orphans)
    return 0


def places(located: Located, orphans: list[Orphan]) -> dict[str, object]:
    """All of it as data; paths as text that can be printed."""
    user = user_file(located.environment)
    above = memory_above(located)
    return {
        "sources": [
            {**_source(source), "primary": source is located.primary, "memories": count_memories(source.root)}
            for source in located.sources
        ],
        "project_root": shown(located.project_root),
        "shared_root": shown(located.shared_root),
        "auto_memory_enabled": located.claude.auto_memory_enabled,
        "team": _shown(located.team),
        "transcripts": [
            {"path": shown(path), "exists": os.path.isdir(path), "sessions": _sessions(path)}
            for path in located.transcripts_dirs
        ],
        "agents": [
            {"name": a.name, "scope": a.scope, "root": shown(a.root), "loaded_by_claude": a.loaded_by_claude}
            for a in located.agent_memories
        ],
        "config_dir": _shown(located.config_dir),
        "settings": _shown(user),
        "state": _shown(located.state_dir),
        "cache": _shown(located.cache_dir),
        "candidates": [{"path": shown(c.path), "why": shown(c.why)} for c in (*located.candidates, *above)],
        "orphans": [
            {"path": shown(o.path), "why": shown(o.why), "memories": o.memories, "certain": o.certain} for o in orphans
        ],
        "shared_with": [shown(path) for path in shared_by(located)],
        "notes": list(located.notes),
        "findings": [
            {"code": f.code, "path": shown(f.path), "severity": f.severity, "message": f.message}
            for f in located.claude.findings
        ],
    }


def print_orphans(app: App, orphans: list[Orphan]) -> None:
    """Each orphan with its reason and the command that merges it in."""
    for orphan in orphans:
        sure = "" if orphan.certain else ", not certain"
        _row(app, "orphan", orphan.path, f"{_count(orphan.memories)}{sure}: {orphan.why}")
        app.out.line(f"{'':12}memdir adopt {one_line(_quoted(orphan.path))}")


def _source(source: Source) -> dict[str, object]:
    return {
        "label": source.label,
        "kind": source.kind,
        "root": shown(source.root),
        "why": shown(source.why),
        "exists": source.exists,
        "loaded_by_claude": source.loaded_by_claude,
    }


def _print(app: App, located: Located, orphans: list[Orphan]) -> None:
    for source in located.sources:
        said = [source.why]
        said.append("Claude Code loads it" if source.loaded_by_claude else "Claude Code does not load it")
        said.append(_count(count_memories(source.root)) if source.exists else "not there yet")
        if source is located.primary:
            said.append("new memories go here")
        _row(app, source.label, source.root, "; ".join(said))
    if located.team:
        _row(app, "team", located.team, "read as a part of the directory it lies in")
    for agent in located.agent_memories:
        loaded = "" if agent.loaded_by_claude else "; Claude Code does not load it from here"
        about = f"{agent.scope} memory of {agent.name}: memdir recall --agent {_quoted(agent.name)}"
        _row(app, "agent", agent.root, about + loaded)
    for path in located.transcripts_dirs:
        _row(app, "transcripts", path, _count(_sessions(path), "session") if os.path.isdir(path) else "not there yet")
    _row(app, "state", located.state_dir or "none", "" if located.state_dir else "set MEMDIR_STATE_DIR")
    _row(app, "cache", located.cache_dir or "none", "" if located.cache_dir else "set MEMDIR_CACHE_DIR")
    for candidate in (*located.candidates, *memory_above(located)):
        _row(app, "not used", candidate.path, candidate.why)
    print_orphans(app, orphans)
    for note in filter(None, (*located.notes, ownership_note(located, located.primary.root))):
        app.out.note(shown(note))
    for finding in located.claude.findings:
        app.out.note(f"{shown(finding.path)} {finding.message}")


def _row(app: App, label: str, path: str, said: str) -> None:
    app.out.line(f"{app.out.styled(f'{label:<12}', 'bold')}{one_line(shown(path))}")
    if said:
        app.out.wrapped(" " * 12, app.out.styled(one_line(shown(said)), "dim"))


def _count(number: int, what: str = "memory") -> str:
    return (
        f"{number} {what}" if number == 1 else f"{number} {what.removesuffix('y')}{'ies' if what[-1] == 'y' else 's'}"
    )


def _sessions(path: str) -> int:
    try:
        return sum(name.endswith(".jsonl") for name in os.listdir(path))
    except OSError:
        return 0


def _shown(path: str | None) -> str | None:
    return None if path is None else shown(path)


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(shown(path))


COMMANDS = (
    Command(
        "where",
        "Which directories are used, and why.",
        run,
        options=(Option(("--path",), "Print only the directory that is written to.", kind="flag"),),
        examples=("memdir where", "memdir where --path", "memdir where --json"),
        description=(
            "The memory directory is the one Claude Code uses for the project (git root, worktrees, "
            "autoMemoryDirectory), beside it a committed .claude/memory/. An autoMemoryDirectory that the project "
            "itself sets is used only when you trust it."
        ),
    ),
)
