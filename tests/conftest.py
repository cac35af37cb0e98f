"""What tests share: a copy of the sample project, a command-line run in it, and the directory of real data."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
NOW = "2026-11-21T12:00:00Z"


@dataclass(frozen=True)
class Done:
    """A finished run of the command line."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Sandbox:
    """A project folder with a home, cache and state of its own."""

    project: Path
    home: Path
    env: dict[str, str]

    def run(self, *words: str, stdin: str = "", cwd: Path | None = None, **env: str) -> Done:
        """`memdir WORDS` in the project, as a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "memdir", *words],
            input=stdin.encode(), capture_output=True, env={**self.env, **env}, cwd=cwd or self.project, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def sandbox_at(project: Path, around: Path) -> Sandbox:
    """A sandbox for a project folder; home, cache and state are made in `around`."""
    home = around / "home"
    home.mkdir(exist_ok=True)
    env = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(home),
        "PYTHONPATH": str(TOP),
        "MEMDIR_CACHE_DIR": str(around / "cache"),
        "MEMDIR_STATE_DIR": str(around / "state"),
        "MEMDIR_NOW": NOW,
        "TZ": "UTC",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }
    return Sandbox(project, home, env)


@pytest.fixture
def sample(tmp_path: Path) -> Sandbox:
    """A copy of the sample project."""
    project = tmp_path / "lantern"
    shutil.copytree(TOP / "fixtures" / "sample", project, symlinks=True)
    return sandbox_at(project, tmp_path)


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
