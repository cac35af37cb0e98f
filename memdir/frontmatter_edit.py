"""Writing frontmatter: minimal line edits of a file that is there, and whole new files.

An edit changes the field's own lines and nothing else: order, quoting, line endings, BOM, trailing spaces and unknown
keys stay (design §4). What was edited is read back before it is returned; an edit that would not read as asked is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .errors import BadInputError
from .frontmatter_read import TOP_LEVEL, Parsed, parse
from .frontmatter_split import newline_of, split_head, utf16_of
from .yaml_writer import field_lines, flow_value, plain

_LINE_KEY = re.compile(r"( *)(?:\"([^\"\\]+)\"|'([^']+)'|([^\s#\"'\[{&*!|>%@`-][^:#]*?)) *:(?=\s|$)")


class _Entry:
    """The lines `[start, end)` of one key, and its indentation."""

    def __init__(self, start: int, end: int, indent: int) -> None:
        self.start = start
        self.end = end
        self.indent = indent


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
    wanted = {key: plain(value) for key, value in changes.items()}
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
    body = str(plain(body))
    if newline != "\n":
        body = body.replace("\r\n", "\n").replace("\n", newline)
    return (b"\xef\xbb\xbf" if bom else b"") + (kept + body).encode("utf-8", "surrogateescape")


def render(head: Mapping[str, object], body: str) -> bytes:
    """A new file. `description` is always quoted; lists of mappings (links) stand one flow mapping a line; None as a
    value leaves the key out. `parse` reads back what was given, for any text (lone surrogates become U+FFFD)."""
    lines = ["---"]
    for key, value in head.items():
        if value is not None:
            lines += field_lines(key, plain(value), 0)
    lines.append("---")
    return ("\n".join(lines) + "\n" + str(plain(body))).encode()


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
        if not new or not lines or len(lines) != len(old):
            return False
        indent = " " * _indent(lines[0])
        kept = [self.lines[entry.start]]
        for value in new:
            at = next((n for n, item in enumerate(old) if item == value and type(item) is type(value)), -1)
            kept.append(lines[at] if at >= 0 else f"{indent}- {flow_value(value)}{self.newline}")
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
            head.insert(len(head.lines), field_lines("metadata", {key: value}, indent))
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
        line = " " * block.indent + "metadata: " + flow_value(fresh)
        if fresh != metadata:
            head.replace(block, [line])
        return
    inner = head.entries(block.start + 1, block.end)
    if not inner and value is not None:
        head.insert(block.start + 1, field_lines(key, value, block.indent + 2))
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
            head.insert(at, field_lines(key, value, indent))
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
    head.replace(entry, field_lines(key, value, entry.indent, quote))


def _put(mapping: dict[str, object], key: str, value: object | None) -> None:
    if value is None:
        mapping.pop(key, None)
    else:
        mapping[key] = value


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
