"""The plain subset of YAML that memory files use, read by lines: scalars, one-line flow lists and mappings, nested
mappings, lists of one-line items. What it reads it reads as PyYAML does (YAML 1.1, dates stay text, keys are text).

Two things are told apart: a line *outside the subset* (`odd`: the caller asks the YAML library about the whole), and a
line that is *no YAML at all* (`invalid`: `description: Remember: use tabs`). Either way there is a value for every line
that has a key, so that a file in bad YAML still gives its name and description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

MAX_DEPTH: Final = 12

_KEY = re.compile(r"([^\W\d][\w.-]{0,120}) *:(?: +|$)")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"')
_SINGLE = re.compile(r"'((?:[^']|'')*)'")
_COMMENT = re.compile(r" +#.*")
_ESCAPE = re.compile(r'\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(["\\/ abefnrtv0N_LP]))')
_ESCAPES: Final = {
    '"': '"', "\\": "\\", "/": "/", " ": " ", "0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n",
    "r": "\r", "t": "\t", "v": "\v", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_WORDS: Final[Mapping[str, object]] = {
    spelling: value
    for words, value in ((("true", "yes", "on"), True), (("false", "no", "off"), False), (("null",), None))
    for word in words
    for spelling in (word, word.capitalize(), word.upper())
} | {"~": None}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]*")
_NUMBER = re.compile(  # the implicit int and float of YAML 1.1 in PyYAML's resolver
    r"[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+"
    r"|[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|=|<<"
)
_FLOW_PLAIN = re.compile(
    r"[^\s,\[\]{}\"'#&*!|>%@`?:-](?:[^\s,?\[\]{}:#]|:(?![\s,?\[\]{}]|$)|(?<! )#| +(?![ ,?\]}:#]))*"
)
_FLOW_END = re.compile(r" *([,\]}])")


class Odd(ValueError):
    """Valid YAML perhaps, but outside the subset."""


class Invalid(ValueError):
    """No YAML whatever follows."""


class Reading:
    """What one pass over the lines of a head gave. `odd` is the first line (from 1, in `lines`) outside the subset, 0
    when there is none; `invalid` lists (line, reason)."""

    __slots__ = ("duplicates", "head", "invalid", "lines", "odd")

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.odd = 0
        self.invalid: list[tuple[int, str]] = []
        self.duplicates: list[tuple[int, str]] = []
        self.head: dict[str, object] = {}
        at = self._significant(0)
        while at < len(lines):
            if self.head:
                self._mark_odd(at)  # less indented than the first line
            found, at = self._mapping(at, _indent(lines[at]), 0)
            self.head.update(found)

    def _significant(self, at: int) -> int:
        """The next line that is neither blank nor a comment."""
        lines = self.lines
        while at < len(lines):
            text = lines[at].lstrip(" ")
            if text and text[0] != "#" and text[0] != "\r":
                return at
            at += 1
        return at

    def _mapping(self, at: int, indent: int, depth: int) -> tuple[dict[str, object], int]:
        found: dict[str, object] = {}
        lines = self.lines
        while at < len(lines):
            line = lines[at]
            here = _indent(line)
            if here < indent:
                break
            match = _KEY.match(line, indent) if here == indent else None
            if match is None:
                self._mark_odd(at)
                at = self._significant(at + 1)
                continue
            key, text = match[1], line[match.end() :].rstrip(" ")
            if key in found:
                self.duplicates.append((at + 1, key))
            if text and text[0] != "#":
                found[key], at = self._inline(text, at, indent)
            else:
                found[key], at = self._nested(at, indent, depth)
        return found, at

    def _inline(self, text: str, at: int, indent: int) -> tuple[object, int]:
        """The value after `key:`, and the lines that go on with it (none in the subset)."""
        value = self._value(text, at)
        after = self._significant(at + 1)
        if after < len(self.lines) and _indent(self.lines[after]) > indent:
            self._mark_odd(at)
            more = []
            while after < len(self.lines) and _indent(self.lines[after]) > indent:
                more.append(self.lines[after].strip())
                after = self._significant(after + 1)
            value = " ".join(([] if text[0] in "|>" else [text]) + more)
        return value, after

    def _nested(self, at: int, indent: int, depth: int) -> tuple[object, int]:
        """The lines below a `key:` without a value: a mapping, a list, or nothing."""
        after = self._significant(at + 1)
        if after >= len(self.lines):
            return None, after
        deeper = _indent(self.lines[after])
        is_list = self.lines[after].startswith("- ", deeper)
        if deeper > indent or (deeper == indent and is_list):
            if depth >= MAX_DEPTH:
                self._mark_odd(after)
                return None, len(self.lines)
            return self._list(after, deeper) if is_list else self._mapping(after, deeper, depth + 1)
        return None, after

    def _list(self, at: int, indent: int) -> tuple[list[object], int]:
        items: list[object] = []
        while at < len(self.lines):
            line = self.lines[at]
            here = _indent(line)
            if here < indent or (here == indent and not line.startswith("- ", indent)):
                break
            text = line[here + 2 :].strip(" ")
            if here > indent or not text or text[0] in "#-" or _KEY.match(text):
                self._mark_odd(at)
            if text:
                items.append(self._value(text, at, in_list=True))
            at = self._significant(at + 1)
        return items, at

    def _value(self, text: str, at: int, *, in_list: bool = False) -> object:
        try:
            return scalar(text)
        except Odd:
            self._mark_odd(at)
        except Invalid as error:
            if in_list:  # a mapping may begin there
                self._mark_odd(at)
            else:
                self.invalid.append((at + 1, str(error)))
        return bare(text)

    def _mark_odd(self, at: int) -> None:
        self.odd = self.odd or at + 1


def scalar(text: str) -> object:
    """The value of one line's text (not empty, no blanks around). Raises `Odd` or `Invalid`."""
    first = text[0]
    if first in "\"'":
        match = (_DOUBLE if first == '"' else _SINGLE).match(text)
        if match is None:
            raise Odd
        if match.end() != len(text) and not _COMMENT.fullmatch(text, match.end()):
            if text[match.end()] == "#":
                raise Odd
            raise Invalid("text after the closing quote")
        return _unquote(first, match[1])
    if first in "[{":
        value, at = _flow(text, 0, 0)
        if at != len(text) and not _COMMENT.fullmatch(text, at):
            raise Odd
        return value
    if first in "@`%":
        raise Invalid(f"a value cannot begin with {first}")
    if first in "&*!|>,]}#?:-" and (first not in "?:-" or text[1:2] in ("", " ")):
        raise Odd
    if " #" in text:
        text = text[: text.index(" #")].rstrip(" ")
    if ": " in text or text[-1] == ":":
        raise Invalid("a colon inside text that is not quoted")
    return _resolve(text)


def bare(text: str) -> str:
    """The text as a person meant it: without the quotes around it."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


def is_text(text: str) -> bool:
    """True when YAML 1.1 and 1.2 both take these bare words for text, not for a number, a truth value or nothing."""
    return not (
        text in _WORDS
        or text in ("y", "n", "Y", "N")
        or _NUMBER.fullmatch(text)
        or re.fullmatch(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0[ox][0-9a-fA-F]+", text)
    )


def _resolve(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "0123456789+-.=<" and _NUMBER.fullmatch(text):
        if len(text) < 20 and _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        raise Odd
    return text


def _unquote(quote: str, inner: str) -> str:
    if quote == "'":
        return inner.replace("''", "'")
    if "\\" not in inner:
        return inner
    if "\\" in _ESCAPE.sub("", inner):
        raise Odd
    return _ESCAPE.sub(_unescape, inner)


def _unescape(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    if digits is None:
        return _ESCAPES[match[4]]
    if int(digits, 16) > 0x10FFFF:
        raise Odd
    return chr(int(digits, 16))


def _flow(text: str, at: int, depth: int) -> tuple[object, int]:
    """A flow list, a flow mapping or a scalar in one, from `at`; the value and where it ends."""
    if depth > MAX_DEPTH or at >= len(text):
        raise Odd
    first = text[at]
    if first in "[{":
        return _flow_items(text, at, depth)
    match = (_DOUBLE if first == '"' else _SINGLE if first == "'" else _FLOW_PLAIN).match(text, at)
    if match is None:
        raise Odd
    if first in "\"'":
        return _unquote(first, match[1]), match.end()
    return _resolve(match[0]), match.end()


def _flow_items(text: str, at: int, depth: int) -> tuple[object, int]:
    mapping: dict[str, object] | None = {} if text[at] == "{" else None
    items: list[object] = []
    close = "]" if mapping is None else "}"
    at = _skip(text, at + 1)
    while text[at : at + 1] != close:
        if mapping is not None:
            match = _KEY.match(text, at)
            if match is None:
                raise Odd
            at = match.end()
            if text[at : at + 1] in ("", ",", "}"):
                mapping[match[1]] = None
            else:
                mapping[match[1]], at = _flow(text, at, depth + 1)
        else:
            value, at = _flow(text, at, depth + 1)
            items.append(value)
        end = _FLOW_END.match(text, at)
        if end is None or end[1] not in (",", close):
            raise Odd
        at = end.end() - 1 if end[1] == close else _skip(text, end.end())
    return (items if mapping is None else mapping), at + 1


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] == " ":
        at += 1
    return at


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
