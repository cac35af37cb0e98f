"""The daemon: what is changed by anyone is soon in the index, and nothing that goes wrong ends it."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import plistlib
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox import Sandbox

import memdir.cli.worker as worker
from memdir.cli.watch_areas import MEMORY, STRUCTURE, Area, Areas
from memdir.cli.watch_changes import MOST, QUIET, Changes
from memdir.cli.watch_daemon import Daemon
from memdir.cli.watch_events import SystemEvents, Tell
from memdir.cli.watch_projects import Places, Project, every_project, this_project, wanted
from memdir.cli.watch_service import launchd_plist, systemd_unit
from memdir.cli.watch_standing import Timing
from memdir.cli.watch_state import append_log, one_daemon, read_daemon, read_log
from memdir.environment import Environment
from memdir.files import directory_key

FAST = Timing(beat=0.05, look=0.2, look_share=1.0, scan=0.05, scan_transcripts=0.05, scan_share=1.0, retry_events=60.0)
EVENTS_ONLY = FAST._replace(beat=0.5, look=3600.0)
"""Looks by itself so seldom that what is found, an event told of."""
DEADLINE = 15.0


def until(true: Callable[[], object], what: str = "it") -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < deadline, f"{what} did not come"
        threading.Event().wait(0.01)


@pytest.fixture
def box(plain_project: Sandbox) -> Sandbox:
    """A project with a memory directory of its own and the real clock."""
    env = {name: value for name, value in plain_project.env.items() if name != "MEMDIR_NOW"}
    box = Sandbox(plain_project.project, plain_project.home, env)
    memory_of(box).mkdir(parents=True)
    write(box, "port", "The api listens on 9000.")
    return box


def memory_of(box: Sandbox) -> Path:
    return box.project / ".claude" / "memory"


def write(box: Sandbox, name: str, body: str) -> Path:
    path = memory_of(box) / f"{name}.md"
    path.write_text(f"---\nname: {name}\ndescription: about {name}\n---\n{body}\n")
    return path


def folder_of(box: Sandbox) -> str:
    return os.path.join(box.env["MEMDIR_STATE_DIR"], "watch")


def around(box: Sandbox) -> Environment:
    return Environment(str(box.project), str(box.home), box.env, sys.platform, time.time)


def is_in_index(project: Project, count: int | None = None) -> bool:
    """Whether the published index, opened anew, has all there is of the primary directory."""
    with project.open() as workspace:
        state = workspace.index().status()
        return state.usable and not state.pending and count in (None, state.memories)


def transcripts_in_index(project: Project) -> bool:
    with project.open() as workspace:
        states = [index.status() for index in workspace._transcripts(False).indexes]
        return bool(states) and all(state.usable and not state.pending for state in states)


class Running:
    """A daemon in a thread of this process."""

    def __init__(self, box: Sandbox, timing: Timing = FAST, **options: object) -> None:
        self.project = this_project(around(box), None, None, None)
        self.folder = folder_of(box)
        self.lines: list[str] = []
        everyone = options.pop("everyone", False)
        self.daemon = Daemon(
            (lambda: every_project(self.project)) if everyone else (lambda: [self.project]),
            self.folder, options.pop("now", time.time), print_line=self.lines.append, timing=timing, **options,
        )  # type: ignore[arg-type]  # fmt: skip

    def __enter__(self) -> Running:
        self._held = one_daemon(self.folder, 0.0)
        self._held.__enter__()
        self.thread = threading.Thread(target=self.daemon.run)
        self.thread.start()
        until(lambda: self.state.get("projects"), "a heartbeat")
        return self

    def __exit__(self, *_: object) -> None:
        self.daemon.stop()
        self.thread.join(DEADLINE)
        self._held.__exit__(None, None, None)
        assert not self.thread.is_alive()

    @property
    def state(self) -> Mapping[str, object]:
        return read_daemon(self.folder).told

    def said(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    def indexed(self, count: int | None = None) -> None:
        until(lambda: is_in_index(self.project, count), f"the index of {count} memories")


@contextlib.contextmanager
def process(box: Sandbox, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A daemon as a process of its own, that has begun."""
    program = [sys.executable, "-m", "memdir", "watch", *words]
    started = subprocess.Popen(program, env=box.env, cwd=box.project, stdout=subprocess.DEVNULL)
    try:
        until(lambda: read_daemon(folder_of(box)).told.get("pid") == started.pid, "a heartbeat")
        yield started
    finally:
        started.kill()
        started.wait()


# What changes is in the index


def test_what_anyone_changes_is_in_the_index(box: Sandbox) -> None:
    with Running(box, EVENTS_ONLY) as running:
        running.indexed(1)
        path = write(box, "colour", "The button is teal.")
        running.indexed(2)
        path.write_text(path.read_text() + "And round.\n")
        running.indexed(2)
        temporary = path.with_suffix(".md~tmp")  # as editors write: another file takes the place
        temporary.write_text("---\nname: colour\n---\nIt is mauve now.\n")
        temporary.replace(path)
        running.indexed(2)
        path.rename(path.with_name("hue.md"))
        running.indexed(2)
        (memory_of(box) / "deep" / "er").mkdir(parents=True)
        (memory_of(box) / "deep" / "er" / "new.md").write_text("---\nname: new\n---\nDeep.\n")
        running.indexed(3)
        shutil.rmtree(memory_of(box) / "deep")
        running.indexed(2)
        assert not running.said("did not tell")


def test_a_directory_that_is_deleted_and_made_again(box: Sandbox) -> None:
    with Running(box, EVENTS_ONLY) as running:
        running.indexed(1)
        shutil.rmtree(box.project / ".claude")
        memory_of(box).mkdir(parents=True)
        for number in range(3):
            write(box, f"again{number}", "Here again.")
        running.indexed(3)
        write(box, "and", "more")
        running.indexed(4)
        os.rename(box.project / ".claude", box.project / "aside")
        memory_of(box).mkdir(parents=True)
        write(box, "other", "Another directory in its place.")
        running.indexed(1)


def test_a_directory_that_comes_later(plain_project: Sandbox) -> None:
    env = {name: value for name, value in plain_project.env.items() if name != "MEMDIR_NOW"}
    box = Sandbox(plain_project.project, plain_project.home, env)
    with Running(box, EVENTS_ONLY) as running:
        memory_of(box).mkdir(parents=True)
        write(box, "first", "The first memory.")
        running.indexed(1)
        auto = Path(running.project.open().located.auto_dir or "")
        auto.mkdir(parents=True)
        (auto / "own.md").write_text("---\nname: own\n---\nClaude's own.\n")
        until(lambda: running.project.open().primary.root == str(auto))
        running.indexed(1)


def test_thousands_of_files_at_once(box: Sandbox) -> None:
    with Running(box, EVENTS_ONLY) as running:
        running.indexed(1)
        for number in range(1500):
            (memory_of(box) / f"storm{number}.md").write_text(f"---\nname: storm{number}\n---\nText {number}.\n")
        running.indexed(1501)
        for number in range(1500):
            (memory_of(box) / f"storm{number}.md").unlink()
        running.indexed(1)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_another_branch_is_checked_out(box: Sandbox) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main"]
        subprocess.run(["git", *who, *words], cwd=box.project, env=box.env, check=True, capture_output=True)

    git("init")
    git("add", ".")
    git("commit", "-m", "one")
    git("checkout", "-b", "more")
    for number in range(40):
        write(box, f"more{number}", f"Only on this branch, {number}.")
    git("add", ".")
    git("commit", "-m", "more")
    with Running(box, EVENTS_ONLY) as running:
        running.indexed(41)
        git("checkout", "main")
        running.indexed(1)
        git("checkout", "more")
        running.indexed(41)


def transcript(box: Sandbox, text: str, session: str = "11111111-2222-4333-8444-555555555555") -> Path:
    project = this_project(around(box), None, None, None)
    folder = Path(project.open().located.written_transcripts_dir or "")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{session}.jsonl"
    line = {"type": "user", "uuid": str(time.monotonic_ns()), "sessionId": session, "cwd": str(box.project),
            "timestamp": "2026-11-01T10:00:00Z", "message": {"role": "user", "content": text}}  # fmt: skip
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")
    return path


def test_what_is_appended_to_a_transcript_is_in_its_index(box: Sandbox) -> None:
    with Running(box, EVENTS_ONLY._replace(scan_transcripts=3600.0)) as running:
        for text in ("where are the quokkas", "in the enclosure", "since when"):
            transcript(box, text)
            until(lambda: transcripts_in_index(running.project), "the turn")
        with running.project.open() as workspace:
            assert workspace.search_sessions("enclosure quokkas")


def test_every_project(box: Sandbox, tmp_path: Path) -> None:
    other = Sandbox(tmp_path / "other", box.home, box.env)
    other.project.mkdir()
    with Running(box, EVENTS_ONLY, everyone=True) as running:
        transcript(other, "a project that was not there before")
        memory_of(other).mkdir(parents=True)
        write(other, "far", "The other project's memory.")
        until(lambda: is_in_index(this_project(around(other), None, None, None), 1), "the other project")
        until(lambda: labels(running) == ["project", "other"], "the heartbeat")


def labels(running: Running) -> list[object]:
    found = running.state["projects"]
    assert isinstance(found, list)
    return [project["label"] for project in found]


# What goes wrong


class Broken:
    """A source of events that can be told to fail."""

    def __init__(self) -> None:
        self.fails: OSError | None = None
        self.is_mute = False
        self.dead = False
        self.made = 0

    def __call__(self, tell: Tell) -> SystemEvents:
        if self.fails:
            raise self.fails
        self.made += 1
        broken = self

        class Source(SystemEvents):
            def is_alive(self) -> bool:
                return super().is_alive() and not broken.dead

            def again(self, directory: str) -> None:
                if broken.fails:
                    raise broken.fails
                super().again(directory)

        return Source(lambda path, folder: None if self.is_mute else tell(path, folder))


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOSPC])
def test_without_events_it_looks_now_and_then(box: Sandbox, number: int) -> None:
    broken = Broken()
    broken.fails = OSError(number, "inotify limit reached")
    with Running(box, FAST._replace(retry_events=1.0), observe=broken) as running:
        assert running.state["mode"] == "scans"
        running.indexed(1)
        write(box, "later", "Found by looking.")
        running.indexed(2)
        assert os.strerror(number) in str(running.state["why"])
        for words in (["status"], ["watch", "status"]):
            done = box.run(*words)
            assert "by looking instead of events: inotify limit reached" in done.out, done
        broken.fails = None
        until(lambda: running.state["mode"] == "events", "events")
        write(box, "told", "Told of again.")
        running.indexed(3)
        assert running.said("events come again")


def test_the_limit_is_reached_later(box: Sandbox) -> None:
    broken = Broken()
    with Running(box, observe=broken) as running:
        assert running.state["mode"] == "events"
        broken.fails = OSError(errno.ENOSPC, "inotify watch limit reached")
        until(lambda: running.state["mode"] == "scans", "the fall back")
        write(box, "later", "Found by looking.")
        running.indexed(2)


def test_a_watcher_that_died_is_started_again(box: Sandbox) -> None:
    broken = Broken()
    with Running(box, EVENTS_ONLY._replace(beat=0.1), observe=broken) as running:
        broken.dead = True
        until(lambda: broken.made > 1, "another watcher")
        broken.dead = False
        write(box, "later", "Told of by the new one.")
        running.indexed(2)
        assert running.said("had died")


def test_a_watcher_that_falls_silent_is_noticed_by_the_heartbeat(box: Sandbox) -> None:
    broken = Broken()
    with Running(box, EVENTS_ONLY._replace(beat=0.1), observe=broken) as running:
        running.indexed(1)
        broken.is_mute = True
        write(box, "missed", "No event told of it.")
        until(lambda: broken.made > 1, "another watcher")
        broken.is_mute = False
        running.indexed(2)


def test_changes_that_no_event_told_of_are_found(box: Sandbox) -> None:
    class Deaf(Broken):
        def __call__(self, tell: Tell) -> SystemEvents:
            own = folder_of(box)
            first = self.made == 0
            return super().__call__(lambda path, d: tell(path, d) if not first or path.startswith(own) else None)

    deaf = Deaf()
    with Running(box, observe=deaf) as running:
        running.indexed(1)
        write(box, "missed", "Only a look finds it.")
        running.indexed(2)
        until(lambda: running.said("did not tell of changes in project"), "the doubt")
        until(lambda: deaf.made > 1, "another watcher")


def test_a_damaged_index_is_made_anew(box: Sandbox) -> None:
    with Running(box, EVENTS_ONLY) as running:
        running.indexed(1)
        for path in Path(box.env["MEMDIR_CACHE_DIR"]).rglob("*"):
            if path.is_file() and path.name != ".memdir.lock":
                path.write_bytes(b"damaged")
        write(box, "next", "After the damage.")
        running.indexed(2)
        shutil.rmtree(box.env["MEMDIR_CACHE_DIR"], ignore_errors=True)  # the daemon may be writing there
        write(box, "last", "After the cache was deleted.")
        running.indexed(3)


def test_what_fails_is_tried_again(box: Sandbox) -> None:
    cache = Path(box.env["MEMDIR_CACHE_DIR"])
    cache.write_text("no directory")
    with Running(box, EVENTS_ONLY) as running:
        until(lambda: errors(running), "the failure")
        cache.unlink()
        running.indexed(1)
        until(lambda: running.said("in order again"), "the word of it")
        until(lambda: not errors(running), "no failure")


def errors(running: Running) -> list[object]:
    found = running.state["projects"]
    assert isinstance(found, list)
    return [project["error"] for project in found if project["error"]]


def test_a_clock_that_jumps(box: Sandbox) -> None:
    ahead = [0.0]
    with Running(box, EVENTS_ONLY._replace(beat=0.05), now=lambda: time.time() + ahead[0]) as running:
        running.indexed(1)
        ahead[0] = 86_400.0
        until(lambda: running.said("the clock jumped by 86400 s"), "the jump")
        ahead[0] = -86_400.0
        until(lambda: running.said("the clock jumped by -172800 s"), "the jump back")
        write(box, "after", "After the jumps.")
        running.indexed(2)


def test_a_pause_leaves_a_project_alone(box: Sandbox) -> None:
    assert box.run("pause").code == 0
    with Running(box) as running:
        until(lambda: running.said("left alone, memdir is paused"), "the word of it")
        write(box, "quiet", "Not looked at.")
        assert not is_in_index(running.project)
        assert box.run("resume").code == 0
        running.indexed(2)
        until(lambda: running.said("looked after again"), "the word of it")


# Gates and the archive


def test_work_is_asked_of_the_worker_once(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(worker, "start_detached", lambda environment, words: started.append(list(words)) or 1)
    path = transcript(box, "x" * 30_000)
    with Running(box, FAST._replace(gates=0.1, gates_idle=0.1, settled=0.0)) as running:
        until(lambda: started, "a worker")
        requests = Path(box.env["MEMDIR_STATE_DIR"]) / directory_key(str(memory_of(box))) / "hooks/worker/requests"
        asked = [json.loads(file.read_text()) for file in requests.glob("*.asked")]
        assert [(one["cwd"], one["session"], one["transcript"]) for one in asked] == [
            (str(box.project), path.stem, str(path))
        ]
        assert started == [["-C", str(box.project), "hook", "work"]]
        transcript(box, "a little more")
        until(lambda: transcripts_in_index(running.project), "the turn")
        assert running.said("asked for extraction from session 11111111")
    assert len(started) == 1


def test_once_does_what_there_is_to_do(box: Sandbox) -> None:
    path = transcript(box, "what will be archived")
    os.utime(path, (time.time() - 3600, time.time() - 3600))
    done = box.run("watch", "--once", "--archive")
    assert done.code == 0 and "archived 1 transcript" in done.out, done
    project = this_project(around(box), None, None, None)
    assert is_in_index(project, 1) and transcripts_in_index(project)
    assert [p.name for p in Path(box.env["MEMDIR_STATE_DIR"]).rglob("*.zst")] == [f"{path.name}.zst"]
    assert "archived" not in box.run("watch", "--once", MEMDIR_WATCH_ARCHIVE="1").out
    assert box.run("watch", "--once", MEMDIR_DISABLE="1").code == 0


# One daemon, its beginning and its end


def test_a_second_one_says_so(box: Sandbox) -> None:
    with process(box) as first:
        for words in (["watch"], ["watch", "--detach"], ["watch", "--once"]):
            done = box.run(*words)
            assert done.code == 4 and f"runs already: pid {first.pid}" in done.err
        assert box.run("status").out.count("watch ") >= 1


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_ends_cleanly(box: Sandbox, signum: int, code: int) -> None:
    with process(box) as running:
        running.send_signal(signum)
        assert running.wait(DEADLINE) == code
    assert sorted(os.listdir(folder_of(box))) == ["log"]
    assert read_log(folder_of(box))[-1].endswith("stopped")
    assert "watch" not in box.run("status").out


def test_it_recovers_from_being_killed(box: Sandbox) -> None:
    with process(box) as running:
        running.kill()
        running.wait()
        done = box.run("watch", "status")
        assert done.code == 1 and "died" in done.out
        assert "the daemon died" in box.run("status").out
        checks = json.loads(box.run("doctor", "--json").out)["checks"]
        assert [check["level"] for check in checks if check["part"] == "daemon"] == ["warning"]
    write(box, "meanwhile", "Written while nobody watched.")
    with process(box):
        project = this_project(around(box), None, None, None)
        until(lambda: is_in_index(project, 2), "the index")
        assert box.run("watch", "status").code == 0


def test_in_the_background(box: Sandbox) -> None:
    assert box.run("watch", "status").code == 1
    assert box.run("watch", "logs").code == 1
    assert box.run("watch", "stop").code == 1
    started = json.loads(box.run("watch", "--detach", "--json").out)
    state = json.loads(box.run("watch", "status", "--json").out)
    assert state["running"] and state["pid"] == started["pid"] and state["mode"] == "events"
    assert box.run("watch", "stop").out == f"stopped process {started['pid']}\n"
    assert not json.loads(box.run("watch", "status", "--json").out)["running"]
    assert [line["text"] for line in json.loads(box.run("watch", "logs", "--json").out)["lines"]][-1] == "stopped"


def test_the_log_is_bounded_and_private(tmp_path: Path) -> None:
    for number in range(30):
        append_log(str(tmp_path), 0.0, f"line {number} \n" + "x" * 100_000)
    assert read_log(str(tmp_path))[-1].split()[2] == "29"
    assert {path.name for path in tmp_path.iterdir()} == {"log", "log.1"}
    for path in tmp_path.iterdir():
        assert path.stat().st_size <= 1.2 * (1 << 20) and path.stat().st_mode & 0o777 == 0o600


# Its parts


def test_a_change_waits_for_quiet_but_not_for_ever() -> None:
    now = [100.0]
    changes: Changes[str] = Changes(lambda: now[0])
    changes.note("a")
    assert changes.take(now[0]) == []
    now[0] += QUIET
    assert changes.take(now[0]) == ["a"] and changes.take(now[0]) == []
    taken = None
    changes.note("b")
    for step in range(100):
        now[0] += QUIET / 2
        if changes.take(now[0]):
            taken = step
            break
        changes.note("b")
    assert taken is not None and (taken + 1) * QUIET / 2 == pytest.approx(MOST, abs=QUIET)
    changes.note("c")
    changes.hold("c", 5.0)
    now[0] += 4.9
    assert changes.take(now[0]) == []
    now[0] += 0.1
    assert changes.take(now[0]) == ["c"]
    changes.stop()
    assert changes.stopped and changes.take(now[0] + 1000) == []


def test_whose_a_path_is(tmp_path: Path) -> None:
    clock = lambda: 1.0  # noqa: E731
    memory, transcripts = Changes[Area](lambda: 0.0), Changes[Area](lambda: 0.0)
    areas = Areas("/state/watch", memory, transcripts, clock)
    project = Project("p", "/p", Environment("/p", None, {}, "linux", time.time))
    areas.look_after({project: Places(("/p/m",), ("/t",), ("/p",))})

    def told(path: str, is_directory: bool = False) -> set[str]:
        areas.tell(path, is_directory)
        found = {*memory._dirty, *transcripts._dirty}
        memory._dirty.clear()
        transcripts._dirty.clear()
        return {area.kind for area in found}

    assert not areas.told_since(0.5) and told("/state/watch/state.json") == set() and areas.told_since(0.5)
    assert areas.events == 0
    assert told("/p/m/a.md") == told("/p/m/x/y/B.MD") == told("/p/m/.memdir.toml") == {MEMORY}
    assert told("/p/m/x.txt") == told("/p/m/.git/a.md") == told("/p/m/.memdir.lock") == told("/q/a.md") == set()
    assert told("/p/m/folder", True) == {MEMORY, STRUCTURE}
    assert told("/t/s.jsonl") == {"transcripts"}
    assert told("/p/CLAUDE.md") == {MEMORY, STRUCTURE} and told("/p/src/CLAUDE.md") == set()


def test_what_is_watched(tmp_path: Path) -> None:
    (tmp_path / "projects/p/memory").mkdir(parents=True)
    top = str(tmp_path)
    places = Places((f"{top}/projects/p/memory", f"{top}/code/.claude/memory"), (f"{top}/projects/p",), (top,))
    assert wanted([places]) == {f"{top}/projects/p": True, f"{top}/projects": False, top: False}


def test_many_trees_in_one_directory_are_watched_as_one(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"p{number}/memory").mkdir(parents=True)
    many = [Places((f"{tmp_path}/p{number}/memory",), (f"{tmp_path}/p{number}",)) for number in range(20)]
    assert wanted(many) == {str(tmp_path): True}
    assert sorted(wanted(many[:2])) == [str(tmp_path), f"{tmp_path}/p0", f"{tmp_path}/p1"]


def test_workers_of_many_projects_do_not_start_at_once(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(worker, "start_detached", lambda environment, words: started.append(list(words)) or 1)
    for number in range(3):
        other = Sandbox(tmp_path / f"other{number}", box.home, box.env)
        other.project.mkdir()
        transcript(other, "x" * 30_000)
    with Running(box, FAST._replace(gates=3600.0, settled=0.0), everyone=True) as running:
        until(lambda: len(labels(running)) == 4 and started, "a worker")
        until(lambda: running.said("asked for"), "the word of it")
    assert len(started) == 1


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.text(st.characters(blacklist_categories=["Cs", "Cc", "Cn"]), min_size=1))
def test_a_service_has_the_line_as_it_is(word: str) -> None:
    line = ["/opt/my tools/memdir", "-C", word, "watch"]
    unit = systemd_unit(line, {"MEMDIR_STATE_DIR": word})
    (started,) = (text.partition("=")[2] for text in unit.split("\n") if text.startswith("ExecStart="))
    assert shlex.split(started.replace("$$", "$").replace("%%", "%")) == line
    plist = plistlib.loads(launchd_plist(line, {"A": word}).encode())
    assert plist["ProgramArguments"] == line and plist["EnvironmentVariables"] == {"A": word}
