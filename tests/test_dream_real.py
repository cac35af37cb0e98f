"""Copies of real memory directories: a whole run, a second that finds nothing, everything back byte for byte."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from memdir.cli.dreaming import digest_of, place_of, preparer
from memdir.cli.workspace import open_workspace
from memdir.environment import Environment
from memdir.sessions.consolidate_lock import LOCK_NAME
from memdir.sessions.consolidation import consolidate
from memdir.sessions.guards import Guarded
from memdir.sessions.runs import Runs
from memdir.sessions.taking_back import take_back

NOW = 1_795_262_400.0
REAL = os.environ.get("MEMDIR_REAL_DATA")
FOLDERS = sorted(p for kind in ("memory-dirs", "nasty") for p in (Path(REAL) / kind).glob("*/")) if REAL else []


def tree(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != LOCK_NAME}


def everything(guarded: Sequence[Guarded]) -> list[str]:
    return ["" if one.operation.changes else "a person decides" for one in guarded]


@pytest.mark.skipif(not FOLDERS, reason="MEMDIR_REAL_DATA names no directory")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_a_run_a_second_run_and_back(tmp_path: Path, folder: Path) -> None:
    root = tmp_path / "memory"
    shutil.copytree(folder, root, symlinks=True)
    before = tree(root)
    env = {"MEMDIR_STATE_DIR": str(tmp_path / "s"), "MEMDIR_CACHE_DIR": str(tmp_path / "c"), "PATH": os.environ["PATH"]}
    environment = Environment(str(tmp_path), str(tmp_path), env, "linux", lambda: NOW)
    with open_workspace(environment=environment, memory_dir=str(root)) as workspace:
        place, prepare, digest = place_of(workspace), preparer(workspace), digest_of(workspace)
        first = consolidate(place, prepare, everything, now=NOW, digest=digest)
        assert [o for o in first.outcomes if o.skipped and o.skipped != "a person decides"] == []
        second = consolidate(place, prepare, everything, now=NOW + 1, digest=digest)
        assert (second.run, [o for o in second.outcomes if o.operation.changes]) == (None, [])
        if first.run is not None:
            undone, _ = take_back(place, Runs(place.state_dir, place.root).newest()[0], now=NOW + 2)
            assert undone.left == ()
    assert tree(root) == before
