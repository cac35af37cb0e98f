"""Operations to changes of files, and these through the journal: whole, or not at all, and undoable.

The bytes that an operation was planned on are compared with what is on the disk now. An operation with a file that
changed since (by a person, Claude Code, another command) is skipped and named; of a MEMORY.md, which others write all
the time, both changes are kept where they touch different lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from memdir.changes import Plan, apply
from memdir.errors import BadInputError
from memdir.files import inside, read_if_there, shown
from memdir.journal import MAX_CHANGED_FILE, Change, Journal
from memdir.lock import DEFAULT_WAIT
from memdir.merge import merge_lines
from memdir.model import INDEX_NAME
from memdir.store import Store

from .guards import loses_words
from .operation import Operation

Remake = Callable[[Sequence[Operation]], Sequence[Operation]]
"""The operations as they are without those that are left out (`plan.choose`)."""

Key = tuple[str, tuple[str, ...]]
"""`Operation.key`."""


class Outcome(NamedTuple):
    """What becomes of an operation: `skipped` says why it is not done, empty when it is."""

    operation: Operation
    skipped: str = ""


class Composed(NamedTuple):
    """The operations with what becomes of each, and the changes of those that are done, each path once."""

    outcomes: tuple[Outcome, ...]
    changes: tuple[Change, ...]

    @property
    def done(self) -> tuple[Operation, ...]:
        """The operations that are carried out."""
        return tuple(outcome.operation for outcome in self.outcomes if not outcome.skipped)


def compose(root: str, operations: Sequence[Operation], remake: Remake | None = None) -> Composed:
    """Check the operations against the files as they are now. Raises `StorageError` when they cannot be read.

    Later operations build on earlier ones; where one falls out, the rest is made anew without it by `remake`.
    """
    skipped: dict[Key, Outcome] = {}
    current = list(operations)
    while True:
        files = _Files(root)
        outcomes = [Outcome(operation, files.take(operation)) for operation in current]
        fell_out = [o for o in outcomes if o.skipped and o.operation.key not in skipped]
        skipped.update({outcome.operation.key: outcome for outcome in fell_out})
        if remake is None or not any(outcome.operation.changes for outcome in fell_out):
            break
        current = list(remake([outcome.operation for outcome in outcomes if not outcome.skipped]))
    done = {outcome.operation.key: outcome for outcome in outcomes if not outcome.skipped}
    return Composed(in_order(operations, {**skipped, **done}), files.changes())


def in_order(operations: Sequence[Operation], outcomes: Mapping[Key, Outcome]) -> tuple[Outcome, ...]:
    """What became of each operation, in the order of the plan, and then of those that came in while it was made anew.
    An operation on the index that turned out to be needless is not told of."""
    first = [
        outcomes.get(o.key) or Outcome(o, "an operation that it builds on is left out")
        for o in operations
        if o.key in outcomes or o.kind != "index"
    ]
    planned = {operation.key for operation in operations}
    return (*first, *(outcome for key, outcome in outcomes.items() if key not in planned))


class _Files:
    """The files while operations are put on one another."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._before: dict[str, bytes | None] = {}
        self._after: dict[str, Change] = {}

    def take(self, operation: Operation) -> str:
        """Put an operation on the files; why it cannot be, empty when it can."""
        if not operation.changes:
            return "nothing is done: a person decides"
        lost = loses_words(operation)
        if lost:
            return f"would delete {shown(lost)} without keeping its text"
        made: dict[str, Change] = {}
        for change in operation.changes:
            try:
                inside(self._root, change.path)
                current = self._current(change.path)
            except BadInputError as error:
                return f"{shown(change.path)}: {error.message}"
            after = change.after
            if current != change.before:
                after = self._merged(change, current)
                if after is None:
                    return f"{shown(change.path)} changed since the plan"
            made[change.path] = change._replace(after=after)
        for path, change in made.items():
            earlier = self._after.get(path)
            keep = change.keep_mtime and (earlier is None or earlier.keep_mtime)
            mtime_ns = change.mtime_ns if earlier is None else earlier.mtime_ns
            self._after[path] = Change(path, self._before[path], change.after, keep, mtime_ns)
        return ""

    def changes(self) -> tuple[Change, ...]:
        """What is to be written, each path once."""
        return tuple(change for change in self._after.values() if change.before != change.after)

    def _current(self, path: str) -> bytes | None:
        if path in self._after:
            return self._after[path].after
        if path not in self._before:
            self._before[path] = read_if_there(inside(self._root, path), MAX_CHANGED_FILE)
        return self._before[path]

    @staticmethod
    def _merged(change: Change, current: bytes | None) -> bytes | None:
        if change.path.rpartition("/")[2] != INDEX_NAME or None in (change.before, current, change.after):
            return None
        return merge_lines(change.before or b"", current or b"", change.after or b"")


class Carried(NamedTuple):
    """What was carried out: the operations, the number of the journal's transaction (None when nothing was to be
    changed), and what was done about commands killed before."""

    composed: Composed
    transaction: int | None
    recovered: tuple[str, ...]


def carry_out(
    root: str, state_dir: str, operations: Sequence[Operation], *, command: Callable[[Composed], str], now: float,
    wait: float = DEFAULT_WAIT, remake: Remake | None = None,
) -> Carried:  # fmt: skip
    """Apply the operations as one transaction. `command` is told what is about to be done, before the first change,
    and gives the line for the history. Raises what it raises, `LockedError`, and `StorageError` with nothing changed.
    """
    made: list[Composed] = []

    def plan(store: Store) -> Plan:
        made.append(compose(root, operations, remake))
        return Plan(command(made[-1]), made[-1].changes)

    done = apply(root, state_dir, plan, command="memdir dream", now=now, wait=wait)
    return Carried(made[-1], None if done.transaction is None else done.transaction.number, done.recovered)


def recover(root: str, state_dir: str, *, now: float, wait: float = DEFAULT_WAIT) -> tuple[str, ...]:
    """Finish or roll back what a killed command left, before anything is planned; what was done, for people."""
    journal = Journal(state_dir, root)
    if not any(state == "pending" for _, state in journal.records.listed()):
        return ()
    return apply(root, state_dir, lambda store: Plan("", ()), command="memdir dream", now=now, wait=wait).recovered
