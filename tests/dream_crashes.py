"""Run by test_dream_crashes in a process of its own: a run of the dream, killed with SIGKILL at its n-th system call,
for every n; then the next run must find the directory as before or as after, and go through.

A step is any file call below the memory or state directory that Python announces to an audit hook.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence

from fault_server import in_child, torn, tree

from memdir.journal import Change, Journal
from memdir.sessions.consolidate_lock import LOCK_NAME, read_lock
from memdir.sessions.consolidation import Place, Prepared, consolidate
from memdir.sessions.guards import Guarded
from memdir.sessions.inputs import gather
from memdir.sessions.operation import Operation
from memdir.sessions.runs import Runs
from memdir.sessions.taking_back import take_back

NOW = 1_700_000_000.0
BEFORE = 1_600_000_000.0
EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.utime", "os.chmod", "os.link", "fcntl.flock"}
MAX_STEPS = 900


def plan(root: str) -> Callable[[float | None, int], Prepared]:
    """A merge with its archive, an edit and the index: as long as the files are as they were."""

    def prepare(last_run: float | None, left: int) -> Prepared:
        inputs = gather(root, now=NOW)
        files = inputs.files
        if "beta.md" not in files:
            return Prepared((), inputs.memories)
        alpha, beta, gamma, index = (files[name] for name in ("alpha.md", "beta.md", "gamma.md", "MEMORY.md"))
        merge = Operation("merge", ("alpha.md", "beta.md"), "the same", (), (
            Change("alpha.md", alpha, alpha + b"About beta.\n"),
            Change(".archive/beta.md.archived", None, beta),
            Change("beta.md", beta, None),
        ))  # fmt: skip
        date = Operation("date", ("gamma.md",), "", (), (Change("gamma.md", gamma, gamma + b"2023-11-14\n"),))
        index_change = Change("MEMORY.md", index, index.replace(b"- [Beta](beta.md)\n", b""))
        return Prepared((merge, date, Operation("index", ("MEMORY.md",), "", (), (index_change,))), inputs.memories)

    return prepare


def everything(guarded: Sequence[Guarded]) -> list[str]:
    return ["" for _ in guarded]


def dream(place: Place) -> None:
    consolidate(place, plan(place.root), everything, now=NOW, digest=lambda: "digest")


def undo(place: Place) -> None:
    run = next((r for r in Runs(place.state_dir, place.root).newest() if r.outcome == "applied"), None)
    if run is not None:
        take_back(place, run, now=NOW + 1)


def killed_at(place: Place, step: int, action: Callable[[Place], None]) -> Callable[[], None]:
    def child() -> None:
        count = 0

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal count
            if event in EVENTS and (
                event == "fcntl.flock" or str(arguments[0]).startswith((place.root, place.state_dir))
            ):
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        action(place)

    return child


def main(top: str, command: str) -> dict[str, object]:
    origin = os.path.join(top, "origin")
    place = Place(os.path.join(top, "work"), os.path.join(top, "state"), 5.0)
    before = visible(origin)
    wrong: list[str] = []
    seen: set[str] = set()
    for step in range(1, MAX_STEPS):
        for folder in place[:2]:
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(origin, place.root)
        lock = os.path.join(place.root, LOCK_NAME)
        with open(lock, "wb"):
            os.utime(lock, (BEFORE, BEFORE))
        if command == "undo":
            dream(place)
        ended = in_child(killed_at(place, step, dream if command == "dream" else undo))
        if ended not in (0, -signal.SIGKILL):
            return {"steps": step, "wrong": [*wrong, f"step {step}: ended with {ended}"], "seen": sorted(seen)}
        half = torn(visible(place.root), before, place.root, place.state_dir)
        wrong += [f"step {step}: {name} is torn" for name in half]
        if ended != 0:
            in_child(killed_at(place, 1 + step * 7 % 23, dream))  # the next one is killed, too
        wrong += [f"step {step}: {said}" for said in look(place, before, seen, command)]
        if ended == 0:
            return {"steps": step, "wrong": wrong, "seen": sorted(seen)}
    return {"steps": MAX_STEPS, "wrong": [*wrong, "it never got through"], "seen": sorted(seen)}


def look(place: Place, before: dict[str, bytes], seen: set[str], command: str) -> list[str]:
    """What is wrong after the next whole run."""
    wrong = []
    consolidate(place, lambda last, left: Prepared(()), everything, now=NOW + 2)  # recovers, and does nothing else
    now = visible(place.root)
    seen.add("before" if now == before else "after")
    if now != before and (b"2023-11-14" not in now["gamma.md"] or "beta.md" in now or b"beta.md" in now["MEMORY.md"]):
        wrong.append(f"neither before nor after: {sorted(now)}")
    if command == "dream":
        dream(place)
        if visible(place.root).get("beta.md") is not None or not visible(place.root)["gamma.md"].endswith(b"11-14\n"):
            wrong.append("the next run does not do it")
        undo(place)
        if visible(place.root) != before:
            wrong.append("undo does not bring it back")
    state = read_lock(place.root, NOW + 3)
    if state.blocked or Runs(place.state_dir, place.root).killed() is not None:
        wrong.append("the lock is not free")
    outcomes = [run.outcome for run in Runs(place.state_dir, place.root).newest()]
    done = [t for t in Journal(place.state_dir, place.root).history() if t.state == "done" and not t.undoes]
    if outcomes.count("applied") != len(done) or not set(outcomes) <= {
        "applied",
        "undone",
        "rolled-back",
        "interrupted",
    }:
        wrong.append(f"the log says {outcomes}")
    left = [n for folder, _, names in os.walk(place.root) for n in names if n.startswith(".memdir")]
    return [*wrong, *([f"left behind: {left}"] if left else [])]


def visible(top: str) -> dict[str, bytes]:
    return {name: data for name, data in tree(top).items() if name != LOCK_NAME}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
