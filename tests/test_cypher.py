"""People's Cypher: what reads the graph runs, everything else is refused before the engine sees it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphs import memory
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.errors import BadInputError
from memdir.graph.cypher import checked, run, tokenise
from memdir.graph.kuzu_store import Graph, build
from memdir.model import Link
from memdir.relations import relations


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    path = str(tmp_path_factory.mktemp("cypher") / "g")
    some = [
        memory("a.md", topics=("x",), links=(Link("b", "uses", 0.5),), modified="2026-01-02T03:04:05Z"),
        memory("b.md", topics=("x", "y"), links=(Link("c"),), session="s"),
        memory("c.md", type="user"),
    ]
    build(path, relations(some))
    with Graph(path) as opened:
        yield opened


ANSWERED = [
    ("RETURN 1", [[1]]),
    ("return 1;", [[1]]),
    ("MATCH (m:Memory) RETURN m.id ORDER BY m.id SKIP 1 LIMIT 1", [["b.md"]]),
    ("MATCH (m:Memory {name: 'a'}) RETURN m.modified", [["2026-01-02T03:04:05.000Z"]]),
    ("MATCH (m:Memory) WHERE m.name STARTS WITH 'a' OR NOT m.name IN ['a', 'b'] RETURN count(*)", [[2]]),
    ("MATCH (t:Topic)-[:TAGGED]->(m) RETURN t.name AS topic, count(DISTINCT m) AS n ORDER BY n DESC",
     [["x", 2], ["y", 1]]),
    ("UNWIND [1, 2, 3] AS x WITH x WHERE x > 1 RETURN sum(x * 2)", [[10]]),
    ("MATCH (m:Memory) OPTIONAL MATCH (s:Session)-[:PRODUCED]->(m) RETURN m.id, s.id ORDER BY m.id",
     [["a.md", None], ["b.md", "s"], ["c.md", None]]),
    ("MATCH (m:Memory) WHERE EXISTS { MATCH (m)-[:RELATES_TO]->(:Memory) } RETURN count(m)", [[2]]),
    ("MATCH (m:Memory) RETURN CASE WHEN m.type = 'user' THEN 'u' ELSE '-' END AS k ORDER BY k", [["-"], ["-"], ["u"]]),
    ("RETURN 1 AS n UNION ALL RETURN 2 AS n", [[1], [2]]),
    ("MATCH (a:Memory)-[r:RELATES_TO]->(b) WHERE a.id = 'a.md' RETURN r",
     [[{"label": "RELATES_TO", "relationship": "uses", "weight": 0.5, "valid_from": None, "valid_until": None}]]),
    ("MATCH p = (a:Memory {id: 'a.md'})-[:RELATES_TO* SHORTEST 1..3]->(c:Memory {id: 'c.md'}) RETURN length(p)", [[2]]),
    ("MATCH (m:Memory) /* all */ WITH * RETURN count(m) // DELETE m", [[3]]),
    ("MATCH (`set`:Memory) RETURN count(`set`)", [[3]]),
    ("MATCH (m:Memory) RETURN m.type AS t, m.id ORDER BY t DESC , m.id DESC LIMIT 2", [["user", "c.md"], ["", "b.md"]]),
    ("MATCH (m:Memory) WITH m.id AS id ORDER BY id LIMIT 9 RETURN collect(id)[1:2]", [[["a.md", "b.md"]]]),
    ("RETURN [1,2,3][-1], list_transform([1], x->x+1)", [[3, [2]]]),
    ("MATCH (a:Memory)-[:RELATES_TO|:TAGGED*1..2]-(b) WHERE a.id='a.md' RETURN count(*)>0", [[True]]),
    ("RETURN 'CALL; DELETE /* ' AS text", [["CALL; DELETE /* "]]),
    ("RETURN \"it's\", 'a\\'b', 'a\\\\', '\\u00e9\\n'", [["it's", "a'b", "a\\", "é\n"]]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "rows"), ANSWERED)
def test_reading_queries_are_answered(graph: Graph, query: str, rows: list[list[object]]) -> None:
    assert run(graph, query).rows == rows


HOSTILE = [
    "COPY (MATCH (m:Memory) RETURN m.*) TO '{target}'",
    "COPY Memory FROM '/etc/passwd'",
    "EXPORT DATABASE '{target}'",
    "IMPORT DATABASE '{target}'",
    "LOAD FROM '/etc/passwd' RETURN *",
    "LOAD CSV FROM '/etc/passwd' RETURN *",
    "LOAD WITH HEADERS (a STRING) FROM '/etc/passwd' RETURN a",
    "MATCH (m:Memory) LOAD FROM '/etc/passwd' RETURN *",
    "WITH * LOAD FROM '/etc/passwd' RETURN *",
    "wItH 1 AS x lOaD fRoM '/etc/passwd' RETURN *",
    "RETURN 1 UNION ALL LOAD FROM '/etc/passwd' RETURN *",
    "RETURN * LOAD FROM '/etc/passwd'",
    "CALL show_tables() RETURN *",
    "MATCH (m:Memory) CALL show_tables() RETURN *",
    "CALL threads=5",
    "INSTALL httpfs",
    "LOAD EXTENSION httpfs",
    "FORCE INSTALL httpfs",
    "UPDATE httpfs",
    "ATTACH '{target}' AS x (dbtype sqlite)",
    "DETACH x",
    "USE x",
    "CREATE (m:Memory {{id: 'x'}})",
    "CREATE NODE TABLE X(id STRING PRIMARY KEY)",
    "MATCH (m:Memory) SET m.name = 'x'",
    "MATCH (m:Memory) DELETE m",
    "MATCH (m:Memory) DETACH DELETE m",
    "MATCH (m:Memory) REMOVE m.name",
    "MERGE (m:Memory {{id: 'x'}})",
    "ALTER TABLE Memory DROP name",
    "DROP TABLE Memory",
    "COMMENT ON TABLE Memory IS 'x'",
    "CREATE MACRO f(x) AS x",
    "CREATE SEQUENCE s",
    "BEGIN TRANSACTION",
    "COMMIT",
    "CHECKPOINT",
    "EXPLAIN RETURN 1",
    "PROFILE RETURN 1",
    "PROJECT GRAPH g (Memory, RELATES_TO)",
    # several statements, split and hidden words
    "RETURN 1; MATCH (m) DELETE m",
    "RETURN 1;;RETURN 2",
    "MATCH (m) DE/**/LETE m",
    "MATCH (m)/**/DELETE/**/m",
    "MATCH (m) DELETE\nm",
    "C\\u0041LL show_tables() RETURN *",
    "\\u0043OPY x",
    "ＣＡＬＬ show_tables() RETURN *",
    "MATCH (m:Memory)\u00a0DELETE m",
    "MATCH (m:Memory)\u2028DELETE m",
    "MATCH (m:Memory) WITH m `LOAD` FROM 'x' RETURN m",
    "`CALL` show_tables() RETURN *",
    "OPTIONAL CALL show_tables() RETURN *",
    "MATCH (m) WHERE EXISTS {{ CREATE (x:Memory) }} RETURN m",
    "MATCH (m) WHERE EXISTS {{ CALL show_tables() RETURN * }} RETURN m",
    "MATCH (m:Memory) RETURN m.name AS LOAD",
    "MATCH (m:Memory) FOO m",
    "RETURN CASE WHEN true THEN 1 END DELETE m",
    "MATCH (m:Memory) RETURN m ORDER BY m.id DESC DELETE m",
    "MATCH (m:Memory) RETURN m LIMIT 1 DELETE m",
    "MATCH (m:Memory) WHERE m.name IS NULL DELETE m",
    # quotes that two lexers could read differently
    "RETURN 'a\\' DELETE m",
    "RETURN 'a'' DELETE m",
    "RETURN \"a' DELETE m",
    "RETURN 'a",
    "RETURN `a",
    "/* RETURN 1",
    "/*/ RETURN 1",
    # functions
    "RETURN load_extension('x')",
    "RETURN `load_extension`('x')",
    "RETURN {{a: load_extension('x')}}",
    "MATCH (m:Memory) RETURN m.load_extension('x')",
    "RETURN range(1, 100000000)",
    "RETURN repeat('x', 1000000000)",
    "RETURN lpad('x', 1000000000, 'y')",
    "RETURN read_csv('/etc/passwd')",
    "RETURN file_read('/etc/passwd')",
    "RETURN current_setting('threads')",
    "RETURN nextval('s')",
    "RETURN gen_random_uuid()",
    "RETURN error('x')",
    "RETURN array_value(1)",
    # rest
    "RETURN $x", "MATCH (", "MATCH", "RETURN 1)", "RETURN [1", "RETURN 1 UNION", "", " ", ";", "-- x", "// comment",
    "#", "@", "RETURN 1 \0", "x" * 30_000,
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=lambda q: q[:40].encode("unicode_escape").decode())
def test_everything_else_is_refused(graph: Graph, tmp_path: Path, query: str) -> None:
    target = tmp_path / "out"
    with pytest.raises(BadInputError):
        run(graph, query.replace("{target}", str(target)).replace("{{", "{").replace("}}", "}"))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("query", [q for q in HOSTILE if re.search(r"\b(COPY|LOAD|CALL|DELETE|CREATE|SET|MERGE)\b", q)])
def test_refusals_come_before_the_engine(query: str) -> None:
    with pytest.raises(BadInputError) as caught:
        checked(query.replace("{{", "{").replace("}}", "}"))
    assert caught.value.code == "cypher"


def test_a_refusal_says_what_and_where() -> None:
    with pytest.raises(BadInputError) as caught:
        checked("MATCH (m:Memory)\n  DELETE m")
    assert (caught.value.message, caught.value.line) == ("DELETE is not allowed here (line 2 column 3)", 2)


def test_the_row_limit_is_put_into_the_query_and_told(graph: Graph) -> None:
    answer = run(graph, "MATCH (m:Memory) RETURN m.id ORDER BY m.id", limit=2)
    assert (answer.rows, answer.more) == ([["a.md"], ["b.md"]], True)
    assert checked("MATCH (m) WITH m LIMIT 2 RETURN m", limit=5).endswith("LIMIT 5")
    assert checked("MATCH (m) RETURN m LIMIT 2", limit=5).endswith("LIMIT 2")
    assert not run(graph, "MATCH (m:Memory) RETURN m.id", limit=3).more


def test_a_query_without_end_is_stopped(graph: Graph) -> None:
    unwinds = " ".join(f"UNWIND [1,2,3,4,5,6,7,8,9,0] AS x{i}" for i in range(12))
    with pytest.raises(BadInputError, match="longer than"):
        run(graph, f"{unwinds} RETURN sum({'+'.join(f'x{i}' for i in range(12))})", timeout=0.2)
    assert run(graph, "RETURN 1").rows == [[1]]


def test_what_does_not_parse_or_bind_is_bad_input(graph: Graph) -> None:
    for query in ("MATCH (m:Nope) RETURN m", "MATCH (m:Memory) RETURN m.nope", "RETURN 1 +", "MATCH (m RETURN m)"):
        with pytest.raises(BadInputError):
            run(graph, query)


@given(st.text(max_size=20))
@settings(derandomize=True, deadline=None, max_examples=150)
def test_a_text_literal_reaches_the_engine_as_one_text(graph: Graph, text: str) -> None:
    wanted = text.replace("\0", "")
    for quote in "'\"":
        literal = quote + wanted.replace("\\", "\\\\").replace(quote, "\\" + quote) + quote
        assert run(graph, f"RETURN {literal} AS text").rows == [[wanted]]


@given(st.text(alphabet="MATCHRETURN mn():-[]>{}'\"`\\/*;.,=1$ DELCOPYS\n", max_size=40))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_any_text_is_refused_or_becomes_one_statement_of_allowed_words(text: str) -> None:
    try:
        statement = checked(text)
    except BadInputError:
        return
    assert [t.text for t in tokenise(statement)] == statement_tokens(statement)
    assert ";" not in re.sub(r"'(?:[^'\\]|\\.)*'|`[^`]*`", "", statement)


def statement_tokens(statement: str) -> list[str]:
    return [token.text for token in tokenise(statement)]
