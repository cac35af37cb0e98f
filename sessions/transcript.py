"""One transcript file, open for reading: its turns, what it says of itself, and what was skipped."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Generator, Iterator
from typing import BinaryIO, NamedTuple

from memdir.errors import StorageError
from memdir.files import failure, shown

from . import gemini
from .entry import Turn
from .json_lines import Line, parse, read_lines
from .opening import COMPRESSED, open_transcript
from .schemas import read
from .session_parts import from_first_part, parts_of
from .told import Told, together
from .tombstones import hidden_in
from .transcript_copies import size_of
from .turns import Part, TurnReader, make_turn


class Transcript(NamedTuple):
    """A whole transcript in memory (one that is small enough; else use `read_turns`)."""

    path: str
    turns: tuple[Turn, ...]
    told: Told


def session_id(path: str) -> str:
    """The id by which a transcript file is known: its name without the ending."""
    name = os.path.basename(path).removesuffix(COMPRESSED)
    return name.rpartition(".")[0] or name


def load(path: str) -> Transcript:
    """Read a transcript, with the parts in which it went on. Raises `StorageError` when a file cannot be read."""
    turns: list[Turn] = []
    tolds: list[Told] = []
    for part in from_first_part(path):
        reader, before = TurnReader(read), len(turns)
        found = sorted(read_turns(part, reader), key=lambda turn: turn.number)
        turns += (turn._replace(number=turn.number + before) for turn in found) if before else found
        tolds.append(reader.told())
    return Transcript(path, tuple(turns), together(tolds))


def read_turns(path: str, reader: TurnReader) -> Generator[Turn, None, None]:
    """The turns of a file one by one, from where the reader is. Raises `StorageError` when the file cannot be read."""
    with opened(path) as file:
        if reader.offset == 0:
            reader.hidden |= hidden_ids(file, path)
            reader.facts.size = size_of(path, os.stat(path).st_size)
        if reader.fetch is None and not path.endswith(COMPRESSED):
            reader.fetch = lambda offset: object_at(file, path, offset)
        yield from reader.turns(lines_of(file, path, reader))


@contextlib.contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """A transcript open for reading; whatever fails while it is read becomes a `StorageError`, with code `vanished`
    when it is gone. A pipe or a device is refused."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise StorageError("not a regular file", path=shown(path))
        with open_transcript(path) as file:
            yield file
    except FileNotFoundError as error:
        raise StorageError("the transcript is gone", path=shown(path), code="vanished") from error
    except OSError as error:
        raise failure(error, path, "reading the transcript") from error


def lines_of(file: BinaryIO, path: str, reader: TurnReader) -> Iterator[Line]:
    """The lines of a transcript from where the reader is. Raises `OSError`."""
    if path.endswith(gemini.ENDING):
        return gemini.messages(file)
    return read_lines(file, reader.offset, reader.facts.lines + 1)


def hidden_ids(file: BinaryIO, path: str, offset: int = 0) -> set[bytes]:
    """Digests of the entries that a tombstone hides, in this file from `offset` on or in another part of its session.
    Raises `OSError`."""
    found = hidden_in(file, offset) if not path.endswith(gemini.ENDING) else set()
    for part in parts_of(path):
        if part == path:
            continue
        with contextlib.suppress(StorageError), opened(part) as other:
            found |= hidden_in(other)
    return found


def object_at(file: BinaryIO, path: str, offset: int) -> dict[str, object] | None:
    """The object of the line that begins at `offset`; the file's position stays. Raises `OSError`."""
    here = file.tell()
    try:
        if path.endswith(gemini.ENDING):
            return gemini.message_at(file, offset)
        line = next(read_lines(file, offset), None)
        return parse(line.data) if line else None
    finally:
        file.seek(here)


def read_turn(path: str, number: int, line: int, offsets: tuple[int, ...]) -> Turn | None:
    """The turn whose lines begin at these offsets, the first of them being line `line`, as it is now; None when the
    file changed under it. What a log says once for many lines (`Context`) is not in it. Raises `StorageError`."""
    parts = []
    with opened(path) as file:
        for offset in offsets:
            value = object_at(file, path, offset)
            entry = read(value)[0] if value is not None else None
            if entry is None:
                return None
            parts.append(Part(line, offset, entry))
    return make_turn(number, parts) if parts else None
