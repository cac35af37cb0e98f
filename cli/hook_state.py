"""Small things that hooks keep: where their log lies, which events fail, and when a session of a memory directory was
last active."""

from __future__ import annotations

import os
from typing import Final

from memdir.state_file import number, read_state, write_state

FAILURES: Final = 3
"""Failures of one event in a row that are told at the next session start, once."""
_ACTIVITY: Final = "last-activity"
_FAILING: Final = "failing.json"


def log_folder(state_dir: str) -> str:
    """Where the log of all hooks lies."""
    return os.path.join(state_dir, "hooks")


def last_activity(folder: str) -> float | None:
    """When the last session that ended a turn did so (seconds since the epoch), None when none has."""
    return number(read_state(os.path.join(folder, _ACTIVITY)).get("at"))


def write_activity(folder: str, now: float) -> None:
    """Write down that a session is active. Raises `StorageError`."""
    write_state(os.path.join(folder, _ACTIVITY), {"at": now}, synced=False)


def count_failure(state_dir: str, event: str, error: str) -> None:
    """One more failure of an event; an empty `error` says that it did not fail. Raises `StorageError`."""
    path = os.path.join(log_folder(state_dir), _FAILING)
    if not error and not os.path.lexists(path):
        return
    kept = read_state(path)
    known = kept.get(event)
    count = known[0] if isinstance(known, list) and known and isinstance(known[0], int) else 0
    told = isinstance(known, list) and len(known) > 2 and known[2] is True
    if error:
        kept[event] = [count + 1, error, told]
    elif kept.pop(event, None) is None:
        return
    write_state(path, kept, synced=False)


def tell_failures(state_dir: str) -> dict[str, str]:
    """The events that failed `FAILURES` times running and were not told yet, with the last error; they then count as
    told. Raises `StorageError`."""
    path = os.path.join(log_folder(state_dir), _FAILING)
    kept = read_state(path)
    found = {
        event: str(known[1])
        for event, known in kept.items()
        if isinstance(known, list) and len(known) == 3 and isinstance(known[0], int)
        and known[0] >= FAILURES and known[2] is not True
    }  # fmt: skip
    if found:
        told = {event: [FAILURES, error, True] for event, error in found.items()}
        write_state(path, {**kept, **told}, synced=False)
    return found
