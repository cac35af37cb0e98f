"""Which files of a directory are memories, and what each one says (design §3, "What one is").

Walking never follows a link to a directory: what lies inside is walked where it really is, and what lies outside is no
memory. So every real file is seen once and loops cannot happen. Nothing is ever written.
"""

from __future__ import annotations

import os
import stat as modes
import unicodedata
from collections.abc import Iterable
from typing import Final, NamedTuple

from .errors import MemdirError, StorageError
from .files import read_if_there, shown
from .model import INDEX_NAME, MAX_FILE_BYTES, FileStat, Finding, Memory, Severity

EXCLUDED_FOLDERS: Final = frozenset({".git", ".archive", "node_modules"})
CLAUDE_LIMIT: Final = 200
"""Claude Code's own scan keeps this many files, newest first (formats/claude-code §1.8)."""


class Walk(NamedTuple):
    """`files` are the memories and `indexes` the MEMORY.md files at any depth, each sorted by id."""

    files: list[FileStat]
    indexes: list[FileStat]
    findings: list[Finding]

    @property
    def ids(self) -> list[str]:
        """The ids of memories and index files."""
        return [stat.id for stat in (*self.files, *self.indexes)]


class Scan(NamedTuple):
    """Everything in a directory: memories and inline sections sorted by id, index files, and what the walk and the
    reading could not use. What is wrong inside a memory is in its `problems`."""

    memories: list[Memory]
    sections: list[Memory]
    indexes: list[FileStat]
    findings: list[Finding]


def walk(root: str) -> Walk:
    """Find the files below `root` (absolute; may itself be a link). A missing or unreadable directory is a finding
    (`no-directory`, `unreadable`), never an error."""
    return _Walker(root).run()


def load(root: str, stat: FileStat) -> Memory:
    """Read one memory. Never fails on content. Raises `StorageError` when the file is gone (code `vanished`) or cannot
    be read, `BadInputError` when it has grown over the limit or is no regular file any more."""
    from .reading import memory_from_bytes  # 8 ms, and who only walks reads nothing

    return memory_from_bytes(root, stat.id, stat.path, _read(stat.path), stat)


def scan(root: str) -> Scan:
    """Walk and load everything. A file that vanishes meanwhile is left out; one that cannot be read is a finding."""
    from .sections import sections_of

    walked = walk(root)
    memories: list[Memory] = []
    sections: list[Memory] = []
    findings = walked.findings
    for stat in walked.files:
        try:
            memories.append(load(root, stat))
        except MemdirError as error:
            findings += _unread(root, stat, error)
    for stat in walked.indexes:
        try:
            sections += sections_of(root, stat.id, stat.path, _read(stat.path), stat)
        except MemdirError as error:
            findings += _unread(root, stat, error)
    sections.sort(key=lambda section: section.id)
    return Scan(memories, sections, walked.indexes, findings)


def as_claude(memories: Iterable[Memory]) -> list[Memory]:
    """What Claude Code's own scan keeps: the newest 200 files ending in `.md` exactly, by modification time, then by
    path."""
    own = [memory for memory in memories if memory.id.endswith(".md")]
    return sorted(own, key=lambda memory: (-memory.mtime, memory.id))[:CLAUDE_LIMIT]


def id_of(relative: str) -> str:
    """The id of a relative path as the file system gives it: `/` separators, NFC, undecodable bytes as `\\xNN`."""
    if os.sep != "/":
        relative = relative.replace(os.sep, "/")
    if relative.isascii():
        return relative
    try:
        relative.encode("utf-8")
    except UnicodeEncodeError:
        relative = relative.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return unicodedata.normalize("NFC", relative)


def _read(path: str) -> bytes:
    data = read_if_there(path)
    if data is None:
        raise StorageError("the file is gone", path=shown(path), code="vanished")
    return data


def _unread(root: str, stat: FileStat, error: MemdirError) -> list[Finding]:
    if error.code == "vanished":
        return []
    code = error.code if error.code == "too-large" else "unreadable"
    return [Finding(code, "error", stat.id, 0, error.message, root=root)]


def _excluded(id: str) -> bool:
    return not EXCLUDED_FOLDERS.isdisjoint(id.split("/")[:-1])


def _inside(root: str, path: str) -> str | None:
    """The real path of `path` relative to the real path of `root` (empty for the root itself); None when outside."""
    real, real_root = os.path.realpath(path) + os.sep, os.path.realpath(root).rstrip(os.sep) + os.sep
    return real[len(real_root) : -1] if real.startswith(real_root) else None


class _Walker:
    def __init__(self, root: str) -> None:
        self.root = root
        self.files: dict[str, FileStat] = {}
        self.indexes: dict[str, FileStat] = {}
        self.findings: list[Finding] = []
        self.links: list[tuple[str, str]] = []
        self.folders = [(root, "")]
        self.linked: set[str] = set()

    def run(self) -> Walk:
        while self.folders:
            path, prefix = self.folders.pop()
            try:
                with os.scandir(path) as entries:
                    self._folder(entries, prefix)
            except OSError as error:
                self._unreadable(prefix.rstrip("/"), error)
        for path, id in sorted(self.links):
            self._follow(path, id)
        self.findings.sort(key=lambda finding: (finding.path, finding.code))
        return Walk(
            [self.files[id] for id in sorted(self.files)],
            [self.indexes[id] for id in sorted(self.indexes)],
            self.findings,
        )

    def _folder(self, entries: Iterable[os.DirEntry[str]], prefix: str) -> None:
        """Take the entries of the folder whose id, with a `/`, is `prefix`."""
        for entry in entries:
            name = entry.name
            id = prefix + name if name.isascii() else prefix + id_of(name)
            try:
                if name[-3:].lower() != ".md":
                    if entry.is_dir(follow_symlinks=False):
                        if name not in EXCLUDED_FOLDERS:
                            self.folders.append((entry.path, id + "/"))
                    elif entry.is_symlink() and entry.is_dir():
                        self._linked_folder(entry.path, id)
                elif entry.is_symlink():
                    self.links.append((entry.path, id))
                elif entry.is_dir(follow_symlinks=False):
                    self.folders.append((entry.path, id + "/"))
                else:
                    self._add(entry.path, id, entry.stat(follow_symlinks=False))
            except FileNotFoundError:
                continue
            except OSError as error:
                self._unreadable(id, error)

    def _add(self, path: str, id: str, status: os.stat_result) -> None:
        if not modes.S_ISREG(status.st_mode):
            self._find("not-a-file", "warning", id, "not a regular file, left out")
            return
        if status.st_size > MAX_FILE_BYTES:
            self._find("too-large", "warning", id, f"{status.st_size} bytes, over the limit of {MAX_FILE_BYTES}")
            return
        group = self.indexes if id.endswith(INDEX_NAME) and id.rpartition("/")[2] == INDEX_NAME else self.files
        stat = FileStat(id, path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        other = group.setdefault(id, stat)
        if other is not stat:
            if path < other.path:
                group[id] = stat
            self._find("same-id", "error", id, "two files whose names differ only in Unicode form; one is left out")

    def _follow(self, path: str, id: str) -> None:
        """A link to a file: only to a file inside that is not walked under its own name, and once per real file."""
        try:
            status = os.stat(path)
        except OSError:
            self._find("broken-link", "warning", id, "a link to nothing, or to itself")
            return
        real = _inside(self.root, path)
        if real is None:
            self._find("link-outside", "warning", id, "a link to a file outside, not followed")
            return
        own = id_of(real)
        if not (own in self.files or own in self.indexes or own in self.linked or _excluded(own)):
            self.linked.add(own)
            self._add(path, id, status)

    def _linked_folder(self, path: str, id: str) -> None:
        if _inside(self.root, path) is None:
            self._find("link-outside", "info", id, "a link to a directory outside, not followed")

    def _unreadable(self, id: str, error: OSError) -> None:
        if not id and isinstance(error, FileNotFoundError | NotADirectoryError):
            self._find("no-directory", "error", "", "there is no such directory")
        elif not isinstance(error, FileNotFoundError):
            self._find("unreadable", "error", id, f"cannot be read: {error.strerror}")

    def _find(self, code: str, severity: Severity, id: str, message: str) -> None:
        self.findings.append(Finding(code, severity, id, 0, message, root=self.root))
