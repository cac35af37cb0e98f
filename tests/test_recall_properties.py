"""The answer depends on the documents, not on the segments they lie in, nor on how the candidates are found."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir import candidates as candidates_module
from memdir import collection as collection_module
from memdir.collection import MANY, Collection, View
from memdir.documents import documents
from memdir.memory_segment import MemorySegment
from memdir.model import Link, Memory
from memdir.ranking import K1, B
from memdir.recall import RecallOptions, Scored, recall
from memdir.scan import scan

NOW = 1_800_000_000.0
_WORDS = (
    "cache queue deploy remove delete branch release invoice round test build server client token login error retry "
    "schema index graph window popup config version commit merge review parse file folder path stream buffer"
)
WORDS = _WORDS.split(" ")


def corpus(seed: int, size: int) -> list[Memory]:
    rng = random.Random(seed)
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    found = []
    for n in range(size):
        body = " ".join(rng.choices(WORDS, weights, k=rng.randrange(1, 40)))
        links = (Link(f"note{rng.randrange(size)}"),) if rng.random() < 0.3 else ()
        topics = (rng.choice(WORDS[:6]),) if rng.random() < 0.3 else ()
        status = "superseded" if rng.random() < 0.1 else "active"
        found.append(
            Memory(
                id=f"{rng.choice(['', 'a/', 'a/b/'])}note{n}.md", root="/m", path="", name=f"note{n}", body=body,
                description=" ".join(rng.choices(WORDS, k=3)), links=links, topics=topics, status=status,
                session=f"s{rng.randrange(size // 4 + 1)}", mtime=NOW - rng.randrange(10**8),
            )
        )  # fmt: skip
    return found


def in_segments(memories: Sequence[Memory], seed: int) -> list[View]:
    """The memories spread over several segments, with stale versions of some that are removed."""
    rng = random.Random(seed)
    parts: list[list[Memory]] = [[] for _ in range(rng.randrange(2, 5))]
    stale: list[set[str]] = [set() for _ in parts]
    for memory in memories:
        home = rng.randrange(len(parts))
        parts[home].append(memory)
        other = rng.randrange(len(parts))
        if rng.random() < 0.4 and other != home:
            old = Memory(
                id=memory.id, root="/m", path="", name=rng.choice(WORDS), body=" ".join(rng.choices(WORDS, k=30))
            )
            parts[other].append(old)
            stale[other].add(memory.id)
    views = []
    for part, old_ids in zip(parts, stale, strict=True):
        segment = MemorySegment(documents(part))
        views.append(View(segment, frozenset(segment.find(id) for id in old_ids), "given", "/m"))
    return views


def one_segment(memories: Sequence[Memory]) -> list[View]:
    return [View(MemorySegment(documents(memories)), frozenset(), "given", "/m")]


def told(found: Sequence[Scored]) -> list[tuple[object, ...]]:
    return [(s.facts.id, s.score, s.parts, s.why, s.facts) for s in found]


queries = st.lists(st.sampled_from([*WORDS, "erase", "relase", "note3", "zzz", "turn off"]), min_size=1, max_size=8)


@given(st.integers(0, 10_000), st.integers(1, 120), queries, st.integers(1, 30), st.booleans())
@settings(derandomize=True, deadline=None, max_examples=120)
def test_segments_do_not_matter(seed: int, size: int, words: list[str], limit: int, every: bool) -> None:
    memories = corpus(seed, size)
    options = RecallOptions(now=NOW, limit=limit, min_score=0.0, all=every, explain=True)
    query = " ".join(words)
    whole = told(recall(one_segment(memories), query, options))
    assert told(recall(in_segments(memories, seed), query, options)) == whole
    again = Collection(in_segments(memories, seed + 1))
    assert told(recall(again, query, options)) == whole
    assert told(recall(again, query, options)) == whole  # with what it has kept


class Engine(MemorySegment):
    """A segment whose engine gives bounds that are too high by a varying amount."""

    slack = 1.0

    def candidates(self, terms: Sequence[tuple[str, float]], limit: int) -> Sequence[tuple[int, float]]:  # type: ignore[override]
        average = self.total_length / self.count
        bounds: dict[int, float] = {}
        for term, weight in terms:
            docs, counts = self.postings(term) or ((), ())
            for doc, count in zip(docs, counts, strict=True):
                gain = weight * count / (count + K1 * (1 - B + B * self.lengths[doc] / average))
                bounds[doc] = bounds.get(doc, 0.0) + gain * (1 + self.slack * (doc % 7) / 7)
        return sorted(bounds.items(), key=lambda b: -b[1])[:limit]


@pytest.mark.parametrize("slack", [0.0, 0.5, 3.0])
def test_an_engine_changes_nothing(slack: float, monkeypatch: pytest.MonkeyPatch) -> None:
    memories = corpus(7, 300)
    monkeypatch.setattr(Engine, "slack", slack)
    rng = random.Random(3)
    for n in range(90):
        query = " ".join(rng.choices(WORDS, k=rng.randrange(1, 7)))
        options = RecallOptions(now=NOW, limit=rng.randrange(1, 12), min_score=0.0, all=bool(n % 2))
        if n % 3 == 1:
            options = options._replace(namespaces=("a",), topics=tuple(WORDS[: rng.randrange(7)]))
        elif n % 3 == 2:
            options = options._replace(since=NOW - rng.randrange(10**8))
        whole = told(recall(one_segment(memories), query, options))
        with monkeypatch.context() as patch:
            patch.setattr(candidates_module, "FILTERED_DEPTH", rng.choice([1, 3, 8]))
            patch.setattr(candidates_module, "ENGINE_POSTINGS", 0)
            patch.setattr(candidates_module, "ENGINE_FETCH", 4)
            patch.setattr(candidates_module, "PRUNE_POSTINGS", 0)
            patch.setattr(candidates_module, "LONG", 20)
            half = len(memories) // 2
            views = [
                View(Engine(documents(memories[:half])), frozenset(), "given", "/m"),
                View(Engine(documents(memories[half:-10])), frozenset(), "given", "/m"),
                View(MemorySegment(documents(memories[-10:])), frozenset(), "given", "/m"),
            ]
            assert told(recall(views, query, options)) == whole


class Dense(MemorySegment):
    """A segment that keeps the counts of every word by document, too, as far as one byte reaches (here only to 2)."""

    def counts(self, term: str) -> Sequence[int] | None:  # type: ignore[override]
        docs, counts = self.postings(term) or ((), ())
        found = [0] * self.count
        for doc, times in zip(docs, counts, strict=True):
            found[doc] = times if times < 3 else MANY
        return found


@pytest.mark.parametrize(("long", "dense"), [(4_096, False), (3, True), (3, False), (0, True), (0, False)])
def test_how_postings_are_kept_changes_nothing(long: int, dense: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    memories = corpus(11, 200)
    rng = random.Random(5)
    asked = [" ".join(rng.choices(WORDS, k=rng.randrange(1, 9))) for _ in range(40)]
    options = RecallOptions(now=NOW, min_score=0.0, explain=True)
    expected = [told(recall(one_segment(memories), query, options)) for query in asked]
    monkeypatch.setattr(collection_module, "LONG", long)
    monkeypatch.setattr(collection_module, "KEPT_POSTINGS", 500)
    monkeypatch.setattr(f"{__name__}.MemorySegment", Dense if dense else MemorySegment)
    for views in (in_segments(memories, 1), one_segment(memories)):
        collection = Collection(views)
        assert [told(recall(collection, query, options)) for query in asked] == expected


def test_threads_share_a_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection_module, "LONG", 20)
    monkeypatch.setattr(collection_module, "KEPT_POSTINGS", 300)
    memories = corpus(17, 150)
    rng = random.Random(2)
    asked = [" ".join(rng.choices([*WORDS, "relase"], k=rng.randrange(1, 6))) for _ in range(60)]
    options = RecallOptions(now=NOW, min_score=0.0)
    expected = [told(recall(one_segment(memories), query, options)) for query in asked]
    shared = Collection(one_segment(memories))
    with ThreadPoolExecutor(4) as pool:
        for order in range(4):
            turned = asked[order:] + asked[:order]
            found = list(pool.map(lambda query: told(recall(shared, query, options)), turned))
            assert found == expected[order:] + expected[:order]


def test_pruning_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    memories = corpus(13, 400)
    rng = random.Random(9)
    collection = Collection(one_segment(memories))
    options = RecallOptions(now=NOW, min_score=0.0)
    for _ in range(60):
        query = " ".join(rng.choices(WORDS, k=rng.randrange(2, 14)))
        with monkeypatch.context() as patch:
            patch.setattr(candidates_module, "PRUNE_POSTINGS", 10**9)
            expected = told(recall(collection, query, options))
            patch.setattr(candidates_module, "PRUNE_POSTINGS", 0)
            assert told(recall(collection, query, options)) == expected


@given(st.text(max_size=60))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_any_query_is_answered(query: str) -> None:
    for scored in recall(SMALL, query, RecallOptions(now=NOW, min_score=0.0)):
        assert 0 < scored.score < 1


SMALL = Collection(one_segment(corpus(1, 30)))


def test_real_directories_in_segments(real_data: Path) -> None:
    """Index and scan agree on every real directory: one segment, and several with stale versions removed."""
    asked = ("how do we test this", "user preferences", "release version of the docker image", "fix", "naming")
    for folder in sorted((real_data / "memory-dirs").iterdir()):
        found = scan(str(folder))
        memories = [*found.memories, *found.sections]
        one, several = Collection(one_segment(memories)), Collection(in_segments(memories, 1))
        for query in asked:
            options = RecallOptions(now=NOW, min_score=0.0, explain=True)
            assert told(recall(several, query, options)) == told(recall(one, query, options))
