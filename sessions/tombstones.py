"""Entries that a tombstone hides. Claude Code knows none on disk; the seed's sessions have them (cersei.md §1.3), and
so have those that memdir writes for a framework. One hides its entry wherever it stands, before or after it, in
another part of the session too; therefore they are looked for before anything is read."""

from __future__ import annotations

from typing import BinaryIO, Final

from .json_lines import parse, read_lines
from .schemas import read
from .turns import digest

_MARK: Final = b'tombstone"'
_BLOCK: Final = 1 << 20


def hidden_in(file: BinaryIO, offset: int = 0) -> set[bytes]:
    """Digests of the entries that the lines from `offset` on hide. Raises `OSError`."""
    if not _has_mark(file, offset):
        return set()
    found: set[bytes] = set()
    for line in read_lines(file, offset):
        if _MARK in line.data:
            value = parse(line.data)
            said = read(value)[1] if value is not None else {}
            if said.get("hidden"):
                found.add(digest(said["hidden"]))
    return found


def _has_mark(file: BinaryIO, offset: int) -> bool:
    file.seek(offset)
    rest = b""
    while block := file.read(_BLOCK):
        if _MARK in rest + block[: len(_MARK)] or _MARK in block:
            return True
        rest = block[-len(_MARK) :]
    return False
