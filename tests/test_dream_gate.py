"""The dream's gates: in their order, explained, and neither fooled by clocks nor by sessions that do not count."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox import TOP, Sandbox
from test_consolidate_lock import dead_pid, lay

from memdir.sessions.attempts import UNATTENDED, Attempts
from memdir.sessions.consolidate_lock import LOCK_NAME
from memdir.sessions.gate import Gate, Switch, Verdict, evaluate, last_run
from memdir.sessions.own_sessions import add_own_session, is_own, own_sessions
from memdir.sessions.seed_files import LOCK, STATE, release_seed_lock, take_seed_lock
from memdir.sessions.session_list import sessions_since

NOW = 1_700_000_000.0
HOUR = 3600.0
DAY = 24 * HOUR


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    for name in ("memory", "transcripts"):
        (tmp_path / name).mkdir()
    return Gate(str(tmp_path / "memory"), str(tmp_path / "state" / "key"), (str(tmp_path / "transcripts"),),
                own_dir=str(tmp_path / "state"))  # fmt: skip


def sessions(gate: Gate, count: int, *, at: float = NOW - HOUR, name: str = "s") -> None:
    for number in range(count):
        path = Path(gate.transcripts[0]) / f"{name}{number}.jsonl"
        path.write_text("{}\n")
        os.utime(path, (at, at))


def names(verdict: Verdict) -> list[str]:
    return [check.name for check in verdict.checks]


def test_a_first_run_is_due_with_five_sessions(gate: Gate) -> None:
    sessions(gate, 5)
    verdict = evaluate(gate, NOW)
    assert verdict.due and verdict.because == "" and verdict.last_run is None
    assert names(verdict) == ["switch", "wait", "time", "sessions", "lock"]


def test_the_first_no_ends_it_and_says_how_far_it_is(gate: Gate) -> None:
    lay(Path(gate.root), b"", 20 * HOUR)
    verdict = evaluate(gate, NOW)
    assert names(verdict) == ["switch", "wait", "time"]
    check = verdict.checks[-1]
    assert (check.have, check.need, check.until) == (20.0, 24.0, NOW + 4 * HOUR)
    assert verdict.because == "last run 20.0 h ago, 24 h needed: 4.0 h more"
    assert names(evaluate(gate, NOW, every=True)) == ["switch", "wait", "time", "sessions", "lock"]


@pytest.mark.parametrize(("age", "due"), [(DAY - 1, False), (DAY, True), (25 * HOUR, True), (HOUR, False)])
def test_exactly_24_hours_pass(gate: Gate, age: float, due: bool) -> None:
    lay(Path(gate.root), b"", age)
    sessions(gate, 6)
    assert evaluate(gate, NOW).due is due


@pytest.mark.parametrize(("count", "due"), [(0, False), (4, False), (5, True), (6, True)])
def test_five_sessions_are_needed(gate: Gate, count: int, due: bool) -> None:
    sessions(gate, count)
    assert evaluate(gate, NOW).due is due


def test_what_is_no_session_of_somebodys_work_does_not_count(gate: Gate) -> None:
    folder = Path(gate.transcripts[0])
    lay(Path(gate.root), b"", 30 * HOUR)
    sessions(gate, 3)
    sessions(gate, 9, at=NOW - 40 * HOUR, name="old")
    sessions(gate, 9, at=NOW + 9e6, name="future")
    sessions(gate, 2, name="agent-")
    for name in ("s0_part2.jsonl", "s0_part3.jsonl", "current.jsonl", "mine.jsonl", "notes.txt"):
        (folder / name).write_text("")
        os.utime(folder / name, (NOW, NOW))
    (folder / "s1").mkdir()
    (folder / "s1" / "nested.jsonl").write_text("")
    (folder / "folder.jsonl").mkdir()
    assert add_own_session(str(gate.own_dir), "mine")
    check = evaluate(gate._replace(current="current"), NOW, every=True).checks[3]
    assert (check.have, check.passed) == (3, False)
    assert "9 with a time in the future left out" in check.said


def test_a_missing_transcripts_directory_is_no_session(gate: Gate) -> None:
    assert evaluate(gate._replace(transcripts=("/nowhere",)), NOW).because == "0 of 5 sessions so far"


def test_sessions_are_listed_at_most_every_ten_minutes(gate: Gate) -> None:
    sessions(gate, 4)
    assert not evaluate(gate, NOW).due
    sessions(gate, 9, name="more")
    again = evaluate(gate, NOW + 599)
    assert again.checks[3].said == "4 of 5 sessions so far, listed 10 min ago" and not again.due
    assert evaluate(gate, NOW + 600).due
    assert evaluate(gate, NOW - DAY, every=True).checks[3].have == 0  # the clock went back: listed anew, all future


@pytest.mark.parametrize("text", ["", "{", "[]", '{"taken": "x"}', '{"taken": 1e999, "key": 1, "sessions": 7}', "\0"])
def test_torn_state_is_listed_anew(gate: Gate, text: str) -> None:
    sessions(gate, 5)
    runs = Attempts(str(gate.state_dir))
    for path in (Path(runs.gate_file), Path(runs.directory) / "state.json", Path(runs.directory) / "clock.json"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert evaluate(gate, NOW).due


def test_a_state_directory_that_cannot_be_written_stops_nothing(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    sessions(gate, 5)
    assert evaluate(gate, NOW).due
    lay(Path(gate.root), b"", -9e8)
    assert not evaluate(gate, NOW).due
    assert evaluate(gate._replace(state_dir=None, own_dir=None), NOW).because.startswith("last run 0 s ago")


def test_a_switch_that_is_off_is_named(gate: Gate) -> None:
    sessions(gate, 5)
    off = gate._replace(switches=(Switch(True, "dream.auto is plan"), Switch(False, "autoDreamEnabled is false")))
    assert evaluate(off, NOW).because == "autoDreamEnabled is false"


def test_a_living_holder_says_no(gate: Gate) -> None:
    sessions(gate, 5)
    lay(Path(gate.root), str(os.getpid()).encode(), 600)
    verdict = evaluate(gate._replace(min_hours=0.0, min_sessions=0), NOW)
    assert verdict.because == f"pid {os.getpid()} is consolidating (for 50 min more at most)"
    assert verdict.checks[-1].until == NOW + 3000


# The predecessor's files


def seed_state(gate: Gate, text: str) -> Path:
    path = Path(gate.root) / STATE
    path.write_text(text)
    return path


def test_the_predecessors_run_counts(gate: Gate) -> None:
    sessions(gate, 5)
    seed_state(gate, json.dumps({"last_consolidated_at": int(NOW - HOUR), "lock_etag": None}))
    assert evaluate(gate, NOW).because.startswith("last run 60 min ago")
    assert last_run(gate.root, None) == NOW - HOUR


@pytest.mark.parametrize("text", ["", "{", "null", '{"last_consolidated_at": null}', '{"last_consolidated_at": "x"}'])
def test_the_predecessors_damaged_state_is_no_run(gate: Gate, text: str) -> None:
    sessions(gate, 5)
    seed_state(gate, text)
    assert evaluate(gate, NOW).due


@pytest.mark.parametrize(("age", "due"), [(0, False), (3600, False), (3601, True), (-3600, False), (-1e9, True)])
def test_the_predecessors_lock_blocks_for_an_hour(gate: Gate, age: float, due: bool) -> None:
    sessions(gate, 5)
    path = Path(gate.root) / LOCK
    path.write_text(str(int(NOW)))
    os.utime(path, (NOW - age, NOW - age))
    assert evaluate(gate, NOW).due is due


def test_where_the_predecessor_is_it_is_told(gate: Gate) -> None:
    assert take_seed_lock(gate.root, NOW)
    release_seed_lock(gate.root, NOW, done=True)
    assert os.listdir(gate.root) == []  # nothing of it is made anew
    state = seed_state(gate, '{"last_consolidated_at": 5, "lock_etag": null, "more": 1}')
    assert take_seed_lock(gate.root, NOW)
    os.utime(Path(gate.root) / LOCK, (NOW, NOW))
    assert not take_seed_lock(gate.root, NOW + 5)
    release_seed_lock(gate.root, NOW, done=True)
    assert json.loads(state.read_text()) == {"last_consolidated_at": int(NOW), "lock_etag": None, "more": 1}
    assert os.listdir(gate.root) == [STATE]


# Clocks


def test_a_last_run_in_the_future_neither_panics_nor_passes_nor_blocks_for_years(gate: Gate) -> None:
    lay(Path(gate.root), b"", -1e9)
    sessions(gate, 9, at=NOW + HOUR)
    assert evaluate(gate, NOW).because.startswith("last run 0 s ago")
    assert not evaluate(gate, NOW + DAY - 1).due
    assert evaluate(gate, NOW + DAY).due  # a day after it was first seen


def test_a_clock_that_went_back_and_came_forward_again_does_not_run_twice(gate: Gate) -> None:
    lay(Path(gate.root), b"", 0)  # ran at NOW
    sessions(gate, 9, at=NOW + 60)
    assert not evaluate(gate, NOW - 1e8).due
    assert not evaluate(gate, NOW + HOUR).due
    assert evaluate(gate, NOW + DAY).due


TIMES = st.floats(-1e12, 1e12, allow_nan=False)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(TIMES, min_size=1, max_size=4), st.integers(-(2**31), 2**33), st.integers(0, 2**33))
def test_no_clock_and_no_file_time_is_an_error(
    tmp_path_factory: pytest.TempPathFactory, nows: list[float], at: int, seed: int
) -> None:
    top = tmp_path_factory.mktemp("clocks")
    (top / "memory").mkdir()
    lock = top / "memory" / LOCK_NAME
    lock.write_bytes(b"1")
    os.utime(lock, (at, at))
    (top / "memory" / STATE).write_text(json.dumps({"last_consolidated_at": seed}))
    gate = Gate(str(top / "memory"), str(top / "state"), (str(top),), min_sessions=0)
    for now in nows:
        for check in evaluate(gate, now, every=True).checks:
            assert check.said


# Failed runs


def test_a_failed_run_waits_an_hour_and_at_most_two_fail_in_a_day(gate: Gate) -> None:
    sessions(gate, 5)
    runs = Attempts(str(gate.state_dir))
    runs.failed(NOW)
    assert evaluate(gate, NOW + 10).because == "1 failed in a row: waits 60 min more"
    assert evaluate(gate, NOW + HOUR).due
    runs.failed(NOW + HOUR)
    assert not evaluate(gate, NOW + 4 * HOUR).due  # the second within a day: no third
    assert evaluate(gate, NOW + DAY).due
    runs.succeeded()
    assert runs.waiting(NOW + DAY).failures == 0


def test_the_wait_doubles_up_to_a_day(gate: Gate) -> None:
    runs = Attempts(str(gate.state_dir))
    waits, at = [], NOW
    for _ in range(8):
        runs.failed(at)
        until = runs.waiting(at).until
        assert until is not None
        waits.append((until - at) / HOUR)
        at += 7 * DAY  # far apart, so that the limit of a day does not count
    assert waits == [1, 2, 4, 8, 16, 24, 24, 24]


def test_a_failure_in_the_future_blocks_no_longer_than_one_now(gate: Gate) -> None:
    runs = Attempts(str(gate.state_dir))
    runs.failed(NOW + 1e9)
    assert runs.waiting(NOW).until == NOW + HOUR


def test_a_killed_run_gives_its_time_back_and_an_unattended_one_has_failed(gate: Gate) -> None:
    sessions(gate, 5)
    pid = dead_pid()
    lay(Path(gate.root), str(pid).encode(), 60)
    runs = Attempts(str(gate.state_dir))
    runs.running(pid, int((NOW - 2 * DAY) * 1e9), UNATTENDED)
    verdict = evaluate(gate, NOW)
    assert verdict.last_run == NOW - 2 * DAY
    assert verdict.because.startswith("1 failed in a row")
    assert evaluate(gate, NOW + 2 * HOUR).due
    assert runs.killed() is None


# Own sessions


def test_own_sessions_are_written_down_once_known(tmp_path: Path) -> None:
    assert own_sessions(None) == own_sessions(str(tmp_path)) == frozenset()
    assert not add_own_session(str(tmp_path), "../evil\nid") and not add_own_session(str(tmp_path), "")
    assert add_own_session(str(tmp_path / "s"), "a-1") and add_own_session(str(tmp_path / "s"), "b-2")
    assert own_sessions(str(tmp_path / "s")) == {"a-1", "b-2"}
    assert is_own({"MEMDIR_OWN_SESSION": "1"}) and not is_own({})


def test_a_listing_is_kept_for_its_own_question_only(gate: Gate, tmp_path: Path) -> None:
    sessions(gate, 3)
    kept = str(tmp_path / "kept" / "list.json")
    first = sessions_since(gate.transcripts, 0.0, NOW, kept_in=kept)
    assert first.sessions == ("s0", "s1", "s2")
    assert sessions_since(gate.transcripts, 1.0, NOW + 1, kept_in=kept).taken == NOW + 1
    assert sessions_since(gate.transcripts, 1.0, NOW + 5, kept_in=kept, without={"s1"}).sessions == ("s0", "s2")


# The command


def test_status_explains_each_gate(sample: Sandbox) -> None:
    shown = sample.run("dream")
    assert shown.code == 0
    lines = [line.split()[0] for line in shown.out.splitlines()]
    assert lines == ["memory", "dream", "switch", "wait", "time", "sessions", "lock", "plan"]
    told = json.loads(sample.run("dream", "--json").out)
    assert told["schema"] == "memdir.dream/1"
    assert [gate["gate"] for gate in told["gates"]] == ["switch", "wait", "time", "sessions", "lock"]
    assert told["due"] is False and told["auto"] == "plan" and told["run"] is None


def test_settings_and_variables_move_the_gates(sample: Sandbox) -> None:
    env = {"MEMDIR_DREAM_MIN_HOURS": "0", "MEMDIR_DREAM_MIN_SESSIONS": "0"}
    assert json.loads(sample.run("dream", "--json", **env).out)["due"] is True
    off = json.loads(sample.run("dream", "--json", MEMDIR_DREAM_AUTO="off", **env).out)
    assert (off["due"], off["because"]) == (False, "dream.auto is off")


def test_claude_codes_switches_are_respected(sample: Sandbox) -> None:
    env = {"MEMDIR_DREAM_MIN_HOURS": "0", "MEMDIR_DREAM_MIN_SESSIONS": "0"}
    (sample.home / ".claude").mkdir(exist_ok=True)
    (sample.home / ".claude" / "settings.json").write_text('{"autoDreamEnabled": false}')
    told = json.loads(sample.run("dream", "--json", **env).out)
    assert told["because"] == "autoDreamEnabled is false in Claude Code's settings"
    assert json.loads(sample.run("dream", "--json", MEMDIR_DREAM_AUTO="plan", **env).out)["due"] is True
    (sample.home / ".claude" / "settings.json").write_text('{"autoMemoryEnabled": false}')
    assert json.loads(sample.run("dream", "--json", **env).out)["because"] == "auto memory is off in Claude Code"


def test_memdirs_own_switches_are_respected(sample: Sandbox) -> None:
    env = {"MEMDIR_DREAM_MIN_HOURS": "0", "MEMDIR_DREAM_MIN_SESSIONS": "0"}
    assert json.loads(sample.run("dream", "--json", MEMDIR_DISABLE="1", **env).out)["because"] == "MEMDIR_DISABLE=1"
    sample.run("pause")
    assert "memdir resume" in json.loads(sample.run("dream", "--json", **env).out)["because"]
    assert sample.run("dream", "run", "--yes").code == 0  # by hand it still works


def test_asking_the_gates_loads_little() -> None:
    program = "import sys, memdir.sessions.gate_of_project; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(TOP)}
    )
    heavy = {
        "sqlite3",
        "socket",
        "subprocess",
        "difflib",
        "orjson",
        "tempfile",
        "memdir.journal",
        "memdir.scan",
        "typer",
    }
    assert heavy & set(done.stdout.split()) == set()
