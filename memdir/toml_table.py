"""One table of a TOML file set or taken out by its lines; the rest of the file stays as it is written."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence

_HEADER = re.compile(r"[ \t]*\[{1,2}[ \t]*([^\[\]]+?)[ \t]*\]{1,2}[ \t]*(?:#.*)?\r?\n?")

_UNEDITABLE = "the file is written in a way that cannot be edited by lines"


def set_table(text: str, name: Sequence[str], values: Mapping[str, str | list[str]]) -> str:
    """The text with the table `name` holding exactly `values`; unchanged when it does. Raises `ValueError` (with the
    line for a text that is no TOML) when it cannot be done by lines."""
    before = tomllib.loads(text)
    if _at(before, name) == dict(values):
        return text
    bare = remove_table(text, name)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = [
        f"[{'.'.join(name)}]",
        *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()),
    ]
    start = bare if not bare or bare.endswith("\n") else bare + newline
    if start.strip():
        start += newline
    done = start + newline.join(lines) + newline
    expected = _with(before, name, dict(values))
    if _read(done) != expected:
        raise ValueError(_UNEDITABLE)
    return done


def remove_table(text: str, name: Sequence[str]) -> str:
    """The text without the table and those below it; the blank line before it goes with it. Raises `ValueError`."""
    before = tomllib.loads(text)
    if _at(before, name) is None:
        return text
    kept: list[str] = []
    after: list[str] = []  # blank lines and comments that may belong to what follows
    inside = False
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        header = _HEADER.fullmatch(line)
        if header:
            parts = [part.strip().strip("\"'") for part in header[1].split(".")]
            was, inside = inside, parts[: len(name)] == list(name)
            if inside and not was and kept and not kept[-1].strip():
                kept.pop()
            if was and not inside:
                kept += after if kept else [each for each in after if each.strip()]
            after = []
        if not inside:
            kept.append(line)
        elif not header:
            after = [*after, line] if not line.strip() or line.lstrip().startswith("#") else []
    if any(line.strip() for line in after):
        kept += after
    done = "".join(kept)
    expected = _without(before, name)
    if _read(done) not in (expected, _pruned(expected, name[:-1])):
        raise ValueError(_UNEDITABLE)
    return done


def _read(done: str) -> dict[str, object] | None:
    """What was made, None when it is no TOML: then the file is written in a way that lines do not see."""
    try:
        return tomllib.loads(done)
    except tomllib.TOMLDecodeError:
        return None


def _at(value: object, name: Sequence[str]) -> object:
    for key in name:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _with(value: dict[str, object], name: Sequence[str], new: object) -> dict[str, object]:
    key, rest = name[0], name[1:]
    inner = value.get(key)
    return {**value, key: _with(inner if isinstance(inner, dict) else {}, rest, new) if rest else new}


def _without(value: dict[str, object], name: Sequence[str]) -> dict[str, object]:
    key, rest = name[0], name[1:]
    inner = value.get(key)
    if rest and isinstance(inner, dict):
        return {**value, key: _without(inner, rest)}
    return {k: v for k, v in value.items() if k != key}


def _pruned(value: dict[str, object], name: Sequence[str]) -> dict[str, object]:
    """Without the tables on the way that are empty: they were only written by the name of what is gone."""
    if name and _at(value, name) == {}:
        return _pruned(_without(value, name), name[:-1])
    return value
