"""The seed's cases of transcripts (formats/cersei.md §2: S1 to S10, X3, X6), on sessions of ours and of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import memdir
from memdir.sessions.conversation import Message
from memdir.sessions.transcript import load


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[memdir.Workspace]:
    (tmp_path / "foo").mkdir()
    with memdir.open(tmp_path / "foo", config_dir=tmp_path / ".claude", background=False) as opened:
        yield opened


def texts(found: list[Message]) -> list[str]:
    return [message.text for message in found]


def seed(uuid: str, text: str, type: str = "user") -> str:
    """A line as the seed writes it."""
    message = {"role": type, "content": text}
    time = "2026-11-21T02:15:17.967295626+00:00"
    fields = {"type": type, "uuid": uuid, "timestamp": time, "session_id": "sid", "cwd": "/w", "message": message}
    return json.dumps({**fields, "is_sidechain": False}) + "\n"


def gone(uuid: str) -> str:
    return json.dumps({"type": "tombstone", "deleted_uuid": uuid, "timestamp": "2026-11-21T02:15:17+00:00"}) + "\n"


def put(workspace: memdir.Workspace, name: str, text: str) -> Path:
    path = Path(workspace.session_path("sid")).parent / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_s1_messages_in_order(workspace: memdir.Workspace) -> None:
    first = workspace.write_user_message("sid", "Hello")
    workspace.write_assistant_message("sid", "Hi", parent=first)
    workspace.write_user_message("sid", "Bye")
    assert texts(workspace.load_session_messages("sid")) == ["Hello", "Hi", "Bye"]
    put(workspace, "seed.jsonl", seed("1", "Hello") + seed("2", "Hi", "assistant") + seed("3", "Bye"))
    loaded = workspace.load_session_messages("seed")
    assert [(m.role, m.text, m.message["content"]) for m in loaded] == [
        ("user", "Hello", "Hello"), ("assistant", "Hi", "Hi"), ("user", "Bye", "Bye"),
    ]  # fmt: skip
    assert round(loaded[0].timestamp, 3) == 1795227317.967


def test_s2_a_tombstone(workspace: memdir.Workspace) -> None:
    workspace.write_user_message("sid", "Keep")
    second = workspace.write_user_message("sid", "Delete")
    workspace.write_user_message("sid", "Also keep")
    workspace.tombstone_message("sid", second)
    assert texts(workspace.load_session_messages("sid")) == ["Keep", "Also keep"]
    put(workspace, "seed.jsonl", gone("2") + seed("1", "Keep") + seed("2", "Delete") + seed("3", "Also keep"))
    assert texts(workspace.load_session_messages("seed")) == ["Keep", "Also keep"]


def test_s3_an_empty_file(workspace: memdir.Workspace) -> None:
    put(workspace, "sid.jsonl", "")
    assert workspace.load_session_messages("sid") == []
    workspace.write_user_message("sid", "x")
    assert texts(workspace.load_session_messages("sid")) == ["x"]


def test_s4_bad_lines(workspace: memdir.Workspace) -> None:
    path = put(workspace, "sid.jsonl", seed("1", "one") + "{not valid json}\n" + seed("2", "two"))
    assert texts(workspace.load_session_messages("sid")) == ["one", "two"]
    assert load(str(path)).told.skipped == 1


def test_s5_the_path(workspace: memdir.Workspace) -> None:
    path = workspace.session_path("abc-123")
    assert path.endswith("abc-123.jsonl")
    assert ".claude" in path
    with pytest.raises(memdir.BadInputError):
        workspace.session_path("../../evil")  # the seed took it


def test_s6_a_summary(workspace: memdir.Workspace) -> None:
    workspace.write_user_message("sid", "one")
    workspace.write_summary("sid", "sum")
    workspace.write_user_message("sid", "two")
    assert texts(workspace.load_session_messages("sid")) == ["sum", "two"]
    assert texts(workspace.load_session_messages("sid", all=True)) == ["one", "sum", "two"]
    row = {"type": "summary", "uuid": "S", "timestamp": "T", "session_id": "sid", "summary": "sum"}
    put(
        workspace,
        "seed.jsonl",
        seed("1", "one") + json.dumps({**row, "messages_compacted": 1}) + "\n" + seed("2", "two"),
    )
    assert texts(workspace.load_session_messages("seed")) == ["sum", "two"]
    assert len(workspace.load_session_messages("seed", all=True)) == 3


def test_s7_no_size_forks(workspace: memdir.Workspace) -> None:
    path = Path(workspace.session_path("sid"))
    workspace.write_user_message("sid", "first")
    with path.open("ab") as file:
        file.truncate(51_000_000)
    workspace.write_user_message("sid", "beyond the size at which the seed begins another file")
    assert [other.name for other in path.parent.iterdir()] == ["sid.jsonl"]
    assert len(workspace.load_session_messages("sid")) == 2


def test_s8_parts_that_the_seed_wrote(workspace: memdir.Workspace) -> None:
    put(workspace, "sid.jsonl", seed("1", "one").rstrip("\n"))  # the seed merged this with the next part's first line
    put(workspace, "sid_part2.jsonl", seed("2", "two"))
    put(workspace, "sid_part10.jsonl", seed("10", "ten"))
    put(workspace, "sid_part9.jsonl", seed("9", "nine"))
    assert texts(workspace.load_session_messages("sid")) == ["one", "two", "nine", "ten"]


def test_s9_a_tombstone_in_another_part(workspace: memdir.Workspace) -> None:
    put(workspace, "sid.jsonl", seed("1", "Keep") + seed("2", "Delete"))
    put(workspace, "sid_part2.jsonl", gone("2") + seed("3", "Also keep"))
    assert texts(workspace.load_session_messages("sid")) == ["Keep", "Also keep"]


def test_s10_the_size(workspace: memdir.Workspace) -> None:
    workspace.write_user_message("sid", "x")
    (file,) = workspace.list_sessions()
    assert file.size == Path(file.path).stat().st_size > 0


def test_x3_the_manager_writes_and_loads(workspace: memdir.Workspace) -> None:
    workspace.write_user_message("sid", "Hello")
    workspace.write_assistant_message("sid", "Hi")
    assert texts(workspace.load_session_messages("sid")) == ["Hello", "Hi"]


def test_x6_what_is_listed(workspace: memdir.Workspace) -> None:
    for name in ("s1.jsonl", "s2.jsonl", "s2_part2.jsonl", "notes.txt", "agent-1.jsonl"):
        put(workspace, name, seed("1", name))
    assert sorted(file.session for file in workspace.list_sessions()) == ["s1", "s2"]
