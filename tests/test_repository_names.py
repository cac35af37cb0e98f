"""What a repository has: its files by git, its commands by its build files; unknown where they do not say all."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_dream_git import ENV, git

from memdir.sessions.repository_names import known_commands, tracked_files


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "src").mkdir()
    for name in ("src/app.py", "gone.py", "ä\nb.txt"):
        (tmp_path / name).write_text("")
    git(tmp_path, "add", ".")
    (tmp_path / "gone.py").unlink()
    (tmp_path / "fresh.py").write_text("")
    (tmp_path / "ignored.log").write_text("")
    (tmp_path / ".gitignore").write_text("*.log\n")
    return tmp_path


def test_files_that_are_there_and_not_ignored(repository: Path) -> None:
    assert tracked_files(str(repository), ENV) == {"src/app.py", "ä\nb.txt", "fresh.py", ".gitignore"}


def test_no_repository_and_no_git_are_unknown(tmp_path: Path) -> None:
    assert tracked_files(str(tmp_path), {**ENV, "GIT_CEILING_DIRECTORIES": "/"}) is None
    assert tracked_files(str(tmp_path), {"PATH": "/nowhere"}) is None
    assert tracked_files(str(tmp_path / "missing"), ENV) is None


CASES = [
    ("Makefile", "test: lint\n\tpytest\nlint types:\n\truff\nVAR := x\nA = b:c\n.PHONY: test bench\n",
     {"make": {"test", "lint", "types", "bench", ".PHONY"}}),
    ("Makefile", "include common.mk\ntest:\n", {}),
    ("Makefile", "%.o: %.c\n\tcc\ntest:\n", {}),
    ("package.json", '{"scripts": {"dev": "vite", "test:unit": "x"}}', {"npm run": {"dev", "test:unit"}}),
    ("package.json", '{"name": "x"}', {"npm run": set()}),
    ("package.json", "{ broken", {}),
    ("justfile", "build target='x':\n  echo\n@quiet:\n  x\nalias b := build\nx := 'y'\n",
     {"just": {"build", "quiet", "b"}}),
    ("justfile", "mod other\nbuild:\n", {}),
    ("README.md", "make test", {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "expected"), CASES)
def test_commands(tmp_path: Path, name: str, text: str, expected: dict[str, set[str]]) -> None:
    (tmp_path / name).write_text(text)
    assert known_commands(str(tmp_path), frozenset({name})) == expected


def test_commands_of_all_parts_count_together(tmp_path: Path) -> None:
    for part in ("a", "b"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "Makefile").write_text(f"{part}-target:\n")
    tracked = frozenset({"a/Makefile", "b/Makefile"})
    assert known_commands(str(tmp_path), tracked) == {"make": {"a-target", "b-target"}}
