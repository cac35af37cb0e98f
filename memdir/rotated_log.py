"""A log in a state directory: lines appended to one file (0600), of which the older half is in a second one."""

from __future__ import annotations

import os
from typing import Final

from .files import PRIVATE, failure, make_private_dir, read_if_there

MAX_BYTES: Final = 1 << 20
"""Of one of the two files."""


def append_line(path: str, line: bytes) -> None:
    """Append a line (without its end). Raises `StorageError`."""
    make_private_dir(os.path.dirname(path))
    try:
        descriptor = _open(path)
        try:
            if os.fstat(descriptor).st_size > MAX_BYTES:
                os.replace(path, _older(path))
                os.close(descriptor)
                descriptor = _open(path)
            os.write(descriptor, line + b"\n")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise failure(error, path, "writing the log") from error


def read_lines(path: str) -> list[bytes]:
    """The lines there are, oldest first. Raises `StorageError`."""
    found: list[bytes] = []
    for name in (_older(path), path):
        found += (read_if_there(name, 4 * MAX_BYTES) or b"").splitlines()
    return found


def _open(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)


def _older(path: str) -> str:
    stem, ending = os.path.splitext(path)
    return f"{stem}.1{ending}"
