"""The journal: a change is whole or undone, recorded, and can be taken back byte for byte."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir import journal as journal_module
from memdir import journal_records as records_module
from memdir.errors import BadInputError, StorageError
from memdir.journal import Change, ChangedMeanwhile, Journal
from memdir.merge import merge_lines

Planner = Callable[[], tuple[str, Sequence[Change]]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "memory"
    path.mkdir()
    return path


@pytest.fixture
def journal(tmp_path: Path, root: Path) -> Journal:
    return Journal(str(tmp_path / "state"), str(root))


def write(root: Path, **files: bytes | None) -> Planner:
    """A plan that gives files (`a` is a.md) new bytes, or takes them away."""

    def plan() -> tuple[str, list[Change]]:
        changes = []
        for name, after in files.items():
            path = root / f"{name}.md"
            changes.append(Change(f"{name}.md", path.read_bytes() if path.exists() else None, after))
        return "write " + " ".join(files), changes

    return plan


def tree(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_changes_are_made_recorded_and_taken_back(journal: Journal, root: Path) -> None:
    (root / "b.md").write_bytes(b"old\r\n\xff")
    before = tree(root)
    done = journal.commit(write(root, a=b"new", b=None), now=5.0)
    assert done is not None
    assert (done.number, done.state, done.when) == (1, "done", 5.0)
    assert tree(root) == {"a.md": b"new"}
    undone = journal.undo(1, now=6.0)
    assert sorted(undone.restored) == ["a.md", "b.md"]
    assert tree(root) == before
    assert [(t.number, t.state) for t in journal.history()] == [(2, "done"), (1, "undone")]


def test_nothing_to_change_is_no_transaction(journal: Journal, root: Path) -> None:
    (root / "a.md").write_bytes(b"x")
    assert journal.commit(write(root, a=b"x"), now=0.0) is None
    assert journal.history() == []


def test_the_record_is_private_and_outside(journal: Journal, root: Path) -> None:
    journal.commit(write(root, a=b"x"), now=0.0)
    folder = Path(journal.records.directory)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [p.stat().st_mode & 0o777 for p in folder.iterdir()] == [0o600]
    assert os.listdir(root) == ["a.md"]


def test_folders_come_and_go_with_their_files(journal: Journal, root: Path) -> None:
    journal.commit(lambda: ("x", [Change("p/q/a.md", None, b"x")]), now=0.0)
    assert (root / "p" / "q" / "a.md").read_bytes() == b"x"
    journal.undo(1, now=0.0)
    assert os.listdir(root) == []


def test_the_time_of_a_file_comes_back_with_its_bytes(journal: Journal, root: Path) -> None:
    (root / "a.md").write_bytes(b"x")
    os.utime(root / "a.md", ns=(1_500_000_000_123_456_789,) * 2)
    journal.commit(write(root, a=b"y"), now=0.0)
    assert (root / "a.md").stat().st_mtime_ns != 1_500_000_000_123_456_789
    journal.undo(1, now=0.0)
    assert (root / "a.md").stat().st_mtime_ns == 1_500_000_000_123_456_789


def test_keep_mtime_keeps_the_time(journal: Journal, root: Path) -> None:
    (root / "a.md").write_bytes(b"x")
    os.utime(root / "a.md", ns=(1_500_000_000_000_000_001,) * 2)
    journal.commit(lambda: ("x", [Change("a.md", b"x", b"y", keep_mtime=True)]), now=0.0)
    assert (root / "a.md").read_bytes() == b"y"
    assert (root / "a.md").stat().st_mtime_ns == 1_500_000_000_000_000_001


def test_several_changes_are_taken_back_in_turn(journal: Journal, root: Path) -> None:
    states = [tree(root)]
    for text in (b"1", b"2", b"3", b"4"):
        journal.commit(write(root, a=text, **{f"f{text.decode()}": text}), now=0.0)
        states.append(tree(root))
    assert len(journal.undo(2, now=0.0).transactions) == 2
    assert tree(root) == states[2]
    journal.undo(1, now=0.0)
    assert tree(root) == states[1]
    journal.commit(write(root, z=b"z"), now=0.0)
    assert len(journal.undo(9, now=0.0).transactions) == 2
    assert tree(root) == states[0]
    assert journal.undo(1, now=0.0).transactions == ()


def test_what_changed_since_is_left_alone_and_named(journal: Journal, root: Path) -> None:
    journal.commit(write(root, a=b"ours", b=b"ours too"), now=0.0)
    (root / "a.md").write_bytes(b"theirs")
    undone = journal.undo(1, now=0.0)
    assert (undone.left, undone.restored) == (("a.md",), ("b.md",))
    assert tree(root) == {"a.md": b"theirs"}


def test_in_the_index_later_lines_are_kept(journal: Journal, root: Path) -> None:
    index = root / "MEMORY.md"
    index.write_bytes(b"# Index\n\n- one\n")
    journal.commit(write(root, MEMORY=b"# Index\n\n- one\n- ours\n", a=b"x"), now=0.0)
    index.write_bytes(b"# Index\n\n- one\n- ours\n- theirs\n")
    undone = journal.undo(1, now=0.0)
    assert undone.merged == ("MEMORY.md",)
    assert tree(root) == {"MEMORY.md": b"# Index\n\n- one\n- theirs\n"}


def test_an_index_whose_lines_were_rewritten_is_left(journal: Journal, root: Path) -> None:
    journal.commit(write(root, MEMORY=b"- ours\n"), now=0.0)
    (root / "MEMORY.md").write_bytes(b"- ours, improved\n")
    assert journal.undo(1, now=0.0).left == ("MEMORY.md",)


def test_a_file_changed_before_the_replace_is_planned_anew(journal: Journal, root: Path) -> None:
    (root / "a.md").write_bytes(b"0")
    calls: list[int] = []

    def plan() -> tuple[str, list[Change]]:
        read = (root / "a.md").read_bytes()
        calls.append(1)
        if len(calls) < 3:
            (root / "a.md").write_bytes(read + b"!")  # someone else, just after we read it
        return "x", [Change("b.md", None, read), Change("a.md", read, read + b" ours")]

    done = journal.commit(plan, now=0.0)
    assert done is not None
    assert len(calls) == 3
    assert tree(root) == {"a.md": b"0!! ours", "b.md": b"0!!"}
    assert [t.state for t in journal.history()] == ["done"]


def test_after_five_times_both_texts_are_kept(journal: Journal, root: Path) -> None:
    (root / "a.md").write_bytes(b"0")
    calls: list[int] = []

    def plan() -> tuple[str, list[Change]]:
        read = (root / "a.md").read_bytes()
        calls.append(1)
        (root / "a.md").write_bytes(read + b"!")
        return "x", [Change("b.md", None, b"new"), Change("a.md", read, b"ours")]

    with pytest.raises(ChangedMeanwhile) as caught:
        journal.commit(plan, now=0.0)
    assert len(calls) == 5
    assert caught.value.exit_code == 5
    assert tree(root) == {"a.md": b"0!!!!!"}
    (failed,) = journal.history()
    assert failed.state == "failed"
    assert failed.changes[1].after == b"ours"
    assert caught.value.hint is not None
    assert "00000001.failed" in caught.value.hint


def test_a_file_that_appears_meanwhile_is_not_overwritten(journal: Journal, root: Path) -> None:
    def plan() -> tuple[str, list[Change]]:
        (root / "a.md").write_bytes(b"theirs")
        return "x", [Change("a.md", None, b"ours")]

    with pytest.raises(ChangedMeanwhile):
        journal.commit(plan, now=0.0)
    assert tree(root) == {"a.md": b"theirs"}


def test_a_failing_change_is_rolled_back(journal: Journal, root: Path) -> None:
    (root / "a.md").write_bytes(b"a")
    (root / "folder").write_bytes(b"a file where a folder is wanted")
    before = tree(root)

    def plan() -> tuple[str, list[Change]]:
        return "x", [Change("a.md", b"a", b"changed"), Change("folder/b.md", None, b"x"), Change("c.md", None, b"c")]

    with pytest.raises(StorageError):
        journal.commit(plan, now=0.0)
    assert tree(root) == before
    assert [t.state for t in journal.history()] == ["failed"]
    assert journal.undo(1, now=0.0).transactions == ()


def test_stopping_by_hand_rolls_back(journal: Journal, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = journal_module.write_atomic
    written: list[str] = []

    def stop(path: str, data: bytes, **more: object) -> None:
        if path.startswith(str(root)):
            written.append(path)
            if len(written) == 2:
                raise KeyboardInterrupt
        real(path, data, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(journal_module, "write_atomic", stop)
    with pytest.raises(KeyboardInterrupt):
        journal.commit(write(root, a=b"1", b=b"2"), now=0.0)
    assert tree(root) == {}


@pytest.mark.parametrize("path", ["../x.md", "/tmp/x.md", "a/../../x.md", "a\0.md"])
def test_changes_stay_inside(journal: Journal, root: Path, path: str) -> None:
    with pytest.raises(BadInputError):
        journal.commit(lambda: ("x", [Change(path, None, b"x")]), now=0.0)
    assert tree(root.parent) == {}
    assert journal.recover() == []


def pending(journal: Journal, root: Path, plan: Planner, applied: int) -> None:
    """Leave the state of a command killed after `applied` of its changes."""
    done = journal.commit(plan, now=0.0)
    assert done is not None
    folder = Path(journal.records.directory)
    (folder / f"{done.number:08d}.done").rename(folder / f"{done.number:08d}.pending")
    for change in done.changes[applied:]:
        if change.before is None:
            (root / change.path).unlink()
        else:
            (root / change.path).write_bytes(change.before)


def test_a_killed_command_is_rolled_back_by_the_next(journal: Journal, root: Path) -> None:
    (root / "a.md").write_bytes(b"a")
    before = tree(root)
    pending(journal, root, write(root, a=b"A", b=b"B"), 1)
    (root / ".memdir-1-1.tmp").write_bytes(b"half")
    assert journal.recover() == ["rolled back the interrupted 'write a b'"]
    assert tree(root) == before
    assert journal.recover() == []


def test_a_command_killed_after_its_last_change_is_finished(journal: Journal, root: Path) -> None:
    pending(journal, root, write(root, a=b"A", b=b"B"), 2)
    assert journal.recover() == ["finished the interrupted 'write a b'"]
    assert tree(root) == {"a.md": b"A", "b.md": b"B"}
    journal.undo(1, now=0.0)
    assert tree(root) == {}


def test_recovery_leaves_what_others_changed(journal: Journal, root: Path) -> None:
    pending(journal, root, write(root, a=b"A", b=b"B", c=b"C"), 2)
    (root / "a.md").write_bytes(b"theirs")
    assert journal.recover() == ["rolled back the interrupted 'write a b c'; changed since and left alone: a.md"]
    assert tree(root) == {"a.md": b"theirs"}


def test_recovery_does_not_follow_a_folder_that_became_a_link(journal: Journal, root: Path) -> None:
    (root / "sub").mkdir()
    pending(journal, root, lambda: ("x", [Change("sub/a.md", None, b"A"), Change("b.md", None, b"B")]), 1)
    (root / "sub").rename(root.parent / "moved")
    (root / "sub").symlink_to("../moved")
    (said,) = journal.recover()
    assert "leads out" in said
    assert (root.parent / "moved" / "a.md").read_bytes() == b"A"
    assert journal.recover() == []


def test_a_damaged_record_harms_nobody(journal: Journal, root: Path) -> None:
    journal.commit(write(root, a=b"A"), now=0.0)
    folder = Path(journal.records.directory)
    (folder / "00000002.pending").write_bytes(b"torn")
    (folder / "00000003.done").write_bytes(b"")
    (folder / "nonsense.done").write_bytes(b"")
    (said,) = journal.recover()
    assert "damaged" in said
    assert [t.number for t in journal.history()] == [1]
    assert len(journal.undo(3, now=0.0).transactions) == 1
    done = journal.commit(write(root, b=b"B"), now=0.0)
    assert done is not None
    assert done.number == 5


def test_old_records_go_but_never_the_last(journal: Journal, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records_module, "KEEP_TRANSACTIONS", 3)
    for number in range(6):
        journal.commit(write(root, a=b"%d" % number), now=0.0)
    assert [t.number for t in journal.history()] == [6, 5, 4]
    monkeypatch.setattr(records_module, "KEEP_BYTES", 1)
    monkeypatch.setattr(records_module, "KEEP_TRANSACTIONS", 99)
    journal.commit(write(root, a=b"z"), now=0.0)
    assert os.listdir(journal.records.directory) == ["00000007.done"]


def test_forgetting_deletes_every_record_of_a_path(journal: Journal, root: Path) -> None:
    journal.commit(write(root, a=b"A"), now=0.0)
    journal.commit(write(root, b=b"B"), now=0.0)
    journal.commit(write(root, a=b"AA", c=b"C"), now=0.0)
    assert journal.forget(["a.md"]) == 2
    assert [t.number for t in journal.history()] == [2]


def test_undecodable_names_survive_the_journal(journal: Journal, root: Path) -> None:
    name = os.fsdecode(b"caf\xe9.md")
    (root / name).write_bytes(b"x")
    journal.commit(lambda: ("x", [Change(name, b"x", None)]), now=0.0)
    assert os.listdir(root) == []
    journal.undo(1, now=0.0)
    assert os.listdir(os.fsencode(root)) == [b"caf\xe9.md"]


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.none() | st.binary(max_size=3), min_size=1), max_size=5))
def test_any_history_is_taken_back_whole(
    tmp_path_factory: pytest.TempPathFactory, history: list[dict[str, bytes | None]]
) -> None:
    top = tmp_path_factory.mktemp("j")
    root = top / "memory"
    root.mkdir()
    (root / "a.md").write_bytes(b"first")
    journal = Journal(str(top / "state"), str(root))
    states = [tree(root)]
    for step in history:
        if journal.commit(write(root, **step), now=0.0) is not None:
            states.append(tree(root))
    while len(states) > 1:
        states.pop()
        assert not journal.undo(1, now=0.0).left
        assert tree(root) == states[-1]


LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"d\n"]), max_size=5).map(b"".join)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(LINES, LINES)
def test_a_merge_of_one_side_is_that_side(base: bytes, other: bytes) -> None:
    assert merge_lines(base, base, other) == other
    assert merge_lines(base, other, base) == other
    assert merge_lines(base, other, other) == other


def test_a_merge_keeps_both_sides_or_says_no() -> None:
    assert merge_lines(b"1\n2\n3\n", b"0\n1\n2\n3\n", b"1\n2\n") == b"0\n1\n2\n"
    assert merge_lines(b"1\n2\n3\n", b"1\nours\n3\n", b"1\ntheirs\n3\n") is None
    assert merge_lines(b"1\n2\n3\n", b"1\n3\n", b"1\n2a\n3\n") is None


def test_an_undo_that_could_do_nothing_can_be_tried_again(journal: Journal, root: Path) -> None:
    journal.commit(write(root, a=b"ours"), now=0.0)
    (root / "a.md").write_bytes(b"theirs")
    assert journal.undo(1, now=0.0).left == ("a.md",)
    (root / "a.md").write_bytes(b"ours")
    assert journal.undo(1, now=0.0).restored == ("a.md",)
    assert tree(root) == {}


def test_an_undo_can_be_undone_and_that_too(journal: Journal, root: Path) -> None:
    for n in (1, 2):
        journal.commit(write(root, a=b"%d" % n), now=0.0)
    for _ in range(2):
        journal.undo(1, now=0.0)
        assert (root / "a.md").read_bytes() == b"1"
        journal.redo(now=0.0)
        assert (root / "a.md").read_bytes() == b"2"
    assert journal.redo(now=0.0).transactions == ()
    journal.undo(2, now=0.0)
    assert not (root / "a.md").exists()
    journal.redo(now=0.0)
    assert (root / "a.md").read_bytes() == b"2"


def test_an_undo_took_the_archived_text_away_when_its_place_was_taken(journal: Journal, root: Path) -> None:
    (root / "a.md").write_bytes(b"ours")
    journal.commit(
        lambda: ("rm", [Change(".archive/a.md.archived", None, b"ours"), Change("a.md", b"ours", None)]), now=0.0
    )
    (root / "a.md").write_bytes(b"theirs")
    undone = journal.undo(1, now=0.0)
    assert (undone.transactions, undone.restored) == ((), ())
    assert (root / ".archive/a.md.archived").read_bytes() == b"ours"
    assert (root / "a.md").read_bytes() == b"theirs"


def test_what_could_not_be_undone_is_not_called_undone(journal: Journal, root: Path) -> None:
    journal.commit(write(root, a=b"1"), now=0.0)
    journal.commit(write(root, b=b"2"), now=0.0)
    (root / "b.md").write_bytes(b"theirs")
    undone = journal.undo(2, now=0.0)
    assert [t.number for t in undone.transactions] == [1]
    assert undone.left == ("b.md",)
    assert [t.state for t in journal.history()] == ["done", "done", "undone"]


def test_a_dry_run_promised_what_the_undo_then_left_alone(tmp_path: Path) -> None:
    root = tmp_path / "memory"
    root.mkdir()
    journal = Journal(str(tmp_path / "state"), str(root))
    journal.commit(lambda: ("add a", [Change("a.md", None, b"a\n")]), now=1.0)
    journal.commit(lambda: ("add b", [Change("b.md", None, b"b\n")]), now=2.0)
    (root / "b.md").write_bytes(b"theirs\n")
    said = journal.preview(journal.undoable(2))
    assert said == journal.undo(2, now=3.0)
    assert (said.restored, said.left) == (("a.md",), ("b.md",))


def test_who_deleted_a_file_last(tmp_path: Path) -> None:
    root = tmp_path / "memory"
    root.mkdir()
    journal = Journal(str(tmp_path / "state"), str(root))
    journal.commit(lambda: ("add a", [Change("a.md", None, b"a\n")]), now=1.0)
    assert not journal.deleted(["a.md"])
    journal.undo(1, now=2.0)
    assert journal.deleted(["a.md"])
    assert not journal.deleted(["a.md", "b.md"])
    journal.redo(now=3.0)
    assert not journal.deleted(["a.md"])
