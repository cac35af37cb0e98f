"""Run by test_write_faults in a process of its own: an operation, stopped at its n-th system call, for every n.

Each try is a forked child in a fresh copy of the directory. The n-th event of the interpreter's audit of file calls
kills it (`kill`; the next command, which recovers, is killed too), or fails with "no space left on device" once
(`fail`), or from then on for all that would need space (`full`). Afterwards the next changing command must find the
directory as before or as after, and nothing else. Prints one JSON object: how many steps there were, what was wrong.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable

from memdir import annotate, archive, move, operations
from memdir.changes import Plan, apply
from memdir.errors import MemdirError
from memdir.journal import Journal
from memdir.lock import hold
from memdir.store import Store
from memdir.tidying import plan_tidy

NOW = 1_700_000_000.0
MAX_STEPS = 500
EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.utime", "os.chmod", "fcntl.flock"}
NEEDS_SPACE = {"os.mkdir", "open"}

PLANS: dict[str, Callable[[Store], Plan]] = {
    "add": lambda s: operations.add(s, operations.New("The build runs on node 22.", namespace="ci"), now=NOW),
    "rm": lambda s: archive.remove(s, ["alpha", "beta"]),
    "mv": lambda s: move.move(s, "alpha", "folder/omega"),
    "supersede": lambda s: operations.supersede(s, "alpha", "beta", now=NOW),
    "tag": lambda s: annotate.tag(s, "alpha", ["x"]),
    "tidy": lambda s: plan_tidy(s, now=NOW).plan,
}


def main(top: str, command: str, how: str) -> dict[str, object]:
    origin = os.path.join(top, "origin")
    if command == "undo":
        apply(origin, os.path.join(top, "state-before"), PLANS["mv"], command="mv", now=NOW)
    before = tree(origin)
    work = os.path.join(top, "work")
    state = os.path.join(top, "state")
    wrong: list[str] = []
    seen: set[str] = set()
    finished: dict[str, bytes] = {}
    step = 0
    while True:
        step += 1
        for folder in (work, state):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(origin, work)
        if command == "undo":
            shutil.copytree(os.path.join(top, "state-before"), state)
        ended = in_child(lambda n=step: run(work, state, command, n, how))
        if ended not in ((0, -signal.SIGKILL) if how == "kill" else (0, 3, 4)) or step > MAX_STEPS:
            return {
                "steps": step,
                "wrong": [*wrong, f"step {step}: the child ended with {ended}"],
                "seen": sorted(seen),
            }
        found = tree(work)
        wrong += [f"step {step}: {name} is torn" for name in torn(found, before, work, state)]
        if how == "kill":
            in_child(lambda n=step: run(work, state, "recover", 1 + n * 7 % 19, how))  # killed while it recovers, too
        recover(work, state)
        left = [name for name in os.listdir(work) if name.startswith(".memdir")]
        if left:
            wrong.append(f"step {step}: {left} left behind")
        after = tree(work)
        seen.add("before" if after == before else "after")
        if after != before:
            finished = finished or after
            if after != finished:
                wrong.append(f"step {step}: neither before nor after: {sorted(after)}")
            if command != "undo":
                undo(work, state)
                if tree(work) != before:
                    wrong.append(f"step {step}: undo does not bring it back")
        if ended == 0:
            return {"steps": step, "wrong": wrong, "seen": sorted(seen)}


def run(work: str, state: str, command: str, step: int, how: str) -> None:
    count = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        if event not in EVENTS or (event == "open" and not str(arguments[0]).startswith((work, state))):
            return
        flags = arguments[2] if event == "open" else os.O_CREAT
        writes = isinstance(flags, int) and flags & os.O_CREAT != 0
        if how != "kill" and not writes:
            return  # reading needs no space
        count += 1
        if how == "kill" and count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        if (how == "fail" and count == step) or (how == "full" and count >= step and event in NEEDS_SPACE):
            raise OSError(errno.ENOSPC, "No space left on device")

    sys.addaudithook(hook)
    try:
        perform(work, state, command)
    except MemdirError:
        os._exit(3)
    if count >= step:
        os._exit(4)  # it went wrong where it did not matter


def perform(work: str, state: str, command: str) -> None:
    if command == "undo":
        undo(work, state)
    elif command == "recover":
        recover(work, state)
    else:
        apply(work, state, PLANS[command], command=command, now=NOW)


def undo(work: str, state: str) -> None:
    with hold(work, wait=0):
        journal = Journal(state, work)
        journal.recover()
        journal.undo(1, now=NOW)


def recover(work: str, state: str) -> None:
    apply(work, state, lambda store: Plan("look", ()), command="next", now=NOW)


def in_child(action: Callable[[], None]) -> int:
    process = os.fork()
    if process == 0:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - a forked child must never return into the loop
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(9)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def torn(found: dict[str, bytes], before: dict[str, bytes], work: str, state: str) -> list[str]:
    """Files that hold neither what they held nor what the journal says they should, before any recovery."""
    allowed: dict[str, set[bytes]] = {name: {data} for name, data in before.items()}
    for transaction in Journal(state, work).history():
        for change in transaction.changes:
            for data in (change.before, change.after):
                if data is not None:
                    allowed.setdefault(change.path, set()).add(data)
    return [name for name, data in found.items() if data not in allowed.get(name, set())]


def tree(top: str) -> dict[str, bytes]:
    found = {}
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, top)
            if not name.startswith(".memdir"):
                with open(path, "rb") as file:
                    found[relative] = file.read()
    return found


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
