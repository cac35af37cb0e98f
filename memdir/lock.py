"""One lock per directory: an advisory `flock` on `.memdir.lock`, whose content tells people who holds it.

The lock dies with its process, so a killed command leaves none behind; the file itself goes with the release. Other
programs that write the directory (an agent, an editor) take no lock: `memdir.journal` compares before it replaces.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import time
from collections.abc import Callable, Iterator
from typing import Final

from .dates import rfc3339
from .errors import LockedError
from .files import LOCK_NAME, failure, shown

try:
    import fcntl
except ImportError:  # no flock on this platform: the exclusive file below takes its place
    HAS_FLOCK = False
else:
    HAS_FLOCK = True

DEFAULT_WAIT: Final = 5.0
"""Seconds to wait for another command before giving up."""
_PAUSE: Final = 0.02
_HELD: Final = ".held"
_CANNOT_LOCK: Final = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})


@contextlib.contextmanager
def hold(
    root: str,
    *,
    command: str = "memdir",
    now: float = 0.0,
    wait: float = DEFAULT_WAIT,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Hold the lock of the directory `root` for the block.

    `command` and `now` (seconds since the epoch) are what others are told. Raises `LockedError` naming the holder
    after `wait` seconds, `StorageError` when the directory cannot be written.
    """
    path = os.path.join(root, LOCK_NAME)
    deadline = clock() + wait
    content = f"pid {os.getpid()}\nhost {socket.gethostname()}\nsince {rfc3339(now)}\ncommand {command}\n".encode()
    take = _take_flock
    if not HAS_FLOCK:
        take, path = _take_exclusive, path + _HELD
    while True:
        try:
            try:
                held = take(path, content)
            except OSError as error:
                if take is _take_exclusive or error.errno not in _CANNOT_LOCK:
                    raise
                os.unlink(path)  # a file system without flock: the other file is the lock there
                take, path = _take_exclusive, path + _HELD
                continue
        except OSError as error:
            raise failure(error, path, "locking the directory") from error
        if held is not None:
            break
        if clock() >= deadline:
            raise LockedError(
                f"another memdir command holds the lock: {holder(path)}",
                path=shown(path),
                hint="wait for it to end, or look at the process named",
            )
        sleep(_PAUSE)
    try:
        yield
    finally:
        held()


def holding(root: str) -> tuple[int, str] | None:
    """Who holds the lock of the directory `root` now: the process id (0 where it is not known) and what it says of
    itself; None when nobody does. Looking may refuse one that takes the lock in that moment and does not wait."""
    path = os.path.join(root, LOCK_NAME)
    if HAS_FLOCK and not os.path.lexists(path + _HELD):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
        except OSError as error:
            if error.errno in _CANNOT_LOCK:
                return None
        finally:
            os.close(descriptor)
    else:
        path += _HELD
        if not os.path.lexists(path) or _holder_is_dead(path):
            return None
    said = holder(path)
    number = said.split()[1] if said.startswith("pid ") else ""
    return (int(number) if number.isdecimal() else 0), said


def holder(path: str) -> str:
    """What the lock file says of its holder, in one line; the file may be empty or gone by now."""
    try:
        with open(path, "rb") as file:
            text = file.read(2000).decode("utf-8", "replace")
    except OSError:
        return "unknown process"
    fields = dict(line.split(" ", 1) for line in text.splitlines() if " " in line)
    if "pid" not in fields:
        return "unknown process"
    rest = ", ".join(f"{key} {fields[key]}" for key in ("host", "since", "command") if key in fields)
    return f"pid {fields['pid']} ({rest})"


def _take_flock(path: str, content: bytes) -> Callable[[], None] | None:
    """Try once. The holder deletes the file before it lets go, so a lock on a file that is no longer the one at
    `path` counts for nothing and is tried again."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        if not is_at(descriptor, path):
            os.close(descriptor)
            return None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, content, 0)
    except BaseException:
        with contextlib.suppress(OSError):
            os.close(descriptor)
        raise

    def release() -> None:
        with contextlib.suppress(OSError):
            os.unlink(path)
        os.close(descriptor)

    return release


def is_at(descriptor: int, path: str) -> bool:
    """True when an open file still lies at a path. Raises `OSError`."""
    try:
        there = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    here = os.fstat(descriptor)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def _take_exclusive(path: str, content: bytes) -> Callable[[], None] | None:
    """Without flock: a file that only one process can create. One left by a dead process of this host is removed."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        _remove_if_dead(path)
        return None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)

    def release() -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)

    return release


def _remove_if_dead(path: str) -> None:
    """Take the file of a dead holder aside before deleting it: it may have become a living one's meanwhile."""
    if not _holder_is_dead(path):
        return
    aside = f"{path}.{os.getpid()}"
    with contextlib.suppress(FileNotFoundError):
        os.rename(path, aside)
        if not _holder_is_dead(aside):
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)
        os.unlink(aside)


def _holder_is_dead(path: str) -> bool:
    said = holder(path)
    if f"host {socket.gethostname()}," not in said:
        return False
    try:
        os.kill(int(said.split()[1]), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        return False
    return False
