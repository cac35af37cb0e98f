"""The dream's commits: its own files only, by itself only in a repository of its own, never in the middle of things."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from memdir.sessions.git_commit import Committed, commit_changes, is_own_repository

ENV = {
    "PATH": "/usr/local/bin:/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}  # fmt: skip


def git(root: Path, *words: str, code: int = 0) -> str:
    done = subprocess.run(["git", *words], cwd=root, env=ENV, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A memory directory that is a repository, with a.md changed and b.md moved to the archive since its commit."""
    root = tmp_path / "memory"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    for name in ("a.md", "b.md", "c.md"):
        (root / name).write_text(name)
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "before")
    change(root)
    return root


def change(root: Path) -> None:
    (root / "a.md").write_text("changed")
    (root / ".archive").mkdir()
    (root / "b.md").rename(root / ".archive" / "b.md.archived")


PATHS = ("a.md", "b.md", ".archive/b.md.archived")


def commit(root: Path, *, asked: bool = False, paths: tuple[str, ...] = PATHS) -> Committed:
    return commit_changes(str(root), paths, "dream 1\n", env=ENV, asked=asked)


def test_an_own_repository_gets_a_commit_of_these_files(own: Path) -> None:
    (own / "c.md").write_text("somebody is at it")
    (own / "new.md").write_text("somebody's")
    done = commit(own)
    assert done.refused == "" and done.commit == git(own, "rev-parse", "--short", "HEAD").strip()
    changed = git(own, "show", "--name-status", "--no-renames", "--format=%s", "HEAD").split()
    assert changed == ["dream", "1", "A", ".archive/b.md.archived", "M", "a.md", "D", "b.md"]
    assert git(own, "status", "--porcelain") == " M c.md\n?? new.md\n"


def test_what_is_staged_stays_staged_and_uncommitted(own: Path) -> None:
    (own / "c.md").write_text("staged")
    git(own, "add", "c.md")
    assert commit(own).commit
    assert git(own, "status", "--porcelain") == "M  c.md\n"


def test_a_file_of_ours_that_is_staged_stops_it(own: Path) -> None:
    git(own, "add", "a.md")
    before = git(own, "status", "--porcelain")
    assert commit(own) == Committed(refused="a.md is staged already")
    assert git(own, "status", "--porcelain") == before


@pytest.mark.parametrize("busy", ["MERGE_HEAD", "rebase-merge/", "rebase-apply/", "BISECT_LOG", "CHERRY_PICK_HEAD"])
def test_never_in_the_middle_of_something(own: Path, busy: str) -> None:
    path = own / ".git" / busy
    if busy.endswith("/"):
        path.mkdir()
    else:
        path.write_text(git(own, "rev-parse", "HEAD"))
    before = git(own, "rev-parse", "HEAD")
    assert "is going on in the repository" in commit(own).refused
    assert git(own, "rev-parse", "HEAD") == before


def test_during_a_real_merge_with_a_conflict(own: Path) -> None:
    git(own, "checkout", "-q", "--", "b.md", "a.md")
    git(own, "checkout", "-q", "-b", "other")
    (own / "c.md").write_text("theirs")
    git(own, "commit", "-qam", "theirs")
    git(own, "checkout", "-q", "main")
    (own / "c.md").write_text("ours")
    git(own, "commit", "-qam", "ours")
    git(own, "merge", "other", code=1)
    (own / "a.md").write_text("changed again")
    assert commit(own).refused == "a merge is going on in the repository"


def test_never_on_a_detached_head(own: Path) -> None:
    git(own, "checkout", "-q", "--detach")
    assert commit(own).refused == "HEAD is detached"


def test_a_projects_repository_gets_none_unless_asked(tmp_path: Path) -> None:
    root = tmp_path / "project" / ".claude" / "memory"
    root.mkdir(parents=True)
    git(tmp_path / "project", "init", "-q", "-b", "main")
    (root / "a.md").write_text("a")
    assert not is_own_repository(str(root))
    assert commit(root, paths=("a.md",)) == Committed()
    assert commit(root, asked=True, paths=("a.md",)).commit  # the first commit of a repository, too
    assert commit(root, asked=True, paths=("a.md",)).refused  # nothing to commit


def test_outside_of_git_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")
    assert commit(tmp_path) == Committed()
    assert commit(tmp_path, asked=True).refused == "the directory is in no git repository"


def test_ignored_files_are_left_alone(own: Path) -> None:
    (own / ".git" / "info" / "exclude").write_text(".archive/\n")
    assert commit(own).commit
    assert git(own, "show", "--name-only", "--format=", "HEAD").split() == ["a.md", "b.md"]
    (own / "x.md").write_text("x")
    (own / ".git" / "info" / "exclude").write_text("x.md\n")
    assert commit(own, paths=("x.md",)).refused == "git ignores these files"


def test_a_hook_that_refuses_leaves_the_work_tree_and_nothing_staged(own: Path) -> None:
    hook = own / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
    hook.chmod(0o755)
    assert commit(own).refused == "git commit: no"
    assert git(own, "diff", "--cached", "--name-only") == ""
    assert (own / "a.md").read_text() == "changed"


def test_another_repositorys_variables_do_not_matter(own: Path, tmp_path: Path) -> None:
    other = {**ENV, "GIT_DIR": str(tmp_path / "nowhere"), "GIT_INDEX_FILE": str(tmp_path / "index")}
    assert commit_changes(str(own), PATHS, "dream 1\n", env=other).commit


def test_names_that_look_like_patterns_or_options_are_names(own: Path) -> None:
    for name in ("*.md", ":(top)x.md", "-x.md", "ä ü.md"):
        (own / name).write_text("x")
    git(own, "checkout", "-q", "--", "a.md", "b.md")
    assert commit(own, paths=("*.md", ":(top)x.md", "-x.md", "ä ü.md")).commit
    assert len(git(own, "-c", "core.quotePath=false", "show", "--name-only", "--format=", "HEAD").splitlines()) == 4


def test_no_identity_and_no_git_are_told(own: Path) -> None:
    bare = {"PATH": ENV["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "HOME": "/nowhere"}
    git(own, "config", "user.useConfigOnly", "true")
    assert commit_changes(str(own), PATHS, "m", env=bare).refused.startswith("git commit:")
    assert commit_changes(str(own), PATHS, "m", env={"PATH": "/nowhere"}).refused
