"""What is remembered of the consolidations of one memory directory: a record of each run, in `dream/runs/` below the
directory's state.

A run's record is written before its first change, with the number that its transaction will have; what became of that
is the journal's to say, whose command begins with `dream N:`. So a run that was killed is told as the journal finds it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, NamedTuple

from memdir.journal import Journal
from memdir.journal_records import State
from memdir.state_file import number, read_state, write_state

from .attempts import BY_HAND, DAY, Attempts

_KEEP_RUNS: Final = 500
_OUTCOMES: Final[dict[State, str]] = {
    "done": "applied", "undone": "undone", "failed": "rolled-back", "pending": "interrupted",
}  # fmt: skip


class Run(NamedTuple):
    """One run. `how` is by-hand, unattended or agent; `outcome` applied, undone, rolled-back, nothing, failed, or
    interrupted; `operations` what was proposed, each with its `done` (applied, or why not); `left` the ids that left
    the live set; `transaction` the number in the journal, None when nothing was changed."""

    number: int
    when: float
    how: str
    outcome: str
    summary: str
    operations: tuple[Mapping[str, object], ...] = ()
    left: tuple[str, ...] = ()
    transaction: int | None = None


class Runs(Attempts):
    """The runs over one memory directory. Methods that write raise `StorageError` and expect the consolidation lock to
    be held."""

    def __init__(self, state_dir: str, root: str) -> None:
        super().__init__(state_dir)
        self._records = os.path.join(self.directory, "runs")
        self._journal = Journal(state_dir, root)

    def next_number(self) -> int:
        """One more than the highest."""
        return max(self._numbers(), default=0) + 1

    def begin(self, run: Run) -> None:
        """Write a run down before it changes anything: the directory's lock is held, and what it changes will be the
        journal's next transaction."""
        self.write(run._replace(outcome="interrupted", transaction=self._journal.records.next_number()))
        for old in sorted(self._numbers())[:-_KEEP_RUNS]:
            os.unlink(self._path(old))

    def write(self, run: Run) -> None:
        """Write a run down, as it ended."""
        value = {
            "when": run.when, "how": run.how, "outcome": run.outcome, "summary": run.summary,
            "operations": [dict(operation) for operation in run.operations], "left": list(run.left),
            "transaction": run.transaction,
        }  # fmt: skip
        write_state(self._path(run.number), value)

    def newest(self, limit: int | None = None) -> list[Run]:
        """The runs, newest first, as the journal has them now."""
        numbers = sorted(self._numbers(), reverse=True)[:limit]
        states = dict(self._journal.records.listed()) if numbers else {}
        return [self._read(number, states) for number in numbers]

    def find(self, number: int) -> Run | None:
        """The run with this number."""
        return self._read(number, dict(self._journal.records.listed())) if number in self._numbers() else None

    def departed(self, now: float, days: float) -> list[str]:
        """The ids that runs of the last `days` took out of the live set, those that were undone not counted. A run in
        the future counts: the clock may have jumped."""
        recent = [run for run in self.newest() if now - run.when < days * DAY]
        return [id for run in recent if run.outcome == "applied" for id in run.left]

    def _numbers(self) -> list[int]:
        try:
            names = os.listdir(self._records)
        except OSError:
            return []
        return [int(name[:-5]) for name in names if name.endswith(".json") and name[:-5].isdigit()]

    def _path(self, number: int) -> str:
        return os.path.join(self._records, f"{number:06d}.json")

    def _read(self, run: int, states: Mapping[int, State]) -> Run:
        value = read_state(self._path(run))
        outcome = str(value.get("outcome") or "interrupted")
        told = number(value.get("transaction"))
        transaction = int(told) if told is not None else None
        state = states.get(transaction) if transaction is not None else None
        if outcome == "interrupted" and transaction is not None and state is not None:
            found = self._journal.records.read(transaction, state)
            if found is None or run_of(found.command) != run:
                state = None  # it was killed before it changed anything, and another command took the number
        if outcome in ("interrupted", "applied") and state is not None:
            if state == "undone" and transaction is not None:
                transaction = self._made_again(transaction, states)
                state = states[transaction]
            outcome = _OUTCOMES[state]
        elif outcome == "interrupted":
            transaction = None
        listed, left = value.get("operations"), value.get("left")
        operations = [o for o in listed if isinstance(o, dict)] if isinstance(listed, list) else []
        return Run(
            run, number(value.get("when")) or 0.0, str(value.get("how") or BY_HAND), outcome,
            str(value.get("summary") or ""), tuple(operations),
            tuple(str(id) for id in left) if isinstance(left, list) else (), transaction,
        )  # fmt: skip

    def _made_again(self, transaction: int, states: Mapping[int, State]) -> int:
        """The redo that made a transaction again after it was undone, the last of several; itself where there is
        none."""
        for later in sorted(n for n in states if n > transaction):
            redo = self._journal.records.read(later, states[later])
            for undo in redo.redoes if redo is not None else ():
                taken = self._journal.records.read(undo, states[undo]) if undo in states else None
                if taken is not None and transaction in taken.undoes:
                    transaction = later
        return transaction


def run_of(command: str) -> int | None:
    """The number of the run that a journal's command line belongs to."""
    word, _, rest = command.partition(" ")
    said = rest.partition(":")[0]
    return int(said) if word == "dream" and said.isascii() and said.isdigit() else None
