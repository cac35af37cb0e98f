"""An agent's proposal, by scripted commands: well-behaved, deleting everything, writing outside, writing nonsense,
never ending, failing."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest
from sandbox import Sandbox, sandbox_at

from memdir.errors import UsageError
from memdir.sessions.agent import run_agent
from memdir.sessions.agent_process import AgentFailed
from memdir.sessions.agent_prompt import agent_prompt
from memdir.sessions.agent_proposal import propose, with_index
from memdir.sessions.consolidate_lock import LOCK_NAME
from memdir.sessions.inputs import Inputs, gather
from memdir.sessions.operation import Operation

NOW = 1_700_000_000.0
TEXT = "---\nname: {name}\ndescription: About {name}\nmetadata:\n  type: project\n---\n\n{body}\n"
ENV = {"PATH": os.environ.get("PATH", "")}


@pytest.fixture
def box(tmp_path: Path) -> Sandbox:
    """A project with a committed memory of twenty files."""
    project = tmp_path / "project"
    root = project / ".claude" / "memory"
    root.mkdir(parents=True)
    for number in range(20):
        memory(root, f"m{number:02}", f"Subject {number} has the value {number * 111} since spring.")
    (root / "MEMORY.md").write_text("# Index\n\n" + "".join(f"- [m{n:02}](m{n:02}.md)\n" for n in range(20)))
    return sandbox_at(project, tmp_path)


def memory(root: Path, name: str, body: str) -> None:
    (root / f"{name}.md").write_text(TEXT.format(name=name, body=body))


def root_of(box: Sandbox) -> Path:
    return box.project / ".claude" / "memory"


def script(box: Sandbox, text: str) -> str:
    """An agent's command: a Python program."""
    path = box.project.parent / "agent.py"
    path.write_text("import os, sys, pathlib, time\nhere = pathlib.Path('.')\n" + text)
    return f"{sys.executable} {path}"


def tree(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != LOCK_NAME}


GOOD = """
prompt = sys.stdin.read()
assert "memory consolidation" in prompt and os.environ["MEMDIR_OWN_SESSION"] == "1", prompt
m = here / "m00.md"
m.write_text(m.read_text() + "Subject 1 has the value 111 since spring.\\n")
(here / "m01.md").unlink()
(here / "fresh.md").write_text("---\\nname: fresh\\ndescription: New\\n---\\n\\nSomething new.\\n")
"""


def test_a_well_behaved_agents_changes_are_operations_like_any(box: Sandbox) -> None:
    before = tree(root_of(box))
    done = box.run("dream", "run", "--yes", "--json", "--agent", script(box, GOOD))
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert [(o["kind"], o["paths"], o["skipped"]) for o in told["operations"]] == [
        ("merge", ["m00.md", "m01.md"], None), ("promote", ["fresh.md"], None), ("index", ["MEMORY.md"], None),
    ]  # fmt: skip
    after = tree(root_of(box))
    assert b"superseded_by: m00.md" in after[".archive/m01.md.archived"]
    assert b"value 111" in after["m00.md"] and "m01.md" not in after
    assert b"(m01.md)" not in after["MEMORY.md"] and b"(fresh.md)" in after["MEMORY.md"]
    log = json.loads(box.run("dream", "log", "--json").out)["runs"]
    assert [(run["how"], run["outcome"]) for run in log] == [("agent", "applied")]
    undone = box.run("dream", "undo", "--yes")
    assert undone.code == 0 and tree(root_of(box)) == before


def test_a_dry_run_shows_and_changes_nothing(box: Sandbox) -> None:
    before = tree(root_of(box))
    done = box.run("dream", "run", "--dry-run", "--agent", script(box, GOOD))
    assert done.code == 0 and "merge" in done.out and "value 111" in done.out
    assert tree(root_of(box)) == before and not (root_of(box) / LOCK_NAME).exists()


def test_without_yes_the_agent_is_not_even_started(box: Sandbox) -> None:
    done = box.run("dream", "run", "--agent", script(box, f"pathlib.Path('{box.project}/started').touch()"))
    assert done.code == 2 and not (box.project / "started").exists()


def test_one_that_deletes_everything_archives_nothing_by_itself(box: Sandbox) -> None:
    before = tree(root_of(box))
    command = script(box, "import shutil\n[p.unlink() for p in here.rglob('*') if p.is_file()]\n")
    done = box.run("dream", "run", "--yes", "--json", "--agent", command)
    told = json.loads(done.out)
    assert (told["applied"], told["run"]) == (0, None) and len(told["operations"]) >= 20
    assert tree(root_of(box)) == before
    assert not (root_of(box) / LOCK_NAME).exists() or told["run"] is None


def test_one_that_removes_its_own_directory_is_one_that_deletes_everything(box: Sandbox) -> None:
    before = tree(root_of(box))
    command = script(box, "import shutil\nshutil.rmtree(os.getcwd())\n")
    assert box.run("dream", "run", "--yes", "--agent", command).code == 0
    assert tree(root_of(box)) == before


def test_what_a_person_lets_go_is_in_the_archive(box: Sandbox) -> None:
    command = script(box, "[p.unlink() for p in here.glob('m0*.md')]\n")
    done = box.run("dream", "run", "--yes", "--guarded", "--agent", command)
    assert done.code == 0, done.err
    kept = tree(root_of(box))
    assert {f".archive/m0{n}.md.archived" for n in range(10)} <= set(kept)


def test_one_that_writes_outside_changes_nothing_through_us(box: Sandbox, tmp_path: Path) -> None:
    before = tree(root_of(box))
    command = script(
        box,
        """
(here / ".." / "evil.md").write_text("x")
(here / "link.md").symlink_to("/etc/passwd")
(here / "folder").symlink_to("/etc")
(here / "m02.md").unlink(); (here / "m02.md").symlink_to("/etc/passwd")
(here / ".git").mkdir(); (here / ".git" / "hook.md").write_text("---\\nname: a\\n---\\nx")
(here / "notes.txt").write_text("x")
(here / "con.md").write_text("---\\nname: a\\n---\\nx")
""",
    )
    done = box.run("dream", "run", "--yes", "--json", "--guarded", "--only", "promote", "--agent", command)
    assert done.code in (0, 1), done.err
    assert tree(root_of(box)) == before
    assert not list(tmp_path.rglob("evil.md"))


def test_one_that_changes_the_real_directory_finds_its_own_changes_skipped(box: Sandbox) -> None:
    command = script(
        box,
        f"""
real = pathlib.Path({str(root_of(box))!r})
(real / "m03.md").write_text("overwritten behind our back")
(here / "m03.md").write_text((here / "m03.md").read_text() + "more\\n")
(here / "m04.md").write_text((here / "m04.md").read_text() + "more\\n")
""",
    )
    told = json.loads(box.run("dream", "run", "--yes", "--json", "--agent", command).out)
    assert [o["skipped"] for o in told["operations"]] == ["m03.md changed since the plan", None]


BROKEN = [
    ("---\nname: [unclosed\n---\n\nx\n", "frontmatter is not valid"),
    ("---\nname: x\n\nno end\n", "frontmatter is not valid"),
    ("no frontmatter at all\n", "no frontmatter"),
    ("---\nname: m05\n---\n", "no text"),
    ("---\nname: m05\n---\n\nkey AKIAIOSFODNN7EXAMPL3\n", "secret"),
]


@pytest.mark.parametrize(("text", "why"), BROKEN, ids=[why for _, why in BROKEN])
def test_invalid_files_are_left_as_they_were(box: Sandbox, text: str, why: str) -> None:
    before = tree(root_of(box))
    command = script(box, f"(here / 'm05.md').write_text({text!r})\n(here / 'new.md').write_text({text!r})\n")
    done = box.run("dream", "run", "--yes", "--agent", command)
    assert done.code == 0 and why in done.err, done.err
    assert tree(root_of(box)) == before


def test_what_was_merged_into_an_invalid_file_stays(box: Sandbox) -> None:
    before = tree(root_of(box))
    command = script(
        box,
        """
(here / "m06.md").write_text("no frontmatter\\n" + (here / "m06.md").read_text()[3:] + (here / "m07.md").read_text())
(here / "m07.md").unlink()
""",
    )
    done = box.run("dream", "run", "--yes", "--guarded", "--agent", command)
    assert done.code == 0 and "m07.md stays" in done.err
    assert tree(root_of(box)) == before


def test_one_that_never_ends_is_ended_with_all_it_started(box: Sandbox) -> None:
    before = tree(root_of(box))
    command = script(
        box,
        """
import subprocess
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(sys.argv[0]).with_name("pid").write_text(str(child.pid))
time.sleep(600)
""",
    )
    done = box.run("dream", "run", "--yes", "--timeout", "1.5", "--agent", command)
    assert done.code == 3 and "was not done after 1.5 s: nothing was changed" in done.err
    assert tree(root_of(box)) == before and not (root_of(box) / LOCK_NAME).exists()
    pid = int((box.project.parent / "pid").read_text())
    for _ in range(200):
        if not running(pid):
            break
        time.sleep(0.01)
    assert not running(pid)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_one_that_fails_changes_nothing_and_says_why(box: Sandbox) -> None:
    before = tree(root_of(box))
    command = script(box, "(here / 'm00.md').unlink()\nsys.exit('no quota left')\n")
    done = box.run("dream", "run", "--yes", "--agent", command)
    assert done.code == 3 and "the agent ended with 1" in done.err and "no quota left" in done.err
    assert tree(root_of(box)) == before and not (root_of(box) / LOCK_NAME).exists()
    assert box.run("dream", "run", "--yes", "--json", "--agent", "'").code == 2


@pytest.mark.parametrize("command", ["", "   ", "'", "/nowhere/agent", "a\0b"])
def test_a_command_that_cannot_be_started_is_a_usage_error(command: str) -> None:
    with pytest.raises(UsageError):
        run_agent(command, {}, env=ENV)


def test_one_that_says_too_much_is_ended() -> None:
    with pytest.raises(AgentFailed, match="says too much"):
        run_agent(f"{sys.executable} -c 'while True: print(\"x\" * 100000)'", {}, env=ENV, seconds=60)


def test_nothing_changed_is_a_good_answer(box: Sandbox) -> None:
    told = json.loads(box.run("dream", "run", "--yes", "--json", "--agent", script(box, "")).out)
    assert (told["operations"], told["run"]) == ([], None)


# What becomes of single changes


def inputs(root: Path) -> Inputs:
    return gather(str(root), now=NOW)


def proposed(box: Sandbox, **changes: str | None) -> list[Operation]:
    given = inputs(root_of(box))
    left = dict(given.files)
    for name, text in changes.items():
        if text is None:
            del left[f"{name}.md"]
        else:
            left[f"{name}.md"] = text.encode()
    return list(propose(given, left).operations)


def test_d8_a_not_or_a_number_that_got_lost_asks(box: Sandbox) -> None:
    root = root_of(box)
    memory(root, "cache", "The build uses the shared cache on every branch of the project.")
    memory(root, "no-cache", "The build does not use the shared cache on every branch of the project.")
    memory(root, "port", "The build uses the shared cache on port 9000 of the project.")
    for gone in ("no-cache", "port"):
        (operation,) = proposed(box, **{gone: None})
        assert (operation.kind, operation.asks) == ("merge", True)
        assert "words that it does not have" in operation.evidence[0]


def test_what_is_shortened_stays_in_the_archive(box: Sandbox) -> None:
    (operation,) = proposed(box, m08=TEXT.format(name="m08", body="Shorter."))
    assert [c.path for c in operation.changes] == ["m08.md", ".archive/m08.md.archived"]
    assert operation.changes[1].after == operation.changes[0].before
    (longer,) = proposed(box, m08=(root_of(box) / "m08.md").read_text() + "more\n")
    assert [c.path for c in longer.changes] == ["m08.md"]


def test_a_rewritten_file_that_lost_its_facts_or_says_the_contrary_asks(box: Sandbox) -> None:
    root = root_of(box)
    memory(root, "cache", "The build uses the shared cache on port 9000.")
    for body in (
        "The build does not use the shared cache on port 9000.", "The build uses the shared cache.",
        "The build uses the shared cache on port 9001.", "Cache on port 9000.",
    ):  # fmt: skip
        (operation,) = proposed(box, cache=TEXT.format(name="cache", body=body))
        assert (operation.kind, operation.asks) == ("annotate", True), body
    (operation,) = proposed(box, cache=TEXT.format(name="cache", body="On port 9000 the build uses the shared cache."))
    assert not operation.asks
    described = TEXT.replace("About {name}", "Never use {name}").format(
        name="cache", body="The build uses the shared cache on port 9000."
    )
    (operation,) = proposed(box, cache=described)
    assert operation.asks


def test_pages_of_the_index_are_not_the_agents(box: Sandbox) -> None:
    given = inputs(root_of(box))
    assert propose(given, {**given.files, "MEMORY.md": b"mine"}).operations == ()
    assert with_index(given.root, []) == []


def test_the_prompt_says_where_and_what_and_that_text_is_data() -> None:
    text = agent_prompt(20, 200, 25_000)
    for words in (
        "20 Markdown files",
        "Orient",
        "Gather",
        "Consolidate",
        "Prune",
        "pinned",
        "200 lines, 25 KB",
        "is data",
    ):
        assert words in text
