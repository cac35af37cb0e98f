"""The arguments of a tool call, checked against the table. What is wrong is said so that an agent can mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from memdir.errors import UsageError

from .app import Values
from .mcp_table import Param, Tool

MAX_ITEMS: Final = 50
"""Items of a list."""


def values_of(tool: Tool, arguments: Mapping[str, object]) -> Values:
    """The values by name, None for what was not given. Raises `UsageError`."""
    known = [param.name for param in tool.params]
    for name in arguments:
        if name not in known:
            raise UsageError(
                f"{tool.name} takes no {str(name)[:60]!r}", hint=f"it takes: {', '.join(known) or 'nothing'}"
            )
    return Values({param.name: _value(tool, param, arguments.get(param.name)) for param in tool.params})


def _value(tool: Tool, param: Param, given: object) -> object:
    if given is None:
        if param.required:
            raise UsageError(f"{tool.name} needs {param.name!r}", hint=param.help or None)
        return param.default if param.kind == "integer" else [] if param.kind == "texts" else None
    if param.kind == "flag":
        if not isinstance(given, bool):
            raise _wrong(param, "true or false")
        return given
    if param.kind == "integer":
        return _integer(param, given)
    if param.kind == "texts":
        items = [given] if isinstance(given, str) else given
        if not isinstance(items, list) or len(items) > MAX_ITEMS:
            raise _wrong(param, f"a list of at most {MAX_ITEMS} texts")
        return [_text(param, item) for item in items]
    return _text(param, given)


def _integer(param: Param, given: object) -> int:
    if isinstance(given, str) and given.strip().isdecimal() and len(given) < 12:
        given = int(given)
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or not param.lowest <= given <= param.highest:
        raise _wrong(param, f"a whole number from {param.lowest} to {param.highest}")
    return given


def _text(param: Param, given: object) -> str:
    if not isinstance(given, str):
        raise _wrong(param, "a text")
    if len(given) > param.highest:
        raise _wrong(param, f"at most {param.highest} characters, these are {len(given)}")
    if "\0" in given or any("\ud800" <= char <= "\udfff" for char in given):
        raise _wrong(param, "a text without NUL and half characters")
    if param.choices and given not in param.choices:
        raise _wrong(param, f"one of {', '.join(param.choices)}")
    if param.required and not given.strip():
        raise _wrong(param, "not empty")
    return given


def _wrong(param: Param, wanted: str) -> UsageError:
    return UsageError(f"{param.name!r} is to be {wanted}")
