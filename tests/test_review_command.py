"""`memdir review` as a process: the queue, numbers that mean what was shown, decisions that can be taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dream_figures import write
from sandbox import Sandbox, sandbox_at

from memdir.sessions.candidates import Candidate, Evidence, propose


@pytest.fixture
def here(tmp_path: Path) -> Sandbox:
    project = tmp_path / "project"
    memory = project / ".claude" / "memory"
    memory.mkdir(parents=True)
    (project / "CLAUDE.md").write_text("# Rules\n\n- Install packages with pnpm.\n", "utf-8")
    for name, said in (
        ("port", "The dev server runs on port 8420"),
        ("dev-server", "Dev server listens on port 9000"),
        ("pm", "Install packages with npm"),
    ):
        write(memory, {"name": name, "description": said, "body": said})
    return sandbox_at(project, tmp_path)


def items(here: Sandbox) -> list[tuple[str, list[str]]]:
    done = here.run("review", "--json")
    return [(item["kind"], item["paths"]) for item in json.loads(done.out)["items"]]


def test_the_queue_reads_like_a_pull_request(here: Sandbox) -> None:
    done = here.run("review")
    assert done.code == 0
    assert done.out.startswith("2 things to decide: 1 contradiction, 1 against the instructions\n")
    assert "a dev-server.md: Dev server listens on port 9000" in done.out
    assert "CLAUDE.md: Install packages with pnpm." in done.out


def test_a_decision_is_kept_and_taken_back(here: Sandbox) -> None:
    before = {path: path.read_bytes() for path in here.project.rglob("*.md")}
    assert len(items(here)) == 2
    done = here.run("review", "supersede", "1", "--with", "a")
    assert done.code == 0, done.err
    assert items(here) == [("annotate", ["pm.md"])]
    assert here.run("undo", "--yes").code == 0
    assert {path: path.read_bytes() for path in here.project.rglob("*.md")} == before
    assert len(items(here)) == 2
    assert here.run("review", "reject", "1").code == 0
    assert items(here) == [("annotate", ["pm.md"])]


def test_a_candidate_can_wait(here: Sandbox) -> None:
    assert len(items(here)) == 2
    said = "The staging cluster restarts each night."
    one = Candidate("c0ffee00", "project", "project", 0.8, "staging-restart", said, said, said, (Evidence("s1", "t1"),))
    (shown,) = (here.project.parent / "state").rglob("review-shown.json")
    propose(str(shown.parent), [one])
    assert [kind for kind, _ in items(here)] == ["conflict", "candidate", "annotate"]
    done = here.run("review", "snooze", "2", "--until", "2027-01-15")
    assert done.code == 0, done.err
    assert "memdir undo" not in done.err
    assert [kind for kind, _ in items(here)] == ["conflict", "annotate"]
    later = here.run("review", "--json", MEMDIR_NOW="2027-01-16T12:00:00Z")
    assert "candidate" in [item["kind"] for item in json.loads(later.out)["items"]]


def test_a_number_means_what_was_shown(here: Sandbox) -> None:
    assert len(items(here)) == 2
    assert here.run("review", "reject", "1").code == 0
    again = here.run("review", "reject", "1")
    assert again.code == 1
    assert "item 1 is decided" in again.err
    assert here.run("review", "confirm", "2").code == 0
    assert (here.project / ".claude/memory/.archive/pm.md.archived").exists()


def test_what_a_decision_needs_is_said(here: Sandbox) -> None:
    assert here.run("review").code == 0
    for words, said in (
        (("confirm", "1"), "which of them holds?"),
        (("supersede", "1"), "which memory holds?"),
        (("snooze", "1", "--until", "2020-01-01"), "is over"),
        (("reject", "x"), "is no number"),
    ):
        done = here.run("review", *words)
        assert done.code == 2, words
        assert said in done.err
    assert here.run("review", "snooze", "1", "--until", "2027-03-01").code == 0
    assert items(here) == [("annotate", ["pm.md"])]
    assert len(json.loads(here.run("review", "--json", MEMDIR_NOW="2027-03-05T00:00:00Z").out)["items"]) == 2


def test_edit_opens_the_file_and_the_item_goes_when_its_words_changed(here: Sandbox) -> None:
    assert here.run("review").code == 0
    done = here.run("review", "edit", "2", EDITOR="sed -i s/npm/pnpm/g")
    assert done.code == 0, done.err
    assert [kind for kind, _ in items(here)] == ["conflict"]
