"""The exports, and the command that prints them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from graphs import memory
from sandbox import Sandbox

from memdir.graph.export import Snapshot, export, snapshot
from memdir.graph.kuzu_store import Graph, build
from memdir.model import Link
from memdir.relations import relations

EVIL = '</script><script>alert("1")</script> `a` |b| [c] {d} \\ # ; \u2028 \x07'


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    path = str(tmp_path_factory.mktemp("export") / "g")
    some = [
        memory("a.md", topics=("x", EVIL), links=(Link("b", "uses", 0.5, "2024"), Link("c", EVIL)), session="s"),
        memory("b.md", name=EVIL, description=EVIL, type="user"),
        memory("c.md", modified="2026-01-02T03:04:05Z"),
        memory("lonely.md"),
    ]
    build(path, relations(some))
    with Graph(path) as graph:
        yield snapshot(graph)


def test_a_snapshot_is_all_of_it_as_plain_values(whole: Snapshot) -> None:
    a, b, c, _ = whole.memories
    assert (a["topics"], a["sessions"], b["name"], c["modified"]) == (
        sorted(["x", EVIL]), ["s"], EVIL, "2026-01-02T03:04:05.000Z",
    )  # fmt: skip
    assert [(link["from"], link["to"], link["weight"]) for link in whole.links] == [
        ("a.md", "b.md", 0.5), ("a.md", "c.md", 1.0),
    ]  # fmt: skip
    assert json.loads(json.dumps(whole.memories[1]))["description"] == EVIL


def test_the_page_is_one_file_that_no_text_can_break_out_of(whole: Snapshot) -> None:
    page = export(whole, "html", title='<b>"t"')
    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    assert not re.search(r"(?:https?:)?//[a-z]", page.partition("<script>")[0])
    assert not re.search(r"""(src|href)\s*=|url\(|@import|fetch\(|XMLHttp""", page)
    assert "default-src 'none'" in page
    assert "<title>&lt;b&gt;&quot;t&quot;</title>" in page
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert data
    assert json.loads(data[1])["memories"][1]["name"] == EVIL
    assert page.isascii()


def test_dot_quotes_every_name(whole: Snapshot) -> None:
    text = export(whole, "dot")
    for line in text.splitlines()[3:-1]:
        rest = re.sub(r'"(?:[^"\\]|\\.)*"', "N", line)
        assert re.fullmatch(r"  N( -> N)?( \[[a-z]+=(N|\w+)(, \w+=\w+)*\])?;", rest), line


def test_mermaid_escapes_labels_and_leaves_the_lonely_out(whole: Snapshot) -> None:
    text = export(whole, "mermaid")
    assert "lonely" not in text
    labels = re.findall(r'"([^"]*)"', text)
    assert labels
    assert not any(set("<>`|[]{}\\") & set(label) for label in labels)
    assert all(text.count(sign) % 2 == 0 for sign in '"')


def test_an_empty_graph_has_exports() -> None:
    for form in ("dot", "mermaid", "html"):
        assert export(Snapshot((), ()), form).endswith("\n")


def test_the_commands_answer_in_the_sample(sample: Sandbox) -> None:
    stats = json.loads(sample.run("graph", "--json").out)["graphs"][0]
    assert stats["memories"] > 20
    assert stats["relationships"] > 10
    topic = json.loads(sample.run("graph", "topics", "--json").out)["topics"][0]
    members = json.loads(sample.run("graph", "topics", topic["name"], "--json").out)["memories"]
    assert len(members) == topic["memories"]
    exported = json.loads(sample.run("graph", "export", "--json").out)
    assert len(exported["links"]) == stats["relationships"]
    link = exported["links"][0]
    near = json.loads(sample.run("graph", "neighbors", link["from"], "--json").out)["neighbors"]
    assert link["to"] in [n["path"] for n in near]
    found = json.loads(sample.run("graph", "path", link["from"], link["to"], "--json").out)["paths"]
    assert len(found[0]["links"]) == 1


def test_wrong_questions_have_one_line_and_their_exit_code(sample: Sandbox) -> None:
    for words, code in [
        (("graph", "query", "MATCH (m) DELETE m"), 3),
        (("graph", "query", "RETURN 1", "--limit", "0"), 2),
        (("graph", "neighbors", "nobody-is-called-this"), 1),
        (("graph", "neighbors", "on-call", "--as-of", "soon"), 3),
        (("graph", "neighbors", "on-call", "--depth", "9"), 3),
        (("graph", "stats", "--source", "nowhere"), 1),
    ]:
        done = sample.run(*words)
        assert (done.code, done.out, done.err.count("\n")) == (code, "", 1), (words, done)


def test_no_memories_at_all_is_said(plain_project: Sandbox) -> None:
    done = plain_project.run("graph")
    assert (done.code, done.out) == (1, "")
    assert "no memories" in done.err
