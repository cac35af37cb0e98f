"""Logs of other agents, and of the seed, give the same turns as Claude Code's."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from typing import Any

import pytest

from memdir.sessions.catalogue import catalogue
from memdir.sessions.chain import read_chain
from memdir.sessions.conversation import messages
from memdir.sessions.entry import Usage
from memdir.sessions.json_lines import parse
from memdir.sessions.overview import overview
from memdir.sessions.removed import put_back, remove
from memdir.sessions.statistics import statistics
from memdir.sessions.told import Told, told
from memdir.sessions.transcript import load, read_turn
from memdir.sessions.transcript_files import TranscriptFiles
from memdir.sessions.turn_named import turn_named

Line = dict[str, Any]


def write(path: Path, *lines: Line) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def said(path: str) -> list[tuple[str, str, str]]:
    return [(turn.role, turn.kind, turn.text) for turn in load(path).turns]


def indexed(root: Path) -> dict[str, tuple[list[str], Told]]:
    """Of each file the ids of its documents' turns, and what is told of it."""
    files = TranscriptFiles(str(root))
    found = {}
    for stat in files.walk()[0]:
        reading = files.read(stat, None)
        documents = list(reading)
        found[stat.id] = [document.facts.name for document in documents], told(reading.state())
    return found


# Codex


def item(**payload: object) -> Line:
    return {"timestamp": "2026-01-02T03:04:05.000Z", "type": "response_item", "payload": payload}


def event(**payload: object) -> Line:
    return {"timestamp": "2026-01-02T03:04:05.100Z", "type": "event_msg", "payload": payload}


def message(role: str, text: str, kind: str = "input_text") -> Line:
    return item(type="message", role=role, content=[{"type": kind, "text": text}])


META: Line = {
    "timestamp": "2026-01-02T03:04:05.000Z",
    "type": "session_meta",
    "payload": {"id": "1111", "cwd": "/w", "originator": "codex_cli_rs", "cli_version": "0.1.0",
                "base_instructions": {"text": "You are a coding agent."}, "git": {"branch": "main"}},
}  # fmt: skip
CONTEXT: Line = {"type": "turn_context", "payload": {"cwd": "/w", "model": "gpt-5.4"}}
ROLLOUT: list[Line] = [
    META,
    message("developer", "<permissions instructions>"),
    message("user", "# AGENTS.md instructions for /w\n\n<INSTRUCTIONS>x</INSTRUCTIONS>"),
    message("user", "<environment_context>x</environment_context>"),
    CONTEXT,
    message("user", "list the files"),
    event(type="user_message", message="list the files", images=[]),
    event(type="agent_reasoning", text="Use ls"),
    item(type="reasoning", summary=[{"type": "summary_text", "text": "Use ls"}], encrypted_content="gAAAA"),
    event(type="agent_message", message="Looking."),
    message("assistant", "Looking.", "output_text"),
    item(type="function_call", name="shell", arguments='{"command":["ls"],"path":"/w"}', call_id="c1"),
    event(type="token_count", info={}),
    item(type="function_call_output", call_id="c1", output='{"output":"a.txt\\n","metadata":{"exit_code":1}}'),
    item(type="custom_tool_call", name="apply_patch", input="*** Begin Patch", call_id="c2"),
    item(type="custom_tool_call_output", call_id="c2", output="Success"),
    {"type": "turn_context", "payload": {"model": "gpt-6"}},
    event(type="user_message", message="yes"),
    event(type="user_message", message="yes"),
    message("assistant", "Done.", "output_text"),
    {"type": "compacted", "payload": {"message": "We listed files."}},
    event(type="turn_aborted", reason="interrupted"),
]


def test_a_codex_rollout(tmp_path: Path) -> None:
    path = write(tmp_path / "rollout-2026-01-02T03-04-05-1111.jsonl", *ROLLOUT)
    assert said(path) == [
        ("user", "meta", "# AGENTS.md instructions for /w\n\n<INSTRUCTIONS>x</INSTRUCTIONS>"),
        ("user", "meta", "<environment_context>x</environment_context>"),
        ("user", "prompt", "list the files"),
        ("assistant", "message", ""),
        ("assistant", "message", "Looking."),
        ("assistant", "message", ""),
        ("assistant", "message", ""),
        ("user", "prompt", "yes"),
        ("user", "prompt", "yes"),
        ("assistant", "message", "Done."),
        ("user", "summary", "We listed files."),
        ("user", "interrupt", "[turn aborted]"),
    ]
    turns = load(path).turns
    assert turns[3].thinking == "Use ls"
    (call,) = turns[5].calls
    assert (call.name, call.input["path"]) == ("shell", "/w")
    assert call.result is not None and (call.result.text, call.result.is_error) == ("a.txt\n", True)
    assert turns[6].calls[0].input == {"input": "*** Begin Patch"}
    assert [turn.model for turn in turns if turn.text in ("Looking.", "Done.")] == ["gpt-5.4", "gpt-6"]
    assert {(turn.cwd, turn.branch) for turn in turns} == {("/w", "main")}
    assert "gAAAA" not in str(turns) and "coding agent" not in str(turns)
    assert turns[2].id == "line-6" and turn_named(turns, "line-6") == 2
    assert len(read_chain(path).visible(turns)) == len(turns) - 2
    (_, facts), = indexed(tmp_path).values()  # fmt: skip
    assert (facts.session, facts.cwd, facts.prompts, facts.title) == ("1111", "/w", 3, "list the files")
    assert (facts.models, facts.repeated) == (("gpt-5.4", "gpt-6"), 3)


def test_an_old_rollout_of_bare_items(tmp_path: Path) -> None:
    path = write(
        tmp_path / "r.jsonl",
        {"id": "1", "timestamp": "2025-05-01T00:00:00Z", "instructions": "x"},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]},
        {"record_type": "state"},
        {"type": "function_call", "name": "shell", "arguments": "not json", "call_id": "c"},
        {"type": "function_call_output", "call_id": "c", "output": "done"},
    )
    assert said(path) == [("user", "prompt", "hi"), ("assistant", "message", "")]


def test_real_rollouts_say_everything_once(real_data: Path) -> None:
    for path in sorted((real_data / "transcripts" / "codex").rglob("*.jsonl")):
        typed: list[str] = []
        calls = outputs = 0
        for raw in path.read_bytes().splitlines():
            line: Any = parse(raw)
            payload = line["payload"]
            typed += [payload["message"]] if payload.get("type") == "user_message" else []
            calls += line["type"] == "response_item" and payload["type"].endswith("_call")
            outputs += line["type"] == "response_item" and payload["type"].endswith("_output")
        turns = load(str(path)).turns
        assert [turn.text for turn in turns if turn.typed] == typed
        assert sum(len(turn.calls) for turn in turns) == calls
        results = sum(len(turn.results) + sum(call.result is not None for call in turn.calls) for turn in turns)
        assert results == outputs
        texts = [turn.text for turn in turns if turn.text]
        assert all(first != second for first, second in itertools.pairwise(texts))


# Gemini


CHAT: Line = {
    "sessionId": "f763", "projectHash": "7e89", "startTime": "2026-01-15T20:51:48.582Z",
    "messages": [
        {"id": "m1", "timestamp": "2026-01-15T20:51:48.582Z", "type": "user", "content": "make it blüe 😀"},
        {"id": "m2", "timestamp": "2026-01-15T20:51:52.837Z", "type": "gemini", "content": "I will.",
         "thoughts": [{"subject": "Colours", "description": "Blue it is."}], "model": "gemini-2.5-flash",
         "tokens": {"input": 100, "output": 10, "cached": 40, "thoughts": 5, "tool": 0, "total": 115},
         "toolCalls": [{"id": "t", "name": "write_file", "args": {"file_path": "blue.md"}, "status": "success",
                        "result": [{"functionResponse": {"response": {"output": "written"}}}]}]},
        {"id": "m3", "type": "info", "content": "Update available"},
        {"id": "m4", "type": "user", "content": [{"text": "thanks"}]},
    ],
    "summary": "A blue file",
}  # fmt: skip


@pytest.mark.parametrize("indent", [None, 2])
def test_a_gemini_chat(indent: int | None, tmp_path: Path) -> None:
    path = tmp_path / "session-1.json"
    text = json.dumps(CHAT, indent=indent, ensure_ascii=False)
    path.write_text(text)
    found = load(str(path))
    assert said(str(path)) == [
        ("user", "prompt", "make it blüe 😀"), ("assistant", "message", "I will."), ("user", "prompt", "thanks")
    ]  # fmt: skip
    turn = found.turns[1]
    assert (turn.id, turn.thinking, turn.model) == ("m2", "Colours: Blue it is.", "gemini-2.5-flash")
    assert turn.usage == Usage(60, 15, 0, 40)
    assert turn.calls[0].result is not None and turn.calls[0].result.text == "written"
    for each in found.turns:
        assert read_turn(str(path), each.number, each.line, each.offsets) == each._replace(session="")
        assert path.read_bytes()[each.offsets[0] :].startswith(b"{")
        assert f'"{each.id}"' in "\n".join(text.splitlines()[each.line - 1 : each.line + 1])
    assert found.told.lines == len(text.splitlines())
    (names, facts), = indexed(tmp_path).values()  # fmt: skip
    assert names == ["m1", "m2", "m4"]
    assert (facts.session, facts.title, facts.prompts) == ("f763", "A blue file", 2)


def test_a_chat_by_lines(tmp_path: Path) -> None:
    head = {key: value for key, value in CHAT.items() if key != "messages"}
    path = write(tmp_path / "session-1.jsonl", head, *CHAT["messages"], {"$set": {"lastUpdated": "x"}})
    assert [text for _, _, text in said(path)] == ["make it blüe 😀", "I will.", "thanks"]


def test_a_chat_that_is_damaged_gives_what_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "session-1.json"
    whole = json.dumps(CHAT).encode()
    for cut in range(0, len(whole), 37):
        path.write_bytes(whole[:cut])
        found = load(str(path))
        assert [turn.id for turn in found.turns] == ["m1", "m2", "m4"][: len(found.turns)]
        assert found.told.skipped == bool(cut)
    path.write_bytes(b'{"sessionId": 1, "projectHash": 2, "messages": [1, "x", [], {"type": "user", "content": 3}, {]}')
    assert len(load(str(path)).turns) == 1


def test_the_real_chat(real_data: Path) -> None:
    (path,) = (real_data / "transcripts" / "gemini-cli").rglob("*.json")
    whole = json.loads(path.read_text())
    turns = load(str(path)).turns
    assert [turn.id for turn in turns] == [message["id"] for message in whole["messages"]]
    assert [turn.text for turn in turns] == [message["content"] for message in whole["messages"]]
    assert len(indexed(path.parent)) == 1


# The seed


def seed(type: str, uuid: str, text: str, **more: object) -> Line:
    return {"type": type, "uuid": uuid, "timestamp": "2026-11-21T02:15:17.967295626+00:00", "session_id": "s",
            "cwd": "/w", "message": {"role": type, "content": text}, "is_sidechain": False, **more}  # fmt: skip


def test_the_seed_s_session(tmp_path: Path) -> None:
    path = write(
        tmp_path / "s.jsonl",
        {"type": "tombstone", "deleted_uuid": "b", "timestamp": "T"},
        seed("user", "a", "Hello"),
        seed("assistant", "b", "wrong", parent_uuid="a"),
        seed("assistant", "c", "Hi", parent_uuid="a"),
        seed("system", "d", "A note"),
        seed("user", "e", "of a side chain", is_sidechain=True),
        {"type": "summary", "uuid": "S", "session_id": "s", "summary": "sum", "messages_compacted": 2},
        {"type": "of_tomorrow", "x": 1},
        seed("user", "f", "gone"),
        {"type": "tombstone", "deleted_uuid": "f", "timestamp": "T"},
        {"type": "tombstone", "deleted_uuid": "nobody", "timestamp": "T"},
    )
    found = load(path)
    assert [(turn.id, turn.role, turn.text) for turn in found.turns] == [
        ("a", "user", "Hello"), ("c", "assistant", "Hi"), ("d", "system", "A note"), ("e", "user", "of a side chain"),
        ("S", "user", "sum"),
    ]  # fmt: skip
    assert (found.told.hidden, found.told.lines, found.told.skipped, found.told.prompts) == (2, 11, 0, 1)
    assert found.turns[1].parent == "a" and found.turns[0].timestamp == pytest.approx(1795227317.967, abs=0.01)
    assert [turn.id for turn in read_chain(path).visible(found.turns)] == ["a", "c", "d", "S"]


def test_the_seed_s_bare_messages(tmp_path: Path) -> None:
    path = write(tmp_path / "s.jsonl", {"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"})
    assert said(path) == [("user", "prompt", "hi"), ("assistant", "message", "ho")]


def test_parts_are_read_shown_and_removed_as_one_session(tmp_path: Path) -> None:
    names = ["s.jsonl", *(f"s_part{number}.jsonl" for number in range(2, 12))]
    for number, name in enumerate(names):
        write(tmp_path / name, seed("user", f"u{number}", f"text {number}"), {"type": "user", "message": "no uuid"})
    path = str(tmp_path / names[0])
    whole = load(path)
    assert [turn.id for turn in whole.turns][::2] == [f"u{number}" for number in range(11)]
    assert [turn.number for turn in whole.turns] == [*range(22)]
    assert (whole.told.turns, whole.told.lines, whole.told.prompts) == (22, 22, 22)
    assert len(read_chain(path).visible(whole.turns)) == len(messages(path)) == len(messages(path, all=True)) == 22
    assert load(str(tmp_path / "s_part3.jsonl")).turns[0].id == "u2"
    (session,) = catalogue([str(tmp_path)]).sessions
    assert [os.path.basename(part) for part in session.paths] == names
    assert session.size == sum((tmp_path / name).stat().st_size for name in names)
    assert (overview(session).told.turns, statistics([session]).turns) == (22, 22)
    gone = remove(session, str(tmp_path / "state"), title="", now=1.0)
    assert catalogue([str(tmp_path)]).sessions == []
    put_back(gone)
    assert catalogue([str(tmp_path)]).sessions == [session]
    os.unlink(path)  # without its first file the others stand alone
    assert len(catalogue([str(tmp_path)]).sessions) == 10


def test_parts_are_one_session_and_share_their_tombstones(tmp_path: Path) -> None:
    first = tmp_path / "s.jsonl"
    write(first, seed("user", "a", "Hello"), seed("user", "b", "secret plan"))
    second = tmp_path / "s_part2.jsonl"
    write(second, seed("user", "c", "more"))
    write(tmp_path / "my_partner.jsonl", seed("user", "z", "other"))
    found = indexed(tmp_path)
    assert {id: facts.session for id, (_, facts) in found.items()} == {
        "s.jsonl": "s", "s_part2.jsonl": "s", "my_partner.jsonl": "my_partner"
    }  # fmt: skip
    assert found["s.jsonl"][0] == ["a", "b"]
    files = TranscriptFiles(str(tmp_path))
    before = {stat.id: stat for stat in files.walk()[0]}
    reading = files.read(before["s.jsonl"], None)
    list(reading)
    os.utime(first, ns=(1, 1))
    with second.open("a") as file:
        file.write(json.dumps({"type": "tombstone", "deleted_uuid": "b"}) + "\n")
    after = {stat.id: stat for stat in files.walk()[0]}
    assert after["s.jsonl"] != before["s.jsonl"], "the index must look at it again"
    again = files.read(after["s.jsonl"], reading.state())
    assert [document.facts.name for document in again] == ["a"]
    assert again.fresh
    assert [turn.id for turn in load(str(first)).turns] == ["a", "c"]
