"""The records of the journal: one file a transaction, whose ending is its state.

A record is written and synced before the first change, and renamed when the state changes; nothing in it is changed
ever after. It lies in the state directory, readable by its owner only.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import zlib
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from .errors import MemdirError
from .files import PRIVATE, failure, fsync_dir, make_private_dir, read_file, remove_file, shown, write_atomic

KEEP_TRANSACTIONS: Final = 1000
KEEP_BYTES: Final = 100 << 20

State = Literal["pending", "done", "undone", "failed"]
_STATES: Final[dict[str, State]] = {"pending": "pending", "done": "done", "undone": "undone", "failed": "failed"}


class Change(NamedTuple):
    """One file's bytes before and after; None where there is no file. `path` is relative to the directory, `/`
    separators. `keep_mtime`: the new bytes get the old modification time (annotating does not make words younger).
    `mtime_ns` is the time before, filled in by the journal."""

    path: str
    before: bytes | None
    after: bytes | None
    keep_mtime: bool = False
    mtime_ns: int | None = None


class Transaction(NamedTuple):
    """One recorded command. `when` is seconds since the epoch; `number` counts up from 1 in one directory;
    `undoes` lists the transactions it took back, `redoes` the undo that a redo took back."""

    number: int
    state: State
    command: str
    when: float
    changes: tuple[Change, ...]
    undoes: tuple[int, ...] = ()
    redoes: tuple[int, ...] = ()


class Records:
    """The records in one directory. Methods raise `StorageError`."""

    def __init__(self, directory: str) -> None:
        self.directory = directory

    def path(self, number: int, state: State) -> str:
        """The file of a record."""
        return os.path.join(self.directory, f"{number:08d}.{state}")

    def listed(self) -> list[tuple[int, State]]:
        """Numbers and states in ascending order."""
        try:
            names = os.listdir(self.directory)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise failure(error, self.directory, "reading the journal") from error
        split = (name.partition(".") for name in names)
        return sorted((int(n), _STATES[s]) for n, _, s in split if n.isascii() and n.isdigit() and s in _STATES)

    def next_number(self) -> int:
        """One more than the highest."""
        return max((number for number, _ in self.listed()), default=0) + 1

    def write(self, transaction: Transaction) -> None:
        """Record a transaction in the state it has."""
        make_private_dir(self.directory)
        write_atomic(self.path(transaction.number, transaction.state), _encode(transaction), mode=PRIVATE)

    def read(self, number: int, state: State) -> Transaction | None:
        """The record, None when it is gone or damaged."""
        try:
            return _decode(read_file(self.path(number, state), KEEP_BYTES), number, state)
        except (MemdirError, ValueError, KeyError, TypeError, zlib.error):
            return None

    def newest(self, state: State | None = None) -> Iterable[Transaction]:
        """The records that can be read, newest first, read one by one."""
        for number, found in sorted(self.listed(), reverse=True):
            transaction = self.read(number, found) if state in (None, found) else None
            if transaction is not None:
                yield transaction

    def end(self, number: int, state: State) -> None:
        """Close a pending record."""
        path = self.path(number, "pending")
        try:
            os.replace(path, self.path(number, state))
            fsync_dir(self.directory)
        except OSError as error:
            raise failure(error, path, "closing the journal entry") from error

    def mark_undone(self, numbers: Iterable[int]) -> None:
        """Say of done transactions that they were taken back."""
        for number in numbers:
            with contextlib.suppress(FileNotFoundError):
                os.replace(self.path(number, "done"), self.path(number, "undone"))

    def remove(self, number: int, state: State) -> None:
        """Delete a record for good."""
        remove_file(self.path(number, state))

    def prune(self) -> None:
        """Forget the oldest beyond `KEEP_TRANSACTIONS` and `KEEP_BYTES`, but never the newest or a pending one."""
        total = 0
        for place, (number, state) in enumerate(sorted(self.listed(), reverse=True)):
            path = self.path(number, state)
            with contextlib.suppress(FileNotFoundError):
                total += os.stat(path).st_size
                if place > 0 and state != "pending" and (place >= KEEP_TRANSACTIONS or total > KEEP_BYTES):
                    os.unlink(path)


def _encode(transaction: Transaction) -> bytes:
    def text(data: bytes | None) -> str | None:
        return None if data is None else base64.b64encode(data).decode("ascii")

    record = {
        "version": 1,
        "command": shown(transaction.command),
        "when": transaction.when,
        "undoes": list(transaction.undoes),
        "redoes": list(transaction.redoes),
        "changes": [
            {"path": c.path, "before": text(c.before), "after": text(c.after), "keep_mtime": c.keep_mtime,
             "mtime_ns": c.mtime_ns}
            for c in transaction.changes
        ],
    }  # fmt: skip
    return zlib.compress(json.dumps(record).encode("ascii"), 1)


def _decode(data: bytes, number: int, state: State) -> Transaction:
    def blob(text: str | None) -> bytes | None:
        return None if text is None else base64.b64decode(text)

    record = json.loads(zlib.decompress(data))
    changes = tuple(
        Change(c["path"], blob(c["before"]), blob(c["after"]), c["keep_mtime"], c["mtime_ns"])
        for c in record["changes"]
    )
    return Transaction(
        number,
        state,
        record["command"],
        record["when"],
        changes,
        tuple(record["undoes"]),
        tuple(record.get("redoes", ())),
    )
