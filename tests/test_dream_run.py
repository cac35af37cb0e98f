"""A run of the dream: what it applies, what it leaves to a person, what it writes down, and taking it back."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from memdir.annotate import tag
from memdir.archive import archived
from memdir.changes import apply
from memdir.errors import LockedError, StorageError, UsageError
from memdir.journal import Change, Journal
from memdir.lock import hold
from memdir.model import Finding
from memdir.scan import walk
from memdir.sessions.applying import compose
from memdir.sessions.consolidate_lock import LOCK_NAME, read_lock
from memdir.sessions.consolidation import Place, Prepare, Prepared, Result, consolidate, unattended
from memdir.sessions.gate import Gate
from memdir.sessions.guards import Guarded, guard, loses_words, refuse_a_part
from memdir.sessions.inputs import gather
from memdir.sessions.notice import read_notice, tell_notice, write_notice
from memdir.sessions.operation import Operation
from memdir.sessions.runs import Run, Runs
from memdir.sessions.taking_back import take_back

NOW = 1_700_000_000.0
DAY = 86_400.0
TEXT = "---\nname: {name}\ndescription: About {name}\nmetadata:\n  type: project\n---\n\n{body}\n"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    root = tmp_path / "memory"
    root.mkdir()
    for number in range(30):
        memory(root, f"m{number:02}")
    (root / "MEMORY.md").write_text("# Index\n\n" + "".join(f"- [m{n:02}](m{n:02}.md)\n" for n in range(30)))
    return Place(str(root), str(tmp_path / "state"), 0.5)


def memory(root: Path, name: str, body: str = "", more: str = "") -> None:
    text = TEXT.format(name=name, body=body or f"The words of {name}.")
    (root / f"{name}.md").write_text(text.replace("  type: project\n", f"  type: project\n{more}"))


def edit(place: Place, name: str, *, safe: bool = False, asks: bool = False, kind: str = "date") -> Operation:
    """Words are added to a memory."""
    before = (Path(place.root) / f"{name}.md").read_bytes()
    change = Change(f"{name}.md", before, before + b"More.\n", keep_mtime=True)
    return Operation(kind, (f"{name}.md",), "why", ("evidence",), (change,), asks, safe)


def archive(place: Place, *names: str) -> Operation:
    """Memories move to the archive."""
    changes = []
    for name in names:
        data = (Path(place.root) / f"{name}.md").read_bytes()
        changes += [Change(f".archive/{name}.md.archived", None, data), Change(f"{name}.md", data, None)]
    return Operation("merge", tuple(f"{name}.md" for name in names), "the same", (), tuple(changes))


def planned(place: Place, *operations: Operation, by_person: Sequence[str] = ()) -> Prepare:
    def prepare(last_run: float | None, left: int) -> Prepared:
        return Prepared(operations, gather(place.root, now=NOW).memories, frozenset(by_person))

    return prepare


def all_of_it(guarded: Sequence[Guarded]) -> list[str]:
    return ["" if g.operation.changes else "a person decides" for g in guarded]


def what_does_not_ask(guarded: Sequence[Guarded]) -> list[str]:
    return [g.asks for g in guarded]


def run(place: Place, *operations: Operation, now: float = NOW, by_person: Sequence[str] = (),
        choose: Callable[[Sequence[Guarded]], list[str]] = what_does_not_ask) -> Result:  # fmt: skip
    return consolidate(place, planned(place, *operations, by_person=by_person), choose, now=now)


def tree(place: Place) -> dict[str, bytes]:
    root = Path(place.root)
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != LOCK_NAME}


def test_a_run_applies_is_written_down_and_comes_back_byte_for_byte(place: Place) -> None:
    before = tree(place)
    done = run(place, edit(place, "m00"), archive(place, "m01"))
    assert [outcome.skipped for outcome in done.outcomes] == ["", ""] and done.applied == 2
    assert "m01.md" not in tree(place) and [item.id for item in archived(place.root)] == ["m01.md"]
    assert done.run is not None
    (found,) = Runs(place.state_dir, place.root).newest()
    assert (found.number, found.outcome, found.summary, found.left) == (1, "applied", "1 date and 1 merge", ("m01.md",))
    assert [o["done"] for o in found.operations] == ["applied", "applied"]
    assert Journal(place.state_dir, place.root).history()[0].command == "dream 1: 1 date and 1 merge"
    undone, _ = take_back(place, found, now=NOW + 1)
    assert tree(place) == before and not undone.left
    (found,) = Runs(place.state_dir, place.root).newest()
    assert found.outcome == "undone"
    assert Runs(place.state_dir, place.root).departed(NOW + 1, 30) == []


def test_the_lock_says_when_it_ran_and_is_free_again(place: Place) -> None:
    run(place, edit(place, "m00"))
    state = read_lock(place.root, NOW)
    assert (state.last_run, state.blocked) == (NOW, False)


def test_an_empty_plan_is_a_run_that_changed_nothing(place: Place) -> None:
    before = tree(place)
    done = run(place)
    assert (done.run, done.outcomes, tree(place)) == (None, (), before)
    assert Runs(place.state_dir, place.root).newest() == []
    assert read_lock(place.root, NOW).last_run == NOW


def test_nobody_consolidates_beside_another(place: Place) -> None:
    before = tree(place)
    (Path(place.root) / LOCK_NAME).write_text(str(os.getpid()))
    os.utime(Path(place.root) / LOCK_NAME, (NOW - 5, NOW - 5))
    with pytest.raises(LockedError, match="another consolidation is running"):
        run(place, edit(place, "m00"))
    assert tree(place) == before


def test_who_loses_the_lock_meanwhile_changes_nothing(place: Place) -> None:
    before = tree(place)

    def choose(guarded: Sequence[Guarded]) -> list[str]:
        (Path(place.root) / LOCK_NAME).write_text("1")  # Claude Code, which writes its pid over ours
        return all_of_it(guarded)

    with pytest.raises(LockedError, match="took the consolidation lock"):
        run(place, edit(place, "m00"), choose=choose)
    assert tree(place) == before
    assert (Path(place.root) / LOCK_NAME).read_text() == "1"


def test_what_was_not_confirmed_puts_the_time_back(place: Place) -> None:
    def no(guarded: Sequence[Guarded]) -> list[str]:
        raise UsageError("nothing changed")

    with pytest.raises(UsageError):
        run(place, edit(place, "m00"), choose=no)
    assert not (Path(place.root) / LOCK_NAME).exists()
    assert Runs(place.state_dir, place.root).killed() is None


# Files that change meanwhile


def test_a_file_changed_since_the_plan_is_left_and_the_rest_is_done(place: Place) -> None:
    operations = [edit(place, "m00"), archive(place, "m01"), archive(place, "m02"), edit(place, "m03")]
    (Path(place.root) / "m00.md").write_text("a person's words")
    (Path(place.root) / "m01.md").unlink()
    (Path(place.root) / ".archive").mkdir()
    (Path(place.root) / ".archive" / "m02.md.archived").write_text("another's")
    done = run(place, *operations)
    assert [outcome.skipped for outcome in done.outcomes] == [
        "m00.md changed since the plan", "m01.md changed since the plan",
        ".archive/m02.md.archived changed since the plan", "",
    ]  # fmt: skip
    assert (Path(place.root) / "m00.md").read_text() == "a person's words"
    assert (Path(place.root) / "m02.md").exists()


def test_a_file_changed_between_the_check_and_the_writing_is_left(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from memdir import journal

    write = journal.write_atomic
    times: list[int] = []

    def race(path: str, data: bytes, **more: object) -> None:
        if path.endswith("m00.md") and not times:
            times.append(1)
        write(path, data, **more)  # type: ignore[arg-type]
        if path.endswith("m00.md") and len(times) == 1:
            times.append(2)
            (Path(place.root) / "m01.md").write_text("a person's words")

    monkeypatch.setattr(journal, "write_atomic", race)
    done = run(place, edit(place, "m00"), edit(place, "m01"))
    assert [outcome.skipped for outcome in done.outcomes] == ["", "m01.md changed since the plan"]
    assert (Path(place.root) / "m01.md").read_text() == "a person's words"
    assert (Path(place.root) / "m00.md").read_text().endswith("More.\n")


def test_operations_build_on_one_another(place: Place) -> None:
    first = edit(place, "m00")
    after = first.changes[0].after or b""
    second = Operation("topics", ("m00.md",), "", (), (Change("m00.md", after, after + b"Topics.\n"),))
    done = run(place, first, second)
    assert done.applied == 2
    assert (Path(place.root) / "m00.md").read_bytes().endswith(b"More.\nTopics.\n")
    composed = compose(place.root, [second, first])
    assert [outcome.skipped != "" for outcome in composed.outcomes] == [True, False] or composed.changes == ()


def test_memory_md_keeps_the_lines_that_others_wrote_meanwhile(place: Place) -> None:
    index = Path(place.root) / "MEMORY.md"
    before = index.read_bytes()
    change = Change("MEMORY.md", before, before.replace(b"- [m05](m05.md)\n", b""))
    index.write_bytes(before + b"- [theirs](m00.md)\n")
    done = run(place, Operation("index", ("MEMORY.md",), "", (), (change,), safe=True))
    assert done.applied == 1
    assert "m05" not in index.read_text() and index.read_text().endswith("- [theirs](m00.md)\n")


def test_paths_that_lead_out_are_refused(place: Place, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text("x")
    (Path(place.root) / "link").symlink_to(tmp_path)
    for path in ("../outside.md", "/etc/passwd", "link/outside.md", "a\0b.md", ""):
        done = run(place, Operation("date", ("m00.md",), "", (), (Change(path, None, b"evil"),)), choose=all_of_it)
        assert done.applied == 0 and done.run is None
    assert (tmp_path / "outside.md").read_text() == "x"


def test_d9_nothing_is_deleted_that_is_not_kept_elsewhere(place: Place) -> None:
    data = (Path(place.root) / "m00.md").read_bytes()
    bare = Operation("merge", ("m00.md",), "", (), (Change("m00.md", data, None),))
    less = Change(".archive/m00.md.archived", None, b"---\nname: x\n---\nless")
    shortened = Operation("merge", ("m00.md",), "", (), (Change("m00.md", data, None), less))
    before = tree(place)
    for operation in (bare, shortened):
        assert loses_words(operation) == "m00.md"
        done = run(place, operation, choose=all_of_it)
        assert done.outcomes[0].skipped == "would delete m00.md without keeping its text"
    assert tree(place) == before
    assert loses_words(archive(place, "m00")) == ""


def test_a_full_disk_leaves_everything_and_the_run_as_failed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from memdir import journal

    before = tree(place)

    def full(path: str, data: bytes, **more: object) -> None:
        raise StorageError("No space left on device")

    monkeypatch.setattr(journal, "write_atomic", full)
    with pytest.raises(StorageError):
        run(place, edit(place, "m00"))
    assert tree(place) == before
    (found,) = Runs(place.state_dir, place.root).newest()
    assert found.outcome in ("failed", "rolled-back")
    assert read_lock(place.root, NOW).last_run is None


# Guards


def test_what_is_pinned_or_a_persons_asks(place: Place) -> None:
    memory(Path(place.root), "m00", more="  pinned: true\n")
    guarded = guard([edit(place, "m00"), edit(place, "m01"), edit(place, "m02"), edit(place, "m03", asks=True)],
                    gather(place.root, now=NOW).memories, ["m01.md"], 0)  # fmt: skip
    assert [g.asks for g in guarded] == [
        "m00.md is pinned", "m01.md was written by a person since the last run", "", "a person decides",
    ]  # fmt: skip


def test_a_tenth_may_leave_in_30_days_counted_over_runs(place: Place) -> None:
    assert [o.skipped for o in run(place, archive(place, "m00"), archive(place, "m01")).outcomes] == ["", ""]
    later = NOW + 10 * DAY
    second = run(place, archive(place, "m02"), archive(place, "m03"), edit(place, "m04"), now=later)
    assert [o.skipped for o in second.outcomes] == [
        "", "over 10% of the directory would leave it in 30 days", "",
    ]  # fmt: skip
    assert run(place, archive(place, "m05"), now=NOW + 29 * DAY).applied == 0
    assert run(place, archive(place, "m05"), now=NOW + 31 * DAY).applied == 1  # the first two are 30 days ago


def test_a_run_that_was_taken_back_did_not_take_anything_out(place: Place) -> None:
    first = run(place, archive(place, "m00"), archive(place, "m01"), archive(place, "m02"))
    assert first.run is not None and first.applied == 3
    assert run(place, archive(place, "m03"), now=NOW + 1).applied == 0
    take_back(place, first.run, now=NOW + 2)
    assert run(place, archive(place, "m03"), now=NOW + 3).applied == 1


def test_superseded_and_expired_leave_the_live_set_too(place: Place) -> None:
    memories = gather(place.root, now=NOW).memories
    before = (Path(place.root) / "m00.md").read_bytes()
    gone = before.replace(b"  type: project\n", b"  type: project\n  status: superseded\n")
    (found,) = guard([Operation("supersede", ("m00.md",), "", (), (Change("m00.md", before, gone),))], memories, (), 3)
    assert found.leaving == ("m00.md",) and found.asks.startswith("over 10%")


def test_an_index_is_not_emptied_because_the_files_are_gone(place: Place) -> None:
    index = (Path(place.root) / "MEMORY.md").read_bytes()
    empty = Operation("index", ("MEMORY.md",), "", (), (Change("MEMORY.md", index, b"# Index\n"),), safe=True)
    assert guard([empty], [], (), 0)[0].asks.startswith("no memory file is there")
    assert guard([empty], gather(place.root, now=NOW).memories, (), 0)[0].asks == ""


def test_nothing_is_concluded_from_a_part_of_a_directory(place: Place) -> None:
    walked, files = walk(place.root), gather(place.root, now=NOW).files
    refuse_a_part(place.root, walked, files.keys())
    with pytest.raises(StorageError, match=r"m07\.md: cannot be read"):
        refuse_a_part(place.root, walked, files.keys() - {"m07.md"})
    with pytest.raises(StorageError, match="folder: cannot be read"):
        finding = Finding("unreadable", "warning", "folder", 0, "no permission")
        refuse_a_part(place.root, walked._replace(findings=[finding]), files.keys())


# Undo


def test_undo_leaves_what_changed_since_and_says_so(place: Place) -> None:
    done = run(place, edit(place, "m00"), edit(place, "m01"))
    (Path(place.root) / "m00.md").write_text("a person's words")
    assert done.run is not None
    undone, _ = take_back(place, done.run, now=NOW + 1)
    assert (undone.restored, undone.left) == (("m01.md",), ("m00.md",))
    assert (Path(place.root) / "m00.md").read_text() == "a person's words"


def test_an_older_run_can_be_taken_back_alone(place: Place) -> None:
    before = (Path(place.root) / "m00.md").read_bytes()
    first = run(place, edit(place, "m00"))
    run(place, edit(place, "m01"), now=NOW + 1)
    assert first.run is not None
    undone, _ = take_back(place, first.run, now=NOW + 2)
    assert undone.restored == ("m00.md",) and (Path(place.root) / "m00.md").read_bytes() == before
    assert [r.outcome for r in Runs(place.state_dir, place.root).newest()] == ["applied", "undone"]
    with pytest.raises(UsageError, match="cannot be taken back"):
        take_back(place, first.run, now=NOW + 3)


def test_a_run_killed_before_it_changed_anything_does_not_take_another_commands_place(place: Place) -> None:
    runs = Runs(place.state_dir, place.root)
    runs.begin(Run(1, NOW, "by-hand", "", "1 merge", left=("m00.md",)))  # and then it was killed
    apply(place.root, place.state_dir, lambda store: tag(store, "m01", ["x"]), command="memdir tag", now=NOW)
    (found,) = runs.newest()
    assert (found.outcome, found.transaction) == ("interrupted", None)
    assert runs.departed(NOW, 30) == []
    assert run(place, edit(place, "m02")).run is not None
    assert [r.outcome for r in runs.newest()] == ["applied", "interrupted"]


# With nobody there


def gate_of(place: Place, tmp_path: Path) -> Gate:
    folder = tmp_path / "transcripts"
    folder.mkdir(exist_ok=True)
    for number in range(6):
        (folder / f"{number}.jsonl").write_text("{}\n")
        os.utime(folder / f"{number}.jsonl", (NOW - 60, NOW - 60))
    return Gate(place.root, place.state_dir, (str(folder),))


def test_by_default_only_a_plan_is_made_and_told(place: Place, tmp_path: Path) -> None:
    before = tree(place)
    gate = gate_of(place, tmp_path)
    prepare = planned(place, archive(place, "m00"), archive(place, "m01"), archive(place, "m02"),
                      Operation("conflict", ("m03.md", "m04.md"), "8080 or 9090"))  # fmt: skip
    told = unattended(gate, place, prepare, lambda: "a", apply=False, now=NOW)
    assert told.notice == "3 merges and 1 conflict proposed, see `memdir dream plan`"
    assert read_notice(place.state_dir) == told.notice
    assert (tell_notice(place.state_dir), tell_notice(place.state_dir)) == (told.notice, None)
    assert tree(place) == before
    assert not (Path(place.root) / LOCK_NAME).exists()  # a plan is no consolidation, Claude Code may still do one
    assert unattended(gate, place, prepare, lambda: "b", apply=False, now=NOW + 60).skipped_because.startswith(
        "last run"
    )


def test_equal_inputs_never_run_again(place: Place, tmp_path: Path) -> None:
    gate = gate_of(place, tmp_path)._replace(min_hours=0.0, min_sessions=0)
    assert unattended(gate, place, planned(place), lambda: "a", apply=False, now=NOW).skipped_because == ""
    again = unattended(gate, place, planned(place), lambda: "a", apply=False, now=NOW + 9 * DAY)
    assert again.skipped_because == "nothing has changed since the last run"
    assert unattended(gate, place, planned(place), lambda: "b", apply=False, now=NOW + 9 * DAY).skipped_because == ""
    assert unattended(gate, place, planned(place), lambda: "a", apply=False, now=NOW + 99 * DAY).skipped_because


def test_apply_does_what_loses_no_words_and_asks_nobody(place: Place, tmp_path: Path) -> None:
    memory(Path(place.root), "m05", more="  pinned: true\n")
    prepare = planned(place, edit(place, "m00", safe=True), archive(place, "m01"), edit(place, "m05", safe=True))
    told = unattended(gate_of(place, tmp_path), place, prepare, lambda: "a", apply=True, now=NOW)
    assert told.result is not None and [bool(o.skipped) for o in told.result.outcomes] == [False, True, True]
    assert told.notice == "1 merge and 1 date proposed, see `memdir dream plan`"
    assert (Path(place.root) / "m01.md").exists()
    assert read_lock(place.root, NOW).last_run == NOW


def test_a_failed_run_waits_and_is_raised(place: Place, tmp_path: Path) -> None:
    def broken(last_run: float | None, left: int) -> Prepared:
        raise ValueError("a mistake")

    gate = gate_of(place, tmp_path)
    with pytest.raises(ValueError, match="a mistake"):
        unattended(gate, place, broken, lambda: "a", apply=True, now=NOW)
    assert not (Path(place.root) / LOCK_NAME).exists()
    assert unattended(gate, place, broken, lambda: "a", apply=True, now=NOW + 60).skipped_because.startswith("1 failed")


def test_a_locked_directory_is_no_failure(place: Place, tmp_path: Path) -> None:
    with hold(place.root, command="memdir tidy"):
        told = unattended(gate_of(place, tmp_path), place, planned(place), lambda: "a", apply=True, now=NOW)
    assert "memdir tidy" in told.skipped_because
    assert Runs(place.state_dir, place.root).waiting(NOW).failures == 0


def test_a_notice_without_operations_is_none(place: Place) -> None:
    write_notice(place.state_dir, [edit(place, "m00", kind="index")] * 2)
    assert read_notice(place.state_dir) == "2 index updates proposed, see `memdir dream plan`"
    assert write_notice(place.state_dir, []) is None
    assert read_notice(place.state_dir) is None is tell_notice(place.state_dir)
