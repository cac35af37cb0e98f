"""A run of the dream, and taking it back, killed with kill -9 at every step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sandbox import TOP
from test_write_faults import make, python


@pytest.mark.parametrize("command", ["dream", "undo"])
def test_killed_at_every_step_it_is_whole_or_undone(tmp_path: Path, command: str) -> None:
    make(tmp_path / "origin")
    done = python(str(TOP / "tests" / "dream_crashes.py"), str(tmp_path), command)
    assert done.stderr == ""
    result = json.loads(done.stdout)
    assert result["wrong"] == []
    assert result["steps"] > 15
    assert result["seen"] == ["after", "before"]
