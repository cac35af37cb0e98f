"""An agent at work on a copy of a memory directory.

The command gets our text on its standard input and the copy as its working directory; what else it can reach is its own
affair. What it says is not read, what it left in the copy is made operations by `agent_proposal`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from memdir.errors import BadInputError
from memdir.files import failure, read_file, shown
from memdir.memory_index import MAX_LINES, MAX_UNITS
from memdir.model import MAX_FILE_BYTES

from .agent_process import AgentFailed, answer_of
from .agent_prompt import agent_prompt

TIME_LIMIT: Final = 600.0
"""Seconds that an agent has by default."""
_MAX_SAID: Final = 16 << 20
"""Bytes of output after which the command is ended: nobody reads them."""
_MAX_FILES: Final = 100_000


def run_agent(
    command: str, files: Mapping[str, bytes], *, env: Mapping[str, str], seconds: float = TIME_LIMIT
) -> tuple[dict[str, bytes], list[str]]:
    """Let the command (split as a shell would, but run without one) change a copy of `files` (bytes by relative path).

    Gives the Markdown files it left, and what of them was not looked at and why. Raises `UsageError` for a command that
    cannot be started, `AgentFailed` for one that fails or is not done after `seconds`."""
    with _copy(files) as copy:
        prompt = agent_prompt(len(files), MAX_LINES, MAX_UNITS)
        answer_of(command, prompt, cwd=copy, env=env, seconds=seconds, limit=_MAX_SAID)
        return _left(copy)


@contextmanager
def _copy(files: Mapping[str, bytes]) -> Iterator[str]:
    top = tempfile.mkdtemp(prefix="memdir-dream-")
    copy = os.path.join(top, "memory")
    try:
        os.mkdir(copy)
        for relative, data in files.items():
            path = os.path.join(copy, *relative.split("/"))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        yield copy
    except OSError as error:
        raise failure(error, top, "copying the memory for the agent") from error
    finally:
        shutil.rmtree(top, ignore_errors=True)


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
