"""What is remembered of consolidations of one memory directory: each run, failures and how long to wait after them,
the inputs of the last ones. All in `dream/` below the directory's state.

A run's record is written before its first change, with the number that its transaction will have; what became of that
is the journal's to say, whose command begins with `dream N:`. So a run that was killed is told as the journal finds it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, NamedTuple

from memdir.journal import Journal
from memdir.journal_records import State

from .state_file import number, read_state, write_state

HOUR: Final = 3600.0
BY_HAND: Final = "by-hand"
UNATTENDED: Final = "unattended"
AGENT: Final = "agent"
DAY: Final = 24 * HOUR
FIRST_WAIT: Final = HOUR
LONGEST_WAIT: Final = DAY
FAILURES_A_DAY: Final = 2
"""Unattended runs that may fail in 24 hours before the next one waits for the first of them to be a day old."""
_KEEP_RUNS: Final = 500
_OUTCOMES: Final[dict[State, str]] = {
    "done": "applied", "undone": "undone", "failed": "rolled-back", "pending": "interrupted",
}  # fmt: skip
_KEEP_INPUTS: Final = 8


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


class Waiting(NamedTuple):
    """Unattended runs that failed in a row, when each of the last ones did, and until when the next one waits."""

    failures: int
    times: tuple[float, ...]
    until: float | None


class Runs:
    """The runs over one memory directory. Methods that write raise `StorageError` and expect the consolidation lock to
    be held."""

    def __init__(self, state_dir: str, root: str) -> None:
        self.directory = os.path.join(state_dir, "dream")
        self._records = os.path.join(self.directory, "runs")
        self._state = os.path.join(self.directory, "state.json")
        self._journal = Journal(state_dir, root)

    @property
    def gate_file(self) -> str:
        """Where the gate keeps its listing of sessions."""
        return os.path.join(self.directory, "sessions.json")

    # Records

    def next_number(self) -> int:
        """One more than the highest, and than any that the journal knows."""
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

    # Failures, inputs, who runs

    def waiting(self, now: float) -> Waiting:
        """How long the next unattended run waits after the failed ones. A failure in the future is taken for one
        now."""
        state = read_state(self._state)
        failures = int(number(state.get("failures")) or 0)
        told = state.get("failed_at")
        times = sorted(min(t, now) for t in map(number, told if isinstance(told, list) else []) if t is not None)
        if not failures or not times:
            return Waiting(0, (), None)
        until = times[-1] + min(FIRST_WAIT * 2.0 ** min(failures - 1, 10), LONGEST_WAIT)
        if len(times) >= FAILURES_A_DAY:
            until = max(until, times[-FAILURES_A_DAY] + DAY)
        return Waiting(failures, tuple(times), until if until > now else None)

    def failed(self, now: float) -> None:
        """An unattended run failed."""
        waiting = self.waiting(now)
        self._change(failures=waiting.failures + 1, failed_at=[*waiting.times, now][-FAILURES_A_DAY:])

    def succeeded(self, *inputs: str, planned: float | None = None) -> None:
        """A run went through; `inputs` are digests of what it saw and of what it left, `planned` is when, of one that
        only made a plan."""
        more = {} if planned is None else {"planned": planned}
        kept = [digest for digest in self.inputs if digest not in inputs]
        self._change(failures=0, failed_at=[], inputs=[*kept, *inputs][-_KEEP_INPUTS:], **more)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Digests of what the last runs that went through saw and left: nothing is to be done for these again."""
        value = read_state(self._state).get("inputs")
        return tuple(digest for digest in value if isinstance(digest, str)) if isinstance(value, list) else ()

    @property
    def planned(self) -> float | None:
        """When an unattended run last made a plan and left the lock's time alone."""
        return number(read_state(self._state).get("planned"))

    def running(self, pid: int, prior_ns: int | None, how: str) -> None:
        """A process begins a run; `prior_ns` is what the lock's mtime was before."""
        self._change(running=[pid, prior_ns, how])

    def stopped(self) -> None:
        """Nobody runs any more."""
        self._change(running=None)

    def killed(self) -> tuple[int, int | None, str] | None:
        """What `running` was told, of a run that did not stop by itself, or that runs now."""
        value = read_state(self._state).get("running")
        if not isinstance(value, list) or len(value) != 3 or not isinstance(value[0], int):
            return None
        return value[0], value[1] if isinstance(value[1], int) else None, str(value[2])

    def _change(self, **fields: object) -> None:
        write_state(self._state, {**read_state(self._state), **fields})


def run_of(command: str) -> int | None:
    """The number of the run that a journal's command line belongs to."""
    word, _, rest = command.partition(" ")
    said = rest.partition(":")[0]
    return int(said) if word == "dream" and said.isascii() and said.isdigit() else None
