"""The predecessor's cases of the dream (formats/cersei.md §2, D1 to D10), by the library's calls of the same names, and
each of its failures (§1.6) as what does not happen here."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import memdir
from memdir.cli.workspace import Workspace
from memdir.environment import Environment
from memdir.sessions.agent_prompt import agent_prompt
from memdir.sessions.consolidate_lock import LOCK_NAME, read_lock
from memdir.sessions.seed_files import LOCK, STATE

NOW = 1_700_000_000.0
HOUR = 3600.0
DAY = 24 * HOUR
Opened = Callable[[float], Workspace]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """Opens the same directory at a time."""
    for name in ("memory", "conversations", "home"):
        (tmp_path / name).mkdir()

    def open_at(now: float) -> Workspace:
        environment = Environment(str(tmp_path), str(tmp_path / "home"), {}, "linux", lambda: now)
        return memdir.open(
            memory_dir=tmp_path / "memory", transcripts_dir=tmp_path / "conversations", cache_dir=tmp_path / "cache",
            state_dir=tmp_path / "state", environment=environment, background=False,
        )  # fmt: skip

    return open_at


def sessions(tmp_path: Path, count: int, at: float) -> None:
    for number in range(count):
        path = tmp_path / "conversations" / f"s{number}.jsonl"
        path.write_text("{}\n")
        os.utime(path, (at, at))


def ran(tmp_path: Path, ago: float) -> None:
    path = tmp_path / "memory" / LOCK_NAME
    path.write_bytes(b"")
    os.utime(path, (NOW - ago, NOW - ago))


@pytest.mark.parametrize(("ago", "passes"), [(None, True), (HOUR, False), (25 * HOUR, True), (DAY, True)])
def test_d1_to_d3_the_time_gate(opened: Opened, tmp_path: Path, ago: float | None, passes: bool) -> None:
    sessions(tmp_path, 6, NOW - 60)
    if ago is not None:
        ran(tmp_path, ago)
    assert opened(NOW).should_consolidate() is passes


@pytest.mark.parametrize(("count", "passes"), [(0, False), (4, False), (6, True)])
def test_d4_and_d5_the_session_gate(opened: Opened, tmp_path: Path, count: int, passes: bool) -> None:
    ran(tmp_path, DAY)
    sessions(tmp_path, count, NOW - 60)
    assert opened(NOW).should_consolidate() is passes


def test_d6_to_d8_the_lock(opened: Opened, tmp_path: Path) -> None:
    sessions(tmp_path, 6, NOW - 60)
    workspace = opened(NOW)
    assert workspace.should_consolidate()
    assert workspace.acquire_lock()
    assert (tmp_path / "memory" / LOCK_NAME).read_text() == str(os.getpid())
    assert not opened(NOW).should_consolidate()
    workspace.release_lock()
    assert not (tmp_path / "memory" / LOCK_NAME).exists()
    assert opened(NOW).should_consolidate()


def test_d9_the_state(opened: Opened, tmp_path: Path) -> None:
    workspace = opened(NOW)
    assert workspace.last_consolidated() is None
    assert workspace.acquire_lock()
    workspace.update_state()
    workspace.release_lock()
    assert workspace.last_consolidated() == NOW
    opened(NOW + 5).update_state()  # without the lock, too
    assert opened(NOW + 5).last_consolidated() == NOW + 5


def test_d10_the_prompt() -> None:
    text = agent_prompt(3, 200, 25_000)
    assert all(words in text for words in ("memory consolidation", "Orient", "Prune"))


# What fails there (§1.6)


def test_a_second_acquirer_does_not_succeed(opened: Opened) -> None:
    first, second = opened(NOW), opened(NOW)
    assert first.acquire_lock()
    assert not second.acquire_lock()
    second.release_lock()  # of one who has none
    assert read_lock(first.primary.root, NOW).blocked
    first.release_lock()
    assert second.acquire_lock()


def test_threads_racing_for_the_lock_have_one_winner(opened: Opened) -> None:
    won: list[bool] = []
    workspaces = [opened(NOW) for _ in range(8)]
    racing = [threading.Thread(target=lambda w=w: won.append(w.acquire_lock())) for w in workspaces]
    for thread in racing:
        thread.start()
    for thread in racing:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_the_lock_says_who_holds_it(opened: Opened) -> None:
    workspace = opened(NOW)
    assert workspace.acquire_lock()
    assert read_lock(workspace.primary.root, NOW).pid == os.getpid()


def test_a_crash_does_not_hold_the_lock(opened: Opened, tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        opened(NOW).acquire_lock()
        os._exit(0)
    os.waitpid(child, 0)
    assert (tmp_path / "memory" / LOCK_NAME).read_text() == str(child)
    assert opened(NOW + 1).acquire_lock()


def test_a_failure_is_no_run(opened: Opened, tmp_path: Path) -> None:
    ran(tmp_path, 2 * DAY)
    workspace = opened(NOW)
    assert workspace.acquire_lock()
    workspace.release_lock()  # without update_state: it failed
    assert workspace.last_consolidated() == NOW - 2 * DAY


@pytest.mark.parametrize("ahead", [90, HOUR + 1, 1e9])
def test_a_time_in_the_future_neither_panics_nor_passes(opened: Opened, tmp_path: Path, ahead: float) -> None:
    sessions(tmp_path, 6, NOW - 60)
    ran(tmp_path, -ahead)
    assert not opened(NOW).should_consolidate()
    (tmp_path / "memory" / STATE).write_text(json.dumps({"last_consolidated_at": 2**62}))
    assert not opened(NOW).should_consolidate()


def test_a_lock_from_the_future_does_not_let_everybody_pass(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "memory" / LOCK_NAME
    path.write_text(str(os.getpid()))
    os.utime(path, (NOW + 600, NOW + 600))
    assert not opened(NOW).acquire_lock()


def test_parts_and_the_running_session_are_not_counted_as_sessions(opened: Opened, tmp_path: Path) -> None:
    for name in ("a", "a_part2", "a_part3", "b", "c", "running"):
        path = tmp_path / "conversations" / f"{name}.jsonl"
        path.write_text("{}\n")
        os.utime(path, (NOW - 60, NOW - 60))
    (tmp_path / "conversations" / "nested").mkdir()
    assert not opened(NOW).should_consolidate()


def test_its_own_files_are_honoured_where_they_are(opened: Opened, tmp_path: Path) -> None:
    sessions(tmp_path, 6, NOW - 60)
    state, lock = tmp_path / "memory" / STATE, tmp_path / "memory" / LOCK
    state.write_text(json.dumps({"last_consolidated_at": int(NOW - HOUR), "lock_etag": None}))
    assert opened(NOW).last_consolidated() == NOW - HOUR
    assert not opened(NOW).should_consolidate()
    state.write_text("{ corrupt")
    assert opened(NOW).should_consolidate()
    lock.write_text(str(int(NOW)))
    os.utime(lock, (NOW, NOW))
    assert not opened(NOW).should_consolidate()
    os.utime(lock, (NOW - 3601, NOW - 3601))
    assert opened(NOW).should_consolidate()


def test_a_listing_of_sessions_is_not_made_at_every_call(opened: Opened, tmp_path: Path) -> None:
    assert not opened(NOW).should_consolidate()
    sessions(tmp_path, 6, NOW - 60)
    assert not opened(NOW + 300).should_consolidate()
    assert opened(NOW + 601).should_consolidate()
