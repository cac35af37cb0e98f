"""The text engine proposes the right documents, and its scores bound the exact ones."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

pytest.importorskip("tantivy")

from directories import assert_same_as_scan, index_of, memory
from test_disk_segment import document

from memdir.graph import merging, text_engine
from memdir.graph.disk_segment import DiskSegment, engine_folder
from memdir.graph.segment_writer import Part, write_segment
from memdir.graph.text_engine import build, open_engine
from memdir.memory_segment import MemorySegment
from memdir.ranking import K1, B, idf


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> DiskSegment:
    """Documents of 1 to 3,000 words, so that every step of the engine's one-byte lengths occurs."""
    rng = random.Random(5)
    words = [f"w{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(400)] + ["北京", "ünï", "c++"]
    weights = [1 / (n + 1) for n in range(len(words))]
    documents = [
        document(f"{n:04}", " ".join(rng.choices(words, weights, k=int(3000 ** rng.random())))) for n in range(1500)
    ]
    path = str(tmp_path_factory.mktemp("engine") / "s")
    write_segment(path, [Part(MemorySegment(documents))])
    disk = DiskSegment(path)
    build(engine_folder(path), disk.count, disk.words)
    return disk


def exact(segment: DiskSegment, terms: list[tuple[str, float]]) -> dict[int, float]:
    """The sum over terms of weight times saturated, length-normalised count."""
    average = segment.total_length / segment.count
    scores: dict[int, float] = {}
    for term, weight in terms:
        for doc, count in zip(*(segment.postings(term) or ((), ())), strict=True):
            gain = count / (count + K1 * (1 - B + B * segment.lengths[doc] / average))
            scores[doc] = scores.get(doc, 0.0) + weight * gain
    return scores


def test_scores_bound_the_exact_ones_and_nothing_better_is_left_out(segment: DiskSegment) -> None:
    rng = random.Random(6)
    known = [term for term in segment.terms() if term.isalpha()]
    widest = 1.0
    for _ in range(150):
        chosen = rng.sample(known, rng.randrange(1, 12))
        terms = [
            (term, rng.choice([1.0, 0.3]) * idf(segment.count, len((segment.postings(term) or ((), ()))[0])))
            for term in chosen
        ]
        right = exact(segment, terms)
        proposed = segment.candidates([*terms, ("unknown", 3.0)], 20)
        assert proposed is not None
        bounds = dict(proposed)
        assert list(bounds.values()) == sorted(bounds.values(), reverse=True)
        for doc, bound in bounds.items():
            assert right[doc] <= bound
            widest = max(widest, bound / right[doc])
        if len(proposed) == 20:
            rest = [score for doc, score in right.items() if doc not in bounds]
            assert max(rest, default=0.0) <= proposed[-1][1]
        else:
            assert bounds.keys() == right.keys()
    assert widest < 1.15  # the bound is of use: lengths are rounded down by an eighth at most


def test_what_is_damaged_or_missing_is_no_engine(segment: DiskSegment, tmp_path: Path) -> None:
    assert open_engine(str(tmp_path)) is None
    folder = tmp_path / "engine"
    build(str(folder), segment.count, segment.words)
    assert open_engine(str(folder)) is not None
    largest = max(folder.iterdir(), key=lambda path: path.stat().st_size)
    whole = largest.read_bytes()
    largest.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert open_engine(str(folder)) is None
    largest.write_bytes(whole)
    assert open_engine(str(folder)) is not None
    (folder / "crc32.json").write_text("{")
    assert open_engine(str(folder)) is None


def test_other_parameters_mean_no_engine(segment: DiskSegment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_engine, "K1", 1.5)
    assert open_engine(engine_folder(segment.path)) is None


def test_an_index_with_an_engine_equals_the_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from memdir import candidates, collection

    monkeypatch.setattr(merging, "MIN_DOCUMENTS", 100)
    monkeypatch.setattr(text_engine, "_TURNED", 70)
    monkeypatch.setattr(candidates, "ENGINE_POSTINGS", 50)
    for module in (candidates, collection):
        monkeypatch.setattr(module, "LONG", 20)
    root, cache = tmp_path / "memory", tmp_path / "cache"
    rng = random.Random(8)
    words = [f"word{chr(97 + n)}" for n in range(26)]
    for number in range(300):
        memory(root, f"{number:03}", " ".join(rng.choices(words, range(26, 0, -1), k=rng.randrange(5, 300))))
    index = index_of(root, cache)
    index.sync()
    queries = [" ".join(rng.sample(words, size)) for size in (1, 2, 4, 8, 12)]
    assert_same_as_scan(index, root, queries)
    for number in range(0, 40, 3):
        memory(root, f"{number:03}", "changed " + " ".join(rng.choices(words, k=40)))
    (root / "007.md").unlink()
    assert_same_as_scan(index, root, queries)
    index.sync()
    segment = index.views().views[0].segment
    assert segment.candidates([("worda", 1.0)], 5) is not None  # shared with the generation before
    assert_same_as_scan(index, root, queries)
