"""An agent at work on a copy of a memory directory: a command, our text on its standard input, and a time limit.

The command's working directory is the copy; what else it can reach is its own affair. It is ended together with all it
started. `agent_proposal` makes operations of what it left.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final

from memdir.errors import BadInputError, MemdirError, UsageError
from memdir.files import failure, read_file, shown
from memdir.memory_index import MAX_LINES, MAX_UNITS
from memdir.model import MAX_FILE_BYTES

from .agent_prompt import agent_prompt
from .own_sessions import VARIABLE

TIME_LIMIT: Final = 600.0
"""Seconds that an agent has by default."""
_MAX_SAID: Final = 16 << 20
"""Bytes of output after which the command is ended: nobody reads them."""
_MAX_FILES: Final = 100_000
_PAUSE: Final = 0.05


class AgentFailed(MemdirError):
    """The agent's command failed, did not end, or could not be started: nothing was changed."""

    code = "agent-failed"


def run_agent(
    command: str, files: Mapping[str, bytes], *, env: Mapping[str, str], seconds: float = TIME_LIMIT
) -> tuple[dict[str, bytes], list[str]]:
    """Let the command (split as a shell would, but run without one) change a copy of `files` (bytes by relative path).

    Gives the Markdown files it left, and what of them was not looked at and why. Raises `UsageError` for a command that
    cannot be started, `AgentFailed` for one that fails or is not done after `seconds`."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"the agent's command cannot be read: {error}", hint="check its quotes") from error
    if not words:
        raise UsageError("the agent's command is empty", hint="--agent 'claude -p'")
    with _copy(files) as (top, copy):
        prompt = os.path.join(top, "prompt")
        with open(prompt, "wb") as file:
            file.write(agent_prompt(len(files), MAX_LINES, MAX_UNITS).encode())
        _run(words, copy, prompt, os.path.join(top, "said"), {**env, VARIABLE: "1"}, seconds)
        return _left(copy)


@contextmanager
def _copy(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    top = tempfile.mkdtemp(prefix="memdir-dream-")
    copy = os.path.join(top, "memory")
    try:
        os.mkdir(copy)
        for relative, data in files.items():
            path = os.path.join(copy, *relative.split("/"))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        yield top, copy
    except OSError as error:
        raise failure(error, top, "copying the memory for the agent") from error
    finally:
        shutil.rmtree(top, ignore_errors=True)


def _run(words: list[str], copy: str, prompt: str, said: str, env: Mapping[str, str], seconds: float) -> None:
    with open(prompt, "rb") as given, open(said, "wb") as output:
        try:
            process = subprocess.Popen(
                words, cwd=copy, env=dict(env), stdin=given, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            raise UsageError(f"the agent {words[0]!r} cannot be started: {error}", hint="check --agent") from error
        deadline = time.monotonic() + seconds
        try:
            while process.poll() is None:
                if time.monotonic() >= deadline:
                    raise AgentFailed(f"the agent was not done after {seconds:g} s: nothing was changed")
                if os.fstat(output.fileno()).st_size > _MAX_SAID:
                    raise AgentFailed("the agent says too much: nothing was changed")
                try:
                    process.wait(_PAUSE)
                except subprocess.TimeoutExpired:
                    continue
        finally:
            _end(process)
    if process.returncode != 0:
        raise AgentFailed(
            f"the agent ended with {process.returncode}: nothing was changed", hint=_last_line(said) or None
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command and whatever it left behind in its group."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):  # all of it has ended
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def _last_line(path: str) -> str:
    with open(path, "rb") as file:
        file.seek(max(os.path.getsize(path) - 2000, 0))
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else ""


def _left(copy: str) -> tuple[dict[str, bytes], list[str]]:
    """The regular Markdown files in the copy; links and what is too large or no Markdown are named instead."""
    found: dict[str, bytes] = {}
    notes: list[str] = []
    for folder, folders, names in os.walk(copy):
        folders[:] = sorted(name for name in folders if not os.path.islink(os.path.join(folder, name)))
        for name in sorted(names):
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, copy).replace(os.sep, "/")
            if len(found) >= _MAX_FILES:
                raise AgentFailed(f"the agent left more than {_MAX_FILES} files: nothing was changed")
            if os.path.islink(path) or not name.lower().endswith(".md"):
                notes.append(f"{shown(relative)} is left out: {'a link' if os.path.islink(path) else 'no Markdown'}")
                continue
            try:
                found[relative] = read_file(path, MAX_FILE_BYTES)
            except BadInputError as error:
                notes.append(f"{shown(relative)} is left out: {error.message}")
    return found, notes
