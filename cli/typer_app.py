"""The typer application, made from the option table: help, completion and usage errors. The only owner of typer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

import typer

from . import registry
from .parse import Value
from .table import GLOBAL_OPTIONS, Argument, Command, Option

Run = Callable[[Command, dict[str, Value]], int]
_SAFE = "_"
"""Ends a parameter's name, so that an option may be called like a keyword (`--for`)."""
_TYPES: dict[str, type] = {"flag": bool, "text": str, "int": int, "float": float}


class UsageMistake(Exception):
    """What typer found wrong with the command line, in its words."""


def build(run: Run) -> typer.Typer:
    """The application; each command ends in `run(command, values)`."""
    app = typer.Typer(
        name="memdir",
        help="Search, check and share the memory coding agents already write.",
        context_settings={"help_option_names": ["-h", "--help"]},
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    general: dict[str, Value] = {}
    app.callback(invoke_without_command=True)(_keeper(general))
    commands = registry.all_commands()
    groups = {c.name.split()[0] for c in commands if " " in c.name}
    nested = {name: typer.Typer(rich_markup_mode=None) for name in sorted(groups)}
    for command in commands:
        call = _caller(command, general, run)
        summary = command.summary + (f"\n\n{command.description}" if command.description else "")
        word, _, rest = command.name.partition(" ")
        if rest:
            nested[word].command(rest, help=summary)(call)
        elif word in nested:
            nested[word].callback(invoke_without_command=True, help=summary)(_group_caller(command, general, run))
        else:
            app.command(word, help=summary)(call)
            for alias in command.aliases:
                app.command(alias, help=summary, hidden=True)(call)
    for name, group in nested.items():
        app.add_typer(group, name=name)
    return app


def main(argv: Sequence[str], run: Run) -> int:
    """Let typer read the command line. Raises `UsageMistake` with typer's words; returns the exit code."""
    try:
        result = build(run)(args=list(argv), prog_name="memdir", standalone_mode=False)
    except typer.Exit as stop:
        return int(stop.exit_code)
    except typer.Abort:
        return 130
    except Exception as error:
        # typer's and click's usage errors share no importable base across versions; they all have this method.
        words = getattr(error, "format_message", None)
        if words is None:
            raise
        raise UsageMistake(str(words())) from None
    return result if isinstance(result, int) else 0


def _keeper(general: dict[str, Value]) -> Callable[..., None]:
    def keep(ctx: typer.Context, **values: Any) -> None:
        general.update(_given(values))
        if ctx.invoked_subcommand is None and not ctx.resilient_parsing:
            raise UsageMistake("no command was given")

    return _signed(keep, GLOBAL_OPTIONS, context=True)


def _caller(command: Command, general: dict[str, Value], run: Run) -> Callable[..., int]:
    def call(**values: Any) -> int:
        return run(command, _merged(command, values, general))

    return _signed(call, (*command.options, *GLOBAL_OPTIONS), command.arguments)


def _group_caller(command: Command, general: dict[str, Value], run: Run) -> Callable[..., int]:
    def call(ctx: typer.Context, **values: Any) -> int:
        if ctx.invoked_subcommand is not None:
            general.update(_given(values))
            return 0
        return run(command, _merged(command, values, general))

    return _signed(call, (*command.options, *GLOBAL_OPTIONS), context=True)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {key.removesuffix(_SAFE): value for key, value in values.items() if value}


def _merged(command: Command, values: dict[str, Any], general: dict[str, Value]) -> dict[str, Value]:
    many = {o.key for o in command.options if o.many} | {a.key for a in command.arguments if a.many}
    plain: dict[str, Value] = {k.removesuffix(_SAFE): v.value if isinstance(v, Enum) else v for k, v in values.items()}
    for key in many:
        given = plain[key]
        plain[key] = [str(v.value) if isinstance(v, Enum) else str(v) for v in given] if isinstance(given, list) else []
    return {**plain, **{k: v for k, v in general.items() if not plain.get(k)}}


def _signed(
    function: Callable[..., Any],
    options: Sequence[Option],
    arguments: Sequence[Argument] = (),
    *,
    context: bool = False,
) -> Callable[..., Any]:
    parameters = [inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)] if context else []
    parameters += [_argument(a) for a in arguments]
    parameters += [_option(o) for o in options]
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {p.name: p.annotation for p in parameters}
    return function


def _argument(argument: Argument) -> inspect.Parameter:
    kind: Any = list[str] if argument.many else str
    default = typer.Argument(
        ... if argument.required else None,
        help=argument.help,
        metavar=argument.name,
        autocompletion=_memories if argument.is_memory else None,
    )
    annotation = kind if argument.required else kind | None
    return inspect.Parameter(
        argument.key + _SAFE, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def _memories(ctx: typer.Context, incomplete: str) -> list[str]:
    from .completion import memory_names

    given: dict[str, str | None] = {}
    for context in (ctx.parent, ctx):
        given |= {} if context is None else _given(context.params)
    return memory_names(incomplete, given)


def _option(option: Option) -> inspect.Parameter:
    kind: Any = _choice(option) if option.choices else _TYPES[option.kind]
    annotation: Any
    shown: dict[str, Any] = {"help": option.help, "hidden": option.hidden, "show_default": option.default is not None}
    if option.metavar and not option.choices:
        shown["metavar"] = option.metavar
    if option.kind == "flag":
        default: Any = typer.Option(False, *option.names, **shown)
        annotation = kind
    elif option.many:
        default = typer.Option(None, *option.names, **shown)
        annotation = list[kind] | None
    else:
        default = typer.Option(option.default, *option.names, **shown)
        annotation = kind | None
    return inspect.Parameter(option.key + _SAFE, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _choice(option: Option) -> Any:
    named = {choice: choice for choice in option.choices}
    return Enum(option.key, named, type=str)
