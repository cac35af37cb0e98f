"""Running a command that answers a prompt: our text on its standard input, its standard output as the answer.

It is started without a shell, in a session of its own, with a time limit and a limit on what it may say; whatever it
left running is ended with it. It has `MEMDIR_OWN_SESSION=1` in its environment, so that memdir's hooks inside do
nothing and its own session is marked as nobody's work.
"""

from __future__ import annotations

import contextlib
import math
import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from typing import BinaryIO, Final

from memdir.errors import MemdirError, UsageError

from .own_sessions import VARIABLE, is_own

TIME_LIMIT: Final = 300.0
"""Seconds."""
MAX_ANSWER: Final = 4 << 20
"""Bytes of an answer; a longer one is refused, not cut."""
_PAUSE: Final = 0.02


class AgentFailed(MemdirError):
    """The command failed, did not end, or said too much."""

    code = "agent-failed"


def answer_of(
    command: str, prompt: str, *, cwd: str, env: Mapping[str, str], seconds: float = TIME_LIMIT, limit: int = MAX_ANSWER
) -> str:
    """What the command (split as a shell would, run without one) answers. Raises `UsageError` for a command that cannot
    be started or when memdir itself runs inside such a command, `AgentFailed` for one that fails."""
    if is_own(env):
        raise UsageError(f"an agent that memdir started asks for an agent ({VARIABLE}=1)", code="recursion")
    if not (math.isfinite(seconds) and seconds > 0):
        raise UsageError("a time limit is more than 0 seconds", hint=f"--timeout {TIME_LIMIT:g}")
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"the agent's command cannot be read: {error}", hint="check its quotes") from error
    if not words:
        raise UsageError("the agent's command is empty", hint="--agent 'claude -p'")
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
        given.write(prompt.encode("utf-8", "replace"))
        given.seek(0)
        try:
            process = subprocess.Popen(
                words, cwd=cwd, env={**env, VARIABLE: "1"}, stdin=given, stdout=said, stderr=errors,
                start_new_session=True,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            raise UsageError(f"the agent {words[0]!r} cannot be started: {error}", hint="check --agent") from error
        try:
            _wait(process, said, errors, seconds, limit)
        finally:
            _end(process)
        if process.returncode != 0:
            raise AgentFailed(
                f"the agent ended with {process.returncode}: nothing was changed", hint=_last_line(errors)
            )
        said.seek(0)
        return said.read(limit).decode("utf-8", "replace")


def _wait(process: subprocess.Popen[bytes], said: BinaryIO, errors: BinaryIO, seconds: float, limit: int) -> None:
    deadline = time.monotonic() + seconds
    while True:
        ended = process.poll() is not None
        if max(os.fstat(said.fileno()).st_size, os.fstat(errors.fileno()).st_size) > limit:
            raise AgentFailed("the agent says too much: nothing was changed")
        if ended:
            return
        if time.monotonic() >= deadline:
            raise AgentFailed(f"the agent was not done after {seconds:g} s: nothing was changed")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PAUSE)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command and whatever it left behind in its group."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def _last_line(file: BinaryIO) -> str | None:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - 2000, 0))
    lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else None
