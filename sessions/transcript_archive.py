"""The archive of transcripts: copies that outlive the 30 days after which Claude Code deletes its own.

The archive of a `projects/` directory is a tree of the same shape, each file's name followed by `.zst`:
`<project>/<session>.jsonl.zst`, `<project>/<session>/subagents/agent-1.jsonl.zst`. `.origin` at its top says what
directory it is the archive of. It is read like any other directory of transcripts, so that a session archived and
gone from its own directory is found as before; while both copies are there, one counts (`transcript_copies`).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

from memdir.errors import BadInputError, MemdirError
from memdir.files import (
    PRIVATE,
    clean_temporaries,
    failure,
    fsync_dir,
    make_private_dir,
    shown,
    write_atomic,
)
from memdir.lock import DEFAULT_WAIT, hold

from .archive_footer import Original, original
from .archived_file import verified, write_archived, write_original
from .opening import COMPRESSED
from .session_file import ENDING
from .session_parts import stem_of
from .transcript_copies import ORIGIN, origin_of

_NOT_ENTERED: Final = frozenset({"memory"})
_SIDE_FOLDERS: Final = frozenset({"subagents", "tool-results", "session-memory"})
"""Below these all files belong to a session (formats §3.1)."""

Action = Literal["new", "changed", "unchanged", "kept"]
"""`kept`: the file is shorter than its archived copy, which stays as it is."""


class Copy(NamedTuple):
    """A file and its archived copy: the file's path relative to its directory, both paths, the file's bytes, and what
    an archive run does with it."""

    id: str
    path: str
    copy: str
    size: int
    action: Action


class Archived(NamedTuple):
    """An archived file: its path relative to the archive without `.zst`, its own path, what it was made from (None
    where it says nothing), and the bytes it takes."""

    id: str
    path: str
    original: Original | None
    stored: int

    @property
    def key(self) -> tuple[str, str]:
        """Its project's folder and its session."""
        return self.id.split("/")[0], session_of(self.id)


def session_of(id: str) -> str:
    """The session that a file is of: its own name, or that of the folder in which its sub-agents' lie."""
    parts = id.split("/")
    side = next((at for at, part in enumerate(parts) if part in _SIDE_FOLDERS and at), 0)
    return parts[side - 1] if side else stem_of(parts[-1]) or parts[-1].removesuffix(ENDING)


def project_folders(root: str, *, is_tree: bool | None = None) -> tuple[str, list[str]]:
    """The directory of projects that transcripts below `root` are archived under, and the folders to be archived:
    those of a tree of projects, or `root` itself. Where it is not said, a tree is what has transcripts in its folders
    and none directly."""
    root = os.path.realpath(root)
    folders: list[str] = []
    if is_tree is not False:
        with contextlib.suppress(OSError), os.scandir(root) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
            folders = [os.path.join(root, name) for name in names if name not in _NOT_ENTERED]
            folders = [folder for folder in folders if _holds_transcripts(folder)]
    if is_tree or (folders and not _holds_transcripts(root)):
        return root, folders
    return os.path.dirname(root), [root]


def _holds_transcripts(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(entry.name.endswith(ENDING) for entry in entries)
    except OSError:
        return False


class TranscriptArchive:
    """The archive at `root` of the directory of projects `origin`. Runs of it exclude each other."""

    def __init__(self, root: str, origin: str) -> None:
        self.root = root
        self.origin = os.path.realpath(origin)

    def plan(self, folder: str) -> list[Copy]:
        """What archiving a project's folder (directly below `origin`, or `origin` itself) would do, by path. Files that
        vanish meanwhile are left out. Raises `StorageError`."""
        folder = os.path.realpath(folder)
        found: list[Copy] = []
        for path, stat in _files(folder):
            id = os.path.relpath(path, self.origin).replace(os.sep, "/")
            copy = os.path.join(self.root, *id.split("/")) + COMPRESSED
            found.append(Copy(id, path, copy, stat.st_size, _action(stat, copy)))
        return sorted(found)

    def carry_out(self, copies: Sequence[Copy], *, now: float, wait: float = DEFAULT_WAIT) -> Iterator[Copy]:
        """Archive what is new or changed, one file after the other; each is given when its copy lies on the disk, read
        back and compared. A file that vanished is passed over; one that cannot be archived does not stop the others:
        the first error is raised at the end. Raises `LockedError`, `BadInputError`, `StorageError`; copies that were
        made stay."""
        failed: list[MemdirError] = []
        make_private_dir(self.root)
        with hold(self.root, command="memdir session archive", now=now, wait=wait):
            origin = os.path.join(self.root, ORIGIN)
            if not os.path.exists(origin):
                write_atomic(origin, os.fsencode(self.origin) + b"\n", mode=PRIVATE)
            elif origin_of(self.root) != self.origin:
                raise BadInputError(
                    f"it is the archive of {shown(origin_of(self.root) or 'another directory')}", path=shown(self.root),
                    hint="choose another directory",
                )  # fmt: skip
            for folder in {os.path.dirname(copy.copy) for copy in copies}:
                clean_temporaries(folder)
            for copy in copies:
                if copy.action in ("new", "changed"):
                    try:
                        made = write_archived(copy.path, copy.copy)
                    except MemdirError as error:
                        failed += [error] if error.code != "vanished" else []
                    else:
                        yield copy._replace(size=made.size)
        if failed:
            raise failed[0]

    def files(self) -> list[Archived]:
        """The archived files, by path. Raises `StorageError`."""
        return sorted(archived_files(self.root))

    def forget(self, files: Sequence[Archived], *, now: float, wait: float = DEFAULT_WAIT) -> None:
        """Delete archived files for good, and folders that are empty then. Raises `LockedError`, `StorageError`."""
        with hold(self.root, command="memdir session archive --forget", now=now, wait=wait):
            for file in files:
                try:
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(file.path)
                    self._remove_empty(os.path.dirname(file.path))
                except OSError as error:
                    raise failure(error, file.path, "deleting") from error

    def _remove_empty(self, folder: str) -> None:
        while folder != self.root and folder.startswith(self.root + os.sep):
            try:
                os.rmdir(folder)
            except OSError:
                break  # not empty
            folder = os.path.dirname(folder)
        fsync_dir(folder)

    def is_live(self, file: Archived) -> bool:
        """True when what was archived lies where it was."""
        return os.path.exists(self._target(file))

    def _target(self, file: Archived) -> str:
        return os.path.join(self.origin, *file.id.split("/"))

    def restore(self, files: Sequence[Archived], *, dry_run: bool = False) -> list[str]:
        """Put archived files back where they were, byte for byte; the paths written. One that lies there already and is
        no shorter is left alone. Raises `BadInputError` when a copy is damaged, `StorageError`."""
        written = []
        for file in files:
            target = self._target(file)
            if not _is_whole(target, file.original):
                if not dry_run:
                    write_original(file.path, target)
                written.append(target)
        return written

    def damaged(self, files: Sequence[Archived]) -> Iterator[Archived]:
        """Read files wholly; those that do not give what they were made from, or cannot be read."""
        for file in files:
            with contextlib.suppress(FileNotFoundError):  # forgotten meanwhile
                if not verified(file.path):
                    yield file


def last_written(files: Sequence[Archived], time: float) -> list[Archived]:
    """The files of sessions none of whose files was written since `time` (seconds since the epoch)."""
    since = {file.key for file in files if file.original is None or file.original.mtime_ns / 1e9 >= time}
    return [file for file in files if file.key not in since]


def _is_whole(path: str, copy: Original | None) -> bool:
    try:
        return os.stat(path).st_size >= (copy.size if copy else 0)
    except OSError:
        return False


def _action(stat: os.stat_result, copy: str) -> Action:
    try:
        there = original(copy)
    except FileNotFoundError:
        return "new"
    except OSError as error:
        raise failure(error, copy, "reading the archive") from error
    if there is None:
        return "changed"
    if (stat.st_size, stat.st_mtime_ns) == (there.size, there.mtime_ns):
        return "unchanged"
    return "kept" if stat.st_size < there.size else "changed"


def _files(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """What belongs to sessions below a project's folder: transcripts, and all files of side folders. No links are
    followed. Raises `StorageError` when the folder itself cannot be read."""
    stack = [(folder, False)]
    while stack:
        at, side = stack.pop()
        try:
            with os.scandir(at) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in _NOT_ENTERED:
                            stack.append((entry.path, side or entry.name in _SIDE_FOLDERS))
                    elif entry.is_file(follow_symlinks=False) and (side or entry.name.endswith(ENDING)):
                        with contextlib.suppress(FileNotFoundError):
                            yield entry.path, entry.stat(follow_symlinks=False)
        except OSError as error:
            if at == folder:
                raise failure(error, at, "listing the transcripts") from error


def archived_files(root: str) -> Iterator[Archived]:
    """The archived files below a directory, in no order. None where there is no directory. Raises `StorageError`."""
    stack = [""] if os.path.isdir(root) else []
    while stack:
        folder = stack.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as entries:
                for entry in entries:
                    id = f"{folder}/{entry.name}" if folder else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        stack.append(id)
                    elif entry.name.endswith(COMPRESSED) and entry.is_file(follow_symlinks=False):
                        with contextlib.suppress(FileNotFoundError):
                            made, stored = original(entry.path), entry.stat().st_size
                            yield Archived(id[: -len(COMPRESSED)], entry.path, made, stored)
        except OSError as error:
            raise failure(error, os.path.join(root, folder), "reading the archive") from error
