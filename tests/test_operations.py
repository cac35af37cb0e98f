"""Operations on memories: each leaves MEMORY.md right, changes no byte more than it must, and can be taken back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir import annotate, archive, move, operations
from memdir.archive import archived, find_archived, forget, purge, remove, restore, restore_bytes
from memdir.changes import Applied, Plan, apply
from memdir.derive import derive_description, derive_name, kebab
from memdir.errors import BadInputError, NotFoundError, UsageError
from memdir.frontmatter import parse
from memdir.journal import Journal
from memdir.last_bytes import LastBytes
from memdir.lock import hold
from memdir.memory_index import entries
from memdir.model import Link, Memory
from memdir.operations import New, add, edit_fields, edit_file, supersede
from memdir.scan import scan
from memdir.store import Store
from memdir.tidying import plan_tidy

NOW = 1_795_000_000.0
STAMP = "2026-11-18T11:06:40.000Z"


class Directory:
    """A memory directory with its state, in which plans are carried out."""

    def __init__(self, top: Path) -> None:
        self.root = top / "memory"
        self.root.mkdir()
        self.state = str(top / "state")

    def do(self, plan: Callable[[Store], Plan]) -> Applied:
        return apply(str(self.root), self.state, plan, command="test", now=NOW)

    def add(self, text: str, **more: object) -> Applied:
        return self.do(lambda store: add(store, New(text, **more), now=NOW))  # type: ignore[arg-type]

    def undo(self, count: int = 1) -> None:
        with hold(str(self.root)):
            Journal(self.state, str(self.root)).undo(count, now=NOW)

    def text(self, name: str) -> str:
        return (self.root / name).read_bytes().decode("utf-8", "surrogateescape")

    def put(self, name: str, text: str, mtime: int = 1_600_000_000) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        os.utime(path, (mtime, mtime))

    def listed(self) -> list[str]:
        return [entry.target for entry in entries(self.text("MEMORY.md"))]

    def tree(self) -> dict[str, tuple[bytes, int]]:
        return {
            str(p.relative_to(self.root)): (p.read_bytes(), p.stat().st_mtime_ns)
            for p in sorted(self.root.rglob("*"))
            if p.is_file()
        }

    def memory(self, name: str) -> Memory:
        return Store(str(self.root)).get(name)


@pytest.fixture
def here(tmp_path: Path) -> Directory:
    return Directory(tmp_path)


def file(name: str, body: str = "Words.", *more: str) -> str:
    lines = "".join(f"  {line}\n" for line in more)
    return f"---\nname: {name}\ndescription: about {name}\nmetadata: \n  type: project\n{lines}---\n\n{body}\n"


# Adding


def test_a_text_is_enough(here: Directory) -> None:
    done = here.add("Releases are cut on the first Tuesday. The mail goes to the warehouse.")
    assert done.plan.id == "releases-are-cut-on-the-first-tuesday.md"
    assert here.text(done.plan.id) == (
        "---\nname: releases-are-cut-on-the-first-tuesday\n"
        'description: "Releases are cut on the first Tuesday. The mail goes to the warehouse."\n'
        f"metadata:\n  node_type: memory\n  type: project\n  modified: {STAMP}\n---\n\n"
        "Releases are cut on the first Tuesday. The mail goes to the warehouse.\n"
    )
    assert here.listed() == [done.plan.id]
    here.undo()
    assert here.tree() == {}


def test_everything_can_be_said(here: Directory) -> None:
    here.add(
        "x y", name="My Name!", description="d: #1", type="feedback", namespace="projects/alpha", topics=("a", "b c"),
        confidence=0.5, valid_from="2026-01-01", valid_until="2027-01-01", session="s1",
    )  # fmt: skip
    memory = here.memory("my-name")
    assert memory.id == "projects/alpha/my-name.md"
    assert (memory.description, memory.type, memory.topics) == ("d: #1", "feedback", ("a", "b c"))
    assert (memory.confidence, memory.valid_from, memory.valid_until) == (0.5, "2026-01-01", "2027-01-01")
    assert (memory.session, memory.modified, memory.problems) == ("s1", STAMP, ())
    assert here.listed() == ["projects/alpha/my-name.md"]


def test_a_text_with_frontmatter_of_its_own_keeps_it(here: Directory) -> None:
    here.add("---\nname: Own Name\ndescription: own words\ntype: user\ntopics: [x]\n---\nBody text.\n")
    memory = here.memory("own-name")
    assert (memory.description, memory.type, memory.topics, memory.body) == (
        "own words", "user", ("x",), "\nBody text.\n",
    )  # fmt: skip


def test_what_exists_is_said_and_the_update_offered(here: Directory) -> None:
    here.add("The build runs on node 22.")
    before = here.tree()
    with pytest.raises(UsageError, match="says the same already") as same:
        here.add("The build  runs on\nnode 22.", name="other")
    with pytest.raises(UsageError, match="exists already") as taken:
        here.add("Something else.", name="The build runs on node 22")
    assert (same.value.code, taken.value.code) == ("same-text", "exists")
    assert same.value.hint is not None
    assert "memdir edit the-build-runs-on-node-22.md" in same.value.hint
    assert here.tree() == before
    here.add("Something else.", name="the-build-runs-on-node-22", namespace="elsewhere")


@pytest.mark.parametrize("name", ["Use_UV", "use uv", "USE-UV"])
def test_names_that_are_one_file_somewhere_clash(here: Directory, name: str) -> None:
    here.put("use-uv.md", "no frontmatter")
    with pytest.raises(UsageError, match="exists"):
        here.add("words of their own", name=name)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"text": ""}, 2), ({"text": " \n\t"}, 2), ({"text": "---\nname: x\n---\n"}, 2), ({"text": "a\x00b"}, 3),
        ({"text": "lone \udc80 byte"}, 3), ({"text": "x", "type": "idea"}, 3), ({"text": "x", "confidence": 2.0}, 3),
        ({"text": "x", "valid_from": "soon"}, 3), ({"text": "x", "namespace": "../up"}, 3),
        ({"text": "x", "namespace": ".hidden"}, 3), ({"text": "x", "namespace": "a\0b"}, 3),
        ({"text": "x", "name": "con"}, 3), ({"text": "x", "supersedes": ("nothing",)}, 1),
        ({"text": "x", "valid_from": "2026-02-01", "valid_until": "2026-01-01"}, 3), ({"text": "x" * (1 << 20)}, 3),
    ],
)  # fmt: skip
def test_what_cannot_be_added(here: Directory, more: dict[str, object], code: int) -> None:
    with pytest.raises((UsageError, BadInputError, NotFoundError)) as caught:
        here.add(**more)  # type: ignore[arg-type]
    assert caught.value.exit_code == code
    assert here.tree() == {}


TOKEN = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"


def test_a_secret_is_refused_and_not_repeated(here: Directory) -> None:
    for more in ({"text": f"first\nthe token is {TOKEN}"}, {"text": "x", "description": TOKEN}):
        with pytest.raises(BadInputError) as caught:
            here.add(**more)
        assert caught.value.code == "secret"
        assert TOKEN not in str(caught.value)
    assert here.tree() == {}
    assert not any(TOKEN.encode() in p.read_bytes() for p in Path(here.state).rglob("*") if p.is_file())
    here.add("harmless")
    with pytest.raises(BadInputError, match="secret"):
        here.do(lambda s: edit_fields(s, "harmless", {}, body=TOKEN, now=NOW))
    with pytest.raises(BadInputError, match="secret"):
        here.do(lambda s: annotate.tag(s, "harmless", [TOKEN]))


def test_a_secret_that_was_there_may_stay(here: Directory) -> None:
    here.put("a.md", file("a", TOKEN))
    here.do(lambda s: edit_fields(s, "a", {"confidence": 0.5}, now=NOW))
    with pytest.raises(BadInputError, match="secret"):
        here.do(lambda s: edit_fields(s, "a", {}, body=TOKEN.replace("16C7", "17C8"), now=NOW))


def test_an_entry_goes_below_the_heading_of_its_kind(here: Directory) -> None:
    here.put("boss.md", file("boss").replace("project", "user"))
    here.put("MEMORY.md", "# Index\r\n\r\n## User\r\n- [Boss](boss.md)\r\n\r\n## Project\r\n")
    here.add("Who is who.", type="user", name="who")
    assert here.text("MEMORY.md") == (
        "# Index\r\n\r\n## User\r\n- [Boss](boss.md)\r\n- [Who](who.md) — Who is who.\r\n\r\n## Project\r\n"
    )


def test_a_team_index_lists_its_own(here: Directory) -> None:
    here.put("team/MEMORY.md", "# Team\n")
    here.add("words", name="x", namespace="team")
    assert here.text("team/MEMORY.md") == "# Team\n\n- [X](x.md) — words\n"
    assert not (here.root / "MEMORY.md").exists()
    here.do(lambda s: move.move(s, "x", "elsewhere/x"))
    assert here.text("team/MEMORY.md") == "# Team\n\n"
    assert here.listed() == ["elsewhere/x.md"]


@pytest.mark.parametrize(
    ("text", "name", "description"),
    [
        ("# Use uv, not pip\n\nAlways `uv add`. Never pip.", "use-uv-not-pip", "Always uv add."),
        ("# Only a heading", "only-a-heading", "Only a heading"),
        ("- [x] **Bold** [link](a.md) and [[wiki|Label]], e.g. this. Next.", "bold-link-and-label-e-g-this",
         "Bold link and Label, e.g. this. Next."),
        ("Don't panic! It's fine.", "dont-panic", "Don't panic! It's fine."),
        ("用 uv 代替 pip。不要用 pip。", "用-uv-代替-pip", "用 uv 代替 pip。 不要用 pip。"),
        ("Überprüfe die Größe", "überprüfe-die-größe", "Überprüfe die Größe"),
        ("🎉🎉", "note", "🎉🎉"),
        ("one two three four five six seven eight nine. Then.", "one-two-three-four-five-six-seven",
         "one two three four five six seven eight nine."),
        ("a line\nthat goes on\n\nnext paragraph", "a-line-that-goes-on", "a line that goes on"),
    ],
)  # fmt: skip
def test_names_and_descriptions_are_derived(text: str, name: str, description: str) -> None:
    assert (derive_name(text), derive_description(text)) == (name, description)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.just("\n"), min_size=1, max_size=80))
def test_any_text_can_be_added_and_is_read_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    here = Directory(tmp_path_factory.mktemp("any"))
    try:
        done = here.add(text)
    except (UsageError, BadInputError):
        assert here.tree() == {}
        return
    memory = here.memory(done.plan.id)
    assert memory.body.strip() == parse(text.encode()).body.strip("\r\n \t").strip()
    assert memory.name == kebab(memory.name)
    assert "\n" not in memory.description
    assert not memory.problems
    assert here.listed() == [done.plan.id]


# Editing


def test_a_field_changes_its_own_line(here: Directory) -> None:
    text = file("a", "Words.\r\nMore.", "modified: 2026-01-01T00:00:00.000Z", "custom: {x: 1}")
    here.put("a.md", text)
    here.put("MEMORY.md", "- [A](a.md) — about a\n")
    here.do(lambda s: edit_fields(s, "a", {"description": "new words"}, now=NOW))
    expected = text.replace("description: about a", 'description: "new words"')
    assert here.text("a.md") == expected.replace("2026-01-01T00:00:00.000Z", STAMP)
    assert here.text("MEMORY.md") == "- [A](a.md) — new words\n"


def test_hand_written_index_words_stay(here: Directory) -> None:
    here.put("a.md", file("a"))
    here.put("MEMORY.md", "- [A](a.md) — my own words\n")
    here.do(lambda s: edit_fields(s, "a", {"description": "new words"}, now=NOW))
    assert here.text("MEMORY.md") == "- [A](a.md) — my own words\n"


def test_annotations_change_neither_date_nor_mtime(here: Directory) -> None:
    here.put("a.md", file("a", "Words.", "modified: 2026-01-01T00:00:00.000Z"))
    here.put("b.md", file("b"))
    plans: list[Callable[[Store], Plan]] = [
        lambda s: annotate.tag(s, "a", ["x", "y"]),
        lambda s: annotate.untag(s, "a", ["x"]),
        lambda s: annotate.link(s, "a", Link("b", "depends on", 0.5, "2026-01-01", None)),
        lambda s: edit_fields(s, "a", {"confidence": 0.9, "status": "review", "valid_until": "2030-01-01"}, now=NOW),
        lambda s: annotate.unlink(s, "a", "b"),
        lambda s: edit_fields(s, "a", {"status": "active", "valid_until": None}, now=NOW),
    ]
    for plan in plans:
        before = here.text("a.md")
        assert here.do(plan).changed
        assert here.text("a.md") != before
        assert (here.root / "a.md").stat().st_mtime == 1_600_000_000
        assert here.memory("a").modified == "2026-01-01T00:00:00.000Z"
    here.do(lambda s: edit_fields(s, "a", {}, body="Other words.", now=NOW))
    assert (here.root / "a.md").stat().st_mtime != 1_600_000_000
    assert here.memory("a").modified == STAMP
    assert here.memory("a").body == "\nOther words.\n"


def test_the_body_of_a_file_with_invalid_frontmatter_can_be_edited_its_fields_not(here: Directory) -> None:
    here.put("a.md", "---\nname: a\ndescription: [unclosed\n---\nold\n")
    with pytest.raises(BadInputError, match="invalid frontmatter") as caught:
        here.do(lambda s: edit_fields(s, "a", {"confidence": 0.5}, now=NOW))
    assert caught.value.line in (3, 4)
    assert caught.value.hint == "memdir check --fix"
    here.do(lambda s: edit_fields(s, "a", {}, body="new", now=NOW))
    assert here.text("a.md") == "---\nname: a\ndescription: [unclosed\n---\n\nnew\n"


def test_a_file_without_frontmatter_is_adopted_by_a_description(here: Directory) -> None:
    here.put("Some Note.md", "Just words.\n")
    with pytest.raises(BadInputError) as caught:
        here.do(lambda s: annotate.tag(s, "Some Note", ["x"]))
    assert caught.value.hint is not None
    assert "memdir edit Some Note.md --description" in caught.value.hint
    here.do(lambda s: edit_fields(s, "Some Note", {"description": "about"}, now=NOW))
    memory = here.memory("some-note")
    assert (memory.description, memory.body) == ("about", "\nJust words.\n")


@pytest.mark.parametrize(
    "fields",
    [{"type": "x"}, {"status": "gone"}, {"confidence": -1.0}, {"valid_from": "x"}, {"valid_until": "2020-13-01"}],
)
def test_fields_that_cannot_be(here: Directory, fields: dict[str, object]) -> None:
    here.put("a.md", file("a"))
    before = here.tree()
    with pytest.raises(BadInputError):
        here.do(lambda s: edit_fields(s, "a", fields, now=NOW))
    assert here.tree() == before


def test_an_interval_is_checked_with_what_the_file_says(here: Directory) -> None:
    here.put("a.md", file("a", "x", "valid_from: 2026-05-01"))
    with pytest.raises(BadInputError, match="not after"):
        here.do(lambda s: edit_fields(s, "a", {"valid_until": "2026-04-01"}, now=NOW))


def test_the_editor_s_text_is_merged_with_what_changed_meanwhile(here: Directory) -> None:
    here.put("a.md", file("a", "one\ntwo\nthree"))
    opened = (here.root / "a.md").read_bytes()
    here.put("a.md", file("a", "one\ntwo\nthree\nfour"))
    here.do(lambda s: edit_file(s, "a.md", opened, opened.replace(b"one", b"ONE"), now=NOW))
    assert here.memory("a").body == "\nONE\ntwo\nthree\nfour\n"
    with pytest.raises(UsageError, match="is empty"):
        here.do(lambda s: edit_file(s, "a.md", opened, b" \n", now=NOW))
    with pytest.raises(UsageError, match="was changed while it was being edited"):
        here.do(lambda s: edit_file(s, "a.md", opened, opened.replace(b"one", b"1"), now=NOW))


def test_superseding_marks_the_older_for_every_reader(here: Directory) -> None:
    here.put("old.md", file("old"))
    here.put("new.md", file("new"))
    here.put("MEMORY.md", "- [Old](old.md)\n- [New](new.md)\n")
    before = here.tree()
    here.do(lambda s: supersede(s, "new", "old", now=NOW))
    old = here.memory("old")
    assert (old.status, old.description, old.valid_until) == ("superseded", "Superseded by new: about old", STAMP)
    assert here.memory("new").supersedes == ("old",)
    assert here.listed() == ["new.md"]
    assert (here.root / "old.md").stat().st_mtime == 1_600_000_000
    here.do(lambda s: edit_fields(s, "old", {"status": "active", "valid_until": None}, now=NOW))
    assert here.memory("old").description == "about old"
    assert here.listed() == ["new.md", "old.md"]
    here.undo(2)
    assert here.tree() == before


def test_adding_what_supersedes(here: Directory) -> None:
    here.put("old.md", file("old"))
    here.add("New words.", supersedes=("old",))
    assert here.memory("new-words").supersedes == ("old",)
    assert here.memory("old").status == "superseded"


# Topics and links


def test_topics_are_set_once_whatever_their_case(here: Directory) -> None:
    here.put("a.md", file("a", "x", "topics: [CI]"))
    assert not here.do(lambda s: annotate.tag(s, "a", ["ci"])).changed
    here.do(lambda s: annotate.tag(s, "a", ["#build", "code  review"]))
    assert here.memory("a").topics == ("CI", "build", "code review")
    here.do(lambda s: annotate.untag(s, "a", ["CI", "Build", "code review"]))
    assert here.memory("a").topics == ()
    assert here.text("a.md") == file("a", "x")
    with pytest.raises(NotFoundError, match="no topic"):
        here.do(lambda s: annotate.untag(s, "a", ["ci"]))
    for bad in ("", "a,b", "x" * 81, "a\x00b"):
        with pytest.raises(BadInputError):
            here.do(lambda s, bad=bad: annotate.tag(s, "a", [bad]))


def test_links_are_written_updated_and_removed(here: Directory) -> None:
    for name in ("a", "b"):
        here.put(f"{name}.md", file(name, "x", "links:", "  - {to: elsewhere, relationship: cites, note: kept}"))
    here.do(lambda s: annotate.link(s, "a", Link("b", "depends on", 0.5)))
    here.do(lambda s: annotate.link(s, "a", Link("b.md", "depends on", 0.25, "2026-01-01", "2027-01-01")))
    here.do(lambda s: annotate.link(s, "a", Link("b", "see also")))
    assert here.memory("a").links == (
        Link("elsewhere", "cites"), Link("b", "depends on", 0.25, "2026-01-01", "2027-01-01"), Link("b", "see also"),
    )  # fmt: skip
    assert "note: kept" in here.text("a.md")
    here.do(lambda s: annotate.unlink(s, "a", "b", "see also"))
    here.do(lambda s: annotate.unlink(s, "a", "elsewhere"))
    assert [link.relationship for link in here.memory("a").links] == ["depends on"]
    here.do(lambda s: annotate.unlink(s, "a", "b"))
    assert "links" not in here.text("a.md")
    with pytest.raises(NotFoundError):
        here.do(lambda s: annotate.unlink(s, "a", "b"))
    with pytest.raises(NotFoundError):
        here.do(lambda s: annotate.link(s, "a", Link("nowhere")))
    for bad in (Link("a"), Link("b", weight=2.0), Link("b", valid_from="x"), Link("b", " ")):
        with pytest.raises(BadInputError):
            here.do(lambda s, bad=bad: annotate.link(s, "a", bad))


def test_a_link_to_an_ambiguous_name_is_written_as_a_path(here: Directory) -> None:
    here.put("a.md", file("a"))
    here.put("p/same.md", file("same"))
    here.put("q/same.md", file("same"))
    here.do(lambda s: annotate.link(s, "a", Link("q/same")))
    assert here.memory("a").links[0].to == "q/same"


# Moving


def test_everything_follows_a_new_name(here: Directory) -> None:
    here.put("a.md", file("a"))
    here.put(
        "b.md",
        file("b", "See [[a]], [[a#part]], [[a|the a]] but `[[a]]` and [[ab]].\n\n```\n[[a]]\n```\n", "supersedes: [a]",
             "links:", "  - {to: a, relationship: x}"),
    )  # fmt: skip
    here.put("MEMORY.md", "# I\n- [A](a.md) — mine, [again](a.md#x)\n")
    done = here.do(lambda s: move.move(s, "a", "projects/omega"))
    assert (done.plan.id, done.plan.also) == ("projects/omega.md", ("b.md",))
    assert here.memory("omega").id == "projects/omega.md"
    body = here.memory("b").body
    assert body.startswith(
        "\nSee [[omega]], [[omega#part]], [[omega|the a]] but `[[a]]` and [[ab]].\n\n```\n[[a]]\n```"
    )
    assert here.memory("b").supersedes == ("omega",)
    assert here.memory("b").links[0].to == "omega"
    assert here.text("MEMORY.md") == "# I\n- [Omega](projects/omega.md) — mine, [again](projects/omega.md#x)\n"
    assert (here.root / "projects/omega.md").stat().st_mtime == 1_600_000_000
    assert (here.root / "b.md").stat().st_mtime == 1_600_000_000


def test_links_to_the_file_follow_too(here: Directory) -> None:
    here.put("p/a.md", file("a", "to [b](../b.md#x), [d](d.md), [out](../../x.md), [web](https://a.b/a.md)"))
    here.put(
        "b.md", file("b", "to [a](p/a.md) and [a](./p/a.md#y), not [z](a.md) nor `[a](p/a.md)`\n\n    [a](p/a.md)")
    )
    here.put("q/c.md", file("c", "to [a](<../p/a.md>)"))
    here.put("p/d.md", file("d"))
    here.put("MEMORY.md", "see [[a]] and [this](p/a.md)\n")
    here.do(lambda s: move.move(s, "a", "q/new"))
    assert "to [b](../b.md#x), [d](../p/d.md), [out](../../x.md), [web](https://a.b/a.md)" in here.text("q/new.md")
    assert "to [a](q/new.md) and [a](q/new.md#y), not [z](a.md) nor `[a](p/a.md)`" in here.text("b.md")
    assert "    [a](p/a.md)" in here.text("b.md")
    assert "to [a](new.md)" in here.text("q/c.md")
    assert here.text("MEMORY.md") == "see [[new]] and [this](q/new.md)\n"


def test_a_memory_that_begins_with_expired_is_listed(here: Directory) -> None:
    here.add("Expired certificates: renew them with certbot.")
    assert len(here.listed()) == 1


def test_secrets_in_any_field_are_refused(here: Directory) -> None:
    for more in ({"text": "x", "topics": (TOKEN,)}, {"text": f"---\nname: a\nnote: {TOKEN}\n---\nx"}):
        with pytest.raises(BadInputError, match="secret"):
            here.add(**more)  # type: ignore[arg-type]


def test_a_name_of_its_own_survives_a_move(here: Directory) -> None:
    here.put("file.md", file("another-name"))
    here.put("b.md", file("b", "[[another-name]] and [[file]]"))
    here.do(lambda s: move.move(s, "file", "renamed"))
    assert here.memory("another-name").id == "renamed.md"
    assert "[[another-name]] and [[another-name]]" in here.text("b.md")


def test_links_that_lived_by_their_folder_are_kept_right(here: Directory) -> None:
    here.put("p/x.md", file("x", "to [[same]]"))
    here.put("p/same.md", file("same"))
    here.put("q/same.md", file("same"))
    here.do(lambda s: move.move(s, "x", "q/"))
    assert "to [[p/same]]" in here.text("q/x.md")


def test_only_the_name_in_the_file(here: Directory) -> None:
    here.put("a.md", file("a"))
    here.put("b.md", file("b", "[[a]]"))
    here.put("MEMORY.md", "- [A](a.md)\n")
    here.do(lambda s: move.rename(s, "a", "New Name"))
    assert here.memory("new-name").id == "a.md"
    assert "[[new-name]]" in here.text("b.md")
    assert here.text("MEMORY.md") == "- [New name](a.md)\n"
    with pytest.raises(UsageError, match="exists"):
        here.do(lambda s: move.rename(s, "b", "new_name"))


def test_to_the_top(here: Directory) -> None:
    here.put("p/q/a.md", file("a"))
    here.do(lambda s: move.move(s, "a", "./"))
    assert claude_scan(here.root) == ["a.md"]


@pytest.mark.parametrize("to", ["b", "../x", "/x", "con", "a", "./a", "x/../y", "..", "a?b", ".archive/x"])
def test_moves_that_cannot_be(here: Directory, to: str) -> None:
    here.put("a.md", file("a"))
    here.put("b.md", file("b"))
    before = here.tree()
    with pytest.raises((UsageError, BadInputError)):
        here.do(lambda s: move.move(s, "a", to))
    assert here.tree() == before


def test_moves_leave_damaged_and_crlf_neighbours_as_they_are(here: Directory) -> None:
    here.put("a.md", file("a"))
    here.put("crlf.md", file("crlf", "x [[a]]\ny").replace("\n", "\r\n"))
    here.put("bad.md", "---\nname: bad\nlinks: [\n---\n[[a]] \udcff\n")
    here.do(lambda s: move.move(s, "a", "z"))
    assert here.text("crlf.md") == file("crlf", "x [[z]]\ny").replace("\n", "\r\n")
    assert here.text("bad.md").startswith("---\nname: bad\nlinks: [\n---\n")
    assert here.text("bad.md").endswith("\udcff\n")


# Archive


def claude_scan(root: Path) -> list[str]:
    """Claude Code's scan (formats §1.8): `*.md` recursively, hidden folders too, no MEMORY.md."""
    return sorted(str(p.relative_to(root)) for p in root.rglob("*.md") if p.name != "MEMORY.md")


def test_removing_hides_from_every_scan_and_restoring_brings_it_back(here: Directory) -> None:
    here.put("p/a.md", file("a"))
    here.put("b.md", file("b", "[[a]]"))
    here.put("MEMORY.md", "- [A](p/a.md) — mine\n- [B](b.md)\n")
    done = here.do(lambda s: remove(s, ["a"]))
    assert done.plan.notes == ("still linked from b.md",)
    assert claude_scan(here.root) == ["b.md"]
    assert [m.id for m in scan(str(here.root)).memories] == ["b.md"]
    assert here.listed() == ["b.md"]
    assert not (here.root / "p").exists()
    (item,) = archived(str(here.root))
    assert (item.id, item.path) == ("p/a.md", ".archive/p/a.md.archived")
    here.do(lambda s: restore(s, find_archived(str(here.root), "a")))
    assert here.text("p/a.md") == file("a")
    assert (here.root / "p/a.md").stat().st_mtime == 1_600_000_000
    assert here.listed() == ["b.md", "p/a.md"]
    assert not (here.root / ".archive").exists()


def test_a_superseded_memory_says_so_in_what_claude_reads(here: Directory) -> None:
    here.put("old.md", file("old"))
    here.put("new.md", file("new"))
    here.do(lambda s: supersede(s, "new", "old", now=NOW))
    head = here.text("old.md").split("\n")[:30]
    assert any(line.startswith('description: "Superseded by new:') for line in head)


def test_the_same_name_can_be_archived_again_and_again(here: Directory) -> None:
    for n in range(3):
        here.put("a.md", file("a", f"version {n}"))
        here.do(lambda s: remove(s, ["a"]))
    assert [item.path for item in archived(str(here.root))] == [
        ".archive/a.md.2.archived", ".archive/a.md.1.archived", ".archive/a.md.archived",
    ]  # fmt: skip
    here.do(lambda s: restore(s, find_archived(str(here.root), "a")))
    assert "version 2" in here.text("a.md")
    with pytest.raises(UsageError, match="exists again"):
        here.do(lambda s: restore(s, find_archived(str(here.root), "a")))
    with pytest.raises(NotFoundError, match="nothing in the archive"):
        find_archived(str(here.root), "zzz")


def test_purging_can_be_undone_and_forgetting_cannot(here: Directory) -> None:
    here.put("a.md", file("a", "rare-word"))
    here.do(lambda s: remove(s, ["a"]))
    item = find_archived(str(here.root), "a")
    here.do(lambda s: purge(str(here.root), [item]))
    assert archived(str(here.root)) == []
    here.undo()
    assert archived(str(here.root)) == [item]
    here.add("other words")
    here.do(lambda s: annotate.tag(s, "other-words", ["x"]))
    assert forget(str(here.root), here.state, [item], now=NOW) == 3
    assert archived(str(here.root)) == []
    assert [t.command for t in Journal(here.state, str(here.root)).history()] == [
        "tag other-words.md x", "add other-words.md",
    ]  # fmt: skip


def test_sections_of_the_index_are_not_files(here: Directory) -> None:
    here.put("MEMORY.md", "# Index\n\n## Build\n\nUse uv for everything here, never pip.\n")
    section = scan(str(here.root)).sections[0]
    with pytest.raises((BadInputError, NotFoundError)):
        here.do(lambda s: remove(s, [section.id]))


def test_an_undecodable_name_can_be_removed_and_restored(here: Directory) -> None:
    name = os.fsdecode(b"caf\xe9.md")
    here.put(name, file("cafe"))
    here.do(lambda s: remove(s, ["cafe"]))
    assert claude_scan(here.root) == []
    here.do(lambda s: restore(s, find_archived(str(here.root), "cafe")))
    assert os.fsencode(name) in os.listdir(os.fsencode(here.root))


# Last bytes


def test_what_another_program_deleted_can_be_restored(here: Directory) -> None:
    kept = LastBytes(here.state)
    items = [("a.md", file("a").encode(), 5_000_000_000), ("s.md", TOKEN.encode(), 1), ("b.md", b"b", 1)]
    assert kept.remember(items, now=NOW) == 2
    assert kept.lost(["a.md", "b.md", "s.md"], now=NOW) == []
    (lost,) = kept.lost(["b.md"], now=NOW + 9)
    assert (lost.id, lost.gone) == ("a.md", NOW + 9)
    found = kept.read("a.md")
    assert found is not None
    here.do(lambda s: restore_bytes(s, "a.md", *found))
    assert here.text("a.md") == file("a")
    assert (here.root / "a.md").stat().st_mtime == 5
    assert here.listed() == ["a.md"]
    assert kept.read("s.md") is None
    assert Path(kept.path).stat().st_mode & 0o777 == 0o600
    assert TOKEN.encode() not in Path(kept.path).read_bytes()


def test_a_rename_is_no_loss_and_what_memdir_removed_neither(here: Directory) -> None:
    kept = LastBytes(here.state)
    kept.remember([("old.md", b"same", 1), ("new.md", b"same", 1)], now=NOW)
    assert kept.lost(["new.md"], now=NOW) == []
    here.put("a.md", file("a"))
    kept.remember([("a.md", file("a").encode(), 1)], now=NOW)
    here.do(lambda s: remove(s, ["a"]))
    assert kept.lost(["new.md"], now=NOW) == []


def test_last_bytes_are_kept_90_days_after_the_loss(here: Directory) -> None:
    kept = LastBytes(here.state)
    kept.remember([("a.md", b"a", 1), ("b.md", b"b", 1)], now=NOW)
    kept.lost(["b.md"], now=NOW)
    kept.remember([], now=NOW + 89 * 86_400)
    assert kept.read("a.md") is not None
    kept.remember([], now=NOW + 91 * 86_400)
    assert kept.read("a.md") is None
    assert kept.read("b.md") is not None


def test_last_bytes_stay_below_their_limit(here: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memdir.last_bytes.KEEP_BYTES", 3000)
    kept = LastBytes(here.state)
    kept.remember([(f"{n}.md", os.urandom(1000), 1) for n in range(5)], now=NOW)
    assert sum(kept.read(f"{n}.md") is not None for n in range(5)) <= 3


def test_a_damaged_store_of_last_bytes_is_begun_anew(here: Directory) -> None:
    kept = LastBytes(here.state)
    assert kept.read("a.md") is None
    assert kept.lost([], now=NOW) == []
    os.makedirs(here.state)
    Path(kept.path).write_bytes(b"no database at all" * 100)
    assert kept.remember([("a.md", b"a", 1)], now=NOW) == 1
    assert kept.read("a.md") == (b"a", 1)


# The whole


OPERATIONS: list[Callable[[Store], Plan]] = [
    lambda s: operations.add(s, New("Fresh words."), now=NOW),
    lambda s: operations.add(s, New("Deep words.", namespace="x/y", type="user"), now=NOW),
    lambda s: annotate.tag(s, "a", ["t"]),
    lambda s: annotate.link(s, "a", Link("b")),
    lambda s: move.move(s, "a", "x/moved"),
    lambda s: move.move(s, "b", "other"),
    lambda s: supersede(s, "b", "a", now=NOW),
    lambda s: archive.remove(s, ["a"]),
    lambda s: archive.restore(s, find_archived(s.root, "a")),
    lambda s: edit_fields(s, "b", {"description": "changed"}, body="changed", now=NOW),
]


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.lists(st.integers(0, len(OPERATIONS) - 1), min_size=1, max_size=6))
def test_any_sequence_leaves_the_index_right_and_is_undone_whole(
    tmp_path_factory: pytest.TempPathFactory, chosen: list[int]
) -> None:
    here = Directory(tmp_path_factory.mktemp("seq"))
    here.put("a.md", file("a", "[[b]]"))
    here.put("b.md", file("b", "[[a]]"))
    here.put("MEMORY.md", "# Index\n\n- [A](a.md) — a\n- [B](b.md) — b\n\nprose\n")
    before = {name: data for name, (data, _) in here.tree().items()}
    done = 0
    for number in chosen:
        try:
            done += here.do(OPERATIONS[number]).changed
        except (UsageError, NotFoundError):
            continue
        current = {m.id for m in scan(str(here.root)).memories if m.status == "active"}
        assert sorted(here.listed()) == sorted(current)
        assert here.text("MEMORY.md").endswith("prose\n")
    here.undo(done)
    assert {name: data for name, (data, _) in here.tree().items()} == before


def test_a_full_index_says_what_is_not_loaded(here: Directory) -> None:
    for n in range(3):
        here.put(f"m{n}.md", file(f"m{n}", f"body {n}"))
    here.put("MEMORY.md", "".join(f"- [M](m{n % 3}.md) {n}\n" for n in range(200)))
    done = here.add("The newest words.")
    assert here.listed()[0] == "the-newest-words.md"
    assert done.plan.notes == ("MEMORY.md is full, 1 entries are not loaded: m1.md (memdir tidy)",)


def test_an_index_that_is_no_text_is_left_alone(here: Directory) -> None:
    (here.root / "MEMORY.md").write_bytes("- [A](a.md)\n".encode("utf-16"))
    before = here.tree()
    with pytest.raises(BadInputError, match="not UTF-8"):
        here.add("words")
    assert here.tree() == before


def test_an_index_that_is_a_link_is_written_through_only_inside(here: Directory) -> None:
    outside = here.root.parent / "outside.md"
    outside.write_text("theirs\n")
    (here.root / "MEMORY.md").symlink_to("../outside.md")
    with pytest.raises(BadInputError, match="leads out"):
        here.add("words")
    assert outside.read_text() == "theirs\n"
    (here.root / "MEMORY.md").unlink()
    here.put("sub/real.txt", "# Index\n")
    (here.root / "MEMORY.md").symlink_to("sub/real.txt")
    here.add("words")
    assert (here.root / "MEMORY.md").is_symlink()
    assert here.text("sub/real.txt") == "# Index\n\n- [Words](words.md) — words\n"


def test_folders_that_lead_out_are_not_written_to(here: Directory) -> None:
    outside = here.root.parent / "outside"
    outside.mkdir()
    for name in ("ns", ".archive"):
        (here.root / name).symlink_to("../outside")
    here.put("a.md", file("a"))
    with pytest.raises(BadInputError, match="leads out"):
        here.add("words", namespace="ns")
    with pytest.raises(BadInputError, match="leads out"):
        here.do(lambda s: remove(s, ["a"]))
    with pytest.raises(BadInputError, match="leads out"):
        here.do(lambda s: move.move(s, "a", "ns/a"))
    assert os.listdir(outside) == []


def test_a_directory_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    root = tmp_path / "deep" / "memory"
    apply(str(root), str(tmp_path / "state"), lambda s: add(s, New("words"), now=NOW), command="add", now=NOW)
    assert sorted(os.listdir(root)) == ["MEMORY.md", "words.md"]
    with pytest.raises(NotFoundError):
        apply(str(tmp_path / "no"), str(tmp_path / "s"), lambda s: remove(s, ["x"]), command="rm", now=NOW)
    assert not (tmp_path / "no").exists()


def test_every_operation_on_real_directories_is_undone_byte_for_byte(real_data: Path, tmp_path: Path) -> None:
    found = [path for path in sorted((real_data / "memory-dirs").glob("*/.claude/*")) if path.is_dir()]
    assert found
    for number, origin in enumerate(found):
        top = tmp_path / str(number)
        top.mkdir()
        here = Directory(top)
        here.root.rmdir()
        shutil.copytree(origin, here.root, symlinks=True)
        before = here.tree()
        ids = [memory.id for memory in scan(str(here.root)).memories][:8]
        done = here.add("Quite new words, said nowhere yet.").changed
        for place, id in enumerate(ids):
            for plan in (
                lambda s, id=id: annotate.tag(s, id, ["new topic"]),
                lambda s, id=id: annotate.link(s, id, Link("quite-new-words-said-nowhere-yet")),
                lambda s, id=id: edit_fields(s, id, {"description": "Other: words #1"}, now=NOW),
                lambda s, id=id, place=place: move.move(s, id, f"moved-{place}"),
                lambda s, place=place: remove(s, [f"moved-{place}"]),
            ):
                try:
                    done += here.do(plan).changed
                except BadInputError as error:
                    assert error.code in ("invalid-yaml", "no-frontmatter", "unclosed-frontmatter", "bad-input"), error
        here.undo(done)
        assert here.tree() == before


@pytest.mark.parametrize("text", [":-)", "Memory", "CON", "nul", "MEMORY"])
def test_a_text_of_one_word_was_given_the_name_of_the_index_or_of_a_device(here: Directory, text: str) -> None:
    id = here.add(text).plan.id
    assert id == f"{kebab(text)}-note.md".removeprefix("-")
    assert [path.name for path in here.root.iterdir() if path.name.casefold() == "memory.md"] == ["MEMORY.md"]


@pytest.mark.parametrize("name", ["memory", "Memory"])
def test_a_memory_could_be_called_like_the_index_where_case_does_not_count(here: Directory, name: str) -> None:
    with pytest.raises(BadInputError, match=r"is MEMORY\.md"):
        here.add("Words.", name=name)
    here.add("Words.")
    with pytest.raises(BadInputError, match=r"is MEMORY\.md"):
        here.do(lambda store: move.move(store, "words", name))


def test_what_was_active_again_stayed_expired_and_superseded(here: Directory) -> None:
    here.put("old.md", "---\nname: old\ndescription: words\nmetadata:\n  type: project\n---\n\nold words\n")
    here.put("new.md", "---\nname: new\ndescription: more\nmetadata:\n  type: project\n---\n\nnew words\n")
    here.do(lambda store: supersede(store, "new", "old", now=NOW))
    with pytest.raises(UsageError, match="to be superseded"):
        here.do(lambda store: edit_fields(store, "old", {"status": "active"}, supersedes=["new"], now=NOW + 5))
    done = here.do(lambda store: edit_fields(store, "old", {"status": "active"}, now=NOW + 5))
    assert done.plan.also == ("new.md",)
    assert "valid_until" not in here.text("old.md")
    assert "supersedes" not in here.text("new.md")
    assert "Superseded by" not in here.text("old.md")
    assert here.listed() == ["old.md"]
    assert not plan_tidy(Store(str(here.root)), now=NOW + 9).indexes["MEMORY.md"][1].removed


def test_a_later_end_of_validity_stays_when_a_memory_is_active_again(here: Directory) -> None:
    here.put("old.md", "---\nname: old\ndescription: w\nmetadata:\n  valid_until: 2099-01-01\n---\n\nold words\n")
    here.put("new.md", "---\nname: new\ndescription: more\nmetadata:\n  type: project\n---\n\nnew words\n")
    here.do(lambda store: supersede(store, "new", "old", now=NOW))
    here.do(lambda store: edit_fields(store, "old", {"status": "active"}, now=NOW + 5))
    assert "valid_until: 2099-01-01" in here.text("old.md")
