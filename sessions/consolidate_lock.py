"""`.consolidate-lock` in a memory directory, shared with Claude Code so that both never consolidate at once.

Its mtime is when the last consolidation began, its body the pid of who consolidates (formats/claude-code.md §5.3). It
blocks while that process lives and the mtime is at most an hour away, in either direction: a clock may have jumped. A
failure puts the mtime back, a success leaves it and empties the body, so that a long-lived process does not block its
own next run. Between processes of memdir the directory's own lock makes the taking atomic; Claude Code writes its pid
and reads it again, so whoever was overwritten meanwhile (`Held.still_ours`) must not go on.
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import Final, NamedTuple

from memdir.errors import LockedError, StorageError
from memdir.files import CONSOLIDATE_LOCK_NAME as LOCK_NAME
from memdir.files import TEMPORARY_PREFIX, TEMPORARY_SUFFIX, failure, fsync_dir, shown

STALE_AFTER: Final = 3600.0
"""Seconds after which a lock counts for nothing, although its holder lives: the pid may be another process by now."""
_MAX_BODY: Final = 64
_TEMPORARY: Final = f"{TEMPORARY_PREFIX}consolidate{TEMPORARY_SUFFIX}"


class LockState(NamedTuple):
    """What the file says: mtime in ns (None without a file), the pid in it (None for anything else), whether that
    process lives and blocks, and for how many seconds more."""

    mtime_ns: int | None
    pid: int | None
    blocked: bool
    seconds_left: float

    @property
    def last_run(self) -> float | None:
        """Seconds since the epoch at which the last consolidation began."""
        return None if self.mtime_ns is None else self.mtime_ns / 1e9


class Held:
    """The lock, taken. End it by `succeed` or `rewind`; a second ending does nothing."""

    def __init__(self, root: str, prior_ns: int | None, began: float) -> None:
        self.root = root
        self.prior_ns = prior_ns
        self.began = began
        self._path = os.path.join(root, LOCK_NAME)
        self._ended = False

    def still_ours(self) -> bool:
        """False when another program wrote its pid over ours: it consolidates now, and this run must change nothing."""
        return not self._ended and _read_pid(self._path) == os.getpid()

    def succeed(self) -> None:
        """Let go; the mtime stays, which is when this run began. Raises `StorageError`."""
        self._end(int(self.began * 1e9))

    def rewind(self) -> None:
        """Let go as if there had been no run: the mtime is what it was, and without a lock before there is none.
        Raises `StorageError`."""
        self._end(self.prior_ns)

    def _end(self, mtime_ns: int | None) -> None:
        if self._ended:
            return
        ours = self.still_ours()
        self._ended = True
        if not ours:
            return  # another program's lock now
        try:
            if mtime_ns is None:
                os.unlink(self._path)
            else:
                _put(self.root, b"", mtime_ns)
        except OSError as error:
            raise failure(error, self._path, "releasing the consolidation lock") from error


def read_lock(root: str, now: float) -> LockState:
    """Look at the lock. A missing directory or an unreadable file is a lock that nobody holds."""
    path = os.path.join(root, LOCK_NAME)
    try:
        found = os.lstat(path)
    except OSError:
        return LockState(None, None, False, 0.0)
    pid = _read_pid(path) if stat.S_ISREG(found.st_mode) else None
    away = abs(now - found.st_mtime_ns / 1e9)
    blocked = pid is not None and away <= STALE_AFTER and alive(pid)
    left = found.st_mtime_ns / 1e9 + STALE_AFTER - now if blocked else 0.0
    return LockState(found.st_mtime_ns, pid, blocked, max(left, 0.0))


def acquire(root: str, now: float, *, wait: float | None = None) -> Held | None:
    """Take the lock, None when somebody holds it. Of any number of processes at once exactly one gets it.

    `wait` is how many seconds to wait for another changing command of memdir. Raises `LockedError` after that, and
    `StorageError` when the directory cannot be written."""
    from memdir.git_exclude import exclude_from_git  # the gates, which only look, are asked by every hook
    from memdir.lock import DEFAULT_WAIT, hold

    exclude_from_git(root)
    with hold(root, command="memdir dream", now=now, wait=DEFAULT_WAIT if wait is None else wait):
        state = read_lock(root, now)
        if state.blocked:
            return None
        body = str(os.getpid()).encode()
        try:
            if state.mtime_ns is None:
                _put(root, body, int(now * 1e9), only_new=True)
            else:
                _put(root, body, int(now * 1e9))
        except FileExistsError:
            return None  # Claude Code was faster
        except OSError as error:
            raise failure(error, os.path.join(root, LOCK_NAME), "taking the consolidation lock") from error
        held = Held(root, state.mtime_ns, now)
        return held if held.still_ours() else None


def mark_run(root: str, now: float) -> None:
    """Say that a consolidation began at `now`, without holding the lock. Raises `StorageError`."""
    try:
        _put(root, b"", int(now * 1e9))
    except OSError as error:
        raise failure(error, os.path.join(root, LOCK_NAME), "writing the consolidation lock") from error


def rewind_to(root: str, pid: int, mtime_ns: int | None) -> bool:
    """Put back the mtime that a killed process of memdir (`pid`) left behind; True when its lock was there."""
    path = os.path.join(root, LOCK_NAME)
    if alive(pid) or _read_pid(path) != pid:
        return False
    with contextlib.suppress(OSError):
        if mtime_ns is None:
            os.unlink(path)
        else:
            _put(root, b"", mtime_ns)
        return True
    return False


def blocked_error(root: str, state: LockState) -> LockedError:
    """What is told when the lock is held."""
    return LockedError(
        f"another consolidation is running (pid {state.pid})", path=shown(os.path.join(root, LOCK_NAME)),
        hint="wait for it to end; the lock counts for at most an hour",
    )  # fmt: skip


def alive(pid: int) -> bool:
    """Whether a process has this pid. Where that cannot be asked without harm (Windows), True: only time decides."""
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _read_pid(path: str) -> int | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    try:
        body = os.read(descriptor, _MAX_BODY).strip()
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return int(body) if body.isdigit() and 0 < int(body) < 1 << 31 else None


def _put(root: str, body: bytes, mtime_ns: int, *, only_new: bool = False) -> None:
    """The file whole, with its mtime, in one step; `FileExistsError` with `only_new` when there is one."""
    path = os.path.join(root, LOCK_NAME)
    temporary = os.path.join(root, _TEMPORARY)  # one name: what a killed process left is used up by the next
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o644)
        try:
            os.write(descriptor, body)
        finally:
            os.close(descriptor)
        os.utime(temporary, ns=(mtime_ns, mtime_ns))
        if only_new:
            try:
                os.link(temporary, path)
            except FileExistsError:
                raise
            except OSError:  # a file system without hard links
                if os.path.lexists(path):
                    raise FileExistsError(path) from None
                os.replace(temporary, path)
        else:
            os.replace(temporary, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
    with contextlib.suppress(StorageError, OSError):
        fsync_dir(root)
