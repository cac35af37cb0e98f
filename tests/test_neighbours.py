"""Neighbours: from links as names resolve them, topics, sessions."""

from __future__ import annotations

from typing import Any

from memdir.collection import Collection, View
from memdir.documents import documents
from memdir.memory_segment import MemorySegment
from memdir.model import Link, Memory
from memdir.neighbours import MAX_MEMBERS, MAX_NEIGHBOURS, is_relation, relation_terms
from memdir.recall import RecallOptions, recall


def memory(id: str, name: str | None = None, body: str = "", **fields: Any) -> Memory:
    stem = id.rpartition("/")[2].removesuffix(".md")
    return Memory(id=id, root="/m", path="", name=stem if name is None else name, body=body, **fields)


def of(memories: list[Memory], id: str, source: str = "") -> dict[str, tuple[float, str]]:
    segment = MemorySegment(documents(memories))
    collection = Collection([View(segment, source=source, root="/m")])
    found = collection.neighbours(segment.find(id))
    return {collection.facts(n.number).id: (n.weight, n.edge) for n in found}


def test_links_resolve_by_path_name_and_stem_same_folder_first() -> None:
    notes = [
        memory("a.md", body="[[b]] [[x/c.md]] [[Some Name]] [[nobody]] [[twice]]"),
        memory("b.md"),
        memory("x/b.md"),
        memory("x/c.md"),
        memory("d.md", "some-name"),
        memory("x/twice.md"),
        memory("y/twice.md"),
    ]
    assert set(of(notes, "a.md")) == {"b.md", "x/c.md", "d.md"}
    assert of(notes, "b.md") == {"a.md": (0.7, "links to b.md (mentions)")}
    assert of(notes, "x/b.md") == {}


def test_weights_and_relationships() -> None:
    notes = [memory("a.md", links=(Link("b", "contradicts", 0.5), Link("b", "related", 0.25))), memory("b.md")]
    assert of(notes, "a.md") == {"b.md": (0.5, "linked from a.md (contradicts)")}


def test_topics_and_sessions_connect_but_large_ones_nobody() -> None:
    notes = [memory("a.md", topics=("cache", "all"), session="s1"), memory("b.md", topics=("cache",))]
    notes += [memory("c.md", session="s1")]
    notes += [memory(f"n{n}.md", topics=("all",)) for n in range(MAX_MEMBERS)]
    assert set(of(notes, "a.md")) == {"b.md", "c.md"}


def test_at_most_so_many() -> None:
    notes = [memory("a.md", topics=("t",)), *(memory(f"n{n:02d}.md", topics=("t",)) for n in range(40))]
    found = of(notes, "a.md")
    assert len(found) == MAX_NEIGHBOURS
    assert list(found) == sorted(found)


def test_nobody_is_its_own_neighbour() -> None:
    assert of([memory("a.md", body="[[a]]", topics=("t",), session="s")], "a.md") == {}


def test_sections_have_no_relations() -> None:
    section = documents([memory("MEMORY.md#rules", body="[[a]]")])[0].facts
    assert relation_terms(section) == set()
    assert all(is_relation(term) for term in relation_terms(documents([memory("a.md", session="s")])[0].facts))


def test_links_stay_within_their_source() -> None:
    one = MemorySegment(documents([memory("a.md", body="about queues [[b]]")]))
    two = MemorySegment(documents([memory("b.md", body="other words")]))
    views = [View(one, source="one", root="/1"), View(two, source="two", root="/2")]
    found = recall(views, "queues", RecallOptions(now=1.0, min_score=0.0))
    assert [s.facts.id for s in found] == ["a.md"]


def test_a_removed_document_is_no_neighbour() -> None:
    notes = [memory("a.md", body="[[b]]"), memory("b.md")]
    segment = MemorySegment(documents(notes))
    collection = Collection([View(segment, removed=frozenset({segment.find("b.md")}), root="/m")])
    assert collection.neighbours(segment.find("a.md")) == ()
