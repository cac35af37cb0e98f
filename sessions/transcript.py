"""One transcript file, open for reading: its turns, what it says of itself, and what was skipped."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from memdir.errors import StorageError
from memdir.files import failure, shown

from . import claude_code
from .entry import Turn
from .json_lines import parse, read_lines
from .opening import open_transcript
from .turns import Counts, TurnReader


class Transcript(NamedTuple):
    """A whole transcript in memory (one that is small enough; else use `read_turns`)."""

    path: str
    turns: tuple[Turn, ...]
    counts: Counts
    said: Mapping[str, object]


def session_id(path: str) -> str:
    """The id by which a transcript file is known: its name without the ending."""
    name = os.path.basename(path)
    return name.partition(".")[0] if name.endswith(".jsonl.zst") else name.rpartition(".")[0] or name


def load(path: str) -> Transcript:
    """Read a transcript. Raises `StorageError` when the file cannot be read."""
    reader = TurnReader(claude_code.read)
    turns = tuple(sorted(read_turns(path, reader), key=lambda turn: turn.number))
    return Transcript(path, turns, reader.counts, reader.said)


def read_turns(path: str, reader: TurnReader) -> Iterator[Turn]:
    """The turns of a file one by one. Raises `StorageError` when the file cannot be read."""
    try:
        with open_transcript(path) as file:
            yield from reader.turns(read_lines(file, reader.offset, reader.counts.lines + 1))
    except FileNotFoundError as error:
        raise StorageError("the transcript is gone", path=shown(path), code="vanished") from error
    except OSError as error:
        raise failure(error, path, "reading the transcript") from error


def turn_at(path: str, offsets: tuple[int, ...]) -> list[dict[str, object]]:
    """The objects of the lines at these offsets, as they are now; empty when the file changed under them. Raises
    `StorageError`."""
    found: list[dict[str, object]] = []
    try:
        with open_transcript(path) as file:
            for offset in offsets:
                line = next(read_lines(file, offset), None)
                value = parse(line.data) if line else None
                if value is not None:
                    found.append(value)
    except OSError as error:
        raise failure(error, path, "reading the transcript") from error
    return found
