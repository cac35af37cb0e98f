"""Opening a transcript, whether it lies as it was written or in the archive."""

from __future__ import annotations

from typing import BinaryIO, Final

COMPRESSED: Final = ".zst"
"""How an archived file ends, after its own ending."""


def open_transcript(path: str) -> BinaryIO:
    """The bytes of a transcript, archived ones (`.jsonl.zst`) as they were. Seeking backwards in one of those begins
    anew. Opening and reading raise `OSError`, also for an archived copy that is damaged."""
    if path.endswith(COMPRESSED):
        from .archived_file import open_archived  # the codec is loaded where there is something to decode

        return open_archived(path)
    return open(path, "rb")
