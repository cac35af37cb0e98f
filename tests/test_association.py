"""Near, connected, of a topic or type, how many: with and without a date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphs import graph_of, memory, row
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from memdir.dates import parse_date
from memdir.errors import BadInputError
from memdir.graph import association
from memdir.graph.association import Stats
from memdir.graph.kuzu_store import Graph, build
from memdir.model import Link
from memdir.relations import LinkRow, Relations, relations


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    path = str(tmp_path_factory.mktemp("association") / "g")
    some = [
        memory("a.md", topics=("x", "y"), links=(Link("b", "uses", 0.8), Link("c", "uses", 0.5)), session="s"),
        memory("b.md", topics=("x",), links=(Link("d", "led_to", 1.0, "2024-01-01", "2024-12-31"),), type="user"),
        memory("c.md", links=(Link("d", "led_to", 1.0, None, "2023-12-31"),), type="user"),
        memory("d.md", links=(Link("e", "weak", 0.1),)),
        memory("e.md", links=(Link("f"),)),
        memory("f.md"),
        memory("alone.md", topics=("it's",)),
    ]
    build(path, relations(some))
    with Graph(path) as opened:
        yield opened


def near(graph: Graph, id: str, **given: object) -> list[tuple[str, float, int]]:
    return [(n.node.id, n.activation, n.steps) for n in association.neighbours(graph, id, **given)]  # type: ignore[arg-type]


def test_activation_halves_with_each_step_and_takes_the_best_path(graph: Graph) -> None:
    assert near(graph, "a.md", depth=2) == [("b.md", 0.4, 1), ("c.md", 0.25, 1), ("d.md", 0.2, 2)]


def test_depth_limits_the_steps_and_the_cut_the_rest(graph: Graph) -> None:
    assert near(graph, "a.md") == near(graph, "a.md", depth=1) == [("b.md", 0.4, 1), ("c.md", 0.25, 1)]
    assert near(graph, "f.md", depth=4) == [("e.md", 0.5, 1)]  # d would get 0.025


def test_links_count_in_both_directions_and_the_edge_is_told_as_written(graph: Graph) -> None:
    (found, *_) = association.neighbours(graph, "b.md", depth=1, at=0.0)
    assert (found.node.id, found.edge.source, found.edge.target, found.edge.relationship) == (
        "a.md",
        "a.md",
        "b.md",
        "uses",
    )


def test_as_of_is_half_open(graph: Graph) -> None:
    start, end = parse_date("2024-01-01"), parse_date("2025-01-01")
    ids = {at: {id for id, _, _ in near(graph, "d.md", depth=1, at=at)} for at in (start - 1, start, end - 1, end)}
    assert {at: found - {"e.md"} for at, found in ids.items()} == {
        start - 1: {"c.md"}, start: {"b.md"}, end - 1: {"b.md"}, end: set(),
    }  # fmt: skip


def test_an_unknown_or_lonely_memory_has_no_neighbours(graph: Graph) -> None:
    assert near(graph, "nobody.md") == near(graph, "alone.md") == []


@pytest.mark.parametrize("depth", [0, 5, -1])
def test_a_depth_out_of_bounds_is_refused(graph: Graph, depth: int) -> None:
    with pytest.raises(BadInputError):
        association.neighbours(graph, "a.md", depth=depth)


def test_paths_are_all_shortest_ones_in_order(graph: Graph) -> None:
    found = association.paths(graph, "a.md", "d.md")
    assert [[n.id for n in path.nodes] for path in found] == [["a.md", "b.md", "d.md"], ["a.md", "c.md", "d.md"]]
    assert [e.relationship for e in found[0].edges] == ["uses", "led_to"]


def test_paths_as_of(graph: Graph) -> None:
    found = association.paths(graph, "d.md", "a.md", at=parse_date("2020"))
    assert [[n.id for n in path.nodes] for path in found] == [["d.md", "c.md", "a.md"]]


def test_no_path_and_no_way_at_all(graph: Graph) -> None:
    assert association.paths(graph, "a.md", "alone.md") == association.paths(graph, "a.md", "nobody.md") == []
    (own,) = association.paths(graph, "a.md", "a.md")
    assert (len(own.nodes), own.edges) == (1, ())


def test_topics_types_and_counts(graph: Graph) -> None:
    assert association.topics(graph) == [("x", 2), ("it's", 1), ("y", 1)]
    assert [n.id for n in association.by_topic(graph, "x")] == ["a.md", "b.md"]
    assert [n.id for n in association.by_topic(graph, "it's")] == ["alone.md"]
    assert association.by_topic(graph, "x' OR true") == []
    assert [n.id for n in association.by_type(graph, "user")] == ["b.md", "c.md"]
    assert association.stats(graph) == Stats(memories=7, sessions=1, topics=3, relationships=6)
    assert association.relationships(graph)[:2] == [("led_to", 2), ("uses", 2)]


def test_names_find_what_a_person_means(graph: Graph) -> None:
    assert association.names(graph).lookup("alo") == "alone.md"


def expected(whole: Relations, start: str, depth: int) -> dict[str, float]:
    """The same activation by plain relaxation over every edge."""
    best = {start: 1.0}
    for _ in range(depth):
        reached = dict(best)
        for edge in whole.link_rows():
            for here, there in ((edge.source, edge.target), (edge.target, edge.source)):
                a = best.get(here, 0.0) * edge.weight * association.DECAY
                if a >= association.CUT and a > reached.get(there, 0.0):
                    reached[there] = a
        best = reached
    return {id: round(a, 6) for id, a in best.items() if id != start}


_edges = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from([0.2, 0.5, 0.9, 1.0])), max_size=12)


@given(_edges, st.integers(1, 4))
@settings(derandomize=True, deadline=None, max_examples=10, phases=[Phase.explicit, Phase.generate])
def test_neighbours_are_what_plain_relaxation_finds(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[int, int, float]], depth: int
) -> None:
    links = tuple(LinkRow(str(a), str(b), "r", w, None, None) for a, b, w in pairs if a != b)
    whole = graph_of(*(row(str(i)) for i in range(7)), links=links)
    path = str(tmp_path_factory.mktemp("relax") / "g")
    build(path, whole)
    with Graph(path) as opened:
        found = {n.node.id: n.activation for n in association.neighbours(opened, "0", depth=depth)}
    assert found == pytest.approx(expected(whole, "0", depth))


def test_a_hub_of_a_thousand_is_answered(tmp_path: Path) -> None:
    hub = row("hub.md")
    rows = [row(f"{i}.md") for i in range(1000)]
    links = tuple(LinkRow(r.id, "hub.md", "r", 1.0, None, None) for r in rows)
    build(str(tmp_path / "g"), graph_of(hub, *rows, links=links))
    with Graph(str(tmp_path / "g")) as opened:
        assert len(association.neighbours(opened, "0.md", depth=2)) == 1000
