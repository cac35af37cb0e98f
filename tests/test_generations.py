"""Generations: published whole, held by readers, cleaned by writers."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import TOP

from memdir.errors import LockedError, StorageError
from memdir.graph import generations as module
from memdir.graph.generations import Draft, Generations, Held, drop_stale, stale_homes


@pytest.fixture
def where(tmp_path: Path) -> Generations:
    (tmp_path / "memory").mkdir()
    return Generations(str(tmp_path / "cache"), str(tmp_path / "memory"))


def publish(where: Generations, content: str) -> Draft:
    with where.write(command="test", now=0.0, wait=0.0) as draft:
        Path(draft.directory, "data").write_text(content)
        draft.publish()
    return draft


def content(held: Held | None) -> str:
    assert held is not None
    return Path(held.directory, "data").read_text()


def names(where: Generations) -> list[str]:
    return sorted(name for name in os.listdir(where.home) if name.startswith("g0"))


def test_nothing_is_there_at_first(where: Generations) -> None:
    assert where.open() is None
    assert where.current() is None
    assert where.size() == 0
    assert not where.drop(now=0.0, wait=0.0)
    assert not os.path.exists(where.home)


def test_a_reader_keeps_its_generation_and_the_next_writer_removes_it(where: Generations) -> None:
    publish(where, "one")
    reader = where.open()
    publish(where, "two")
    assert content(reader) == "one"
    assert content(where.open()) == "two"
    assert len(names(where)) == 2
    publish(where, "three")
    assert content(reader) == "one"
    assert len(names(where)) == 2  # "two" had no reader left
    assert reader is not None
    reader.close()
    publish(where, "four")
    assert len(names(where)) == 1


def test_a_draft_that_is_not_published_leaves_no_trace(where: Generations) -> None:
    publish(where, "one")
    with pytest.raises(RuntimeError), where.write(command="test", now=0.0, wait=0.0):
        raise RuntimeError
    assert content(where.open()) == "one"
    assert len(names(where)) == 1


def test_half_made_generations_go_with_the_next_writer(where: Generations) -> None:
    publish(where, "one")
    for name in ("g00000007", "g00000008"):
        os.mkdir(os.path.join(where.home, name))
    Path(where.home, "g00000008", "in-use").touch()
    publish(where, "two")
    assert names(where) == ["g00000002"]


def test_one_writer_at_a_time(where: Generations) -> None:
    with where.write(command="first", now=0.0, wait=0.0), pytest.raises(LockedError, match="first"):
        publish(where, "second")


@pytest.mark.parametrize("pointer", [b"", b"nothing", b"../..", b"g00000099", b"\xff\xfe", b"g" + b"9" * 500])
def test_a_pointer_that_leads_nowhere_is_no_index(where: Generations, pointer: bytes) -> None:
    publish(where, "one")
    Path(where.home, "current").write_bytes(pointer)
    assert where.open() is None
    publish(where, "two")
    assert content(where.open()) == "two"


def test_a_generation_that_is_being_removed_is_not_opened(where: Generations) -> None:
    draft = publish(where, "one")
    fcntl = pytest.importorskip("fcntl")
    with open(os.path.join(draft.directory, "in-use"), "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert where.open() is None
    assert content(where.open()) == "one"


def test_only_the_owner_may_read(where: Generations) -> None:
    publish(where, "one")
    held = where.open()
    assert held is not None
    for path in (where.cache_dir, where.home, held.directory):
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o700
    for name in ("root", "current"):
        assert stat.S_IMODE(os.stat(os.path.join(where.home, name)).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.join(held.directory, "in-use")).st_mode) == 0o600


def test_files_are_shared_or_copied(where: Generations, monkeypatch: pytest.MonkeyPatch) -> None:
    first = publish(where, "one")
    with where.write(command="test", now=0.0, wait=0.0) as draft:
        draft.share(os.path.join(first.directory, "data"))
        draft.publish()
    assert content(where.open()) == "one"

    def no_links(source: str, target: str) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    with where.write(command="test", now=0.0, wait=0.0) as second:
        second.share(os.path.join(draft.directory, "data"))
        second.publish()
    assert content(where.open()) == "one"
    with where.write(command="test", now=0.0, wait=0.0) as third, pytest.raises(StorageError):
        third.share(os.path.join(draft.directory, "missing"))


def test_a_file_system_without_locks(where: Generations, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(where, "one")

    class NoLocks:
        LOCK_SH, LOCK_EX, LOCK_NB = 1, 2, 4

        @staticmethod
        def flock(descriptor: int, how: int) -> None:
            raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(module, "fcntl", NoLocks)
    assert content(where.open()) == "one"
    publish(where, "two")
    assert content(where.open()) == "two"
    assert len(names(where)) == 1


def test_drop_removes_all_and_a_reader_keeps_what_it_has_open(where: Generations) -> None:
    draft = publish(where, "one")
    with open(os.path.join(draft.directory, "data")) as file:
        held = where.open()
        assert where.drop(now=0.0, wait=0.0)
        assert file.read() == "one"
    assert held is not None
    assert not held.is_there()
    assert where.open() is None
    assert not os.path.exists(where.home)
    publish(where, "of the same name")
    assert not held.is_there()


def test_stale_indexes_are_those_of_vanished_directories(where: Generations, tmp_path: Path) -> None:
    publish(where, "one")
    other = Generations(where.cache_dir, str(tmp_path / "gone"))
    publish(other, "two")
    (tmp_path / "cache" / "something else").mkdir()
    (tmp_path / "cache" / "a file").touch()
    assert stale_homes(where.cache_dir) == [(other.home, other.root)]
    assert drop_stale(where.cache_dir, now=0.0) == [other.root]
    assert stale_homes(where.cache_dir) == []
    assert content(where.open()) == "one"
    assert stale_homes(str(tmp_path / "nowhere")) == []


def test_an_undecodable_directory_has_an_index_too(tmp_path: Path) -> None:
    root = os.fsdecode(os.fsencode(tmp_path) + b"/m\xff")
    os.mkdir(root)
    where = Generations(str(tmp_path / "cache"), root)
    publish(where, "one")
    assert content(where.open()) == "one"
    os.rmdir(root)
    assert [gone for _, gone in stale_homes(where.cache_dir)] == [root]


def test_readers_and_a_writer_in_many_processes(where: Generations, tmp_path: Path) -> None:
    """Readers open again and again while a writer publishes and cleans: what they hold is always whole."""
    publish(where, "0")
    reader = (
        "import sys; from memdir.graph.generations import Generations\n"
        "where = Generations(sys.argv[1], sys.argv[2])\n"
        "last = -1\n"
        "for _ in range(400):\n"
        "    held = where.open()\n"
        "    value = int(open(held.directory + '/data').read())\n"
        "    assert value >= last; last = value\n"
        "    held.close()\n"
    )
    command = [sys.executable, "-c", reader, where.cache_dir, where.root]
    readers = [subprocess.Popen(command, env={"PYTHONPATH": str(TOP)}, stderr=subprocess.PIPE) for _ in range(2)]
    number = 0
    while any(process.poll() is None for process in readers):
        number += 1
        publish(where, str(number))
    for process in readers:
        assert process.stderr is not None
        with process.stderr:
            assert process.stderr.read() == b""
        assert process.returncode == 0
    publish(where, "last")
    assert len(names(where)) == 1
