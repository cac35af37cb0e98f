"""The graph on disk: what goes in comes out, and readers do not mind a writer."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import pytest
from graphs import graph_of, memory, row
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sandbox import TOP

from memdir.errors import IndexFailure, StorageError
from memdir.graph import kuzu_store
from memdir.graph.kuzu_store import Graph, build, clean, timestamp
from memdir.model import Link, Memory
from memdir.relations import LinkRow, relations

QUERIES = (
    "MATCH (m:Memory) RETURN m.id, m.name, m.description, m.type, m.namespace, m.status, m.confidence, m.created, "
    "m.modified, m.valid_from, m.valid_until",
    "MATCH (t:Topic) RETURN t.name",
    "MATCH (s:Session) RETURN s.id, s.started, s.model, s.turns",
    "MATCH (a:Memory)-[r:RELATES_TO]->(b:Memory) "
    "RETURN a.id, b.id, r.relationship, r.weight, r.valid_from, r.valid_until",
    "MATCH (t:Topic)-[r:TAGGED]->(m:Memory) RETURN t.name, m.id, r.id, r.name, r.description, r.type",
    "MATCH (s:Session)-[:PRODUCED]->(m:Memory) RETURN s.id, m.id",
)


def content(path: str) -> list[list[list[Any]]]:
    with Graph(path) as graph:
        return [sorted(graph.rows(query), key=repr) for query in QUERIES]


def test_an_empty_directory_has_an_empty_graph(tmp_path: Path) -> None:
    path = str(tmp_path / "g")
    build(path, relations([]))
    assert content(path) == [[], [], [], [], [], []]


TEXTS = (
    "", " ", '"', '""', '"a","b"', "a\nb\r\nc", ",", "\\", "\\'", "'", "|", "[1,2]", "{a: 1}", "null", "NULL", "é漢😀",
    "#", "-", "\t", "=1+1", "1e5", "2024-01-01", "x" * 4096, "\u2028\u0085",
)  # fmt: skip


def test_any_text_comes_back_as_it_was(tmp_path: Path) -> None:
    rows = [row(f"{i}.md", name=text, description=text) for i, text in enumerate(TEXTS)]
    build(str(tmp_path / "g"), graph_of(*rows, topics={r.id: {r.name} for r in rows}))
    with Graph(str(tmp_path / "g")) as graph:
        found = graph.rows("MATCH (t:Topic)-[:TAGGED]->(m:Memory) RETURN m.id, m.name, m.description, t.name")
    assert sorted(found) == sorted([r.id, r.name, r.name, r.name] for r in rows)


def test_what_the_engine_cannot_hold_becomes_a_replacement_character(tmp_path: Path) -> None:
    assert clean("a\0b\x1ac\udcffd") == "a\ufffdb\ufffdc\ufffdd"
    path = str(tmp_path / "g")
    odd = row("\udcff.md", name="n\0", description="x" * 10_000)
    build(path, graph_of(odd, replace(odd, id="\udcfe.md"), topics={"\udcff.md": {"\x1a"}}))
    with Graph(path) as graph:
        assert [len(graph.rows(query)) for query in QUERIES] == [1, 1, 0, 0, 1, 0]
        assert graph.rows("MATCH (m:Memory) RETURN size(m.description)") == [[4096]]


def test_times_from_year_1_to_9999_and_beyond(tmp_path: Path) -> None:
    path = str(tmp_path / "g")
    build(
        path,
        graph_of(
            *(row(f"{i}", valid_from=t) for i, t in enumerate([-62135596800.0, -1.5, 0.25, 253402300799.0, 1e18]))
        ),
    )
    with Graph(path) as graph:
        found = [r[0] for r in graph.rows("MATCH (m:Memory) RETURN m.valid_from ORDER BY m.id")]
    assert [None if t is None else kuzu_store.seconds(t) for t in found] == [
        -62135596800.0,
        -1.5,
        0.25,
        253402300799.0,
        None,
    ]


def ordered(rows: Iterable[Iterable[Any]]) -> list[list[Any]]:
    return sorted(map(list, rows), key=repr)


_ids = st.sampled_from(["a.md", "b.md", "x/a.md", "it's.md", '"q".md', "ü\n.md"])
_text = st.text(st.characters(exclude_characters="\0\x1a", exclude_categories=["Cs"]), max_size=8)
_since = st.sampled_from([None, "2024"])
_memories = st.lists(
    st.builds(
        lambda id, name, text, topics, links, session, created: memory(
            id, name=name, description=text, topics=tuple(topics), session=session, created=created,
            sources=("session:t", "x.md"),
            links=tuple(Link(to, kind, weight, since) for to, kind, weight, since in links),
        ),
        _ids, _text, _text, st.lists(_text, max_size=3),
        st.lists(st.tuples(_ids, st.sampled_from("u'"), st.sampled_from([0.5, 1.0]), _since), max_size=3),
        st.sampled_from([None, "s", "t"]), _since,
    ),
    unique_by=lambda m: m.id, max_size=6,
)  # fmt: skip


@given(_memories)
@settings(derandomize=True, deadline=None, max_examples=15, phases=[Phase.explicit, Phase.generate])  # shrinking: slow
def test_the_graph_is_the_relations(memories: list[Memory]) -> None:
    wanted = relations(memories)
    with tempfile.TemporaryDirectory() as folder:
        build(os.path.join(folder, "g"), wanted)
        rows, topics, sessions, links, tagged, produced = content(os.path.join(folder, "g"))
    assert rows == ordered([*m[:7], *map(timestamp, m[7:])] for m in map(astuple, wanted.memories.values()))
    assert topics == ordered([topic] for topic in wanted.topic_names())
    assert sessions == ordered([id, None, None, None] for id in wanted.session_ids())
    assert links == ordered([*link[:4], *map(timestamp, link[4:])] for link in map(astuple, wanted.link_rows()))
    shown = {id: astuple(row)[:4] for id, row in wanted.memories.items()}
    assert tagged == ordered([topic, id, *shown[id]] for id, found in wanted.topics.items() for topic in found)
    assert produced == ordered([session, id] for id, found in wanted.sessions.items() for session in found)


def test_the_same_link_at_two_times_is_two_edges(tmp_path: Path) -> None:
    links = (Link("b", "uses", 1.0, "2020", "2021"), Link("b", "uses", 1.0, "2024"), Link("b", "uses", 1.0, "2024"))
    build(str(tmp_path / "g"), relations([memory("a.md", links=links), memory("b.md")]))
    assert len(content(str(tmp_path / "g"))[3]) == 2


def test_a_damaged_file_is_an_index_failure_with_a_cure(tmp_path: Path) -> None:
    path = tmp_path / "g"
    path.write_bytes(b"no graph" * 1000)
    with pytest.raises(IndexFailure) as caught:
        Graph(str(path))
    assert caught.value.hint == "memdir index rebuild"
    with pytest.raises(IndexFailure):
        Graph(str(tmp_path / "none"))


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    broken = graph_of(row("a.md"), links=(LinkRow("a.md", "not there", "r", 1.0, None, None),))
    with pytest.raises(StorageError):
        build(str(tmp_path / "g"), broken)
    assert os.listdir(tmp_path) == []
    with pytest.raises(StorageError):
        build(str(tmp_path / "no folder" / "g"), relations([]))


def test_closing_lets_the_file_go(tmp_path: Path) -> None:
    path = str(tmp_path / "g")
    build(path, relations([memory("a.md")]))
    graph = Graph(path)
    graph.close()
    graph.close()
    assert os.listdir(tmp_path) == ["g"]
    kuzu_store.remove(path)
    build(path, relations([memory("a.md", topics=("x",))]))
    assert content(path)[1] == [["x"]]


READER = """
import sys
from memdir.graph.kuzu_store import Graph
with Graph(sys.argv[1]) as graph:
    print(graph.rows("MATCH (m:Memory) RETURN count(m)")[0][0], flush=True)
    sys.stdin.readline()
    print(graph.rows("MATCH (m:Memory) RETURN count(m)")[0][0], flush=True)
"""


def test_two_processes_read_while_a_third_graph_is_built(tmp_path: Path) -> None:
    old, new = str(tmp_path / "1"), str(tmp_path / "2")
    build(old, relations([memory("a.md"), memory("b.md")]))
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, old], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(TOP)},
        )
        for _ in range(2)
    ]  # fmt: skip
    for reader in readers:
        assert reader.stdout and reader.stdout.readline() == "2\n"
    build(new, relations([memory("c.md")]))
    with Graph(old) as here:
        assert here.rows("MATCH (m:Memory) RETURN count(m)") == [[2]]
    for reader in readers:
        out, _ = reader.communicate("\n", timeout=30)
        assert (out, reader.returncode) == ("2\n", 0)
    assert [r[0] for r in content(new)[0]] == ["c.md"]


def test_the_stamp_names_engine_version_and_schema() -> None:
    engine, version, word, schema = kuzu_store.stamp().split()
    assert engine in ("kuzu", "ladybug")
    assert version[0].isdigit()
    assert (word, schema) == ("schema", str(kuzu_store.SCHEMA_VERSION))


def test_without_an_engine_one_line_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert kuzu_store.available()
    monkeypatch.setitem(sys.modules, "kuzu", None)
    monkeypatch.setitem(sys.modules, "ladybug", None)
    assert not kuzu_store.available()
    with pytest.raises(IndexFailure, match="engine is missing"):
        build(str(tmp_path / "g"), relations([]))
