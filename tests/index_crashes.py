"""Run as a program by `test_index_faults`: kill a sync at each of its steps, and see what the next command makes of it.

A step is any file system call below the cache that Python announces to an audit hook, and any write. The process that
syncs is a fork, killed with SIGKILL; this one then looks at what is left.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from directories import index_of, memory, results
from growing import append, at_once, growing, held, rewrite

from memdir.errors import MemdirError
from memdir.graph.section_file import SectionWriter

WORDS = ("okapi", "alpha", "beta")


class Steps:
    """Counts the steps of this process and ends it at one of them (0: never)."""

    def __init__(self, below: str, last: int) -> None:
        self.below, self.last, self.count = below, last, 0

    def step(self) -> None:
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, event: str, arguments: tuple[object, ...]) -> None:
        told = event.startswith("os.") or event in ("open", "shutil.rmtree")
        if told and any(isinstance(a, str) and a.startswith(self.below) for a in arguments):
            self.step()

    def install(self) -> None:
        put = SectionWriter._put

        def half(writer: SectionWriter, data: memoryview | bytes) -> None:
            put(writer, memoryview(data)[: len(data) // 2])
            self.step()
            put(writer, memoryview(data)[len(data) // 2 :])

        SectionWriter._put = half  # type: ignore[method-assign]
        sys.addaudithook(self.audit)


def in_fork(work: Callable[[], int]) -> int:
    """The wait status of a fork that does the work and exits with its result."""
    child = os.fork()
    if child == 0:
        code = 101
        try:
            code = work()
        except MemdirError:
            code = 100
        finally:
            if code == 101:
                traceback.print_exc()
            os._exit(code)
    return os.waitpid(child, 0)[1]


def prepare(root: Path, cache: Path, turn: int) -> None:
    """An index of the second generation, and changes that it does not have."""
    for number in range(6):
        memory(root, f"alpha{number}", f"alpha {'beta ' * number} turn {turn}")
    (root / "new.md").unlink(missing_ok=True)
    index = index_of(root, cache)
    index.rebuild()
    memory(root, "alpha3", f"okapi turn {turn}, longer than before")
    memory(root, "new", f"okapi beta {turn}")
    (root / "alpha1.md").unlink()
    index.close()


def check(root: Path, cache: Path, turn: int) -> str:
    """The next reader answers as the scan does, the next writer works and cleans up. Gives who answered."""
    scan = results(index_of(root, None).refresh(), WORDS)
    reader = index_of(root, cache)
    answer = reader.refresh()
    assert results(answer, WORDS) == scan, turn
    writer = index_of(root, cache)
    writer.sync(wait=0.0)
    assert results(reader.refresh(), WORDS) == scan, turn
    assert not writer.verify().problems, turn
    reader.close()
    writer.close()
    index_of(root, cache).rebuild()
    homes = list(cache.iterdir())
    assert len(homes) == 1, homes
    left = sorted(path.name for path in homes[0].iterdir())
    assert len(left) == 3, left  # current, root, one generation
    return answer.answered_by


def killed(root: Path, cache: Path, *, first: bool) -> None:
    """Kill at step 1, 2, 3 ... until the sync gets through."""
    answered: dict[str, int] = {}
    for turn in range(1, 1000):
        prepare(root, cache, turn)
        if first:
            index_of(root, cache).drop()

        def work(turn: int = turn) -> int:
            steps = Steps(str(cache), turn)
            steps.install()
            index_of(root, cache).sync()
            return 0

        status = in_fork(work)
        by = check(root, cache, turn)
        answered[by] = answered.get(by, 0) + 1
        if status == 0:
            assert turn > 15, turn
            print("killed at", turn - 1, "steps; answered by", answered)
            return
        assert os.WIFSIGNALED(status), status
    raise AssertionError("the sync never got through")


def full(root: Path, cache: Path) -> None:
    """No file may grow over a limit, as on a full disk."""
    failures = 0
    for turn, limit in enumerate([0, 1, 10, 100, 500, 1000, 1500, 2000, 3000, 5000]):
        prepare(root, cache, turn)

        def work(limit: int = limit) -> int:
            sys.dont_write_bytecode = True  # Python 3.11 would leave cut-off .pyc files in the checkout
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            index = index_of(root, cache)
            index.refresh()
            if index.maybe_publish() is not None:
                return 0
            index.sync()
            return 1

        status = in_fork(work)
        code = os.waitstatus_to_exitcode(status)
        assert code in (0, 100), code
        failures += code == 100
        assert check(root, cache, turn) == ("mixed" if code else "index")
    assert 5 < failures < 10, failures
    print("full", failures)


def grown(root: Path, cache: Path) -> None:
    """Kill the sync of an index of growing files at step 1, 2, 3 ... until it gets through."""
    answered: dict[str, int] = {}
    (root / "p").mkdir(parents=True)
    for turn in range(1, 1000):
        for number in range(6):
            append(root, f"p/{number}.log", f"alpha beta{number} turn{turn}\n+more of it\n")
        growing(root, cache).sync()
        append(root, "p/3.log", f"+okapi turn{turn}\ngamma\n")
        append(root, f"new{turn}.log", "okapi\n")
        rewrite(root, "p/1.log", f"delta {turn}\n")
        if turn % 3 == 0:
            growing(root, cache).drop()

        def work(turn: int = turn) -> int:
            steps = Steps(str(cache), turn)
            steps.install()
            growing(root, cache).sync()
            return 0

        status = in_fork(work)
        answer = growing(root, cache).refresh()
        assert answer is not None
        answered[answer.answered_by] = answered.get(answer.answered_by, 0) + 1
        assert held(answer, root / "one") == at_once(root, root / "two"), turn
        growing(root, cache).sync(fresh=True)
        left = sorted(path.name for path in next(cache.iterdir()).iterdir())
        assert len(left) == 3, left  # current, root, one generation
        if status == 0 and turn % 3:
            assert turn > 15, turn
            print("killed at", turn - 1, "steps; answered by", answered)
            return
        assert status == 0 or os.WIFSIGNALED(status), status
    raise AssertionError("the sync never got through")


if __name__ == "__main__":
    place = Path(sys.argv[2])
    place.mkdir()
    memories = place / "memory"
    if sys.argv[1] == "growing":
        grown(place / "logs", place / "cache")
    elif sys.argv[1] == "full":
        full(memories, place / "cache")
    else:
        killed(memories, place / "cache", first=sys.argv[1] == "first")
