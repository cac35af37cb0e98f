"""One run of a consolidation from lock to record: by hand, by an agent's proposal, or with nobody there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from memdir.errors import LockedError, StorageError
from memdir.lock import DEFAULT_WAIT
from memdir.log import warn
from memdir.model import Memory
from memdir.tidy import not_current

from .applying import Composed, Key, Outcome, Remake, carry_out, in_order, recover
from .attempts import BY_HAND, UNATTENDED
from .consolidate_lock import Held, acquire, blocked_error, read_lock
from .gate import Gate, Verdict, evaluate, last_run, settle
from .git_commit import Committed
from .guards import LEAVING_DAYS, Guarded, guard, leaving
from .notice import counted, write_notice
from .operation import Operation
from .runs import Run, Runs
from .seed_files import release_seed_lock, take_seed_lock


class Place(NamedTuple):
    """The directory, its state folder, and how many seconds to wait for another changing command."""

    root: str
    state_dir: str
    wait: float = DEFAULT_WAIT


class Prepared(NamedTuple):
    """A plan with what its guards need: the memories as they were read, the ids written by a person since the last
    run, and how the plan is made anew without some of its operations."""

    operations: tuple[Operation, ...]
    memories: tuple[Memory, ...] = ()
    by_person: frozenset[str] = frozenset()
    remake: Remake | None = None


Prepare = Callable[[float | None, int], Prepared]
"""Makes the plan; told when the last run was and how many memories left the live set in the last 30 days."""
Choose = Callable[[Sequence[Guarded]], Sequence[str]]
"""Why each operation is left out, empty for those to be done. May raise, and then nothing is changed."""


class Result(NamedTuple):
    """What a run did. `run` is its record, None when nothing was changed."""

    outcomes: tuple[Outcome, ...]
    run: Run | None
    paths: tuple[str, ...] = ()
    recovered: tuple[str, ...] = ()

    @property
    def applied(self) -> int:
        """How many operations were carried out."""
        return sum(not outcome.skipped for outcome in self.outcomes)


class _Taken:
    """The locks of a run; `done` says that it went through."""

    def __init__(self, held: Held) -> None:
        self.held = held
        self.done = False


@contextmanager
def taken(place: Place, runs: Runs, *, how: str, now: float) -> Iterator[_Taken]:
    """Hold the consolidation locks, ours and the predecessor's. Unless `done` is set the time of the last run is put
    back. Raises `LockedError` when somebody consolidates, `StorageError` when the directory cannot be written."""
    held = acquire(place.root, now, wait=place.wait)
    if held is None:
        raise blocked_error(place.root, read_lock(place.root, now))
    lock = _Taken(held)
    try:
        if not take_seed_lock(place.root, now):
            raise LockedError("another consolidation is running (.consolidation_lock is held)", path=place.root)
        try:
            runs.running(os.getpid(), held.prior_ns, how)
            yield lock
        finally:
            release_seed_lock(place.root, now, done=lock.done)
            runs.stopped()
    finally:
        if lock.done:
            held.succeed()
        else:
            held.rewind()


def guarded_plan(place: Place, prepare: Prepare, *, now: float) -> tuple[Prepared, list[Guarded]]:
    """The plan with what of it asks. Changes nothing."""
    runs = Runs(place.state_dir, place.root)
    departed = len(runs.departed(now, LEAVING_DAYS))
    prepared = prepare(last_run(place.root, runs), departed)
    return prepared, guard(prepared.operations, prepared.memories, prepared.by_person, departed)


def consolidate(
    place: Place, prepare: Prepare, choose: Choose, *, now: float, how: str = BY_HAND,
    digest: Callable[[], str] | None = None,
) -> Result:  # fmt: skip
    """Plan, choose, apply, and write the run down. `digest` is of the inputs, asked before and after. Raises
    `LockedError`, what `prepare` and `choose` raise, and `StorageError`; then nothing is changed."""
    runs = Runs(place.state_dir, place.root)
    settle(place.root, runs, now)
    recovered = recover(place.root, place.state_dir, now=now, wait=place.wait)
    planned_after = last_run(place.root, runs)
    before = [digest()] if digest is not None else []
    with taken(place, runs, how=how, now=now) as lock:
        departed = len(runs.departed(now, LEAVING_DAYS))
        prepared = prepare(planned_after, departed)
        guarded = guard(prepared.operations, prepared.memories, prepared.by_person, departed)
        reasons = dict(zip((g.operation.key for g in guarded), choose(guarded), strict=True))
        result = _apply(place, runs, prepared, reasons, lock, how=how, now=now)
        lock.done = True
    try:
        runs.succeeded(*before, *([digest()] if digest is not None else []))
    except StorageError as error:
        warn(error)  # everything is done; at worst the same is looked at again
    return result._replace(recovered=(*recovered, *result.recovered))


def _apply(
    place: Place, runs: Runs, prepared: Prepared, reasons: dict[Key, str], lock: _Taken, *,
    how: str, now: float,
) -> Result:  # fmt: skip
    wanted = [operation for operation in prepared.operations if not reasons[operation.key]]
    if prepared.remake is not None and any(reasons[o.key] for o in prepared.operations if o.changes):
        wanted = list(prepared.remake(wanted))
    live = {memory.id: memory for memory in prepared.memories if not not_current(memory)}
    number = runs.next_number()
    written: list[Run] = []

    def command(composed: Composed) -> str:
        if not lock.held.still_ours():
            raise LockedError("another program took the consolidation lock: nothing was changed", path=place.root)
        summary = counted(composed.done)
        if composed.changes:
            left = [id for operation in composed.done for id in leaving(operation, live)]
            told = tuple(map(_record, _outcomes(prepared, reasons, composed)))
            written[:] = [Run(number, now, how, "interrupted", summary, told, tuple(left))]
            runs.begin(written[0])
        return f"dream {number}: {summary}"

    try:
        carried = carry_out(
            place.root, place.state_dir, wanted, command=command, now=now, wait=place.wait, remake=prepared.remake
        )
    except BaseException:
        if written:
            runs.write(written[0]._replace(outcome="failed"))
        raise
    outcomes = _outcomes(prepared, reasons, carried.composed)
    if carried.transaction is None:
        return Result(outcomes, None, recovered=carried.recovered)
    run = written[0]._replace(outcome="applied", transaction=carried.transaction)
    runs.write(run)
    paths = tuple(change.path for change in carried.composed.changes)
    return Result(outcomes, run, paths, carried.recovered)


def _outcomes(prepared: Prepared, reasons: dict[Key, str], composed: Composed) -> tuple[Outcome, ...]:
    """What became of every operation of the plan, in its order, those that were left out included."""
    left_out = {o.key: Outcome(o, reasons[o.key]) for o in prepared.operations if reasons[o.key]}
    told = {outcome.operation.key: outcome for outcome in composed.outcomes}
    return in_order(prepared.operations, {**left_out, **told})


def _record(outcome: Outcome) -> dict[str, object]:
    operation = outcome.operation
    return {
        "kind": operation.kind, "paths": list(operation.paths), "reason": operation.reason,
        "done": "skipped" if outcome.skipped else "applied", "why": outcome.skipped,
    }  # fmt: skip


class Told(NamedTuple):
    """What came of an unattended call: why nothing was done (empty when something was), the line about what is
    proposed, the run that changed something, and what became of its commit."""

    skipped_because: str = ""
    notice: str | None = None
    result: Result | None = None
    verdict: Verdict | None = None
    committed: Committed = Committed()


def unattended(
    gate: Gate, place: Place, prepare: Prepare, digest: Callable[[], str], *, apply: bool, now: float
) -> Told:
    """What a hook or the daemon calls: when every gate says yes, make a plan and leave a line about it; with `apply`
    carry out what loses no words and asks nobody. The same inputs are never looked at twice. An error counts as a
    failed run, after which the next one waits, and is raised."""
    verdict = evaluate(gate, now)
    if not verdict.due:
        return Told(verdict.because, verdict=verdict)
    runs = Runs(place.state_dir, place.root)
    try:
        seen = digest()
        if seen in runs.inputs:
            return Told("nothing has changed since the last run", verdict=verdict)
        if apply:
            result = consolidate(place, prepare, _only_safe, now=now, how=UNATTENDED, digest=digest)
            left = [o.operation for o in result.outcomes if o.skipped]
            return Told("", write_notice(place.state_dir, left), result, verdict)
        recover(place.root, place.state_dir, now=now, wait=place.wait)
        with taken(place, runs, how=UNATTENDED, now=now):  # never done: a plan is no consolidation
            departed = len(runs.departed(now, LEAVING_DAYS))
            notice = write_notice(place.state_dir, prepare(verdict.last_run, departed).operations)
        runs.succeeded(seen, planned=now)
        return Told("", notice, None, verdict)
    except LockedError as error:
        return Told(error.message, verdict=verdict)
    except Exception:
        runs.failed(now)  # whatever it was: it is raised, and the next run waits
        raise


def _only_safe(guarded: Sequence[Guarded]) -> list[str]:
    return [
        ""
        if g.operation.safe and not g.asks
        else g.asks or "it is left to a person: dream.auto does what loses no words"
        for g in guarded
    ]
