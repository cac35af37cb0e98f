"""What a daemon leaves for others to see: its lock, its heartbeat and its log, in the state directory."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from memdir.dates import local_text, rfc3339
from memdir.errors import LockedError, StorageError
from memdir.files import make_private_dir, shown
from memdir.lock import hold, holding
from memdir.rotated_log import append_line, read_lines
from memdir.state_file import number, read_state, write_state

from .output import counted

COMMAND: Final = "memdir watch"
LATE: Final = 60.0
"""Seconds without a heartbeat after which a daemon that runs is said to hang."""
_STATE, _LOG = "state.json", "log"
_WAIT: Final = 0.5


class Daemon(NamedTuple):
    """A daemon as others see it: the process that runs (0 where that is not known, None where none does), and what
    its last heartbeat said (empty when it ended properly, or there never was one)."""

    pid: int | None
    told: Mapping[str, object]

    @property
    def died(self) -> bool:
        """Whether it ended without saying so."""
        return self.pid is None and bool(self.told)

    def hangs(self, now: float) -> bool:
        """Whether it runs but gives no sign of life, and is not at something long."""
        return self.pid is not None and bool(self.told) and not self.told.get("busy") and self.silent_for(now) > LATE

    def silent_for(self, now: float) -> float:
        """Seconds since its last heartbeat."""
        return max(now - (number(self.told.get("beat")) or now), 0.0)


def said_of(seen: Daemon, now: float) -> str | None:
    """The daemon in a line, for people; None when none was started."""
    told = seen.told
    if seen.pid is None:
        beat = number(told.get("beat"))
        return f"the daemon died after {local_text(beat)} (memdir watch --detach starts one)" if beat else None
    if not told:
        return f"process {seen.pid}, starting"
    projects = told.get("projects")
    count = len(projects) if isinstance(projects, list) else 0
    said = f"process {seen.pid} looks after {counted(count, 'project')}"
    if told.get("mode") == "scans":
        said += f", by looking instead of events: {told.get('why')}"
    silent = seen.silent_for(now)
    if told.get("busy") and silent > 1.0:
        return f"{said}; at work on the {told['busy']} for {silent:.0f} s"
    return f"{said}; no heartbeat for {silent:.0f} s" if seen.hangs(now) else said


def folder_of(state_dir: str | None) -> str:
    """Where the daemon of a user keeps its things. Raises `StorageError` without a place."""
    if state_dir is None:
        raise StorageError("there is no place for a daemon's lock and log", hint="set MEMDIR_STATE_DIR")
    return os.path.join(state_dir, "watch")


def read_daemon(folder: str) -> Daemon:
    """The daemon of this user."""
    held = holding(folder)
    told = read_state(os.path.join(folder, _STATE))
    if held is None:
        return Daemon(None, told)
    return Daemon(held[0], told if told.get("pid") == held[0] else {})


@contextlib.contextmanager
def one_daemon(folder: str, now: float) -> Iterator[None]:
    """Be the daemon of this user for the block. Raises `LockedError` when there is one already."""
    make_private_dir(folder)
    running = is_running(folder)
    if running is not None:
        raise running
    try:
        with hold(folder, command=COMMAND, now=now, wait=_WAIT):
            try:
                yield
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(os.path.join(folder, _STATE))
    except LockedError as error:
        raise is_running(folder) or error from None


def is_running(folder: str) -> LockedError | None:
    """The error that says that a daemon runs; None when none does."""
    held = holding(folder)
    if held is None:
        return None
    return LockedError(
        f"memdir watch runs already: {held[1]}", path=shown(folder), hint="memdir watch status; memdir watch stop"
    )


def write_beat(folder: str, told: Mapping[str, object]) -> None:
    """Write a heartbeat. Raises `StorageError`."""
    write_state(os.path.join(folder, _STATE), told, synced=False)


def append_log(folder: str, now: float, text: str) -> None:
    """Write a line to the log. Raises `StorageError`."""
    line = f"{rfc3339(now)[:19]}Z  {' '.join(shown(text).split())}"
    append_line(os.path.join(folder, _LOG), line.encode("utf-8", "replace"))


def read_log(folder: str) -> list[str]:
    """The lines of the log, oldest first. Raises `StorageError`."""
    return [line.decode("utf-8", "replace") for line in read_lines(os.path.join(folder, _LOG))]
