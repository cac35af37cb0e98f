"""The seed's graph and manager cases (shared conformance list, G and the graph part of X), adapted to a graph that is
made from files; `test_seed_conformance` has the list. Not kept, and why:

- `store_memory` into the graph alone: nothing is in the graph that is not in a file first.
- `recall` in the graph: the graph holds relations, recall finds words (`tests/test_recall*`).
- `revalidate_memory`: a read that did nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from graphs import memory
from sandbox import TOP

from memdir.graph import association, kuzu_store
from memdir.graph.association import Stats
from memdir.graph.graph_file import file_name, open_graph
from memdir.graph.index import Index
from memdir.graph.kuzu_store import Graph, build
from memdir.model import Link
from memdir.relations import relations
from memdir.scan import scan


def write(root: Path, name: str, head: str, body: str = "text\n") -> None:
    root.mkdir(exist_ok=True)
    (root / name).write_text(f"---\nname: {name[:-3]}\ndescription: d\n{head}---\n{body}", "utf-8")


def index(tmp_path: Path, root: Path) -> Index:
    return Index(str(root), str(tmp_path / "cache"), now=lambda: 2e9)


def test_no_files_make_an_empty_graph(tmp_path: Path) -> None:
    root = tmp_path / "m"
    root.mkdir()
    with open_graph(index(tmp_path, root)) as graph:
        assert association.stats(graph) == Stats(0, 0, 0, 0)


def test_a_topic_tagged_a_hundred_times_is_one_topic_and_each_memory_comes_once(tmp_path: Path) -> None:
    root = tmp_path / "m"
    for i in range(20):
        write(root, f"m{i}.md", "metadata:\n  topics: [rust, rust, style]\n")
    with open_graph(index(tmp_path, root)) as graph:
        assert association.topics(graph) == [("rust", 20), ("style", 20)]
        assert len(association.by_topic(graph, "rust")) == 20


def test_a_link_written_twice_is_one_edge(tmp_path: Path) -> None:
    build(str(tmp_path / "g"), relations([memory("a.md", links=(Link("b", "r"), Link("b", "r"))), memory("b.md")]))
    with Graph(str(tmp_path / "g")) as graph:
        assert association.stats(graph).relationships == 1


@pytest.mark.parametrize("text", ["o'brien", "'}) DETACH DELETE m //", '"', "\\", "a\nb"])
def test_quotes_in_topics_and_relationships_are_text(tmp_path: Path, text: str) -> None:
    some = [memory("a.md", topics=(text,), links=(Link("b", text),)), memory("b.md")]
    build(str(tmp_path / "g"), relations(some))
    with Graph(str(tmp_path / "g")) as graph:
        assert [n.id for n in association.by_topic(graph, text)] == ["a.md"]
        assert association.relationships(graph) == [(text, 1)]
        assert association.stats(graph).memories == 2


def test_text_comes_back_unquoted(tmp_path: Path) -> None:
    build(str(tmp_path / "g"), relations([memory("a.md", description="it's\ntwo lines", type="user")]))
    with Graph(str(tmp_path / "g")) as graph:
        assert [n.description for n in association.by_type(graph, "user")] == ["it's\ntwo lines"]


def test_the_graph_follows_the_files(tmp_path: Path) -> None:
    root = tmp_path / "m"
    write(root, "a.md", "metadata:\n  originSessionId: s1\n  topics: [x]\n", "see [[b]]\n")
    one = index(tmp_path, root)
    with open_graph(one) as graph:
        assert association.stats(graph) == Stats(1, 1, 1, 0)
    write(root, "b.md", "")
    with open_graph(one) as graph:
        assert association.stats(graph) == Stats(2, 1, 1, 1)
    (root / "a.md").unlink()
    with open_graph(one) as graph:
        assert association.stats(graph) == Stats(1, 0, 0, 0)


def test_the_graph_is_made_once_for_a_generation(tmp_path: Path) -> None:
    root = tmp_path / "m"
    write(root, "a.md", "")
    one = index(tmp_path, root)
    with open_graph(one) as graph:
        path = graph.path
    made = Path(path).stat().st_ino
    with open_graph(index(tmp_path, root)) as graph:
        assert (graph.path, Path(path).stat().st_ino) == (path, made)


def test_a_ready_index_is_enough_no_file_is_read(tmp_path: Path) -> None:
    root = tmp_path / "m"
    write(root, "a.md", "metadata:\n  topics: [x]\n", "see [[b]]\n")
    write(root, "b.md", "metadata:\n  topics: [x]\n")
    code = (
        "import sys; from memdir.graph.index import Index; from memdir.graph.graph_file import open_graph\n"
        "one = Index(sys.argv[1], sys.argv[2], now=lambda: 4e9); one.sync(); read = []\n"
        "sys.addaudithook(lambda event, args: read.append(str(args[0])) if event == 'open' else None)\n"
        "with open_graph(one) as graph: print(len(graph.rows('MATCH (m:Memory) RETURN m.id')))\n"
        "print([path for path in read if path.endswith('.md')])"
    )
    command = [sys.executable, "-c", code, str(root), str(tmp_path / "cache")]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(TOP)}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "2\n[]\n"


def test_a_damaged_index_does_not_keep_the_graph_from_being_made(tmp_path: Path) -> None:
    root = tmp_path / "m"
    for i in range(50):
        write(root, f"m{i}.md", "metadata:\n  topics: [x]\n")
    one = index(tmp_path, root)
    one.sync()
    (segment,) = (tmp_path / "cache").rglob("*.segment")
    data = bytearray(segment.read_bytes())
    place = data.index(b"m7\0")
    data[place : place + 8] = b"garbage!"
    os.chmod(segment, 0o600)
    segment.write_bytes(data)
    with open_graph(index(tmp_path, root)) as graph:
        assert association.topics(graph) == [("x", 50)]


def test_another_version_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "m"
    write(root, "a.md", "")
    with open_graph(index(tmp_path, root)) as graph:
        old = graph.path
    monkeypatch.setattr(kuzu_store, "SCHEMA_VERSION", 99)
    with open_graph(index(tmp_path, root)) as graph:
        assert graph.path != old
        assert graph.path.endswith(file_name())


def test_a_damaged_graph_is_made_anew(tmp_path: Path) -> None:
    root = tmp_path / "m"
    write(root, "a.md", "metadata:\n  topics: [x]\n")
    with open_graph(index(tmp_path, root)) as graph:
        path = graph.path
    Path(path).write_bytes(b"garbage" * 5000)
    with open_graph(index(tmp_path, root)) as graph:
        assert (graph.path, association.topics(graph)) == (path, [("x", 1)])


def test_without_a_place_for_an_index_the_graph_is_made_for_the_question(tmp_path: Path) -> None:
    root = tmp_path / "m"
    write(root, "a.md", "metadata:\n  topics: [x]\n")
    with open_graph(Index(str(root), None, now=lambda: 2e9)) as graph:
        assert association.topics(graph) == [("x", 1)]
        path = Path(graph.path)
    assert not path.exists()
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.md", "m"]


def test_the_graph_goes_with_its_generation(tmp_path: Path) -> None:
    root = tmp_path / "m"
    write(root, "a.md", "")
    one = index(tmp_path, root)
    with open_graph(one) as graph:
        old = Path(graph.path)
    write(root, "b.md", "")
    with open_graph(one):
        pass
    one.close()
    write(root, "c.md", "")
    with open_graph(index(tmp_path, root)):
        pass
    assert not old.exists()
    assert len(list((tmp_path / "cache").rglob("graph-*"))) == 1


def test_every_real_directory_has_its_graph(tmp_path: Path, real_data: Path) -> None:
    for root in sorted((real_data / "memory-dirs").iterdir()):
        found = relations(scan(str(root)).memories)
        with open_graph(index(tmp_path, root)) as graph:
            counts = association.stats(graph)
        assert (counts.memories, counts.relationships) == (len(found.memories), len(found.link_rows())), root.name


def test_two_processes_may_make_the_same_graph(tmp_path: Path) -> None:
    root = tmp_path / "m"
    for i in range(30):
        write(root, f"m{i}.md", "metadata:\n  topics: [x]\n")
    index(tmp_path, root).sync()
    code = (
        "import sys; from memdir.graph.index import Index; from memdir.graph.graph_file import open_graph\n"
        "with open_graph(Index(sys.argv[1], sys.argv[2], now=lambda: 2e9)) as graph:\n"
        "    print(len(graph.rows('MATCH (m:Memory) RETURN m.id')))"
    )
    env = {**os.environ, "PYTHONPATH": str(TOP)}
    command = [sys.executable, "-c", code, str(root), str(tmp_path / "cache")]
    running = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate(timeout=60)[0] for process in running] == ["30\n"] * 3
    assert len(list((tmp_path / "cache").rglob("graph-*"))) == 1


def test_many_threads_that_ask_first_make_the_graph_once(tmp_path: Path) -> None:
    root = tmp_path / "m"
    for i in range(100):
        write(root, f"m{i}.md", "metadata:\n  topics: [x]\n")
    code = (
        "import sys, threading; from memdir.graph.index import Index; from memdir.graph.graph_file import open_graph\n"
        "def ask():\n"
        "    with open_graph(Index(sys.argv[1], sys.argv[2], now=lambda: 4e9)) as graph:\n"
        "        sys.stdout.write(f\"{len(graph.rows('MATCH (m:Memory) RETURN m.id'))}\\n\")\n"
        "threads = [threading.Thread(target=ask) for _ in range(6)]\n"
        "for thread in threads: thread.start()\n"
        "for thread in threads: thread.join()\n"
    )
    command = [sys.executable, "-c", code, str(root), str(tmp_path / "cache")]
    env = {**os.environ, "PYTHONPATH": str(TOP)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.split()) == (0, ["100"] * 6), done.stderr
