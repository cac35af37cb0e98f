"""Contract 10: nothing is written outside the memory directory, and nothing secret into it.

Claude Code's checklist (formats §7): never write outside the directory; a project's own `autoMemoryDirectory` only when
the user trusts it; symbolic links and `..`; secrets before anything shared.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from sandbox import Sandbox

from memdir.changes import Plan, apply
from memdir.errors import BadInputError, MemdirError
from memdir.files import inside, write_atomic
from memdir.journal import Change
from memdir.store import Store

TOKEN = "gh" + "p_" + "a1B2c3D4" * 5
PASSWORD = "Tr0ub" + "4dor&3"
MEMORY = ".claude/memory"


def tree(root: Path) -> str:
    """One digest over every path and content below `root`, links as links."""
    whole = hashlib.sha256()
    for folder, folders, files in sorted(os.walk(root)):
        for name in sorted(files + folders):
            path = Path(folder, name)
            whole.update(str(path.relative_to(root)).encode("utf-8", "replace"))
            whole.update(
                os.readlink(path).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
            )
    return whole.hexdigest()


# Paths


@pytest.mark.parametrize(
    "relative", ["", ".", "..", "../x.md", "a/../../x.md", "a//b.md", "./a.md", "/etc/passwd", "a\0.md", "a/./b.md"]
)
def test_a_path_that_leads_out_is_refused(relative: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError):
        inside(str(tmp_path), relative)
    with pytest.raises(BadInputError):
        apply(
            str(tmp_path / "memory"), str(tmp_path / "state"),
            lambda store: Plan("x", (Change(relative, None, b"x"),)), command="x", now=0.0,
        )  # fmt: skip
    assert not (tmp_path / "x.md").exists()


def test_a_link_that_leads_out_is_not_written_through(tmp_path: Path) -> None:
    root, outside = tmp_path / "memory", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "kept.md").write_text("kept")
    os.symlink(outside, root / "folder")
    os.symlink(outside / "kept.md", root / "file.md")
    for relative in ("folder/new.md", "folder/kept.md", "file.md"):
        with pytest.raises(MemdirError):
            apply(
                str(root), str(tmp_path / "state"),
                lambda store, relative=relative: Plan("x", (Change(relative, None, b"changed"),)), command="x", now=0.0,
            )  # fmt: skip
    with pytest.raises(BadInputError):
        write_atomic(str(root / "file.md"), b"changed", root=str(root))
    assert os.listdir(outside) == ["kept.md"]
    assert (outside / "kept.md").read_text() == "kept"


def test_nothing_behind_a_link_out_is_read(tmp_path: Path) -> None:
    root, outside = tmp_path / "memory", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "private.md").write_text("---\nname: private\ndescription: p\n---\n")
    os.symlink(outside, root / "folder")
    os.symlink(outside / "private.md", root / "private.md")
    os.symlink(root, root / "loop")
    assert Store(str(root)).scan.memories == []


# The command line


@pytest.mark.parametrize(
    "words",
    [
        ("add", "text", "--name", "../../escape"),
        ("add", "text", "--namespace", "../.."),
        ("add", "text", "--namespace", "/tmp"),
        ("add", "text", "--namespace", "a/../../.."),
        ("mv", "image-pipeline", "../outside.md"),
        ("mv", "image-pipeline", "/tmp/outside.md"),
        ("show", "../../CLAUDE.md"),
        ("edit", "../../CLAUDE.md", "--body", "x"),
        ("rm", "../../CLAUDE.md"),
        ("restore", "../../CLAUDE.md"),
    ],
    ids=" ".join,
)
def test_no_command_leaves_the_directory(words: tuple[str, ...], sample: Sandbox) -> None:
    memory = sample.project / MEMORY
    around = {
        path: path.read_bytes() for path in sample.project.rglob("*") if path.is_file() and memory not in path.parents
    }
    done = sample.run(*words)
    assert "Traceback" not in done.err
    now = {
        path: path.read_bytes() for path in sample.project.rglob("*") if path.is_file() and memory not in path.parents
    }
    assert now == around
    assert not list(sample.project.parent.glob("*.md"))
    assert not Path("/tmp/outside.md").exists()
    assert done.code in (1, 2, 3) or words[:1] == ("add",) or words[-1].startswith("/")  # read as a path inside


def test_a_linked_folder_in_a_committed_memory_is_not_written_through(sample: Sandbox) -> None:
    target = sample.home / ".ssh"
    target.mkdir()
    os.symlink(target, sample.project / MEMORY / "keys")
    done = sample.run("add", "A new memory of the lamp shop", "--namespace", "keys")
    assert done.code == 3 and "Traceback" not in done.err
    assert os.listdir(target) == []


# A repository that wants another directory


def test_a_project_s_own_setting_moves_no_write(sample: Sandbox) -> None:
    target = sample.home / ".ssh"
    target.mkdir()
    for name in ("settings.json", "settings.local.json"):
        (sample.project / ".claude" / name).write_text(json.dumps({"autoMemoryDirectory": str(target)}))
    (sample.project / ".claude" / "memory" / ".memdir.toml").write_text("trust_project_memory_dir = true\n")
    where = json.loads(sample.run("where", "--json").out)
    assert str(target) not in [source["root"] for source in where["sources"]]
    assert sample.run("add", "The kiln in Delft is closed in August").code == 0
    assert sample.run("index", "rebuild").code == 0
    assert os.listdir(target) == []


# Secrets


@pytest.mark.parametrize("secret", [TOKEN, f"the staging password is `{PASSWORD}`"], ids=["token", "password"])
def test_a_secret_is_neither_added_nor_edited_in(secret: str, sample: Sandbox) -> None:
    before = tree(sample.project / MEMORY)
    for words in (("add", f"Use {secret}"), ("edit", "image-pipeline", "--body", f"Use {secret}")):
        done = sample.run(*words)
        assert done.code == 3, done.err
        assert TOKEN not in done.err + done.out and PASSWORD not in done.err + done.out
    assert tree(sample.project / MEMORY) == before


def test_a_secret_in_a_file_is_not_shown_by_recall_context_or_check(sample: Sandbox) -> None:
    head = "---\nname: kiln-access\ndescription: How to reach the kiln controller\n---\n"
    text = head + f"The kiln token is {TOKEN} for now.\n"
    (sample.project / MEMORY / "kiln-access.md").write_text(text)
    for words in (
        ("recall", "kiln token"), ("recall", "kiln token", "--json", "--explain"), ("recall", TOKEN),
        ("context", "--query", "kiln token"), ("check", "--json"), ("check",),
    ):  # fmt: skip
        done = sample.run(*words)
        assert "Traceback" not in done.err
        assert TOKEN not in done.out + done.err.replace(f"'{TOKEN}'", ""), words
    assert TOKEN in sample.run("show", "kiln-access").out
    assert sample.run("check", "--select", "secret").code == 1


# Reading never writes


def test_reading_commands_change_no_file_of_the_project(sample: Sandbox) -> None:
    before = tree(sample.project)
    for words in (
        (), ("where",), ("status",), ("check",), ("ls",), ("show", "image-pipeline"), ("recall", "dev", "server"),
        ("instructions",), ("context",), ("tidy", "--check"), ("tidy", "--diff"), ("check", "--fix", "--dry-run"),
        ("index", "rebuild"), ("graph", "stats"), ("history",),
    ):  # fmt: skip
        done = sample.run(*words)
        assert "Traceback" not in done.err, (words, done.err)
    assert tree(sample.project) == before
