"""The changing commands as processes: what they print, their exit codes, and what git sees afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sandbox import Done, Sandbox

MEMORY = ".claude/memory"


@pytest.fixture
def here(sample: Sandbox) -> Sandbox:
    """The sample project, committed to git."""
    git(sample, "init", "-q")
    git(sample, "add", "-A")
    git(sample, "commit", "-q", "-m", "sample")
    return sample


def git(here: Sandbox, *words: str) -> str:
    command = ["git", "-c", "user.email=a@b", "-c", "user.name=n", *words]
    return subprocess.run(command, cwd=here.project, check=True, capture_output=True, text=True, env=here.env).stdout


def status(here: Sandbox) -> list[str]:
    return [line[3:] for line in git(here, "status", "--short", "-uall").splitlines()]


def memdir(here: Sandbox, *words: str, stdin: str = "", **env: str) -> Done:
    return here.run("--memory-dir", str(here.project / MEMORY), *words, stdin=stdin, **env)


def read(here: Sandbox, name: str) -> str:
    return (here.project / MEMORY / name).read_text("utf-8")


def test_after_every_command_git_sees_only_memories_the_index_and_the_archive(here: Sandbox) -> None:
    commands = [
        ("add", "Releases are cut on the first Tuesday of the month."),
        ("edit", "user_role", "--confidence", "0.9"),
        ("tag", "dev-server-port-8420", "setup", "ports"),
        ("untag", "dev-server-port-8420", "ports"),
        ("link", "search-synonyms", "idempotent-checkout", "-r", "mentions", "--weight", "0.5"),
        ("unlink", "search-synonyms", "idempotent-checkout"),
        ("mv", "search-synonyms", "search-words", "--yes"),
        ("rm", "flaky-visual-tests"),
        ("restore", "flaky-visual-tests"),
        ("undo",),
        ("tidy", "--yes"),
        ("history",),
        ("show", "user_role"),
        ("ls",),
    ]
    for words in commands:
        done = memdir(here, *words)
        assert done.code == 0, (words, done)
        for path in status(here):
            assert path.startswith(MEMORY), (words, path)
            assert path.endswith((".md", ".md.archived")), (words, path)
    assert any(path.endswith("flaky-visual-tests.md.archived") for path in status(here))
    assert memdir(here, "undo", "99", "--yes").code == 0
    assert status(here) == []


def test_add_prints_the_path_and_refuses_what_exists(here: Sandbox) -> None:
    done = memdir(here, "add", "Keep", "pull", "requests", "small.")
    assert done.out == f"{here.project / MEMORY / 'keep-pull-requests-small.md'}\n"
    again = memdir(here, "add", "Keep pull requests small.")
    assert (again.code, again.out) == (2, "")
    assert "says the same already" in again.err
    clash = memdir(here, "add", "--name", "user_role", "Other words.")
    assert clash.code == 2
    assert "memdir edit user_role.md --body -" in clash.err


def test_add_takes_stdin_and_an_editor(here: Sandbox, tmp_path: Path) -> None:
    assert memdir(here, "add", "-", stdin="From stdin, über alles.\n").code == 0
    assert "From stdin, über alles." in read(here, "from-stdin-über-alles.md")
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "Typed in an editor." > "$1"\n')
    editor.chmod(0o755)
    assert memdir(here, "add", EDITOR=str(editor)).code == 0
    assert "Typed in an editor." in read(here, "typed-in-an-editor.md")
    assert memdir(here, "add", EDITOR="true").code == 2
    assert memdir(here, "add", EDITOR="false").code == 2
    assert "no editor is set" in memdir(here, "add").err
    assert memdir(here, "add", EDITOR="/no/such/editor").code == 2


def test_bad_stdin_is_one_line_and_an_exit_code(here: Sandbox) -> None:
    assert memdir(here, "add", "-", stdin="").code == 2
    assert memdir(here, "add", "-", stdin="x" * (1 << 20) + "x").code == 3
    raw = subprocess.run(
        ["sh", "-c", '"$0" -m memdir --memory-dir "$1" add - <&-', sys.executable, str(here.project / MEMORY)],
        env=here.env, cwd=here.project, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert raw.returncode == 2
    assert raw.stderr.startswith("memdir: stdin")
    assert raw.stderr.count("\n") == 1


def test_edit_opens_the_editor_on_the_file(here: Sandbox, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i s/Mira/Mara/ "$1"\n')
    editor.chmod(0o755)
    assert memdir(here, "edit", "user_role", EDITOR=str(editor)).code == 0
    assert "Mara leads" in read(here, "user_role.md")
    assert memdir(here, "edit", "user_role", EDITOR="true").code == 0
    assert memdir(here, "edit", "user_role", "--body", "-", stdin="New body.").code == 0
    assert read(here, "user_role.md").endswith("---\n\nNew body.\n")


def test_an_editor_s_text_that_cannot_be_used_is_kept(here: Sandbox, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "token ghp_%s" 16C7e42F292c6912E7710c838347Ae178B4a > "$1"\n')
    editor.chmod(0o755)
    done = memdir(here, "add", EDITOR=str(editor))
    assert done.code == 3
    kept = done.err.strip().rstrip(")").rpartition("your text is kept in ")[2]
    assert Path(kept).read_text().startswith("token ghp_")
    assert Path(kept).stat().st_mode & 0o077 == 0 or Path(kept).parent.stat().st_mode & 0o077 == 0


def test_what_changes_more_than_was_named_asks(here: Sandbox) -> None:
    before = status(here)
    plan = memdir(here, "mv", "search-synonyms", "search-words")
    assert plan.code == 2
    assert "nothing changed, add --yes" in plan.err
    assert "changed  projects/alpha/decisions/postgres-full-text.md" in plan.err
    dry = memdir(here, "mv", "search-synonyms", "search-words", "--dry-run")
    assert (dry.code, status(here)) == (0, before)
    assert memdir(here, "mv", "search-synonyms", "search-words", "--yes").code == 0
    assert memdir(here, "mv", "dev-server-port", "dev-port", "--dry-run", "--yes").code == 0
    assert not (here.project / MEMORY / "dev-port.md").exists()
    asked = memdir(here, "undo")
    assert (asked.code, "add --yes" in asked.err) == (2, True)
    assert memdir(here, "undo", "--yes").code == 0
    assert status(here) == before


def test_tidy_checks_shows_and_repairs(here: Sandbox) -> None:
    assert memdir(here, "tidy", "--check").code == 1
    shown = memdir(here, "tidy", "--diff")
    assert "-- [Vouchers](voucher-engine.md)" in shown.out
    assert status(here) == []
    assert memdir(here, "tidy").code == 2
    assert memdir(here, "tidy", "--yes").code == 0
    again = memdir(here, "tidy", "--check")
    assert (again.code, again.out) == (0, "MEMORY.md is tidy\n")


def test_purge_asks_and_forever_leaves_no_trace(here: Sandbox, tmp_path: Path) -> None:
    memdir(here, "rm", "user_role")
    assert memdir(here, "purge").code == 2
    assert memdir(here, "purge", "user_role").code == 2
    assert memdir(here, "purge", "--all", "--dry-run").code == 0
    assert memdir(here, "restore").out == "archived  .archive/user_role.md.archived\n"
    done = memdir(here, "purge", "user_role", "--forever", "--yes")
    assert done.code == 0
    assert memdir(here, "restore").code == 1
    assert memdir(here, "history").code == 1
    assert memdir(here, "purge", "--all", "--yes").code == 1


def test_show_and_ls(here: Sandbox) -> None:
    assert memdir(here, "show", "user_role").out == read(here, "user_role.md")
    assert (
        memdir(here, "show", "user_role", "--body").out.startswith("\nMira")
        or "Mira" in memdir(here, "show", "user_role", "--body").out
    )
    listed = memdir(here, "ls", "--type", "user").out.splitlines()
    assert [line.split()[:2] for line in listed] == [
        ["user", "user-working-hours.md"], ["user", "user_languages.md"], ["user", "user_role.md"],
    ]  # fmt: skip
    assert len({line.index(line.split()[1]) for line in listed}) == 1
    assert all(line.split()[1].startswith("projects/alpha/") for line in
               memdir(here, "ls", "--namespace", "projects/alpha").out.splitlines())  # fmt: skip
    assert memdir(here, "ls", "--topic", "no-such-topic").code == 1
    files = memdir(here, "ls", "-0", "--type", "user").out.split("\0")
    assert files[-1] == ""
    assert all(Path(path).is_file() for path in files[:-1])
    everything = len(memdir(here, "ls", "--all", "--files").out.splitlines())
    assert everything > len(memdir(here, "ls", "--files").out.splitlines())
    assert len(memdir(here, "ls", "--as-claude", "--files").out.splitlines()) == everything
    assert "not shown" in memdir(here, "ls").err


def test_unknown_and_ambiguous_names(here: Sandbox) -> None:
    done = memdir(here, "show", "user_rolle")
    assert done.code == 1
    assert "did you mean user_role" in done.err
    assert memdir(here, "show", "dev-server").code == 2
    assert memdir(here, "rm", "user_role", "no-such").code == 1
    assert status(here) == []


def test_json_of_every_command(here: Sandbox) -> None:
    for words, schema in (
        (("add", "Json words."), "add/1"), (("edit", "json-words", "--status", "review"), "edit/1"),
        (("tag", "json-words", "x"), "tag/1"), (("show", "json-words"), "show/1"), (("ls",), "ls/1"),
        (("rm", "json-words"), "rm/1"), (("restore",), "restore/1"), (("restore", "json-words"), "restore/1"),
        (("mv", "json-words", "json-text"), "mv/1"), (("undo",), "undo/1"), (("redo",), "redo/1"),
        (("undo",), "undo/1"),
        (("history",), "history/1"),
        (("tidy", "--check"), "tidy/1"), (("rm", "json-words"), "rm/1"),
        (("purge", "--all", "--yes"), "purge/1"),
    ):  # fmt: skip
        done = memdir(here, *words, "--json")
        assert done.code in (0, 1), (words, done)
        found = json.loads(done.out)
        assert found["schema"] == f"memdir.{schema}"
        assert isinstance(found["took_ms"], float)
    done = memdir(here, "show", "no-such", "--json")
    assert json.loads(done.err)["error"]["code"] == "not-found"


def test_one_change_is_taken_back_by_its_number_whatever_came_after_it(here: Sandbox) -> None:
    first = memdir(here, "add", "The first fact.", "--name", "first").out.strip()
    second = memdir(here, "add", "The second fact.", "--name", "second").out.strip()
    number = json.loads(memdir(here, "history", "--json").out)["history"][1]["number"]
    assert memdir(here, "undo", "--change", str(number)).code == 0
    assert not Path(first).exists() and Path(second).exists()
    for words, said in (
        ((str(number),), "no change"), (("x",), "is no number"), (("9" * 40,), "is no number"),
        (("nobody:1",), "no change"), (("999",), "no change"),
    ):  # fmt: skip
        done = memdir(here, "undo", "--change", *words)
        assert done.code != 0 and said in done.err
    assert memdir(here, "undo", "2", "--change", "1").code == 2
    assert Path(second).exists()


def test_a_topic_is_checked_by_add_as_by_tag(here: Sandbox) -> None:
    done = memdir(here, "add", "A fact.", "--name", "fact", "--topic", "a,b")
    assert (done.code, "no topic" in done.err) == (3, True)
    path = Path(memdir(here, "add", "A fact.", "--name", "fact", "--topic", "#two  words").out.strip())
    assert "topics: [two words]" in path.read_text()


def test_a_memory_that_was_to_be_superseded_twice_was_changed_meanwhile(here: Sandbox) -> None:
    memdir(here, "add", "The old fact.", "--name", "old")
    done = memdir(here, "add", "The new fact.", "--name", "new", "--supersedes", "old", "--supersedes", "old.md")
    assert done.code == 0, done.err
    assert "supersedes: [old]" in Path(done.out.strip()).read_text()


def test_a_locked_directory_is_exit_code_4_and_no_traceback(here: Sandbox) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", "import sys\nfrom memdir.lock import hold\n"
         "with hold(sys.argv[1], command='memdir tidy'):\n print('held', flush=True)\n sys.stdin.read()",
         str(here.project / MEMORY)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=here.env,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    done = memdir(here, "tag", "user_role", "x", MEMDIR_LOCK_WAIT="0")
    holder.communicate()
    assert done.code == 4
    assert "memdir tidy" in done.err
    assert "Traceback" not in done.err


def test_unlink_takes_the_prefix_that_link_took(plain_project: Sandbox) -> None:
    run = plain_project.run
    for text in ("alpha is the first of them", "beta is the second of them"):
        assert run("--memory-dir", "m", "add", text).code == 0
    assert run("--memory-dir", "m", "link", "alpha", "beta").code == 0
    assert run("--memory-dir", "m", "unlink", "alpha", "beta").code == 0
    assert "relationship" not in "".join(path.read_text() for path in (plain_project.project / "m").glob("*.md"))


def test_a_negative_limit_of_history_was_a_mistake_in_memdir_itself(here: Sandbox) -> None:
    for limit in ("-3", "0"):
        done = memdir(here, "history", "-n", limit)
        assert (done.code, done.err) == (3, "memdir: a limit is at least 1 (-n 5)\n")


def test_a_purge_that_was_only_looked_at_had_json_of_another_shape(here: Sandbox) -> None:
    memdir(here, "rm", "user_role")
    looked = json.loads(memdir(here, "purge", "--all", "--dry-run", "--json").out)
    done = json.loads(memdir(here, "purge", "--all", "--yes", "--json").out)
    assert looked.keys() == done.keys()
    assert (looked["purged"], looked["dry_run"]) == ([".archive/user_role.md.archived"], True)
    assert (done["purged"], done["dry_run"]) == ([".archive/user_role.md.archived"], False)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/b", "a\\b", "...", ""])
def test_a_name_that_is_a_path_was_quietly_made_into_another(here: Sandbox, name: str) -> None:
    done = memdir(here, "add", "--name", name, "Some words.")
    assert (done.code, "is no name" in done.err) == (3, True)
    assert status(here) == []
