"""Writing frontmatter: minimal line edits of a file that is there, and whole new files.

An edit changes the field's own lines and nothing else: order, quoting, line endings, BOM, trailing spaces and unknown
keys stay (design §4). What was edited is read back before it is returned; an edit that would not read as asked is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .errors import BadInputError
from .frontmatter_read import TOP_LEVEL, Parsed, newline_of, parse, split_head, utf16_of
from .plain_yaml import is_text

_LINE_KEY = re.compile(r"( *)(?:\"([^\"\\]+)\"|'([^']+)'|([^\s#\"'\[{&*!|>%@`-][^:#]*?)) *:(?=\s|$)")
_PLAIN = re.compile(r"[^\W_][\w ./@+()'’–—-]*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z)?")
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]')
_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(slots=True)
class _Entry:
    """The lines `[start, end)` of one key, and its indentation."""

    start: int
    end: int
    indent: int


def edit(data: bytes, changes: Mapping[str, object | None], *, modified: str | None = None) -> bytes:
    """The file's bytes with fields set, or removed where the value is None.

    A field is changed where it stands (`metadata.<key>`, else the top level); a new one goes under `metadata:`, but for
    `name` and `description`. `modified` (RFC 3339) replaces an existing `metadata.modified` and is never added.
    Raises `BadInputError` for a file without frontmatter (code `no-frontmatter`), with invalid YAML (with its line), or
    in UTF-16.
    """
    before = parse(data)
    _refuse(before, data)
    text = data.decode("utf-8", "surrogateescape")
    start = 1 if before.bom else 0
    split = split_head(text[start:])
    assert split is not None
    begin, end = start + split.start, start + split.end
    head = _Head(text[begin:end], before.newline)
    expected = {key: (dict(value) if isinstance(value, dict) else value) for key, value in before.head.items()}
    wanted = {key: _plain(value) for key, value in changes.items()}
    metadata = expected.get("metadata")
    if modified is not None and isinstance(metadata, dict) and "modified" in metadata:
        wanted["modified"] = modified
    for key, value in wanted.items():
        _apply(head, expected, key, value)
    result = (text[:begin] + head.text() + text[end:]).encode("utf-8", "surrogateescape")
    after = parse(result)
    if after.head != expected or after.body != before.body:
        raise BadInputError("this frontmatter cannot be edited by lines", line=split.line, hint="edit it by hand")
    return result


def replace_body(data: bytes, body: str) -> bytes:
    """The file with another body; the frontmatter stays byte for byte, the body gets the file's line endings."""
    bom = data.startswith(b"\xef\xbb\xbf")
    if utf16_of(data):
        raise BadInputError("the file is UTF-16", line=1, hint="convert it to UTF-8 first")
    text = data[3 if bom else 0 :].decode("utf-8", "surrogateescape")
    split = split_head(text)
    kept = text[: split.body] if split is not None and parse(data).shape != "none" else ""
    newline = newline_of(text)
    if kept and not kept.endswith(("\n", "\r")):
        kept += newline
    if newline != "\n":
        body = body.replace("\r\n", "\n").replace("\n", newline)
    return (b"\xef\xbb\xbf" if bom else b"") + (kept + body).encode("utf-8", "surrogateescape")


def render(head: Mapping[str, object], body: str) -> bytes:
    """A new file. `description` is always quoted; lists of mappings (links) stand one flow mapping a line; None as a
    value leaves the key out. `parse` reads back what was given, for any text (lone surrogates become U+FFFD)."""
    lines = ["---"]
    for key, value in head.items():
        if value is not None:
            lines += _field_lines(key, _plain(value), 0)
    lines.append("---")
    return ("\n".join(lines) + "\n" + str(_plain(body))).encode()


def _plain(value: object) -> object:
    """The value as `parse` gives it back: lists and dicts, lone surrogates as U+FFFD."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _refuse(parsed: Parsed, data: bytes) -> None:
    if utf16_of(data):
        raise BadInputError("the file is UTF-16", line=1, hint="convert it to UTF-8 first")
    if parsed.shape == "none":
        raise BadInputError(
            "the file has no frontmatter", line=1, hint="adopt it first: give it a name", code="no-frontmatter"
        )
    for code in ("unclosed-frontmatter", "invalid-yaml"):
        problem = parsed.problem(code)
        if problem is not None:
            raise BadInputError(
                f"invalid frontmatter: {problem.message}", line=problem.line, hint="memdir check --fix", code=code
            )


class _Head:
    """The lines of a head, with their endings."""

    def __init__(self, text: str, newline: str) -> None:
        self.newline = newline
        self.lines = [line for line in re.split(r"(?<=\n)" if newline != "\r" else r"(?<=\r)", text) if line]

    def text(self) -> str:
        return "".join(self.lines)

    def entries(self, start: int, end: int) -> dict[str, _Entry]:
        """The keys of the mapping whose lines are `[start, end)`; of a key given twice the last one."""
        found: dict[str, _Entry] = {}
        at = self._next(start, end)
        if at == end:
            return found
        indent = _indent(self.lines[at])
        last: _Entry | None = None
        for number in range(at, end):
            line = self.lines[number]
            if not line.strip():
                continue
            here = _indent(line)
            match = _LINE_KEY.match(line) if here == indent else None
            if match is not None:
                last = _Entry(number, number + 1, indent)
                found[match[2] or match[3] or match[4]] = last
            elif last is not None and (here > indent or line.startswith("-", here)):
                last.end = number + 1
        return found

    def replace(self, entry: _Entry, lines: Sequence[str]) -> None:
        self.lines[entry.start : entry.end] = [line + self.newline for line in lines]

    def replace_items(self, entry: _Entry, old: Sequence[object], new: Sequence[object]) -> bool:
        """Rewrite a list that has an item a line, keeping the lines of the items that stay. False for another list."""
        lines = [line for line in self.lines[entry.start + 1 : entry.end] if line.lstrip().startswith("- ")]
        if not new or len(lines) != len(old):
            return False
        indent = " " * _indent(lines[0])
        kept = [self.lines[entry.start]]
        for value in new:
            at = next((n for n, item in enumerate(old) if item == value and type(item) is type(value)), -1)
            kept.append(lines[at] if at >= 0 else f"{indent}- {_flow_value(value)}{self.newline}")
        self.lines[entry.start : entry.end] = kept
        return True

    def insert(self, at: int, lines: Sequence[str]) -> None:
        self.lines[at:at] = [line + self.newline for line in lines]

    def _next(self, start: int, end: int) -> int:
        while start < end and (not self.lines[start].strip() or self.lines[start].lstrip().startswith("#")):
            start += 1
        return start


def _apply(head: _Head, expected: dict[str, object], key: str, value: object | None) -> None:
    top = head.entries(0, len(head.lines))
    metadata = expected.get("metadata")
    block = top.get("metadata")
    inside = isinstance(metadata, dict) and key in metadata and not (key in TOP_LEVEL and key in expected)
    if not inside and (key in expected or key in TOP_LEVEL):
        _set(head, top, expected, key, value, top.get("name") if key == "description" else None)
        return
    if block is None:
        if value is not None:
            indent = min((entry.indent for entry in top.values()), default=0)
            head.insert(len(head.lines), _field_lines("metadata", {key: value}, indent))
            expected["metadata"] = {key: value}
        return
    if not isinstance(metadata, dict):
        if metadata is not None or value is None:
            if value is None:
                return
            raise BadInputError("metadata is no mapping", hint="memdir check --fix")
        metadata = {}
    fresh = dict(metadata)
    expected["metadata"] = fresh
    if block.end == block.start + 1 and metadata:  # written as one flow mapping
        _put(fresh, key, value)
        line = " " * block.indent + "metadata: " + _flow_value(fresh)
        if fresh != metadata:
            head.replace(block, [line])
        return
    inner = head.entries(block.start + 1, block.end)
    if not inner and value is not None:
        head.insert(block.start + 1, _field_lines(key, value, block.indent + 2))
        fresh[key] = value
        return
    _set(head, inner, fresh, key, value, None)
    if not fresh and metadata:  # a `metadata:` with nothing below it is of no use to anyone
        del expected["metadata"], head.lines[block.start]


def _set(
    head: _Head,
    entries: Mapping[str, _Entry],
    mapping: dict[str, object],
    key: str,
    value: object | None,
    after: _Entry | None,
) -> None:
    """Set or remove one key among `entries`, whose values are `mapping`."""
    entry = entries.get(key)
    if entry is None:
        if value is not None:
            indent = next((e.indent for e in entries.values()), 0)
            at = after.end if after else 0 if key == "name" else max((e.end for e in entries.values()), default=0)
            head.insert(at, _field_lines(key, value, indent))
            mapping[key] = value
        return
    if key in mapping and value is not None and mapping[key] == value and type(mapping[key]) is type(value):
        return
    before = mapping.get(key)
    _put(mapping, key, value)
    if value is None:
        del head.lines[entry.start : entry.end]
        return
    if isinstance(before, list) and isinstance(value, list | tuple) and head.replace_items(entry, before, value):
        return
    old = head.lines[entry.start]
    quote = '"' if re.match(r" *[^:]*: *\"", old) else "'" if re.match(r" *[^:]*: *'", old) else ""
    head.replace(entry, _field_lines(key, value, entry.indent, quote))


def _put(mapping: dict[str, object], key: str, value: object | None) -> None:
    if value is None:
        mapping.pop(key, None)
    else:
        mapping[key] = value


def _field_lines(key: str, value: object, indent: int, quote: str = "") -> list[str]:
    """The lines, without endings, that say `key: value` at this indentation."""
    start = " " * indent + _text(key) + ":"
    if isinstance(value, Mapping) and value:
        lines = [start]
        for name, item in value.items():
            if item is not None:
                lines += _field_lines(str(name), item, indent + 2) if indent == 0 else [_one_line(name, item, indent)]
        return lines if len(lines) > 1 else [start + " {}"]
    if isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        return [start, *(" " * (indent + 2) + "- " + _flow_value(item) for item in value)]
    if isinstance(value, str):
        return [f"{start} {_quoted(value) if quote == chr(34) or key == 'description' else _text(value, quote)}"]
    return [f"{start} {_flow_value(value)}"]


def _one_line(name: object, item: object, indent: int) -> str:
    return " " * (indent + 2) + f"{_text(str(name))}: {_flow_value(item)}"


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


def _flow_value(value: object) -> str:
    """Any plain value in one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(k), flow=True)}: {_flow_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow_value(item) for item in value) + "]"
    return str(value) if isinstance(value, int) else _text(str(value), flow=True)


def _float(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return ".nan" if value != value else ".inf" if value > 0 else "-.inf"
    text = repr(value)
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent if exponent[0] in '+-' else '+' + exponent}"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
