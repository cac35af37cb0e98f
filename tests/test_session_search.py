"""`memdir session search`, `memdir recall --sessions`, and `Workspace.search_sessions`."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox import Done, Sandbox, record_sessions

import memdir
from memdir.cli.session_search import TurnFilters
from memdir.cli.session_search_cmd import session_fields, turn_fields
from memdir.cli.workspace import Workspace

SECRET = "ghp_" + "a8Kd93jfLqPz71mXcVbN02sTrYwEu5HgJi46"
SIGNATURE = base64.b64encode(bytes(range(256)) * 3).decode()
FIELDS = {
    "session", "turn", "role", "text", "score", "path", "line", "timestamp", "snippet", "matches", "before", "after",
    "parts", "why",
}  # fmt: skip


def entry(uuid: str, text: object, role: str = "user", session: str = "s", **more: object) -> str:
    line = {
        "type": role, "uuid": uuid, "sessionId": session, "timestamp": "2026-03-04T10:00:00.000Z", "gitBranch": "main",
        "cwd": "/w", "message": {"role": role, "content": text}, **more,
    }  # fmt: skip
    return json.dumps(line) + "\n"


def write(folder: Path, name: str, *lines: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.jsonl"
    path.write_text("".join(lines), "utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "transcripts"


@pytest.fixture
def opened(folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    folder.mkdir(exist_ok=True)
    places = {"cache_dir": tmp_path / "cache", "state_dir": tmp_path / "state"}
    with memdir.open(tmp_path, transcripts_dir=folder, background=False, **places) as workspace:
        yield workspace


def hits(done: Done) -> list[dict[str, object]]:
    return json.loads(done.out)["hits"]  # type: ignore[no-any-return]


def test_a_turn_is_found_with_its_neighbours(sample: Sandbox) -> None:
    done = sample.run("session", "search", "--json", "which port does the scanner simulator hold")
    assert done.code == 0
    whole = json.loads(done.out)
    assert (whole["schema"], whole["answered_by"]) == ("memdir.session-search/1", "index")
    assert all(set(hit) == FIELDS for hit in whole["hits"])
    first = whole["hits"][0]
    assert first["session"].startswith("5b1f8a52") and "8420" in first["text"]
    assert first["before"] or first["after"]
    assert Path(first["path"]).read_text("utf-8").splitlines()[first["line"] - 1].find(first["turn"]) > 0
    assert first["timestamp"].startswith("2026-11-02T13:2")
    plain = sample.run("session", "search", "which port does the scanner simulator hold")
    assert plain.out.startswith("5b1f8a52") and "\n  > " in plain.out


def test_whole_sessions(sample: Sandbox) -> None:
    done = sample.run("session", "search", "--sessions", "--json", "refund", "tax", "rounded")
    first = hits(done)[0]
    assert str(first["session"]).startswith("c2a7740e") and first["title"] and str(first["path"]).endswith(".jsonl")
    assert "refund" in sample.run("session", "search", "--sessions", "refund", "tax", "rounded").out.casefold()


@pytest.mark.parametrize("query", ["refund rounding", "simulatr port", "never stop", "synonyms reload", "xylophone"])
def test_a_scan_gives_the_same(sample: Sandbox, opened: Workspace, folder: Path, query: str) -> None:
    shutil.copytree(record_sessions(sample), folder, dirs_exist_ok=True)
    filters: list[TurnFilters] = [{}, {"roles": ("user",)}, {"typed_only": True}, {"files": ("refunds.py",)}]
    for chosen in filters:
        for sessions in (False, True):
            one = opened.ask_sessions(query, sessions=sessions, **chosen)
            other = opened.ask_sessions(query, sessions=sessions, scan=True, **chosen)
            assert (one.answered_by, other.answered_by) == ("index", "scan")
            assert list(map(turn_fields, one.hits)) == list(map(turn_fields, other.hits))
            assert list(map(session_fields, one.sessions)) == list(map(session_fields, other.sessions))


def test_the_scan_by_the_command(sample: Sandbox) -> None:
    one = sample.run("session", "search", "--json", "refund rounding")
    other = sample.run("session", "search", "--json", "--scan", "refund rounding")
    assert (one.code, hits(one)) == (other.code, hits(other))


def test_filters(sample: Sandbox) -> None:
    def found(*words: str) -> list[dict[str, object]]:
        return hits(sample.run("session", "search", "--json", "-n", "50", *words))

    assert {hit["role"] for hit in found("--role", "assistant", "port")} == {"assistant"}
    typed = found("--typed-only", "port")
    assert typed and all(hit["role"] == "user" for hit in typed)
    assert found("--file", "mqtt.py", "scanner") and not found("--file", "tt.py", "scanner")
    assert all(str(hit["timestamp"]) >= "2026-11-10" for hit in found("--since", "2026-11-10", "tax"))
    assert all(str(hit["timestamp"]) < "2026-11-01" for hit in found("--until", "2026-10-31", "retry"))
    assert found("--tool", "Edit", "mqtt") and not found("--tool", "NoSuchTool", "port")
    assert not found("--branch", "no-such-branch", "port") and not found("--project", "no-such-project", "port")


def test_nothing_found_and_wrong_usage(sample: Sandbox) -> None:
    done = sample.run("session", "search", "xylophone")
    assert (done.code, done.out) == (1, "") and "nothing found" in done.err
    assert sample.run("session", "search", "--transcripts", "nowhere", "port").code == 3
    assert sample.run("session", "search", "-n", "0", "port").code == 3
    assert sample.run("session", "search").code == 2


def test_a_project_without_transcripts(plain_project: Sandbox) -> None:
    done = plain_project.run("session", "search", "anything")
    assert (done.code, done.out) == (1, "")


def test_a_tree_of_projects_and_a_folder(sample: Sandbox) -> None:
    projects = record_sessions(sample).parent
    for where in (projects, next(projects.iterdir())):
        done = sample.run("session", "search", "--transcripts", str(where), "--json", "simulator")
        assert done.code == 0 and hits(done)
    assert sample.run("session", "search", "--all-projects", "simulator").code == 0
    only = next(projects.iterdir()).name
    assert sample.run("session", "search", "--transcripts", str(projects), "--project", only, "simulator").code == 0


def test_of_copies_the_earliest_session_is_shown(opened: Workspace, folder: Path) -> None:
    copied = [entry("u1", "where does the heron nest"), entry("u2", "in the reeds, says the heron", "assistant")]
    write(folder, "b-first", *copied)
    later = entry("u3", "and the stork", timestamp="2026-03-05T10:00:00.000Z")
    write(folder, "a-resumed", *copied, later)
    found = opened.search_sessions("heron", limit=5)
    assert [(hit.session, hit.turn) for hit in found if "heron" in hit.text] in (
        [("b-first", "u1"), ("b-first", "u2")], [("b-first", "u2"), ("b-first", "u1")]
    )  # fmt: skip
    assert len({hit.turn for hit in found}) == len(found)


def test_copies_do_not_take_the_place_of_others(opened: Workspace, folder: Path) -> None:
    lines = [entry(f"u{number}", f"heron number {number}") for number in range(6)]
    for name in range(12):
        write(folder, f"s{name}", *lines)
    assert len(opened.search_sessions("heron", limit=5)) == 5


def test_turns_of_one_uuid_that_say_something_else_are_not_copies(opened: Workspace, folder: Path) -> None:
    write(folder, "one", entry("1", "where does the heron nest"))
    write(folder, "two", entry("1", "what does the heron eat"))
    write(folder, "three", entry("1", "what does the heron eat"))
    found = opened.search_sessions("heron")
    assert sorted(hit.text for hit in found) == ["what does the heron eat", "where does the heron nest"]


def test_a_transcript_that_cannot_be_read_is_named_and_stops_nothing(sample: Sandbox, folder: Path) -> None:
    write(folder, "s", entry("u1", "the heron nests here"))
    (folder / "t.jsonl.zst").write_bytes(b"no archive")
    for words in ((), (), ("--scan",)):  # the index is made; it is used; there is none
        done = sample.run("session", "search", "heron", "--transcripts", str(folder), "--json", *words)
        assert [hit["session"] for hit in hits(done)] == ["s"]
        assert "t.jsonl.zst" in done.err
    done = sample.run("session", "stats", "--transcripts", str(folder), "--json")
    assert (done.code, json.loads(done.out)["turns"]) == (0, 1)
    assert "t.jsonl.zst" in done.err
    os.unlink(folder / "t.jsonl.zst")
    assert sample.run("session", "search", "heron", "--transcripts", str(folder)).err == ""


def test_turns_without_a_uuid_are_not_copies(opened: Workspace, folder: Path) -> None:
    line = json.dumps({"type": "user", "message": {"content": "heron here"}}) + "\n"
    write(folder, "one", line)
    write(folder, "two", line)
    assert sorted(hit.session for hit in opened.search_sessions("heron")) == ["one", "two"]


def test_no_secret_no_signature_no_data_in_index_or_hits(opened: Workspace, folder: Path, tmp_path: Path) -> None:
    blocks = [
        {"type": "thinking", "thinking": "about the heron", "signature": SIGNATURE},
        {"type": "text", "text": f"the heron's token is {SECRET}"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": SIGNATURE}},
        {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": f"curl -H {SECRET} heron"}},
    ]
    long = "heron line\n" * 200 + "endofoutput"
    result = [{"type": "tool_result", "tool_use_id": "t1", "content": long}]
    write(folder, "s", entry("u1", blocks, "assistant"), entry("u2", result), entry("u3", f"key {SIGNATURE} kept"))
    found = opened.search_sessions("heron token")
    assert found and SECRET not in found[0].text + found[0].snippet + found[0].before + found[0].after
    assert "********" in found[0].text and len(found[0].text) <= 4_000
    index = b"".join(path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert b"heron" in index
    for hidden in (SECRET, SECRET[4:20], SIGNATURE[:40], SIGNATURE[:40].casefold(), "endofoutput"):
        assert hidden.encode() not in index and hidden.casefold().encode() not in index, hidden


def test_what_is_appended_is_found_at_the_next_look(opened: Workspace, folder: Path) -> None:
    path = write(folder, "s", entry("u1", "the heron"))
    assert [hit.turn for hit in opened.search_sessions("heron")] == ["u1"]
    with open(path, "a", encoding="utf-8") as file:
        file.write(entry("u2", "the stork"))
    opened.refresh()
    assert next(hit.turn for hit in opened.search_sessions("stork")) == "u2"
    path.unlink()
    opened.refresh()
    assert opened.search_sessions("heron") == []


def test_a_file_that_goes_after_the_look_leaves_its_hit_without_text(opened: Workspace, folder: Path) -> None:
    path = write(folder, "s", entry("u1", "the heron"))
    opened.search_sessions("heron")
    path.unlink()
    hit = opened.search_sessions("heron")[0]
    assert (hit.turn, hit.text, hit.snippet, hit.before) == ("u1", "", "", "")
    path.write_text(entry("other", "something else instead"), "utf-8")
    assert opened.search_sessions("heron")[0].text == ""


def test_sessions_by_the_library(opened: Workspace, folder: Path) -> None:
    write(folder, "s", entry("u1", "the heron nests here"), entry("u2", "yes", "assistant"))
    found = opened.search_sessions("heron", sessions=True)
    assert [(hit.session, hit.title, hit.path) for hit in found] == [
        ("s", "the heron nests here", str(folder / "s.jsonl"))
    ]


def test_hostile_lines_are_no_obstacle(opened: Workspace, folder: Path) -> None:
    write(
        folder, "s", "\x00\n", "{", "\n", '{"type":"user","message":{"content":"\\ud800 heron"}}\n', "[1]\n", "9" * 5000
    )
    write(folder, "empty")
    assert [hit.line for hit in opened.search_sessions("heron")] == [3]


def test_while_the_cache_is_a_file_the_transcripts_answer(sample: Sandbox) -> None:
    cache = Path(sample.env["MEMDIR_CACHE_DIR"])
    shutil.rmtree(cache, ignore_errors=True)
    cache.write_text("in the way")
    done = sample.run("session", "search", "--json", "simulator")
    assert done.code == 0 and json.loads(done.out)["answered_by"] == "scan" and "answered from the files" in done.err


def test_a_broken_index_answers_all_the_same(sample: Sandbox) -> None:
    whole = sample.run("session", "search", "--json", "simulator")
    for path in Path(sample.env["MEMDIR_CACHE_DIR"]).rglob("*"):
        if path.is_file() and path.stat().st_size > 100:
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 255
            path.write_bytes(data)
    done = sample.run("session", "search", "--json", "simulator")
    assert (done.code, hits(done)) == (0, hits(whole))


def test_recall_says_how_many_turns_mention_what_no_memory_does(sample: Sandbox) -> None:
    done = sample.run("recall", "rotterdam broker")
    assert done.code == 1 and "1 turn of the transcripts mentions it" in done.err
    assert "transcripts" not in sample.run("recall", "xylophone").err
    assert "transcripts" not in sample.run("recall", "money rounding").err


def test_recall_shows_both(sample: Sandbox) -> None:
    done = sample.run("recall", "--sessions", "--json", "rounding", "refund")
    whole = json.loads(done.out)
    assert whole["hits"] and whole["turns"] and set(whole["turns"][0]) == FIELDS
    plain = sample.run("recall", "--sessions", "rotterdam", "broker")
    assert plain.code == 0 and "Rotterdam" in plain.out


@pytest.mark.parametrize("kind", ["claude-code", "codex", "claude-code-fixtures"])
def test_real_transcripts_by_index_and_scan(real_data: Path, tmp_path: Path, kind: str) -> None:
    root = real_data / "transcripts" / kind
    with memdir.open(
        tmp_path, transcripts_dir=root, cache_dir=tmp_path / "c", state_dir=tmp_path / "s", background=False
    ) as workspace:
        for query in ("fix the failing test", "release to npm"):
            one = workspace.ask_sessions(query, limit=20)
            other = workspace.ask_sessions(query, limit=20, scan=True)
            assert one.answered_by == "index" and one.hits
            shown = [(hit.session, hit.turn, hit.score) for hit in one.hits]
            assert shown == [(hit.session, hit.turn, hit.score) for hit in other.hits]
            assert all(hit.text is not None and os.path.isfile(hit.path) for hit in one.hits)
