"""What recall's neighbours make of a link and what the graph makes of it are the same."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memdir.collection import Collection, View
from memdir.documents import documents
from memdir.memory_segment import MemorySegment
from memdir.model import Link, Memory
from memdir.names import Names
from memdir.neighbours import LINK_WEIGHT, LINKED_WEIGHT

_WORDS = (
    "a",
    "b",
    "A",
    "a b",
    "a-b",
    "a_b",
    "a.b",
    "é",
    "e\u0301",
    "ß",
    "SS",
    "#",
    "a#b",
    "-",
    "漢",
    ".a",
    "a|b",
    " a ",
)
_word = st.sampled_from(_WORDS) | st.text(st.sampled_from("aB-_ .#|/é"), max_size=5)
_folder = st.sampled_from(["", "x/", "x/y/", "a/", "X/", "a b/"])
_part = st.sampled_from([word for word in _WORDS if not set("/|") & set(word)])
_ids = st.builds(
    lambda folder, stem, end: f"{folder}{stem}{end}", _folder, _part, st.sampled_from([".md", ".MD", ".a.md"])
)
_targets = _word | st.builds(
    lambda up, folder, word, end: f"{up}{folder}{word}{end}",
    st.sampled_from(["", "./", "../", "/", "x/../"]), _folder, _word,
    st.sampled_from(["", ".md", ".MD", "#h", ".md#h", "|t"]),
)  # fmt: skip
_memories = st.lists(st.tuples(_ids, _word), min_size=1, max_size=7, unique_by=lambda entry: entry[0])


def memories_of(entries: list[tuple[str, str]], target: str) -> list[Memory]:
    """Memories of these ids and names; the first links to `target`."""
    links = (Link(target),)
    return [
        Memory(id, "/m", f"/m/{id}", name or id.rpartition("/")[2], links=links if number == 0 else ())
        for number, (id, name) in enumerate(entries)
    ]


@given(_memories, _targets)
@example([("a.md", "a"), ("b.md", "#")], "#")
@example([("a b/a.md", "a"), ("a b.md", "b")], "#")
@settings(derandomize=True, deadline=None, max_examples=600)
def test_neighbours_and_names_resolve_a_link_alike(entries: list[tuple[str, str]], target: str) -> None:
    memories = memories_of(entries, target)
    first = memories[0].id
    meant = set(Names((memory.id, memory.name) for memory in memories).resolve(target, first))
    wanted = meant - {first} if len(meant) == 1 else set()
    collection = Collection([View(MemorySegment(documents(memories)), source="s", root="/m")])
    ids = [collection.facts(number).id for number in range(len(memories))]
    near = {id: {ids[n.number]: n.weight for n in collection.neighbours(number)} for number, id in enumerate(ids)}
    assert near[first] == dict.fromkeys(wanted, LINK_WEIGHT)
    assert {id for id in ids if id != first and near[id]} == wanted
    assert all(near[id] == {first: LINKED_WEIGHT} for id in wanted)


@pytest.mark.parametrize("target", ["#heading", "", ".", "./", "..", "../", "/", "./#heading"])
def test_a_heading_or_a_place_is_no_memory(target: str) -> None:
    names = Names([("x.md", "x"), ("x/y.md", "y"), ("x/y/z.md", "z")])
    assert names.resolve(target, "x/y.md") == names.resolve(target, "x/y/z.md") == ()


def test_a_name_of_signs_alone_is_a_name() -> None:
    names = Names([("a.md", "?"), ("!.md", "!"), ("b.md", "b")])
    assert (names.resolve("?"), names.resolve("!"), names.resolve("--")) == (("a.md",), ("!.md",), ())
