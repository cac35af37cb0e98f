"""Small JSON objects in a state directory. One that is missing, torn or not ours reads as empty: it costs a look-up."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Mapping

from .errors import MemdirError
from .files import PRIVATE, failure, make_private_dir, read_file, write_atomic

_MAX_BYTES = 64 << 20


def read_state(path: str) -> dict[str, object]:
    """The object in a file, empty when there is none that can be read."""
    try:
        value = json.loads(read_file(path, _MAX_BYTES))
    except (MemdirError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def write_state(path: str, value: Mapping[str, object], *, synced: bool = True) -> None:
    """Put the object in the file's place, whole. Without `synced` it may be the old one again after a power cut, which
    saves the wait for the disk. Raises `StorageError`."""
    data = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    make_private_dir(os.path.dirname(path))
    if synced:
        write_atomic(path, data, mode=PRIVATE)
        return
    temporary = f"{path}.{os.getpid()}-{threading.get_ident()}"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
        try:
            os.write(descriptor, data)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise failure(error, path, "writing") from error


def number(value: object) -> float | None:
    """A finite number of a state file, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 else None
