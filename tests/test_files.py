"""Single files: atomic writes, paths that stay inside, names that work everywhere."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.errors import BadInputError, StorageError
from memdir.files import (
    check_name,
    clean_temporaries,
    inside,
    make_private_dir,
    read_file,
    read_if_there,
    remove_file,
    same_name,
    shown,
    write_atomic,
)
from memdir.git_exclude import exclude_from_git


def test_a_new_file_and_its_replacement(tmp_path: Path) -> None:
    path = str(tmp_path / "a.md")
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert read_file(path) == b"two"
    assert os.listdir(tmp_path) == ["a.md"]


def test_an_existing_file_keeps_its_mode_and_a_new_one_gets_the_one_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"x")
    path.chmod(0o640)
    write_atomic(str(path), b"y", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o640
    write_atomic(str(tmp_path / "b.md"), b"y", mode=0o600)
    assert (tmp_path / "b.md").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_an_existing_file_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"x")
    os.chown(path, 1234, 1235)
    write_atomic(str(path), b"y")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 1235)


def test_the_mtime_can_be_kept(tmp_path: Path) -> None:
    path = str(tmp_path / "a.md")
    write_atomic(path, b"x", mtime_ns=1_500_000_000_123_456_789)
    assert os.stat(path).st_mtime_ns == 1_500_000_000_123_456_789


def test_a_link_stays_a_link_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_bytes(b"old")
    (tmp_path / "link.md").symlink_to("real.md")
    write_atomic(str(tmp_path / "link.md"), b"new", root=str(tmp_path))
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real.md").read_bytes() == b"new"


def test_a_link_that_leads_out_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "out.md").write_bytes(b"theirs")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link.md").symlink_to("../out.md")
    with pytest.raises(BadInputError, match="leads out"):
        write_atomic(str(tmp_path / "root" / "link.md"), b"new", root=str(tmp_path / "root"))
    assert (tmp_path / "out.md").read_bytes() == b"theirs"


def test_a_directory_that_is_not_there_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="writing failed"):
        write_atomic(str(tmp_path / "no" / "a.md"), b"x")


def test_a_full_disk_leaves_the_old_file_and_no_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "a.md")
    write_atomic(path, b"old")

    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StorageError, match="No space left") as caught:
        write_atomic(path, b"new")
    monkeypatch.undo()
    assert caught.value.hint is not None
    assert read_file(path) == b"old"
    assert os.listdir(tmp_path) == ["a.md"]


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, bytes(data[:3])))
    write_atomic(str(tmp_path / "a.md"), b"0123456789")
    monkeypatch.undo()
    assert read_file(str(tmp_path / "a.md")) == b"0123456789"


def test_reading_refuses_what_is_no_ordinary_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (str(tmp_path / "pipe"), str(tmp_path), "/dev/zero"):
        with pytest.raises(BadInputError, match="not a regular file"):
            read_file(path)
    with pytest.raises(StorageError, match="No such file"):
        read_file(str(tmp_path / "none"))
    with pytest.raises(BadInputError, match="NUL"):
        read_file(str(tmp_path / "a\0b"))
    assert read_if_there(str(tmp_path / "none")) is None


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * 11)
    assert len(read_file(str(tmp_path / "big"), 11)) == 11
    with pytest.raises(BadInputError, match="larger than 10 bytes"):
        read_file(str(tmp_path / "big"), 10)


@pytest.mark.parametrize("relative", ["", "/etc/passwd", "..", "../x", "a/../../x", "a//b", "./a", "a\0b", "a/.."])
def test_paths_that_lead_out_are_refused(tmp_path: Path, relative: str) -> None:
    with pytest.raises(BadInputError):
        inside(str(tmp_path), relative)


def test_links_that_lead_out_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "out").symlink_to(tmp_path)
    (root / "in").symlink_to(".")
    with pytest.raises(BadInputError, match="leads out"):
        inside(str(root), "out/x.md")
    assert inside(str(root), "in/x.md") == str(root / "in" / "x.md")
    assert inside(str(root), "new/deep/x.md") == str(root / "new" / "deep" / "x.md")


def test_a_root_that_is_a_link_itself_is_fine(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "root").symlink_to("real")
    assert inside(str(tmp_path / "root"), "a.md") == str(tmp_path / "root" / "a.md")


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "a\\b", "CON", "con.md", "Aux.txt", "com1.md", "LPT9", "nul", "COM¹.md", "a ", "a.", " a",
     "a?b", "a:b", "a*", "<x>", 'q"q', "a|b", "tab\tx", "nul\0x", "del\x7f", "x" * 241, "é" * 130],
)  # fmt: skip
def test_names_that_some_system_cannot_have_are_refused(name: str) -> None:
    with pytest.raises(BadInputError):
        check_name(name)


@pytest.mark.parametrize("name", ["a.md", "console.md", ".hidden", "日本語.md", "a b.md", "com10.md", "x" * 240])
def test_names_that_are_fine(name: str) -> None:
    assert check_name(name) == name


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=20))
def test_an_accepted_name_makes_a_file_below_the_directory(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    root = str(tmp_path_factory.getbasetemp())
    try:
        path = inside(root, check_name(name))
    except (BadInputError, UnicodeEncodeError):
        return
    assert os.path.dirname(path) == root
    assert os.path.basename(path) == name


def test_names_that_are_one_file_on_some_system() -> None:
    assert same_name("Cafe\u0301.md", "CAFÉ.md")
    assert not same_name("a.md", "b.md")


def test_private_directories_are_private(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o755)
    make_private_dir(str(tmp_path / "state"))
    make_private_dir(str(tmp_path / "new" / "deep"))
    for path in ("state", "new", "new/deep"):
        assert (tmp_path / path).stat().st_mode & 0o777 == 0o700


def test_removing_twice_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    remove_file(str(tmp_path / "a"))
    remove_file(str(tmp_path / "a"))
    with pytest.raises(StorageError):
        remove_file(str(tmp_path))


def test_stale_temporaries_go(tmp_path: Path) -> None:
    for name in (".memdir-1-0.tmp", ".memdir-99-7.tmp", "a.md", ".memdir.lock", "x.tmp"):
        (tmp_path / name).write_bytes(b"")
    assert clean_temporaries(str(tmp_path)) == 2
    assert sorted(os.listdir(tmp_path)) == [".memdir.lock", "a.md", "x.tmp"]
    assert clean_temporaries(str(tmp_path / "none")) == 0


def test_undecodable_names_can_be_shown() -> None:
    assert shown(os.fsdecode(b"a\xff.md")) == "a\ufffd.md"


def git(*arguments: str, cwd: Path) -> str:
    command = ["git", "-c", "user.email=a@b", "-c", "user.name=n", "-c", "protocol.file.allow=always", *arguments]
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


def test_git_ignores_locks_and_temporaries_in_every_kind_of_work_tree(tmp_path: Path) -> None:
    main = tmp_path / "main"
    main.mkdir()
    git("init", "-q", cwd=main)
    git("commit", "-q", "--allow-empty", "-m", "x", cwd=main)
    git("worktree", "add", "-q", "../linked", cwd=main)
    for tree in (main, tmp_path / "linked"):
        memory = tree / ".claude" / "memory"
        memory.mkdir(parents=True)
        assert exclude_from_git(str(memory))
        assert exclude_from_git(str(memory))
        for name in (".memdir.lock", ".memdir-1-2.tmp", "a.md"):
            (memory / name).write_bytes(b"")
        assert git("status", "--short", "-uall", cwd=tree) == "?? .claude/memory/a.md\n"
    assert (main / ".git" / "info" / "exclude").read_text().count(".memdir.lock") == 1


def test_outside_of_git_nothing_is_excluded(tmp_path: Path) -> None:
    assert not exclude_from_git(str(tmp_path))


@pytest.mark.parametrize("content", ["gitdir: ../elsewhere", "nonsense", "", "gitdir: a\0b", "\xff\xfe"])
def test_a_forged_git_file_leads_to_no_write(tmp_path: Path, content: str) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "repo" / ".git").write_bytes(content.encode("latin-1"))
    assert not exclude_from_git(str(tmp_path / "repo"))
    assert os.listdir(tmp_path / "elsewhere") == []
