"""Sessions as a framework writes them: the shape of the lines, what is loaded, and what no accident may do to them."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox import TOP

import memdir
from memdir.errors import BadInputError, LockedError, NotFoundError, StorageError
from memdir.sessions.appending import appending
from memdir.sessions.conversation import Message
from memdir.sessions.writer import SessionWriter, random_uuid

S = "0b6a1f9e-3c1d-4e7a-9d53-5a1c2f0e8b11"
NOW = 1_790_000_000.25


def writer_in(folder: Path, now: float = NOW) -> SessionWriter:
    return SessionWriter(str(folder), now=lambda: now, cwd="/home/mira/site", branch=lambda: "main")


@pytest.fixture
def writer(tmp_path: Path) -> SessionWriter:
    return writer_in(tmp_path / "-work-site")


def lines(writer: SessionWriter, session: str = S) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(writer.session_path(session)).read_bytes().splitlines()]


def texts(found: list[Message]) -> list[str]:
    return [message.text for message in found]


# The shape


def test_a_line_has_what_claude_code_writes(writer: SessionWriter) -> None:
    first = writer.write_user_message(S, "Which port?")
    second = writer.write_assistant_message(S, "9000.")
    user, assistant = lines(writer)
    assert user == {
        "type": "user", "parentUuid": None, "isSidechain": False, "userType": "external", "entrypoint": "memdir",
        "cwd": "/home/mira/site", "sessionId": S, "version": memdir.__version__, "gitBranch": "main", "uuid": first,
        "timestamp": "2026-09-21T14:13:20.250Z", "message": {"role": "user", "content": "Which port?"},
    }  # fmt: skip
    assert (assistant["uuid"], assistant["parentUuid"]) == (second, first)
    message = assistant["message"]
    assert isinstance(message, dict)
    assert message["content"] == [{"type": "text", "text": "9000."}]
    assert {"id", "type", "role", "model", "stop_reason", "stop_sequence", "usage"} <= set(message)
    assert next(iter(user)) == "type"
    assert list(user)[-1] == "message"


def test_the_apis_message_is_kept_as_it_is(writer: SessionWriter) -> None:
    said = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m-1", "stop_reason": "tool_use",
        "content": [{"type": "tool_use", "id": "t1", "name": "Read", "input": {"file_path": "a.py"}}],
        "usage": {"input_tokens": 3, "output_tokens": 8},
    }  # fmt: skip
    writer.write_user_message(S, "read it")
    writer.write_assistant_message(S, said)
    result = [{"type": "tool_result", "tool_use_id": "t1", "content": "x = 1"}]
    writer.write_user_message(S, result)
    _, second, third = writer.load_session_messages(S)
    assert {key: second.message[key] for key in said} == said
    assert third.message == {"role": "user", "content": result}


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "content": "x"},
        {"role": "user"},
        [1, 2],
        [{"text": "no type"}],
        {"role": "user", "content": {"a": 1}},
        [{"type": "text", "text": object()}],
    ],
    ids=["role", "no content", "no blocks", "no type", "no list", "no json"],
)
def test_what_is_no_message_is_refused_and_nothing_is_written(writer: SessionWriter, message: object) -> None:
    with pytest.raises(BadInputError):
        writer.write_user_message(S, message)  # type: ignore[arg-type]
    path = Path(writer.session_path(S))
    assert not path.exists() or path.read_bytes() == b""


@pytest.mark.parametrize("id", ["", "..", ".", "a/b", "../evil", "a\\b", "a\0b", "x" * 300, "a\nb", "con", "x."])
def test_an_id_that_leads_elsewhere_is_refused(writer: SessionWriter, id: str) -> None:
    for call in (writer.session_path, writer.load_session_messages, lambda i: writer.write_user_message(i, "x")):
        with pytest.raises(BadInputError):
            call(id)
    assert not Path(writer.folder).exists()


@pytest.mark.parametrize("id", ["s1", "feature 12", "naïve", "x" * 240, ".hidden", "run-2026-09-21"])
def test_any_other_id_is_one(writer: SessionWriter, id: str) -> None:
    writer.write_user_message(id, "hello")
    assert texts(writer.load_session_messages(id)) == ["hello"]
    assert [file.session for file in writer.list_sessions()] == [id]


@given(st.text(max_size=200))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    writer = writer_in(tmp_path_factory.mktemp("any"))
    writer.write_user_message(S, text)
    assert texts(writer.load_session_messages(S)) == [text]
    assert len(Path(writer.session_path(S)).read_text("utf-8").splitlines()) == 1  # whatever Unicode calls a line end


def test_half_a_character_does_not_stop_a_session(writer: SessionWriter) -> None:
    writer.write_user_message(S, "cut \ud83d")
    assert texts(writer.load_session_messages(S)) == ["cut \ufffd"]


def test_ids_are_random_uuids() -> None:
    made = {random_uuid() for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", id) for id in made)


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "projects" / "-work-site"
    writer_in(folder).write_user_message(S, "x")
    assert stat.S_IMODE((folder / f"{S}.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    folder.chmod(0o755)  # somebody's choice, and not ours to change
    writer_in(folder).write_user_message("other", "x")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


# What is loaded


def test_a_hidden_message_is_gone_and_no_byte_before_it_is_touched(writer: SessionWriter) -> None:
    writer.write_user_message(S, "Keep")
    gone = writer.write_user_message(S, "Delete")
    writer.write_user_message(S, "Also keep")
    before = Path(writer.session_path(S)).read_bytes()
    writer.tombstone_message(S, gone)
    writer.tombstone_message(S, gone)
    after = Path(writer.session_path(S)).read_bytes()
    assert after.startswith(before)
    assert after[len(before) :].count(b"\n") == 1
    assert texts(writer.load_session_messages(S)) == ["Keep", "Also keep"]
    assert texts(writer.load_session_messages(S, all=True)) == ["Keep", "Delete", "Also keep"]


def test_what_follows_a_hidden_last_message_continues_from_the_one_before(writer: SessionWriter) -> None:
    first = writer.write_user_message(S, "one")
    second = writer.write_assistant_message(S, "two")
    third = writer.write_user_message(S, "three")
    writer.tombstone_message(S, third)
    writer.tombstone_message(S, second)
    writer.write_assistant_message(S, "again")
    assert lines(writer)[-1]["parentUuid"] == first
    assert texts(writer.load_session_messages(S)) == ["one", "again"]


def test_when_all_is_hidden_the_session_begins_anew(writer: SessionWriter) -> None:
    writer.tombstone_message(S, writer.write_user_message(S, "one"))
    assert writer.load_session_messages(S) == []
    writer.write_user_message(S, "two")
    assert lines(writer)[-1]["parentUuid"] is None
    assert texts(writer.load_session_messages(S)) == ["two"]


def test_hiding_what_is_not_there_is_an_error(writer: SessionWriter) -> None:
    with pytest.raises(NotFoundError):
        writer.tombstone_message(S, "nope")
    assert not Path(writer.session_path(S)).exists()
    writer.write_user_message(S, "words that name nope")
    with pytest.raises(NotFoundError):
        writer.tombstone_message(S, "nope")
    assert len(lines(writer)) == 1


def test_a_summary_takes_the_place_of_what_was_before(writer: SessionWriter) -> None:
    writer.write_user_message(S, "one")
    last = writer.write_assistant_message(S, "two")
    uuid = writer.write_summary(S, "They counted to two.")
    writer.write_user_message(S, "three")
    loaded = writer.load_session_messages(S)
    assert texts(loaded) == ["They counted to two.", "three"]
    assert (loaded[0].uuid, loaded[0].is_summary) == (uuid, True)
    assert texts(writer.load_session_messages(S, all=True)) == ["one", "two", "They counted to two.", "three"]
    assert lines(writer)[2]["logicalParentUuid"] == last
    writer.write_summary(S, "They counted on.")
    assert texts(writer.load_session_messages(S)) == ["They counted on."]


def test_a_summary_without_words_is_refused(writer: SessionWriter) -> None:
    with pytest.raises(BadInputError):
        writer.write_summary(S, " \n")


def test_a_message_that_continues_from_an_earlier_one_gives_up_the_branch(writer: SessionWriter) -> None:
    writer.write_user_message(S, "one")
    kept = writer.write_assistant_message(S, "two")
    writer.write_user_message(S, "wrong way")
    writer.write_user_message(S, "right way", parent=kept)
    writer.write_assistant_message(S, "there")
    assert texts(writer.load_session_messages(S)) == ["one", "two", "right way", "there"]
    assert len(writer.load_session_messages(S, all=True)) == 5


def test_the_reader_of_turns_honours_them_too(writer: SessionWriter) -> None:
    from memdir.sessions.chain import read_chain
    from memdir.sessions.transcript import load

    writer.write_user_message(S, "one")
    hidden = writer.write_assistant_message(S, "unwanted")
    writer.write_user_message(S, "three")
    writer.tombstone_message(S, hidden)
    path = writer.session_path(S)
    turns = load(path).turns
    assert [turn.text for turn in turns] == ["one", "three"]
    assert [turn.text for turn in read_chain(path).visible(turns)] == ["one", "three"]
    writer.write_summary(S, "They counted.")
    turns = load(path).turns
    assert [turn.text for turn in read_chain(path).visible(turns) if turn.kind != "note"] == ["They counted."]


def test_parents_that_go_in_a_circle_end(writer: SessionWriter) -> None:
    path = Path(writer.session_path(S))
    path.parent.mkdir()
    row = '{"type":"user","uuid":"%s","parentUuid":"%s","message":{"role":"user","content":"%s"}}\n'
    path.write_text(row % ("a", "b", "A") + row % ("b", "a", "B") + row % ("c", "c", "C"))
    assert texts(writer.load_session_messages(S)) == ["C"]
    assert texts(writer.load_session_messages(S, all=True)) == ["A", "B", "C"]


# Accidents


def test_a_torn_last_line_is_never_merged_with_the_next(writer: SessionWriter) -> None:
    writer.write_user_message(S, "whole")
    path = Path(writer.session_path(S))
    whole = path.read_bytes()
    for cut in (1, 20, len(whole) // 2, len(whole) - 1):  # the last: only the line's end is missing
        path.write_bytes(whole + whole[:cut])
        writer.write_user_message(S, f"after {cut}")
        found = path.read_bytes()
        assert found.startswith(whole + whole[:cut] + b"\n{")
        assert texts(writer.load_session_messages(S))[-2:] == ["whole", f"after {cut}"]


def test_bad_lines_are_passed_over(writer: SessionWriter) -> None:
    writer.write_user_message(S, "one")
    path = Path(writer.session_path(S))
    with path.open("ab") as file:
        file.write(b"{not json}\n\n[1]\n\xff\xfe\n" + b"x" * 100_000 + b"\n")
    writer.write_user_message(S, "two")
    assert texts(writer.load_session_messages(S)) == ["one", "two"]


def test_a_line_longer_than_what_is_read_at_once(writer: SessionWriter) -> None:
    long = writer.write_user_message(S, "x" * 700_000)
    writer.write_user_message(S, "short")
    assert lines(writer)[1]["parentUuid"] == long
    assert len(writer.load_session_messages(S)[0].text) == 700_000


WRITE = """
import sys
from memdir.sessions.writer import SessionWriter
folder, session, who, count = sys.argv[1:]
writer = SessionWriter(folder, now=lambda: 1.79e9, wait=60.0)
for n in range(int(count)):
    writer.write_user_message(session, f"{who} {n} " + "x" * 3000)
    if who == "forever":
        print(n, flush=True)
"""


def python(*words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(TOP)}
    return subprocess.Popen(
        [sys.executable, "-c", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def test_many_writers_make_one_conversation(writer: SessionWriter) -> None:
    processes = [python(WRITE, writer.folder, S, str(n), "40") for n in range(4)]
    threads = [
        threading.Thread(target=lambda n=n: [writer.write_user_message(S, f"t{n} {i} ") for i in range(20)])
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    assert [process.communicate()[1] for process in processes] == [""] * 4
    for thread in threads:
        thread.join()
    found = texts(writer.load_session_messages(S))
    assert len(found) == 4 * 40 + 3 * 20
    for who, count in [*((str(n), 40) for n in range(4)), *((f"t{n}", 20) for n in range(3))]:
        assert [text.split()[1] for text in found if text.split()[0] == who] == [str(i) for i in range(count)]
    parents = [line["parentUuid"] for line in lines(writer)]
    assert len(parents) == len(set(parents))  # one after the other: no two continue from the same


def test_a_killed_writer_leaves_whole_lines_and_no_lock(writer: SessionWriter) -> None:
    process = python(WRITE, writer.folder, S, "forever", "1000000")
    assert process.stdout is not None
    written = 0
    while written < 20:
        written = int(process.stdout.readline()) + 1
    process.send_signal(signal.SIGKILL)
    process.communicate()
    writer.write_user_message(S, "after")
    found = texts(writer.load_session_messages(S))
    assert found[-1] == "after"
    assert [text.split()[1] for text in found[:-1]] == [str(n) for n in range(len(found) - 1)]
    assert len(found) > written


def test_a_full_disk_is_an_error_and_loses_nothing_that_was_written(
    writer: SessionWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.write_user_message(S, "before")
    real = os.write
    left = 100

    def full(descriptor: int, data: bytes) -> int:
        nonlocal left
        if left == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = real(descriptor, bytes(data)[:left])
        left -= done
        return done

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StorageError, match="No space left"):
        writer.write_user_message(S, "lost")
    monkeypatch.setattr(os, "write", real)
    writer.write_user_message(S, "after")
    assert texts(writer.load_session_messages(S)) == ["before", "after"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_device_is_no_transcript(writer: SessionWriter, tmp_path: Path) -> None:
    Path(writer.folder).mkdir()
    os.symlink("/dev/full", writer.session_path(S))
    with pytest.raises(StorageError):
        writer.write_user_message(S, "x")
    os.mkfifo(writer.session_path("pipe"))
    with pytest.raises(BadInputError):
        writer.write_user_message("pipe", "x")


def test_a_session_that_another_one_writes_is_waited_for(writer: SessionWriter) -> None:
    writer.write_user_message(S, "x")
    slept: list[float] = []
    with appending(writer.session_path(S)):
        with (
            pytest.raises(LockedError),
            appending(writer.session_path(S), wait=1.0, clock=lambda: float(len(slept)), sleep=slept.append),
        ):
            pass
        writer.write_user_message("another", "not waited for")
    assert slept


def test_a_transcript_that_moves_away_while_we_wait_is_begun_anew(writer: SessionWriter) -> None:
    path = writer.session_path(S)
    writer.write_user_message(S, "old")
    holder = appending(path)
    holder.__enter__()

    def moved(_: float) -> None:
        os.rename(path, path + ".old")
        holder.__exit__(None, None, None)

    with appending(path, sleep=moved) as file:
        file.write(b'{"type":"x"}')
    assert Path(path).read_bytes() == b'{"type":"x"}\n'
    assert Path(path + ".old").read_bytes().count(b"\n") == 1


def test_no_size_ends_a_session(writer: SessionWriter) -> None:
    """The seed lost messages at 50 MB; a sparse file stands for a large one."""
    writer.write_user_message(S, "first")
    with Path(writer.session_path(S)).open("ab") as file:
        file.seek(60_000_000)
        file.write(b"\n")
    second = writer.write_user_message(S, "second")
    writer.write_user_message(S, "third")
    assert lines_at_end(writer)["parentUuid"] == second
    assert [file.session for file in writer.list_sessions()] == [S]
    assert texts(writer.load_session_messages(S))[-2:] == ["second", "third"]


def lines_at_end(writer: SessionWriter) -> dict[str, object]:
    found: dict[str, object] = json.loads(Path(writer.session_path(S)).read_bytes().splitlines()[-1])
    return found


@pytest.mark.parametrize("durable", [False, True])
def test_each_line_is_synced_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool) -> None:
    writer = SessionWriter(str(tmp_path), now=time.time, durable=durable)
    writer.write_user_message(S, "new file")
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    writer.write_user_message(S, "x")
    assert len(synced) == durable


# The library


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[memdir.Workspace]:
    project, config = tmp_path / "site", tmp_path / "config"
    (project / ".git").mkdir(parents=True)
    (project / ".git" / "HEAD").write_text("ref: refs/heads/feature/x\n")
    places = {"config_dir": config, "cache_dir": tmp_path / "c", "state_dir": tmp_path / "s"}
    with memdir.open(project, background=False, **places) as opened:  # type: ignore[arg-type]
        yield opened


def test_a_workspace_writes_where_claude_code_looks(workspace: memdir.Workspace, tmp_path: Path) -> None:
    first = workspace.write_user_message(S, "Which port?")
    workspace.write_assistant_message(S, "9000.")
    path = Path(workspace.session_path(S))
    slug = re.sub("[^a-zA-Z0-9]", "-", os.path.realpath(tmp_path / "site"))
    assert path == tmp_path / "config" / "projects" / slug / f"{S}.jsonl"
    assert json.loads(path.read_bytes().splitlines()[0])["gitBranch"] == "feature/x"
    assert [file.session for file in workspace.list_sessions()] == [S]
    workspace.tombstone_message(S, first)
    assert texts(workspace.load_session_messages(S)) == ["9000."]
    workspace.write_summary(S, "Port 9000.")
    assert texts(workspace.load_session_messages(S)) == ["Port 9000."]
    assert workspace.load_session_messages("never") == []


def test_a_subdirectory_has_a_folder_of_its_own(workspace: memdir.Workspace, tmp_path: Path) -> None:
    workspace.write_user_message(S, "x")
    below = tmp_path / "site" / "api"
    below.mkdir()
    with memdir.open(below, config_dir=tmp_path / "config", background=False) as opened:
        assert opened.session_path(S) != workspace.session_path(S)


@pytest.mark.parametrize(("head", "branch"), [("ref: refs/heads/a/b\n", "a/b"), ("deadbeef\n", "HEAD"), ("", "")])
def test_the_branch_is_read_and_no_git_is_run(tmp_path: Path, head: str, branch: str) -> None:
    from memdir.git_root import branch as found

    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text(head)
    assert found(str(tmp_path)) == branch


def test_nothing_is_made_by_looking(workspace: memdir.Workspace, tmp_path: Path) -> None:
    looks: list[Callable[[], object]] = [workspace.list_sessions, lambda: workspace.load_session_messages(S)]
    for look in looks:
        assert look() == []
    assert not (tmp_path / "config").exists()
