"""The lock of a directory: one holder, named to those who wait; gone with its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from memdir import lock as lock_module
from memdir.errors import LockedError, StorageError
from memdir.files import LOCK_NAME
from memdir.lock import hold, holder

CHILD = """
import sys
from memdir.lock import hold
with hold(sys.argv[1], command="memdir tidy", now=1700000000.0):
    print("held", flush=True)
    sys.stdin.read()
"""


class Clock:
    """A clock that a sleep moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def child(root: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.communicate()


def test_the_file_is_there_while_held_and_gone_after(tmp_path: Path) -> None:
    with hold(str(tmp_path), command="memdir add", now=1_700_000_000.0):
        said = holder(str(tmp_path / LOCK_NAME))
        assert f"pid {os.getpid()}" in said
        assert "command memdir add" in said
        assert "since 2023-11-14T22:13:20.000Z" in said
    assert os.listdir(tmp_path) == []


def test_the_lock_is_released_when_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), hold(str(tmp_path)):
        raise ValueError("x")
    with hold(str(tmp_path), wait=0):
        pass


def test_another_process_is_named_after_the_wait(tmp_path: Path) -> None:
    process = child(tmp_path)
    clock = Clock()
    try:
        with (
            pytest.raises(LockedError) as caught,
            hold(str(tmp_path), wait=5.0, clock=clock, sleep=clock.sleep),
        ):
            pass
    finally:
        end(process)
    assert clock.now >= 5.0
    assert f"pid {process.pid}" in caught.value.message
    assert "memdir tidy" in caught.value.message
    assert caught.value.exit_code == 4


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    process = child(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert LOCK_NAME in os.listdir(tmp_path)
    with hold(str(tmp_path), wait=0):
        pass
    assert os.listdir(tmp_path) == []


def test_who_waits_gets_the_lock_when_it_is_free(tmp_path: Path) -> None:
    process = child(tmp_path)
    clock = Clock()

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        end(process)

    with hold(str(tmp_path), clock=clock, sleep=sleep):
        pass


def test_threads_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(20):
            with hold(str(tmp_path), wait=60):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 80


def test_a_lock_file_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"text")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / LOCK_NAME).symlink_to("../precious")
    with pytest.raises(StorageError), hold(str(tmp_path / "root"), wait=0):
        pass
    assert (tmp_path / "precious").read_bytes() == b"text"


def test_a_missing_directory_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="locking the directory failed"), hold(str(tmp_path / "none")):
        pass


def test_a_lock_file_of_others_says_little(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff\xfe nonsense")
    assert holder(str(tmp_path / "x")) == "unknown process"
    assert holder(str(tmp_path / "none")) == "unknown process"


def test_without_flock_an_exclusive_file_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_module, "HAS_FLOCK", False)
    clock = Clock()
    with (
        hold(str(tmp_path), command="memdir add"),
        pytest.raises(LockedError, match=f"pid {os.getpid()}"),
        hold(str(tmp_path), wait=1, clock=clock, sleep=clock.sleep),
    ):
        pass
    assert os.listdir(tmp_path) == []


def test_without_flock_a_dead_holder_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_module, "HAS_FLOCK", False)
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    with hold(str(tmp_path)):
        path = next(tmp_path.iterdir())
        text = path.read_text().replace(f"pid {os.getpid()}", f"pid {process.pid}")
    path.write_text(text)
    clock = Clock()
    with hold(str(tmp_path), wait=1, clock=clock, sleep=clock.sleep):
        pass
    assert os.listdir(tmp_path) == []


def test_a_file_system_without_flock_falls_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(descriptor: int, how: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(lock_module.fcntl, "flock", cannot)
    with hold(str(tmp_path)):
        assert os.listdir(tmp_path) == [f"{LOCK_NAME}.held"]
    assert os.listdir(tmp_path) == []
