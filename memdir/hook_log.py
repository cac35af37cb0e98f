"""What the hooks did: a line for each call that injected something, left something out for a reason, or failed.

Lines of JSON in the state directory (0600), the older half in a second file. Prompts are cut and their secrets masked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Final, NamedTuple

from .errors import MemdirError
from .files import PRIVATE, failure, make_private_dir, read_if_there

MAX_BYTES: Final = 1 << 20
"""Of one of the two files."""
_FILE, _OLDER = "log.jsonl", "log.1.jsonl"


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
    """One call of a hook. `at` in seconds since the epoch; `off` names the switch that was off; `told` the events whose
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
    off: str = ""
    told: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether the call is worth a line: the many that had nothing to do are not."""
        return bool(self.chars or self.left_out or self.error or self.told)


def append(folder: str, record: Record) -> None:
    """Write a record. Raises `StorageError`."""
    make_private_dir(folder)
    path = os.path.join(folder, _FILE)
    line = json.dumps(record._asdict(), separators=(",", ":")).encode("utf-8", "replace") + b"\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
        try:
            if os.fstat(descriptor).st_size > MAX_BYTES:
                os.replace(path, os.path.join(folder, _OLDER))
                os.close(descriptor)
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise failure(error, path, "writing the log of hooks") from error


def records(folder: str) -> Iterator[Record]:
    """All records, oldest first; a line that cannot be read is passed over."""
    for name in (_OLDER, _FILE):
        try:
            data = read_if_there(os.path.join(folder, name), 4 * MAX_BYTES)
        except MemdirError:
            continue
        for line in (data or b"").splitlines():
            record = _read(line)
            if record is not None:
                yield record


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
