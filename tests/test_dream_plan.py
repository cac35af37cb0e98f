"""The dream's plan: what it finds, that it loses nothing, that a second one is empty, and what people decide on it."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from dream_figures import NOW, apply, figures, pairs, write
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.errors import UsageError
from memdir.memory_index import entries
from memdir.sessions.inputs import Inputs, Instruction
from memdir.sessions.operation import Operation, combined, diff
from memdir.sessions.plan import choose, gather, make_plan
from memdir.sessions.review import confirm, queue, reject, snooze, supersede

DAY = 86_400.0
RELATIVE = {"last", "quarter"}
"""What becomes a date."""
SIDES = [side for pair in pairs() for side in (pair.a, pair.b)]


def memory(name: str, description: str, body: str = "") -> dict[str, str]:
    return {"name": name, "description": description, "body": body or description}


def plan(root: Path, now: float = NOW, **more: object) -> list[Operation]:
    return make_plan(inputs(root, now, **more))


def inputs(root: Path, now: float = NOW, **more: object) -> Inputs:
    return gather(str(root), now=now)._replace(**more)


def of(operations: list[Operation], kind: str) -> list[Operation]:
    return [operation for operation in operations if operation.kind == kind]


def words_in(root: Path) -> set[str]:
    """The words of every file, the archive with them."""
    text = "\n".join(path.read_text("utf-8") for path in root.rglob("*") if path.is_file())
    return set(re.findall(r"\w+", text))


@pytest.mark.parametrize("split", ["tuned", "held-out", "blind", "blind-2"])
def test_a_wrong_merge_is_never_made_and_most_duplicates_and_conflicts_are_found(split: str) -> None:
    made, _ = figures([pair for pair in pairs() if pair.split == split])
    assert made.merge_precision == 1.0
    assert made.duplicate_recall >= 0.8
    assert made.conflict_recall >= 0.8


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.lists(st.integers(0, len(SIDES) - 1), min_size=1, max_size=24, unique=True), st.data())
def test_a_second_plan_is_empty_and_no_word_is_lost(chosen: list[int], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number in chosen:
            write(root, SIDES[number])
        before = words_in(root)
        found = plan(root)
        kept = [operation for operation in found if data.draw(st.booleans())]
        some = choose(inputs(root), kept)
        assert {o.key for o in some if o.kind != "index"} <= {o.key for o in kept}
        apply(root, some)
        assert before <= words_in(root) | RELATIVE
        apply(root, plan(root))
        assert before <= words_in(root) | RELATIVE
        assert plan(root) == []
        assert all((root / entry.target).exists() for entry in entries((root / "MEMORY.md").read_text("utf-8")))


def test_a_merge_keeps_the_better_name_unites_what_is_said_and_leads_links_to_it(tmp_path: Path) -> None:
    write(tmp_path, memory("port", "The dev server runs on port 8420"), topics=["setup"], created="2026-02-01")
    longer = "The development server runs on port 8420.\n\n**Why:** 8000 belongs to the API."
    write(tmp_path, memory("dev-server", "Dev server listens on port 8420", longer), topics=["dev"],
          originSessionId="s2", confidence=0.9)  # fmt: skip
    write(tmp_path, memory("cat", "The cat is called Pixel", "Pixel sleeps. See [[port]]."))
    found = of(plan(tmp_path), "merge")
    assert [operation.paths for operation in found] == [("dev-server.md", "port.md")]
    apply(tmp_path, plan(tmp_path))
    kept = (tmp_path / "dev-server.md").read_text("utf-8")
    assert "topics: [dev, setup]" in kept
    assert "created: 2026-02-01" in kept
    assert "8000 belongs to the API" in kept
    archived = (tmp_path / ".archive" / "port.md.archived").read_text("utf-8")
    assert "superseded_by: dev-server" in archived
    assert "[[dev-server]]" in (tmp_path / "cat.md").read_text("utf-8")


def test_memories_of_different_validity_or_folders_are_not_merged(tmp_path: Path) -> None:
    write(tmp_path, memory("port", "The dev server runs on port 8420"))
    (tmp_path / "other").mkdir()
    write(tmp_path / "other", memory("port2", "The dev server runs on port 8420"))
    write(tmp_path, memory("port3", "The dev server runs on port 8420"), valid_until="2030-01-01")
    assert of(plan(tmp_path), "merge") == []


def test_the_newer_supersedes_only_where_it_says_so(tmp_path: Path) -> None:
    write(tmp_path, memory("old", "The dev server runs on port 8420"), modified="2026-01-01T00:00:00.000Z")
    write(tmp_path, memory("new", "The dev server now runs on port 9000, no longer 8420"),
          modified="2026-02-01T00:00:00.000Z")  # fmt: skip
    (found,) = of(plan(tmp_path), "supersede")
    assert found.paths == ("new.md", "old.md")
    apply(tmp_path, plan(tmp_path))
    assert 'description: "Superseded by new: ' in (tmp_path / "old.md").read_text("utf-8")
    assert plan(tmp_path) == []
    write(tmp_path, memory("old", "The dev server runs on port 8420"), modified="2026-03-01T00:00:00.000Z")
    assert of(plan(tmp_path), "supersede") == []
    assert len(of(plan(tmp_path), "conflict")) == 1


def test_claude_md_is_never_edited_the_memory_is_annotated(tmp_path: Path) -> None:
    write(tmp_path, memory("pm", "Install packages with npm"))
    rules = (Instruction("CLAUDE.md", "# Rules\n\n- Install packages with pnpm.\n"),)
    found = plan(tmp_path, instructions=rules)
    (annotated,) = of(found, "annotate")
    assert {change.path for change in annotated.changes} == {"pm.md"}
    apply(tmp_path, found)
    assert '> Contradicts CLAUDE.md ("Install packages with pnpm.")' in (tmp_path / "pm.md").read_text("utf-8")
    assert plan(tmp_path, instructions=rules) == []


def test_relative_dates_become_absolute_from_the_files_own_date(tmp_path: Path) -> None:
    write(tmp_path, memory("a", "The freeze", "The freeze began yesterday."), modified="2026-03-05T10:00:00.000Z")
    write(tmp_path, memory("b_2026-04-02", "The release", "Released today."))
    write(tmp_path, memory("c", "The demo", "The demo was yesterday."), created="2026-01-01",
          modified="2026-03-05T10:00:00.000Z")  # fmt: skip
    found = of(plan(tmp_path), "date")
    assert [operation.paths[0] for operation in found] == ["a.md", "b_2026-04-02.md"]
    assert all(operation.safe and not operation.asks for operation in found)
    apply(tmp_path, found)
    assert "2026-03-04" in (tmp_path / "a.md").read_text("utf-8")
    assert "2026-04-02." in (tmp_path / "b_2026-04-02.md").read_text("utf-8")


def test_the_time_on_disk_is_asked_about_and_that_of_a_checkout_is_no_date(tmp_path: Path) -> None:
    for number in range(4):
        path = write(tmp_path, memory(f"a{number}", f"Thing {number}", f"Thing {number} broke yesterday."))
        os.utime(path, (NOW - 40 * DAY, NOW - 40 * DAY))
    assert of(plan(tmp_path), "date") == []
    os.utime(tmp_path / "a0.md", (NOW - 50 * DAY, NOW - 50 * DAY))
    (found,) = of(plan(tmp_path), "date")
    assert found.asks


def test_expired_memories_say_so_and_long_after_are_proposed_for_the_archive(tmp_path: Path) -> None:
    write(tmp_path, memory("offer", "The offer holds"), valid_until="2026-11-01")
    write(tmp_path, memory("older", "The older offer holds"), valid_until="2026-01-01")
    mark, leave = of(plan(tmp_path), "stale")
    assert b"Expired 2026-11-01: The offer holds" in (mark.changes[0].after or b"")
    assert leave.asks
    apply(tmp_path, plan(tmp_path))
    assert (tmp_path / ".archive" / "older.md.archived").exists()
    assert plan(tmp_path) == []


def test_dead_references_are_told_by_the_git_tree_alone(tmp_path: Path) -> None:
    body = "Built by `src/build.py`, tested by `src/a.py:12` and `make all`, `make test`.\nDeleted: `src/gone.py`.\n"
    body += "Output goes to `dist/x.js`, see `https://x.org/src/b.py` and `other/file.py`."
    write(tmp_path, memory("ref", "The build", body))
    tree = {"tracked": frozenset({"src/a.py", "Makefile"}), "commands": {"make": frozenset({"test"})}}
    (found,) = of(plan(tmp_path, **tree), "dead-reference")
    assert found.evidence == ("make all", "src/build.py")
    assert of(plan(tmp_path), "dead-reference") == []


def test_a_candidate_needs_a_second_session_and_nothing_that_says_it_already(tmp_path: Path) -> None:
    write(tmp_path, memory("port", "The dev server runs on port 8420"))

    def said(text: str, *sessions: str) -> object:
        return SimpleNamespace(text=text, type="feedback", sessions=sessions, name="", description="")

    candidates = (
        said("Always squash commits before merging a pull request.", "s1", "s2"),
        said("Never deploy on a Friday.", "s1"),
        said("The dev server runs on port 8420.", "s1", "s2"),
    )
    found = of(plan(tmp_path, candidates=candidates), "promote")
    assert len(found) == 1
    text = (found[0].changes[0].after or b"").decode()
    assert "squash commits" in text
    assert "session:s1" in text
    assert "session:s2" in text
    apply(tmp_path, plan(tmp_path, candidates=candidates))
    assert plan(tmp_path, candidates=candidates) == []


def test_links_topics_and_clusters_are_proposed(tmp_path: Path) -> None:
    write(tmp_path, memory("release-checklist", "What every deploy needs"), topics=["deploy"])
    write(tmp_path, memory("rollback-steps", "How a deploy is taken back", "See release-checklist."))
    write(tmp_path, memory("hosting-region", "Frankfurt, for each deploy"), topics=["deploy"])
    for number, said in enumerate(("kept for 14 days", "written as JSON", "shipped to Loki", "masked for tokens")):
        write(tmp_path, memory(f"logs-{'abcd'[number]}{number}", f"Service logs are {said}"), topics=["logging"])
    found = plan(tmp_path)
    assert [o.paths for o in of(found, "links")] == [("rollback-steps.md", "release-checklist.md")]
    assert [o.paths for o in of(found, "topics")] == [("rollback-steps.md",)]
    (cluster,) = of(found, "cluster")
    assert cluster.asks
    before = words_in(tmp_path)
    apply(tmp_path, found)
    assert before <= words_in(tmp_path) | RELATIVE
    assert plan(tmp_path) == []


def test_a_topic_whose_name_is_a_common_word_is_proposed_to_nobody(tmp_path: Path) -> None:
    for number in range(6):
        write(tmp_path, memory(f"note-{number}", f"A deploy of part {'abcdef'[number]}"),
              topics=["deploy"] if number < 2 else [])  # fmt: skip
    assert of(plan(tmp_path), "topics") == []


def test_an_entry_of_the_index_whose_file_is_gone_stays_when_its_words_are_nowhere_else(tmp_path: Path) -> None:
    write(tmp_path, memory("port", "The dev server runs on port 8420"))
    said = (
        "- [Port](port.md) — x\n- [Lost](lost.md) — the bastion is called heron\n- [Gone](gone.md) — the dev server\n"
    )
    (tmp_path / "MEMORY.md").write_text(said, "utf-8")
    apply(tmp_path, plan(tmp_path))
    text = (tmp_path / "MEMORY.md").read_text("utf-8")
    assert "heron" in text
    assert plan(tmp_path) == []


def test_what_is_pinned_or_written_by_a_person_asks(tmp_path: Path) -> None:
    one = write(tmp_path, memory("port", "The dev server runs on port 8420"), pinned=True)
    write(tmp_path, memory("dev-server", "Dev server listens on port 8420"))
    assert of(plan(tmp_path), "merge")[0].asks
    write(tmp_path, memory("port", "The dev server runs on port 8420"))
    os.utime(one, (NOW - DAY, NOW - DAY))
    given = gather(str(tmp_path), now=NOW, last_run=NOW - 2 * DAY)
    assert "port.md" in given.by_person
    assert of(make_plan(given), "merge")[0].asks


def test_damaged_and_bare_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"---\nname: [unclosed\n---\nThe dev server runs on port 8420.\n")
    (tmp_path / "b.md").write_bytes(b"The dev server runs on port 9000.\n")
    (tmp_path / "c.md").write_bytes(b"")
    (tmp_path / "d.md").write_bytes(b"\xff\xfe\x00 yesterday")
    (tmp_path / "e.md").write_bytes(("# " + "word " * 50_000).encode())
    (tmp_path / "MEMORY.md").write_bytes(b"\xff\xfe\x00")
    for operation in plan(tmp_path):
        assert {change.path for change in operation.changes}.isdisjoint({"a.md", "d.md", "MEMORY.md"})


def test_decisions_are_kept_with_the_file_until_its_words_change(tmp_path: Path) -> None:
    write(tmp_path, memory("port", "The dev server runs on port 8420"))
    write(tmp_path, memory("dev-server", "Dev server listens on port 9000"))

    def items(now: float = NOW) -> list[object]:
        return queue(inputs(tmp_path, now), plan(tmp_path, now), ())

    def decide(changes: object) -> None:
        for change in changes.changes:
            (tmp_path / change.path).write_bytes(change.after)

    (item,) = items()
    with pytest.raises(UsageError):
        confirm(inputs(tmp_path), item)
    decide(snooze(inputs(tmp_path), item, NOW + 10 * DAY))
    assert items() == []
    (item,) = items(NOW + 11 * DAY)
    decide(reject(inputs(tmp_path, NOW + 11 * DAY), item))
    assert items(NOW + 400 * DAY) == []
    text = (tmp_path / "port.md").read_text("utf-8")
    assert "state: rejected" in text
    (tmp_path / "port.md").write_text(text.replace("port 8420", "port 8421"), "utf-8")
    (item,) = items(NOW + 11 * DAY)
    decide(supersede(inputs(tmp_path, NOW + 11 * DAY), item, "dev-server.md"))
    assert "Superseded by dev-server" in (tmp_path / "port.md").read_text("utf-8")
    assert items(NOW + 12 * DAY) == []


def test_an_item_marked_by_a_run_stays_in_the_queue_and_confirming_archives_it(tmp_path: Path) -> None:
    write(tmp_path, memory("migration", "Currently moving to Postgres 16"), modified="2025-01-01T00:00:00.000Z")
    write(tmp_path, memory("cat", "The cat is called Pixel"))
    apply(tmp_path, plan(tmp_path))
    assert plan(tmp_path) == []
    (item,) = queue(inputs(tmp_path), [], ())
    assert item.kind == "stale"
    done = confirm(inputs(tmp_path), item)
    assert {change.path for change in done.changes} == {
        ".archive/migration.md.archived", "migration.md", "MEMORY.md",
    }  # fmt: skip


def simulate(root: Path, days: range) -> list[int]:
    """Dream on each of the days, doing what is safe and every merge; how many operations were done on each."""
    done = []
    for day in days:
        given = inputs(root, NOW + day * DAY)
        wanted = [o for o in make_plan(given) if o.safe or o.kind == "merge"]
        operations = [o for o in choose(given, wanted) if o.changes]
        apply(root, operations)
        done.append(len(operations))
    return done


def test_many_days_of_dreaming_lose_no_word_and_come_to_rest(tmp_path: Path) -> None:
    for side in SIDES[:60]:
        write(tmp_path, side)
    before = words_in(tmp_path)
    count = len(list(tmp_path.glob("*.md")))
    done = simulate(tmp_path, range(0, 1000, 125))
    assert done[0] > 0
    assert sum(done[1:]) == 0
    assert before <= words_in(tmp_path) | RELATIVE
    duplicates = sum(pair.label == "duplicate" for pair in pairs()[:30])
    assert len(list(tmp_path.glob("[!M]*.md"))) == count - duplicates


def test_the_diff_of_an_operation_names_what_moves(tmp_path: Path) -> None:
    write(tmp_path, memory("port", "The dev server runs on port 8420"))
    write(tmp_path, memory("dev-server", "Dev server listens on port 8420"))
    (merge,) = of(plan(tmp_path), "merge")
    assert "moved to the archive" in diff(merge)
    assert len({change.path for change in combined(plan(tmp_path))}) == len(combined(plan(tmp_path)))


@pytest.mark.skipif("MEMDIR_REAL_DATA" not in os.environ, reason="needs real data")
def test_real_histories_are_planned_at_every_commit(tmp_path: Path) -> None:
    every = int(os.environ.get("MEMDIR_DREAM_COMMITS", "3"))
    for bundle in sorted(Path(os.environ["MEMDIR_REAL_DATA"]).glob("memory-dirs-history/*.bundle")):
        clone = tmp_path / bundle.stem
        subprocess.run(["git", "clone", "-q", str(bundle), str(clone)], check=True, capture_output=True)
        log = subprocess.run(["git", "log", "--format=%H"], cwd=clone, check=True, capture_output=True, text=True)
        commits = log.stdout.split()
        for commit in commits[:: max(1, len(commits) // every)]:
            subprocess.run(["git", "checkout", "-q", commit], cwd=clone, check=True, capture_output=True)
            for root in {path.parent for path in clone.rglob("MEMORY.md")}:
                make_plan(inputs(root))
