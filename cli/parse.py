"""A small parser over the option table for well-formed command lines, so that a run need not import typer (140 ms).

It answers None for everything else (help, completion, a usage error, an unknown command): the typer application made
from the same table then does the talking. A test holds both to the same values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from memdir.errors import UsageError

from .registry import MODULES, find, nearest
from .table import GLOBAL_OPTIONS, Argument, Command, Option

Value = str | int | float | bool | None | list[str]


def refuse_unknown_command(argv: Sequence[str]) -> None:
    """Raise `UsageError` with the command that is probably meant when the first word names none."""
    try:
        _, at = _options(list(argv), 0, _by_name(GLOBAL_OPTIONS), defaults(GLOBAL_OPTIONS), stop_at_word=True)
    except _NotPlain:
        return
    if at < len(argv) and argv[at] not in MODULES:
        meant = nearest(argv[at])
        hint = f"did you mean memdir {meant}?" if meant else "memdir help --all lists them"
        raise UsageError(f"there is no command {argv[at]!r}", hint=f"{hint}; see memdir help" if meant else hint)


class _NotPlain(Exception):
    """The command line needs typer."""


def defaults(options: Iterable[Option], arguments: Iterable[Argument] = ()) -> dict[str, Value]:
    """The values of a command line that gives nothing."""
    values: dict[str, Value] = {}
    for option in options:
        values[option.key] = False if option.kind == "flag" else [] if option.many else option.default
    for argument in arguments:
        values[argument.key] = [] if argument.many else None
    return values


def parse(argv: Sequence[str], default: str = "status") -> tuple[Command, dict[str, Value]] | None:
    """The command and its values, by key; None when typer has to look at it. No words at all mean `default`.
    Raises `UsageError` for a value that is none of an option's choices."""
    try:
        return _parse(list(argv), default)
    except _NotPlain:
        return None


def _parse(argv: list[str], default: str) -> tuple[Command, dict[str, Value]]:
    general: dict[str, Value] = defaults(GLOBAL_OPTIONS)
    before, start = _options(argv, 0, _by_name(GLOBAL_OPTIONS), general, stop_at_word=True)
    found = find(argv[start : start + 2] or [default])
    if before or found is None:
        raise _NotPlain
    command, taken = found
    table = (*command.options, *GLOBAL_OPTIONS)
    values = {**defaults(command.options, command.arguments), **general}
    words, _ = _options(argv, start + taken, _by_name(table), values, stop_at_word=False)
    _place(words, command.arguments, values)
    return command, values


def _by_name(options: Iterable[Option]) -> dict[str, Option]:
    return {name: option for option in options for name in option.names}


def _options(
    argv: list[str], i: int, table: dict[str, Option], values: dict[str, Value], *, stop_at_word: bool
) -> tuple[list[str], int]:
    words: list[str] = []
    while i < len(argv):
        token = argv[i]
        if token == "--" and not stop_at_word:
            return words + argv[i + 1 :], len(argv)
        if not token.startswith("-") or token == "-":
            if stop_at_word:
                return words, i
            words.append(token)
            i += 1
            continue
        name, given, text = token.partition("=") if token.startswith("--") else (token[:2], token[2:], token[2:])
        option = table.get(name)
        if option is None:
            raise _NotPlain
        i += 1
        if option.kind == "flag":
            if given:
                raise _NotPlain
            values[option.key] = True
            continue
        if not given:
            if i >= len(argv):
                raise _NotPlain
            text = argv[i]
            i += 1
        _store(option, text, values)
    return words, i


def _store(option: Option, text: str, values: dict[str, Value]) -> None:
    if option.choices and text not in option.choices:
        raise UsageError(f"{option.names[-1]} is not {text!r}", hint=f"one of {', '.join(option.choices)}")
    value: str | int | float = text
    try:
        if option.kind == "int":
            value = int(text)
        elif option.kind == "float":
            value = float(text)
    except ValueError:
        raise _NotPlain from None
    if option.many:
        given = values[option.key]
        values[option.key] = [*(given if isinstance(given, list) else []), str(value)]
    else:
        values[option.key] = value


def _place(words: list[str], arguments: Sequence[Argument], values: dict[str, Value]) -> None:
    for argument in arguments:
        if argument.many:
            values[argument.key] = words
            if argument.required and not words:
                raise _NotPlain
            return
        if not words:
            if argument.required:
                raise _NotPlain
            return
        values[argument.key] = words.pop(0)
    if words:
        raise _NotPlain
