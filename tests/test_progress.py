"""What takes long shows a bar on a terminal, and nothing anywhere else."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from memdir.cli import progress as module
from memdir.cli.output import Output
from memdir.cli.progress import Progress
from memdir.graph.index import Index


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(output: Output, monkeypatch: pytest.MonkeyPatch) -> str:
    """What three steps draw on standard error."""
    monkeypatch.setattr(module, "_STEP", 0.0)
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    with Progress(output, "counting", patience=0.0) as progress:
        for done in range(3):
            progress(done, 3)
    return screen.getvalue()


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "counting" in drawn(Output(io.StringIO(), Terminal()), monkeypatch)


@pytest.mark.parametrize(
    "output",
    [
        Output(io.StringIO(), io.StringIO()),
        Output(io.StringIO(), Terminal(), json=True),
        Output(io.StringIO(), Terminal(), plain=True),
    ],
    ids=["off a terminal", "json", "plain"],
)
def test_no_bar_elsewhere(output: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(output, monkeypatch) == ""


def test_an_index_tells_how_far_it_is(tmp_path: Path) -> None:
    root = tmp_path / "memory"
    root.mkdir()
    for number in range(5):
        (root / f"{number}.md").write_text(f"---\nname: n{number}\ndescription: d\n---\ntext {number}\n")
    told: list[tuple[int, int]] = []
    index = Index(str(root), str(tmp_path / "cache"), now=lambda: 1e9)
    index.sync(progress=lambda done, total: told.append((done, total)))
    assert told == [(number, 5) for number in range(1, 6)]
