"""Which files of a directory are memories, and what each one says (design §3, "What one is").

Walking never follows a link to a directory: what lies inside is walked where it really is, and what lies outside is no
memory. So every real file is seen once and loops cannot happen. Nothing is ever written.
"""

from __future__ import annotations

import os
import stat as modes
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from .errors import MemdirError, StorageError
from .files import read_if_there, shown
from .model import INDEX_NAME, MAX_FILE_BYTES, FileStat, Finding, Memory, Severity

EXCLUDED_FOLDERS: Final = frozenset({".git", ".archive", "node_modules"})
CLAUDE_LIMIT: Final = 200
"""Claude Code's own scan keeps this many files, newest first (formats/claude-code §1.8)."""


@dataclass(frozen=True, slots=True)
class Walk:
    """`files` are the memories and `indexes` the MEMORY.md files at any depth, each sorted by id."""

    files: list[FileStat]
    indexes: list[FileStat]
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class Scan:
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


class _Walker:
    def __init__(self, root: str) -> None:
        self.root = root
        self.files: dict[str, FileStat] = {}
        self.indexes: dict[str, FileStat] = {}
        self.findings: list[Finding] = []
        self.links: list[tuple[str, str]] = []

    def run(self) -> Walk:
        folders = [(self.root, "")]
        while folders:
            path, relative = folders.pop()
            try:
                with os.scandir(path) as entries:
                    for entry in entries:
                        self._entry(entry, relative, folders)
            except OSError as error:
                self._unreadable(relative, error)
        self._follow_links()
        self.findings.sort(key=lambda finding: (finding.path, finding.code))
        return Walk(
            [self.files[id] for id in sorted(self.files)],
            [self.indexes[id] for id in sorted(self.indexes)],
            self.findings,
        )

    def _entry(self, entry: os.DirEntry[str], relative: str, folders: list[tuple[str, str]]) -> None:
        name = entry.name
        try:
            if entry.is_dir(follow_symlinks=False):
                if name not in EXCLUDED_FOLDERS:
                    folders.append((entry.path, relative + name + "/"))
            elif name[-3:].lower() == ".md":
                if entry.is_symlink():
                    self.links.append((entry.path, relative + name))
                else:
                    self._add(entry.path, relative + name, entry.stat(follow_symlinks=False))
            elif entry.is_symlink() and entry.is_dir():
                self._linked_folder(entry.path, relative + name)
        except FileNotFoundError:
            return
        except OSError as error:
            self._unreadable(relative + name, error)

    def _add(self, path: str, relative: str, status: os.stat_result) -> None:
        id = id_of(relative)
        if not modes.S_ISREG(status.st_mode):
            self._find("not-a-file", "warning", id, "not a regular file, left out")
            return
        if status.st_size > MAX_FILE_BYTES:
            self._find("too-large", "warning", id, f"{status.st_size} bytes, over the limit of {MAX_FILE_BYTES}")
            return
        group = self.indexes if id.rpartition("/")[2] == INDEX_NAME else self.files
        stat = FileStat(id, path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        other = group.setdefault(id, stat)
        if other is not stat:
            if path < other.path:
                group[id] = stat
            self._find(
                "same-id", "error", id, "two files whose names differ only in their Unicode form; one is left out"
            )

    def _follow_links(self) -> None:
        """Links to files: only to a file inside that is not walked under its own name, and once per real file."""
        if not self.links:
            return
        real_root = os.path.realpath(self.root)
        seen = {os.path.realpath(stat.path) for group in (self.files, self.indexes) for stat in group.values()}
        for path, relative in sorted(self.links):
            real = os.path.realpath(path)
            inside = os.path.relpath(real, real_root).split(os.sep) if real != real_root else [".."]
            try:
                status = os.stat(path)
            except OSError:
                self._find("broken-link", "warning", id_of(relative), "a link to nothing, or to itself")
                continue
            if inside[0] == os.pardir or os.path.isabs(inside[0]):
                self._find("link-outside", "warning", id_of(relative), "a link to a file outside, not followed")
            elif real not in seen and not EXCLUDED_FOLDERS.intersection(inside[:-1]):
                seen.add(real)
                self._add(path, relative, status)

    def _linked_folder(self, path: str, relative: str) -> None:
        real, real_root = os.path.realpath(path), os.path.realpath(self.root)
        if real != real_root and not real.startswith(real_root.rstrip(os.sep) + os.sep):
            self._find("link-outside", "info", id_of(relative), "a link to a directory outside, not followed")

    def _unreadable(self, relative: str, error: OSError) -> None:
        id = id_of(relative.rstrip("/"))
        if not id and isinstance(error, FileNotFoundError | NotADirectoryError):
            self._find("no-directory", "error", "", "there is no such directory")
        elif not isinstance(error, FileNotFoundError):
            self._find("unreadable", "error", id, f"cannot be read: {error.strerror}")

    def _find(self, code: str, severity: Severity, id: str, message: str) -> None:
        self.findings.append(Finding(code, severity, id, 0, message, root=self.root))
