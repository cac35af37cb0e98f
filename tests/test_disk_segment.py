"""A segment on disk says what the one in memory says: after writing, after merging, and never anything else when its
file is damaged."""

from __future__ import annotations

import gc
import random
import weakref
import zlib
from math import inf
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.errors import StorageError
from memdir.graph import segment_writer
from memdir.graph.disk_segment import DiskSegment
from memdir.graph.section_file import PAGE, IndexDamaged, SectionFile, SectionWriter
from memdir.graph.segment_writer import Part, write_segment
from memdir.memory_segment import MemorySegment
from memdir.model import Link
from memdir.segment import Facts, Segment, TextDocument


def document(id: str, text: str, **facts: object) -> TextDocument:
    known: dict[str, object] = {
        "name": id, "description": "", "type": None, "topics": (), "namespace": id.rpartition("/")[0],
        "status": "active", "confidence": 0.7, "modified": 0.0, "valid_from": -inf, "valid_until": inf,
        "pinned": False, "line": 1, "session": None, "links": (),
    }  # fmt: skip
    return TextDocument(Facts(id, **{**known, **facts}), ((text, 1), (id, 3)))  # type: ignore[arg-type]


def assert_equal(left: Segment, right: Segment, terms: list[str]) -> None:
    assert list(left.ids) == list(right.ids)
    assert list(left.lengths) == list(right.lengths)
    assert (left.count, left.total_length) == (right.count, right.total_length)
    for number, id in enumerate(left.ids):
        assert left.facts(number) == right.facts(number)
        assert left.find(id) == right.find(id) == number
    for term in terms:
        mine, theirs = left.postings(term), right.postings(term)
        assert (mine is None) == (theirs is None), term
        if mine and theirs:
            assert [list(part) for part in mine] == [list(part) for part in theirs], term
        assert sorted(left.similar_terms(term)) == sorted(right.similar_terms(term)), term


ALPHABET = st.text(st.sampled_from("abcdeé北京 \n\x1f/_."), max_size=40)
DOCUMENTS = st.lists(
    st.builds(
        lambda name, text, topics, links, session: document(
            name, text, topics=tuple(topics), links=tuple(Link(to) for to in links), session=session, description=text
        ),
        st.text(st.sampled_from("abc/é#\udc80北.md"), min_size=1, max_size=8),
        ALPHABET,
        st.lists(ALPHABET, max_size=2),
        st.lists(ALPHABET, max_size=2),
        st.none() | ALPHABET,
    ),
    max_size=12,
)


@pytest.fixture(autouse=True, params=[0, 1_000_000], ids=["table", "no table"])
def typo_table(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test with a table of typing errors on disk and without."""
    monkeypatch.setattr(segment_writer, "MIN_TYPO_TERMS", request.param)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(documents=DOCUMENTS)
def test_a_written_segment_equals_the_one_in_memory(
    documents: list[TextDocument], tmp_path_factory: pytest.TempPathFactory
) -> None:
    memory = MemorySegment(documents)
    path = str(tmp_path_factory.mktemp("segment") / "s")
    assert write_segment(path, [Part(memory)]) == memory.count
    disk = DiskSegment(path)
    assert disk.terms() == memory.terms()
    assert_equal(disk, memory, [*memory.terms(), "abcd", "abcde", "unknown", "", "\udc80"])


@settings(derandomize=True, deadline=None, max_examples=60)
@given(parts=st.lists(DOCUMENTS, min_size=1, max_size=4), on_disk=st.booleans(), data=st.data())
def test_a_merge_equals_one_segment_of_what_is_left(
    parts: list[list[TextDocument]], on_disk: bool, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    left: dict[str, TextDocument] = {}
    written: list[Part] = []
    for number, documents in enumerate(parts):
        memory = MemorySegment(documents)
        removed = data.draw(st.sets(st.integers(0, max(0, memory.count - 1)), max_size=3)) if memory.count else set()
        by_id = {d.facts.id: d for d in documents}
        gone = {memory.ids[n] for n in removed}
        left.update((id, d) for id, d in by_id.items() if id not in gone)
        if on_disk:
            path = str(folder / f"part-{number}")
            write_segment(path, [Part(memory)], passing=True)
            written.append(Part(DiskSegment(path), removed))
        else:
            written.append(Part(memory, removed))
    path = str(folder / "merged")
    write_segment(path, written)
    expected = MemorySegment(left.values())
    merged = DiskSegment(path)
    assert merged.terms() == expected.terms()
    assert_equal(merged, expected, [*expected.terms(), "abcd", "nothing"])


def test_the_same_documents_give_the_same_bytes_whatever_the_parts(tmp_path: Path) -> None:
    documents = [document(f"d{n:03}", f"word{n % 7} common text") for n in range(300)]
    write_segment(str(tmp_path / "one"), [Part(MemorySegment(documents))])
    write_segment(str(tmp_path / "odd"), [Part(MemorySegment(documents[1::2]))])
    parts = [Part(MemorySegment(documents[::2])), Part(DiskSegment(str(tmp_path / "odd")))]
    write_segment(str(tmp_path / "two"), parts)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_counts_over_65535_and_terms_with_one_hash(tmp_path: Path) -> None:
    twins = ("plumless", "buckeroo")
    assert zlib.crc32(twins[0].encode()) == zlib.crc32(twins[1].encode())
    memory = MemorySegment([document("a", "many " * 70_000), document("b", " ".join(twins))])
    write_segment(str(tmp_path / "s"), [Part(memory)])
    disk = DiskSegment(str(tmp_path / "s"))
    assert_equal(disk, memory, [*memory.terms(), "mani", *twins])


def test_an_empty_segment(tmp_path: Path) -> None:
    write_segment(str(tmp_path / "s"), [])
    disk = DiskSegment(str(tmp_path / "s"))
    assert disk.count == 0
    assert disk.find("x") == -1
    assert disk.postings("x") is None
    assert not disk.similar_terms("something")
    with pytest.raises(IndexError):
        disk.facts(0)


def test_a_segment_s_file_is_closed_without_the_garbage_collector(tmp_path: Path) -> None:
    write_segment(str(tmp_path / "s"), [])
    segment = DiskSegment(str(tmp_path / "s"))
    assert list(segment.ids) == []
    gone = weakref.ref(segment)
    gc.disable()
    try:
        del segment
        assert gone() is None
    finally:
        gc.enable()


def test_an_existing_file_is_not_overwritten_and_a_failed_one_not_left(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("here already")
    with pytest.raises(StorageError):
        write_segment(str(path), [])
    assert path.read_text() == "here already"
    with pytest.raises(RuntimeError), SectionWriter(str(tmp_path / "t"), "test") as out:
        out.add("a", b"1")
        raise RuntimeError
    assert not (tmp_path / "t").exists()


def test_sections_over_many_pages(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    blob = random.Random(1).randbytes(5 * PAGE + 123)
    with SectionWriter(path, "test") as out:
        out.add("small", b"abc")
        out.start("large")
        for at in range(0, len(blob), 1000):
            out.append(blob[at : at + 1000])
        out.add("empty", b"")
        out.header({"x": 1})
    file = SectionFile(path, "test")
    assert bytes(file.section("small")) == b"abc"
    assert bytes(file.section("large")) == blob
    assert bytes(file.section("empty")) == b""
    assert file.header == {"x": 1}
    with pytest.raises(IndexDamaged):
        file.section("missing")
    with pytest.raises(IndexDamaged):
        SectionFile(path, "other")


@pytest.mark.parametrize("content", [b"", b"x", b"memdir" * 100, bytes(1000)])
def test_a_file_that_is_no_segment(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_bytes(content)
    with pytest.raises(IndexDamaged):
        DiskSegment(str(path))
    with pytest.raises(IndexDamaged):
        DiskSegment(str(tmp_path / "missing"))
    with pytest.raises(IndexDamaged):
        DiskSegment(str(tmp_path))


def everything(segment: DiskSegment, terms: list[str]) -> object:
    facts = [segment.facts(number) for number in range(segment.count)]
    postings = [[list(part) for part in segment.postings(term) or ()] for term in terms]
    return facts, postings, list(segment.lengths), [sorted(segment.similar_terms(term)) for term in terms]


def test_a_flipped_byte_is_noticed_or_harmless(tmp_path: Path) -> None:
    memory = MemorySegment([document(f"d{n}", f"alpha beta{n} gamma delta") for n in range(40)])
    path = tmp_path / "s"
    write_segment(str(path), [Part(memory)])
    terms = [*memory.terms(), "alpga", "gama"]
    right = everything(DiskSegment(str(path)), terms)
    whole = path.read_bytes()
    rng = random.Random(7)
    noticed = 0
    places = [*range(len(whole) - 60, len(whole)), *(rng.randrange(len(whole)) for _ in range(150))]
    for place in places:
        broken = bytearray(whole)
        broken[place] ^= 1 << rng.randrange(8)
        path.write_bytes(broken)
        try:
            assert everything(DiskSegment(str(path)), terms) == right
        except IndexDamaged:
            noticed += 1
    assert noticed >= len(places) * 0.99
    for size in (0, 1, 50, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(IndexDamaged):
            everything(DiskSegment(str(path)), terms)
