"""Whether it is time to consolidate with nobody there: switches, waiting after failures, time, sessions, lock.

The order is that of cost, and the first "no" ends it; the explanation of each is text for people. Rules:
formats/claude-code.md §5.2. A run by hand asks only the lock.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from memdir.dates import rfc3339
from memdir.errors import StorageError
from memdir.state_file import number, read_state, write_state

from .attempts import HOUR, UNATTENDED, Attempts
from .consolidate_lock import alive, read_lock, rewind_to
from .own_sessions import own_sessions
from .seed_files import seed_blocked, seed_last_run
from .session_list import sessions_since

MIN_HOURS: Final = 24.0
MIN_SESSIONS: Final = 5
_SKEW: Final = 60.0
"""Seconds by which a clock may be behind a file's time before that time is taken for one of the future."""


class Switch(NamedTuple):
    """Something that can turn unattended consolidation off, and how it stands, for people."""

    on: bool
    said: str


class Check(NamedTuple):
    """One gate: `switch`, `wait`, `time`, `sessions` or `lock`; passed or not; why, for people; when it will pass at
    the earliest (seconds since the epoch, None when that depends on something else); and what there is of what is
    needed (hours, sessions; None where it is no number)."""

    name: str
    passed: bool
    said: str
    until: float | None = None
    have: float | None = None
    need: float | None = None


class Gate(NamedTuple):
    """What the gates look at. `state_dir` is that of this directory, None where there is none; `own_dir` the state
    directory as a whole; `current` the session that asks, which does not count."""

    root: str
    state_dir: str | None
    transcripts: tuple[str, ...]
    min_hours: float = MIN_HOURS
    min_sessions: int = MIN_SESSIONS
    switches: tuple[Switch, ...] = ()
    own_dir: str | None = None
    current: str | None = None


class Verdict(NamedTuple):
    """The gates in their order, those after the first "no" only when all were asked for."""

    checks: tuple[Check, ...]
    last_run: float | None

    @property
    def due(self) -> bool:
        """True when all said yes."""
        return all(check.passed for check in self.checks)

    @property
    def because(self) -> str:
        """Why not: what the first that said no has to say; empty when it is due."""
        return next((check.said for check in self.checks if not check.passed), "")


def evaluate(gate: Gate, now: float, *, every: bool = False) -> Verdict:
    """Ask the gates, all of them with `every`. Never raises for what the files hold."""
    attempts = Attempts(gate.state_dir) if gate.state_dir is not None else None
    checks: list[Check] = []

    def stop(check: Check) -> bool:
        checks.append(check)
        return not check.passed and not every

    if attempts is not None:
        settle(gate.root, attempts, now)
    last = last_run(gate.root, attempts)
    if stop(_switch(gate.switches)) or (attempts is not None and stop(_wait(attempts, now))):
        return Verdict(tuple(checks), last)
    since = _not_in_the_future(last, now, attempts)
    if not stop(_time(since, now, gate.min_hours)) and not stop(_sessions(gate, since, now, attempts)):
        stop(check_lock(gate.root, now))
    return Verdict(tuple(checks), last)


def last_run(root: str, attempts: Attempts | None) -> float | None:
    """When the directory was last consolidated, by memdir, Claude Code or the predecessor, or a plan was last made with
    nobody there."""
    told = (read_lock(root, 0.0).last_run, seed_last_run(root), attempts.planned if attempts is not None else None)
    return max((time for time in told if time is not None), default=None)


def settle(root: str, attempts: Attempts, now: float) -> None:
    """Clear up after a run of memdir that was killed: the lock's time is put back, and one that ran unattended has
    failed. Not being able to is no error: the lock is stale within an hour."""
    killed = attempts.killed()
    if killed is None or alive(killed[0]):
        return
    pid, prior_ns, how = killed
    with contextlib.suppress(StorageError):
        rewind_to(root, pid, prior_ns)
        if how == UNATTENDED:
            attempts.failed(now)
        attempts.stopped()


def _not_in_the_future(last: float | None, now: float, attempts: Attempts | None) -> float | None:
    """A last run that lies in the future (a clock was wrong, then or now) counts from when that was first seen: it
    neither blocks for years nor lets a run pass twice."""
    if last is None or last <= now + _SKEW:
        return last
    if attempts is None:
        return now
    path = f"{attempts.directory}/clock.json"
    kept = read_state(path)
    seen = number(kept.get("seen"))
    if number(kept.get("last")) == last and seen is not None and seen <= now + _SKEW:
        return seen
    with contextlib.suppress(StorageError):  # seen for the first time again, then
        write_state(path, {"last": last, "seen": now}, synced=False)
    return now


def _switch(switches: Sequence[Switch]) -> Check:
    off = [switch for switch in switches if not switch.on]
    if off:
        return Check("switch", False, "; ".join(switch.said for switch in off))
    return Check("switch", True, ", ".join(switch.said for switch in switches) or "on")


def _wait(attempts: Attempts, now: float) -> Check:
    waiting = attempts.waiting(now)
    failed = "no failed run" if not waiting.failures else f"{waiting.failures} failed in a row"
    if waiting.until is None:
        return Check("wait", True, failed)
    return Check("wait", False, f"{failed}: waits {_span(waiting.until - now)} more", waiting.until)


def _time(last: float | None, now: float, hours: float) -> Check:
    if last is None:
        return Check("time", True, "never run here", need=hours)
    passed = max(now - last, 0.0)
    said = f"last run {_span(passed)} ago, {hours:g} h needed"
    if passed >= hours * HOUR:
        return Check("time", True, said, have=passed / HOUR, need=hours)
    until = last + hours * HOUR
    return Check("time", False, f"{said}: {_span(until - now)} more", until, passed / HOUR, hours)


def _sessions(gate: Gate, last: float | None, now: float, attempts: Attempts | None) -> Check:
    without: Collection[str] = own_sessions(gate.own_dir) | ({gate.current} if gate.current else set())
    kept_in = attempts.gate_file if attempts is not None else None
    listing = sessions_since(gate.transcripts, last or 0.0, now, kept_in=kept_in, without=without)
    have, need = len(listing.sessions), gate.min_sessions
    since = f"since {rfc3339(last)[:16]}Z" if last is not None else "so far"
    looked = now - listing.taken
    said = f"{have} of {need} sessions {since}" + (f", listed {_span(looked)} ago" if looked >= 1 else "")
    said += f"; {listing.future} with a time in the future left out" if listing.future else ""
    return Check("sessions", have >= need, said, None, have, need)


def check_lock(root: str, now: float) -> Check:
    """Whether nobody consolidates now: Claude Code, memdir or the predecessor."""
    state = read_lock(root, now)
    if state.blocked:
        said = f"pid {state.pid} is consolidating (for {_span(state.seconds_left)} more at most)"
        return Check("lock", False, said, now + state.seconds_left)
    left = seed_blocked(root, now)
    if left:
        return Check("lock", False, f".consolidation_lock is held (for {_span(left)} more at most)", now + left)
    return Check("lock", True, "free")


def _span(seconds: float) -> str:
    """`3 min`, `2.5 h`, `4 days`."""
    if seconds < 90:
        return f"{max(seconds, 0):.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days"
