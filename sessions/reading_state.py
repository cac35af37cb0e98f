"""What a pass over a transcript leaves for the next: bytes in three parts, each on lines of its own.

1. what people are told (`sessions.told`), so that a list of sessions reads nothing else;
2. what a reader needs to go on: facts, open turns, the place, and a probe that shows that the file still begins with
   what was read;
3. the digests of the uuids seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO, Final

from memdir.digest import blake2b

from .entry import Context, Usage
from .json_lines import dump, parse
from .told import Told, facts_of
from .turns import Fetch, Open, Read, TurnReader

PROBE: Final = 4096
"""Bytes at the beginning, and before the end of what was read, by which a continuation is recognised."""
_DIGEST: Final = 8


def state_of(reader: TurnReader, told: Told, file: BinaryIO) -> bytes:
    """The state after a pass. Raises `OSError`."""
    going_on = {
        "offset": reader.offset,
        "ended": reader.ended,
        "probe": probe(file, reader.offset),
        "echo": reader.echo,
        "facts": reader.facts.values(),
        "open": [
            [
                open.number,
                open.lines,
                open.offsets,
                sorted(open.keys),
                open.size,
                [*open.usage],
                open.again,
                [*open.context],
            ]
            for open in reader.open.values()
        ],
        "hidden": len(reader.hidden),
    }
    digests = b"".join([*sorted(reader.hidden), *sorted(reader.seen)])
    return b"\n".join([dump(told._asdict() | {"usage": [*told.usage]}), dump(going_on), digests])


def resumed(state: bytes, file: BinaryIO, read: Read, fetch: Fetch) -> TurnReader | None:
    """A reader that goes on where the state ends; None when the file is no continuation of what was read then, or the
    state is none of ours. Raises `OSError`."""
    _, _, rest = state.partition(b"\n")
    line, _, digests = rest.partition(b"\n")
    values = parse(line)
    if values is None:
        return None
    try:
        offset = _number(values["offset"])
        if values["probe"] != probe(file, offset):
            return None
        if not values["ended"]:
            file.seek(offset)
            end = file.read(2)
            if end and end[:1] != b"\n" and end != b"\r\n":
                return None  # the last line was longer than it seemed
            if end:
                offset += 1 if end[:1] == b"\n" else 2
        return _reader(values, offset, digests, TurnReader(read, fetch))
    except (KeyError, TypeError, ValueError):
        return None


def _reader(values: Mapping[str, object], offset: int, digests: bytes, reader: TurnReader) -> TurnReader:
    facts, echo, opens = values["facts"], values["echo"], values["open"]
    if not (isinstance(facts, Mapping) and isinstance(echo, list) and isinstance(opens, list)):
        raise TypeError("not a state")
    each = [digests[at : at + _DIGEST] for at in range(0, len(digests), _DIGEST)]
    hidden = _number(values["hidden"])
    reader.hidden, reader.seen = set(each[:hidden]), set(each[hidden:])
    reader.facts = facts_of(facts)
    reader.echo = echo
    reader.offset = offset
    reader.ended = True if offset != values["offset"] else bool(values["ended"])
    for number, lines, offsets, keys, size, usage, again, context in opens:
        open = Open(_number(number), Context(*context))
        open.lines, open.offsets, open.keys = list(lines), list(offsets), set(keys)
        open.size, open.usage, open.again = _number(size), Usage(*usage), bool(again)
        reader.reopen(open)
    return reader


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("not a number")
    return value


def probe(file: BinaryIO, end: int) -> str:
    """A digest of the file's beginning and of the bytes before `end`."""
    file.seek(0)
    head = file.read(min(PROBE, end))
    file.seek(max(0, end - PROBE))
    return blake2b(head + file.read(min(PROBE, end)), digest_size=16).hexdigest()
