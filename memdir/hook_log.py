"""What the hooks did: a line for each call that injected something, left something out for a reason, or failed.

Lines of JSON in the state directory (0600), the older half in a second file. Prompts are cut and their secrets masked.
"""

from __future__ import annotations

import json
import os
from typing import Final, NamedTuple

from .errors import MemdirError
from .rotated_log import append_line, read_lines

_FILE: Final = "log.jsonl"


class Injected(NamedTuple):
    """A memory that was given: its absolute path, its score, and how many characters of it."""

    path: str
    score: float
    chars: int


class LeftOut(NamedTuple):
    """A memory that was found and not given, and why."""

    path: str
    score: float
    why: str


class Record(NamedTuple):
    """One call of a hook. `at` in seconds since the epoch; `told` the events whose
    failures were told to the person."""

    at: float
    event: str
    session: str = ""
    root: str = ""
    prompt: str = ""
    injected: tuple[Injected, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    chars: int = 0
    took_ms: float = 0.0
    error: str = ""
    told: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether the call is worth a line: the many that had nothing to do are not."""
        return bool(self.chars or self.left_out or self.error or self.told)


def append(folder: str, record: Record) -> None:
    """Write a record. Raises `StorageError`."""
    line = json.dumps(record._asdict(), separators=(",", ":")).encode("utf-8", "replace")
    append_line(os.path.join(folder, _FILE), line)


def records(folder: str) -> list[Record]:
    """All records, oldest first; a line that cannot be read is passed over."""
    try:
        lines = read_lines(os.path.join(folder, _FILE))
    except MemdirError:
        return []
    return [record for record in map(_read, lines) if record is not None]


def _read(line: bytes) -> Record | None:
    try:
        value = json.loads(line)
        known = {name: value[name] for name in Record._fields if name in value}
        known["injected"] = tuple(Injected(*found) for found in known.get("injected", ()))
        known["left_out"] = tuple(LeftOut(*found) for found in known.get("left_out", ()))
        known["told"] = tuple(known.get("told", ()))
        return Record(**known)
    except (ValueError, TypeError, KeyError):
        return None
