"""A JSON text edited in place: everything that is not touched keeps its order and its formatting.

The text is read once with the place of every value; an edit replaces, inserts or cuts a span. The result is read back
and compared with what was meant, so that an edit never says more than it should.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

Path = Sequence[str | int]
"""Keys and places from the top."""

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_SCALAR: Final = re.compile(r"[^\s,\]}\"{\[]+")
_MAX_DEPTH: Final = 100


class Malformed(ValueError):
    """The text is no JSON; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class Item(NamedTuple):
    """A member of an object or array: its key (None in an array), where it begins (with its key) and its value."""

    key: str | None
    start: int
    node: Node


class Node:
    """A value in the text: its span, and for an object or array its items."""

    __slots__ = ("end", "items", "kind", "start")

    def __init__(self, kind: str, start: int) -> None:
        self.kind = kind
        self.start = start
        self.end = start
        self.items: list[Item] = []

    def get(self, key: str | int) -> Node | None:
        """The value of a key (of equal keys the last, as JSON readers do) or at a place."""
        if isinstance(key, int):
            return self.items[key].node if self.kind == "array" and 0 <= key < len(self.items) else None
        return next((item.node for item in reversed(self.items) if item.key == key), None)


def loads(text: str) -> object:
    """The value of the text; an empty text is an empty object. Raises `Malformed` with the line."""
    body = text.removeprefix("\ufeff")
    if not body.strip():
        return {}
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        raise Malformed(error.msg, error.lineno) from error
    except RecursionError:
        raise Malformed("nested too deeply", 1) from None


def set_value(text: str, path: Path, value: object) -> str:
    """The text with `value` at `path`, where missing objects on the way are made. Raises `Malformed`, and `ValueError`
    where something on the way is no object."""
    before = loads(text)
    expected = _with(before, path, value)
    if _same(before, expected) and text.strip("\ufeff \t\r\n"):
        return text
    if not text.strip("\ufeff \t\r\n"):
        text = "{}\n"
    root, where = _Reader(text).read(), 0
    node = root
    while where < len(path):
        child = node.get(path[where])
        if child is None:
            break
        node, where = child, where + 1
    if where == len(path):
        indent = _indent_of(text, node.start)
        result = text[: node.start] + _dump(value, text, indent) + text[node.end :]
    else:
        for key in reversed(path[where + 1 :]):
            value = {str(key): value}
        result = _insert(text, node, str(path[where]), value)
    return _checked(result, expected)


def append(text: str, path: Path, value: object) -> str:
    """The text with `value` at the end of the array at `path`, which is made when it is missing. Raises as
    `set_value`."""
    found = _at(loads(text), path)
    if found is None:
        return set_value(text, path, [value])
    if not isinstance(found, list):
        raise ValueError(f"{'.'.join(map(str, path))} is no list")
    expected = _with(loads(text), path, [*found, value])
    node = _node(_Reader(text).read(), path)
    return _checked(_insert(text, node, None, value), expected)


def remove(text: str, path: Path) -> str:
    """The text without the member at `path`. Raises as `set_value`, and `KeyError` when there is none."""
    expected = _without(loads(text), path)
    parent = _node(_Reader(text).read(), path[:-1])
    places = [
        place
        for place, item in enumerate(parent.items)
        if (item.key == path[-1] if isinstance(path[-1], str) else place == path[-1])
    ]
    for place in reversed(places):
        text = _cut(text, parent, place)
        parent = _node(_Reader(text).read(), path[:-1])
    return _checked(text, expected)


def _cut(text: str, parent: Node, place: int) -> str:
    items = parent.items
    if len(items) == 1:
        return text[: parent.start + 1] + text[parent.end - 1 :]
    if place:
        return text[: items[place - 1].node.end] + text[items[place].node.end :]
    return text[: items[0].start] + text[items[1].start :]


def _insert(text: str, parent: Node, key: str | None, value: object) -> str:
    """Insert a last member, laid out as its neighbours are."""
    indent = _indent_of(text, parent.start)
    newline = "\r\n" if "\r\n" in text else "\n"
    spread = not parent.items or "\n" in text[parent.start : parent.items[-1].start]
    if parent.items:
        last = parent.items[-1]
        inner = _indent_of(text, last.start) if spread else indent
        lead = f",{newline}{inner}" if spread else ", "
        at, tail = last.node.end, ""
    else:
        inner = indent + _unit(text)
        lead, tail = f"{newline}{inner}", f"{newline}{indent}"
        at = parent.start + 1
    said = _dump(value, text, inner) if spread else json.dumps(value, ensure_ascii=False)
    if key is not None:
        said = f"{json.dumps(key, ensure_ascii=False)}: {said}"
    rest = text[at:] if parent.items else text[parent.end - 1 :]
    return text[:at] + lead + said + tail + rest


def _dump(value: object, text: str, indent: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    said = json.dumps(value, ensure_ascii=False, indent=_unit(text))
    return said.replace("\n", newline + indent)


def _unit(text: str) -> str:
    """What the text indents by: the first indented line's, else two spaces."""
    found = re.search(r"\n([ \t]+)\S", text)
    return found[1] if found else "  "


def _indent_of(text: str, at: int) -> str:
    """The indentation of the line on which a place lies."""
    start = text.rfind("\n", 0, at) + 1
    found = re.compile(r"[ \t]*").match(text, start)
    return found[0] if found else ""


def _checked(result: str, expected: object) -> str:
    if not _same(loads(result), expected):
        raise ValueError("the file is written in a way that cannot be edited in place")
    return result


def _same(one: object, other: object) -> bool:
    """Whether two values are written alike: `1` and `true` are equal in Python, not here."""
    return json.dumps(one) == json.dumps(other)


def _at(value: object, path: Path) -> object:
    for key in path:
        if isinstance(key, str) and isinstance(value, dict):
            value = value.get(key)
        elif isinstance(key, int) and isinstance(value, list) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def _with(value: object, path: Path, new: object) -> object:
    if not path:
        return new
    key, rest = path[0], path[1:]
    if isinstance(key, int) and isinstance(value, list):
        return [_with(item, rest, new) if place == key else item for place, item in enumerate(value)]
    if not isinstance(value, dict) or not isinstance(key, str):
        raise ValueError(f"{key!r} cannot be set in what is no object")
    return {**value, key: _with(value.get(key, {}), rest, new)}


def _without(value: object, path: Path) -> object:
    key, rest = path[0], path[1:]
    if isinstance(key, int) and isinstance(value, list) and key < len(value):
        kept = [_without(item, rest) if place == key and rest else item for place, item in enumerate(value)]
        return kept if rest else [item for place, item in enumerate(value) if place != key]
    if isinstance(value, dict) and isinstance(key, str) and key in value:
        return {k: (_without(v, rest) if k == key else v) for k, v in value.items() if rest or k != key}
    raise KeyError(key)


def _node(root: Node, path: Path) -> Node:
    for key in path:
        found = root.get(key)
        if found is None:
            raise KeyError(key)
        root = found
    return root


class _Reader:
    """Reads the places of values in a text that is known to be JSON."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 1 if text.startswith("\ufeff") else 0

    def read(self) -> Node:
        return self._value(0)

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _value(self, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise Malformed("nested too deeply", self._text.count("\n", 0, self._at) + 1)
        self._skip()
        opening = self._text[self._at]
        if opening in "{[":
            return self._members(opening, depth)
        node = Node("scalar", self._at)
        found = (_STRING if opening == '"' else _SCALAR).match(self._text, self._at)
        node.end = self._at = found.end() if found else self._at + 1
        return node

    def _members(self, opening: str, depth: int) -> Node:
        node = Node("object" if opening == "{" else "array", self._at)
        closing = "}" if opening == "{" else "]"
        self._at += 1
        self._skip()
        while self._text[self._at] != closing:
            start, key = self._at, None
            if opening == "{":
                name = self._value(depth + 1)
                key = json.loads(self._text[name.start : name.end])
                self._skip()
                self._at += 1  # the colon
            node.items.append(Item(key, start, self._value(depth + 1)))
            self._skip()
            if self._text[self._at] == ",":
                self._at += 1
                self._skip()
        self._at += 1
        node.end = self._at
        return node
