"""The archive of transcripts: what is kept, that it reads like the original, and that nothing is lost on the way."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox import TOP, Done, Sandbox

import memdir
from memdir.errors import BadInputError, StorageError
from memdir.sessions.archived_file import open_archived, original, verified, write_archived, write_original
from memdir.sessions.opening import open_transcript
from memdir.sessions.transcript_archive import TranscriptArchive, last_written, project_folders, session_of
from memdir.sessions.transcript_copies import Copies, archive_root, archives_beside
from memdir.sessions.transcript_files import files_below

S = "0b6a1f9e-3c1d-4e7a-9d53-5a1c2f0e8b11"
OTHER = "77777777-3c1d-4e7a-9d53-5a1c2f0e8b11"
ROW = '{"type":"user","uuid":"%s","sessionId":"s","message":{"role":"user","content":"%s"}}\n'


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    """A directory of projects with a session that has a sub-agent, one without, and things that are no transcripts."""
    top = tmp_path / "config" / "projects"
    site = top / "-work-site"
    (site / S / "subagents" / "workflows" / "w1").mkdir(parents=True)
    (site / S / "tool-results").mkdir()
    (site / "memory").mkdir()
    (site / f"{S}.jsonl").write_text(ROW % ("u1", "the port is 9000") * 50)
    (site / S / "subagents" / "agent-1.jsonl").write_text(ROW % ("a1", "looking"))
    (site / S / "subagents" / "agent-1.meta.json").write_text('{"agentType":"Explore"}')
    (site / S / "subagents" / "workflows" / "w1" / "agent-2.jsonl").write_text(ROW % ("a2", "more"))
    (site / S / "tool-results" / "x.txt").write_bytes(b"long output\xff")
    (site / f"{OTHER}.jsonl").write_bytes(b"")
    (site / "memory" / "note.jsonl").write_text("{}\n")
    (site / "sessions-index.json").write_text("{}")
    (site / "link.jsonl").symlink_to("/etc/passwd")
    return top


@pytest.fixture
def archive(projects: Path, tmp_path: Path) -> TranscriptArchive:
    return TranscriptArchive(archive_root(str(tmp_path / "state"), str(projects)), str(projects))


def run(archive: TranscriptArchive, projects: Path) -> dict[str, str]:
    """Archive everything; what was done with each file."""
    copies = archive.plan(str(projects / "-work-site"))
    done = {copy.id for copy in archive.carry_out(copies, now=0.0)}
    return {copy.id: copy.action for copy in copies if copy.id in done or copy.action in ("unchanged", "kept")}


def test_transcripts_and_what_belongs_to_them_are_kept(archive: TranscriptArchive, projects: Path) -> None:
    before = tree(projects)
    assert set(run(archive, projects)) == {
        f"-work-site/{S}.jsonl", f"-work-site/{OTHER}.jsonl",
        f"-work-site/{S}/subagents/agent-1.jsonl", f"-work-site/{S}/subagents/agent-1.meta.json",
        f"-work-site/{S}/subagents/workflows/w1/agent-2.jsonl", f"-work-site/{S}/tool-results/x.txt",
    }  # fmt: skip
    assert tree(projects) == before
    assert {session_of(file.id) for file in archive.files()} == {S, OTHER}
    assert list(archive.damaged(archive.files())) == []


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and not p.is_symlink()}


def test_only_what_changed_is_written_again(archive: TranscriptArchive, projects: Path) -> None:
    run(archive, projects)
    assert set(run(archive, projects).values()) == {"unchanged"}
    path = projects / "-work-site" / f"{S}.jsonl"
    path.write_text(path.read_text() + ROW % ("u2", "and more"))
    done = run(archive, projects)
    assert [id for id, action in done.items() if action != "unchanged"] == [f"-work-site/{S}.jsonl"]
    copy = Path(archive.root) / "-work-site" / f"{S}.jsonl.zst"
    with open_transcript(str(copy)) as file:
        assert file.read() == path.read_bytes()


def test_a_copy_is_never_replaced_by_a_shorter_file(archive: TranscriptArchive, projects: Path) -> None:
    run(archive, projects)
    path = projects / "-work-site" / f"{S}.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    assert run(archive, projects)[f"-work-site/{S}.jsonl"] == "kept"
    with open_archived(str(Path(archive.root) / "-work-site" / f"{S}.jsonl.zst")) as file:
        assert file.read() == whole


def test_what_is_restored_is_the_same_to_the_byte(archive: TranscriptArchive, projects: Path) -> None:
    before = {name: data for name, data in tree(projects).items() if "memory" not in name and "index" not in name}
    run(archive, projects)
    shutil.rmtree(projects / "-work-site")
    assert len(archive.restore(archive.files(), dry_run=True)) == len(before)
    assert not (projects / "-work-site").exists()
    assert len(archive.restore(archive.files())) == len(before)
    assert tree(projects) == before
    assert archive.restore(archive.files()) == []
    mode = (projects / "-work-site" / f"{S}.jsonl").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_shorter_file_is_restored_a_longer_one_is_not(archive: TranscriptArchive, projects: Path) -> None:
    run(archive, projects)
    path = projects / "-work-site" / f"{S}.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b"{}\n")
    assert archive.restore(archive.files()) == []
    path.write_bytes(whole[:10])
    assert archive.restore(archive.files()) == [str(path)]
    assert path.read_bytes() == whole


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_the_archive_is_its_owners_alone(archive: TranscriptArchive, projects: Path) -> None:
    run(archive, projects)
    for path in Path(archive.root).rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_directory_is_the_archive_of_one(archive: TranscriptArchive, projects: Path, tmp_path: Path) -> None:
    run(archive, projects)
    other = tmp_path / "elsewhere"
    shutil.copytree(projects, other, symlinks=True)
    wrong = TranscriptArchive(archive.root, str(other))
    with pytest.raises(BadInputError, match="it is the archive of"):
        list(wrong.carry_out(wrong.plan(str(other / "-work-site")), now=0.0))


# One of two copies counts


def seen(*roots: str) -> list[str]:
    return sorted(stat.id for files in files_below(roots) for stat in files.walk()[0] if "agent-" not in stat.id)


def test_one_of_two_copies_counts(archive: TranscriptArchive, projects: Path, tmp_path: Path) -> None:
    live, path = str(projects / "-work-site"), projects / "-work-site" / f"{S}.jsonl"
    assert archives_beside([live], str(tmp_path / "state")) == []
    run(archive, projects)
    (beside,) = archives_beside([live], str(tmp_path / "state"))
    assert seen(live, beside) == [f"{S}.jsonl", f"{OTHER}.jsonl"]
    whole = path.read_bytes()
    path.write_bytes(whole + b"{}\n")
    assert seen(live, beside) == [f"{S}.jsonl", f"{OTHER}.jsonl"]
    path.write_bytes(whole[:10])
    assert seen(live, beside) == [f"{S}.jsonl.zst", f"{OTHER}.jsonl"]
    path.unlink()
    assert seen(live, beside) == [f"{S}.jsonl.zst", f"{OTHER}.jsonl"]
    assert seen(beside) == [f"{S}.jsonl.zst", f"{OTHER}.jsonl.zst"]  # the archive alone has all it has
    every = archives_beside([str(projects)], str(tmp_path / "state"))
    assert every == [archive.root]
    assert len(seen(str(projects), *every)) == 2
    assert len(seen(live, *every)) == 2
    shutil.rmtree(projects)
    assert len(seen(str(projects), *every)) == 2


def test_an_origin_that_is_no_path_is_none(tmp_path: Path) -> None:
    for content in (b"", b"relative\n", b"/a\0b\n", b"\xff\xfe"):
        (tmp_path / ".origin").write_bytes(content)
        assert Copies([str(tmp_path)]).other(str(tmp_path / "x.jsonl.zst")) is None


def test_an_archived_transcript_reads_like_the_original(archive: TranscriptArchive, projects: Path) -> None:
    from memdir.sessions.transcript import load, session_id

    path = str(projects / "-work-site" / f"{S}.jsonl")
    run(archive, projects)
    copy = os.path.join(archive.root, "-work-site", f"{S}.jsonl.zst")
    assert load(copy).turns == load(path).turns
    assert session_id(copy) == S


@given(st.binary(max_size=3000), st.lists(st.integers(0, 3100), max_size=8))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_any_bytes_and_any_places_in_them(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, places: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    source, copy, back = folder / "a", str(folder / "a.zst"), folder / "b"
    source.write_bytes(data)
    made = write_archived(str(source), copy)
    assert (made.size, original(copy), verified(copy)) == (len(data), made, True)
    with open_archived(copy) as file, source.open("rb") as plain:
        for place in places:
            file.seek(place)
            plain.seek(place)
            assert file.readline() == plain.readline()
    write_original(copy, str(back))
    assert back.read_bytes() == data


def test_any_program_reads_it(archive: TranscriptArchive, projects: Path) -> None:
    if shutil.which("zstd") is None:
        pytest.skip("no zstd here")
    run(archive, projects)
    copy = Path(archive.root) / "-work-site" / f"{S}.jsonl.zst"
    done = subprocess.run(["zstd", "-dc", str(copy)], capture_output=True, check=True)
    assert done.stdout == (projects / "-work-site" / f"{S}.jsonl").read_bytes()


# Accidents


@pytest.mark.parametrize("at", [10, -100, -20, -1], ids=["words", "end of frame", "digest", "last byte"])
def test_a_flipped_bit_is_found_and_nothing_is_restored_from_it(
    archive: TranscriptArchive, projects: Path, at: int
) -> None:
    run(archive, projects)
    path = Path(archive.root) / "-work-site" / f"{S}.jsonl.zst"
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    damaged = list(archive.damaged(archive.files()))
    assert [file.path for file in damaged] == [str(path)]
    live = projects / "-work-site" / f"{S}.jsonl"
    live.unlink()
    with pytest.raises((BadInputError, StorageError)):
        archive.restore(damaged)
    assert os.listdir(projects / "-work-site").count(f"{S}.jsonl") == 0
    assert not [name for name in os.listdir(projects / "-work-site") if name.endswith(".tmp")]


def test_a_damaged_copy_is_a_finding_of_who_reads_it(archive: TranscriptArchive, projects: Path) -> None:
    from memdir.sessions.transcript import load

    run(archive, projects)
    path = Path(archive.root) / "-work-site" / f"{S}.jsonl.zst"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(StorageError, match="damaged"):
        load(str(path))


def test_a_copy_that_is_not_ours_is_read_and_replaced(archive: TranscriptArchive, projects: Path) -> None:
    run(archive, projects)
    path = Path(archive.root) / "-work-site" / f"{S}.jsonl.zst"
    path.write_bytes(path.read_bytes()[:-64])
    assert original(str(path)) is None
    with open_archived(str(path)) as file:
        assert file.read() == (projects / "-work-site" / f"{S}.jsonl").read_bytes()
    assert run(archive, projects)[f"-work-site/{S}.jsonl"] == "changed"
    assert original(str(path)) is not None


def test_a_file_that_grows_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(b"x" * 3_000_000)
    ended = threading.Event()

    def grow() -> None:
        with path.open("ab") as file:
            while not ended.is_set():
                file.write(b"y" * 1000)
                file.flush()

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        made = write_archived(str(path), str(tmp_path / "s.jsonl.zst"))
    finally:
        ended.set()
        thread.join()
    with open_archived(str(tmp_path / "s.jsonl.zst")) as file:
        data = file.read()
    assert (len(data), path.read_bytes()[: made.size]) == (made.size, data)


def test_a_file_that_vanishes_is_passed_over(archive: TranscriptArchive, projects: Path) -> None:
    copies = archive.plan(str(projects / "-work-site"))
    (projects / "-work-site" / f"{S}.jsonl").unlink()
    done = list(archive.carry_out(copies, now=0.0))
    assert len(done) == len(copies) - 1


def test_what_cannot_be_archived_does_not_stop_the_others(archive: TranscriptArchive, projects: Path) -> None:
    copies = archive.plan(str(projects / "-work-site"))
    path = projects / "-work-site" / f"{S}.jsonl"
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(BadInputError, match="not a regular file"):
        list(archive.carry_out(copies, now=0.0))
    assert len(archive.files()) == len(copies) - 1


def test_a_pipe_is_no_transcript(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "s.jsonl")
    with pytest.raises(BadInputError):
        write_archived(str(tmp_path / "s.jsonl"), str(tmp_path / "s.jsonl.zst"))


KILLED = """
import os, signal, sys
from memdir.sessions.transcript_archive import TranscriptArchive
root, origin, step = sys.argv[1], sys.argv[2], int(sys.argv[3])
count = 0
def hook(event, arguments):
    global count
    if event in ("open", "os.rename", "os.utime", "os.remove", "os.mkdir") and root in str(arguments[0]):
        count += 1
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
archive = TranscriptArchive(root, origin)
list(archive.carry_out(archive.plan(os.path.join(origin, "-work-site")), now=0.0))
"""


def test_killed_at_any_step_the_old_copies_are_whole(archive: TranscriptArchive, projects: Path) -> None:
    run(archive, projects)
    old = tree(Path(archive.root))
    path = projects / "-work-site" / f"{S}.jsonl"
    path.write_text(path.read_text() + ROW % ("u2", "and more"))
    environment = {**os.environ, "PYTHONPATH": str(TOP)}
    kept = []
    for step in range(1, 40, 3):
        words = [sys.executable, "-c", KILLED, archive.root, str(projects), str(step)]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        assert list(archive.damaged(archive.files())) == []
        kept.append(tree(Path(archive.root)).get(f"-work-site/{S}.jsonl.zst") == old[f"-work-site/{S}.jsonl.zst"])
        if done.returncode == 0:
            break
    assert kept[0] and not kept[-1]
    run(archive, projects)
    assert not [p for p in Path(archive.root).rglob("*") if p.name.endswith(".tmp") or p.name == ".memdir.lock"]


def test_a_full_disk_leaves_the_old_copy(
    archive: TranscriptArchive, projects: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(archive, projects)
    before = tree(Path(archive.root))
    path = projects / "-work-site" / f"{S}.jsonl"
    path.write_text(path.read_text() + ROW % ("u2", "and more"))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        run(archive, projects)
    assert tree(Path(archive.root)) == before


# Which sessions


def test_sessions_are_old_when_all_of_their_files_are(archive: TranscriptArchive, projects: Path) -> None:
    for path in (projects / "-work-site").rglob("*"):
        os.utime(path, (1000.0, 1000.0), follow_symlinks=False)
    os.utime(projects / "-work-site" / S / "subagents" / "agent-1.jsonl", (9000.0, 9000.0))
    run(archive, projects)
    files = archive.files()
    assert {file.key[1] for file in last_written(files, 5000.0)} == {OTHER}
    assert {file.key[1] for file in last_written(files, 9001.0)} == {S, OTHER}
    assert last_written(files, 1000.0) == []


def test_forgetting_removes_a_session_with_its_folders(archive: TranscriptArchive, projects: Path) -> None:
    run(archive, projects)
    archive.forget([file for file in archive.files() if file.key[1] == S], now=0.0)
    assert {file.key[1] for file in archive.files()} == {OTHER}
    assert not (Path(archive.root) / "-work-site" / S).exists()


def test_what_is_a_tree_of_projects(projects: Path, tmp_path: Path) -> None:
    site = projects / "-work-site"
    assert project_folders(str(projects)) == (str(projects), [str(site)])
    assert project_folders(str(site)) == (str(projects), [str(site)])
    assert project_folders(str(tmp_path / "no" / "x")) == (str(tmp_path / "no"), [str(tmp_path / "no" / "x")])
    assert project_folders(str(tmp_path / "no"), is_tree=True) == (str(tmp_path / "no"), [])


# The command


@pytest.fixture
def box(sample: Sandbox) -> Iterator[Sandbox]:
    yield sample


def found(box: Sandbox, *words: str) -> Done:
    return box.run("session", "search", *words, "--json")


def test_a_session_that_was_deleted_is_found_shown_and_listed(box: Sandbox) -> None:
    listed = json.loads(box.run("session", "ls", "--json").out)["sessions"]
    assert listed
    session = listed[0]["session"]
    before = json.loads(box.run("session", "show", session, "--json").out)
    assert box.run("session", "archive").code == 0
    assert len(json.loads(box.run("session", "ls", "--json").out)["sessions"]) == len(listed)
    for row in listed:
        os.unlink(row["path"])
    again = json.loads(box.run("session", "ls", "--json").out)["sessions"]
    assert [row["session"] for row in again] == [row["session"] for row in listed]
    assert [row["turns"] for row in again] == [row["turns"] for row in listed]
    shown = json.loads(box.run("session", "show", session, "--json").out)
    assert [turn["text"] for turn in shown["turns"]] == [turn["text"] for turn in before["turns"]]


def test_a_search_finds_what_is_archived(box: Sandbox) -> None:
    words = "release"
    before = json.loads(found(box, words).out or "{}").get("hits", [])
    box.run("session", "archive")
    both = json.loads(found(box, words).out or "{}").get("hits", [])
    assert len(both) == len(before)
    for row in json.loads(box.run("session", "ls", "--json").out)["sessions"]:
        os.unlink(row["path"])
    after = json.loads(found(box, words).out or "{}").get("hits", [])
    assert [hit["text"] for hit in after] == [hit["text"] for hit in before]


def test_the_archive_is_changed_only_when_confirmed(box: Sandbox) -> None:
    assert json.loads(box.run("session", "archive", "--dry-run", "--json").out)["files"] == 0
    made = json.loads(box.run("session", "archive", "--json").out)
    session = made["sessions"][0]["session"]
    assert os.path.isfile(made["sessions"][0]["path"])
    again = json.loads(box.run("session", "archive", "--json").out)
    assert (again["sessions"], again["unchanged"]) == ([], made["files"])
    refused = box.run("session", "archive", "--forget", session)
    assert refused.code == 2
    assert "add --yes" in refused.err
    assert box.run("session", "archive", "--forget", session, "--dry-run").code == 0
    assert json.loads(box.run("session", "archive", "--verify", "--json").out)["verified"] == made["files"]
    assert box.run("session", "archive", "--forget", session, "--yes").code == 0
    assert box.run("session", "archive", "--forget", session, "--yes").code == 1
    assert json.loads(box.run("session", "archive", "--verify", "--json").out)["verified"] < made["files"]
    assert box.run("session", "archive", "--forget", "x", "--restore", "y").code == 2
    assert box.run("session", "archive", "--before", "2100-01-01", "--yes").code == 0
    assert json.loads(box.run("session", "archive", "--verify", "--json").out)["verified"] == 0


def test_a_damaged_copy_is_named(box: Sandbox) -> None:
    path = json.loads(box.run("session", "archive", "--json").out)["sessions"][0]["path"]
    Path(path).write_bytes(Path(path).read_bytes()[:-70] + b"x" * 70)
    done = box.run("session", "archive", "--verify")
    assert done.code == 1
    assert f"damaged  {path}" in done.out


def test_an_archive_in_a_directory_of_ones_own_is_a_tree_of_transcripts(box: Sandbox, tmp_path: Path) -> None:
    to = tmp_path / "kept"
    made = json.loads(box.run("session", "archive", "--to", str(to), "--json").out)
    assert made["archives"] == [str(to)]
    listed = json.loads(box.run("session", "ls", "--transcripts", str(to), "--json").out)["sessions"]
    assert {row["session"] for row in made["sessions"]} >= {row["session"] for row in listed}
    assert listed
    session = listed[0]["session"]
    (live,) = (tmp_path / "home").rglob(f"{session}.jsonl")
    data = live.read_bytes()
    live.unlink()
    done = box.run("session", "archive", "--to", str(to), "--restore", session[:12])
    assert done.out.splitlines()[0] == str(live)
    assert live.read_bytes() == data


def test_nothing_to_archive(plain_project: Sandbox) -> None:
    done = plain_project.run("session", "archive")
    assert done.code == 1
    assert "no transcripts" in done.err
    assert not (plain_project.project.parent / "state" / "transcripts").exists()


def test_the_library_reads_the_archive_too(tmp_path: Path, projects: Path, archive: TranscriptArchive) -> None:
    run(archive, projects)
    site = projects / "-work-site"
    (site / f"{S}.jsonl").unlink()
    with memdir.open(
        memory_dir=tmp_path / "m", transcripts_dir=site, cache_dir=tmp_path / "c", state_dir=tmp_path / "state",
        background=False,
    ) as workspace:  # fmt: skip
        hits = workspace.search_sessions("port")
        assert hits
        assert hits[0].path.endswith(f"{S}.jsonl.zst")
        loaded = workspace.load_session_messages(S)
    assert [message.text for message in loaded] == ["the port is 9000"]


def test_real_transcripts_come_back_whole(real_data: Path, tmp_path: Path) -> None:
    for top in sorted((real_data / "transcripts" / "claude-code").glob("*/projects")):
        archive = TranscriptArchive(str(tmp_path / top.parent.name), str(top))
        origin, folders = project_folders(str(top))
        assert origin == str(top)
        copies = [copy for folder in folders for copy in archive.plan(folder)]
        assert len(list(archive.carry_out(copies, now=0.0))) == len(copies) > 0
        for file in archive.files():
            with open_archived(file.path) as data:
                assert data.read() == (top / file.id).read_bytes()
