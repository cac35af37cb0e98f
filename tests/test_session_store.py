"""A directory as a framework's `SessionStore`."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox import TOP

from memdir.errors import BadInputError, StorageError
from memdir.sessions.session_store import DirectorySessionStore, SessionKey

KEY: SessionKey = {"project_key": "-work-site", "session_id": "s1"}
SUB: SessionKey = {**KEY, "subpath": "subagents/agent-1"}
Entries = list[dict[str, object]]


def entry(uuid: str | None, n: int = 0) -> dict[str, object]:
    return {"type": "user", **({"uuid": uuid} if uuid else {}), "n": n}


def append(store: DirectorySessionStore, key: SessionKey, *entries: dict[str, object]) -> None:
    asyncio.run(store.append(key, list(entries)))


def load(store: DirectorySessionStore, key: SessionKey) -> Entries | None:
    return asyncio.run(store.load(key))


@pytest.fixture
def store(tmp_path: Path) -> DirectorySessionStore:
    return DirectorySessionStore(str(tmp_path / "sessions"))


def test_a_uuid_is_stored_once_and_what_has_none_always(store: DirectorySessionStore) -> None:
    append(store, KEY, entry("a", 1), entry(None, 2), entry("a", 3))
    append(store, KEY, entry("a", 4), entry(None, 2), entry("b", 5))
    expected = [entry("a", 1), entry(None, 2), entry(None, 2), entry("b", 5)]
    assert load(store, KEY) == expected
    another = DirectorySessionStore(store.root)  # as another process, which remembers nothing
    append(another, KEY, entry("a", 6), entry("b", 6), entry("c", 6))
    append(store, KEY, entry("c", 7), entry("d", 7))
    assert load(store, KEY) == [*expected, entry("c", 6), entry("d", 7)]


def test_nothing_is_made_of_nothing(store: DirectorySessionStore) -> None:
    append(store, KEY)
    assert load(store, KEY) is None
    assert asyncio.run(store.list_sessions("-work-site")) == []
    asyncio.run(store.delete(KEY))
    assert asyncio.run(store.list_subkeys(KEY)) == []
    assert not Path(store.root).exists()


def test_deleting_takes_the_subagents_along(store: DirectorySessionStore) -> None:
    other: SessionKey = {"project_key": "-work-site", "session_id": "s10"}
    for key in (KEY, SUB, other):
        append(store, key, entry("a"))
    asyncio.run(store.delete(KEY))
    assert [load(store, key) for key in (KEY, SUB)] == [None, None]
    assert load(store, other) == [entry("a")]
    append(store, KEY, entry("a"))  # nothing of the old one is remembered
    assert load(store, KEY) == [entry("a")]


def test_the_files_are_a_directory_of_transcripts(store: DirectorySessionStore) -> None:
    append(store, KEY, {"n": 1, "type": "tag", "tag": "x"})
    append(store, SUB, entry("a"))
    found = sorted(str(path.relative_to(store.root)) for path in Path(store.root).rglob("*.jsonl"))
    assert found == ["-work-site/s1.jsonl", "-work-site/s1/subagents/agent-1.jsonl"]
    assert (Path(store.root) / found[0]).read_bytes().startswith(b'{"type":"tag"')
    sessions = asyncio.run(store.list_sessions("-work-site"))
    assert [session["session_id"] for session in sessions] == ["s1"]


NAMES = st.text(min_size=1, max_size=12) | st.sampled_from(
    ["..", ".", "a/b", "a\\b", "a\0", "%2E", "~", "con", "é", "É"]
)


@given(NAMES, NAMES, st.lists(NAMES.filter(lambda name: "/" not in name), min_size=1, max_size=3))
@settings(derandomize=True, deadline=None, max_examples=80)
def test_any_key_stays_below_the_root_and_comes_back(
    tmp_path_factory: pytest.TempPathFactory, project: str, session: str, parts: list[str]
) -> None:
    top = tmp_path_factory.mktemp("keys")
    store = DirectorySessionStore(str(top / "root"))
    key: SessionKey = {"project_key": project, "session_id": session}
    sub: SessionKey = {**key, "subpath": "/".join(parts)}
    append(store, key, entry("a"))
    append(store, sub, entry("b"))
    assert [path.name for path in top.iterdir()] == ["root"]
    assert len(list((top / "root").rglob("*.jsonl"))) == 2
    assert [s["session_id"] for s in asyncio.run(store.list_sessions(project))] == [session]
    assert asyncio.run(store.list_subkeys(key)) == [sub["subpath"]]
    assert (load(store, key), load(store, sub)) == ([entry("a")], [entry("b")])


@pytest.mark.parametrize("name", ["", "x" * 300])
def test_a_key_that_no_file_can_have(store: DirectorySessionStore, name: str) -> None:
    with pytest.raises(BadInputError):
        append(store, {"project_key": "p", "session_id": name}, entry("a"))
    with pytest.raises(BadInputError):
        append(store, {**KEY, "subpath": name}, entry("a"))


def test_torn_lines_are_passed_over_and_retried_batches_stored(
    store: DirectorySessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    append(store, KEY, entry("a"))
    real = os.write

    def half(descriptor: int, data: bytes) -> int:
        monkeypatch.setattr(os, "write", fail)
        return real(descriptor, bytes(data)[:40])

    def fail(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(StorageError):
        append(store, KEY, entry("b", 1), entry("c", 2))
    monkeypatch.setattr(os, "write", real)
    append(store, KEY, entry("b", 1), entry("c", 2))
    assert load(store, KEY) == [entry("a"), entry("b", 1), entry("c", 2)]


def test_only_so_many_sessions_are_remembered(store: DirectorySessionStore) -> None:
    for n in range(80):
        append(store, {"project_key": "p", "session_id": f"s{n}"}, entry("a"))
    assert len(store._known) == 64
    append(store, {"project_key": "p", "session_id": "s0"}, entry("a"), entry("b"))
    assert load(store, {"project_key": "p", "session_id": "s0"}) == [entry("a"), entry("b")]


APPEND = """
import asyncio, sys
from memdir.sessions.session_store import DirectorySessionStore
store = DirectorySessionStore(sys.argv[1])
for n in range(30):
    asyncio.run(store.append({"project_key": "p", "session_id": "s"}, [{"type": "x", "uuid": f"u{n}", "n": n}]))
"""


def test_processes_that_send_the_same_store_it_once(store: DirectorySessionStore) -> None:
    environment = {"PYTHONPATH": str(TOP), "PATH": "/usr/bin:/bin"}
    words = [sys.executable, "-c", APPEND, store.root]
    running = [subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[1] for process in running] == [""] * 3
    found = load(store, {"project_key": "p", "session_id": "s"})
    assert found is not None
    assert [value["n"] for value in found] == list(range(30))


def test_the_example_runs(tmp_path: Path) -> None:
    example = TOP / "docs" / "examples" / "session_store.py"
    environment = {"PYTHONPATH": str(TOP), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, str(example), str(tmp_path / "sessions")],
            capture_output=True, text=True, env=environment, cwd=tmp_path, check=False,
        )  # fmt: skip
        assert done.stderr == ""
        assert done.stdout == "1 session, 2 entries\nfound: On 8420; 9000 is the old one.\n"


def test_lines_are_json_that_any_reader_takes(store: DirectorySessionStore) -> None:
    append(store, KEY, {"type": "user", "uuid": "a", "text": "line\u2028end \u0085 é"})
    (line,) = (Path(store.root) / "-work-site" / "s1.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["text"] == "line\u2028end \u0085 é"
