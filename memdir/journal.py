"""The journal of one memory directory: every changing command is whole or undone, and can be taken back later.

A transaction is one file in the state directory, written and synced before the first change: what was asked, and each
file's bytes before and after. Its ending is its state: `pending` while it runs, `done`, `undone`, or `failed` (rolled
back; the texts stay in it). A command that finds a pending one rolls it back, or finishes it when all its changes were
made. All methods but `history` expect the directory's lock to be held (`memdir.lock.hold`).
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from .errors import BadInputError, MemdirError, StorageError
from .files import (
    PRIVATE,
    clean_temporaries,
    failure,
    fsync_dir,
    inside,
    make_private_dir,
    read_file,
    read_if_there,
    remove_file,
    shown,
    write_atomic,
)
from .merge import merge_lines
from .model import INDEX_NAME

MAX_ATTEMPTS: Final = 5
"""How often a change is planned anew because another program wrote a file meanwhile (design §4)."""
KEEP_TRANSACTIONS: Final = 1000
KEEP_BYTES: Final = 100 << 20
MAX_CHANGED_FILE: Final = 64 << 20

_DAMAGED: Final = "an interrupted command left a damaged journal entry ({}); nothing was done with it"

State = Literal["pending", "done", "undone", "failed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One file's bytes before and after; None where there is no file. `path` is relative to the directory, `/`
    separators. `keep_mtime`: the new bytes get the old modification time (annotating does not make words younger).
    `mtime_ns` is the time before, filled in by the journal."""

    path: str
    before: bytes | None
    after: bytes | None
    keep_mtime: bool = False
    mtime_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """One recorded command. `when` is seconds since the epoch; `number` counts up from 1 in one directory;
    `undoes` lists the transactions it took back."""

    number: int
    state: State
    command: str
    when: float
    changes: tuple[Change, ...]
    undoes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did: the transactions taken back, the files restored byte for byte, those whose later changes
    were merged with it, and those left alone because they changed since."""

    transactions: tuple[Transaction, ...]
    restored: tuple[str, ...]
    merged: tuple[str, ...]
    left: tuple[str, ...]


class ChangedMeanwhile(StorageError):
    """A file was changed by another program between reading and replacing it."""

    code = "changed-meanwhile"


class Journal:
    """The journal in `state_dir` (that of one memory directory, `<state>/<directory_key>`) over the files of `root`."""

    def __init__(self, state_dir: str, root: str) -> None:
        self.root = root
        self.directory = os.path.join(state_dir, "journal")

    def commit(
        self, plan: Callable[[], tuple[str, Sequence[Change]]], *, now: float, undoes: Iterable[int] = ()
    ) -> Transaction | None:
        """Make the planned changes, whole or not at all, and record them; None when there was nothing to change.

        `plan` reads the files and gives a line for the history and what shall become of them; it is called again, at
        most five times, when another program changed one of them before it was replaced. Raises `ChangedMeanwhile`
        after that (the texts that could not be written are kept in the journal), `StorageError` when writing fails;
        either way the files are as they were.
        """
        number = self._next_number()
        for attempt in range(1, MAX_ATTEMPTS + 1):
            command, planned = plan()
            # A path that leads out is refused here, before anything is recorded.
            changes = [self._with_mtime(c, inside(self.root, c.path)) for c in planned if c.before != c.after]
            if not changes:
                return None
            transaction = Transaction(number, "pending", command, now, tuple(changes), tuple(undoes))
            path = self._write(transaction)
            try:
                self._apply(transaction)
            except ChangedMeanwhile as error:
                self._roll_back(transaction)
                self._end(path, "failed")
                if attempt == MAX_ATTEMPTS:
                    kept = self._path(number, "failed")
                    error.hint = f"both texts are kept: theirs in place, ours in {shown(kept)}; run it again"
                    raise
                remove_file(self._path(number, "failed"))
            except BaseException:
                # Whatever stopped it (full disk, Ctrl-C): put back what was changed. If even that fails, the pending
                # transaction stays and the next changing command finishes the work.
                self._roll_back(transaction)
                self._end(path, "failed")
                raise
            else:
                self._finish(path, transaction)
                self._prune()
                return replace(transaction, state="done")
        raise AssertionError("unreachable")

    def recover(self) -> list[str]:
        """Finish or roll back what a killed command left; one line for people per transaction."""
        said = []
        for number, state in self._listed():
            if state != "pending":
                continue
            transaction = self._read(number, "pending")
            try:
                said.append(self._recover(transaction) if transaction is not None else _DAMAGED.format(number))
            except BadInputError as error:  # a folder became a link that leads out: its files are not ours to touch
                self._end(self._path(number, "pending"), "failed")
                said.append(f"could not roll back journal entry {number}: {error}")
            if transaction is None:
                self._end(self._path(number, "pending"), "failed")
        if os.path.isdir(self.directory):
            clean_temporaries(self.directory)
        return said

    def _recover(self, transaction: Transaction) -> str:
        path = self._path(transaction.number, "pending")
        for folder in {os.path.dirname(inside(self.root, c.path)) for c in transaction.changes}:
            clean_temporaries(folder)
        if all(self._current(c.path) == c.after for c in transaction.changes):
            self._finish(path, transaction)
            return f"finished the interrupted '{transaction.command}'"
        left = self._roll_back(transaction)
        self._end(path, "failed")
        also = f"; changed since and left alone: {', '.join(map(shown, left))}" if left else ""
        return f"rolled back the interrupted '{transaction.command}'{also}"

    def undo(self, count: int, *, now: float) -> Undone:
        """Take back the last `count` transactions that are done and no undo themselves, newest first.

        A file comes back byte for byte; one that changed since is left alone and named, but for a MEMORY.md, where
        later lines are kept and ours taken out when the two do not touch.
        """
        targets = self.undoable(count)
        outcome: dict[str, str] = {}

        numbers = tuple(t.number for t in targets)
        command = "undo of " + ", ".join(f"{n}" for n in numbers)

        def plan() -> tuple[str, list[Change]]:
            outcome.clear()
            files: dict[str, bytes | None] = {}
            read: dict[str, bytes | None] = {}
            times: dict[str, int | None] = {}
            for transaction in targets:
                for change in transaction.changes:
                    if change.path not in read:
                        read[change.path] = files[change.path] = self._current(change.path)
                    if outcome.get(change.path) == "left":
                        continue
                    outcome[change.path], files[change.path] = _reverted(change, files[change.path], outcome)
                    times[change.path] = change.mtime_ns
            return command, [
                Change(path, read[path], files[path], outcome[path] == "restored", times.get(path)) for path in read
            ]

        if targets and self.commit(plan, now=now, undoes=numbers) is None:
            self._mark_undone(numbers)
        by = {how: tuple(p for p, h in outcome.items() if h == how) for how in ("restored", "merged", "left")}
        return Undone(targets, by["restored"], by["merged"], by["left"])

    def history(self, limit: int = 20) -> list[Transaction]:
        """The newest transactions first. Takes no lock; an entry that cannot be read is left out."""
        newest = sorted(self._listed(), reverse=True)[:limit]
        read = (self._read(number, state) for number, state in newest)
        return [transaction for transaction in read if transaction is not None]

    def forget(self, paths: Iterable[str]) -> int:
        """Delete every transaction that holds bytes of one of these paths, for good; it cannot be undone after that.
        Returns their number."""
        wanted = set(paths)
        count = 0
        for number, state in self._listed():
            transaction = self._read(number, state)
            if transaction is not None and any(change.path in wanted for change in transaction.changes):
                remove_file(self._path(number, state))
                count += 1
        return count

    def undoable(self, count: int) -> tuple[Transaction, ...]:
        found: list[Transaction] = []
        for number, state in sorted(self._listed(), reverse=True):
            if len(found) == count:
                break
            transaction = self._read(number, state) if state == "done" else None
            if transaction is not None and not transaction.undoes:
                found.append(transaction)
        return tuple(found)

    def _current(self, path: str) -> bytes | None:
        return read_if_there(inside(self.root, path), MAX_CHANGED_FILE)

    @staticmethod
    def _with_mtime(change: Change, path: str) -> Change:
        if change.mtime_ns is not None or change.before is None:
            return change
        try:
            mtime = os.stat(path).st_mtime_ns
        except FileNotFoundError:
            return change  # it vanished; applying will notice
        return replace(change, mtime_ns=mtime)

    def _apply(self, transaction: Transaction) -> None:
        # New files come first, then replacements, deletions last: whoever reads meanwhile never misses a text.
        for change in sorted(transaction.changes, key=lambda c: (c.after is None, c.before is not None)):
            self._put(change.path, change.before, change.after, change.mtime_ns if change.keep_mtime else None)

    def _put(self, relative: str, expected: bytes | None, data: bytes | None, mtime_ns: int | None) -> None:
        path = inside(self.root, relative)
        if self._current(relative) != expected:
            raise ChangedMeanwhile("changed by another program meanwhile", path=shown(path))
        if data is None:
            remove_file(path)
            self._remove_empty_folders(relative)
            return
        folder = os.path.dirname(path)
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise failure(error, folder, "making the directory") from error
        write_atomic(path, data, root=self.root, mtime_ns=mtime_ns)

    def _remove_empty_folders(self, relative: str) -> None:
        folder = relative.rpartition("/")[0]
        while folder:
            try:
                os.rmdir(inside(self.root, folder))
            except (OSError, BadInputError):
                return  # not empty, or not ours to remove
            folder = folder.rpartition("/")[0]

    def _roll_back(self, transaction: Transaction) -> list[str]:
        """Put back what was changed; the paths that someone else changed since are left alone and returned."""
        left = []
        for change in reversed(transaction.changes):
            current = self._current(change.path)
            if current == change.before:
                continue
            if current == change.after:
                self._put(change.path, current, change.before, change.mtime_ns)
            else:
                left.append(change.path)
        return left

    def _finish(self, path: str, transaction: Transaction) -> None:
        self._mark_undone(transaction.undoes)
        self._end(path, "done")

    def _mark_undone(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            with contextlib.suppress(FileNotFoundError):
                self._rename(self._path(number, "done"), "undone")

    def _end(self, path: str, state: State) -> None:
        try:
            self._rename(path, state)
            fsync_dir(self.directory)
        except OSError as error:
            raise failure(error, path, "closing the journal entry") from error

    def _rename(self, path: str, state: State) -> None:
        os.replace(path, path.rpartition(".")[0] + f".{state}")

    def _path(self, number: int, state: State) -> str:
        return os.path.join(self.directory, f"{number:08d}.{state}")

    def _listed(self) -> list[tuple[int, State]]:
        """Numbers and states in ascending order."""
        try:
            names = os.listdir(self.directory)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise failure(error, self.directory, "reading the journal") from error
        split = (name.partition(".") for name in names)
        return sorted((int(n), s) for n, _, s in split if n.isdigit() and s in ("pending", "done", "undone", "failed"))  # type: ignore[misc]

    def _next_number(self) -> int:
        return max((number for number, _ in self._listed()), default=0) + 1

    def _write(self, transaction: Transaction) -> str:
        make_private_dir(self.directory)
        path = self._path(transaction.number, "pending")
        write_atomic(path, _encode(transaction), mode=PRIVATE)
        return path

    def _read(self, number: int, state: State) -> Transaction | None:
        try:
            return _decode(read_file(self._path(number, state), KEEP_BYTES), number, state)
        except (MemdirError, ValueError, KeyError, TypeError, zlib.error):
            return None

    def _prune(self) -> None:
        """Forget the oldest transactions beyond `KEEP_TRANSACTIONS` and `KEEP_BYTES`."""
        total = 0
        for place, (number, state) in enumerate(sorted(self._listed(), reverse=True)):
            path = self._path(number, state)
            with contextlib.suppress(FileNotFoundError):
                total += os.stat(path).st_size
                if place > 0 and state != "pending" and (place >= KEEP_TRANSACTIONS or total > KEEP_BYTES):
                    os.unlink(path)


def _reverted(change: Change, current: bytes | None, outcome: dict[str, str]) -> tuple[str, bytes | None]:
    """How taking one change back turns out for the file's current bytes, and the bytes it leaves."""
    if current == change.after:
        return ("merged" if outcome.get(change.path) == "merged" else "restored"), change.before
    if current == change.before:
        return "restored", current
    is_index = change.path.rpartition("/")[2] == INDEX_NAME
    if is_index and current is not None and change.after is not None:
        merged = merge_lines(change.after, current, change.before or b"")
        if merged is not None:
            return "merged", merged
    return "left", current


def _encode(transaction: Transaction) -> bytes:
    def text(data: bytes | None) -> str | None:
        return None if data is None else base64.b64encode(data).decode("ascii")

    record = {
        "version": 1,
        "command": shown(transaction.command),
        "when": transaction.when,
        "undoes": list(transaction.undoes),
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
    return Transaction(number, state, record["command"], record["when"], changes, tuple(record["undoes"]))
