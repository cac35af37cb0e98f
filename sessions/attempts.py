"""What is remembered of attempts to consolidate a directory: those with nobody there that failed and how long to wait
after them, the inputs of the last ones, who runs now. In `dream/state.json` below the directory's state.
"""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from memdir.state_file import number, read_state, write_state

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR
BY_HAND: Final = "by-hand"
UNATTENDED: Final = "unattended"
AGENT: Final = "agent"
FIRST_WAIT: Final = HOUR
LONGEST_WAIT: Final = DAY
FAILURES_A_DAY: Final = 2
"""Unattended runs that may fail in 24 hours before the next one waits for the first of them to be a day old."""
_KEEP_INPUTS: Final = 8


class Waiting(NamedTuple):
    """Unattended runs that failed in a row, when each of the last ones did, and until when the next one waits."""

    failures: int
    times: tuple[float, ...]
    until: float | None


class Attempts:
    """The attempts over one memory directory, whose state folder is `state_dir`. Methods that write raise
    `StorageError`; but for a failure they expect the consolidation lock to be held."""

    def __init__(self, state_dir: str) -> None:
        self.directory = os.path.join(state_dir, "dream")
        self._state = os.path.join(self.directory, "state.json")

    @property
    def gate_file(self) -> str:
        """Where the gate keeps its listing of sessions."""
        return os.path.join(self.directory, "sessions.json")

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
