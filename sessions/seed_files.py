"""The files by which memdir's predecessor knew of its consolidations; honoured where they are, never made anew.

`.consolidation_state.json` holds `last_consolidated_at` (whole seconds or null), `.consolidation_lock` the seconds at
which it was taken, no pid: it blocks for an hour by its mtime (formats/cersei.md §1.6). Where the state file is, a run
of memdir takes that lock too and writes down when it ran, so that the predecessor waits for it.
"""

from __future__ import annotations

import json
import os
from typing import Final

from memdir.errors import MemdirError
from memdir.files import read_file, read_if_there, remove_file, write_atomic
from memdir.state_file import number, read_state

STATE: Final = ".consolidation_state.json"
LOCK: Final = ".consolidation_lock"
STALE_AFTER: Final = 3600.0


def seed_last_run(root: str) -> float | None:
    """When the predecessor last ran, None where it says nothing."""
    path = os.path.join(root, STATE)
    return number(read_state(path).get("last_consolidated_at")) if os.path.isfile(path) else None


def seed_blocked(root: str, now: float) -> float:
    """Seconds for which its lock still blocks, 0.0 when it does not. A lock from the future counts like one as far in
    the past."""
    try:
        taken = os.lstat(os.path.join(root, LOCK)).st_mtime
    except OSError:
        return 0.0
    return 0.0 if abs(now - taken) > STALE_AFTER else max(taken + STALE_AFTER - now, 0.001)


def take_seed_lock(root: str, now: float) -> bool:
    """Take the predecessor's lock where it has a state file; False when somebody was faster. Raises `StorageError`."""
    if not os.path.isfile(os.path.join(root, STATE)):
        return True
    path = os.path.join(root, LOCK)
    if seed_blocked(root, now):
        return False
    remove_file(path)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return False
    except OSError:
        return True  # a directory that cannot be written fails soon enough
    try:
        os.write(descriptor, b"%d" % int(now))
    finally:
        os.close(descriptor)
    return True


def release_seed_lock(root: str, began: float, *, done: bool) -> None:
    """Let go of the predecessor's lock and, after a run that was `done`, tell it when it began. Raises
    `StorageError`."""
    path = os.path.join(root, STATE)
    if not os.path.isfile(path):
        return
    if done:
        try:
            before = json.loads(read_file(path))
        except (MemdirError, ValueError, RecursionError):
            before = {}
        state = {**(before if isinstance(before, dict) else {}), "last_consolidated_at": int(began)}
        write_atomic(path, json.dumps(state, indent=2).encode("utf-8"))
    lock = os.path.join(root, LOCK)
    if (read_if_there(lock) or b"").strip() == b"%d" % int(began):
        remove_file(lock)
