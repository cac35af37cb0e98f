"""A hook from stdin to stdout. Whatever goes wrong, the agent goes on: the exit code is 0, stdout holds one JSON object
or nothing, and the failure is one line in the log of hooks."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Final

from memdir.environment import Environment
from memdir.errors import MemdirError
from memdir.hook_events import BY_WORD, HookEvent
from memdir.hook_log import Record, append
from memdir.places import state_dir

from .hook_call import MAX_INPUT, Call, Reply, call_of
from .hook_state import count_failure, log_folder
from .process import real_environment

MAX_CONTEXT: Final = 9_900
"""Characters of one text: more than 10,000 Claude Code writes to a file and shows the beginning of."""
_CUT: Final = "\n(cut)"


def run_hook(word: str, environment: Environment) -> int:
    """Answer one call; always 0."""
    started = time.perf_counter()
    event = BY_WORD[word]
    call: Call | None = None
    reply, error, off = Reply(), "", ""
    try:
        call = call_of(event, _stdin(), environment)
        off = _off(call)
        if not off:
            reply = _reply(call)
    except (MemdirError, OSError) as problem:
        error = str(problem)
    except Exception as problem:  # noqa: BLE001 - a mistake of ours must not stop the agent; the log has it
        error = f"a mistake in memdir itself, {type(problem).__name__}: {problem}"
    _answer(event, reply)
    if not off:
        _log(call.environment if call else environment, _record(environment, word, call, reply, error), started)
    return 0


def log_refusal(arguments: Sequence[str]) -> None:
    """Write down a command line that could not be run, in a process that has failed already."""
    try:
        environment = real_environment()
        record = Record(environment.now(), arguments[1][:40], error="the command line could not be used")
        _log(environment, record, time.perf_counter())
    except (MemdirError, OSError):
        return  # the line on stderr said it


def _off(call: Call) -> str:
    """Why this call does nothing; empty when it does something."""
    from memdir.sessions.own_sessions import add_own_session, is_own
    from memdir.switches import VARIABLE, switched_off

    if call.environment.flag(VARIABLE):
        return VARIABLE
    if is_own(call.environment.env):
        state = state_dir(call.environment)
        if state and call.session:
            add_own_session(state, call.session)
        return "a session that memdir started"
    workspace = call.workspace
    state = workspace.state_dir
    own = workspace.state_of(call.root) if state else None
    return switched_off(call.environment, workspace.located.claude, state, own) or ""


def _reply(call: Call) -> Reply:
    word = call.event.word
    if word == "user-prompt-submit":
        from .hook_prompt import reply
    elif word == "session-start":
        from .hook_start import reply
    elif word == "post-tool-use":
        from .hook_write import reply
    else:
        from .hook_after import reply
    return reply(call)


def _stdin() -> bytes:
    """What the agent says; nothing when a person runs the command in a terminal."""
    if sys.stdin is None or sys.stdin.isatty():
        return b""
    return sys.stdin.buffer.read(MAX_INPUT)


def _answer(event: HookEvent, reply: Reply) -> None:
    said: dict[str, object] = {}
    if reply.context:
        text = reply.context
        if len(text) > MAX_CONTEXT:
            text = text[: MAX_CONTEXT - len(_CUT)].rpartition("\n")[0] + _CUT
        said["hookSpecificOutput"] = {"hookEventName": event.name, "additionalContext": text}
    if reply.message:
        said["systemMessage"] = reply.message[:MAX_CONTEXT]
    if said:
        try:
            sys.stdout.write(json.dumps(said) + "\n")
            sys.stdout.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody reads: the interpreter must not complain at its end


def _record(environment: Environment, word: str, call: Call | None, reply: Reply, error: str) -> Record:
    root = ""
    if call is not None and not error:
        root = call.root
    return Record(
        environment.now(), word, call.session if call else "", root, reply.prompt, reply.injected, reply.left_out,
        len(reply.context), 0.0, " ".join(error.split())[:500], "", reply.told,
    )  # fmt: skip


def _log(environment: Environment, record: Record, started: float) -> None:
    state = state_dir(environment)
    if state is None:
        return
    took = round((time.perf_counter() - started) * 1000, 1)
    try:
        count_failure(state, record.event, record.error)
        if record.says_something:
            append(log_folder(state), record._replace(took_ms=took))
    except (MemdirError, OSError) as problem:
        sys.stderr.write(f"memdir: {problem}\n")
