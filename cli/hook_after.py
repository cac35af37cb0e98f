"""`stop`, `subagent-stop`, `pre-compact`, `session-end`: the moments at which there may be something to learn or to
consolidate. The hook only asks whether; the work goes to the worker, and the hook returns."""

from __future__ import annotations

import os
from typing import Final

from memdir.given import read_given, write_given

from .hook_call import Call, Reply
from .hook_state import write_activity
from .worker import Request, ask_worker

GROWN: Final = 20_000
"""Bytes a transcript grows before the end of a turn asks for work again."""


def reply(call: Call) -> Reply:
    """Nothing is said; work is asked for where there may be some."""
    now = call.environment.now()
    write_activity(call.folder, now)
    if call.event.word == "subagent-stop" or call.values.get("stop_hook_active") is True:
        return Reply()
    if _has_grown(call) or _is_dream_due(call):
        ask_worker(call.environment, call.folder, Request(call.environment.cwd, call.session, call.transcript, now))
    return Reply()


def _has_grown(call: Call) -> bool:
    """Anything new at a session's end or before a compaction, else `GROWN` bytes."""
    if not call.transcript or not call.session:
        return False
    least = 1 if call.event.word in ("session-end", "pre-compact") else GROWN
    return has_grown(call.folder, call.root, call.session, call.transcript, least)


def has_grown(folder: str, root: str, session: str, transcript: str, least: int) -> bool:
    """Whether a transcript holds so many bytes more than when work was last asked for; if so, it counts as asked for.
    `folder` is where the hooks of the memory directory `root` keep what they need. Raises `OSError`, `StorageError`."""
    size = os.path.getsize(transcript)
    given = read_given(folder, session, root)
    if 0 <= size - given.asked < least:
        return False
    given.asked = size
    write_given(folder, session, given)
    return True


def _is_dream_due(call: Call) -> bool:
    from memdir.sessions.gate import evaluate

    from .dreaming import gate_of_workspace

    return evaluate(gate_of_workspace(call.workspace, call.session or None), call.environment.now()).due
