"""The one worker of a memory directory: what hooks and the daemon leave to be done, done apart from them.

Who asks leaves a request and starts a process, unless one is at work; that one takes the requests until there are none.
At most one works at a time (a lock that dies with its process), for ten minutes and in 500 MB at most.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from memdir.environment import Environment
from memdir.errors import LockedError, MemdirError
from memdir.files import PRIVATE, failure, make_private_dir, read_if_there
from memdir.hook_log import Record, append
from memdir.lock import hold

from .detached import start_detached
from .hook_state import count_failure, log_folder
from .workspace import Workspace, open_workspace

MAX_SECONDS: Final = 600
MAX_BYTES: Final = 500 << 20
KEPT_DAYS: Final = 30
"""Days that what is kept of a session stays."""
_REQUESTS: Final = "requests"
_TAKEN: Final = "requests.taken"
_EVENT: Final = "worker"


class Request(NamedTuple):
    """Who asks: the working directory, the session with its transcript (empty where there is none), and when."""

    cwd: str
    session: str
    transcript: str
    at: float


def ask_worker(environment: Environment, folder: str, request: Request) -> bool:
    """Leave a request in `folder` (the hooks' of a memory directory) and have a worker; True when one was started.
    Raises `StorageError`."""
    place = os.path.join(folder, _EVENT)
    make_private_dir(place)
    path = os.path.join(place, _REQUESTS)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
        try:
            os.write(descriptor, json.dumps(request, separators=(",", ":")).encode() + b"\n")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise failure(error, path, "writing") from error
    try:
        with hold(place, command="memdir hook work", wait=0.0):
            pass
    except LockedError:
        return False  # the one at work looks for requests again before it ends
    start_detached(environment, ["-C", request.cwd, "hook", "work"])
    return True


def work(workspace: Workspace, folder: str, do: Callable[[Workspace, Request], list[str]]) -> list[str]:
    """Do what is asked for, until nothing is; a line for each thing that was done. Nothing when another one works."""
    place = os.path.join(folder, _EVENT)
    make_private_dir(place)
    said: list[str] = []
    while os.path.lexists(os.path.join(place, _REQUESTS)) or os.path.lexists(os.path.join(place, _TAKEN)):
        try:
            with hold(place, command="memdir hook work", now=workspace.environment.now(), wait=0.0):
                for request in _take(place):
                    said += _do(workspace, request, do)
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(os.path.join(place, _TAKEN))
                _forget_old(folder, workspace.environment.now())
        except LockedError:
            return said
    return said


def limit_process() -> None:
    """Bound this process: it is killed after `MAX_SECONDS`, gets no more than `MAX_BYTES`, gives way to others, and
    keeps no directory in use."""
    os.chdir(os.sep)
    if hasattr(signal, "alarm"):
        signal.alarm(MAX_SECONDS)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MAX_BYTES, MAX_BYTES))
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)


def _take(place: str) -> Iterator[Request]:
    """The requests there are, those first that a killed worker had taken; one for each session."""
    taken = os.path.join(place, _TAKEN)
    lines = (read_if_there(taken) or b"").splitlines()
    with contextlib.suppress(FileNotFoundError):
        os.replace(os.path.join(place, _REQUESTS), taken)
        lines += (read_if_there(taken) or b"").splitlines()
    found: dict[tuple[str, str], Request] = {}
    for line in lines:
        try:
            request = Request(*json.loads(line))
        except (ValueError, TypeError):
            continue  # torn when its writer was killed
        found[request.cwd, request.session] = request
    yield from found.values()


def _do(workspace: Workspace, request: Request, do: Callable[[Workspace, Request], list[str]]) -> list[str]:
    """One request, in the directory from which it came. What fails is written down and does not stop the rest."""
    environment = workspace.environment
    started = time.perf_counter()
    error = ""
    said: list[str] = []
    try:
        if os.path.isdir(request.cwd):
            environment = environment._replace(cwd=request.cwd)
        with open_workspace(environment=environment) as opened:
            said = do(opened, request)
    except (MemdirError, OSError, MemoryError) as problem:
        error = " ".join(str(problem).split())[:500] or type(problem).__name__
    state = workspace.state_dir
    if state is not None:
        count_failure(state, _EVENT, error)
        if error:
            took = round((time.perf_counter() - started) * 1000, 1)
            root = workspace.primary.root
            append(
                log_folder(state), Record(environment.now(), _EVENT, request.session, root, error=error, took_ms=took)
            )
    return said


def _forget_old(folder: str, now: float) -> None:
    """Remove what is kept of sessions that ended long ago."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".json") and entry.stat().st_mtime < now - KEPT_DAYS * 86_400:
                os.unlink(entry.path)
