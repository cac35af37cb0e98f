"""`memdir index`: what scripts rely on, exit codes, and what people are told."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import Sandbox


def told(sample: Sandbox, *words: str, code: int = 0, **env: str) -> dict[str, Any]:
    done = sample.run(*words, "--json", **env)
    assert done.code == code, done.err
    found: dict[str, Any] = json.loads(done.out if code != 5 else done.err)
    return found


def test_what_scripts_rely_on(sample: Sandbox) -> None:
    first = told(sample, "index", "sync")
    assert first["schema"] == "memdir.index-sync/1"
    assert first.keys() >= {"memories", "added", "updated", "removed", "generation", "took_ms"}
    assert first["memories"] == first["added"] > 20
    assert isinstance(first["took_ms"], float)
    again = told(sample, "index", "sync")
    assert (again["memories"], again["added"], again["updated"], again["removed"]) == (first["memories"], 0, 0, 0)
    rebuilt = told(sample, "index", "rebuild")
    assert (rebuilt["schema"], rebuilt["memories"]) == ("memdir.index-rebuild/1", first["memories"])
    recalled = told(sample, "recall", "port")
    assert recalled["answered_by"] == "index"


def test_state_before_and_after(sample: Sandbox) -> None:
    state = told(sample, "index")["indexes"][0]
    assert (state["usable"], state["memories"], state["taken"]) == (False, 0, None)
    assert "no index yet" in state["note"]
    told(sample, "index", "sync")
    state = told(sample, "index", "status")["indexes"][0]
    assert (state["usable"], state["pending"], state["note"]) == (True, 0, None)
    (sample.project / ".claude" / "memory" / "new.md").write_text("a new one")
    assert told(sample, "index")["indexes"][0]["pending"] == 1
    assert "1 file not in it yet" in sample.run("index").out


def test_a_change_is_recalled_before_and_after_the_sync(sample: Sandbox) -> None:
    told(sample, "index", "sync")
    (sample.project / ".claude" / "memory" / "okapi.md").write_text("the okapi likes leaves")
    recalled = told(sample, "recall", "okapi")
    assert (recalled["answered_by"], [hit["path"] for hit in recalled["hits"]]) == ("mixed", ["okapi.md"])
    assert told(sample, "index", "sync")["added"] == 1
    assert told(sample, "recall", "okapi")["answered_by"] == "index"


def test_verify(sample: Sandbox) -> None:
    assert sample.run("index", "verify").code == 1
    told(sample, "index", "sync")
    assert told(sample, "index", "verify")["ok"] is True
    segment = next((sample.home.parent / "cache").rglob("*.segment"))
    whole = bytearray(segment.read_bytes())
    whole[30] ^= 1
    segment.write_bytes(whole)
    found = told(sample, "index", "verify", code=6)
    assert "checksum" in found["indexes"][0]["problems"][0]
    assert told(sample, "recall", "port")["hits"]
    told(sample, "index", "rebuild")
    assert told(sample, "index", "verify")["ok"] is True


def test_drop(sample: Sandbox, tmp_path: Path) -> None:
    told(sample, "index", "sync")
    assert len(told(sample, "index", "drop")["dropped"]) == 1
    assert told(sample, "index", "drop")["dropped"] == []
    gone = tmp_path / "gone"
    gone.mkdir()
    (gone / "a.md").write_text("text")
    told(sample, "--memory-dir", str(gone), "index", "sync")
    (gone / "a.md").unlink()
    gone.rmdir()
    assert told(sample, "index", "drop", "--stale")["dropped"] == [str(gone)]
    assert told(sample, "index", "drop", "--stale")["dropped"] == []


def test_nowhere_to_put_it(sample: Sandbox) -> None:
    error = told(sample, "index", "sync", code=5, MEMDIR_CACHE_DIR=os.devnull)["error"]
    assert error["code"] == "io"
    assert told(sample, "recall", "port", MEMDIR_CACHE_DIR=os.devnull)["answered_by"] == "scan"


def test_no_memory_directory(plain_project: Sandbox) -> None:
    assert plain_project.run("index", "sync").code == 1


@pytest.mark.parametrize("word", ["sync", "rebuild", "verify", "status"])
def test_nothing_of_the_user_s_is_written(word: str, sample: Sandbox) -> None:
    def state() -> list[tuple[str, int, int]]:
        return sorted((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in sample.project.rglob("*"))

    before = state()
    sample.run("index", word)
    assert state() == before


def test_the_index_of_sessions_is_shown_renewed_and_dropped(sample: Sandbox) -> None:
    sample.run("index", "sync")
    assert "transcripts" not in sample.run("index").out, "there is none before a search"
    assert sample.run("session", "search", "refund").code == 0
    (state,) = json.loads(sample.run("index", "status", "--json").out)["transcripts"]
    assert state["usable"] and state["documents"] and not state["pending"]
    path = next((sample.home / ".claude" / "projects").rglob("*.jsonl"))
    path.write_bytes(
        path.read_bytes() + path.read_bytes().splitlines(keepends=True)[0].replace(b'"uuid":"', b'"uuid":"x')
    )
    assert json.loads(sample.run("index", "status", "--json").out)["transcripts"][0]["pending"] == 1
    assert json.loads(sample.run("index", "sync", "--json").out)["transcripts"][0]["files"] == 1
    assert "transcripts" in sample.run("index", "rebuild").out
    assert sample.run("index", "drop").out.count("dropped") == 2
    assert "transcripts" not in sample.run("index", "sync").out
