"""The journal of one memory directory: every changing command is whole or undone, and can be taken back later.

A transaction is one file in the state directory, written and synced before the first change: what was asked, and each
file's bytes before and after. Its ending is its state: `pending` while it runs, `done`, `undone`, or `failed` (rolled
back; the texts stay in it). A command that finds a pending one rolls it back, or finishes it when all its changes were
made. All methods but `history` expect the directory's lock to be held (`memdir.lock.hold`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from .errors import BadInputError, StorageError
from .files import (
    clean_temporaries,
    failure,
    inside,
    read_if_there,
    remove_file,
    shown,
    write_atomic,
)
from .journal_records import Change as Change
from .journal_records import Records
from .journal_records import Transaction as Transaction
from .last_bytes import LastBytes
from .log import warn
from .merge import merge_lines
from .model import INDEX_NAME
from .scan import id_of

MAX_ATTEMPTS: Final = 5
"""How often a change is planned anew because another program wrote a file meanwhile (design §4)."""
MAX_CHANGED_FILE: Final = 64 << 20

_DAMAGED: Final = "an interrupted command left a damaged journal entry ({}); nothing was done with it"


class Undone(NamedTuple):
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
        self._state_dir = state_dir
        self.records = Records(os.path.join(state_dir, "journal"))

    def commit(
        self, plan: Callable[[], tuple[str, Sequence[Change]]], *, now: float, undoes: Iterable[int] = (),
        redoes: Iterable[int] = (),
    ) -> Transaction | None:  # fmt: skip
        """Make the planned changes, whole or not at all, and record them; None when there was nothing to change.

        `plan` reads the files and gives a line for the history and what shall become of them; it is called again, at
        most five times, when another program changed one of them before it was replaced. `undoes` and `redoes` are
        read after it. Raises `ChangedMeanwhile`
        after that (the texts that could not be written are kept in the journal), `StorageError` when writing fails;
        either way the files are as they were.
        """
        number = self.records.next_number()
        for attempt in range(1, MAX_ATTEMPTS + 1):
            command, planned = plan()
            # A path that leads out is refused here, before anything is recorded.
            changes = [self._with_mtime(c, inside(self.root, c.path)) for c in planned if c.before != c.after]
            if not changes:
                return None
            transaction = Transaction(number, "pending", command, now, tuple(changes), tuple(undoes), tuple(redoes))
            self.records.write(transaction)
            try:
                self._apply(transaction)
            except ChangedMeanwhile as error:
                self._roll_back(transaction)
                self.records.end(transaction.number, "failed")
                if attempt == MAX_ATTEMPTS:
                    kept = self.records.path(number, "failed")
                    error.hint = f"both texts are kept: theirs in place, ours in {shown(kept)}; run it again"
                    raise
                self.records.remove(number, "failed")
            except BaseException:
                # Whatever stopped it (full disk, Ctrl-C): put back what was changed. If even that fails, the pending
                # transaction stays and the next changing command finishes the work.
                self._roll_back(transaction)
                self.records.end(transaction.number, "failed")
                raise
            else:
                self._finish(transaction)
                self.records.prune()
                return transaction._replace(state="done")
        raise AssertionError("unreachable")

    def recover(self) -> list[str]:
        """Finish or roll back what a killed command left; one line for people per transaction."""
        said = []
        for number, state in self.records.listed():
            if state != "pending":
                continue
            transaction = self.records.read(number, "pending")
            try:
                said.append(self._recover(transaction) if transaction is not None else _DAMAGED.format(number))
            except BadInputError as error:  # a folder became a link that leads out: its files are not ours to touch
                self.records.end(number, "failed")
                said.append(f"could not roll back journal entry {number}: {error}")
            if transaction is None:
                self.records.end(number, "failed")
        if os.path.isdir(self.records.directory):
            clean_temporaries(self.records.directory)
        return said

    def _recover(self, transaction: Transaction) -> str:
        for folder in {os.path.dirname(inside(self.root, c.path)) for c in transaction.changes}:
            clean_temporaries(folder)
        if all(self._current(c.path) == c.after for c in transaction.changes):
            self._finish(transaction)
            return f"finished the interrupted '{transaction.command}'"
        left = self._roll_back(transaction)
        self.records.end(transaction.number, "failed")
        self._forget_bytes(c.path for c in transaction.changes if c.before is None and c.path not in left)
        also = f"; changed since and left alone: {', '.join(map(shown, left))}" if left else ""
        return f"rolled back the interrupted '{transaction.command}'{also}"

    def undo(self, count: int, *, now: float) -> Undone:
        """Take back the last `count` transactions that are done and no undo themselves, newest first.

        A file comes back byte for byte; one that changed since is left alone and named, but for a MEMORY.md, where
        later lines are kept and ours taken out when the two do not touch. Where a file that was moved away is there
        again, its copy in the other place stays too.
        """
        return self._take_back(self.undoable(count), "undo", now)

    def undo_of(self, number: int, *, now: float) -> Undone:
        """Take back one transaction that is done, whatever came after it, by the rules of `undo`."""
        return self._take_back(self.done(number), "undo", now)

    def done(self, number: int) -> tuple[Transaction, ...]:
        """The transaction with this number when it is done and can be read, else nothing."""
        transaction = self.records.read(number, "done")
        return () if transaction is None else (transaction,)

    def preview(self, targets: Sequence[Transaction]) -> Undone:
        """What taking these back would do now (`undoable`, `redoable`). Changes nothing."""
        return self._plan_back(targets)[1]

    def deleted(self, ids: Iterable[str]) -> bool:
        """True when it was memdir that took all of these away, as the last it did to them."""
        wanted = set(ids)
        for transaction in self.records.newest():
            if not wanted:
                break
            if transaction.state in ("done", "undone"):
                last = {id_of(change.path): change.after for change in transaction.changes}
                if any(last[id] is not None for id in wanted & last.keys()):
                    return False
                wanted -= last.keys()
        return not wanted

    def redo(self, *, now: float) -> Undone:
        """Take back the last undo, by the same rules; what it makes again can be undone again."""
        return self._take_back(self.redoable(), "redo", now)

    def _take_back(self, targets: Sequence[Transaction], verb: str, now: float) -> Undone:
        made: list[Undone] = []
        taken: list[int] = []

        def plan() -> tuple[str, list[Change]]:
            changes, undone = self._plan_back(targets)
            made[:] = [undone]
            taken[:] = [t.number for t in undone.transactions]
            done = [n for t in undone.transactions for n in (t.undoes if verb == "redo" else (t.number,))]
            return f"{verb} of {', '.join(map(str, done))}", changes

        if not targets:
            return Undone((), (), (), ())
        if self.commit(plan, now=now, **{f"{verb}es": taken}) is None:
            self.records.mark_undone(taken)  # everything was so already
        return made[0]

    def _plan_back(self, targets: Sequence[Transaction]) -> tuple[list[Change], Undone]:
        """The changes that take the targets back, newest first, and how that turns out."""
        outcome: dict[str, str] = {}
        taken: list[Transaction] = []
        files: dict[str, bytes | None] = {}
        read: dict[str, bytes | None] = {}
        times: dict[str, int | None] = {}
        for transaction in targets:
            for path in [c.path for c in transaction.changes if c.path not in read]:
                read[path] = files[path] = self._current(path)
            back = _taken_back(transaction, files, outcome)
            outcome.update({path: how for path, (how, _) in back.items()})
            files.update({path: data for path, (_, data) in back.items()})
            times.update({c.path: c.mtime_ns for c in transaction.changes if back[c.path][0] != "left"})
            if any(how != "left" for how, _ in back.values()):
                taken.append(transaction)
        by = {how: tuple(p for p, h in outcome.items() if h == how) for how in ("restored", "merged", "left")}
        changes = [Change(p, read[p], files[p], outcome[p] == "restored", times.get(p)) for p in read]
        return changes, Undone(tuple(taken), by["restored"], by["merged"], by["left"])

    def history(self, limit: int = 20) -> list[Transaction]:
        """The newest transactions first. Takes no lock; an entry that cannot be read is left out."""
        return list(islice(self.records.newest(), limit))

    def forget(self, paths: Iterable[str]) -> int:
        """Delete every transaction that holds bytes of one of these paths, for good; it cannot be undone after that.
        Returns their number."""
        wanted = set(paths)
        count = 0
        for number, state in self.records.listed():
            transaction = self.records.read(number, state)
            if transaction is not None and any(change.path in wanted for change in transaction.changes):
                self.records.remove(number, state)
                count += 1
        return count

    def undoable(self, count: int) -> tuple[Transaction, ...]:
        """The last `count` transactions that an undo would take back, newest first."""
        return tuple(islice((t for t in self.records.newest("done") if not t.undoes), count))

    def redoable(self) -> tuple[Transaction, ...]:
        """The undo that a redo would take back, if any."""
        return tuple(islice((t for t in self.records.newest("done") if t.undoes), 1))

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
        return change._replace(mtime_ns=mtime)

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

    def _finish(self, transaction: Transaction) -> None:
        self.records.mark_undone((*transaction.undoes, *transaction.redoes))
        self.records.end(transaction.number, "done")
        self._forget_bytes(c.path for c in transaction.changes if c.after is None)

    def _forget_bytes(self, paths: Iterable[str]) -> None:
        """What memdir itself took away is in the archive or the journal, and not lost."""
        gone = [id_of(path) for path in paths]
        if gone:
            try:
                LastBytes(self._state_dir).forget(gone)
            except StorageError as error:
                warn(error)  # the change itself is made; a later report of a lost file is the worst


def _taken_back(
    transaction: Transaction, files: dict[str, bytes | None], outcome: dict[str, str]
) -> dict[str, tuple[str, bytes | None]]:
    """How taking a transaction back turns out for each of its files, and the bytes it leaves."""
    back = {
        change.path: ("left", files[change.path])
        if outcome.get(change.path) == "left"
        else _reverted(change, files[change.path], outcome)
        for change in transaction.changes
    }
    if any(c.after is None and back[c.path][0] == "left" for c in transaction.changes):
        for change in transaction.changes:
            if change.before is None:
                back[change.path] = ("left", files[change.path])
    return back


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
