"""JSON lines, read tolerantly: the only owner of orjson.

Nothing in a line stops the reading of the others (formats §3.3): a line that is no JSON object is None and is counted
by who reads. orjson refuses lone surrogates, NaN and invalid UTF-8; such a line is read by the standard library, with
U+FFFD in the place of what cannot be text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final, NamedTuple

import orjson

MAX_LINE: Final = 64 << 20
"""Bytes. Of a longer line only its place is kept, so that memory stays bounded."""
_BOM: Final = b"\xef\xbb\xbf"
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class Line(NamedTuple):
    """One line: its number (from 1), where it begins (bytes), its bytes without the end, whether it has an end, and
    where the next begins. `data` of a line over `MAX_LINE` is empty and `too_long` set."""

    number: int
    offset: int
    data: bytes
    ended: bool
    next_offset: int
    too_long: bool = False


def read_lines(file: BinaryIO, offset: int = 0, number: int = 1) -> Iterator[Line]:
    """The lines of a file from `offset` on, the first of them counted as `number`. One line is in memory at a time.
    Raises `OSError`."""
    file.seek(offset)
    while True:
        data = file.readline(MAX_LINE)
        if not data:
            return
        size = len(data)
        too_long = False
        ended = data.endswith(b"\n")
        if not ended and size == MAX_LINE:
            data, too_long = b"", True
            while not ended:
                more = file.readline(MAX_LINE)
                if not more:
                    break
                size += len(more)
                ended = more.endswith(b"\n")
        if offset == 0 and data.startswith(_BOM):
            data = data[len(_BOM) :]
        yield Line(number, offset, data.rstrip(b"\r\n"), ended, offset + size, too_long)
        offset += size
        number += 1


def parse(data: bytes) -> dict[str, object] | None:
    """The JSON object of a line, None when it holds none."""
    try:
        found: object = orjson.loads(data)
    except orjson.JSONDecodeError:
        try:
            found = _clean(json.loads(data.decode("utf-8", "replace")))
        except (ValueError, RecursionError):
            return None
    return found if isinstance(found, dict) else None


def dump(value: Mapping[str, object]) -> bytes:
    """An object as one line without its end, keys in the order given; text is kept as it is. Raises `ValueError` for
    what JSON cannot hold."""
    try:
        return orjson.dumps(value)
    except TypeError as error:
        try:
            return json.dumps(_clean(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        except (TypeError, RecursionError):
            raise ValueError(str(error)) from error


def _clean(value: object) -> object:
    """The value with U+FFFD for each lone surrogate, and pairs of them joined."""
    if isinstance(value, str):
        if _SURROGATE.search(value):
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value
