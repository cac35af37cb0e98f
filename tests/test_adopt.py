"""Merging an old directory of memories into the one in use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from memdir.adopt import Adoption, adoption_plan, name_beside, plan_adoption
from memdir.changes import Plan, apply
from memdir.errors import BadInputError, UsageError
from memdir.journal import Journal
from memdir.lock import hold
from memdir.store import Store


class Case:
    """An old directory, the one in use, and its state."""

    def __init__(self, base: Path) -> None:
        self.old, self.new = base / "old", base / "new"
        self.old.mkdir()
        self.new.mkdir()
        self.state = str(base / "state")

    def plan(self) -> Adoption:
        return plan_adoption(str(self.old), str(self.new))

    def adopt(self, *, both: bool = False) -> set[str]:
        before = self.files(self.new)
        apply(
            str(self.new),
            self.state,
            lambda store: adoption_plan(store, str(self.old), both=both),
            command="adopt",
            now=0.0,
        )
        after = self.files(self.new)
        assert before.items() - {("MEMORY.md", before.get("MEMORY.md"))} <= after.items(), "a file was overwritten"
        return set(after) - set(before)

    @staticmethod
    def files(directory: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(directory)): path.read_bytes()
            for path in sorted(directory.rglob("*"))
            if path.is_file() and path.name != ".memdir.lock"
        }


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def put(directory: Path, name: str, text: str = "about x\n", title: str | None = None) -> Path:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    stem = title or path.stem
    path.write_text(f"---\nname: {stem}\ndescription: what {stem} says\ntype: project\n---\n{text}")
    return path


def test_same_new_and_conflicting(case: Case) -> None:
    for directory in (case.old, case.new):
        put(directory, "same.md")
    put(case.old, "sub/new.md")
    put(case.old, "clash.md", "theirs\n")
    put(case.new, "clash.md", "ours\n")
    (case.old / "notes.txt").write_text("no memory")
    plan = case.plan()
    assert (plan.same, plan.new, plan.conflicts) == (("same.md",), ("sub/new.md",), ("clash.md",))
    old = case.files(case.old)
    assert case.adopt() == {"sub/new.md", "MEMORY.md"}
    assert (case.new / "clash.md").read_text().endswith("ours\n")
    assert case.files(case.old) == old
    assert "(sub/new.md)" in (case.new / "MEMORY.md").read_text()


def test_a_second_time_there_is_nothing_to_do(case: Case) -> None:
    put(case.old, "a.md")
    put(case.old, "clash.md", "theirs\n")
    put(case.new, "clash.md", "ours\n")
    assert case.adopt(both=True) == {"a.md", "clash-adopted.md", "MEMORY.md"}
    before = case.files(case.new)
    assert case.adopt(both=True) == set()
    assert case.files(case.new) == before


def test_age_comes_along(case: Case) -> None:
    path = put(case.old, "a.md")
    os.utime(path, ns=(5, 1_600_000_000_000_000_007))
    case.adopt()
    assert (case.new / "a.md").stat().st_mtime_ns == 1_600_000_000_000_000_007


def test_undo_takes_it_back(case: Case) -> None:
    put(case.old, "sub/a.md")
    put(case.new, "b.md")
    (case.new / "MEMORY.md").write_text("# Mine\n\n- [B](b.md) — hand-written\n")
    before = case.files(case.new)
    assert case.adopt() == {"sub/a.md"}
    with hold(str(case.new)):
        Journal(case.state, str(case.new)).undo(1, now=1.0)
    assert case.files(case.new) == before


def test_the_lines_keep_the_words_of_the_old_index(case: Case) -> None:
    put(case.old, "a.md")
    put(case.old, "b.md")
    (case.old / "MEMORY.md").write_text("# Old\n\n- [My A](a.md) — in my own words\n- [Gone](gone.md) — x\n")
    put(case.new, "c.md")
    (case.new / "MEMORY.md").write_text("# Mine\n\n- [C](c.md) — here\n- [Dead](dead.md) — stays\n")
    case.adopt()
    text = (case.new / "MEMORY.md").read_text()
    assert text.startswith("# Mine\n\n- [C](c.md) — here\n- [Dead](dead.md) — stays\n")
    assert "- [My A](a.md) — in my own words\n" in text
    assert "(b.md) — what b says" in text
    assert "gone.md" not in text


def test_without_an_index_the_old_one_is_taken_over(case: Case) -> None:
    put(case.old, "a.md")
    (case.old / "MEMORY.md").write_text("# Old\n\n## Rules\n\n- [My A](a.md) — mine\n- [Gone](gone.md) — x\n")
    put(case.new, "c.md")
    assert case.plan().new == ("MEMORY.md", "a.md")
    case.adopt()
    text = (case.new / "MEMORY.md").read_text()
    assert "## Rules" in text and "- [My A](a.md) — mine" in text
    assert "(c.md)" in text and "gone.md" not in text


def test_an_index_that_is_all_text_is_adopted_or_said_to_stay(case: Case) -> None:
    (case.old / "MEMORY.md").write_text("# Memory\n\n## Build\n\nUse make, because the script is gone.\n")
    assert not case.plan().index_text
    assert case.adopt() == {"MEMORY.md"}
    assert case.plan().same == ("MEMORY.md",)
    (case.new / "MEMORY.md").write_text("# Mine\n")
    assert case.plan().index_text and case.adopt() == set()


def test_an_index_with_damaged_bytes_keeps_them(case: Case) -> None:
    put(case.old, "a.md")
    put(case.new, "c.md")
    (case.new / "MEMORY.md").write_bytes(b"# Mine \xff\r\n\r\n- [C](c.md) \xe2\x80\x94 x\r\n")
    case.adopt()
    data = (case.new / "MEMORY.md").read_bytes()
    assert data.startswith(b"# Mine \xff\r\n") and b"(a.md)" in data


def test_names_that_differ_in_case_or_form_clash(case: Case) -> None:
    put(case.old, "Read.md", "theirs\n")
    put(case.old, "e\u0301.md", "theirs\n")
    put(case.new, "read.md", "ours\n")
    put(case.new, "é.md", "ours\n")
    assert len(case.plan().conflicts) == 2 and not case.plan().new
    assert case.adopt(both=True) == {"Read-adopted.md", "é-adopted.md", "MEMORY.md"}


def test_a_new_file_with_a_name_that_is_taken_is_said(case: Case) -> None:
    put(case.old, "other.md", title="build-rules")
    put(case.new, "build.md", title="build-rules")
    assert case.plan().alike == (("other.md", "build.md"),)


def test_secrets_do_not_enter_a_repository(case: Case) -> None:
    put(case.old, "key.md", "key AKIA" + "Q3EGRZ7T2WXKP5MN\n")
    assert case.plan().new == ("key.md",)
    (case.new / ".git").mkdir()
    plan = case.plan()
    assert plan.new == () and "secret" in plan.refused[0][1]
    assert case.adopt() == set()
    put(case.new, "key.md", "ours\n")
    assert case.adopt(both=True) == set()


def test_hostile_files_stay_out(case: Case, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text("outside")
    (case.old / "link.md").symlink_to(tmp_path / "outside.md")
    (case.old / "huge.md").write_bytes(b"x" * ((1 << 20) + 1))
    os.mkfifo(case.old / "pipe.md")
    (case.old / "plain.md").write_bytes(b"\xff\0")
    Path(os.fsdecode(os.fsencode(case.old) + b"/\xff.md")).write_text("x")
    plan = case.plan()
    assert plan.new == ("plain.md",)
    assert len(plan.refused) == 4
    assert case.adopt() == {"plain.md", "MEMORY.md"}


def test_a_folder_of_the_target_that_leads_out_is_not_written_through(case: Case, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (case.new / "sub").symlink_to(tmp_path / "elsewhere")
    put(case.old, "sub/a.md")
    assert "link" in case.plan().refused[0][1]
    assert case.adopt() == set() and not list((tmp_path / "elsewhere").iterdir())


def test_superseded_ones_get_no_line(case: Case) -> None:
    put(case.new, "c.md")
    (case.new / "MEMORY.md").write_text("# Mine\n")
    (case.old / "a.md").write_text("---\nname: a\ndescription: 'Superseded by b: x'\n---\nx\n")
    assert case.adopt() == {"a.md"}
    assert (case.new / "MEMORY.md").read_text() == "# Mine\n"


def test_an_index_that_would_overflow_is_tidied(case: Case) -> None:
    for number in range(150):
        put(case.old, f"old-{number:03}.md")
        put(case.new, f"new-{number:03}.md")
    (case.new / "MEMORY.md").write_text("".join(f"- [N{n}](new-{n:03}.md) — x\n" for n in range(150)))
    case.adopt()
    assert (case.new / "MEMORY.md").read_text().count("\n") <= 200


def test_a_projects_folder_means_its_memory(case: Case) -> None:
    put(case.old, "memory/a.md")
    (case.old / "s.jsonl").write_text("{}")
    assert case.plan().source == str(case.old / "memory") and case.plan().new == ("a.md",)


def test_what_cannot_be_adopted(case: Case, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="itself"):
        plan_adoption(str(case.new), str(case.new))
    (case.new / "in").mkdir()
    for one, two in ((case.new / "in", case.new), (case.new, case.new / "in")):
        with pytest.raises(UsageError, match="inside"):
            plan_adoption(str(one), str(two))
    with pytest.raises(BadInputError, match="no such directory"):
        plan_adoption(str(tmp_path / "none"), str(case.new))


def test_a_target_that_is_not_there_yet(case: Case) -> None:
    put(case.old, "a.md")
    case.new.rmdir()
    assert case.plan().new == ("a.md",)


def test_name_beside() -> None:
    assert name_beside("a/x.md", []) == "a/x-adopted.md"
    assert name_beside("x.MD", ["X-Adopted.md", "x-adopted-2.md"]) == "x-adopted-3.MD"


def test_every_real_directory_is_adopted_whole_and_left_alone(real_data: Path, tmp_path: Path) -> None:
    roots = sorted({path.parent for path in (real_data / "memory-dirs").rglob("MEMORY.md")})
    assert len(roots) > 10
    for number, root in enumerate(roots):
        target, before = tmp_path / str(number), Case.files(root)
        plan = plan_adoption(str(root), str(target))

        def planned(store: Store, root: Path = root) -> Plan:
            return adoption_plan(store, str(root), both=True)

        apply(str(target), str(tmp_path / f"state{number}"), planned, command="adopt", now=0.0)
        assert Case.files(root) == before
        copied = Case.files(target)
        assert plan.new and all(copied[id] == before[id] for id in plan.new if id != "MEMORY.md")
        again = plan_adoption(str(root), str(target))
        assert not again.new and not again.conflicts
