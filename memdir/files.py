"""Reading and writing single files so that nothing is half written, followed out of its directory, or left behind.

A write goes to a temporary file beside its target, is synced, and takes the target's place by one `os.replace`; then
the directory is synced. Every path that comes from a person or a file passes `inside`.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import stat
import unicodedata
from typing import Final

from .errors import BadInputError, StorageError
from .model import INDEX_NAME, MAX_FILE_BYTES
from .places import directory_key as directory_key

LOCK_NAME: Final = ".memdir.lock"
CONSOLIDATE_LOCK_NAME: Final = ".consolidate-lock"
TEMPORARY_PREFIX: Final = ".memdir-"
TEMPORARY_SUFFIX: Final = ".tmp"
ARCHIVE_NAME: Final = ".archive"
PRIVATE: Final = 0o600
PRIVATE_DIR: Final = 0o700

_FORBIDDEN: Final = frozenset('<>:"|?*\\')
_DEVICES: Final = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"]
)
_MAX_NAME_BYTES: Final = 240
"""255 is the limit of most file systems; `.archived` and a number must still fit."""
_counter = itertools.count()


def shown(path: str) -> str:
    """A path as text that can be printed: bytes that are no UTF-8 become U+FFFD."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def failure(error: OSError, path: str, doing: str) -> StorageError:
    """The `StorageError` for a failed system call: what was being done, where, why."""
    hints = {
        errno.ENOSPC: "free some space and run it again: nothing was changed",
        errno.EDQUOT: "the quota is used up: nothing was changed",
        errno.EROFS: "the file system is read-only; recall still works",
        errno.EACCES: "no permission; recall still works",
    }
    reason = error.strerror or type(error).__name__
    return StorageError(f"{doing} failed: {reason}", path=shown(path), hint=hints.get(error.errno or 0))


def read_file(path: str, limit: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a regular file of at most `limit` bytes.

    Raises `StorageError` when it cannot be read and `BadInputError` when it is no regular file or too large; a pipe
    or a device is refused before anything is read from it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise failure(error, path, "reading") from error
    except ValueError as error:
        raise BadInputError("a path cannot hold a NUL character", path=shown(path)) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise BadInputError("not a regular file", path=shown(path))
        return _read_all(descriptor, path, limit)
    except OSError as error:
        raise failure(error, path, "reading") from error
    finally:
        os.close(descriptor)


def _read_all(descriptor: int, path: str, limit: int) -> bytes:
    parts: list[bytes] = []
    left = limit + 1
    while left > 0:
        part = os.read(descriptor, min(left, 1 << 20))
        if not part:
            return b"".join(parts)
        parts.append(part)
        left -= len(part)
    raise BadInputError(f"larger than {limit} bytes", path=shown(path), code="too-large")


def read_if_there(path: str, limit: int = MAX_FILE_BYTES) -> bytes | None:
    """`read_file`, but None where there is no file."""
    try:
        return read_file(path, limit)
    except StorageError as error:
        if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return None
        raise


def write_atomic(
    path: str, data: bytes, *, mode: int | None = None, root: str | None = None, mtime_ns: int | None = None
) -> None:
    """Put `data` in the place of `path`, whole or not at all, and on the disk before this returns.

    An existing file keeps its mode and, where that is allowed, its owner; `mode` is that of a new one (default: as
    the umask says). A symbolic link keeps being one: the file it leads to is replaced, which must lie below `root`
    when `root` is given. `mtime_ns` sets the modification time. Raises `StorageError`.
    """
    target = os.path.realpath(path) if os.path.islink(path) else path
    if target != path and root is not None and not _below(target, os.path.realpath(root)):
        raise BadInputError("the link leads out of its directory", path=shown(path))
    folder = os.path.dirname(target) or "."
    try:
        old = None
        with contextlib.suppress(FileNotFoundError):
            old = os.stat(target)
            mode = stat.S_IMODE(old.st_mode)
        temporary, descriptor = make_temporary(folder, 0o666 if mode is None else mode)
        try:
            try:
                _write_all(descriptor, data)
                if old is not None and (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                    with contextlib.suppress(OSError):  # only root can give a file away
                        os.fchown(descriptor, old.st_uid, old.st_gid)
                if mode is not None:
                    os.fchmod(descriptor, mode)
                if mtime_ns is not None:
                    os.utime(temporary, ns=(mtime_ns, mtime_ns))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        fsync_dir(folder)
    except OSError as error:
        raise failure(error, path, "writing") from error


def make_temporary(folder: str, mode: int) -> tuple[str, int]:
    """A new temporary file in `folder`: its path and a descriptor to write to. Raises `OSError`."""
    while True:
        name = f"{TEMPORARY_PREFIX}{os.getpid()}-{next(_counter)}{TEMPORARY_SUFFIX}"
        path = os.path.join(folder, name)
        try:
            return path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), mode)
        except FileExistsError:
            continue


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def fsync_dir(path: str) -> None:
    """Bring a directory's entries to the disk, where the file system can do that."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except OSError:
        return  # a platform that opens no directories has nothing to sync
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


def remove_file(path: str) -> None:
    """Delete a file durably. Raises `StorageError`; a file that is gone already is no error."""
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
            fsync_dir(os.path.dirname(path) or ".")
    except OSError as error:
        raise failure(error, path, "deleting") from error


def make_private_dir(path: str, *, tighten: bool = True) -> None:
    """Make a directory (and those above it that are missing) that only its owner can enter. One that is there keeps its
    mode only without `tighten`. Raises `StorageError`."""
    try:
        missing = []
        above = os.path.abspath(path)
        while not os.path.isdir(above):
            missing.append(above)
            above = os.path.dirname(above)
        for folder in reversed(missing):  # makedirs would give the mode to the last one only
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder, PRIVATE_DIR)
        if tighten and stat.S_IMODE(os.stat(path).st_mode) & 0o077:
            os.chmod(path, PRIVATE_DIR)
    except OSError as error:
        raise failure(error, path, "making the directory") from error


def _below(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip("/\\") + os.sep)


def inside(root: str, relative: str) -> str:
    """The absolute path of `relative` below `root`.

    Raises `BadInputError` for an absolute path, `..`, a NUL, and for a path that a symbolic link takes out of `root`.
    """
    parts = relative.replace("\\", "/").split("/") if os.sep == "\\" else relative.split("/")
    if "\0" in relative:
        raise BadInputError("a path cannot hold a NUL character", path=shown(relative.replace("\0", "\\0")))
    if not relative or os.path.isabs(relative) or os.path.splitdrive(relative)[0]:
        raise BadInputError("not a path relative to the memory directory", path=shown(relative))
    if ".." in parts or "" in parts or "." in parts:
        raise BadInputError("a path cannot hold empty, '.' or '..' parts", path=shown(relative))
    path = os.path.join(root, *parts)
    if not _below(os.path.realpath(path), os.path.realpath(root)):
        raise BadInputError("a symbolic link leads out of the memory directory", path=shown(relative))
    return path


def check_name(name: str) -> str:
    """`name` itself when every system can have a file of that name, else `BadInputError` (Windows' rules, since a
    memory directory is shared: no device names, no `<>:"|?*\\`, no control characters, no dot or space at the end)."""
    reason = None
    if not name or name in (".", ".."):
        reason = "is empty" if not name else "is no file name"
    elif any("\ud800" <= c <= "\udfff" for c in name):
        reason = "is not UTF-8"
    elif any(c in _FORBIDDEN or c == "/" or ord(c) < 32 or ord(c) == 127 for c in name):
        reason = 'holds a character that no file name can have everywhere (/ \\ < > : " | ? * or a control character)'
    elif name[-1] in ". " or name[0] == " ":
        reason = "begins with a space or ends with a dot or a space"
    elif name.partition(".")[0].rstrip().casefold() in _DEVICES:
        reason = "is a device on Windows"
    elif len(os.fsencode(name)) > _MAX_NAME_BYTES:
        reason = f"is longer than {_MAX_NAME_BYTES} bytes"
    if reason is not None:
        raise BadInputError(f"the name {shown(name)!r} {reason}", hint="choose another name")
    return name


def is_free(name: str) -> bool:
    """True for a file name that means nothing else on any system: neither a device nor, in whatever case, the index."""
    return name.partition(".")[0].rstrip().casefold() not in _DEVICES and not same_name(name, INDEX_NAME)


def same_name(left: str, right: str) -> bool:
    """True when two names are one file on some file system: compared without case, in NFC."""
    return unicodedata.normalize("NFC", left).casefold() == unicodedata.normalize("NFC", right).casefold()


def clean_temporaries(folder: str) -> int:
    """Remove temporary files that a killed writer left in `folder`; call it holding the lock. Returns their number."""
    try:
        names = [n for n in os.listdir(folder) if n.startswith(TEMPORARY_PREFIX) and n.endswith(TEMPORARY_SUFFIX)]
    except OSError:
        return 0
    for name in names:
        remove_file(os.path.join(folder, name))
    return len(names)
