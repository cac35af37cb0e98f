"""Values as YAML text, in the plain subset: what YAML 1.1, YAML 1.2 and `plain_yaml` all read back as it was.

Text stands bare where nobody could take it for anything else, and in double quotes everywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .plain_yaml import is_text

_PLAIN = re.compile(r"[^\W_][\w ./@+()'’–—-]*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z)?")
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]')
_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def plain(value: object) -> object:
    """The value as `parse` gives it back: lists and dicts, lone surrogates as U+FFFD."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def field_lines(key: str, value: object, indent: int, quote: str = "") -> list[str]:
    """The lines, without endings, that say `key: value` at this indentation."""
    start = " " * indent + _text(key) + ":"
    if isinstance(value, Mapping) and value:
        lines = [start]
        for name, item in value.items():
            if item is not None:
                lines += field_lines(str(name), item, indent + 2) if indent == 0 else [_one_line(name, item, indent)]
        return lines if len(lines) > 1 else [start + " {}"]
    if isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        return [start, *(" " * (indent + 2) + "- " + flow_value(item) for item in value)]
    if isinstance(value, str):
        return [f"{start} {_quoted(value) if quote == chr(34) or key == 'description' else _text(value, quote)}"]
    return [f"{start} {flow_value(value)}"]


def _one_line(name: object, item: object, indent: int) -> str:
    return " " * (indent + 2) + f"{_text(str(name))}: {flow_value(item)}"


def _text(value: str, quote: str = "", *, flow: bool = False) -> str:
    """Text as YAML: bare where both YAML 1.1 and 1.2 read it back as text, else in double quotes."""
    if quote == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if _DATE.fullmatch(value) and not flow:
        return value
    if not quote and _PLAIN.fullmatch(value) and value[-1] != " " and is_text(value):
        return value
    return _quoted(value)


def _quoted(value: str) -> str:
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    named = _NAMED.get(character)
    return named or (f"\\x{ord(character):02x}" if character < "\u0100" else f"\\u{ord(character):04x}")


def flow_value(value: object) -> str:
    """Any plain value in one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(k), flow=True)}: {flow_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow_value(item) for item in value) + "]"
    return str(value) if isinstance(value, int) else _text(str(value), flow=True)


def _float(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return ".nan" if value != value else ".inf" if value > 0 else "-.inf"
    text = repr(value)
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent if exponent[0] in '+-' else '+' + exponent}"
