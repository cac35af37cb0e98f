"""Sessions that memdir itself started (`dream run --agent`): they are nobody's work, and the gate does not count them.

An agent that memdir starts has `MEMDIR_OWN_SESSION=1` in its environment. Its hooks inherit it, and the hook that
hears of a session first writes the id down here: one per line in the state directory.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from memdir.errors import MemdirError
from memdir.files import PRIVATE, failure, make_private_dir, read_file

VARIABLE: Final = "MEMDIR_OWN_SESSION"
_FILE: Final = "own-sessions"
_MAX_BYTES: Final = 1 << 20
_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")


def is_own(env: Mapping[str, str]) -> bool:
    """True in a process that an agent started by memdir started in turn."""
    return env.get(VARIABLE) == "1"


def add_own_session(state_dir: str, session: str) -> bool:
    """Write down that memdir started a session; False for an id that is none. `state_dir` is the whole state
    directory. Raises `StorageError`."""
    if _ID.fullmatch(session) is None:
        return False
    path = os.path.join(state_dir, _FILE)
    make_private_dir(state_dir)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
        try:
            os.write(descriptor, f"{session}\n".encode("ascii"))
        finally:
            os.close(descriptor)
    except OSError as error:
        raise failure(error, path, "writing") from error
    return True


def own_sessions(state_dir: str | None) -> frozenset[str]:
    """The ids written down so far."""
    if state_dir is None:
        return frozenset()
    try:
        text = read_file(os.path.join(state_dir, _FILE), _MAX_BYTES).decode("ascii", "replace")
    except MemdirError:
        return frozenset()
    return frozenset(text.split())
