"""Relations: a pure function of the memories."""

from __future__ import annotations

import pytest
from graphs import memory
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.dates import parse_date
from memdir.model import Link, Memory
from memdir.relations import Relations, relations, session_of


def edges(found: Relations) -> list[tuple[str, str, str]]:
    return [(row.source, row.target, row.relationship) for row in found.link_rows()]


def test_nothing_relates_to_nothing() -> None:
    found = relations([])
    assert (found.topic_names(), found.session_ids(), found.link_rows()) == ([], [], [])


def test_links_and_wiki_links_become_edges() -> None:
    found = relations(
        [memory("a.md", links=(Link("b", "uses"),), body="see [[c]] and [[c]]"), memory("b.md"), memory("c.md")]
    )
    assert edges(found) == [("a.md", "b.md", "uses"), ("a.md", "c.md", "mentions")]


def test_the_same_folder_comes_first() -> None:
    found = relations([memory("x/a.md", links=(Link("b"),)), memory("x/b.md"), memory("y/b.md")])
    assert edges(found) == [("x/a.md", "x/b.md", "related")]


def test_missing_and_ambiguous_targets_are_no_edges() -> None:
    found = relations([memory("a.md", links=(Link("b"), Link("gone"))), memory("x/b.md"), memory("y/b.md")])
    assert edges(found) == []


def test_a_memory_is_not_linked_to_itself() -> None:
    assert edges(relations([memory("a.md", links=(Link("a"),), body="[[a]]")])) == []


def test_sections_of_an_index_are_no_memories() -> None:
    found = relations([memory("MEMORY.md#build", topics=("x",)), memory("a.md", links=(Link("build"),))])
    assert list(found.memories) == ["a.md"]
    assert found.topic_names() == []


def test_validity_is_half_open_and_a_date_is_a_day() -> None:
    found = relations([memory("a.md", links=(Link("b", "r", 0.5, "2024-01-01", "2024-03-31"),)), memory("b.md")])
    (row,) = found.link_rows()
    assert (row.valid_from, row.valid_until) == (parse_date("2024-01-01"), parse_date("2024-04-01"))


def test_an_unreadable_date_leaves_its_side_open() -> None:
    (row,) = relations([memory("a.md", links=(Link("b", "r", 1.0, "soon", "2024"),)), memory("b.md")]).link_rows()
    assert (row.valid_from, row.valid_until) == (None, parse_date("2025-01-01"))


def test_weights_stay_between_0_and_1() -> None:
    links = (Link("b", "p", 7.0), Link("b", "q", -1.0), Link("b", "r", float("nan")))
    rows = relations([memory("a.md", links=links), memory("b.md")]).link_rows()
    assert [row.weight for row in rows] == [1.0, 0.0, 1.0]


def test_topics_and_sessions_exist_once() -> None:
    found = relations([memory("a.md", topics=("x", "x", ""), session="s"), memory("b.md", topics=("x",), session="s")])
    assert (found.topic_names(), found.session_ids()) == (["x"], ["s"])


UUID = "ddacea9b-60f5-4eb9-910b-971e70ce099f"


@pytest.mark.parametrize(
    ("source", "session"),
    [
        (UUID, UUID), (f"{UUID}.jsonl", UUID), (f"/home/x/.claude/projects/-a/{UUID}.jsonl", UUID),
        (rf"C:\p\{UUID}.jsonl", UUID), (f" {UUID}.jsonl#L12 ", UUID), (f"{UUID}#turn-3", UUID),
        ("session:s1", "s1"), (f"session: {UUID}#4", UUID),
        ("", None), ("session:", None), ("notes.md", None), ("s1.jsonl", None), (f"{UUID}.md", None),
        (f"x{UUID}", None), (f"/{UUID}/notes.md", None), ("https://example.org/session:x", None),
    ],
)  # fmt: skip
def test_a_source_may_name_a_session(source: str, session: str | None) -> None:
    assert session_of(source) == session


def test_sessions_come_from_the_origin_and_from_the_sources() -> None:
    found = relations(
        [memory("a.md", session="s", sources=("session:t", "b.md", "session:s")), memory("b.md", sources=("a.md",))]
    )
    assert found.sessions == {"a.md": {"s", "t"}}


def test_created_is_known_where_the_file_says_it() -> None:
    found = relations([memory("a.md", created="2024-01-01", mtime=5.0), memory("b.md", created="soon", mtime=5.0)])
    rows = found.memories
    assert (rows["a.md"].created, rows["b.md"].created) == (parse_date("2024-01-01"), None)


_names = st.sampled_from(["a", "b", "c", "x/a", "x/b", "nobody"])
_memories = st.lists(
    st.builds(
        lambda id, topics, links, session: memory(
            f"{id}.md", topics=tuple(topics), links=tuple(map(Link, links)), session=session
        ),
        _names, st.lists(st.sampled_from("pqr"), max_size=2), st.lists(_names, max_size=3),
        st.sampled_from([None, "s", "t"]),
    ),
    unique_by=lambda m: m.id, max_size=6,
)  # fmt: skip


@given(_memories, st.randoms(use_true_random=False))
@settings(derandomize=True, deadline=None)
def test_order_does_not_matter(memories: list[Memory], random: object) -> None:
    mixed = list(memories)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert relations(mixed) == relations(memories) or relations(mixed).link_rows() == relations(memories).link_rows()
