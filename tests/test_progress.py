"""What takes long shows a bar on a terminal, and nothing anywhere else."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from memdir.cli.progress import Progress
from memdir.graph.index import Index


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_drawn_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    progress = Progress("counting", patience=0.0)
    progress(1, 3)
    progress(3, 3)
    assert "counting" in screen.getvalue()
    drawn = len(screen.getvalue())
    progress.stop()
    assert len(screen.getvalue()) == drawn


def test_what_is_quick_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    progress = Progress("counting")
    for done in range(4):
        progress(done, 3)
    assert screen.getvalue() == ""


def test_an_index_tells_how_far_it_is(tmp_path: Path) -> None:
    root = tmp_path / "memory"
    root.mkdir()
    for number in range(5):
        (root / f"{number}.md").write_text(f"---\nname: n{number}\ndescription: d\n---\ntext {number}\n")
    told: list[tuple[int, int]] = []
    for cache in (str(tmp_path / "cache"), None):
        index = Index(str(root), cache, now=lambda: 1e9, progress=lambda done, total: told.append((done, total)))
        index.sync() if cache else index.views()
        assert told == [(number, 5) for number in range(1, 6)]
        told.clear()
