"""`memdir dream` and its commands: shapes of their JSON, the one rule for changes, leaving out, exit codes, git."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sandbox import Sandbox, sandbox_at
from test_dream_git import ENV, git

from memdir.cli.app import App, Values
from memdir.cli.dream_choice import chooser, selected
from memdir.cli.output import Output
from memdir.environment import Environment
from memdir.errors import NotFoundError, UsageError
from memdir.journal import Change
from memdir.sessions.consolidate_lock import LOCK_NAME
from memdir.sessions.guards import Guarded
from memdir.sessions.operation import Operation

TEXT = "---\nname: {name}\ndescription: {description}\nmetadata:\n  type: project\n{more}---\n\n{body}\n"
SAME = "The checkout test suite must run against the staging database before every release."
DUE = {"MEMDIR_DREAM_MIN_HOURS": "0", "MEMDIR_DREAM_MIN_SESSIONS": "0"}


def memory(root: Path, name: str, description: str, body: str, more: str = "") -> None:
    text = TEXT.format(name=name, description=description, body=body, more=more)
    (root / f"{name}.md").write_text(text)
    os.utime(root / f"{name}.md", (1_790_000_000, 1_790_000_000))


def root_of(box: Sandbox) -> Path:
    return box.project / ".claude" / "memory"


def fill(root: Path) -> None:
    """Thirty memories about different things, two that say the same, one with a date like "yesterday"."""
    root.mkdir(parents=True)
    for number in range(30):
        word = f"{'abcdefghij'[number % 10]}{'klmnopqrst'[number // 10]}"
        memory(
            root, f"topic-{word}", f"The {word}word service", f"The {word}word service speaks {word}proto on {number}."
        )
    memory(root, "release-tests", "Checkout tests before a release", SAME)
    memory(root, "release-tests-again", "Checkout tests before a release", SAME)
    created = "  created: 2026-11-10\n"
    memory(root, "migration", "The schema migration", "The schema migration was finished yesterday.", created)


@pytest.fixture
def box(tmp_path: Path) -> Sandbox:
    project = tmp_path / "project"
    fill(project / ".claude" / "memory")
    made = sandbox_at(project, tmp_path)
    assert made.run("tidy", "--yes").code == 0
    return made


def tree(root: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(root)): p.read_bytes()
        for p in root.rglob("*")
        if p.is_file() and p.name != LOCK_NAME and ".git" not in p.parts
    }


def test_plan_run_log_undo_and_a_second_run_that_finds_nothing(box: Sandbox) -> None:
    before = tree(root_of(box))
    plan = json.loads(box.run("dream", "plan", "--json").out)
    assert plan["schema"] == "memdir.dream-plan/1"
    assert {"merge", "date"} <= {operation["kind"] for operation in plan["operations"]}
    for operation in plan["operations"]:
        assert {"kind", "paths", "reason", "evidence", "diff", "asks", "safe", "number"} == set(operation)
        assert operation["reason"] and operation["diff"]
    assert tree(root_of(box)) == before and not (root_of(box) / LOCK_NAME).exists()

    run = json.loads(box.run("dream", "run", "--yes", "--json").out)
    assert run["schema"] == "memdir.dream-run/1" and run["run"] == 1
    assert run["applied"] == len(run["operations"]) and run["skipped"] == 0
    after = tree(root_of(box))
    assert sum(name.startswith("release-tests") for name in after) == 1
    assert any(name.startswith(".archive/release-tests") for name in after)
    assert b"2026-11-09" in after["migration.md"]

    again = json.loads(box.run("dream", "run", "--yes", "--json").out)
    assert (again["run"], again["operations"], tree(root_of(box))) == (None, [], after)
    assert box.run("dream", "plan").code == 1

    log = json.loads(box.run("dream", "log", "--json").out)["runs"]
    assert [(r["run"], r["outcome"], r["how"]) for r in log] == [(1, "applied", "by-hand")]
    undone = json.loads(box.run("dream", "undo", "1", "--yes", "--json").out)
    assert undone["run"] == 1 and undone["left"] == [] and undone["restored"]
    assert tree(root_of(box)) == before
    assert box.run("dream", "undo", "1", "--yes").code == 2
    assert box.run("dream", "undo", "--yes").code == 1
    assert box.run("dream", "undo", "7", "--yes").code == 1
    assert box.run("dream", "undo", "x", "--yes").code == 2


def test_in_a_pipe_nothing_is_done_without_yes(box: Sandbox) -> None:
    before = tree(root_of(box))
    done = box.run("dream", "run")
    assert done.code == 2 and "nothing changed, add --yes" in done.err
    assert tree(root_of(box)) == before and not (root_of(box) / LOCK_NAME).exists()
    assert box.run("dream", "run", "--yes").code == 0
    done = box.run("dream", "undo")
    assert done.code == 2 and "add --yes" in done.err


def test_operations_can_be_left_out(box: Sandbox) -> None:
    only = json.loads(box.run("dream", "run", "--yes", "--json", "--only", "date").out)
    assert {o["kind"] for o in only["operations"] if not o["skipped"]} == {"date"}
    assert (root_of(box) / "release-tests-again.md").exists() and (root_of(box) / "release-tests.md").exists()
    done = box.run("dream", "run", "--yes", "--except", "merge", "--except", "index", "--json")
    assert "merge" not in {o["kind"] for o in json.loads(done.out)["operations"] if not o["skipped"]}
    named = json.loads(box.run("dream", "plan", "--json", "--only", "release-tests").out)["operations"]
    assert named and all("release-tests.md" in operation["paths"] for operation in named)
    assert box.run("dream", "plan", "--only", "nothing-like-it").code == 1
    assert box.run("dream", "run", "--interactive").code == 2


def test_a_pinned_memory_is_left_without_a_word(box: Sandbox) -> None:
    for name in ("release-tests", "release-tests-again"):
        memory(root_of(box), name, "Checkout tests before a release", SAME, "  pinned: true\n")
    done = json.loads(box.run("dream", "run", "--yes", "--json", "--only", "merge").out)
    assert done["applied"] == 0 and any("pinned" in (o["skipped"] or "") for o in done["operations"])
    assert json.loads(box.run("dream", "run", "--yes", "--guarded", "--json", "--only", "merge").out)["applied"] >= 1


def test_another_consolidation_is_exit_4(box: Sandbox) -> None:
    path = root_of(box) / LOCK_NAME
    path.write_text(str(os.getpid()))
    moment = 1_795_262_400  # MEMDIR_NOW of the sandbox
    os.utime(path, (moment - 60, moment - 60))
    done = box.run("dream", "run", "--yes", "--json")
    assert done.code == 4
    assert set(json.loads(done.out)) == {"schema", "skipped_because", "took_ms"}
    assert f"pid {os.getpid()} is consolidating" in json.loads(done.out)["skipped_because"]
    assert box.run("dream", "run", "--yes", "--if-due").code == 0
    assert box.run("dream", "run", "--dry-run").code == 0


def test_if_due_asks_every_gate_and_only_proposes(box: Sandbox) -> None:
    before = tree(root_of(box))
    told = json.loads(box.run("dream", "run", "--if-due", "--json").out)
    assert told["skipped_because"] == "0 of 5 sessions so far"
    done = box.run("dream", "run", "--if-due", **DUE)
    assert re.fullmatch(r"1 date.*1 merge.* proposed, see `memdir dream plan`\n", done.out), done.out
    assert tree(root_of(box)) == before
    assert "1 merge" in next(line for line in box.run("status").out.splitlines() if line.startswith("dream "))
    assert "1 merge" in json.loads(box.run("status", "--json").out)["dream"]
    assert json.loads(box.run("dream", "--json").out)["notice"] == done.out.strip()
    again = json.loads(box.run("dream", "run", "--if-due", "--json", **DUE).out)
    assert again["skipped_because"] == "nothing has changed since the last run"
    assert box.run("dream", "run", "--yes").code == 0
    assert "dream " not in box.run("status").out


def test_apply_does_only_what_loses_no_words(box: Sandbox) -> None:
    done = json.loads(box.run("dream", "run", "--if-due", "--json", MEMDIR_DREAM_AUTO="apply", **DUE).out)
    applied = {o["kind"] for o in done["operations"] if not o["skipped"]}
    assert "date" in applied <= {"date", "links", "index"}
    assert (root_of(box) / "release-tests-again.md").exists()
    assert "merge" in box.run("status").out
    assert json.loads(box.run("dream", "log", "--json").out)["runs"][0]["how"] == "unattended"
    assert box.run("dream", "log").out.startswith("   1  2026-11-21 12:00  unattended")


def test_a_directory_that_is_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    box = sandbox_at(tmp_path / "project", tmp_path)
    assert box.run("dream").code == 0
    assert box.run("dream", "plan").code == 1
    assert box.run("dream", "run", "--yes").code == 0
    assert box.run("dream", "run", "--if-due").code == 0
    assert not list((tmp_path / "home").rglob("memory"))


def test_an_own_repository_gets_a_commit_for_a_run_and_for_its_undo(tmp_path: Path) -> None:
    root = tmp_path / "own"
    fill(root)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-qm", "before")
    box = sandbox_at(root, tmp_path)
    identity = {name: value for name, value in ENV.items() if name.startswith("GIT_")}
    run = json.loads(box.run("--memory-dir", str(root), "dream", "run", "--yes", "--json", **identity).out)
    assert run["commit"] == git(root, "rev-parse", "--short", "HEAD").strip()
    assert git(root, "log", "-1", "--format=%s").startswith("memdir dream 1: ")
    assert git(root, "status", "--porcelain") == ""
    undone = json.loads(box.run("--memory-dir", str(root), "dream", "undo", "--yes", "--json", **identity).out)
    assert undone["commit"] and git(root, "status", "--porcelain") == ""
    assert git(root, "diff", "HEAD~2", "--name-only") == ""


def test_a_projects_repository_gets_none_but_when_asked(box: Sandbox) -> None:
    git(box.project, "init", "-q", "-b", "main")
    identity = {name: value for name, value in ENV.items() if name.startswith("GIT_")}
    run = json.loads(box.run("dream", "run", "--yes", "--json", "--only", "date", **identity).out)
    assert run["commit"] is None
    git(box.project, "rev-parse", "HEAD", code=128)
    run = json.loads(box.run("dream", "run", "--yes", "--commit", "--json", **identity).out)
    assert run["commit"]


# Asking a person


def guarded(asks: str = "", kind: str = "date", empty: bool = False) -> Guarded:
    changes = () if empty else (Change("a.md", b"", b"x"),)
    return Guarded(Operation(kind, (f"{kind}.md",), "why", (), changes), asks, ())


def app_of(*answers: str, interactive: bool = True) -> App:
    said = list(answers)
    out = Output(io.StringIO(), io.StringIO(), interactive=interactive, ask=lambda question: said.pop(0))
    return App(Environment("/", None, {}, "linux", lambda: 0.0), out, Values({}))


def reasons(app: App, plan: list[Guarded], **flags: object) -> list[str]:
    values = {"interactive": False, "yes": False, "guarded": False, "only": [], "except_": [], **flags}
    return list(chooser(app, Values(values), lambda *_: None)(plan))


def test_a_person_is_asked_once_for_the_plan_and_once_for_each_that_asks() -> None:
    plan = [guarded(), guarded("it is pinned", "merge"), guarded(kind="conflict", empty=True), guarded(kind="links")]
    assert reasons(app_of("y", "y"), plan) == ["", "", "a person decides", ""]
    assert reasons(app_of("n", "y"), plan) == ["", "not confirmed", "a person decides", ""]
    with pytest.raises(UsageError, match="nothing changed"):
        reasons(app_of("y", "n"), plan)
    assert reasons(app_of(), plan, yes=True) == ["", "it is pinned", "a person decides", ""]
    assert reasons(app_of(), plan, yes=True, guarded=True) == ["", "", "a person decides", ""]
    assert reasons(app_of("y", "n", "y"), plan, interactive=True) == ["", "not confirmed", "a person decides", ""]
    assert reasons(app_of(interactive=False), [guarded(kind="conflict", empty=True)]) == ["a person decides"]
    with pytest.raises(UsageError, match="add --yes"):
        reasons(app_of(interactive=False), plan)


def test_words_that_mean_operations() -> None:
    plan = [guarded(), guarded(kind="merge"), guarded(kind="links")]
    assert selected(plan, [], []) == {1, 2, 3}
    assert selected(plan, ["1", "merge"], []) == {1, 2}
    assert selected(plan, [], ["links", "date.md"]) == {2}
    assert selected(plan, ["merge.md"], ["merge"]) == set()
    assert selected(plan, ["stale"], []) == set()
    for word in ("9", "nothing", "0"):
        with pytest.raises(NotFoundError):
            selected(plan, [word], [])


def test_a_run_that_was_undone_and_made_again_counts_as_applied(box: Sandbox) -> None:
    assert box.run("dream", "run", "--yes").code == 0

    def outcome() -> str:
        return str(json.loads(box.run("dream", "log", "--json").out)["runs"][0]["outcome"])

    for command, told in (("undo", "undone"), ("redo", "applied"), ("undo", "undone"), ("redo", "applied")):
        assert box.run(command, "--yes").code == 0
        assert outcome() == told
    assert box.run("dream", "undo", "--yes").code == 0
    assert outcome() == "undone"
    assert "yesterday" in (root_of(box) / "migration.md").read_text()


def test_a_plan_begins_with_what_it_is_and_a_mark_is_no_diff(box: Sandbox) -> None:
    memory(root_of(box), "retries", "The worker retries a failed job 3 times", "A failed job is retried 3 times.")
    memory(root_of(box), "retry-limit", "The worker retries a failed job 5 times", "A failed job is retried 5 times.")
    said = box.run("dream", "plan").out
    assert "1 conflict" in said.split("\n")[0]
    assert "(marked in the file, for memdir review)" in said
    assert "state: open" not in said
    assert "needs you: a person decides" in said
    done = box.run("dream", "run", "--yes")
    assert "to be asked about these: memdir dream run -i" in done.err


def test_of_many_runs_at_once_one_is_done_and_the_others_say_that_they_were_skipped(box: Sandbox) -> None:
    command = [sys.executable, "-m", "memdir", "dream", "run", "--yes", "--json"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, env=box.env, cwd=box.project) for _ in range(6)]
    ended = [(run.communicate()[0], run.returncode) for run in runs]
    told = [(json.loads(out), code) for out, code in ended]
    assert [answer["applied"] for answer, code in told if code == 0 and answer["run"] is not None] == [3]
    assert all("consolidat" in answer["skipped_because"] for answer, code in told if code)  # at the gate, or the lock
