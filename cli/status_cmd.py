"""`memdir status` (and plain `memdir`): one screen, each line that needs something done names the command."""

from __future__ import annotations

import shlex

from memdir.dates import rfc3339
from memdir.files import shown
from memdir.memory_index import MAX_LINES, MAX_UNITS, NEAR
from memdir.model import TYPES
from memdir.quoting import one_line

from .app import App, Values
from .health import Health, health
from .output import bytes_text, counted
from .overview import MemoryIndexOverview, Overview, SourceOverview, overview
from .table import Command

_LABEL = 13
_ORPHANS = 3
"""Orphans shown, those with the most memories; `memdir adopt` lists them all."""


def run(app: App, values: Values) -> int:
    """Print the state of the memory. Always 0: what needs doing is `check`'s to fail on."""
    workspace = app.workspace()
    seen = overview(workspace)
    found = [health(workspace, source) for source in seen.sources]
    if app.out.json:
        app.out.object("status/1", {**_fields(app, seen, found), "took_ms": app.out.took_ms()})
        return 0
    for number, (source, of_source) in enumerate(zip(seen.sources, found, strict=True)):
        _source(app, source, primary=number == 0)
        if number and not source.source.exists:
            continue
        _memory_index(app, source.memory_index, source.memories)
        _findings(app, of_source)
        if source.lost:
            said = f"{counted(len(source.lost), 'memory')} deleted by another program, first {shown(source.lost[0])}"
            _line(app, "lost", said, "memdir restore")
    if seen.dream:
        said, _, command = seen.dream.partition(", see ")
        _line(app, "dream", said, command.strip("`"))
    if seen.candidates:
        _line(app, "waiting", f"{counted(seen.candidates, 'candidate')} for memory", "memdir review")
    if seen.off:
        _line(app, "off", f"nothing is injected, learned or planned unasked: {seen.off}")
    if seen.watch:
        _line(app, "watch", seen.watch, "memdir watch status")
    for orphan in seen.orphans[:_ORPHANS]:
        said = f"{counted(orphan.memories, 'memory')}, {shown(orphan.why)}"
        _line(app, "orphan", said, f"memdir adopt {shlex.quote(shown(orphan.path))}")
    if len(seen.orphans) > _ORPHANS:
        _line(app, "", f"and {counted(len(seen.orphans) - _ORPHANS, 'orphan')} more", "memdir adopt")
    sizes = [f"memories {bytes_text(sum(s.size for s in seen.sources))}"]
    sizes.append(f"index {bytes_text(sum(s.state.size for s in seen.sources))}")
    sizes.append(f"journal {bytes_text(sum(s.state_size for s in seen.sources))}")
    _line(app, "sizes", ", ".join(sizes))
    wrong = (*workspace.settings.findings, *workspace.located.claude.findings)
    for note in (*workspace.located.notes, *(f"{finding.path} {finding.message}" for finding in wrong)):
        _line(app, "note", shown(note))
    return 0


def _source(app: App, seen: SourceOverview, *, primary: bool) -> None:
    source = seen.source
    if not (primary or source.exists):
        _line(app, "also", f"{shown(source.root)}: not there yet")
        return
    _line(app, "memory" if primary else "also", app.out.styled(shown(source.root), "bold"))
    loaded = "Claude Code loads it" if source.loaded_by_claude else "Claude Code does not load it by itself"
    _line(app, "", f"{source.label}: {shown(source.why)}; {loaded}")
    if not source.exists:
        _line(app, "memories", "none: the directory does not exist yet", "memdir add TEXT")
        return
    _line(app, "memories", _by_type(seen), None if seen.memories else "memdir add TEXT")
    index = seen.state
    if not index.usable:
        _line(app, "index", f"none ({index.note})" if index.note else "none", "memdir index sync")
        return
    age = _ago(app.environment.now() - index.taken)
    pending = f", {counted(index.pending, 'file')} changed since" if index.pending else ""
    _line(app, "index", f"{counted(index.documents, 'document')}, made {age}{pending}", _sync_hint(index.pending))
    if index.note:
        _line(app, "", index.note)


def _memory_index(app: App, seen: MemoryIndexOverview | None, memories: int) -> None:
    if seen is None:
        if memories:
            _line(app, "MEMORY.md", "missing", "memdir tidy")
        return
    use = seen.usage
    said = f"{use.lines} of {MAX_LINES} lines, {use.units} of {MAX_UNITS} characters"
    if seen.cut_off:
        said += f"; cut off: {counted(len(seen.cut_off), 'entry')}, first {seen.cut_off[0].target}"
    elif not use.fits:
        said += "; the end is cut off"
    _line(app, "MEMORY.md", said, "memdir tidy --diff" if use.share >= NEAR else None)


def _findings(app: App, found: Health) -> None:
    if not found.known:
        _line(app, "findings", "not counted since the files changed", "memdir check")
        return
    counts = [counted(n, word) for word, n in (("error", found.errors), ("warning", found.warnings)) if n]
    _line(app, "findings", ", ".join(counts) or "none", "memdir check" if counts else None)


def _fields(app: App, seen: Overview, found: list[Health]) -> dict[str, object]:
    known = [health for health in found if health.known]
    sums = Health(len(known) == len(found), *(sum(counts) for counts in zip(*(h[1:] for h in known), strict=True)))
    return {
        "sources": [_source_fields(source, health) for source, health in zip(seen.sources, found, strict=True)],
        "memory_index": _memory_index_fields(seen.sources[0].memory_index),
        "findings": _findings_fields(sums),
        "lost": [shown(id) for source in seen.sources for id in source.lost],
        "orphans": [{"path": shown(o.path), "memories": o.memories, "why": o.why} for o in seen.orphans],
        "dream": seen.dream,
        "candidates": seen.candidates,
        "off": seen.off,
        "watch": seen.watch,
        "state_bytes": sum(source.state_size for source in seen.sources),
        "notes": list(app.workspace().located.notes),
    }


def _source_fields(seen: SourceOverview, found: Health) -> dict[str, object]:
    source, state = seen.source, seen.state
    return {
        "label": source.label,
        "kind": source.kind,
        "root": shown(source.root),
        "why": shown(source.why),
        "exists": source.exists,
        "loaded_by_claude": source.loaded_by_claude,
        "memories": seen.memories,
        "types": {str(kind or ""): count for kind, count in sorted(seen.types.items(), key=str)},
        "bytes": seen.size,
        "index": {
            "usable": state.usable,
            "generation": state.generation,
            "documents": state.documents,
            "pending": state.pending,
            "made": rfc3339(state.taken) if state.usable else None,
            "bytes": state.size,
            "note": state.note,
        },
        "memory_index": _memory_index_fields(seen.memory_index),
        "findings": _findings_fields(found),
        "lost": [shown(id) for id in seen.lost],
    }


def _memory_index_fields(index: MemoryIndexOverview | None) -> dict[str, object] | None:
    if index is None:
        return None
    return {
        "path": index.path,
        "lines": index.usage.lines,
        "max_lines": MAX_LINES,
        "units": index.usage.units,
        "max_units": MAX_UNITS,
        "cut_off": [entry.target for entry in index.cut_off],
    }


def _findings_fields(found: Health) -> dict[str, object] | None:
    return {"error": found.errors, "warning": found.warnings, "info": found.infos} if found.known else None


def _line(app: App, label: str, text: str, command: str | None = None) -> None:
    hint = app.out.styled("-> " + one_line(command), "yellow") if command else ""
    app.out.wrapped(f"{label:<{_LABEL}}", text, hint)


def _by_type(seen: SourceOverview) -> str:
    order = [*(t for t in TYPES if t in seen.types), *sorted(t for t in seen.types if t and t not in TYPES)]
    parts = [f"{kind} {seen.types[kind]}" for kind in order]
    if None in seen.types:
        parts.append(f"no type {seen.types[None]}")
    return f"{seen.memories} ({', '.join(parts)})" if parts else "0"


def _sync_hint(pending: int) -> str | None:
    return "memdir index sync" if pending else None


def _ago(seconds: float) -> str:
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(int(seconds // size), word) + " ago"
    return "just now"


COMMANDS = (
    Command(
        "status",
        "Show the memory of this project on one screen.",
        run,
        description="Each line that needs something done names the command. Plain `memdir` is the same.",
        examples=("memdir status", "memdir status --json"),
    ),
)
