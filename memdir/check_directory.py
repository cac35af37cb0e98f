"""What the rules of `check` look at: every file of a directory, read once."""

from __future__ import annotations

from collections.abc import Container
from functools import cached_property
from typing import NamedTuple

from .check_codes import RULES
from .errors import MemdirError
from .files import read_file
from .frontmatter_read import Parsed, parse
from .model import FileStat, Finding, Memory
from .names import Names
from .reading import memory_from_bytes
from .scan import walk


class Page(NamedTuple):
    """One memory file with its text as it is on disk (damaged bytes replaced)."""

    memory: Memory
    text: str
    low: str
    """The text in lower case, for quick looks."""


class IndexPage(NamedTuple):
    """One MEMORY.md: its text and what the reader said. `folder` is where its links count from, empty at the top."""

    stat: FileStat
    text: str
    parsed: Parsed

    @property
    def folder(self) -> str:
        """The folder of the index relative to the root."""
        return self.stat.id.rpartition("/")[0]


class Directory:
    """What the rules look at: every file read once."""

    def __init__(self, root: str, now: float) -> None:
        self.root = root
        self.now = now
        self.pages: list[Page] = []
        self.indexes: list[IndexPage] = []

    @cached_property
    def names(self) -> Names:
        """Look-up of names and paths."""
        return Names((page.memory.id, page.memory.name) for page in self.pages)

    @cached_property
    def by_id(self) -> dict[str, Memory]:
        """The memories by id."""
        return {page.memory.id: page.memory for page in self.pages}

    def finding(self, code: str, path: str, line: int, message: str) -> Finding:
        """A finding of the table's severity."""
        rule = RULES[code]
        return Finding(code, rule.severity, path, line, message, rule.fix or None, self.root)


def read_directory(root: str, now: float, only: Container[str] | None = None) -> tuple[Directory, list[Finding]]:
    """Every file of the directory, read once, and what could not be read. A file that vanishes meanwhile is left
    out. With `only` no other memories than these ids are read, but every index."""
    walked = walk(root)
    directory = Directory(root, now)
    found = list(walked.findings)
    for stat in (*walked.files, *walked.indexes):
        if only is not None and stat.id not in only and stat not in walked.indexes:
            continue
        try:
            data = read_file(stat.path)
        except MemdirError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                found.append(Finding("unreadable", "error", stat.id, 0, error.message, root=root))
            continue
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        if stat in walked.indexes:
            directory.indexes.append(IndexPage(stat, text, parse(data)))
        else:
            memory = memory_from_bytes(root, stat.id, stat.path, data, stat)
            directory.pages.append(Page(memory, text, text.lower()))
    return directory, found
