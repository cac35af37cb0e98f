"""`$EDITOR` as people have it: with arguments, failing, killed, saving nothing; no word that was typed is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sandbox import Done, Sandbox

MEMORY = ".claude/memory"
SECRET = "ghp_" + "a1B2c3D4e5F6" * 3


@pytest.fixture
def editor(tmp_path: Path) -> Path:
    """An editor in a folder with a space in its name, whose first argument is the shell code to run on `$2`."""
    path = tmp_path / "my tools" / "editor"
    path.parent.mkdir()
    path.write_text('#!/bin/sh\neval "$1"\n')
    path.chmod(0o755)
    (tmp_path / "temporary").mkdir()
    return path


def with_editor(sample: Sandbox, editor: Path, code: str, *words: str) -> Done:
    env = {"EDITOR": f"'{editor}' '{code}'", "TMPDIR": str(editor.parent.parent / "temporary")}
    return sample.run("--memory-dir", MEMORY, *words, **env)


def kept(editor: Path) -> list[Path]:
    return sorted((editor.parent.parent / "temporary").rglob("*.md"))


def test_an_editor_with_arguments_in_a_folder_with_a_space(sample: Sandbox, editor: Path) -> None:
    done = with_editor(sample, editor, 'echo "A new thing." >> "$2"', "add")
    assert (done.code, Path(done.out.strip()).name) == (0, "a-new-thing.md")
    assert kept(editor) == []


@pytest.mark.parametrize("end", ["exit 3", "kill -9 $$"])
@pytest.mark.parametrize("words", [("add",), ("edit", "user_role")])
def test_what_was_typed_was_lost_when_the_editor_failed(
    sample: Sandbox, editor: Path, end: str, words: tuple[str, ...]
) -> None:
    done = with_editor(sample, editor, f'echo Typed >> "$2"; {end}', *words)
    assert done.code == 2
    (copy,) = kept(editor)
    assert f"your text is kept in {copy}" in done.err
    assert copy.read_text().endswith("Typed\n")


@pytest.mark.parametrize("code", ["true", "exit 3", ': > "$2"', 'rm "$2"'])
@pytest.mark.parametrize("words", [("add",), ("edit", "user_role")])
def test_no_copy_is_kept_where_there_is_no_new_text(
    sample: Sandbox, editor: Path, code: str, words: tuple[str, ...]
) -> None:
    before = (sample.project / MEMORY / "user_role.md").read_bytes()
    done = with_editor(sample, editor, code, *words)
    assert done.code == (0 if (code, words[0]) == ("true", "edit") else 2)
    assert "is kept" not in done.err
    assert "nothing" in done.err
    assert kept(editor) == []
    assert (sample.project / MEMORY / "user_role.md").read_bytes() == before


def test_a_secret_is_refused_and_the_text_kept(sample: Sandbox, editor: Path) -> None:
    done = with_editor(sample, editor, f'echo {SECRET} >> "$2"', "edit", "user_role")
    assert done.code == 3
    assert SECRET not in done.err
    assert len(kept(editor)) == 1


def test_a_name_typed_in_the_editor_made_two_memories_of_one_name(sample: Sandbox, editor: Path) -> None:
    done = with_editor(sample, editor, 'sed -i "s/^name: .*/name: user-role/" "$2"', "edit", "search-synonyms")
    assert done.code == 2
    assert "a memory called user-role exists already: user_role.md" in done.err
    assert len(kept(editor)) == 1


def test_invalid_yaml_from_the_editor_was_taken_without_a_word(sample: Sandbox, editor: Path) -> None:
    done = with_editor(sample, editor, 'sed -i "s/^description: .*/description: a: b/" "$2"', "edit", "search-synonyms")
    assert done.code == 0
    assert re.search(r"note: line 3: .*memdir check", done.err)


def test_edit_emptied_a_memory_when_stdin_was_empty(sample: Sandbox) -> None:
    before = (sample.project / MEMORY / "user_role.md").read_bytes()
    for body in ("-", "", " \n"):
        done = sample.run("--memory-dir", MEMORY, "edit", "user_role", "--body", body)
        assert (done.code, "the text is empty" in done.err) == (2, True)
    assert (sample.project / MEMORY / "user_role.md").read_bytes() == before


def test_a_file_without_frontmatter_was_given_a_name_that_is_taken(sample: Sandbox) -> None:
    (sample.project / MEMORY / "plain.md").write_text("Only words.\n")
    done = sample.run("--memory-dir", MEMORY, "edit", "plain", "--name", "User Role")
    assert (done.code, "exists already: user_role.md" in done.err) == (2, True)
    assert sample.run("--memory-dir", MEMORY, "edit", "plain", "--name", "Plain Words").code == 0
    assert "\nname: plain-words\n" in (sample.project / MEMORY / "plain.md").read_text()
