"""Index and scan give the same answers: on every real directory, and whatever is edited in between."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path

import pytest
from directories import QUERIES, assert_same_as_scan, bump, index_of, memory
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.graph import publish
from memdir.graph.index import Index


def test_every_real_directory(real_data: Path, tmp_path: Path) -> None:
    asked: dict[str, list[str]] = {}
    for line in (real_data / "memory-queries-dev.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        asked.setdefault(row["repo"], []).append(row["query"])
    directories = sorted((real_data / "memory-dirs").iterdir())
    assert directories
    for directory in directories:
        before = {path: path.stat() for path in directory.rglob("*")}
        queries = [*asked.get(directory.name, [])[::4], *QUERIES]
        index = index_of(directory, tmp_path / "cache")
        index.sync()
        assert_same_as_scan(index, directory, queries)
        assert index.views().answered_by == "index"
        verified = index.verify()
        assert not verified.problems, directory
        assert index.sync().generation == "g00000001"
        text = sum(path.stat().st_size for path in directory.rglob("*.md"))
        home = Path(index.status().home or "")
        assert sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) < 5 * text
        index.close()
        after = {path: path.stat() for path in directory.rglob("*")}
        assert [(p, s.st_mtime_ns, s.st_size) for p, s in before.items()] == [
            (p, s.st_mtime_ns, s.st_size) for p, s in after.items()
        ]


def test_real_directories_while_they_are_edited(real_data: Path, tmp_path: Path) -> None:
    rng = random.Random(11)
    for directory in sorted((real_data / "memory-dirs").iterdir()):
        root = tmp_path / directory.name
        shutil.copytree(directory, root, symlinks=True)
        index = index_of(root, tmp_path / "cache")
        index.sync()
        for _ in range(2):
            files = sorted(root.rglob("*.md"))
            for path in rng.sample(files, min(len(files), 4)):
                change(rng.randrange(5), path, rng)
            memory(root, f"new {rng.random()}", "deploy the server test database")
            assert_same_as_scan(index, root)
            index.sync()
            assert_same_as_scan(index_of(root, tmp_path / "cache"), root)
        assert not index.verify().problems
        index.close()


def change(kind: int, path: Path, rng: random.Random) -> None:
    if kind == 0:
        path.unlink()
    elif kind == 1:
        os.rename(path, path.with_name(f"{rng.randrange(100)}-{path.name}"))
    elif kind == 2:
        path.write_bytes(path.read_bytes()[: rng.randrange(400)])
    elif kind == 3:
        path.write_bytes(path.read_bytes() + b"\nuser prefers tabs \xff\n")
    else:
        target = path.parent / "moved" / path.name
        target.parent.mkdir(exist_ok=True)
        os.replace(path, target)


NAMES = st.sampled_from(["a", "b", "c", "d/a", "d/b", "d/e/a", "MEMORY", "d/MEMORY"])
VOCABULARY = ["alpha", "gamma", "delta", "beta", "deploy", "server", "git", "北京", "getUserName", "[[a]]", "[[b]]"]
WORDS = st.lists(st.sampled_from(VOCABULARY), max_size=6)
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), NAMES, WORDS),
        st.tuples(st.just("topics"), NAMES, WORDS),
        st.tuples(st.just("index"), NAMES, WORDS),
        st.tuples(st.just("remove"), NAMES, st.just([])),
        st.tuples(st.just("rename"), NAMES, st.just([])),
        st.tuples(st.just("sync"), st.just(""), st.just([])),
        st.tuples(st.just("publish"), st.just(""), st.just([])),
        st.tuples(st.just("reopen"), st.just(""), st.just([])),
    ),
    min_size=3,
    max_size=14,
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(edits=EDITS)
def test_any_edits(edits: list[tuple[str, str, list[str]]], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("edits")
    root, cache = folder / "memory", folder / "cache"
    for name in ("a", "b", "z"):
        memory(root, name, f"alpha gamma {name}")
    index = index_of(root, cache)
    for kind, name, words in edits:
        index = apply(kind, name, words, root, cache, index)
    assert_same_as_scan(index, root)
    index.sync()
    assert_same_as_scan(index, root)
    assert not index.verify().problems
    index.close()


def apply(kind: str, name: str, words: list[str], root: Path, cache: Path, index: Index) -> Index:
    path = root / f"{name}.md"
    if kind == "sync":
        index.sync()
    elif kind == "publish":
        index.refresh()
        index.maybe_publish()
    elif kind == "reopen":
        index.close()
        return index_of(root, cache)
    elif kind == "remove":
        path.unlink(missing_ok=True)
    elif kind == "rename":
        if path.exists():
            path.rename(path.with_name(f"{path.stem}x.md"))
    else:
        old = path.stat().st_mtime_ns if path.exists() else 0
        text = " ".join(words)
        if kind == "index":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"# Memory\n- [a](a.md) — {text}\n- [b](../b.md) {text}\n## Own\n{text}\n")
        else:
            topics = {"topics": f"[{', '.join(w.strip('[]') for w in words)}]"} if kind == "topics" else {}
            memory(root, name, text, described=kind == "write", **topics)
        if path.stat().st_mtime_ns == old:
            bump(path)
    return index


@pytest.mark.parametrize("batch", [7, 4000])
def test_a_corpus_in_several_segments_with_an_overlay(
    batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "BATCH", batch)
    root, cache = tmp_path / "memory", tmp_path / "cache"
    rng = random.Random(3)
    words = [f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(120)]
    for number in range(150):
        memory(root, f"{number:03}", " ".join(rng.choices(words, k=30)))
    index = index_of(root, cache)
    index.sync()
    for start in (1, 2, 3):
        for number in range(start, 150, 40):
            memory(root, f"{number:03}", " ".join(rng.choices(words, k=35)))
        index.sync()
    assert index.status().segments == 4
    (root / "010.md").unlink()
    memory(root, "011", "worda wordb")
    queries = [" ".join(rng.sample(words, 4)) for _ in range(12)] + ["wordaax", "about 011", "wrodab"]
    assert_same_as_scan(index, root, queries)
    assert index.views().answered_by == "mixed"
