"""Memory of a project that lies elsewhere: worktrees, sub-directories, moved projects, clones, other spellings."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from memdir.environment import Environment
from memdir.locate import Located, locate
from memdir.orphans import Orphan, count_memories, find_orphans
from memdir.slug import slug


@pytest.fixture
def base(tmp_path: Path) -> Path:
    base = Path(os.path.realpath(tmp_path))
    (base / "home").mkdir()
    return base


@pytest.fixture
def repo(base: Path) -> Path:
    return clone(base / "work" / "app", "https://example.org/app.git")


def git(*arguments: str, cwd: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), "GIT_CONFIG_GLOBAL": os.devnull}
    environment |= {f"GIT_{who}_{what}": "x@y" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *arguments], cwd=cwd, env=environment, check=True, capture_output=True)


def clone(path: Path, remote: str) -> Path:
    path.mkdir(parents=True)
    git("init", "-q", "-b", "main", cwd=path)
    git("commit", "-q", "--allow-empty", "-m", "x", cwd=path)
    git("remote", "add", "origin", remote, cwd=path)
    return path


def projects(base: Path) -> Path:
    return base / "home" / ".claude" / "projects"


def memories(base: Path, folder: str, count: int = 1, recorded: str | None = None) -> Path:
    directory = projects(base) / folder / "memory"
    directory.mkdir(parents=True)
    (directory / "MEMORY.md").write_text("# Memory\n")
    for number in range(count):
        (directory / f"{number}.md").write_text("x\n")
    if recorded is not None:
        (directory.parent / "s.jsonl").write_text(json.dumps({"cwd": recorded}) + "\n")
    return directory


def located(base: Path, cwd: Path, **variables: str) -> Located:
    environment = Environment(str(cwd), str(base / "home"), variables, "linux", lambda: 0.0)
    return locate(environment, system_root=str(base / "system"))


def only(base: Path, cwd: Path) -> Orphan:
    found = find_orphans(located(base, cwd))
    assert len(found) == 1, found
    return found[0]


def test_none(base: Path, repo: Path) -> None:
    assert find_orphans(located(base, repo)) == []
    memories(base, slug(str(repo)))
    (projects(base) / "-empty" / "memory").mkdir(parents=True)
    assert find_orphans(located(base, repo)) == []


def test_no_home(repo: Path) -> None:
    assert find_orphans(locate(Environment(str(repo), None, {}, "linux", lambda: 0.0))) == []


def test_a_sub_directory_with_a_directory_of_its_own(base: Path, repo: Path) -> None:
    (repo / "sub").mkdir()
    directory = memories(base, slug(str(repo / "sub")), 2, str(repo / "sub"))
    for cwd in (repo, repo / "sub"):
        found = only(base, cwd)
        assert (found.path, found.memories, found.certain) == (str(directory), 2, True)


def test_a_worktree_there_and_gone(base: Path, repo: Path) -> None:
    git("worktree", "add", "-q", str(base / "tree"), cwd=repo)
    memories(base, slug(str(base / "tree")))
    assert "the worktree" in only(base, repo).why
    assert "this worktree" in only(base, base / "tree").why
    subprocess.run(["rm", "-r", str(base / "tree")], check=True)
    assert "which is gone" in only(base, repo).why


def test_a_moved_project(base: Path, repo: Path) -> None:
    directory = memories(base, "-old-place-app", recorded="/old/place/app/sub")
    assert only(base, repo).path == str(directory)
    assert "moved" in only(base, repo).why


def test_a_project_moved_from_windows(base: Path, repo: Path) -> None:
    memories(base, "C--src-app", recorded="C:\\src\\app")
    assert "C:\\src\\app" in only(base, repo).why


def test_another_project_that_is_gone_is_not_ours(base: Path, repo: Path) -> None:
    memories(base, "-old-application", recorded="/old/application")
    assert find_orphans(located(base, repo)) == []


def test_another_clone_of_the_same_remote(base: Path, repo: Path) -> None:
    second = clone(base / "second", "https://me@example.org/app.git")
    clone(base / "third", "https://example.org/third.git")
    memories(base, slug(str(second)), recorded=str(second))
    memories(base, slug(str(base / "third")), recorded=str(base / "third"))
    assert "another clone of https://example.org/app.git" in only(base, repo).why


def test_repositories_without_a_remote_are_not_clones(base: Path) -> None:
    for name in ("one", "two"):
        (base / name / ".git").mkdir(parents=True)
        memories(base, slug(str(base / name)), recorded=str(base / name))
    assert find_orphans(located(base, base / "one")) == []


def test_a_submodule_inside_is_another_project(base: Path, repo: Path) -> None:
    (repo / "part" / ".git").mkdir(parents=True)
    memories(base, slug(str(repo / "part")), recorded=str(repo / "part"))
    assert find_orphans(located(base, repo)) == []


def test_a_deleted_sub_directory(base: Path, repo: Path) -> None:
    memories(base, slug(str(repo / "old")), recorded=str(repo / "old"))
    assert "gone" in only(base, repo).why


def test_a_name_alone_is_uncertain(base: Path, repo: Path) -> None:
    memories(base, slug(str(repo)) + "-packages-core")
    assert not only(base, repo).certain


def test_a_live_project_below_a_plain_directory_is_no_orphan(base: Path) -> None:
    plain, two = base / "plain", base / "plain" / "user" / "my.proj" / "two"
    two.mkdir(parents=True)
    memories(base, slug(str(two)))
    (plain / "three").mkdir()
    memories(base, slug(str(plain / "three")), recorded=str(plain / "three"))
    (plain / "four" / ".git").mkdir(parents=True)
    memories(base, slug(str(plain / "four" / "src")), recorded=str(plain / "four" / "src"))
    assert find_orphans(located(base, plain)) == []
    two.rmdir()
    assert not only(base, plain).certain


def test_a_sub_directory_of_the_repository_without_a_witness_is_an_orphan(base: Path, repo: Path) -> None:
    (repo / "sub").mkdir()
    memories(base, slug(str(repo / "sub")))
    assert not only(base, repo).certain


def test_a_renamed_neighbour(base: Path) -> None:
    here = base / "harbor2"
    here.mkdir()
    memories(base, slug(str(base / "harbor")), recorded=str(base / "harbor"))
    memories(base, slug(str(base / "meadow")), recorded=str(base / "meadow"))
    found = only(base, here)
    assert "renamed" in found.why and not found.certain
    (base / "harbor").mkdir()
    assert find_orphans(located(base, here)) == []


def test_a_name_that_a_neighbour_explains_is_the_neighbours(base: Path, repo: Path) -> None:
    (repo.parent / "app-two").mkdir()
    memories(base, slug(str(repo)) + "-two")
    memories(base, slug(str(repo)) + "-two-sub")
    assert find_orphans(located(base, repo)) == []


def test_the_usual_place_after_auto_memory_directory_was_set(base: Path, repo: Path) -> None:
    memories(base, slug(str(repo)))
    (base / "home" / ".claude" / "settings.json").write_text(json.dumps({"autoMemoryDirectory": "~/mine"}))
    assert "usual place" in only(base, repo).why


def test_cerseis_spelling(base: Path, repo: Path) -> None:
    memories(base, str(repo).replace("/", "_"))
    assert "Cersei" in only(base, repo).why


def test_most_memories_first(base: Path, repo: Path) -> None:
    memories(base, "-a", 1, "/gone/app")
    memories(base, "-b", 3, "/gone/too/app")
    assert [orphan.memories for orphan in find_orphans(located(base, repo))] == [3, 1]


def test_an_index_alone_is_no_orphan(base: Path, repo: Path) -> None:
    memories(base, "-a", 0, "/gone/app")
    assert find_orphans(located(base, repo)) == []


def test_count_leaves_out_archive_git_and_links(base: Path) -> None:
    for name in ("a.md", "sub/B.MD", ".archive/c.md", ".git/d.md", "node_modules/e.md", "f.txt", "sub/MEMORY.md"):
        path = base / "m" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (base / "m" / "loop").symlink_to(base / "m")
    assert count_memories(str(base / "m")) == 2
