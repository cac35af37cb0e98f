"""`memdir instructions`: the CLAUDE.md hierarchy as a tree, why each file loads or not, and the merged text."""

from __future__ import annotations

import os
from collections.abc import Sequence

from memdir.files import shown
from memdir.instruction_files import InstructionFile, Instructions, render
from memdir.instructions import project_instructions
from memdir.model import Finding
from memdir.quoting import one_line, visible
from memdir.secrets import mask

from .app import App, Values
from .table import Command, Option

_LISTED = 12
"""Files that wait or that nobody loads shown without `--all`."""
_WIDEST = 120
"""Characters of a path in the tree, or half the terminal; of longer ones the middle is left out (`--json` has it)."""


def run(app: App, values: Values) -> int:
    """Print the tree, or with `--render` the text, or with `--json` everything. 1 when there is no instruction file."""
    target = values.text("for_")
    located = app.workspace().located
    instructions = project_instructions(located, for_path=target, additional=values.many("add_dir"))
    if app.out.json:
        app.out.object("instructions/1", _fields(instructions, located.cwd, target))
    elif not instructions.files:
        app.out.note("no CLAUDE.md, no rules and no AGENTS.md here or above")
    elif values.flag("render"):
        app.out.line(visible(mask(render(instructions.files))))
    else:
        _print(app, instructions, located.cwd, values.flag("all"))
    return 0 if instructions.files else 1


def _fields(instructions: Instructions, cwd: str, target: str | None) -> dict[str, object]:
    """`files` are those that load, in load order; `others` those that do not, with the reason."""
    return {
        "cwd": shown(cwd),
        "for": None if target is None else shown(target),
        "files": [{"order": n, **_file(file)} for n, file in enumerate(instructions.loaded, 1)],
        "others": [_file(file) for file in instructions.files if not file.loaded],
        "tokens": instructions.tokens,
        "findings": [_finding(finding) for finding in instructions.findings],
    }


def _file(file: InstructionFile) -> dict[str, object]:
    return {
        "path": shown(file.path),
        "real_path": shown(file.real),
        "label": file.label,
        "kind": file.kind,
        "scope": file.scope,
        "status": file.status,
        "why": file.why,
        "size": file.size,
        "tokens": file.tokens,
        "parent": None if file.parent is None else shown(file.parent),
        "line": file.line,
        "hops": file.hops,
        "paths": list(file.patterns),
        "content": mask(file.content),
        "damaged": file.damaged,
    }


def _finding(finding: Finding) -> dict[str, object]:
    path = shown(os.path.join(finding.root, finding.path))
    return {"code": finding.code, "path": path, "line": finding.line, "severity": finding.severity,
            "message": finding.message}  # fmt: skip


def _print(app: App, instructions: Instructions, cwd: str, everything: bool) -> None:
    groups = _groups(instructions.files)
    loaded = instructions.loaded
    size = _size(sum(file.size for file in loaded))
    files_ = f"{len(loaded)} file{'' if len(loaded) == 1 else 's'}"
    titles = (f"Loaded: {files_}, {size}, about {instructions.tokens:,} tokens",
              "Waiting for a file to be read", "Nobody loads")  # fmt: skip
    order = {file.path: n for n, file in enumerate(loaded, 1)}
    for title, group in zip(titles, groups, strict=True):
        if not group and group is not groups[0]:
            continue
        app.out.line(app.out.styled(title, "bold"))
        files = group if everything or group is groups[0] else group[:_LISTED]
        widest = min(_WIDEST, max(app.out.width // 2, 24)) if app.out.width else _WIDEST
        rows = [_row(file, order, cwd, app.environment.home, widest) for file in files]
        widths = [max((len(row[n]) for row in rows), default=0) for n in range(5)]
        for row in rows:
            left = f"  {row[0]:>{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:<{widths[2]}}"
            app.out.wrapped(f"{left}  {row[3]:>{widths[3]}}  {row[4]:>{widths[4]}}  ", row[5])
        if len(files) < len(group):
            app.out.line(f"  and {len(group) - len(files)} more (--all)")
    _print_findings(app, instructions.findings)


def _groups(
    files: Sequence[InstructionFile],
) -> tuple[list[InstructionFile], list[InstructionFile], list[InstructionFile]]:
    """What was met at the start or for the file asked, what waits, what nobody loads; imports stay with their file."""
    start: list[InstructionFile] = []
    waiting: list[InstructionFile] = []
    unread: list[InstructionFile] = []
    group_of: dict[str, list[InstructionFile]] = {}
    for file in files:
        group = unread if file.status == "unread" else waiting if file.status in ("lazy", "conditional") else start
        if file.parent is not None:
            group = group_of.get(file.parent, group)
        group.append(file)
        group_of.setdefault(file.path, group)
    return start, waiting, unread


def _row(file: InstructionFile, order: dict[str, int], cwd: str, home: str | None, widest: int) -> tuple[str, ...]:
    number = str(order[file.path]) if file.loaded else "-"
    label = file.scope if file.kind == file.scope else "" if file.kind == "other" else f"{file.scope} {file.kind}"
    tokens = f"~{file.tokens:,}" if file.tokens else ""
    why = file.why if file.loaded else f"{file.status}: {file.why}"
    if file.patterns:
        why += f" [{', '.join(file.patterns[:3])}{', …' if len(file.patterns) > 3 else ''}]"
    name = "  " * file.hops + _clipped(one_line(_near(file.path, cwd, home)), widest)
    return number, name, label, _size(file.size) if file.size else "", tokens, one_line(why)


def _near(path: str, cwd: str, home: str | None) -> str:
    """The path from the working directory when it lies there, from `~`, else whole."""
    if path.startswith(cwd.rstrip(os.sep) + os.sep):
        return shown(os.path.relpath(path, cwd))
    if home and path.startswith(home.rstrip(os.sep) + os.sep):
        return "~" + shown(path[len(home.rstrip(os.sep)) :])
    return shown(path)


def _clipped(text: str, widest: int) -> str:
    """A text as it fits into a column: an import may name a path of any length."""
    return text if len(text) <= widest else f"{text[: widest // 2 - 1]}…{text[-(widest // 2) :]}"


def _print_findings(app: App, findings: Sequence[Finding]) -> None:
    for finding in findings:
        if finding.severity != "info":
            where = f"{shown(finding.path)}:{finding.line}" if finding.line else shown(finding.path)
            message = finding.message if len(finding.message) <= 2 * _WIDEST else f"{finding.message[: 2 * _WIDEST]}…"
            app.out.wrapped("", one_line(f"{where}: {finding.severity}: {message} ({finding.code})"))
    words = sum(finding.code == "import-missing" and finding.severity == "info" for finding in findings)
    if words:
        app.out.line(f"@words that name no file, taken as words: {words} (--json lists them)")


def _size(count: int) -> str:
    return f"{count} B" if count < 1000 else f"{count / 1024:.1f} KiB"


COMMANDS = (
    Command(
        "instructions",
        "The CLAUDE.md hierarchy: what loads, in which order, and why.",
        run,
        options=(
            Option(("--for",), "Also what loads when this file is read.", metavar="FILE"),
            Option(("--add-dir",), "As Claude Code's option of that name.", metavar="DIR", many=True),
            Option(("--render",), "Print the merged text an agent gets.", kind="flag"),
            Option(("--all",), "List every file that waits or that nobody loads.", kind="flag"),
        ),
        examples=("memdir instructions", "memdir instructions --for src/app.py", "memdir instructions --render"),
    ),
)
