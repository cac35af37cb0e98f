"""The checklist of formats/claude-code.md §7, item 7: what a reader of transcripts must stand and get right."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.errors import NotFoundError, StorageError
from memdir.sessions.archived_file import write_archived, write_original
from memdir.sessions.chain import chain_of, read_chain
from memdir.sessions.conversation import messages
from memdir.sessions.entry import Turn, Usage
from memdir.sessions.json_lines import MAX_LINE, parse
from memdir.sessions.side_files import spilled_output, sub_agents, with_whole_outputs
from memdir.sessions.told import told
from memdir.sessions.transcript import Transcript, load, read_turn
from memdir.sessions.transcript_files import TranscriptFiles, place
from memdir.sessions.turn_named import turn_named
from memdir.sessions.writer import SessionWriter

UUID = "c2a7740e-91f3-4a0b-8f5d-6f1f4a8a2b33"
Line = dict[str, Any]


def user(uuid: str, text: object, parent: str | None = None, **more: object) -> Line:
    message = {"role": "user", "content": text}
    return {"type": "user", "uuid": uuid, "parentUuid": parent, "message": message, **more}


def assistant(uuid: str, *blocks: Line | str, parent: str | None = None, id: str = "", **more: object) -> Line:
    content = [{"type": "text", "text": block} if isinstance(block, str) else block for block in blocks]
    message: Line = {"role": "assistant", "content": content, "model": "claude-opus-4-6"}
    if id:
        message["id"] = id
    if "usage" in more:
        message["usage"] = more.pop("usage")
    return {"type": "assistant", "uuid": uuid, "parentUuid": parent, "message": message, **more}


def tool(id: str, name: str = "Bash", **input: object) -> Line:
    return {"type": "tool_use", "id": id, "name": name, "input": input}


def result(uuid: str, call: str, content: object, parent: str | None = None, **more: object) -> Line:
    return user(uuid, [{"type": "tool_result", "tool_use_id": call, "content": content}], parent, **more)


def write(path: Path, *lines: Line | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join((x if isinstance(x, bytes) else json.dumps(x).encode()) + b"\n" for x in lines))
    return path


def texts(turns: Any) -> list[str]:
    return [turn.text for turn in turns]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / f"{UUID}.jsonl"


def read(path: Path, *lines: Line | bytes) -> Transcript:
    return load(str(write(path, *lines)))


def conversation(path: Path, *lines: Line | bytes) -> list[str]:
    found = read(path, *lines)
    return texts(read_chain(str(path)).visible(found.turns))


# Lines


def test_bad_lines_are_counted_and_passed_over(path: Path) -> None:
    bad = [b"{", b"[1, 2]", b'"text"', b"null", b"12", b"\x00\x00", b"{'a': 1}", b'{"a": 1} {"b": 2}']
    found = read(path, user("a", "one"), *bad, b"", b"   ", user("b", "two"))
    assert texts(found.turns) == ["one", "two"]
    assert (found.told.lines, found.told.skipped, found.turns[1].line) == (12, len(bad), 12)


def test_no_final_newline(path: Path) -> None:
    path.write_bytes(json.dumps(user("a", "one")).encode() + b"\n" + json.dumps(user("b", "two")).encode())
    found = load(str(path))
    assert (texts(found.turns), found.told.lines, found.told.skipped) == (["one", "two"], 2, 0)


def test_a_torn_last_line(path: Path) -> None:
    path.write_bytes(json.dumps(user("a", "one")).encode() + b'\n{"type":"user","message":{"cont')
    found = load(str(path))
    assert (texts(found.turns), found.told.lines, found.told.skipped) == (["one"], 2, 1)


def test_lone_surrogates_nan_and_bytes_that_are_no_text(path: Path) -> None:
    found = read(
        path,
        b'{"type":"user","uuid":"a","message":{"content":"cut \\ud83d"}}',
        b'{"type":"user","uuid":"b","n":NaN,"m":-Infinity,"message":{"content":"\\ud83d\\ude00 whole"}}',
        b'{"type":"user","uuid":"c","message":{"content":"caf\xe9"}}',
        b'\xef\xbb\xbf{"type":"user"}',
    )
    assert texts(found.turns) == ["cut �", "😀 whole", "caf�"]
    assert found.told.skipped == 1


def test_a_byte_order_mark_and_carriage_returns(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(json.dumps(user(x, x)).encode() for x in "ab") + b"\r\n")
    assert texts(load(str(path)).turns) == ["a", "b"]


def test_an_empty_file(path: Path) -> None:
    path.write_bytes(b"")
    found = load(str(path))
    assert (found.turns, found.told.lines, found.told.skipped, found.told.title) == ((), 0, 0, "")
    assert read_chain(str(path)).uuids == ()


def test_huge_nesting_and_long_lines(path: Path) -> None:
    deep = b'{"type":"user","message":{"content":' + b"[" * 100_000 + b"]" * 100_000 + b"}}"
    found = read(path, deep, user("a", "x" * 600_000))
    assert (len(found.turns[0].text), found.told.skipped) == (600_000, 1)


def test_a_line_over_the_limit_is_counted_not_held(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_LINE == 64 << 20
    monkeypatch.setattr("memdir.sessions.json_lines.MAX_LINE", 1000)
    found = read(path, user("a", "x" * 5000), user("b", "short"))
    assert (texts(found.turns), found.told.skipped, found.turns[0].line) == (["short"], 1, 2)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9) | st.just("user"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "message", "content", "uuid", "text", "id", "name", "input", "usage", "payload",
                         "role", "parentUuid", "attachment", "origin", "source", "compactMetadata", "preservedMessages",
                         "uuids", "preservedSegment", "subtype", "timestamp", "tool_use_id", "toolCalls", "tokens"]),
        inner, max_size=5),
    max_leaves=12,
)  # fmt: skip
_TYPED = st.builds(
    lambda line, type: {**line, "type": type},
    st.dictionaries(st.sampled_from(["message", "uuid", "parentUuid", "payload", "attachment", "content", "subtype",
                                     "timestamp", "toolUseResult", "leafUuid", "compactMetadata", "id"]), _JSON),
    st.sampled_from(["user", "assistant", "system", "attachment", "last-prompt", "summary", "custom-title", "event_msg",
                     "response_item", "session_meta", "turn_context", "gemini", "tombstone", "progress", "compacted"])
    | st.lists(st.just("user"), max_size=1),
)  # fmt: skip


@given(st.lists(_TYPED, max_size=5))
@settings(derandomize=True, deadline=None, max_examples=100)
def test_no_content_stops_the_reading(tmp_path_factory: pytest.TempPathFactory, lines: list[Line]) -> None:
    path = tmp_path_factory.getbasetemp() / "odd.jsonl"
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    path.write_bytes(data)
    found = load(str(path))
    assert (found.told.lines, found.told.skipped) == (len(lines), 0)
    assert found.told.turns == len(found.turns)
    chain = read_chain(str(path))
    assert len(set(chain.uuids)) == len(chain.uuids)
    for turn in found.turns:
        assert read_turn(str(path), turn.number, turn.line, turn.offsets) is not None


@pytest.mark.parametrize("odd", [["user"], {"type": "user"}, 5, True])
def test_a_type_that_is_no_text_is_passed_over(odd: object, path: Path) -> None:
    lines = [{"type": odd, "uuid": "x"}, {"type": "system", "subtype": odd, "content": "note"}, user("a", "said", "x")]
    assert [turn.text for turn in read(path, *lines).turns][-1] == "said"
    assert read_chain(str(path)).leaf == "a"
    assert [message.text for message in messages(str(path))] == ["said"]
    writer = SessionWriter(str(path.parent), now=lambda: 0.0)
    with path.open("ab") as file:
        file.write(json.dumps({"type": odd, "uuid": "y"}).encode() + b"\n")
        file.write(json.dumps({"type": "memdir-tombstone", "targetUuid": odd}).encode() + b"\n")
    writer.write_user_message(path.stem, "on")
    assert [message.parent for message in messages(str(path))][-1] == "a"


# One message of several lines, duplicates


def test_one_message_from_its_lines(path: Path) -> None:
    usage = {"input_tokens": 10, "output_tokens": 2, "cache_read_input_tokens": 100}
    found = read(
        path,
        user("u", "look"),
        assistant("a1", {"type": "thinking", "thinking": "hm", "signature": "xyz"}, id="m", requestId="r", usage=usage),
        assistant("a2", "Looking.", id="m", requestId="r", usage=usage),
        assistant("a3", tool("t1", command="ls"), id="m", requestId="r", usage={**usage, "output_tokens": 40}),
        result("r1", "t1", "a.txt"),
        assistant("b1", "One file.", id="n", requestId="q", usage=usage),
    )
    assert [turn.role for turn in found.turns] == ["user", "assistant", "assistant"]
    turn = found.turns[1]
    assert (turn.id, turn.line, turn.uuids) == ("a1", 2, ("a1", "a2", "a3", "r1"))
    assert (turn.text, turn.thinking) == ("Looking.", "hm")
    assert turn.calls[0].result is not None and turn.calls[0].result.text == "a.txt"
    assert turn.usage == Usage(10, 40, 0, 100)
    assert found.told.usage == Usage(20, 42, 0, 200)
    for uuid in turn.uuids:
        assert found.turns[turn_named(found.turns, uuid)] == turn
    with pytest.raises(NotFoundError):
        turn_named(found.turns, "nobody")
    assert read_turn(str(path), turn.number, turn.line, turn.offsets) == turn


def test_the_same_message_id_without_a_request_id_and_with_another(path: Path) -> None:
    found = read(
        path,
        assistant("a", "one", id="m", usage={"output_tokens": 5}),
        assistant("b", "two", id="m", usage={"output_tokens": 7}),
        assistant("c", "three", id="m", requestId="other", usage={"output_tokens": 11}),
    )
    assert texts(found.turns) == ["one\ntwo", "three"]
    assert found.told.usage.output == 18


def test_usage_of_a_message_without_an_id_counts(path: Path) -> None:
    used = {"usage": {"input_tokens": 3, "output_tokens": 5}, "content": "Yes."}
    found = read(path, {"type": "assistant", "message": used}, {"type": "assistant", "message": used})
    assert found.told.usage == Usage(6, 10)
    assert [turn.usage for turn in found.turns] == [Usage(3, 5)] * 2


def test_usage_is_counted_once_when_a_history_is_written_again(path: Path) -> None:
    lines = [assistant(f"a{n}", "x", id=f"m{n}", requestId="r", usage={"output_tokens": 1}) for n in range(600)]
    again = [{**line, "uuid": f"again{n}"} for n, line in enumerate(lines)]
    assert read(path, *lines, *again).told.usage.output == 600


def test_a_message_without_end_is_cut_into_turns(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [assistant(f"a{n}", "word " * 100, id="m", usage={"output_tokens": 9}) for n in range(4500)]
    found = read(path, *lines)
    assert [len(turn.uuids) for turn in found.turns] == [2000, 2000, 500]
    assert found.told.usage.output == 9
    monkeypatch.setattr("memdir.sessions.turns.MAX_TURN", 10_000)
    assert all(len(turn.text) < 11_000 for turn in load(str(path)).turns)


def test_numbers_without_end(path: Path) -> None:
    digits = b"9" * 4200
    line = b'{"type":"assistant","uuid":"%s","timestamp":%s,"n":NaN,"message":{"id":"%s","usage":{"output_tokens":%s}}}'
    write(path, *(line % (id, digits, id, digits) for id in (b"a", b"b")), b'{"n":' + b"9" * 5000 + b"}")
    files = TranscriptFiles(str(path.parent))
    (stat,), _ = files.walk()
    reading = files.read(stat, None)
    assert len(list(reading)) == 2
    assert told(reading.state()).usage == Usage()


def test_a_file_name_that_is_no_text(tmp_path: Path) -> None:
    write(tmp_path / os.fsdecode(b"-p\xff") / os.fsdecode(b"s\xfe.jsonl"), user("a", "x"))
    files = TranscriptFiles(str(tmp_path))
    (stat,), _ = files.walk()
    reading = files.read(stat, None)
    assert len(list(reading)) == 1
    assert told(reading.state()).session == "s\ufffd"
    again = files.read(stat, reading.state())
    assert list(again) == [] and not again.fresh


def test_what_a_fork_copied_was_not_used_in_it(path: Path) -> None:
    fork = {"sessionId": "other", "messageUuid": "x"}
    found = read(
        path,
        assistant("a", "one", id="m", usage={"output_tokens": 5}, forkedFrom=fork),
        assistant("b", "two", id="n", usage={"output_tokens": 7}),
    )
    assert (found.told.usage.output, found.told.said["forked_from"]) == (7, "other")


def test_duplicate_and_missing_uuids(path: Path) -> None:
    nameless = {"type": "user", "message": {"content": "nameless"}}
    found = read(path, user("a", "one"), user("a", "one"), nameless, nameless)
    assert texts(found.turns) == ["one", "nameless", "nameless"]
    assert found.told.repeated == 1
    assert [turn.id for turn in found.turns] == ["a", "line-3", "line-4"]


def test_ids_are_any_strings(path: Path) -> None:
    found = read(path, user("D1:3", "hello"), user("../../x", "there"), user("日本", "!"))
    assert [turn.id for turn in found.turns] == ["D1:3", "../../x", "日本"]


# The conversation


def test_cycles_and_self_parents(path: Path) -> None:
    assert conversation(path, user("a", "one", "a")) == ["one"]
    both = [user("a", "one", "b"), assistant("b", "two", parent="a")]
    assert conversation(path, *both) == ["one", "two"]
    assert conversation(path, *both, user("c", "three", "b")) == ["one", "two", "three"]


def test_a_rewind_is_a_branch_that_was_given_up(path: Path) -> None:
    lines = [
        user("a", "start", timestamp="2026-01-01T10:00:00Z"),
        assistant("b", "reply", parent="a"),
        user("c", "wrong way", "b", timestamp="2026-01-01T10:01:00Z"),
        assistant("d", "going wrong", parent="c"),
        user("e", "right way", "b", timestamp="2026-01-01T10:02:00Z"),
        assistant("f", "going right", parent="e"),
    ]
    assert conversation(path, *lines) == ["start", "reply", "right way", "going right"]
    chain = read_chain(str(path))
    assert texts(turn for turn in load(str(path)).turns if chain.gave_up(turn)) == ["wrong way", "going wrong"]
    assert texts(load(str(path)).turns) == [
        "start", "reply", "wrong way", "going wrong", "right way", "going right"
    ]  # fmt: skip


def test_tool_calls_side_by_side_are_no_branches(path: Path) -> None:
    found = read(
        path,
        user("a", "look"),
        assistant("b", tool("t1"), parent="a", id="m"),
        assistant("c", tool("t2"), parent="b", id="m"),
        result("d", "t2", "two", "c"),
        result("e", "t1", "one", "b"),
        assistant("f", "done", parent="e"),
    )
    chain = read_chain(str(path))
    assert texts(chain.visible(found.turns)) == ["look", "", "done"]
    assert not chain.abandoned
    assert [call.result.text for call in found.turns[1].calls if call.result] == ["one", "two"]


def test_progress_and_attachments_are_links_of_the_chain(path: Path) -> None:
    lines = [
        user("a", "one"),
        {"type": "progress", "uuid": "p", "parentUuid": "a", "data": {}},
        {"type": "attachment", "uuid": "q", "parentUuid": "p", "attachment": {"type": "file", "content": "x"}},
        assistant("b", "two", parent="q"),
        {"type": "progress", "uuid": "z", "parentUuid": "b", "data": {}},
    ]
    assert conversation(path, *lines) == ["one", "two"]


BOUNDARY: Line = {
    "type": "system", "subtype": "compact_boundary", "content": "Conversation compacted", "uuid": "x",
    "parentUuid": None, "logicalParentUuid": "b",
}  # fmt: skip


def test_a_compaction_begins_a_new_root(path: Path) -> None:
    summary = user("s", "Summary.", "x", isCompactSummary=True, isVisibleInTranscriptOnly=True)
    lines = [user("a", "one"), assistant("b", "two", parent="a"), BOUNDARY, summary, user("c", "three", "s")]
    assert conversation(path, *lines) == ["Conversation compacted", "Summary.", "three"]
    assert len(load(str(path)).turns) == 5
    again = {**BOUNDARY, "uuid": "y"}
    later = [again, user("t", "Later.", "y", isCompactSummary=True), user("d", "four", "t")]
    assert conversation(path, *lines, *later) == ["Conversation compacted", "Later.", "four"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"preservedSegment": {"headUuid": "b", "anchorUuid": "s", "tailUuid": "c"}},
        {"preservedMessages": {"anchorUuid": "s", "uuids": ["b", "c"], "allUuids": ["b", "c"]}},
    ],
)
def test_preserved_messages_follow_the_summary(metadata: Line, path: Path) -> None:
    boundary = {**BOUNDARY, "compactMetadata": metadata}
    lines = [
        user("a", "one"), assistant("b", "two", parent="a"), user("c", "three", "b"), boundary,
        user("s", "Summary.", "x", isCompactSummary=True), assistant("d", "four", parent="s"),
    ]  # fmt: skip
    read(path, *lines)
    assert read_chain(str(path)).uuids == ("x", "s", "b", "c", "d")


@pytest.mark.parametrize(
    "metadata",
    [
        {"preservedSegment": {"headUuid": "nobody", "anchorUuid": "s", "tailUuid": "c"}},
        {"preservedSegment": {"headUuid": "b", "anchorUuid": "b", "tailUuid": "c"}},
        {"preservedMessages": {"anchorUuid": "s", "uuids": ["b", "gone"]}},
        {"preservedMessages": {"anchorUuid": "s", "uuids": ["b", "b"]}},
        {"preservedMessages": 3, "preservedSegment": []},
    ],
)
def test_preserved_messages_that_do_not_fit_are_left_where_they_are(metadata: Line) -> None:
    boundary = {**BOUNDARY, "compactMetadata": metadata}
    lines = [
        user("a", "one"), assistant("b", "two", parent="a"), user("c", "three", "b"), boundary,
        user("s", "Summary.", "x", isCompactSummary=True), assistant("d", "four", parent="s"),
    ]  # fmt: skip
    assert chain_of(lines).uuids == ("x", "s", "d")


TWO_BRANCHES = [
    user("a", "start", timestamp="2026-01-01T10:00:00Z"),
    user("b", "first", "a", timestamp="2026-01-01T10:05:00Z"),
    assistant("c", "first reply", parent="b", timestamp="2026-01-01T10:06:00Z"),
    user("d", "second", "a", timestamp="2026-01-01T10:01:00Z"),
    assistant("e", "second reply", parent="d", timestamp="2026-01-01T10:02:00Z"),
]


@pytest.mark.parametrize(
    ("pointers", "leaf"),
    [
        ([], "e"),
        ([{"leafUuid": "c", "explicit": True}], "c"),
        ([{"leafUuid": "c", "explicit": True}, {"leafUuid": "c"}], "c"),
        ([{"leafUuid": "c", "explicit": True}, {"leafUuid": "e"}], "e"),
        ([{"leafUuid": "c", "explicit": True}, {"leafUuid": None, "explicit": True}], "c"),  # the newest by its time
        ([{"leafUuid": "c"}], "c"),
        ([{"leafUuid": "d"}], "e"),  # only behind
        ([{"leafUuid": "nobody", "explicit": True}], "e"),
        ([{"lastPrompt": "second"}], "e"),
    ],
)
def test_a_last_prompt_points_at_the_leaf(pointers: list[Line], leaf: str) -> None:
    assert chain_of([*TWO_BRANCHES, *({"type": "last-prompt", **each} for each in pointers)]).leaf == leaf


def test_a_pin_stays_when_the_file_grows_and_a_compaction_forgets_it() -> None:
    pin = {"type": "last-prompt", "leafUuid": "c", "explicit": True}
    more = assistant("f", "more", parent="e")
    assert chain_of([*TWO_BRANCHES, pin, more]).leaf == "c"
    assert chain_of([*TWO_BRANCHES, {**pin, "explicit": False}, more]).leaf == "f"
    assert chain_of([*TWO_BRANCHES, pin, BOUNDARY, user("s", "Summary.", "x")]).leaf == "s"


def sdk_chain(lines: list[Line]) -> list[str]:
    """The conversation as the Agent SDK finds it, written down anew from its description (formats §3.4)."""
    by_uuid = {line["uuid"]: line for line in lines}
    place = {line["uuid"]: number for number, line in enumerate(lines)}
    parents = {line["parentUuid"] for line in by_uuid.values()}
    leaves = []
    for uuid in by_uuid:
        seen: set[str] = set()
        at = uuid if uuid not in parents else None
        while at in by_uuid and at not in seen and by_uuid[at]["type"] not in ("user", "assistant"):
            seen.add(at)
            at = by_uuid[at]["parentUuid"]
        if at in by_uuid and at not in seen:
            leaves.append(at)
    if not leaves:
        return []
    chain: list[str] = []
    at = max(leaves, key=place.__getitem__)
    while at in by_uuid and at not in chain:
        chain.append(at)
        at = by_uuid[at]["parentUuid"]
    return chain[::-1]


_TREES = st.lists(
    st.tuples(st.sampled_from("abcdefghij"), st.sampled_from([*"abcdefghij", None, "gone"]),
              st.sampled_from(["user", "assistant", "progress", "attachment"])),
    max_size=14,
)  # fmt: skip


@given(_TREES)
@settings(derandomize=True, deadline=None, max_examples=300)
def test_the_conversation_is_the_sdk_s(tree: list[tuple[str, str | None, str]]) -> None:
    lines = [{"type": type, "uuid": uuid, "parentUuid": parent} for uuid, parent, type in tree]
    expected = sdk_chain(lines)
    found = chain_of(lines)
    if expected and not found.linear:  # where everything is in cycles, the SDK gives nothing
        assert [*found.uuids] == expected
    assert found.linear == (not any(line["parentUuid"] for line in lines))


def test_teammates_and_injected_lines_are_no_leaves() -> None:
    lines = [
        user("a", "one"), assistant("t", "of another", parent="a", teamName="reviewers"),
        assistant("b", "two", parent="a"), user("m", "injected", "b", isMeta=True),
    ]  # fmt: skip
    assert chain_of(lines).leaf == "b"


def test_the_newest_leaf_of_the_main_conversation_counts_and_without_one_the_line_above_the_newest() -> None:
    tree = [user("a", "one"), assistant("b", "two", parent="a"), assistant("c", "two, again", parent="a")]
    injected = user("m", "injected", "c", isMeta=True)
    assert chain_of([*tree, injected]).leaf == "b"  # as the SDK has it
    assert chain_of([tree[0], tree[2], injected]).leaf == "c"
    aside = [user("s", "task", "c", isSidechain=True), user("t", "task", "gone", isSidechain=True)]
    assert chain_of([tree[0], tree[2], *aside]).leaf == "c"  # the SDK finds nothing


def test_a_log_without_parents_is_one_conversation(path: Path) -> None:
    lines = [{"type": "user", "uuid": x, "message": {"content": x}} for x in "abc"]
    assert conversation(path, *lines) == ["a", "b", "c"]


def test_a_resumed_session_continues_below_a_line_that_is_not_there(path: Path) -> None:
    assert conversation(path, user("b", "two", "elsewhere"), assistant("c", "three", parent="b")) == ["two", "three"]


# Side chains


def test_side_chains_in_the_file(path: Path) -> None:
    found = read(
        path,
        user("a", "do it"),
        assistant("b", tool("t", "Task", prompt="find"), parent="a"),
        user("s1", "find", isSidechain=True),
        assistant("s2", "found", parent="s1", isSidechain=True),
        result("c", "t", "found", "b"),
        assistant("d", "done", parent="c"),
    )
    assert texts(read_chain(str(path)).visible(found.turns)) == ["do it", "", "done"]
    assert [turn.text for turn in found.turns if turn.typed] == ["do it"]
    assert found.told.prompts == 1


def agent_lines(session: str) -> list[Line]:
    more: Line = {"isSidechain": True, "sessionId": session, "agentId": "a1"}
    return [user("s1", "find", **more), assistant("s2", "found", parent="s1", **more)]


@pytest.mark.parametrize(
    "where",
    [
        f"-p/{UUID}/subagents/agent-a1.jsonl",
        f"-p/{UUID}/subagents/workflows/run1/agent-a1.jsonl",
        "-p/agent-a1.jsonl",
    ],
)
def test_side_chains_in_files_of_their_own(where: str, tmp_path: Path) -> None:
    write(tmp_path / where, *agent_lines(UUID))
    write(tmp_path / "-p" / UUID / "subagents" / "workflows" / "run1" / "journal.jsonl", {"type": "started"})
    files = TranscriptFiles(str(tmp_path))
    stats, findings = files.walk()
    assert [stat.id for stat in stats] == [where] and not findings
    reading = files.read(stats[0], None)
    documents = list(reading)
    assert {(document.facts.session, document.facts.namespace) for document in documents} == {(UUID, "-p")}
    assert not any(document.facts.pinned for document in documents)
    said = told(reading.state())
    assert (said.session, said.agent, said.prompts, said.title) == (UUID, "a1", 0, "find")
    chain = read_chain(str(tmp_path / where))
    assert texts(chain.visible(load(str(tmp_path / where)).turns)) == ["find", "found"]


def test_the_sub_agents_of_a_session(path: Path) -> None:
    write(path, user("a", "do it"))
    folder = path.with_suffix("") / "subagents"
    write(folder / "agent-a1.jsonl", *agent_lines(UUID))
    (folder / "agent-a1.meta.json").write_text('{"agentType": "Explore", "description": "Find", "toolUseId": "t1"}')
    write(folder / "workflows" / "w" / "agent-a2.jsonl", *agent_lines(UUID))
    (folder / "workflows" / "w" / "agent-a2.meta.json").write_text("{")
    os.symlink("/etc/passwd", folder / "agent-evil.jsonl")
    first, second = sub_agents(str(path))
    assert (first.id, first.type, first.description, first.call) == ("a1", "Explore", "Find", "t1")
    assert (second.id, second.type) == ("a2", "")


def test_a_long_output_lies_in_the_session_s_folder_or_nowhere(path: Path, tmp_path: Path) -> None:
    write(path, user("a", "x"))
    folder = path.with_suffix("") / "tool-results"
    folder.mkdir(parents=True)
    (folder / "b1.txt").write_text("the whole output")
    (tmp_path / "secret.txt").write_text("no")
    os.symlink(tmp_path / "secret.txt", folder / "link.txt")
    said = "<persisted-output>\nOutput too large (35.8KB). Full output saved to: %s/tool-results/%s\n\nPreview"
    assert spilled_output(str(path), said % ("/home/of/somebody", "b1.txt")) == "the whole output"
    for name in ("link.txt", "gone.txt", "../../secret.txt", "..", "b1.txt/../../../secret.txt", "\0.txt"):
        assert spilled_output(str(path), said % ("/home/of/somebody", name)) is None
    assert spilled_output(str(path), "see tool-results/b1.txt") is None
    write(path, assistant("a", tool("t")), result("r", "t", said % ("/home/of/somebody", "b1.txt")))
    (call,) = with_whole_outputs(str(path), load(str(path)).turns[0]).calls
    assert call.result is not None and call.result.text == "the whole output"


# Prompts


@pytest.mark.parametrize(
    ("line", "kind", "text"),
    [
        (user("a", "fix it"), "prompt", "fix it"),
        (user("a", [{"type": "text", "text": "fix"}, {"type": "image", "source": {}}]), "prompt", "fix\n[image]"),
        (user("a", "x", isMeta=True), "meta", "x"),
        (user("a", "x", isCompactSummary=True), "summary", "x"),
        (user("a", "x", isVisibleInTranscriptOnly=True), "meta", "x"),
        (user("a", "x", promptSource="system"), "meta", "x"),
        (user("a", "x", promptSource="queued"), "prompt", "x"),
        (user("a", "x", origin={"kind": "human"}), "prompt", "x"),
        (user("a", "x", origin={"kind": "task-notification"}), "notification", "x"),
        (user("a", "[Request interrupted by user for tool use]"), "interrupt", None),
        (user("a", "<local-command-stdout>x</local-command-stdout>"), "meta", None),
        (user("a", "<local-command-caveat>x</local-command-caveat>"), "meta", None),
        (user("a", "<session-start-hook>x</session-start-hook>"), "meta", None),
        (user("a", "<tick>1</tick>"), "meta", None),
        (user("a", "<goal>x</goal>"), "meta", None),
        (user("a", "<task-notification>x</task-notification>"), "meta", None),
        (user("a", "<bash-stdout>x</bash-stdout>"), "meta", None),
        (user("a", '<teammate-message teammate_id="x">x</teammate-message>'), "meta", None),
        (user("a", "<system-reminder>x</system-reminder>"), "meta", None),
        (user("a", "<ide_opened_file>x</ide_opened_file>"), "meta", None),
        (user("a", "<ide_selection>x</ide_selection>\nexplain this"), "prompt", "explain this"),
        (user("a", "fix it\n<system-reminder>x</system-reminder>"), "prompt", "fix it"),
        (user("a", "<user-prompt-submit-hook>x</user-prompt-submit-hook>"), "meta", None),
        (user("a", "<user-prompt-submit-hook>x</user-prompt-submit-hook> go"), "prompt", "go"),
        (user("a", "what is <system-reminder>?"), "prompt", "what is <system-reminder>?"),
        (user("a", "<pasted_content id=1>log</pasted_content>"), "meta", None),
        (user("a", "<pasted_content id=1>log</pasted_content> why?"), "prompt", None),
        (user("a", "<bash-input>ls -l</bash-input>"), "command", "!ls -l"),
        (user("a", "<command-message>x</command-message>\n<command-name>/init</command-name>"), "command", "/init"),
        (user("a", "<goals> of mine"), "prompt", "<goals> of mine"),
        (user("a", "  "), "meta", None),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_prompt(line: Line, kind: str, text: str | None, path: Path) -> None:
    turn = read(path, line).turns[0]
    assert turn.kind == kind
    assert text is None or turn.text == text
    assert turn.typed == (kind == "prompt")


@pytest.mark.parametrize(
    "text",
    [
        "<system-reminder>" + " " * 400_000 + "x",
        "<system-reminder>" * 40_000 + "x</system-reminder>",
        "<ide_selection>" * 40_000,
        "<ide_selection></ide_selection> " * 30_000 + "x" + " <system-reminder></system-reminder>" * 30_000,
        "<command-name>" * 40_000,
        "<bash-input>" * 40_000 + "</bash-input>",
        "<pasted_content>" * 40_000,
        " " * 400_000 + "<goal",
    ],
    ids=lambda text: text[:20].strip(),
)
def test_long_texts_of_tags_take_no_longer_than_others(text: str, path: Path) -> None:
    assert read(path, user("a", text), attachment(type="queued_command", prompt=text)).told.lines == 2


def attachment(**fields: object) -> Line:
    return {"type": "attachment", "uuid": "q", "attachment": fields}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (attachment(type="queued_command", prompt="and this"), [("prompt", "and this")]),
        (attachment(type="queued_command", prompt=[{"type": "text", "text": "x"}]), [("prompt", "x")]),
        (attachment(type="queued_command", prompt="x", commandMode="task-notification"), [("notification", "x")]),
        (attachment(type="queued_command", prompt="x", origin={"kind": "coordinator"}), [("notification", "x")]),
        (attachment(type="queued_command", prompt="x", isMeta=True), [("meta", "x")]),
        (attachment(type="queued_command"), []),
        (attachment(type="nested_memory", content="remembered"), []),
        (attachment(type="hook_additional_context", content=["injected"]), []),
        (attachment(type="something_new", prompt="x"), []),
        ({"type": "attachment", "attachment": None}, []),
    ],
)
def test_attachments(line: Line, found: list[tuple[str, str]], path: Path) -> None:
    assert [(turn.kind, turn.text) for turn in read(path, line).turns] == found


# Everything else


def test_blocks_of_every_kind(path: Path) -> None:
    found = read(
        path,
        user("u", [{"type": "document", "title": "Plan", "source": {"type": "text", "data": "Step one."}},
                   {"type": "document", "source": {"type": "base64", "data": "AAAA"}}]),
        assistant("a", {"type": "redacted_thinking", "data": "zzz"},
                  {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "lamps"}},
                  {"type": "web_search_tool_result", "tool_use_id": "s", "content": []},
                  tool("t"), {"type": "of_tomorrow", "data": 1}, id="m"),
        result("r", "t", [{"type": "text", "text": "seen"}, {"type": "image", "source": {"data": "AAAA"}},
                          {"type": "tool_reference", "tool_name": "Grep"}], toolUseResult={"agentId": "a9"}),
        result("lost", "nobody", "orphan"),
    )  # fmt: skip
    assert found.turns[0].text == "Plan\nStep one.\n[document]"
    search, call = found.turns[1].calls
    assert (search.name, search.result is not None) == ("web_search", True)
    assert call.result is not None and (call.result.text, call.result.agent) == ("seen\n[image]\nGrep", "a9")
    assert (found.turns[2].role, found.turns[2].results[0].text) == ("tool", "orphan")
    assert "AAAA" not in str(found.turns) and "zzz" not in str(found.turns)


def test_what_a_person_says_beside_a_refusal_is_in_the_result(path: Path) -> None:
    blocks = [{"type": "tool_result", "tool_use_id": "t", "content": "rejected", "is_error": True},
              {"type": "text", "text": "use port 9000"}]  # fmt: skip
    found = read(path, assistant("a", tool("t")), user("r", blocks))
    assert found.turns[0].calls[0].result is not None
    assert found.turns[0].calls[0].result.text == "rejected\nuse port 9000"


def test_notes_of_the_program(path: Path) -> None:
    found = read(
        path,
        {"type": "system", "subtype": "turn_duration", "durationMs": 3, "uuid": "1"},
        {"type": "system", "subtype": "stop_hook_summary", "content": "x", "uuid": "2"},
        {"type": "system", "subtype": "away_summary", "content": "Ready.", "uuid": "3"},
        {"type": "system", "subtype": "api_error", "error": {"message": "Overloaded"}, "uuid": "4"},
        {"type": "system", "content": "old hook line", "uuid": "5"},
        assistant("6", "API Error: 500", isApiErrorMessage=True),
    )
    assert [(turn.kind, turn.text) for turn in found.turns] == [
        ("note", "Ready."), ("note", "Overloaded"), ("note", "old hook line"), ("note", "API Error: 500")
    ]  # fmt: skip


def test_titles(path: Path) -> None:
    lines: list[Line] = [user("a", "first\nprompt")]
    assert read(path, *lines).told.title == "first prompt"
    for line, title in (
        ({"type": "summary", "summary": "a summary", "leafUuid": "a"}, "a summary"),
        ({"type": "summary", "summary": "of another session", "leafUuid": "nobody"}, "a summary"),
        ({"type": "last-prompt", "lastPrompt": "the last"}, "the last"),
        ({"type": "ai-title", "aiTitle": "by the model"}, "by the model"),
        ({"type": "custom-title", "customTitle": "by hand"}, "by hand"),
        ({"type": "custom-title", "customTitle": "again"}, "again"),
        ({"type": "custom-title", "customTitle": ""}, "by the model"),
        ({"type": "last-prompt", "leafUuid": "a"}, "by the model"),
    ):
        lines.append(line)
        assert read(path, *lines).told.title == title


def test_facts_of_a_session(path: Path) -> None:
    more: Line = {"cwd": "/w", "gitBranch": "main", "version": "2.1.0", "sessionId": UUID}
    found = read(
        path,
        user("a", "go, the key is AKIAIOSFODNN7EXAMPLE", timestamp="2026-01-01T10:00:05Z", **more),
        assistant("b", tool("t"), timestamp="2026-01-01T10:00:01Z", **{**more, "gitBranch": "fix"}),
        {"type": "pr-link", "prUrl": "https://x/pull/1"},
        {"type": "tag", "tag": "port"},
    ).told
    assert (found.cwd, found.branches, found.versions, found.models) == (
        "/w", ("main", "fix"), ("2.1.0",), ("claude-opus-4-6",)
    )  # fmt: skip
    assert found.ended - found.started == 4
    assert (found.prs, found.said["tag"], found.calls, found.prompts) == (("https://x/pull/1",), "port", 1, 1)
    assert "AKIA" not in str(found) and found.size == path.stat().st_size


def test_unknown_types_and_fields_survive_byte_for_byte(path: Path, tmp_path: Path) -> None:
    odd = [b'{"type": "of-tomorrow",  "x" :1e400, "x": 2}', b"not json \xff\xfe", b'{"type":"user","\\ud800":[]}', b""]
    write(path, user("a", "one"), *odd, user("b", "two"))
    data = path.read_bytes() + b'{"torn": '
    path.write_bytes(data)
    assert texts(load(str(path)).turns) == ["one", "two"] or len(load(str(path)).turns) == 3
    write_archived(str(path), str(tmp_path / "copy.jsonl.zst"))
    write_original(str(tmp_path / "copy.jsonl.zst"), str(tmp_path / "back.jsonl"))
    assert (tmp_path / "back.jsonl").read_bytes() == data == path.read_bytes()


# Directories


def test_what_counts_as_a_transcript(tmp_path: Path) -> None:
    for name in ("a.jsonl", "-p/b.jsonl", f"-p/{UUID}.jsonl", "-p/sessions-index.json", "-p/x.json", "-p/x.txt"):
        write(tmp_path / name, user("a", "x"))
    for name in ("memory/m.jsonl", f"{UUID}/tool-results/t.jsonl", f"{UUID}/session-memory/s.jsonl"):
        write(tmp_path / "-p" / name, user("a", "x"))
    (tmp_path / "-p" / "chat.json").write_text('{"sessionId": "s", "projectHash": "h", "messages": []}')
    outside = tmp_path.parent / "outside.jsonl"
    write(outside, user("a", "x"))
    os.symlink(outside, tmp_path / "-p" / "link.jsonl")
    os.symlink(tmp_path.parent, tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    stats, findings = TranscriptFiles(str(tmp_path)).walk()
    assert [stat.id for stat in stats] == [f"-p/{name}" for name in ("b.jsonl", f"{UUID}.jsonl", "chat.json")] + [
        "a.jsonl"
    ]
    assert [(finding.code, finding.path) for finding in findings] == [("link", "-p/link.jsonl"), ("link", "loop")]


def test_what_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o000)
    stats, findings = TranscriptFiles(str(tmp_path)).walk()
    assert not stats
    if os.geteuid():
        assert [finding.code for finding in findings] == ["unreadable"]
    assert TranscriptFiles(str(tmp_path / "gone")).walk() == ([], [])
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(StorageError):
        load(str(tmp_path / "pipe.jsonl"))
    with pytest.raises(StorageError):
        load(str(tmp_path / "gone.jsonl"))


def test_places() -> None:
    assert place("a.jsonl") == ("", "a", "")
    assert place("-p/a_part3.jsonl") == ("-p", "a", "")
    assert place("-p/a.b.jsonl.zst") == ("-p", "a.b", "")
    assert place("-p/a_part3.jsonl.zst") == ("-p", "a", "")
    assert place("-p/agent-x.jsonl") == ("-p", "", "x")
    assert place("-p/s/subagents/agent-x.jsonl") == ("-p", "s", "x")
    assert place("subagents/agent-x.jsonl") == ("subagents", "", "x")
    assert place("2026/01/02/rollout-2026-01-02T03-04-05-1.jsonl") == ("2026/01/02", "", "")


def test_every_real_file_reads(real_data: Path) -> None:
    paths = sorted((real_data / "transcripts").rglob("*.jsonl"))
    assert len(paths) > 100
    for path in paths:
        data = path.read_bytes()
        lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        bad = sum(1 for line in lines if line.strip() and parse(line.removeprefix(b"\xef\xbb\xbf")) is None)
        found = load(str(path))
        assert (found.told.lines, found.told.skipped) == (len(lines), bad)
        assert len(found.turns) == found.told.turns
        assert [turn.number for turn in found.turns] == [*range(len(found.turns))]
        called = [call.id for turn in found.turns for call in turn.calls]
        answered = [call for turn in found.turns for call in turn.calls if call.result is not None]
        assert len(answered) <= len(called)
        chain = read_chain(str(path))
        assert chain.linear or not found.turns or len(chain.visible(found.turns)) <= len(found.turns)
        for turn in found.turns[:: max(1, len(found.turns) // 5)]:
            assert read_turn(str(path), turn.number, turn.line, turn.offsets) == turn or turn.usage == Usage()


def test_real_tool_calls_have_their_results(real_data: Path) -> None:
    """Independent of the reader: every result whose call is in the file must be paired."""
    for path in sorted((real_data / "transcripts" / "claude-code").rglob("*.jsonl")):
        calls, results = set(), set()
        for raw in path.read_bytes().splitlines():
            blocks = ((parse(raw) or {}).get("message") or {}).get("content")  # type: ignore[attr-defined]
            for block in blocks if isinstance(blocks, list) else []:
                if block.get("type") == "tool_use":
                    calls.add(block["id"])
                elif block.get("type") == "tool_result":
                    results.add(block["tool_use_id"])
        turns: tuple[Turn, ...] = load(str(path)).turns
        paired = {call.id for turn in turns for call in turn.calls if call.result is not None}
        assert paired == calls & results
