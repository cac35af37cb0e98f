"""`memdir where`, `adopt` and `config` as people and scripts run them."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from memdir.slug import slug

if TYPE_CHECKING:
    from sandbox import Done, Sandbox


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def memory_dir(box: Sandbox, project: str | None = None) -> Path:
    name = slug(project or os.path.realpath(box.project))
    return box.home / ".claude" / "projects" / name / "memory"


def data(done: Done) -> Any:
    assert done.code == 0, done.err
    return json.loads(done.out)


def snapshot(directory: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != ".memdir.lock"
    }


def test_where_says_all_of_it(sample: Sandbox) -> None:
    found = data(sample.run("where", "--json"))
    assert found["schema"] == "memdir.where/1"
    committed, auto = found["sources"]
    assert {"label", "kind", "root", "why", "exists", "loaded_by_claude"} <= committed.keys()
    assert (committed["kind"], committed["exists"], committed["primary"]) == ("committed", True, True)
    assert (auto["root"], auto["exists"], auto["loaded_by_claude"]) == (str(memory_dir(sample)), False, True)
    assert found["agents"][0]["name"] == "reviewer"
    assert found["transcripts"] == [{"path": str(memory_dir(sample).parent), "exists": True, "sessions": 3}]
    assert found["cache"] == sample.env["MEMDIR_CACHE_DIR"] and found["state"] == sample.env["MEMDIR_STATE_DIR"]
    assert found["team"].endswith("/.claude/memory/team")


def test_where_for_people(sample: Sandbox) -> None:
    old = put(memory_dir(sample, "/gone/lantern") / "a.md", "x").parent
    put(old.parent / "s.jsonl", '{"cwd": "/gone/lantern"}\n')
    put(sample.project / ".claude" / "settings.json", '{"autoMemoryDirectory": "~/.ssh"}')
    put(sample.home / ".claude" / "settings.json", "{")
    done = sample.run("where")
    assert done.code == 0
    assert "new memories go here" in done.out and "Claude Code loads it; not there yet" in done.out
    assert "memdir recall --agent reviewer" in done.out
    assert "not used" in done.out and "trust_project_memory_dir" in done.out
    assert f"memdir adopt {old}" in done.out and "1 memory: its sessions ran in /gone/lantern" in done.out
    assert "settings.json is not valid JSON" in done.err


def test_where_path_alone(sample: Sandbox) -> None:
    assert sample.run("where", "--path").out == f"{os.path.realpath(sample.project)}/.claude/memory\n"


def test_where_in_a_folder_nobody_knows_writes_nothing(plain_project: Sandbox, tmp_path: Path) -> None:
    found = data(plain_project.run("where", "--json"))
    assert [source["exists"] for source in found["sources"]] == [False]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "project"]
    assert not list((tmp_path / "home").iterdir())


def test_where_with_a_given_directory_and_no_home(plain_project: Sandbox, tmp_path: Path) -> None:
    put(tmp_path / "notes" / "a.md", "x")
    found = data(plain_project.run("--memory-dir", "../notes", "where", "--json", HOME=""))
    assert [(source["kind"], source["memories"]) for source in found["sources"]] == [("given", 1)]
    assert found["config_dir"] is None and found["orphans"] == []


def test_where_prints_undecodable_names(plain_project: Sandbox) -> None:
    directory = os.fsencode(plain_project.project) + b"/x\xff"
    os.mkdir(directory)
    for words in (("where",), ("where", "--json"), ("where", "--path")):
        done = plain_project.run(*words, cwd=Path(os.fsdecode(directory)))
        assert done.code == 0, done.err


def test_two_projects_with_one_folder_are_said(plain_project: Sandbox, tmp_path: Path) -> None:
    mine, theirs = tmp_path / "a-b", tmp_path / "a" / "b"
    for number, path in enumerate((mine, theirs)):
        path.mkdir(parents=True)
        put(memory_dir(plain_project, str(path)).parent / f"{number}.jsonl", json.dumps({"cwd": str(path)}))
    put(memory_dir(plain_project, str(mine)) / "a.md", "x")
    assert data(plain_project.run("where", "--json", cwd=mine))["shared_with"] == [str(theirs)]
    added = plain_project.run("add", "the lamp shop opens at nine", cwd=mine)
    assert f"written for {mine}" in added.err, added.err
    put(tmp_path / "old" / "b.md", "x")
    done = plain_project.run("adopt", str(tmp_path / "old"), "--yes", cwd=mine)
    assert f"written for {mine}" in done.err and str(theirs) in done.err


# adopt


@pytest.fixture
def two(plain_project: Sandbox) -> tuple[Sandbox, Path, Path]:
    """A project with memory, and an old directory that has one file the same, one new, one in conflict."""
    target = memory_dir(plain_project)
    old = memory_dir(plain_project, "/gone/project")
    put(old.parent / "s.jsonl", '{"cwd": "/gone/project"}\n')
    for name, ours, theirs in (("same", "x", "x"), ("new", None, "y"), ("clash", "ours", "theirs")):
        if ours:
            put(target / f"{name}.md", f"---\nname: {name}\ntype: project\n---\n{ours}\n")
        put(old / f"{name}.md", f"---\nname: {name}\ntype: project\n---\n{theirs}\n")
    return plain_project, target, old


def test_adopt_shows_and_changes_nothing_without_yes(two: tuple[Sandbox, Path, Path]) -> None:
    box, _, old = two
    before = snapshot(box.home)
    shown = box.run("adopt", str(old))
    assert shown.code == 2 and "add --yes" in shown.err
    for line in ("same (1)", "new (1)", "conflict (1)", "--both copies it"):
        assert line in shown.out
    assert box.run("adopt", str(old), "--dry-run").code == 0
    assert box.run("adopt", str(old), "--dry-run", "--yes").code == 0
    plan = box.run("adopt", str(old), "--json")
    assert plan.code == 2
    fields = json.loads(plan.out)
    assert (fields["same"], fields["new"], fields["conflicts"]) == (["same.md"], ["new.md"], ["clash.md"])
    assert not fields["applied"] and json.loads(plan.err)["error"]["code"] == "usage"
    assert snapshot(box.home) == before


def test_adopt_with_yes(two: tuple[Sandbox, Path, Path]) -> None:
    box, target, old = two
    before = snapshot(old)
    done = box.run("adopt", str(old.parent), "--yes", "--both", "--json")
    assert data(done)["copied"] == ["new.md", "clash-adopted.md"]
    assert (target / "clash.md").read_text().endswith("ours\n")
    assert (target / "clash-adopted.md").read_text().endswith("theirs\n")
    assert "(new.md)" in (target / "MEMORY.md").read_text()
    assert snapshot(old) == before
    again = box.run("adopt", str(old), "--yes")
    assert again.code == 0 and "nothing to copy" in again.out


def test_adopt_alone_lists_the_orphans(two: tuple[Sandbox, Path, Path]) -> None:
    box, _, old = two
    done = box.run("adopt")
    assert done.code == 0 and f"memdir adopt {old}" in done.out
    assert data(box.run("adopt", "--json"))["orphans"][0]["path"] == str(old)


def test_adopt_nothing(plain_project: Sandbox, tmp_path: Path) -> None:
    assert plain_project.run("adopt").code == 1
    missing = plain_project.run("adopt", "nowhere")
    assert missing.code == 3 and "no such directory" in missing.err
    (tmp_path / "empty").mkdir()
    empty = plain_project.run("adopt", "../empty")
    assert empty.code == 0 and "nothing to copy" in empty.out


def test_adopt_in_a_repository_leaves_git_clean_but_for_memories(sample: Sandbox) -> None:
    def git(*words: str) -> str:
        import subprocess

        done = subprocess.run(["git", *words], cwd=sample.project, env=sample.env, check=True, capture_output=True)
        return done.stdout.decode()

    git("init", "-q")
    git("add", ".")
    git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "x")
    assert sample.run("adopt", ".claude/agent-memory/reviewer", "--yes").code == 0
    changed = {line[3:] for line in git("status", "--porcelain").splitlines()}
    base = ".claude/memory/"
    assert changed == {base + "MEMORY.md", base + "review-habits.md", base + "rounding.md"}


# config


def test_config(plain_project: Sandbox) -> None:
    run = plain_project.run
    file = plain_project.home / ".config" / "memdir" / "config.toml"
    assert run("config", "path").out == f"{file}\n"
    assert "recall.limit = 10" in run("config").out
    put(file, "# mine\n[recall]\nlimit = 3 # few\n")
    done = run("config", "set", "recall.limit", "4")
    assert done.code == 0 and str(file) in done.out
    assert file.read_text() == "# mine\n[recall]\nlimit = 4 # few\n"
    assert run("config", "get", "recall.limit").out == "4\n"
    assert f"recall.limit = 4  ({file})" in run("config", "list", "--show-origin").out
    assert run("config", "set", "check.ignore", "a-code,b-code").code == 0
    assert run("config", "get", "check.ignore").out == "a-code\nb-code\n"
    rows = {row["name"]: row for row in data(run("config", "list", "--json"))["settings"]}
    assert rows["recall.limit"]["value"] == 4 and rows["check.ignore"]["value"] == ["a-code", "b-code"]


def test_config_set_says_what_still_wins(plain_project: Sandbox) -> None:
    done = plain_project.run("config", "set", "recall.limit", "4", MEMDIR_RECALL_LIMIT="9")
    assert done.code == 0 and "$MEMDIR_RECALL_LIMIT is stronger: recall.limit stays 9" in done.err


def test_config_mistakes(plain_project: Sandbox) -> None:
    run = plain_project.run
    wrong = run("config", "get", "recal.limit")
    assert wrong.code == 2 and "did you mean recall.limit?" in wrong.err
    assert run("config", "set", "recall.limit", "many").code == 3
    assert run("config", "set", "recall.limit", "0").code == 3
    file = put(plain_project.home / ".config" / "memdir" / "config.toml", "[recall\n")
    broken = run("config", "set", "recall.limit", "4")
    assert broken.code == 3 and "by hand" in broken.err and file.read_text() == "[recall\n"
    put(file, "recal.limit = 4\n")
    listed = run("config", "list")
    assert listed.code == 1 and "did you mean recall.limit?" in listed.err
    assert run("config", "path", HOME="").code == 2


def test_a_repositorys_settings_file_cannot_weaken_checks(sample: Sandbox) -> None:
    put(sample.project / ".claude" / "memory" / ".memdir.toml", 'check.ignore = ["secret"]\nrecall.limit = 3\n')
    assert sample.run("config", "get", "check.ignore").out == ""
    assert sample.run("config", "get", "recall.limit").out == "3\n"
    assert "only in your own configuration" in sample.run("config").err


def test_a_settings_file_that_is_wrong_is_named_in_status(plain_project: Sandbox) -> None:
    file = put(plain_project.home / ".config" / "memdir" / "config.toml", "[[[")
    assert f"{file} is not valid TOML" in plain_project.run("status").out


def test_status_with_many_orphans_stays_one_screen(plain_project: Sandbox, tmp_path: Path) -> None:
    for number in range(20):
        folder = memory_dir(plain_project).parents[1] / f"gone {number}"
        put(folder / "memory" / "x.md", "---\nname: x\n---\nx\n")
        put(folder / "s.jsonl", json.dumps({"cwd": f"{tmp_path}/old{number}/project"}) + "\n")
    lines = plain_project.run("status").out.splitlines()
    assert sum(line.startswith("orphan") for line in lines) == 3
    assert any("and 17 orphans more  -> memdir adopt" in line for line in lines)
    assert any("memdir adopt '" in line and "gone 0/memory'" in line for line in lines)
    assert len(lines) < 24


def test_where_path_as_json_is_json(plain_project: Sandbox) -> None:
    assert data(plain_project.run("where", "--path", "--json"))["sources"]


def test_where_shows_a_name_with_a_line_break_on_one_line(plain_project: Sandbox) -> None:
    (plain_project.project / ".claude" / "agent-memory" / "x\nstate       fake").mkdir(parents=True)
    assert not any(line.startswith("state       fake") for line in plain_project.run("where").out.splitlines())


def test_a_relative_home_gives_absolute_directories(plain_project: Sandbox) -> None:
    where = data(plain_project.run("where", "--json", HOME="relative"))
    assert all(os.path.isabs(source["root"]) for source in where["sources"])


def test_adopting_conflicts_twice_copies_them_once_and_says_so(two: tuple[Sandbox, Path, Path]) -> None:
    box, _, old = two
    assert box.run("adopt", str(old), "--both", "--yes").code == 0
    again = box.run("adopt", str(old), "--both", "--yes")
    assert "nothing to copy" in again.out and "memdir undo" not in again.out


def test_settings_set_at_the_same_time_are_all_there(plain_project: Sandbox) -> None:
    settings = {"recall.limit": "7", "check.ignore": "a", "check.select": "b", "language": "german", "lock.wait": "3"}
    with ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda one: plain_project.run("config", "set", *one), settings.items()))
    assert [(one.code, one.err) for one in done] == [(0, "")] * len(settings)
    assert {name: plain_project.run("config", "get", name).out.strip() for name in settings} == {
        **settings,
        "lock.wait": "3.0",
    }
    assert [p.name for p in (plain_project.home / ".config" / "memdir").iterdir()] == ["config.toml"]
