"""A search without an index gives what the index gives, and keeps only what was asked for."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from directories import NOW
from growing import LineFiles, append, growing

from memdir.collection import Collection
from memdir.memory_segment import MemorySegment
from memdir.recall import View
from memdir.scanned_segment import Asked, ScannedSegment, scanned
from memdir.turn_recall import TurnOptions, recall_sessions, recall_turns

WORDS = [
    "deploy",
    "server",
    "database",
    "rounding",
    "money",
    "cart",
    "parseLine",
    "user_name",
    "errors",
    "remove",
    "北京",
]
QUERIES = (
    "deploy the server", "how do we round money", "databse", "erors in the cart", "deleting", "parse line", "username",
    "parselne", "nothing at all", "", "京", "delte roundig",
)  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    rng = random.Random(4)
    root = tmp_path / "logs"
    for name in ("a.log", "p/a.log", "p/b.log", "a-b.log", "z.log"):
        lines = [" ".join(rng.choices(WORDS, k=rng.randrange(1, 9))) for _ in range(40)]
        append(root, name, "\n".join(lines) + "\n")
    return root


@pytest.mark.parametrize("query", QUERIES)
def test_a_scan_gives_what_the_index_gives(root: Path, tmp_path: Path, query: str) -> None:
    options = TurnOptions(now=NOW, limit=20)
    answer = growing(root, tmp_path / "cache").refresh()
    assert answer is not None
    indexed = Collection([View(v.segment, v.removed, "", v.root) for v in answer.views])
    files = [LineFiles(str(root))]
    for ask in (recall_turns, recall_sessions):
        one = ask(indexed, query, options)
        other, _ = scanned(files, query, "english", lambda collection, ask=ask: ask(collection, query, options))
        assert [_plain(found) for found in one] == [_plain(found) for found in other]


def _plain(found: object) -> list[object]:
    """What was found, without the segment it lies in."""
    return [
        _plain(value) if hasattr(value, "view") else value
        for name, value in found._asdict().items()  # type: ignore[attr-defined]
        if name != "view"
    ]


def test_the_files_are_read_once_but_for_misspelt_words(root: Path) -> None:
    options = TurnOptions(now=NOW)
    for query, passes in (("deploy the server", 1), ("unknowable okapi", 1), ("databse", 2)):
        files = LineFiles(str(root))
        scanned([files], query, "english", lambda collection, query=query: recall_turns(collection, query, options))
        size = sum(path.stat().st_size for path in root.rglob("*.log"))
        assert files.read_bytes <= passes * size, query


def test_only_what_was_asked_for_is_kept(root: Path) -> None:
    asked = Asked()
    asked.ask("deploy")
    asked.take()
    files = LineFiles(str(root))
    documents = [document for stat in files.walk()[0] for document in files.read(stat, None)]
    documents.sort(key=lambda document: document.facts.id)
    segment, whole = ScannedSegment(asked, documents), MemorySegment(documents)
    assert list(segment._postings) == ["deploy"]
    assert [list(part) for part in segment.postings("deploy") or ()] == [*map(list, whole.postings("deploy") or ())]
    assert (list(segment.ids), list(segment.lengths)) == (list(whole.ids), list(whole.lengths))
    assert [segment.facts(number) for number in range(segment.count)] == [
        whole.facts(number) for number in range(whole.count)
    ]
    assert segment.postings("server") is None and asked.missing == {"server"}
