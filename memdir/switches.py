"""What turns memdir's unasked work off: nothing is injected, learned or planned while one of these switches is off.

`MEMDIR_DISABLE=1`; a pause (of everything, or of one memory directory), for a time or until it is resumed; Claude
Code's own switches of auto memory (formats/claude-code.md §1.1). What a person asks for by a command still works.
"""

from __future__ import annotations

import json
import os
from typing import Final

from .claude_settings import ClaudeSettings
from .dates import local_text
from .environment import Environment
from .errors import MemdirError
from .files import read_if_there, remove_file
from .state_file import write_state

VARIABLE: Final = "MEMDIR_DISABLE"
_FILE: Final = "paused.json"


def pause(folder: str, until: float | None) -> None:
    """Write a pause down: in the state directory for everything, in that of one memory directory for it. `until` is in
    seconds since the epoch, None until it is resumed. Raises `StorageError`."""
    write_state(os.path.join(folder, _FILE), {"until": until})


def resume(folder: str) -> bool:
    """Take a pause back; False when there was none. Raises `StorageError`."""
    path = os.path.join(folder, _FILE)
    there = os.path.lexists(path)
    remove_file(path)
    return there


def paused(folder: str | None, now: float) -> str | None:
    """Until when this state folder is paused, in words; None when it is not. A file that cannot be read pauses: who
    wrote it wanted quiet."""
    if folder is None:
        return None
    try:
        data = read_if_there(os.path.join(folder, _FILE))
    except MemdirError:
        return "paused"
    if data is None:
        return None
    try:
        until = json.loads(data)["until"]
    except (ValueError, KeyError, TypeError):
        return "paused"
    if not isinstance(until, int | float) or isinstance(until, bool):
        return "paused"
    return f"paused until {local_text(until)}" if now < until else None


def switched_off(
    environment: Environment, claude: ClaudeSettings, state_dir: str | None, directory_state: str | None
) -> str | None:
    """The switch in force that turns memdir's unasked work off, for people; None when all are on. `directory_state` is
    the state folder of the memory directory."""
    if environment.flag(VARIABLE):
        return f"{VARIABLE}=1"
    now = environment.now()
    everywhere = paused(state_dir, now)
    if everywhere:
        return f"memdir is {everywhere} (memdir resume --all)"
    here = paused(directory_state, now)
    if here:
        return f"memdir is {here} for this project (memdir resume)"
    if not claude.auto_memory_enabled:
        return "auto memory is off in Claude Code"
    return None
