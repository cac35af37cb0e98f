"""A project with two memory directories, Claude Code's own and a committed one: the commands agree about both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sandbox import Sandbox


def write(root: Path, name: str, text: str) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    path = root / f"{name}.md"
    path.write_text(f"---\nname: {name}\ndescription: about {name}\nmetadata:\n  type: project\n---\n\n{text}\n")
    return path


def committed(two: Sandbox) -> Path:
    return two.project / ".claude" / "memory"


def auto(two: Sandbox) -> Path:
    sources = json.loads(two.run("where", "--json").out)["sources"]
    return Path(next(source["root"] for source in sources if source["label"] == "project"))


@pytest.fixture
def two(plain_project: Sandbox) -> Sandbox:
    """A project with two directories, a tidy MEMORY.md in each: `here` in the first, `there` in the second."""
    write(auto(plain_project), "here", "Deploys run at noon.")
    write(committed(plain_project), "there", "Tests need a database.")
    for root in (auto(plain_project), committed(plain_project)):
        assert plain_project.run("--memory-dir", str(root), "tidy", "--yes").code == 0
    return plain_project


def test_what_ls_prints_was_no_name(two: Sandbox) -> None:
    printed = [line.split()[1] for line in two.run("ls").out.splitlines()]
    assert printed == ["project:here.md", "committed:there.md"]
    for name in printed:
        for words in (("show", name), ("tag", name, "x"), ("untag", name, "x"), ("edit", name, "--confidence", "0.5")):
            assert two.run(*words).code == 0, words
    assert two.run("show", "project:there.md").code == 1
    assert two.run("mv", "committed:there.md", "moved", "--yes").code == 0
    assert two.run("rm", "committed:moved.md").code == 0
    assert "committed:.archive/moved.md.archived" in two.run("restore").out
    assert two.run("restore", "committed:moved").code == 0
    assert (committed(two) / "moved.md").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("link", "here", "there"),
        ("edit", "here", "--supersedes", "there"),
        ("add", "New words.", "--supersedes", "there"),
        ("rm", "here", "there"),
    ],
)
def test_a_memory_of_the_other_directory_was_said_not_to_be(two: Sandbox, words: tuple[str, ...]) -> None:
    done = two.run(*words)
    assert done.code == 2
    assert "there is in committed" in done.err
    assert "stay within one directory" in done.err
    assert "no memory is called nowhere" in two.run(*words[:-1], "nowhere").err


def test_a_memory_whose_name_begins_like_a_label_is_found(two: Sandbox) -> None:
    (auto(two) / "odd.md").write_text("---\nname: 'project: odd'\ndescription: d\n---\n\nOdd words.\n")
    assert "Odd words." in two.run("show", "project: odd").out


def test_undo_took_two_of_one_directory_where_history_showed_one_of_each(two: Sandbox) -> None:
    for minute, name in enumerate(("here", "there", "here", "there")):
        assert two.run("tag", name, f"t{minute}", MEMDIR_NOW=f"2026-11-21T13:0{minute}:00Z").code == 0
    listed = two.run("history", "-n", "2").out.splitlines()
    assert [line.split()[3] for line in listed] == ["committed", "project"]
    assert "project: tag here.md t2" in two.run("undo", "2", "--dry-run").err
    done = two.run("undo", "2", "--yes", MEMDIR_NOW="2026-11-21T14:00:00Z")
    assert done.out.splitlines() == ["undone: committed: tag there.md t3", "undone: project: tag here.md t2"]
    assert "t1" in (committed(two) / "there.md").read_text() and "t0" in (auto(two) / "here.md").read_text()
    fields = json.loads(two.run("redo", "--json", "--yes", MEMDIR_NOW="2026-11-21T15:00:00Z").out)
    assert [row["source"] for row in fields["directories"]] == ["project", "committed"]
    assert "t3" in (committed(two) / "there.md").read_text() and "t2" in (auto(two) / "here.md").read_text()


def test_a_dry_run_of_undo_names_what_is_left_alone(two: Sandbox) -> None:
    assert two.run("tag", "there", "x", MEMDIR_NOW="2026-11-21T13:00:00Z").code == 0
    (committed(two) / "there.md").write_text("Theirs.\n")
    dry, real = two.run("undo", "--dry-run", "--json"), two.run("undo", "--json")
    assert dry.code == real.code == 1
    dry_fields, real_fields = json.loads(dry.out), json.loads(real.out)
    assert dry_fields["left"] == real_fields["left"] == ["there.md"]
    assert dry_fields["undone"] == real_fields["undone"] == []
    assert "left     there.md" in two.run("undo", "--dry-run").err


@pytest.mark.parametrize(
    "line", ["undo", "undo --dry-run", "redo", "history", "restore", "purge --all", "purge --all --dry-run"]
)
def test_nothing_to_show_was_no_json_at_all(plain_project: Sandbox, line: str) -> None:
    done = plain_project.run(*line.split(), "--json")
    assert done.code == 1
    fields = json.loads(done.out)
    assert all(value == [] for value in fields.values() if isinstance(value, list))


def test_status_counted_the_first_directory_only(two: Sandbox) -> None:
    write(committed(two), "unlisted", "Its name does not matter.")
    (committed(two) / "MEMORY.md").write_text("- [gone](gone.md) - gone\n")
    assert two.run("index", "sync").code == 0
    write(committed(two), "brief", "Soon gone.")
    assert two.run("index", "sync").code == 0
    (committed(two) / "brief.md").unlink()
    checked = json.loads(two.run("check", "--json").out)["findings"]
    fields = json.loads(two.run("status", "--json").out)
    counted = {source["label"]: source["findings"] for source in fields["sources"]}
    for label, root in (("project", auto(two)), ("committed", committed(two))):
        of_root = [f["severity"] for f in checked if Path(f["root"]).resolve() == root.resolve()]
        assert counted[label] == {kind: of_root.count(kind) for kind in ("error", "warning", "info")}
    assert counted["committed"]["error"] > 0
    assert fields["findings"]["error"] == sum(counts["error"] for counts in counted.values())
    assert [source["lost"] for source in fields["sources"]] == [[], ["brief.md"]]
    blocks = two.run("status").out.split("\nalso ")
    assert "project: " in blocks[0] and "committed: " in blocks[1]
    assert "findings     none" in blocks[0] and "memdir check" in blocks[1] and "lost " in blocks[1]


def test_tidy_left_alone_what_check_said_it_repairs(two: Sandbox) -> None:
    for root in (auto(two), committed(two)):
        (root / "MEMORY.md").write_text("- [gone](gone.md) - gone\n")
    assert "memdir tidy repairs" in two.run("check").err
    assert two.run("tidy", "--check").code == 1
    assert "+++ b/committed:MEMORY.md" in two.run("tidy", "--diff").out
    refused = two.run("tidy")
    assert refused.code == 2 and "committed:MEMORY.md" in refused.err
    assert (auto(two) / "MEMORY.md").read_text() == "- [gone](gone.md) - gone\n"
    done = two.run("tidy", "--yes", MEMDIR_NOW="2026-11-21T13:00:00Z")
    assert done.out.splitlines() == ["project:MEMORY.md", "committed:MEMORY.md"]
    assert "memdir tidy repairs" not in two.run("check").err
    fields = json.loads(two.run("tidy", "--json").out)
    assert fields["tidy"] and not fields["changed"]
    assert two.run("undo", "2", "--yes").code == 0
    assert (committed(two) / "MEMORY.md").read_text() == "- [gone](gone.md) - gone\n"
