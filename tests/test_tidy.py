"""MEMORY.md as a pure function of the files and its own hand-written lines."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.changes import apply
from memdir.index_edit import NewEntry, add_entry, change_words, remove_entries, retarget, title_of
from memdir.memory_index import entries, load_index, usage
from memdir.model import Link, Memory
from memdir.quoting import shorten
from memdir.store import Store
from memdir.tidy import KEEP_NEWEST, by_worth, tidy
from memdir.tidying import plan_tidy


def memory(id: str, description: str = "words", type: str | None = "project", **more: object) -> Memory:
    stem = id.rpartition("/")[2].removesuffix(".md")
    fields: dict[str, object] = {"name": stem, "description": description, "type": type, **more}
    return Memory(id=id, root="/r", path=f"/r/{id}", **fields)  # type: ignore[arg-type]


INDEX = """# Index

## User
- [Role](role.md) — who

## Project
- [One](one.md) — hand-written words
- [Gone](gone.md) — x

Some prose with a [link](one.md).
"""
ROLE, ONE = memory("role.md", type="user"), memory("one.md")


def test_a_tidy_index_stays_byte_for_byte() -> None:
    text = INDEX.replace("- [Gone](gone.md) — x\n", "").replace("\n", "\r\n")
    done = tidy(text, [ROLE, ONE])
    assert done.text == text
    assert (done.removed, done.added, done.followed, done.left_out, done.flagged) == ((), (), (), (), ())


def test_dead_entries_go_and_missing_memories_come_below_their_kind() -> None:
    done = tidy(INDEX, [ROLE, ONE, memory("two-things.md", "the hook"), memory("boss.md", type="user")])
    assert done.removed == ("gone.md",)
    assert done.added == ("boss.md", "two-things.md")
    assert done.text == INDEX.replace("- [Gone](gone.md) — x\n", "- [Two things](two-things.md) — the hook\n").replace(
        "— who\n", "— who\n- [Boss](boss.md) — words\n"
    )


def test_a_type_without_a_place_gets_a_heading() -> None:
    done = tidy(INDEX.replace("- [Gone](gone.md) — x\n", ""), [ROLE, ONE, memory("f.md", type="feedback")])
    assert done.text.endswith("[link](one.md).\n\n## Feedback\n\n- [F](f.md) — words\n")


def test_a_flat_list_is_continued() -> None:
    done = tidy("# Memory Index\n\n- [One](one.md) — x", [ONE, memory("f.md", type="feedback")])
    assert done.text == "# Memory Index\n\n- [One](one.md) — x\n- [F](f.md) — words\n"


def test_an_index_of_prose_gets_a_heading_for_the_list() -> None:
    done = tidy("# Notes\n\n## Build\n- use uv\n", [ONE])
    assert done.text == "# Notes\n\n## Build\n- use uv\n\n## Memories\n\n- [One](one.md) — words\n"
    assert tidy(done.text, [ONE]).text == done.text


def test_an_empty_index_is_begun() -> None:
    assert tidy("", [ONE]).text == "# Memory Index\n\n- [One](one.md) — words\n"
    assert tidy("", []).text == ""


def test_a_moved_file_is_followed() -> None:
    done = tidy("- [One](old/one.md) — mine\n", [memory("new/one.md")])
    assert done.followed == (("old/one.md", "new/one.md"),)
    assert done.text == "- [One](new/one.md) — mine\n"


def test_two_entries_of_one_moved_file_both_follow() -> None:
    done = tidy("- [One](old/one.md) — mine\n- [Uno](old/one.md)\n- [One](old/one.md) — mine\n", [memory("new/one.md")])
    assert done.text == "- [One](new/one.md) — mine\n- [Uno](new/one.md)\n"


def test_a_renamed_file_is_found_by_its_title() -> None:
    done = tidy("- [Use uv](x.md) — mine\n", [memory("tools.md", name="use-uv"), memory("b.md")])
    assert done.text.splitlines()[0] == "- [Use uv](tools.md) — mine"


def test_superseded_and_expired_memories_leave() -> None:
    text = "".join(f"- [{m}]({m}.md)\n" for m in ("old", "exp", "sup", "named", "new"))
    memories = [
        memory("old.md", superseded_by="new"), memory("exp.md", "Expired 2026-01-01: x", valid_until="2026-01-01"),
        memory("sup.md", status="superseded"), memory("named.md"),
        memory("new.md", supersedes=("named",)),
    ]  # fmt: skip
    assert tidy(text, memories).text == "- [new](new.md)\n"


def test_words_that_only_sound_so_do_not_make_a_memory_leave() -> None:
    memories = [memory("a.md", "Expired certificates: renew them"), memory("b.md", "Superseded by the API: the form")]
    assert len(entries(tidy("", memories).text)) == 2


def test_entries_with_more_below_them_are_flagged_not_removed() -> None:
    text = "- [Gone](gone.md) — x\n  - a note below\n- [One](one.md)\n"
    done = tidy(text, [ONE])
    assert (done.text, done.flagged) == (text, ((1, "gone.md"),))


def test_links_to_other_files_that_are_there_stay() -> None:
    text = "- [One](one.md)\n- [Team](team/MEMORY.md)\n"
    assert tidy(text, [ONE], lambda target: target == "team/MEMORY.md").text == text
    assert tidy(text, [ONE]).removed == ("team/MEMORY.md",)


def test_an_empty_directory_empties_no_index() -> None:
    done = tidy(INDEX, [])
    assert done.text == INDEX
    assert len(done.flagged) == 3


def test_logs_and_dot_folders_are_not_listed() -> None:
    memories = [ONE, memory("logs/2026/a.md"), memory("sessions/b.md"), memory(".claude/c.md"), memory("sub/d.md")]
    assert [e.target for e in entries(tidy("", memories).text)] == ["one.md", "sub/d.md"]


def test_the_same_line_twice_is_one() -> None:
    assert (
        tidy("- [One](one.md)\n- [One](one.md)\n- [Uno](one.md)\n", [ONE]).text == "- [One](one.md)\n- [Uno](one.md)\n"
    )


def many(count: int, **more: object) -> list[Memory]:
    return [memory(f"m{n:03}.md", f"words about {n}", **more) for n in range(count)]


def test_what_does_not_fit_is_named_least_worth_last() -> None:
    memories = [*many(250), memory("pin.md", pinned=True, confidence=0.0), memory("sure.md", confidence=0.9)]
    done = tidy("", memories)
    assert usage(done.text).fits
    listed = {e.target for e in entries(done.text)}
    assert {"pin.md", "sure.md", "m000.md"} <= listed
    assert len(listed) + len(done.left_out) == 252
    assert done.left_out[-1] == "m249.md"
    assert tidy(done.text, memories).text == done.text


def test_a_new_memory_is_never_what_is_cut() -> None:
    full = tidy("", many(250)).text
    new = memory("zz-new.md", modified="2026-11-21T00:00:00.000Z", confidence=0.1, type=None)
    done = tidy(full, [*many(250), new])
    assert "zz-new.md" in done.added
    assert not load_index(done.text).cut_off


def test_a_new_entry_in_a_full_index_goes_where_it_is_loaded() -> None:
    text = "# Index\n\n" + "".join(f"- [M{n}](m{n}.md)\n" for n in range(300))
    added = add_entry(text, NewEntry("new.md", "project", "New", "x"), {})
    assert next(e.target for e in entries(added)) == "new.md"
    assert added.splitlines()[:4] == ["# Index", "", "- [New](new.md) — x", "- [M0](m0.md)"]


def test_hand_written_text_that_is_too_long_alone_costs_no_entry() -> None:
    text = "word\n" * 300 + "- [One](one.md)\n"
    assert tidy(text, [ONE]).text == text


def test_worth_is_pinned_then_new_then_confidence_type_links_and_date() -> None:
    linked = memory("linked.md")
    linking = [memory("a.md", links=(Link("linked"),)), memory("b.md", links=(Link("linked.md"),))]
    dated = [memory(f"d{n:02}.md", modified=f"2026-01-{n + 1:02}", confidence=0.1) for n in range(KEEP_NEWEST + 2)]
    order = by_worth(
        [
            memory("pin.md", pinned=True),
            memory("user.md", type="user"),
            memory("low.md", confidence=0.2),
            linked,
            *dated,
        ],
        [*linking, linked],
    )
    assert order[0] == "pin.md"
    assert order[1 : 1 + KEEP_NEWEST] == [f"d{n:02}.md" for n in range(KEEP_NEWEST + 1, 1, -1)]
    assert order[1 + KEEP_NEWEST : 1 + KEEP_NEWEST + 3] == ["user.md", "linked.md", "low.md"]


NAMES = st.sampled_from(["a.md", "b.md", "sub/c.md", "d e.md", "é.md", "MEMORY.md", "f(1).md"])
LINE = st.one_of(
    st.sampled_from(
        ["# Index", "## User", "## Projects", "", "prose", "```", "  - nested", "<!-- x -->", "---", "> q"]
    ),
    st.builds(lambda n, t: f"- [{t}]({n})", NAMES, st.sampled_from(["A", "B c"])),
    st.builds(lambda n: f"  * [T](<{n}>) — hook", NAMES),
)
MEMORIES = st.lists(
    st.builds(
        lambda n, t, s, c: memory(n, "Words.", t, status=s, confidence=c),
        NAMES.filter(lambda n: n != "MEMORY.md"),
        st.sampled_from(["user", "feedback", "project", None]),
        st.sampled_from(["active", "active", "superseded"]),
        st.none() | st.sampled_from([0.1, 0.9]),
    ),
    max_size=6, unique_by=lambda m: m.id,
)  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(LINE, max_size=12), st.sampled_from(["\n", "\r\n"]), st.booleans(), MEMORIES)
def test_tidy_is_idempotent_and_keeps_hand_written_lines(
    lines: list[str], newline: str, ends: bool, memories: list[Memory]
) -> None:
    text = newline.join(lines) + (newline if ends else "")
    done = tidy(text, memories)
    again = tidy(done.text, memories)
    assert again.text == done.text
    assert (again.removed, again.added, again.followed) == ((), (), ())
    prose = [line for line in lines if "](" not in line and line]
    assert [line for line in prose if line not in done.text] == []
    assert tidy(text, list(reversed(memories))).text == done.text


@settings(derandomize=True, deadline=None, max_examples=15)
@given(st.integers(150, 260), st.integers(0, 400), st.integers(0, 230))
def test_tidy_is_idempotent_when_it_does_not_fit(count: int, words: int, listed: int) -> None:
    memories = many(count)
    text = "# I\n\n" + "".join(f"- [M]({m.id}) — {'w' * (words % (1 + n))}\n" for n, m in enumerate(memories[:listed]))
    done = tidy(text, memories)
    assert usage(done.text).fits
    assert tidy(done.text, memories).text == done.text


def test_words_that_were_derived_follow_and_written_ones_stay() -> None:
    old, new = NewEntry("a.md", None, "Old", "old words"), NewEntry("a.md", None, "New", "new words")
    assert change_words("- [Old](a.md) — old words\n", "a.md", old, new) == "- [New](a.md) — new words\n"
    assert change_words("- [Mine](a.md) — old words\n", "a.md", old, new) == "- [Mine](a.md) — new words\n"
    assert change_words("  - [Old](a.md) — mine\r\n", "a.md", old, new) == "  - [New](a.md) — mine\r\n"
    assert change_words("- **[Mine](a.md)**: mine\n", "a.md", old, new) == "- **[Mine](a.md)**: mine\n"


def test_removing_takes_what_is_below_but_no_other_entry() -> None:
    text = "- [A](a.md)\n  note\n  - [B](b.md)\n- [C](c.md)\n"
    assert remove_entries(text, "a.md") == "  - [B](b.md)\n- [C](c.md)\n"


def test_links_are_retargeted_everywhere_but_in_code() -> None:
    text = "- [A](a.md#x) and [a](./a.md)\n```\n[A](a.md)\n```\n[b](ab.md)\n"
    assert retarget(text, "a.md", "b c.md") == "- [A](<b c.md#x>) and [a](<b c.md>)\n```\n[A](a.md)\n```\n[b](ab.md)\n"


def test_titles_and_short_words() -> None:
    assert (title_of("use-uv_now"), title_of("As It Is")) == ("Use uv now", "As It Is")
    assert shorten("one two three", 9) == "one two…"
    assert shorten("x" * 20, 5) == "xxxx…"


def test_expired_memories_are_marked_for_those_who_ignore_dates(tmp_path: Path) -> None:
    text = "---\nname: a\ndescription: d\nmetadata:\n  type: project\n  valid_until: {}\n---\nx\n"
    (tmp_path / "old.md").write_text(text.format("2026-01-01"))
    (tmp_path / "odd.md").write_text(text.format("2026/1/2"))
    (tmp_path / "new.md").write_text(text.format("2027-01-01"))
    os.utime(tmp_path / "old.md", (5, 5))
    now = 1.79e9
    apply(str(tmp_path), str(tmp_path.parent / "state"), lambda s: plan_tidy(s, now=now).plan, command="t", now=now)
    assert 'description: "Expired 2026-01-01: d"' in (tmp_path / "old.md").read_text().replace("'", '"')
    assert 'description: "Expired 2026-01-02: d"' in (tmp_path / "odd.md").read_text().replace("'", '"')
    assert (tmp_path / "old.md").stat().st_mtime == 5
    assert [e.target for e in entries((tmp_path / "MEMORY.md").read_text())] == ["new.md"]
    assert not plan_tidy(Store(str(tmp_path)), now=now).plan.changes


def test_nested_indexes_keep_their_own(tmp_path: Path) -> None:
    (tmp_path / "team").mkdir()
    for name in ("a.md", "team/b.md", "team/c.md"):
        (tmp_path / name).write_text("---\nname: x\n---\nwords\n")
    (tmp_path / "MEMORY.md").write_text("- [B](team/b.md)\n- [Team](team/MEMORY.md)\n")
    (tmp_path / "team" / "MEMORY.md").write_text("- [B](b.md)\n")
    tidying = plan_tidy(Store(str(tmp_path)), now=0.0)
    texts = {home: [e.target for e in entries(tidied.text)] for home, (_, tidied) in tidying.indexes.items()}
    assert texts == {"MEMORY.md": ["team/b.md", "team/MEMORY.md", "a.md"], "team/MEMORY.md": ["b.md", "c.md"]}


def test_real_indexes_become_tidy_and_two_clones_agree(real_data: Path, tmp_path: Path) -> None:
    found = sorted(real_data.glob("memory-dirs/**/MEMORY.md"))
    assert found
    for number, index in enumerate(found):
        results = []
        for clone in ("one", "two"):
            folder = tmp_path / f"{number}-{clone}"
            shutil.copytree(index.parent, folder, symlinks=True, copy_function=shutil.copyfile)
            before = index.read_text("utf-8", "surrogateescape")
            tidying = plan_tidy(Store(str(folder)), now=1.79e9)
            tidied = tidying.indexes["MEMORY.md"][1]
            results.append(tidied.text)
            left = [line for line in before.splitlines() if line.strip() and "](" not in line]
            assert [line for line in left if line not in tidied.text] == []
            assert usage(tidied.text).fits or not usage(before).fits
        assert results[0] == results[1]


@pytest.mark.parametrize("text", ["\x00", "- [", "- [a](", "\ufeff", "---\n", "```\n- [A](a.md)", "<!--\n- [A](a.md)"])
def test_strange_indexes_break_nothing(text: str) -> None:
    done = tidy(text, [memory("a.md")])
    assert done.text.startswith(text)
    assert tidy(done.text, [memory("a.md")]).text == done.text


def test_a_memory_linked_beside_another_was_called_left_out_of_a_full_index() -> None:
    text = "- [A](a.md) — see also [B](b.md)\n"
    tidied = tidy(text, [memory("a.md"), memory("b.md")])
    assert (tidied.text, tidied.left_out) == (text, ())


def test_a_heading_was_made_although_all_of_the_type_stood_under_one() -> None:
    users, rules = [f"u{n}.md" for n in range(3)], [f"f{n}.md" for n in range(6)]
    lines = [f"- [{id}]({id}) — x\n" for id in (*users, *rules)]
    text = "# Index\n\n## With Mira\n" + "".join(lines) + "\n## Shop\n- [p](p.md) — x\n"
    kinds = {**dict.fromkeys(users, "user"), **dict.fromkeys(rules, "feedback"), "p.md": "project"}
    new = add_entry(text, NewEntry("new.md", "user", "New", "hook"), kinds)
    assert new == text.replace(lines[-1], lines[-1] + "- [New](new.md) — hook\n")
    assert "## Reference" in add_entry(text, NewEntry("r.md", "reference", "R", "hook"), kinds)


@pytest.mark.parametrize(
    "name",
    ["new\nline", "tab\tx", "per%41cent", "ha#sh", "100%", "nb\u00a0sp", "ls\u2028x", "a<b>", "p(q", "sp ace", "b]r["],
)
def test_a_name_that_a_link_cannot_hold_grew_the_index_with_every_tidy(name: str) -> None:
    listed = memory(f"{name}.md")
    tidied = tidy("# Index\n", [listed])
    assert [entry.target for entry in entries(tidied.text)] == [f"{name}.md"]
    assert tidied.left_out == ()
    assert tidy(tidied.text, [listed]).text == tidied.text
    assert remove_entries(tidied.text, f"{name}.md").count("](") == 0
    moved = retarget(tidied.text, f"{name}.md", f"x/{name}.md")
    assert [entry.target for entry in entries(moved)] == [f"x/{name}.md"]
