"""What an agent's session has been given already, so that no memory is given twice.

Kept per session in the state directory: where its transcript was read to, which memories were given, and how many
characters memdir injected. The transcript is looked through for what Claude Code gave itself (`relevant_memories` and
`nested_memory` attachments) and for memory files that were read or written in it; only its new bytes are read, and only
the lines that name the memory directory are parsed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from .digest import blake2b
from .state_file import read_state, write_state

MAX_READ: Final = 16 << 20
"""Bytes of a transcript that are looked through at most in one call: the last ones."""
LABEL: Final = "Recalled memory"
"""What stands before the path of a memory that a hook gave."""
_LABELLED: Final = re.compile(rf"^{LABEL} (.+) \([^()\n]*\):$", re.MULTILINE)
_PATH_KEYS: Final = ("file_path", "filePath", "filename", "path", "notebook_path")
_DEPTH: Final = 12


class Given:
    """What one session has been given of the memory directory `root` (real path). `ids` are relative to it; those
    of `others`, directories that the session recalls from as well, are absolute paths."""

    def __init__(self, root: str, values: Mapping[str, object] | None = None, *, others: Sequence[str] = ()) -> None:
        kept = values or {}
        ids, chars, offset, asked = (kept.get(name) for name in ("ids", "chars", "offset", "asked"))
        self.root = root
        self.others = others
        self.ids: set[str] = set(map(str, ids)) if isinstance(ids, list) else set()
        self.chars = chars if isinstance(chars, int) else 0
        self.offset = offset if isinstance(offset, int) else 0
        self.asked = asked if isinstance(asked, int) else 0
        """How long the transcript was when work was last asked for."""

    def values(self) -> dict[str, object]:
        """What is kept."""
        return {"ids": sorted(self.ids), "chars": self.chars, "offset": self.offset, "asked": self.asked}

    def look(self, transcript: str) -> None:
        """Look through what is new in the session's transcript. One that is missing or cannot be read says nothing."""
        folders = [os.path.join(root, "") for root in (self.root, *self.others)]
        marks = {folder.encode("utf-8", "surrogateescape") for folder in folders}
        marks |= {json.dumps(folder)[1:-1].encode() for folder in folders}
        data = self._new_lines(transcript)
        if not any(mark in data for mark in marks):
            return  # as most transcripts: nothing of them is split
        for line in data.split(b"\n"):
            if any(mark in line for mark in marks):
                try:
                    value = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                self.ids.update(self._named(value, _DEPTH))

    def _new_lines(self, transcript: str) -> bytes:
        try:
            with open(transcript, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size < self.offset:
                    self.offset = 0
                start = max(self.offset, size - MAX_READ)
                file.seek(start)
                data = file.read(MAX_READ)
        except (OSError, ValueError):
            return b""
        end = data.rfind(b"\n") + 1
        self.offset = start + end
        return data[:end]

    def _named(self, value: object, depth: int) -> Iterator[str]:
        """The ids of memory files that a value names as a path."""
        if depth and isinstance(value, dict):
            for key, item in value.items():
                if key in _PATH_KEYS and isinstance(item, str):
                    yield from self._inside(item)
                else:
                    yield from self._named(item, depth - 1)
        elif depth and isinstance(value, list):
            for item in value:
                yield from self._named(item, depth - 1)
        elif isinstance(value, str) and LABEL in value:  # what a hook gave to the session that this one is a fork of
            for found in _LABELLED.finditer(value):
                yield from self._inside(found[1])

    def _inside(self, path: str) -> Iterator[str]:
        if os.path.isabs(path):
            id = self.id_of(path)
            if not os.path.isabs(id) or any(id.startswith(os.path.join(root, "")) for root in self.others):
                yield id

    def id_of(self, path: str) -> str:
        """What an absolute path is kept as: relative to the memory directory when it lies there."""
        folder, name = os.path.split(os.path.normpath(path))
        path = os.path.join(os.path.realpath(folder), name)
        return path.removeprefix(os.path.join(self.root, "")).replace(os.sep, "/")


def read_given(folder: str, session: str, root: str, others: Sequence[str] = ()) -> Given:
    """What is kept of a session; nothing when there is none or it cannot be read."""
    return Given(root, read_state(_path(folder, session)), others=others)


def write_given(folder: str, session: str, given: Given) -> None:
    """Keep it. Raises `StorageError`."""
    write_state(_path(folder, session), given.values(), synced=False)  # after a power cut a memory is given twice


def _path(folder: str, session: str) -> str:
    digest = blake2b(session.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return os.path.join(folder, f"{digest}.json")
