"""The round trip with Claude Code's own SDK (pinned in tests/requirements.txt): it reads what we write, and we read
what it writes."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import memdir
from memdir.sessions.conversation import Message, messages
from memdir.sessions.session_store import DirectorySessionStore, SessionKey
from memdir.sessions.transcript import load

sdk = pytest.importorskip("claude_agent_sdk", reason="make test installs it; see tests/requirements.txt")

S = "0b6a1f9e-3c1d-4e7a-9d53-5a1c2f0e8b11"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "config"))
    folder = tmp_path / "My site (v2)"
    folder.mkdir()
    return folder


@pytest.fixture
def workspace(project: Path, tmp_path: Path) -> memdir.Workspace:
    return memdir.open(project, config_dir=tmp_path / "config", state_dir=tmp_path / "s", cache_dir=tmp_path / "c",
                       background=False)  # fmt: skip


def theirs(project: Path, session: str = S) -> list[tuple[str, str, object]]:
    found = sdk.get_session_messages(session, str(project))
    return [(message.uuid, message.type, message.message) for message in found]


def ours(messages: list[Message]) -> list[tuple[str, str, object]]:
    return [(message.uuid, message.role, message.message) for message in messages]


def conversation(workspace: memdir.Workspace) -> None:
    """A prompt, a tool call with its result, an answer, a way given up, a hidden message."""
    workspace.write_user_message(S, "Which port does the api listen on? \u2028 It says é.")
    workspace.write_assistant_message(S, [{"type": "tool_use", "id": "t1", "name": "Grep", "input": {"pattern": "p"}}])
    workspace.write_user_message(S, [{"type": "tool_result", "tool_use_id": "t1", "content": "port = 9000"}])
    kept = workspace.write_assistant_message(S, "On 9000.")
    workspace.write_user_message(S, "the wrong way")
    workspace.write_user_message(S, "And the admin page?", parent=kept)
    workspace.tombstone_message(S, workspace.write_assistant_message(S, "unwanted"))
    workspace.write_assistant_message(S, "On 9001.")


def test_it_lists_and_loads_what_we_wrote(workspace: memdir.Workspace, project: Path) -> None:
    conversation(workspace)
    (listed,) = sdk.list_sessions(str(project))
    assert (listed.session_id, listed.cwd) == (S, str(project))
    assert listed.first_prompt == listed.summary == "Which port does the api listen on? \u2028 It says é."
    (file,) = workspace.list_sessions()
    assert (file.session, file.size) == (S, listed.file_size)
    loaded = workspace.load_session_messages(S)
    assert theirs(project) == ours(loaded)
    assert [message.text for message in loaded][-1] == "On 9001."
    assert len(loaded) == 6


def test_a_summary_takes_the_place_of_what_was_before_for_both(workspace: memdir.Workspace, project: Path) -> None:
    conversation(workspace)
    workspace.write_summary(S, "The api is on 9000, the admin page on 9001.")
    workspace.write_user_message(S, "Thanks.")
    assert theirs(project) == ours(workspace.load_session_messages(S))
    assert len(theirs(project)) == 2
    assert sdk.list_sessions(str(project))[0].first_prompt.startswith("Which port")


def test_we_load_what_it_writes(workspace: memdir.Workspace, project: Path) -> None:
    conversation(workspace)
    before = ours(workspace.load_session_messages(S))
    sdk.rename_session(S, "Ports", str(project))
    sdk.tag_session(S, "network", str(project))
    assert ours(workspace.load_session_messages(S)) == before
    said = load(workspace.session_path(S)).told.said
    assert (said["custom_title"], said["tag"]) == ("Ports", "network")
    workspace.write_user_message(S, "after the title")
    assert theirs(project) == ours(workspace.load_session_messages(S))
    workspace.session_writer.write_title(S, "Ports and pages")
    workspace.session_writer.write_tag(S, "")
    (listed,) = sdk.list_sessions(str(project))
    assert (listed.summary, listed.tag) == ("Ports and pages", None)


def test_its_fork_of_our_session_is_the_same_conversation(workspace: memdir.Workspace, project: Path) -> None:
    conversation(workspace)
    fork = sdk.fork_session(S, str(project)).session_id
    forked = workspace.load_session_messages(fork)
    assert theirs(project, fork) == ours(forked)
    assert [message.message for message in forked] == [m.message for m in workspace.load_session_messages(S)]
    workspace.write_user_message(fork, "on from here")
    assert theirs(project, fork) == ours(workspace.load_session_messages(fork))
    assert {file.session for file in workspace.list_sessions()} == {S, fork}


def test_what_it_deletes_is_gone(workspace: memdir.Workspace, project: Path) -> None:
    conversation(workspace)
    sdk.delete_session(S, str(project))
    assert workspace.list_sessions() == []
    assert workspace.load_session_messages(S) == []


def test_a_torn_line_costs_it_one_message_at_most(workspace: memdir.Workspace, project: Path) -> None:
    conversation(workspace)
    path = Path(workspace.session_path(S))
    path.write_bytes(path.read_bytes()[:-30])
    workspace.write_user_message(S, "after the accident")
    assert theirs(project) == ours(workspace.load_session_messages(S))
    assert theirs(project)[-1][2] == {"role": "user", "content": "after the accident"}


# Its SessionStore


def test_the_store_keeps_its_contracts(tmp_path: Path) -> None:
    from claude_agent_sdk.testing import run_session_store_conformance

    numbers = iter(range(1000))
    asyncio.run(
        run_session_store_conformance(
            lambda: DirectorySessionStore(str(tmp_path / str(next(numbers)))),  # type: ignore[arg-type,return-value]
            skip_optional=frozenset({"list_session_summaries"}),
        )
    )


def test_its_helpers_work_on_the_store(workspace: memdir.Workspace, project: Path, tmp_path: Path) -> None:
    conversation(workspace)
    store = DirectorySessionStore(str(tmp_path / "store"))
    asyncio.run(sdk.import_session_to_store(S, store, directory=str(project)))
    key: SessionKey = {"project_key": sdk.project_key_for_directory(str(project)), "session_id": S}
    assert asyncio.run(store.load(key))
    got = asyncio.run(sdk.get_session_messages_from_store(store, S, directory=str(project)))
    assert [(m.uuid, m.type, m.message) for m in got] == theirs(project)
    asyncio.run(sdk.rename_session_via_store(store, S, "Ports", directory=str(project)))
    fork = asyncio.run(sdk.fork_session_via_store(store, S, directory=str(project))).session_id
    listed = asyncio.run(sdk.list_sessions_from_store(store, directory=str(project)))
    assert {session.session_id: session.summary for session in listed} == {S: "Ports", fork: "Ports (fork)"}
    asyncio.run(sdk.delete_session_via_store(store, fork, directory=str(project)))
    assert len(asyncio.run(sdk.list_sessions_from_store(store, directory=str(project)))) == 1


def test_both_give_a_directory_the_same_key(project: Path, workspace: memdir.Workspace) -> None:
    folder = Path(workspace.session_path(S)).parent.name
    assert folder == sdk.project_key_for_directory(str(project))
    assert re.fullmatch("[A-Za-z0-9-]+", folder)
    assert uuid.UUID(S)


def test_both_read_the_same_conversation_in_real_transcripts(real_data: Path) -> None:
    from claude_agent_sdk._internal.sessions import _entries_to_session_messages, _parse_transcript_entries

    files = sorted((real_data / "transcripts" / "claude-code").glob("**/*.jsonl"))
    files = [path for path in files if not path.name.startswith("agent-")]  # it reads these by another function
    assert files
    for path in files:
        entries = _parse_transcript_entries(path.read_text("utf-8", "replace"))
        expected = [message.uuid for message in _entries_to_session_messages(entries, None, 0)]
        # Results of tool calls side by side that have one time may change places.
        assert sorted(message.uuid for message in messages(str(path))) == sorted(expected), path.name


_TREES = st.lists(
    st.tuples(
        st.sampled_from(["user", "assistant", "user", "assistant", "progress", "attachment", "system"]),
        st.one_of(st.just(-1), st.integers(0, 9)),  # continues from the line before, mostly
        st.sampled_from([{}, {}, {}, {"isMeta": True}, {"isSidechain": True}, {"teamName": "reviewers"}]),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(_TREES)
@settings(derandomize=True, deadline=None, max_examples=400)
def test_the_conversation_ends_where_its_conversation_ends(
    tmp_path_factory: pytest.TempPathFactory, tree: list[tuple[str, int, dict[str, object]]]
) -> None:
    from claude_agent_sdk._internal.sessions import _entries_to_session_messages, _parse_transcript_entries

    lines = [
        {"type": type, "uuid": f"u{at}", "parentUuid": f"u{at - 1 if before < 0 else before}", **flags,
         "message": {"id": f"m{at}", "role": type, "content": [{"type": "text", "text": "said"}]}}
        for at, (type, before, flags) in enumerate(tree)
    ]  # fmt: skip
    text = "".join(json.dumps(line) + "\n" for line in lines)
    path = tmp_path_factory.mktemp("tree") / f"{S}.jsonl"
    path.write_text(text)
    expected = [message.uuid for message in _entries_to_session_messages(_parse_transcript_entries(text), None, 0)]
    found = [message.uuid for message in messages(str(path))]
    # Where its leaf is in a side chain without a way up to the conversation, it gives nothing; we give what there is.
    if expected and not all("isSidechain" in line for line in lines):
        assert found == expected
