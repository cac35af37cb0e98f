"""Writing when things go wrong: killed at every step, disk full, read-only, locked, others writing at the same time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox import TOP

from memdir.changes import Plan, apply
from memdir.errors import LockedError, StorageError
from memdir.journal import Journal
from memdir.lock import hold
from memdir.memory_index import entries
from memdir.operations import New, add, edit_fields
from memdir.scan import scan
from memdir.store import Store

MEMORY = "---\nname: {name}\ndescription: {name} words\nmetadata:\n  type: project\n---\n\nAbout {name}. {more}\n"


def make(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "alpha.md").write_text(MEMORY.format(name="alpha", more="See [[beta]]."))
    (folder / "beta.md").write_text(MEMORY.format(name="beta", more="See [[alpha]] and [[gamma]]."))
    (folder / "gamma.md").write_text(MEMORY.format(name="gamma", more="See [[alpha]]."))
    (folder / "MEMORY.md").write_text("# Index\n\n- [Alpha](alpha.md) — a\n- [Gone](gone.md) — x\n- [Beta](beta.md)\n")


def python(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(TOP), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, env=environment, check=False, timeout=120
    )


STOPS = [(command, "kill") for command in ("add", "rm", "mv", "supersede", "tag", "tidy", "undo")]
STOPS += [(command, how) for command in ("add", "mv") for how in ("fail", "full")]


@pytest.mark.parametrize(("command", "how"), STOPS)
def test_stopped_at_every_step_it_is_whole_or_undone(tmp_path: Path, command: str, how: str) -> None:
    make(tmp_path / "origin")
    done = python(str(TOP / "tests" / "fault_server.py"), str(tmp_path), command, how)
    assert done.stderr == ""
    result = json.loads(done.stdout)
    assert result["wrong"] == []
    assert result["steps"] > 8
    assert "after" in result["seen"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make(tmp_path / "memory")
    return tmp_path / "memory"


@pytest.fixture
def state(tmp_path: Path) -> str:
    return str(tmp_path / "state")


ADDER = """
import sys
from memdir.changes import apply
from memdir.operations import New, add
root, state, who = sys.argv[1:]
for n in range(5):
    new = New(f"Process {who} notes fact number {n}.", name=f"p{who}-n{n}")
    apply(root, state, lambda store: add(store, new, now=1.7e9), command="memdir add", now=1.7e9, wait=120.0)
"""


def test_twenty_processes_adding_five_each_lose_nothing(root: Path, state: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(TOP)}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", ADDER, str(root), state, str(n)], stderr=subprocess.PIPE, text=True, env=environment
        )
        for n in range(20)
    ]
    assert [process.communicate()[1] for process in running] == [""] * 20
    expected = {f"p{who}-n{n}.md" for who in range(20) for n in range(5)}
    assert {memory.id for memory in scan(str(root)).memories} >= expected
    listed = [entry.target for entry in entries((root / "MEMORY.md").read_text())]
    assert expected <= set(listed)
    assert len(listed) == len(set(listed))
    assert not [name for name in os.listdir(root) if name.startswith(".memdir")]
    assert len(Journal(state, str(root)).history(1000)) == 100


def test_another_writer_without_our_lock_loses_nothing(root: Path, state: str) -> None:
    index = root / "MEMORY.md"
    tries: list[int] = []

    def plan(store: Store) -> Plan:
        made = add(store, New("The build runs on node 22."), now=0.0)
        if len(tries) < 3:
            tries.append(1)
            index.write_text(index.read_text() + f"- [Theirs {len(tries)}](alpha.md)\n")
        return made

    apply(str(root), state, plan, command="add", now=0.0)
    text = index.read_text()
    assert [f"Theirs {n}" in text for n in (1, 2, 3)] == [True] * 3
    assert "the-build-runs-on-node-22.md" in text


def test_a_writer_that_never_stops_wins_after_five_times(root: Path, state: str) -> None:
    path = root / "alpha.md"

    def plan(store: Store) -> Plan:
        made = edit_fields(store, "alpha", {"description": "ours"}, now=0.0)
        path.write_text(path.read_text() + "theirs\n")
        return made

    with pytest.raises(StorageError) as caught:
        apply(str(root), state, plan, command="edit", now=0.0)
    assert caught.value.code == "changed-meanwhile"
    assert path.read_text().endswith("theirs\n" * 5)
    (failed,) = Journal(state, str(root)).history()
    assert b"ours" in (failed.changes[0].after or b"")


def test_a_locked_directory_names_the_holder_and_is_left_alone(root: Path, state: str) -> None:
    before = (root / "MEMORY.md").read_bytes()
    with hold(str(root), command="memdir tidy"), pytest.raises(LockedError, match="memdir tidy"):
        apply(str(root), state, lambda s: add(s, New("x y"), now=0.0), command="add", now=0.0, wait=0.0)
    assert (root / "MEMORY.md").read_bytes() == before


READ_ONLY = """
import os, sys
from memdir.changes import apply
from memdir.operations import New, add
from memdir.errors import StorageError
from memdir.scan import scan
from memdir import fuzzy
root, state = sys.argv[1:]
os.setgid(65534); os.setuid(65534)
try:
    apply(root, state, lambda store: add(store, New("x y"), now=0.0), command="add", now=0.0)
except StorageError as error:
    print(error.exit_code, error.hint)
print(len(scan(root).memories))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach, which `tmp_path` is not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_read_only_directory_is_a_storage_error_and_can_still_be_read(open_folder: Path) -> None:
    make(open_folder / "memory")
    done = python("-c", READ_ONLY, str(open_folder / "memory"), str(open_folder / "state"))
    assert done.stdout == "5 no permission; recall still works\n3\n", done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_write_permission_is_a_storage_error(root: Path, state: str) -> None:
    root.chmod(0o555)
    try:
        with pytest.raises(StorageError, match="Permission denied"):
            apply(str(root), state, lambda s: add(s, New("x y"), now=0.0), command="add", now=0.0)
    finally:
        root.chmod(0o755)
