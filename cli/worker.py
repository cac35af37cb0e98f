"""The one worker of a memory directory: what hooks and the daemon leave to be done, done apart from them.

Who asks leaves a request and starts a process, unless one is at work; that one takes the requests until there are none.
At most one works at a time (a lock that dies with its process), for ten minutes and in 500 MB at most.

A request is a file, one for each session: a later one takes its place. Who does it marks it as taken first, and removes
it when it is done; so one that is left meanwhile is not lost, and what a killed worker had taken is taken again, three
times at most.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from memdir.digest import blake2b
from memdir.environment import Environment
from memdir.errors import LockedError, MemdirError
from memdir.files import make_private_dir
from memdir.hook_log import Record, append
from memdir.lock import hold
from memdir.state_file import read_state, write_state

from .detached import start_detached
from .hook_state import count_failure, log_folder
from .workspace import Workspace, open_workspace

MAX_SECONDS: Final = 600
MAX_BYTES: Final = 500 << 20
KEPT_DAYS: Final = 30
"""Days that what is kept of a session stays."""
MAX_TRIES: Final = 3
"""How often a request is done whose worker is killed each time."""
_REQUESTS: Final = "requests"
_ASKED: Final = ".asked"
_TAKEN: Final = ".taken-"
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
    _leave(os.path.join(place, _REQUESTS), request)
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
    requests = os.path.join(place, _REQUESTS)
    said: list[str] = []
    while _keys(requests):
        try:
            with hold(place, command="memdir hook work", now=workspace.environment.now(), wait=0.0):
                for key in _keys(requests):
                    said += _do_next(workspace, requests, key, do)
                _forget_old(folder, ".json", workspace.environment.now())
                _forget_old(requests, _ASKED, workspace.environment.now())
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


def _leave(requests: str, request: Request) -> None:
    key = blake2b(f"{request.cwd}\0{request.session}".encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    # not synced: after a power cut the session's next turn asks again
    write_state(os.path.join(requests, key + _ASKED), request._asdict(), synced=False)


def _keys(requests: str) -> list[str]:
    """What is asked for: a key for each session."""
    try:
        names = os.listdir(requests)
    except OSError:
        return []
    return sorted({name.partition(".")[0] for name in names if name.endswith(_ASKED) or _TAKEN in name})


def _do_next(workspace: Workspace, requests: str, key: str, do: Callable[[Workspace, Request], list[str]]) -> list[str]:
    """One session's request, marked as taken while it is done."""
    left = sorted(name for name in os.listdir(requests) if name.startswith(key + _TAKEN))
    tries = int(left[-1].rpartition("-")[2]) if left else 0
    if tries >= MAX_TRIES:
        for name in left:
            os.unlink(os.path.join(requests, name))
        _note(workspace, "", f"a session's request was given up: its worker was killed {tries} times")
        return []
    taken = os.path.join(requests, f"{key}{_TAKEN}{tries + 1}")
    asked = os.path.join(requests, key + _ASKED)
    os.replace(asked if os.path.lexists(asked) else os.path.join(requests, left[-1]), taken)
    for name in left:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(requests, name))
    try:
        request = Request(**read_state(taken))  # type: ignore[arg-type]
    except TypeError:
        said = []  # no request of ours
    else:
        said = _do(workspace, request, do)
    os.unlink(taken)
    return said


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
    except Exception as problem:  # noqa: BLE001 - a mistake of ours must not cost the other requests; the log has it
        error = f"a mistake in memdir itself, {type(problem).__name__}: {problem}"[:500]
    _note(workspace, request.session, error, (time.perf_counter() - started) * 1000)
    return said


def _note(workspace: Workspace, session: str, error: str, took: float = 0.0) -> None:
    """Write a failure down; an empty `error` says that there was none."""
    state = workspace.state_dir
    if state is None:
        return
    count_failure(state, _EVENT, error)
    if error:
        root = workspace.primary.root
        record = Record(workspace.environment.now(), _EVENT, session, root, error=error, took_ms=round(took, 1))
        append(log_folder(state), record)


def _forget_old(folder: str, kind: str, now: float) -> None:
    """Remove what is kept of sessions that ended long ago, and what killed processes left."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if kind in entry.name and entry.stat().st_mtime < now - KEPT_DAYS * 86_400:
                os.unlink(entry.path)
