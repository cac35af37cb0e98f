"""Starting memdir as a process that outlives this one."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import memdir
from memdir.environment import Environment
from memdir.files import failure


def start_detached(environment: Environment, words: Sequence[str]) -> int:
    """Start `memdir WORDS` in a session of its own, with none of this process's streams; its process id. Raises
    `StorageError`."""
    above = os.path.dirname(os.path.dirname(os.path.abspath(memdir.__file__)))
    known = environment.env.get("PYTHONPATH")
    env = {**environment.env, "PYTHONPATH": f"{above}{os.pathsep}{known}" if known else above}
    line = [sys.executable, "-m", "memdir", *words]
    null = os.open(os.devnull, os.O_RDWR)
    try:
        streams = [(os.POSIX_SPAWN_DUP2, null, number) for number in (0, 1, 2)]
        try:
            return os.posix_spawn(sys.executable, line, env, file_actions=streams, setsid=True)
        except NotImplementedError:  # a system that cannot: a group of its own does nearly the same
            return os.posix_spawn(sys.executable, line, env, file_actions=streams, setpgroup=0)
    except OSError as error:
        raise failure(error, sys.executable, "starting a process") from error
    finally:
        os.close(null)
