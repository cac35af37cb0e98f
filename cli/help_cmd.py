"""`memdir help`: a screen of everyday commands; `--all` has the rest; `help COMMAND` is that command's own help."""

from __future__ import annotations

from memdir.errors import UsageError

from . import registry
from .app import App, Values
from .table import GLOBAL_OPTIONS, Argument, Command, Option


def run(app: App, values: Values) -> int:
    """Print the help."""
    topic = values.many("command")
    if topic:
        return _one(topic)
    if not values.flag("all") and not app.out.json:
        _short(app)
        return 0
    commands = {c.name: c for c in registry.all_commands()}
    if app.out.json:
        listed = [{"name": c.name, "summary": c.summary} for c in commands.values()]
        app.out.object("help/1", {"commands": listed})
    else:
        _all(app, commands)
    return 0


def _short(app: App) -> None:
    app.out.line("memdir: search, check and share the memory coding agents already write.")
    app.out.line("Usage: memdir [COMMAND] [OPTIONS]   (memdir alone is memdir status)\n")
    for title, names in registry.EVERYDAY.items():
        app.out.line(app.out.styled(title, "bold"))
        for name in names:
            summary = next(c.summary for c in registry.commands_of(name.split()[0]) if c.name == name)
            app.out.line(f"  {name:<16}{summary}")
    app.out.line("\nmemdir install puts it into an agent's hands: hooks, tools.")
    app.out.line("Options everywhere: -C DIR, --memory-dir DIR, --json, --plain, -h/--help.")
    app.out.line("memdir help --all lists every command, memdir COMMAND --help explains one.")


def _all(app: App, commands: dict[str, Command]) -> None:
    width = max(len(name) for name in commands) + 2
    for name, command in commands.items():
        also = f" (also {', '.join(command.aliases)})" if command.aliases else ""
        app.out.line(f"{name:<{width}}{command.summary}{also}")
    app.out.line("\nOptions everywhere:")
    for option in GLOBAL_OPTIONS:
        app.out.line(f"  {', '.join(option.names) + (f' {option.metavar}' if option.metavar else ''):<26}{option.help}")
    app.out.line("\nmemdir --install-completion lets the shell complete commands, options and names of memories.")


def _one(topic: list[str]) -> int:
    found = registry.find(topic)
    if found is None or found[1] != len(topic):
        raise UsageError(f"no command named {' '.join(topic)}", hint="memdir help --all lists them")
    from . import typer_app

    return typer_app.main([*found[0].name.split(), "--help"], lambda command, values: 0)


COMMANDS = (
    Command(
        "help",
        "Show the everyday commands, all commands, or one command.",
        run,
        arguments=(Argument("COMMAND", "The command to explain.", required=False, many=True),),
        options=(Option(("--all",), "List every command.", kind="flag"),),
        examples=("memdir help --all", "memdir help recall"),
    ),
)
