"""What another program deletes is reported and can be restored: the last bytes of every indexed file are kept."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from sandbox import Sandbox


def keep(sample: Sandbox) -> Path:
    assert sample.run("index", "sync").code == 0
    return sample.project / ".claude" / "memory" / "stock-reservations.md"


def test_a_deleted_memory_is_reported_and_comes_back_byte_for_byte(sample: Sandbox) -> None:
    path = keep(sample)
    data = path.read_bytes()
    path.unlink()
    assert "memdir restore" in sample.run("status").out
    assert json.loads(sample.run("status", "--json").out)["lost"] == ["stock-reservations.md"]
    assert sample.run("restore", "stock-reservations").code == 0
    assert path.read_bytes() == data
    assert json.loads(sample.run("status", "--json").out)["lost"] == []


def test_what_memdir_itself_removes_or_moves_is_not_lost(sample: Sandbox) -> None:
    keep(sample)
    assert sample.run("rm", "stock-reservations").code == 0
    assert sample.run("mv", "search-synonyms", "search-words", "--yes").code == 0
    assert json.loads(sample.run("status", "--json").out)["lost"] == []


def test_the_copies_are_private_and_hold_no_secret(sample: Sandbox) -> None:
    token = "ghp_" + "a1B2c3D4e5" * 4
    secret = sample.project / ".claude" / "memory" / "token.md"
    secret.write_text(f"---\nname: token\ndescription: x\n---\nThe token is {token}\n")
    keep(sample)
    secret.unlink()
    assert json.loads(sample.run("status", "--json").out)["lost"] == []
    for root, _, names in os.walk(sample.env["MEMDIR_STATE_DIR"]):
        assert stat.S_IMODE(Path(root).stat().st_mode) == 0o700
        for name in names:
            file = Path(root, name)
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert token.encode() not in file.read_bytes()


def test_an_undone_add_was_called_lost_and_its_directory_suspicious(plain_project: Sandbox) -> None:
    assert plain_project.run("add", "Deploys run at noon.", "--name", "deploys").code == 0
    assert plain_project.run("index", "sync").code == 0
    assert plain_project.run("undo").code == 0
    status = json.loads(plain_project.run("status", "--json").out)
    assert status["lost"] == []
    assert status["sources"][0]["index"]["note"] is None
    assert plain_project.run("index", "sync").code == 0
    assert plain_project.run("redo").code == 0
    assert plain_project.run("index", "sync").code == 0
    root = Path(json.loads(plain_project.run("where", "--json").out)["sources"][0]["root"])
    (root / "deploys.md").unlink()
    (root / "MEMORY.md").unlink()
    status = json.loads(plain_project.run("status", "--json").out)
    assert "deploys.md" in status["lost"]
    assert "suddenly empty" in status["sources"][0]["index"]["note"]
