"""A hook from stdin to stdout. Whatever goes wrong, the agent goes on: the exit code is 0, stdout holds one JSON object
or nothing, and the failure is one line in the log of hooks."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from memdir.environment import Environment
from memdir.errors import MemdirError
from memdir.hook_events import BY_WORD, EVENTS, HookEvent
from memdir.hook_log import Record, append
from memdir.places import state_dir

from .hook_call import MAX_INPUT, Call, Reply, call_of, call_with
from .hook_state import count_failure, log_folder
from .process import real_environment

if TYPE_CHECKING:
    from .workspace import Workspace

MAX_CONTEXT: Final = 9_900
"""Characters of one text: more than 10,000 Claude Code writes to a file and shows the beginning of."""
_CUT: Final = "\n(cut)"


def run_hook(word: str, environment: Environment) -> int:
    """Answer one call; always 0."""
    event = BY_WORD[word]
    _run(event, environment, lambda: call_of(event, _stdin(), environment), _print)
    return 0


def answer_hook(values: Mapping[str, object], workspace: Workspace | None = None) -> dict[str, object]:
    """What `memdir hook` answers, for a program that gets the events itself, as the Claude Agent SDK gives them to
    callbacks. `values` is the hook's input with `hook_event_name`, `session_id`, `cwd` and the event's own fields; an
    event that memdir has no hook for, or nothing to say about, gives an empty answer. `workspace` is the one to use
    instead of that of `cwd`. Raises nothing that a hook's command would not: what fails is in `memdir hook log`."""
    event = next((event for event in EVENTS if event.name == values.get("hook_event_name")), None)
    if event is None:
        return {}
    environment = real_environment() if workspace is None else workspace.environment
    said: dict[str, object] = {}

    def make() -> Call:
        call = call_with(event, values, environment)
        if workspace is not None:
            call.workspace = workspace
        return call

    _run(event, environment, make, said.update)
    return said


def _run(
    event: HookEvent, environment: Environment, make: Callable[[], Call], give: Callable[[dict[str, object]], None]
) -> None:
    """Answer one call: `give` gets the answer before anything is logged."""
    started = time.perf_counter()
    call: Call | None = None
    reply, error, off = Reply(), "", ""
    try:
        call = make()
        off = _off(call)
        if not off:
            reply = _reply(call)
    except (MemdirError, OSError) as problem:
        error = str(problem)
    except Exception as problem:  # noqa: BLE001 - a mistake of ours must not stop the agent; the log has it
        error = f"a mistake in memdir itself, {type(problem).__name__}: {problem}"
    give(_answer(event, reply))
    if not off:
        _log(call.environment if call else environment, _record(environment, event.word, call, reply, error), started)


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


def _answer(event: HookEvent, reply: Reply) -> dict[str, object]:
    said: dict[str, object] = {}
    if reply.context:
        text = reply.context
        if len(text) > MAX_CONTEXT:
            text = text[: MAX_CONTEXT - len(_CUT)].rpartition("\n")[0] + _CUT
        said["hookSpecificOutput"] = {"hookEventName": event.name, "additionalContext": text}
    if reply.message:
        said["systemMessage"] = reply.message[:MAX_CONTEXT]
    return said


def _print(said: dict[str, object]) -> None:
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
        len(reply.context), 0.0, " ".join(error.split())[:500], reply.told,
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
