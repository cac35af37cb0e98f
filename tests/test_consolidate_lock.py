"""`.consolidate-lock`: Claude Code's meaning, taken by exactly one, put back on failure, never in the way for long."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sandbox import TOP

from memdir.errors import LockedError
from memdir.lock import hold
from memdir.sessions.consolidate_lock import LOCK_NAME, acquire, alive, mark_run, read_lock, rewind_to

NOW = 1_700_000_000.0
HOUR = 3600.0


def lay(root: Path, body: bytes, age: float) -> Path:
    """A lock file with this body, `age` seconds before `NOW`."""
    path = root / LOCK_NAME
    path.write_bytes(body)
    os.utime(path, (NOW - age, NOW - age))
    return path


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_fresh_directory_has_no_last_run_and_nobody_blocks(tmp_path: Path) -> None:
    assert read_lock(str(tmp_path), NOW) == (None, None, False, 0.0)
    assert read_lock(str(tmp_path / "missing"), NOW).last_run is None


def test_taking_writes_pid_and_time_and_blocks(tmp_path: Path) -> None:
    held = acquire(str(tmp_path), NOW)
    assert held is not None and held.still_ours()
    assert (tmp_path / LOCK_NAME).read_text() == str(os.getpid())
    state = read_lock(str(tmp_path), NOW + 60)
    assert (state.last_run, state.pid, state.blocked, state.seconds_left) == (NOW, os.getpid(), True, HOUR - 60)
    assert acquire(str(tmp_path), NOW + 60) is None
    assert os.listdir(tmp_path) == [LOCK_NAME]


def test_after_a_success_the_time_stays_and_the_same_process_may_run_again(tmp_path: Path) -> None:
    held = acquire(str(tmp_path), NOW)
    assert held is not None
    held.succeed()
    assert (tmp_path / LOCK_NAME).read_bytes() == b""
    assert read_lock(str(tmp_path), NOW + 1).last_run == NOW
    assert acquire(str(tmp_path), NOW + 1) is not None


@pytest.mark.parametrize("age", [90_000.0, 0.125])
def test_a_failure_puts_the_time_back_to_the_nanosecond(tmp_path: Path, age: float) -> None:
    path = lay(tmp_path, b"", age)
    before = path.stat().st_mtime_ns
    held = acquire(str(tmp_path), NOW)
    assert held is not None
    held.rewind()
    held.succeed()  # a second ending does nothing
    assert (path.stat().st_mtime_ns, path.read_bytes()) == (before, b"")


def test_a_failed_first_run_leaves_no_file(tmp_path: Path) -> None:
    held = acquire(str(tmp_path), NOW)
    assert held is not None
    held.rewind()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("age", [0, HOUR - 1, HOUR, -HOUR + 1])
def test_a_living_holder_blocks_for_an_hour_in_either_direction(tmp_path: Path, age: float) -> None:
    lay(tmp_path, str(os.getpid()).encode(), age)
    assert read_lock(str(tmp_path), NOW).blocked
    assert acquire(str(tmp_path), NOW) is None


@pytest.mark.parametrize("age", [HOUR + 1, 1e6, -HOUR - 1, -1e9])
def test_a_stale_lock_and_one_from_the_future_do_not_block(tmp_path: Path, age: float) -> None:
    lay(tmp_path, str(os.getpid()).encode(), age)
    held = acquire(str(tmp_path), NOW)
    assert held is not None and read_lock(str(tmp_path), NOW).last_run == NOW


BODIES = [b"", b"garbage", b"-1", b"0", b"99999999999999999999", b"\xff\xfe", b"12 34", "²".encode(), b"x" * 100_000]


@pytest.mark.parametrize("body", BODIES, ids=lambda b: repr(b[:12]))
def test_a_body_that_is_no_pid_does_not_block(tmp_path: Path, body: bytes) -> None:
    lay(tmp_path, body, 10)
    assert read_lock(str(tmp_path), NOW).pid is None
    assert acquire(str(tmp_path), NOW) is not None


def test_a_dead_holder_does_not_block(tmp_path: Path) -> None:
    lay(tmp_path, b" %d\n" % dead_pid(), 10)
    assert acquire(str(tmp_path), NOW) is not None


def test_a_process_of_another_user_lives() -> None:
    assert alive(1)
    assert not alive(dead_pid())


def test_claude_code_that_overwrites_the_lock_has_it_and_keeps_it(tmp_path: Path) -> None:
    held = acquire(str(tmp_path), NOW)
    assert held is not None
    (tmp_path / LOCK_NAME).write_text("1")
    assert not held.still_ours()
    held.rewind()
    assert (tmp_path / LOCK_NAME).read_text() == "1"


def test_a_lock_that_is_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "memory"
    root.mkdir()
    (tmp_path / "precious").write_text("12")
    (root / LOCK_NAME).symlink_to("../precious")
    held = acquire(str(root), NOW)
    assert held is not None
    held.succeed()
    assert (tmp_path / "precious").read_text() == "12"
    assert not (root / LOCK_NAME).is_symlink()


def test_another_changing_command_is_named(tmp_path: Path) -> None:
    with hold(str(tmp_path), command="memdir tidy"), pytest.raises(LockedError, match="memdir tidy"):
        acquire(str(tmp_path), NOW, wait=0.0)


def test_what_a_killed_run_left_is_put_back_only_when_it_is_its_own(tmp_path: Path) -> None:
    pid = dead_pid()
    path = lay(tmp_path, str(pid).encode(), 10)
    assert not rewind_to(str(tmp_path), pid + 1, 5)
    assert rewind_to(str(tmp_path), pid, int((NOW - 1e5) * 1e9))
    assert path.stat().st_mtime == NOW - 1e5
    lay(tmp_path, str(pid).encode(), 10)
    assert rewind_to(str(tmp_path), pid, None)
    assert not path.exists()


def test_marking_a_run_without_the_lock(tmp_path: Path) -> None:
    mark_run(str(tmp_path), NOW)
    state = read_lock(str(tmp_path), NOW)
    assert (state.last_run, state.blocked) == (NOW, False)


RACER = """
import sys, time
from memdir.sessions.consolidate_lock import acquire
root, start = sys.argv[1], float(sys.argv[2])
sys.stdin.readline()
held = acquire(root, start, wait=60.0)
print("won" if held is not None and held.still_ours() else "lost", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("before", [None, b"", b"1 dead"])
def test_of_twenty_processes_exactly_one_wins(tmp_path: Path, before: bytes | None) -> None:
    if before is not None:
        lay(tmp_path, str(dead_pid()).encode() if before else b"", 7200)
    environment = {**os.environ, "PYTHONPATH": str(TOP)}
    racing = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(tmp_path), str(NOW)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )
        for _ in range(20)
    ]  # fmt: skip
    for process in racing:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.stdout.readline().strip() for process in racing if process.stdout is not None]
    for process in racing:
        process.communicate("end\n")
    assert sorted(answers) == ["lost"] * 19 + ["won"]
    assert os.listdir(tmp_path) == [LOCK_NAME]
