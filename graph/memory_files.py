"""The memories of a directory as something to index: which files, and the documents each one gives.

An index of something else (transcripts) has its own class with these methods (`Files`) and the same generations.
What reads files is imported when it is needed: a recall from an index that is up to date reads none.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from memdir.errors import MemdirError, StorageError
from memdir.files import read_if_there, shown
from memdir.model import INDEX_NAME, MAX_FILE_BYTES, FileStat, Finding
from memdir.segment import TextDocument


class Found(NamedTuple):
    """The files of a walk in ascending order of id; `unreadable` are the ids of folders and files that could not be
    read (`""`: the root itself), `findings` what to tell people."""

    files: Sequence[FileStat]
    unreadable: tuple[str, ...]
    findings: Sequence[Finding]


class Files(Protocol):
    """What an index is made of. Document ids are the file's id, or begin with it and `#`."""

    root: str
    kind: str
    """Keeps different indexes of one directory apart; part of a folder's name in the cache."""
    version: str
    """A change of it is a rebuild: whatever decides which documents a file gives."""
    max_bytes: int
    """A larger file is left out by the walk."""

    def walk(self) -> Found:
        """All files there are now. Never fails."""

    def excluded_folders(self) -> frozenset[str]:
        """Names of folders that the walk does not enter."""

    def is_named(self, name: str) -> bool:
        """True when a file of this name may be one of the walk's."""

    def read(self, stat: FileStat) -> bytes:
        """A file's bytes. Raises `MemdirError`, with code `vanished` when the file is gone."""

    def decides_wording(self, id: str) -> bool:
        """True when `wording` depends on this file."""

    def wording(self, stats: Sequence[FileStat]) -> Mapping[str, str]:
        """What the files that decide it say about each file, by id."""

    def documents(self, stat: FileStat, data: bytes, wording: str) -> list[TextDocument]:
        """The documents of a file. Never fails on content."""

    def counts(self, id: str) -> bool:
        """True when this file counts as one for people (an index of others does not)."""


class MemoryFiles:
    """The `Files` of a memory directory: memories, and the inline sections of each MEMORY.md."""

    kind = ""
    version = "memories 2"
    max_bytes = MAX_FILE_BYTES

    def __init__(self, root: str) -> None:
        self.root = root

    def walk(self) -> Found:
        """Memories and MEMORY.md files."""
        if not os.path.isdir(
            self.root
        ):  # as a walk would find; most projects have one of the directories they may have
            return Found((), ("",), ())
        from memdir.scan import walk

        walked = walk(self.root)
        unreadable = tuple(f.path for f in walked.findings if f.code in ("unreadable", "no-directory"))
        files = sorted([*walked.files, *walked.indexes], key=lambda stat: stat.id) if walked.indexes else walked.files
        return Found(files, unreadable, walked.findings)

    def excluded_folders(self) -> frozenset[str]:
        """Folders that hold no memories."""
        from memdir.scan import EXCLUDED_FOLDERS

        return EXCLUDED_FOLDERS

    def is_named(self, name: str) -> bool:
        """True for `*.md` in any case."""
        return name[-3:].lower() == ".md"

    def read(self, stat: FileStat) -> bytes:
        """A file's bytes."""
        data = read_if_there(stat.path)
        if data is None:
            raise StorageError("the file is gone", path=shown(stat.path), code="vanished")
        return data

    def decides_wording(self, id: str) -> bool:
        """True for a MEMORY.md."""
        return id.rpartition("/")[2] == INDEX_NAME

    def wording(self, stats: Sequence[FileStat]) -> dict[str, str]:
        """What each MEMORY.md says about the files it links to."""
        from memdir.documents import index_wording

        said: dict[str, str] = {}
        for stat in stats:
            try:
                text = self.read(stat).decode("utf-8", "replace")
            except MemdirError:
                continue  # the walk or the reading of that file reports it
            for target, words in index_wording(text, stat.id.rpartition("/")[0]).items():
                said[target] = f"{said[target]}\n{words}" if target in said else words
        return said

    def documents(self, stat: FileStat, data: bytes, wording: str) -> list[TextDocument]:
        """One document for a memory, one for each inline section of a MEMORY.md."""
        from memdir.documents import document
        from memdir.reading import memory_from_bytes
        from memdir.sections import sections_of

        if self.decides_wording(stat.id):
            return [document(section) for section in sections_of(self.root, stat.id, stat.path, data, stat)]
        return [document(memory_from_bytes(self.root, stat.id, stat.path, data, stat), wording)]

    def counts(self, id: str) -> bool:
        """True for a memory."""
        return not self.decides_wording(id)


def wording_checksum(wording: str) -> int:
    """0 for no wording."""
    return zlib.crc32(wording.encode("utf-8", "surrogatepass"))
