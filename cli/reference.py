"""The CLI reference, made from the option table: `python -m memdir.cli.reference [--check] FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

from . import registry
from .table import GLOBAL_OPTIONS, Command, Option

_HEAD = """# Command reference

Made from the option table by `make docs`; a test holds it to the code and runs every example in a copy of the sample
project. Exit codes are in [exit-codes.md](exit-codes.md), the fields of `--json` in [json.md](json.md).
"""


def reference() -> str:
    """The whole page as Markdown."""
    commands = registry.all_commands()
    parts = [_HEAD, "## Options everywhere\n\nBefore or after the command.\n", _options(GLOBAL_OPTIONS)]
    parts += [_command(command) for command in commands]
    return "\n".join(parts).rstrip() + "\n"


def _command(command: Command) -> str:
    words = [f"memdir {command.name}", *(["[OPTIONS]"] if command.options else [])]
    for argument in command.arguments:
        name = f"{argument.name}..." if argument.many else argument.name
        words.append(name if argument.required else f"[{name}]")
    lines = [f"## memdir {command.name}\n", f"{command.summary}\n"]
    if command.description:
        lines.append(f"{command.description}\n")
    lines.append(f"```\n{' '.join(words)}\n```\n")
    if command.aliases:
        lines.append(f"Also: {', '.join(f'`memdir {alias}`' for alias in command.aliases)}.\n")
    if command.arguments:
        lines.append("| argument | meaning |\n| --- | --- |")
        lines += [f"| `{a.name}` | {_cell(a.help)} |" for a in command.arguments]
        lines.append("")
    if command.options:
        lines.append(_options(command.options))
    if command.examples:
        lines.append("```console\n" + "\n".join(f"$ {example}" for example in command.examples) + "\n```\n")
    return "\n".join(lines)


def _options(options: tuple[Option, ...]) -> str:
    lines = ["| option | meaning |", "| --- | --- |"]
    for option in options:
        if option.hidden:
            continue
        value = "|".join(option.choices) or option.metavar or ("" if option.kind == "flag" else option.kind.upper())
        names = ", ".join(f"`{name}`" for name in option.names) + (f" `{value}`" if value else "")
        more = " May be repeated." if option.many else ""
        more += f" Default: {option.default}." if option.default is not None else ""
        lines.append(f"| {names.replace('|', chr(92) + '|')} | {_cell(option.help)}{more} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main(argv: list[str]) -> int:
    """Write the reference to FILE, or with `--check` say (exit 1) that FILE is not what it would write."""
    path = Path(argv[-1])
    if argv[0] != "--check":
        path.write_text(reference(), "utf-8")
        return 0
    if path.exists() and path.read_text("utf-8") == reference():
        return 0
    sys.stderr.write(f"{path} is not up to date: run make docs\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
