"""A project in a folder of its own, with a home, cache and state, and the command line run in it as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from memdir.dates import parse_date
from memdir.slug import slug

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


def record_sessions(box: Sandbox) -> Path:
    """The sessions of the sample project as Claude Code would have left them: below the home, recorded in the project's
    own folder, each file as old as its last line. Returns the project's folder of transcripts."""
    origin = TOP / "fixtures" / "transcripts" / "lantern"
    project = os.path.realpath(box.project)
    folder = box.home / ".claude" / "projects" / slug(project)
    for path in sorted(origin.rglob("*")):
        if path.is_dir():
            continue
        target = folder / path.relative_to(origin)
        target.parent.mkdir(parents=True, exist_ok=True)
        data = path.read_bytes().replace(b"/home/mira/lantern", json.dumps(project)[1:-1].encode())
        target.write_bytes(data)
        times = [json.loads(line).get("timestamp") for line in data.splitlines()]
        last = max((parse_date(time) for time in times if time), default=parse_date(NOW))
        os.utime(target, (last, last))
    return folder
