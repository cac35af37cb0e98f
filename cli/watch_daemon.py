"""The daemon of `memdir watch`: it waits for events and has each looked at, memories in this thread, transcripts in a
second one; it looks by itself now and then, since events may be lost.

All waiting is by a clock that never jumps. What fails is written to the log and tried again, ever later. The work of
learning and dreaming is never done here: it is asked of the one worker (`cli/worker.py`).
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Sequence
from math import inf
from typing import Final

from memdir import __version__
from memdir.errors import MemdirError

from .output import counted
from .watch_areas import MEMORY, STRUCTURE, TRANSCRIPTS, Area, Areas
from .watch_changes import Changes
from .watch_events import Events, SystemEvents, Tell
from .watch_projects import Project, places_of, wanted
from .watch_standing import TIMING, Standing, Timing
from .watch_state import append_log, write_beat
from .watch_work import DREAM, Pass, archive, ask_for_work, sync_memory, sync_transcripts

JUMP: Final = 30.0
"""Seconds by which the clock on the wall may differ from the one that never jumps before everything is looked at: the
machine slept, or the clock was set."""
BUSY: Final = 9.0
"""After a pass, so many times what it took goes by before the next one of the same place, at most `BUSY_MOST`."""
BUSY_MOST: Final = 0.3


class Daemon:
    """One daemon. `projects` lists what it looks after, asked again now and then; `folder` is where it keeps its
    things; `print_line` gets each line of the log; `observe` makes the source of events and may raise `OSError`."""

    def __init__(
        self,
        projects: Callable[[], Sequence[Project]],
        folder: str,
        now: Callable[[], float],
        *,
        archives: bool = False,
        print_line: Callable[[str], None] = lambda _: None,
        observe: Callable[[Tell], Events] = SystemEvents,
        timing: Timing = TIMING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._projects = projects
        self._folder = os.path.realpath(folder)
        self._now = now
        self._archives = archives
        self._print = print_line
        self._observe = observe
        self._timing = timing
        self._clock = clock
        self._memory: Changes[Area] = Changes(clock)
        self._transcripts: Changes[Area] = Changes(clock)
        self._areas = Areas(self._folder, self._memory, self._transcripts, clock)
        self._standings: dict[Project, Standing] = {}
        self._events: Events | None = None
        self._why = ""
        self._started = now()
        self._offset = now() - clock()
        self._beaten = self._retry_at = -1.0
        self._syncs = 0
        self._wrong: dict[str, str] = {}
        self._doubts: dict[Project, int] = {}
        self._lane: threading.Thread | None = None

    # Life

    def stop(self) -> None:
        """End soon. May be called by a signal's handler."""
        self._memory.stop()
        self._transcripts.stop()

    def run(self) -> None:
        """Look after the projects until stopped."""
        self._log(f"started, process {os.getpid()}, memdir {__version__}")
        try:
            self._arrange()
            for standing in self._standings.values():
                self._memory.note(Area(MEMORY, standing.project))
            self._beat()
            self._start_lane()
            self._watch_memories()
        finally:
            self.stop()
            if self._events is not None:
                self._events.close()
            if self._lane is not None:
                self._lane.join(10.0)
            self._log("stopped")

    def once(self) -> None:
        """Do everything once that there is to do."""
        self._arrange(events=False)
        for standing in self._standings.values():
            self._pass(Area(MEMORY, standing.project), sync_memory)
            self._work(standing)
            self._pass(Area(TRANSCRIPTS, standing.project), sync_transcripts)

    def _start_lane(self) -> None:
        self._lane = threading.Thread(target=self._watch_transcripts, name="memdir-transcripts", daemon=True)
        self._lane.start()

    # Memories: this thread

    def _watch_memories(self) -> None:
        timing, looked, took = self._timing, self._clock(), 0.0
        while not self._memory.stopped:
            beat_at = self._beaten + timing.beat
            look_at = looked + self._interval(took, timing.scan)
            for area in self._memory.take(min(beat_at, look_at)):
                if area.kind == STRUCTURE:
                    started = self._clock()
                    self._arrange()
                    self._memory.hold(area, min(BUSY * (self._clock() - started), BUSY_MOST))
                else:
                    self._pass(area, sync_memory)
            now = self._clock()
            if now >= beat_at:
                self._tick()
            if now >= look_at and not self._memory.stopped:
                self._look()
                looked = self._clock()
                took = looked - now

    def _interval(self, took: float, scan: float) -> float:
        timing = self._timing
        if self._events is None:
            return max(scan, took / timing.scan_share)
        return max(timing.look, took / timing.look_share)

    def _look(self) -> None:
        """Look at all memories without being told to, and whether the system would still allow another watch."""
        for standing in list(self._standings.values()):
            heard, was_off = standing.heard, standing.off
            if self._pass(Area(MEMORY, standing.project), sync_memory) and self._events is not None and not was_off:
                self._doubts[standing.project] = heard
        if self._events is None:
            return
        self._arrange()
        if self._events is not None:
            try:
                self._events.again(self._folder)
            except OSError as error:
                self._fall_back(error)

    def _lost(self) -> list[str]:
        """The projects in which a look found changes of which no event has told until now."""
        doubts, self._doubts = self._doubts, {}
        return [project.label for project, heard in doubts.items() if self._areas.heard(project) == heard]

    def _tick(self) -> None:
        """See to what may have broken, and say that the daemon lives."""
        if self._lane is not None and not self._lane.is_alive() and not self._memory.stopped:
            self._log("the thread for transcripts had died: started again")
            self._start_lane()
        offset = self._now() - self._clock()
        if abs(offset - self._offset) > JUMP:
            self._log(f"the clock jumped by {offset - self._offset:.0f} s: looking at everything")
            self._all_dirty()
        self._offset = offset
        lost = self._lost()
        if self._events is not None and (lost or not self._is_watched()):
            why = f"did not tell of changes in {', '.join(lost)}" if lost else "had died"
            self._log(f"the watcher of the system's events {why}: started again")
            self._lose_events()
            self._arrange()
            self._all_dirty()
        elif self._events is None and self._clock() >= self._retry_at:
            self._arrange()
        self._beat()

    def _is_watched(self) -> bool:
        """Whether events come: that of the last heartbeat did."""
        return self._events is not None and self._events.is_alive() and self._areas.told_since(self._beaten)

    def _all_dirty(self) -> None:
        for project in list(self._standings):
            self._memory.note(Area(MEMORY, project))
            self._transcripts.note(Area(TRANSCRIPTS, project))

    # What is watched

    def _arrange(self, *, events: bool = True) -> None:
        """Find the projects and their places as they are now, and watch them."""
        try:
            projects = self._projects()
        except (MemdirError, OSError) as error:
            self._say("projects", str(error))
            projects = list(self._standings)
        self._standings = {project: self._standings.get(project) or Standing(project) for project in projects}
        for standing in self._standings.values():
            try:
                with standing.project.open() as workspace:
                    standing.places = places_of(workspace)
            except (MemdirError, OSError) as error:
                standing.errors["places"] = str(error)
            else:
                standing.errors.pop("places", None)
        self._areas.look_after({s.project: s.places for s in self._standings.values()})
        if events:
            self._watch()

    def _watch(self) -> None:
        try:
            if self._events is None:
                self._events = self._observe(self._areas.tell)
            directories = wanted(standing.places for standing in self._standings.values())
            directories.pop(self._folder, None)
            fresh = self._events.watch({**directories, self._folder: False})  # ours last: it shows whether all went
        except OSError as error:
            self._fall_back(error)
            return
        if self._why:
            self._log("events come again")
            self._why = ""
        for path in fresh:
            self._areas.note_below(path)

    def _fall_back(self, error: OSError) -> None:
        why, meant = error.strerror or str(error), os.strerror(error.errno or 0)
        if error.errno and meant != why:
            why = f"{why} ({meant})"  # watchdog says "inotify watch limit reached" where the system says ENOSPC's words
        if why != self._why:
            self._log(f"no events of the system: {why}; looking every {self._timing.scan:g} s instead")
        self._why = why
        self._retry_at = self._clock() + self._timing.retry_events
        self._lose_events()

    def _lose_events(self) -> None:
        events, self._events = self._events, None
        if events is not None:
            with contextlib.suppress(OSError, RuntimeError):  # it is broken already
                events.close()

    # Transcripts: a thread of their own

    def _watch_transcripts(self) -> None:
        timing = self._timing
        looked = worked = -inf
        took = 0.0
        while not self._transcripts.stopped:
            now = self._clock()
            if now >= looked + self._interval(took, timing.scan_transcripts):
                for project in list(self._standings):
                    self._pass(Area(TRANSCRIPTS, project), sync_transcripts)
                looked = self._clock()
                took = looked - now
            if self._clock() >= worked + timing.gates:
                worked = self._clock()
                self._work_somewhere(worked)
            until = min(looked + self._interval(took, timing.scan_transcripts), worked + timing.gates)
            for area in self._transcripts.take(until):
                self._pass(area, sync_transcripts)

    def _work_somewhere(self, now: float) -> None:
        """Look whether there is work, until a project has some: the others have their turn later, so that workers of
        many projects do not start at once."""
        for standing in sorted(self._standings.values(), key=lambda standing: standing.worked):
            rests = standing.stirred is not None and now >= standing.stirred + self._timing.settled
            if (rests or now >= standing.worked + self._timing.gates_idle) and self._work(standing):
                return

    def _work(self, standing: Standing) -> bool:
        """Have done what is to be done now and then; whether a worker was asked."""
        standing.stirred, standing.worked = None, self._clock()
        asked = ""
        try:
            if self._archives:
                count = archive(standing.project, self._timing.settled)
                if count:
                    self._log(f"{standing.project.label}: archived {counted(count, 'transcript')}")
                    self._transcripts.note(Area(TRANSCRIPTS, standing.project))
            may_dream = self._clock() >= standing.dream_at + self._timing.dream_again
            for asked in ask_for_work(standing.project, self._timing.settled, dream=may_dream):
                self._log(f"{standing.project.label}: asked for {asked}")
                if asked == DREAM:
                    standing.dream_at = self._clock()
            standing.errors.pop("work", None)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong with one project, the daemon goes on
            standing.stirred = self._clock()
            standing.errors["work"] = self._say(f"work {standing.project.label}", _said(error))
        return bool(asked)

    # One pass

    def _pass(self, area: Area, sync: Callable[[Project], Pass]) -> int:
        """Look at one place; how many files had changed."""
        standing = self._standings.get(area.project) if area.project is not None else None
        if standing is None:
            return 0
        changes = self._memory if area.kind == MEMORY else self._transcripts
        name = f"{area.kind} of {standing.project.label}"
        if area.kind == MEMORY and standing.synced is None:
            self._beat(busy=name)  # it may take minutes, the first time
        started, heard = self._clock(), self._areas.heard(standing.project)
        try:
            done = sync(standing.project)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong with one project, the daemon goes on
            failures = standing.failures[area.kind] = standing.failures.get(area.kind, 0) + 1
            standing.errors[area.kind] = self._say(name, _said(error))
            changes.note(area)
            changes.hold(area, min(2.0 ** min(failures, 10) / 2, self._timing.backoff))
            return 0
        if area.kind == MEMORY:
            standing.heard = heard
        took = self._clock() - started
        changes.hold(area, min(BUSY * took, BUSY_MOST))
        if standing.errors.pop(area.kind, None) is not None:
            self._say(name, "")
        standing.failures.pop(area.kind, None)
        if done.off != standing.off:
            self._log(f"{standing.project.label}: {f'left alone, {done.off}' if done.off else 'looked after again'}")
        standing.off, standing.note = done.off, done.note
        if done.off is None:
            standing.synced = self._now()
            self._syncs += 1
        if done.changed:
            standing.stirred = self._clock()
            self._log(f"{name}: {done.changed} changed, in the index after {took * 1000:.0f} ms")
        return done.changed

    # What others see

    def _say(self, about: str, what: str) -> str:
        """Log what is wrong with something, once for as long as it stays the same."""
        if self._wrong.get(about, "") != what:
            self._log(f"{about}: {what or 'in order again'}")
        self._wrong[about] = what
        if not what:
            del self._wrong[about]
        return what

    def _log(self, text: str) -> None:
        with contextlib.suppress(MemdirError):  # a full disk: the daemon goes on, and its state says the rest
            append_log(self._folder, self._now(), text)
        self._print(text)

    def _beat(self, busy: str | None = None) -> None:
        self._beaten = self._clock()
        with contextlib.suppress(MemdirError):  # as above
            write_beat(self._folder, {**self._fields(), "busy": busy})

    def _fields(self) -> dict[str, object]:
        return {
            "pid": os.getpid(), "version": __version__, "started": self._started, "beat": self._now(),
            "mode": "scans" if self._events is None else "events", "why": self._why, "events": self._areas.events,
            "syncs": self._syncs, "cpu_seconds": round(time.process_time(), 3), "memory_bytes": _memory(),
            "archive": self._archives, "projects": [standing.fields() for standing in self._standings.values()],
        }  # fmt: skip


def _said(error: Exception) -> str:
    if isinstance(error, MemdirError | OSError):
        return " ".join(str(error).split())
    return f"a mistake in memdir itself, {type(error).__name__}: {error}"


def _memory() -> int | None:
    """Bytes of memory that this process has, None where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
