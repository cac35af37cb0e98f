"""Which sessions a running Claude Code has open: its registry `sessions/PID.json` (formats §3.1)."""

from __future__ import annotations

import os
from typing import Final

from memdir.errors import MemdirError
from memdir.files import read_file

from .json_lines import parse

_MAX_ENTRY: Final = 1 << 20


def running_sessions(config_dir: str | None) -> dict[str, int]:
    """The ids of sessions that are open, each with the process. An entry of a process that has ended does not count."""
    found: dict[str, int] = {}
    folder = os.path.join(config_dir, "sessions") if config_dir is not None else ""
    try:
        names = os.listdir(folder) if folder else []
    except OSError:
        return found
    for name in names:
        stem, ending = os.path.splitext(name)
        if ending != ".json" or not stem.isascii() or not stem.isdigit() or not _is_alive(int(stem)):
            continue
        try:
            values = parse(read_file(os.path.join(folder, name), _MAX_ENTRY)) or {}
        except MemdirError:
            continue  # it has just ended
        session = values.get("sessionId")
        if isinstance(session, str):
            found[session] = int(stem)
    return found


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # somebody else's
    return process > 0
