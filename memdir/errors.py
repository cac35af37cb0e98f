"""The errors memdir raises, each with its exit code and what to do about it.

The tree::

    MemdirError
    ├── UsageError        2  the command line or the call is wrong, or nothing was changed
    ├── NotFoundError     1  nothing has that name
    ├── BadInputError     3  a file or value cannot be used as it is
    ├── LockedError       4  another process holds the lock
    ├── StorageError      5  reading or writing failed: disk full, permissions, vanished
    └── IndexFailure      6  the index cannot answer and a rebuild did not help

Findings are data (`memdir.model.Finding`); an error is raised only where the work asked for cannot go on.
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_NOTHING = 1
EXIT_USAGE = 2
EXIT_BAD_INPUT = 3
EXIT_LOCKED = 4
EXIT_IO = 5
EXIT_INDEX = 6
EXIT_INTERRUPTED = 130


class MemdirError(Exception):
    """Something the user can act on: what happened, where (path, line), and what to do (hint)."""

    exit_code = EXIT_BAD_INPUT
    code = "error"

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        hint: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.hint = hint
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}: " if self.path and self.line else f"{self.path}: " if self.path else ""
        return f"{where}{self.message}" + (f" ({self.hint})" if self.hint else "")


class UsageError(MemdirError):
    """The call is wrong, or a change was not confirmed: nothing was changed."""

    exit_code = EXIT_USAGE
    code = "usage"


class NotFoundError(MemdirError):
    """Nothing has the name that was asked for; the hint offers the nearest."""

    exit_code = EXIT_NOTHING
    code = "not-found"


class BadInputError(MemdirError):
    """A file, name, date or value cannot be used as it is."""

    exit_code = EXIT_BAD_INPUT
    code = "bad-input"


class LockedError(MemdirError):
    """Another process holds the lock; the message names the holder."""

    exit_code = EXIT_LOCKED
    code = "locked"


class StorageError(MemdirError):
    """Reading or writing failed: disk full, permissions, a file that vanished."""

    exit_code = EXIT_IO
    code = "io"


class IndexFailure(MemdirError):
    """The index cannot answer and a rebuild did not help."""

    exit_code = EXIT_INDEX
    code = "index"
