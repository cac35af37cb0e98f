"""One setting set in a TOML file by the smallest edit of its text: other lines, order and comments stay.

The result is read back: when the file does not then say exactly what it said before, but for that setting, it was too
unusual for a line edit and is left alone.
"""

from __future__ import annotations

import os
import re
import tomllib

from .errors import BadInputError, StorageError
from .files import failure, read_if_there, write_atomic
from .lock import hold
from .settings import Setting, Value, flattened

_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_HEADER = re.compile(r"\s*\[([^\[\]]+)\]\s*(#.*)?$")


def set_in_file(path: str, setting: Setting, value: Value) -> None:
    """Set it in the file, which is made when it is missing. Raises `BadInputError` when the file is no valid TOML or
    cannot be edited by line, `StorageError` when it cannot be written, `LockedError` when others keep setting some."""
    before, after = _with_setting(path, setting, value)
    if before == after:
        return
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise failure(error, path, "making the directory") from error
    with hold(folder, command="memdir config set"):
        before, after = _with_setting(path, setting, value)  # as the one who held the lock before left it
        if read_if_there(path) != before:
            raise StorageError("changed by another program meanwhile", path=path, hint="run it again")
        write_atomic(path, after)


def _with_setting(path: str, setting: Setting, value: Value) -> tuple[bytes | None, bytes]:
    """The file's bytes (None without a file) and what they become."""
    before = read_if_there(path)
    try:
        return before, edited((before or b"").decode("utf-8"), setting.name, value).encode()
    except (ValueError, RecursionError) as error:
        raise BadInputError(f"cannot set {setting.name}: {error}", path=path, hint="edit the file by hand") from error


def edited(text: str, name: str, value: Value) -> str:
    """The text with the dotted `name` set. Raises `ValueError` when the text is no TOML or a line edit would change
    more than that."""
    old = dict(flattened(tomllib.loads(text)))
    lines = _LINES.findall(text)
    newline = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    place = _find(lines, name)
    if place is not None:
        lines[place] = _replaced(lines[place], toml(value))
    else:
        _insert(lines, name, toml(value), newline)
    result = "".join(lines)
    wanted = {**old, name: list(value) if isinstance(value, tuple) else value}
    if dict(flattened(tomllib.loads(result))) != wanted:
        raise ValueError("the file is written in a way that a line edit does not fit")
    return result


def toml(value: Value) -> str:
    """The value in TOML's spelling. Raises `ValueError` for None, which TOML cannot say."""
    if value is None:
        raise ValueError("nothing to set")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _quoted(value)
    return "[" + ", ".join(map(_quoted, value)) + "]"


def _quoted(text: str) -> str:
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(c) or (c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}") for c in text) + '"'


def _find(lines: list[str], name: str) -> int | None:
    """The line that sets `name`, below its table's header or dotted."""
    table = ""
    for at, line in enumerate(lines):
        header = _HEADER.match(line)
        if header:
            table = _dotted(header[1]) + "."
        elif "=" in line and table + _dotted(line.partition("=")[0]) == name:
            return at
    return None


def _dotted(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))


def _replaced(line: str, value: str) -> str:
    """The line with another value; a comment behind the old one stays."""
    key, _, rest = line.partition("=")
    ending = rest[len(rest.rstrip("\r\n")) :]
    rest = rest.rstrip("\r\n")
    space = rest[: len(rest) - len(rest.lstrip())]
    return f"{key}={space}{value}{_comment(rest)}{ending}"


def _comment(rest: str) -> str:
    """The comment behind a value, with the space before it: the first `#` from which on the rest is no value."""
    for at, char in enumerate(rest):
        if char == "#":
            try:
                tomllib.loads("x = " + rest[:at])
            except tomllib.TOMLDecodeError:
                continue
            return rest[len(rest[:at].rstrip()) :]
    return ""


def _insert(lines: list[str], name: str, value: str, newline: str) -> None:
    table, _, key = name.rpartition(".")
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += newline
    headers = [(at, _dotted(found[1])) for at, line in enumerate(lines) if (found := _HEADER.match(line))]
    any_header = next((at for at, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
    if not table:
        lines.insert(_after_text(lines, 0, any_header), f"{key} = {value}{newline}")
        return
    for number, (at, header) in enumerate(headers):
        if header == table:
            end = headers[number + 1][0] if number + 1 < len(headers) else len(lines)
            lines.insert(_after_text(lines, at + 1, end), f"{key} = {value}{newline}")
            return
    space = [newline] if lines and lines[-1].strip() else []
    lines += [*space, f"[{table}]{newline}", f"{key} = {value}{newline}"]


def _after_text(lines: list[str], start: int, end: int) -> int:
    """The place behind the last line with a setting in `lines[start:end]`, else `start` or behind its comments."""
    for at in range(end - 1, start - 1, -1):
        if lines[at].strip():
            return at + 1
    return start
