"""`memdir watch`: a daemon that keeps indexes up to date and sees when there is something to learn or to dream."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import time
from typing import TYPE_CHECKING

from memdir.dates import local_text, rfc3339
from memdir.errors import EXIT_INTERRUPTED, EXIT_NOTHING, EXIT_OK, BadInputError, StorageError
from memdir.files import shown
from memdir.state_file import number

from .app import App, Values
from .output import bytes_text
from .table import Command, Option
from .watch_state import Daemon as Seen
from .watch_state import folder_of, is_running, one_daemon, read_daemon, read_log, said_of

if TYPE_CHECKING:
    from .watch_daemon import Daemon

START_SECONDS = 10.0
STOP_SECONDS = 15.0
DEFAULT_LINES = 20
_POLL = 0.02


def run_watch(app: App, values: Values) -> int:
    """Watch until told to stop."""
    folder = folder_of(app.workspace().state_dir)
    if values.flag("detach"):
        return _detach(app, values, folder)
    try:
        daemon = _daemon(app, values, folder)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "watchdog":
            raise
        raise BadInputError("the package watchdog is not installed", hint="pip install watchdog") from None
    with one_daemon(folder, app.environment.now()):
        if values.flag("once"):
            daemon.once()
            if app.out.json:
                app.out.object("watch/1", {"once": True, "took_ms": app.out.took_ms()})
            return EXIT_OK
        return _serve(daemon)


def _daemon(app: App, values: Values, folder: str) -> Daemon:
    from .watch_daemon import Daemon
    from .watch_projects import every_project, this_project

    given = app.values
    own = this_project(
        app.environment, given.text("memory_dir"), given.text("transcripts_dir"), given.text("config_dir")
    )
    archives = values.flag("archive") or app.workspace().settings.flag("watch.archive")

    def print_line(text: str) -> None:
        if not app.out.json:
            app.out.line(text)
            app.out.stdout.flush()

    everyone = values.flag("all_projects")
    return Daemon(
        lambda: every_project(own) if everyone else [own], folder, app.environment.now, archives=archives,
        print_line=print_line,
    )  # fmt: skip


def _serve(daemon: Daemon) -> int:
    """Run it until a signal ends it."""
    ended: list[int] = []

    def end(signum: int, frame: object) -> None:
        ended.append(signum)
        daemon.stop()

    for signum in (signal.SIGTERM, signal.SIGINT, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])):
        signal.signal(signum, end)
    if hasattr(signal, "SIGCHLD"):
        signal.signal(signal.SIGCHLD, _bury)
    gc.set_threshold(700, 10, 10)  # a long life: `main` has set it for a short one
    _allow_descriptors()
    daemon.run()
    return EXIT_INTERRUPTED if signal.SIGINT in ended else EXIT_OK


def _bury(signum: int, frame: object) -> None:
    """Take notice of workers that ended, which would stay as zombies."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _allow_descriptors() -> None:
    """Have as many descriptors as the system lets this process have."""
    try:
        import resource
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if most == resource.RLIM_INFINITY else most
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    except (OSError, ValueError):
        return  # those it has must do


def _detach(app: App, values: Values, folder: str) -> int:
    from .detached import start_detached

    running = is_running(folder)
    if running is not None:
        raise running
    os.chdir(os.sep)  # the daemon keeps no directory in use
    pid = start_detached(app.environment, [*_globals(app), "watch", *_options(values)])
    deadline = time.monotonic() + START_SECONDS
    while read_daemon(folder).told.get("pid") != pid:
        ended, _ = os.waitpid(pid, os.WNOHANG)
        if ended or time.monotonic() > deadline:
            said = read_log(folder)[-1:] or ["it said nothing"]
            raise is_running(folder) or StorageError(
                f"the daemon did not start: {said[0]}", hint="memdir watch shows why, in this terminal"
            )
        time.sleep(_POLL)
    if app.out.json:
        app.out.object("watch/1", {"pid": pid, "log": shown(folder), "took_ms": app.out.took_ms()})
    else:
        app.out.line(f"watching, process {pid} (memdir watch status; memdir watch stop)")
    return EXIT_OK


def _globals(app: App) -> list[str]:
    cwd = app.environment.cwd
    words = ["-C", cwd]
    for name in ("memory_dir", "transcripts_dir", "config_dir"):
        value = app.values.text(name)
        if value is not None:
            words += [f"--{name.replace('_', '-')}", os.path.join(cwd, value)]
    return words


def _options(values: Values) -> list[str]:
    return [f"--{name.replace('_', '-')}" for name in ("all_projects", "archive") if values.flag(name)]


def run_status(app: App, values: Values) -> int:
    """Say how the daemon is; 1 when none runs."""
    seen = read_daemon(folder_of(app.workspace().state_dir))
    now = app.environment.now()
    if app.out.json:
        app.out.object("watch-status/1", {**_fields(seen, now), "took_ms": app.out.took_ms()})
    elif seen.pid is None:
        app.out.line(said_of(seen, now) or "no daemon runs (memdir watch --detach)")
    else:
        _print(app, seen, now)
    return EXIT_NOTHING if seen.pid is None else EXIT_OK


def _print(app: App, seen: Seen, now: float) -> None:
    out, told = app.out, seen.told
    out.line(said_of(seen, now) or "")
    memory, cpu = number(told.get("memory_bytes")), number(told.get("cpu_seconds"))
    started = number(told.get("started"))
    about = [
        f"since {local_text(started)}" if started else "",
        f"memory {bytes_text(int(memory))}" if memory else "",
    ]
    about += [f"{cpu:.1f} s of CPU" if cpu is not None else "", f"{told.get('events', 0)} events"]
    about += ["archives transcripts" if told.get("archive") else ""]
    out.line("  " + ", ".join(text for text in about if text))
    for project in _projects(told):
        state = project.get("off") or project.get("error") or project.get("note")
        synced = project.get("synced")
        said = str(state or (f"in the index as of {str(synced)[:19]}Z" if synced else "not looked at yet"))
        out.wrapped(f"  {project.get('label')}  ", said)


def _projects(told: object) -> list[dict[str, object]]:
    found = told.get("projects") if hasattr(told, "get") else None
    return [project for project in found if isinstance(project, dict)] if isinstance(found, list) else []


def _fields(seen: Seen, now: float) -> dict[str, object]:
    told = seen.told
    started, beat = number(told.get("started")), number(told.get("beat"))
    return {
        "running": seen.pid is not None, "died": seen.died, "pid": seen.pid, "version": told.get("version"),
        "started": rfc3339(started) if started else None, "heartbeat": rfc3339(beat) if beat else None,
        "busy": told.get("busy"),
        "hangs": seen.hangs(now),
        "mode": told.get("mode"), "why": told.get("why") or None, "events": told.get("events"),
        "syncs": told.get("syncs"), "cpu_seconds": told.get("cpu_seconds"), "memory_bytes": told.get("memory_bytes"),
        "archive": told.get("archive"), "projects": _projects(told),
    }  # fmt: skip


def run_stop(app: App, values: Values) -> int:
    """End the daemon; 1 when none runs."""
    folder = folder_of(app.workspace().state_dir)
    pid = read_daemon(folder).pid
    if pid:
        _end(pid, folder)
    if app.out.json:
        app.out.object("watch-stop/1", {"stopped": pid, "took_ms": app.out.took_ms()})
    else:
        app.out.line(f"stopped process {pid}" if pid else "no daemon runs")
    return EXIT_OK if pid else EXIT_NOTHING


def _end(pid: int, folder: str) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise StorageError(f"process {pid} is not yours to stop") from error
    deadline = time.monotonic() + STOP_SECONDS
    while read_daemon(folder).pid == pid:
        if time.monotonic() > deadline:
            raise StorageError(f"process {pid} does not end", hint=f"kill -9 {pid}; nothing is lost by it")
        time.sleep(_POLL)


def run_logs(app: App, values: Values) -> int:
    """Print the end of the log; 1 when there is none."""
    lines = read_log(folder_of(app.workspace().state_dir))[-(values.integer("limit") or DEFAULT_LINES) :]
    if app.out.json:
        rows = [{"at": at, "text": text} for at, _, text in (line.partition("  ") for line in lines)]
        app.out.object("watch-logs/1", {"lines": rows, "took_ms": app.out.took_ms()})
    else:
        for line in lines:
            app.out.line(line)
        if not lines:
            app.out.note("memdir: no daemon has run yet (memdir watch --detach)")
    return EXIT_OK if lines else EXIT_NOTHING


def run_service(app: App, values: Values) -> int:
    """Print how the system is told to run the daemon."""
    from .program import program_of
    from .watch_service import launchd_plist, systemd_unit

    kind = values.text("format") or ("launchd" if app.environment.platform == "darwin" else "systemd")
    program = program_of(app)
    line = [
        program.command,
        *program.args,
        *(_globals(app) if not values.flag("all_projects") else []),
        "watch",
        *_options(values),
    ]
    kept = {name: value for name, value in app.environment.env.items() if name in KEPT_VARIABLES}
    text = systemd_unit(line, kept) if kind == "systemd" else launchd_plist(line, kept)
    if app.out.json:
        app.out.object("watch-service/1", {"format": kind, "text": text, "path": PLACES[kind]})
    else:
        app.out.line(text.rstrip("\n"))
        app.out.note(f"memdir: for {PLACES[kind]}; docs/watch.md says how it is switched on")
    return EXIT_OK


PLACES = {
    "systemd": "~/.config/systemd/user/memdir.service",
    "launchd": "~/Library/LaunchAgents/dev.memdir.watch.plist",
}
KEPT_VARIABLES = (
    "CLAUDE_CONFIG_DIR", "MEMDIR_CACHE_DIR", "MEMDIR_STATE_DIR", "PYTHONPATH", "XDG_CACHE_HOME", "XDG_STATE_HOME",
)  # fmt: skip
"""What decides where things lie, and a service does not get from a terminal."""
ALL_PROJECTS = Option(("--all-projects",), "Every project that Claude Code knows.", kind="flag")
ARCHIVE = Option(("--archive",), "Archive transcripts, too (setting watch.archive).", kind="flag")

COMMANDS = (
    Command(
        "watch",
        "Keep the indexes up to date as files change.",
        run_watch,
        options=(
            ALL_PROJECTS,
            ARCHIVE,
            Option(("--detach",), "In the background, until `memdir watch stop`.", kind="flag"),
            Option(("--once",), "Do once what there is to do, and end.", kind="flag"),
        ),
        examples=("memdir watch --once",),
        description="Also has the worker learn from sessions and dream, when it is time. One runs for a user; nothing "
        "depends on it. docs/watch.md has the rest.",
    ),
    Command(
        "watch logs",
        "What the daemon did.",
        run_logs,
        options=(Option(("-n", "--limit"), "At most this many lines, the newest.", kind="int", metavar="N"),),
        examples=("memdir watch logs",),
        description="Exit code 1 when there is none.",
    ),
    Command(
        "watch service",
        "Print a systemd unit or a launchd plist.",
        run_service,
        options=(ALL_PROJECTS, ARCHIVE, Option(("--format",), "For which system.", choices=("systemd", "launchd"))),
        examples=("memdir watch service", "memdir watch service --all-projects --format launchd"),
        description="Nothing is installed: the text goes to stdout, where it belongs is said on stderr.",
    ),
    Command(
        "watch status",
        "How the daemon is.",
        run_status,
        examples=("memdir watch status",),
        description="Exit code 1 when none runs.",
    ),
    Command(
        "watch stop",
        "End the daemon.",
        run_stop,
        examples=("memdir watch stop",),
        description="Exit code 1 when none runs.",
    ),
)
