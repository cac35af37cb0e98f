"""What tests share: a copy of the sample project, an empty one, and the directory of real data."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sandbox import TOP, Sandbox, record_sessions, sandbox_at


@pytest.fixture
def sample(tmp_path: Path) -> Sandbox:
    """A copy of the sample project, with the sessions it was built in."""
    project = tmp_path / "lantern"
    shutil.copytree(TOP / "fixtures" / "sample", project, symlinks=True)
    box = sandbox_at(project, tmp_path)
    record_sessions(box)
    return box


@pytest.fixture
def plain_project(tmp_path: Path) -> Sandbox:
    """An empty project folder."""
    project = tmp_path / "project"
    project.mkdir()
    return sandbox_at(project, tmp_path)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The directory of real data, or a skip."""
    where = os.environ.get("MEMDIR_REAL_DATA")
    if not where or not Path(where).is_dir():
        pytest.skip("MEMDIR_REAL_DATA names no directory")
    return Path(where)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a file below tmp_path, with its folders."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write_file
