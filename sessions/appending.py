"""Appending whole lines to a transcript that others may be writing too.

The lock is an advisory `flock` on the transcript itself: no second file in Claude Code's directory, and none that a
killed process could leave behind. Claude Code takes no lock; each of our lines is therefore one `write` to a file
opened for appending, which the system puts at the end undivided. Where the last line has no end (its writer was killed,
or the disk was full), ours begins with one, so that nothing is ever merged with it. No byte before is touched.

What a line survives: the end of this process as soon as it is written; a power failure only with `durable`, which syncs
each line (Claude Code does not).
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from typing import Final

from memdir.errors import BadInputError, LockedError, NotFoundError
from memdir.files import PRIVATE, failure, fsync_dir, make_private_dir, shown
from memdir.lock import is_at

try:
    import fcntl
except ImportError:  # no flock on this platform: lines are still whole, only their order is anybody's
    HAS_FLOCK = False
else:
    HAS_FLOCK = True

DEFAULT_WAIT: Final = 5.0
"""Seconds to wait for another writer of the same session."""
_PAUSE: Final = 0.002
_BLOCK: Final = 16 << 10
_CANNOT_LOCK: Final = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})


class Appending:
    """A transcript open and locked for appending."""

    def __init__(self, descriptor: int, path: str, *, durable: bool) -> None:
        self._descriptor = descriptor
        self.path = path
        self._durable = durable

    @property
    def size(self) -> int:
        """Bytes of the file now."""
        return os.fstat(self._descriptor).st_size

    @property
    def inode(self) -> int:
        """Which file it is."""
        return os.fstat(self._descriptor).st_ino

    def write(self, *lines: bytes) -> None:
        """Append lines (each without its end) by one `write`. Raises `StorageError`; what was written of a line then
        stays as a torn line, which readers pass over."""
        data = b"".join(line + b"\n" for line in lines)
        try:
            size = self.size
            if size and os.pread(self._descriptor, 1, size - 1) != b"\n":
                data = b"\n" + data
            view = memoryview(data)
            while view:
                view = view[os.write(self._descriptor, view) :]
            if self._durable:
                os.fsync(self._descriptor)
        except OSError as error:
            raise failure(error, self.path, "writing the transcript") from error

    def lines_from_end(self) -> Iterator[bytes]:
        """The lines from the last to the first, without their ends; empty ones are left out."""
        end = self.size
        rest = b""
        while end > 0:
            start = max(0, end - max(_BLOCK, len(rest)))  # doubles while a line is longer than what was read
            block = os.pread(self._descriptor, end - start, start) + rest
            end = start
            if start:
                rest, found, block = block.partition(b"\n")
                if not found:
                    continue
            for line in reversed(block.split(b"\n")):
                if line:
                    yield line

    def lines_naming(self, text: str) -> Iterator[bytes]:
        """The lines that hold a text, from the first to the last, with their ends."""
        wanted = text.encode("utf-8", "surrogatepass")
        with open(self.path, "rb") as file:
            for line in file:
                if wanted in line:
                    yield line


@contextlib.contextmanager
def appending(
    path: str,
    *,
    durable: bool = False,
    make: bool = True,
    wait: float = DEFAULT_WAIT,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Appending]:
    """Open a transcript for appending and hold its lock for the block. A new file is its owner's alone (0600), and so
    are new folders (0700). Raises `NotFoundError` with `make` False where there is no file, `LockedError` after `wait`
    seconds, `BadInputError` when it is no regular file, `StorageError`."""
    deadline = clock() + wait
    descriptor = -1
    try:
        while descriptor < 0:
            descriptor = _open(path, make)
            while not _lock(descriptor):
                if clock() >= deadline:
                    raise LockedError(
                        "another process is writing this session", path=shown(path), hint="try again in a moment"
                    )
                sleep(_PAUSE)
            if not is_at(descriptor, path):  # moved or deleted while we waited
                os.close(descriptor)
                descriptor = -1
        yield Appending(descriptor, path, durable=durable)
    finally:
        if descriptor >= 0:
            os.close(descriptor)  # lets go of the lock


def _open(path: str, make: bool) -> int:
    flags = os.O_RDWR | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        try:
            descriptor = os.open(path, flags)
        except FileNotFoundError as error:
            if not make:
                raise NotFoundError("there is no such session", path=shown(path)) from error
            descriptor = _create(path, flags)
    except OSError as error:
        raise failure(error, path, "opening the transcript") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BadInputError("not a regular file", path=shown(path))
    return descriptor


def _create(path: str, flags: int) -> int:
    folder = os.path.dirname(path)
    make_private_dir(folder, tighten=False)
    descriptor = os.open(path, flags | os.O_CREAT, PRIVATE)
    fsync_dir(folder)
    return descriptor


def _lock(descriptor: int) -> bool:
    if not HAS_FLOCK:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _CANNOT_LOCK:
            raise
    return True
