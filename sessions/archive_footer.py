"""What an archived file was made from, said at its end.

It is a frame that decoders of Zstandard skip, so that the file stays one that any of them reads, and an archive needs
no list beside it that could disagree with it.
"""

from __future__ import annotations

import os
import struct
from typing import Final, NamedTuple

_FOOTER: Final = struct.Struct("<II8sQq32s")
_SKIPPABLE: Final = 0x184D2A5D
"""The magic number of a frame that is passed over (RFC 8878 §3.1.2); then its length."""
_MARK: Final = b"memdir 1"


class Original(NamedTuple):
    """What was archived: bytes, modification time (ns since the epoch) and BLAKE2b-256."""

    size: int
    mtime_ns: int
    digest: bytes


def footer(made: Original) -> bytes:
    """The frame that says it."""
    return _FOOTER.pack(_SKIPPABLE, _FOOTER.size - 8, _MARK, *made)


def original(path: str) -> Original | None:
    """What an archived file says that it was made from, None when it says nothing (another program made it). Raises
    `OSError`."""
    with open(path, "rb") as file:
        file.seek(0, os.SEEK_END)
        if file.tell() < _FOOTER.size:
            return None
        file.seek(-_FOOTER.size, os.SEEK_END)
        magic, length, mark, *rest = _FOOTER.unpack(file.read(_FOOTER.size))
    if (magic, length, mark) != (_SKIPPABLE, _FOOTER.size - 8, _MARK):
        return None
    return Original(*rest)
