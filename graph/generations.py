"""Where an index lies on disk: generations that never change, a pointer to the current one, locks.

`<cache>/<key>/` holds `root` (whose index it is), `current` (the pointer: a generation's name), and one folder for each
generation. A reader holds a shared flock on the generation's `in-use` file and never waits. A writer holds the lock of
the folder, makes a new generation beside the others, publishes it by one rename of the pointer, and removes every other
generation whose lock it gets exclusively: also the half-made ones of writers that were killed.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from typing import Final

from memdir.files import PRIVATE, failure, make_private_dir
from memdir.places import directory_key

try:
    import fcntl
except ImportError:  # a platform without flock
    fcntl = None  # type: ignore[assignment]

POINTER: Final = "current"
ROOT: Final = "root"
IN_USE: Final = "in-use"
_PREFIX: Final = "g"
_TRIES: Final = 20
_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})


class Held:
    """A generation that is in use until `close`: its files stay."""

    def __init__(self, directory: str, descriptor: int) -> None:
        self.directory = directory
        self._descriptor = descriptor

    @property
    def name(self) -> str:
        """The generation's name."""
        return os.path.basename(self.directory)

    def is_there(self) -> bool:
        """False when it was removed (by `drop`; a generation of the same name may have come since)."""
        try:
            there, here = os.stat(os.path.join(self.directory, IN_USE)), os.fstat(self._descriptor)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)

    def close(self) -> None:
        """Let the generation go."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        self.close()


class Draft:
    """A generation being made: put files into `directory`, then `publish`."""

    def __init__(self, home: str, name: str) -> None:
        self._home = home
        self.name = name
        self.directory = os.path.join(home, name)
        self.published = False

    def share(self, source: str) -> None:
        """Have a file of another generation in this one: by a hard link, or a copy where links fail."""
        _share(source, os.path.join(self.directory, os.path.basename(source)))

    def share_folder(self, source: str) -> None:
        """Have a folder of files of another generation, too, if it is there."""
        try:
            names = os.listdir(source)
        except OSError:
            return
        folder = os.path.join(self.directory, os.path.basename(source))
        try:
            os.mkdir(folder, 0o700)
        except OSError as error:
            raise failure(error, folder, "writing the index") from error
        for name in names:
            _share(os.path.join(source, name), os.path.join(folder, name))

    def clear(self) -> None:
        """Begin again."""
        with contextlib.suppress(OSError):  # what stays is met when it is written again
            for name in os.listdir(self.directory):
                path = os.path.join(self.directory, name)
                if os.path.isdir(path):
                    _discard(path)
                elif name != IN_USE:
                    os.unlink(path)

    def publish(self) -> None:
        """Make this the current generation, for everyone who opens the index from now on. Raises `StorageError`."""
        path = os.path.join(self._home, POINTER)
        try:
            _write(os.path.join(self._home, f"{POINTER}.new"), f"{self.name}\n".encode())
            os.replace(f"{path}.new", path)
        except OSError as error:
            raise failure(error, path, "publishing the index") from error
        self.published = True


class Generations:
    """The generations of the index of one directory `root`, below `cache_dir`. `kind` keeps different indexes of one
    directory apart."""

    def __init__(self, cache_dir: str, root: str, kind: str = "") -> None:
        self.cache_dir = cache_dir
        self.root = os.path.realpath(root)
        self.home = os.path.join(cache_dir, directory_key(root) + (f"-{kind}" if kind else ""))

    def open(self) -> Held | None:
        """The current generation, held; None where there is none."""
        for _ in range(_TRIES):
            name = self.current()
            if name is None:
                return None
            held = _hold_generation(os.path.join(self.home, name))
            if held is not None:
                return held
            if self.current() == name:
                return None  # the pointer leads nowhere
        return None

    def current(self) -> str | None:
        """The name in the pointer."""
        try:
            with open(os.path.join(self.home, POINTER), "rb") as file:
                name = file.read(64).decode("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return name if _is_generation(name) else None

    @contextlib.contextmanager
    def write(self, *, command: str, now: float, wait: float) -> Iterator[Draft]:
        """Hold the index for writing. Removes what nobody uses, before (a killed writer's rest) and after.

        Raises `LockedError` when another process writes for longer than `wait` seconds, and `StorageError`.
        """
        from memdir.lock import hold

        make_private_dir(self.cache_dir)
        make_private_dir(self.home)
        with hold(self.home, command=command, now=now, wait=wait):
            self._clean()
            draft = self._draft()
            try:
                yield draft
            finally:
                self._clean()

    def _draft(self) -> Draft:
        names = [name for name in os.listdir(self.home) if _is_generation(name)]
        number = max((int(name[len(_PREFIX) :]) for name in names), default=0) + 1
        draft = Draft(self.home, f"{_PREFIX}{number:08d}")
        try:
            root = os.path.join(self.home, ROOT)
            if not os.path.exists(root):
                _write(root, os.fsencode(self.root))
            os.mkdir(draft.directory, 0o700)
            _write(os.path.join(draft.directory, IN_USE), b"")
        except OSError as error:
            _discard(draft.directory)
            raise failure(error, draft.directory, "writing the index") from error
        return draft

    def _clean(self) -> None:
        """Remove every generation but the current one that no reader uses. What cannot be removed stays."""
        current = self.current()
        with contextlib.suppress(OSError):
            for name in os.listdir(self.home):
                if _is_generation(name) and name != current:
                    _remove_unused(os.path.join(self.home, name))

    def drop(self, *, now: float, wait: float) -> bool:
        """Remove the whole index; readers keep what they have open. False when there is none.

        Raises `LockedError` and `StorageError`.
        """
        from memdir.lock import hold

        if not os.path.isdir(self.home):
            return False
        with hold(self.home, command="memdir index drop", now=now, wait=wait):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(self.home, POINTER))
            remove_tree(self.home)
        return True

    def size(self) -> int:
        """Bytes that all generations take on disk; a shared file counts once."""
        sizes: dict[tuple[int, int], int] = {}
        for folder, _, names in os.walk(self.home):
            for name in names:
                with contextlib.suppress(OSError):
                    found = os.lstat(os.path.join(folder, name))
                    sizes[found.st_dev, found.st_ino] = found.st_blocks * 512
        return sum(sizes.values())


def stale_homes(cache_dir: str) -> list[tuple[str, str]]:
    """The indexes of directories that are gone: (folder in the cache, the directory), in ascending order."""
    found: list[tuple[str, str]] = []
    try:
        names = sorted(os.listdir(cache_dir))
    except OSError:
        return found
    for name in names:
        home = os.path.join(cache_dir, name)
        try:
            with open(os.path.join(home, ROOT), "rb") as file:
                root = os.fsdecode(file.read(1 << 16))
        except OSError:
            continue  # no index of ours
        if os.path.isabs(root) and not os.path.isdir(root):
            found.append((home, root))
    return found


def drop_stale(cache_dir: str, *, now: float) -> list[str]:
    """Remove the indexes of directories that are gone; gives these directories. Raises `LockedError`,
    `StorageError`."""
    from memdir.lock import hold

    gone = stale_homes(cache_dir)
    for home, _ in gone:
        with hold(home, command="memdir index drop", now=now, wait=0.0):
            remove_tree(home)
    return [root for _, root in gone]


def remove_tree(home: str) -> None:
    """Remove a folder of the cache. Raises `StorageError`."""
    import shutil

    try:
        shutil.rmtree(home)
    except FileNotFoundError:
        return
    except OSError as error:
        raise failure(error, home, "removing the index") from error


def _discard(directory: str) -> None:
    """Remove what can be removed; the rest goes with the next writer."""
    import shutil

    shutil.rmtree(directory, ignore_errors=True)


def _share(source: str, target: str) -> None:
    try:
        try:
            os.link(source, target)
        except FileNotFoundError:
            raise
        except OSError:
            import shutil

            shutil.copyfile(source, target)
            os.chmod(target, PRIVATE)
    except OSError as error:
        raise failure(error, target, "writing the index") from error


def _write(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _is_generation(name: str) -> bool:
    return name.startswith(_PREFIX) and name[len(_PREFIX) :].isdigit() and name.isascii()


def _hold_generation(directory: str) -> Held | None:
    """The generation held, or None when it is gone or going."""
    path = os.path.join(directory, IN_USE)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    held = Held(directory, descriptor)
    try:
        if fcntl is not None:
            _lock(descriptor, fcntl.LOCK_SH)
        if held.is_there():
            return held
    except OSError:  # a writer has it exclusively, or has removed it since
        pass
    held.close()
    return None


def _lock(descriptor: int, how: int) -> None:
    """Take a flock at once. Raises `BlockingIOError`; a file system without locks lets everyone through."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise


def _remove_unused(directory: str) -> None:
    """Remove a generation unless a reader holds it. Where there are no locks it goes, too: what a reader has mapped
    stays readable, and what it opens later is found missing."""
    try:
        descriptor = os.open(os.path.join(directory, IN_USE), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:  # half made, or half removed
        _discard(directory)
        return
    try:
        if fcntl is not None:
            _lock(descriptor, fcntl.LOCK_EX)
        os.unlink(os.path.join(directory, IN_USE))
        _discard(directory)
    except BlockingIOError:
        return
    finally:
        os.close(descriptor)
