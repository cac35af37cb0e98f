"""Where the archive of a directory of transcripts lies, and which of two copies of a transcript counts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from memdir.places import directory_key

from .archive_footer import original
from .opening import COMPRESSED

FOLDER: Final = "transcripts"
"""In the state directory."""
ORIGIN: Final = ".origin"
"""In an archive: the path of the directory that it is of."""


def archive_root(state_dir: str, projects: str) -> str:
    """The archive of a directory of projects."""
    return os.path.join(state_dir, FOLDER, directory_key(projects))


def archives_beside(roots: Sequence[str], state_dir: str | None) -> list[str]:
    """The archives there are of directories of transcripts (folders of a project, or whole trees of them)."""
    found: dict[str, None] = {}
    if state_dir is not None:
        for root in map(os.path.realpath, roots):
            folder, name = os.path.split(root)
            of_project = os.path.join(archive_root(state_dir, folder), name)
            found.update({path: None for path in (archive_root(state_dir, root), of_project) if os.path.isdir(path)})
    return list(found)


def archived_copy(path: str, state_dir: str | None) -> str | None:
    """The archived copy of a transcript that is gone, None while it is there or where there is no copy."""
    if os.path.lexists(path):
        return None
    folder, name = os.path.split(path)
    copies = [os.path.join(archive, name) + COMPRESSED for archive in archives_beside([folder], state_dir)]
    return next(filter(os.path.isfile, copies), None)


class Copies:
    """Which of two copies of a transcript counts, where both its directory and the archive of it are looked at: the
    file itself, unless it is shorter than what was archived."""

    def __init__(self, roots: Sequence[str]) -> None:
        self._roots = [os.path.realpath(root) for root in roots]
        self._archives: list[tuple[str, str]] = []
        self._real: dict[str, str] = {}
        for root in roots:
            origin = origin_of(root)
            if origin is not None:
                self._archives.append((root, origin))

    def other(self, path: str) -> str | None:
        """Where the other copy of a file would lie, None when that place is not looked at."""
        for archive, origin in self._archives:
            if path.startswith(archive + os.sep):
                live = os.path.join(origin, path[len(archive) + 1 :].removesuffix(COMPRESSED))
                return live if any(live.startswith(root + os.sep) for root in self._roots) else None
        if self._archives:
            folder, name = os.path.split(path)
            if folder not in self._real:
                self._real[folder] = os.path.realpath(folder)
            real = os.path.join(self._real[folder], name)
            for archive, origin in self._archives:
                if real.startswith(origin + os.sep):
                    return os.path.join(archive, real[len(origin) + 1 :]) + COMPRESSED
        return None

    def counts(self, path: str, size: int, mtime_ns: int) -> bool:
        """True when this copy of a file (its bytes before compression, its time) is the one to be read."""
        other = self.other(path)
        if other is None:
            return True
        try:
            if path.endswith(COMPRESSED):
                return os.stat(other).st_size < size
            if os.stat(other).st_mtime_ns == mtime_ns:
                return True  # unchanged since it was archived
            there = original(other)
        except OSError:
            return True
        return there is None or there.size <= size


def origin_of(root: str) -> str | None:
    """The directory that an archive, or a project's folder in one, is of; None for any other directory."""
    for folder, below in ((root, ""), os.path.split(root)):
        try:
            with open(os.path.join(folder, ORIGIN), "rb") as file:
                origin = os.fsdecode(file.read(8192).rstrip(b"\n"))
        except OSError:
            continue
        if os.path.isabs(origin) and "\0" not in origin:
            return os.path.join(origin, below) if below else origin
    return None


def size_of(path: str, size: int) -> int:
    """The bytes of a transcript, where `size` is that of its file: of an archived one, those that it was made from."""
    if not path.endswith(COMPRESSED):
        return size
    try:
        made = original(path)
    except OSError:
        return size
    return made.size if made is not None else size
