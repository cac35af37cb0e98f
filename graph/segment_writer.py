"""Writing a segment to disk: from one in memory, or several merged into one.

Streaming: one term's postings are in memory at a time, besides small arrays per term and per document.
"""

from __future__ import annotations

import heapq
import itertools
import json
import zlib
from array import array
from collections.abc import Collection, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from memdir.memory_segment import MemorySegment, deletions
from memdir.neighbours import is_relation
from memdir.segment import Facts

from .disk_segment import DENSE, DOCUMENT, KIND, NONE, NUMBERS, TERM, TEXTS, WIDE, DiskSegment
from .section_file import SectionWriter

Terms = Iterator[tuple[int, bytes, Sequence[int], Sequence[int]]]
Order = tuple["array[int]", "array[int]"]
"""For each document in its new order the part that it comes from, and its number there."""

MIN_TYPO_TERMS = 5_000
"""Terms from which on a segment has a table of typing errors on disk. A smaller one's is made in memory, in a few ms,
when a word is unknown; on disk it would be more than half of the file."""

MIN_DENSE = 256
"""Documents from which on a word's counts are also kept by document, if they are this part of all:"""
DENSE_SHARE = 16


RELEASED = 50_000
"""Documents written after which what was read of the parts is let go."""
SORTED = 1_000_000
"""Numbers sorted at a time."""


class Part(NamedTuple):
    """A segment to write, without the documents of the given numbers."""

    segment: MemorySegment | DiskSegment
    removed: Collection[int] = ()


def write_segment(path: str, parts: Sequence[Part], *, passing: bool = False) -> int:
    """Write the documents of all parts as one segment; of two with one id, the later part's counts. A `passing` one
    is only to be merged, and has no table of typing errors.

    Returns the number of documents. Raises `StorageError` and removes the file when it cannot be written, and
    `IndexDamaged` when a part is damaged.
    """
    order, maps = _number(parts)
    with SectionWriter(path, KIND) as out:
        lengths = _write_documents(out, parts, order)
        out.add("lengths", lengths)
        _write_terms(out, parts, maps, 0 if passing else len(lengths))
        out.header({"count": len(lengths), "total_length": sum(lengths)})
    return len(lengths)


def _number(parts: Sequence[Part]) -> tuple[Order, list[array[int]]]:
    """The documents as (part, number) in ascending order of id; and for each part the new number of each old one, -1
    for a document that goes."""
    order: Order = array("I"), array("I")
    maps = [array("i", [-1]) * part.segment.count for part in parts]
    streams = [_ids(part, -index) for index, part in enumerate(parts)]
    last = None
    for id, later, old in streams[0] if len(streams) == 1 else heapq.merge(*streams):
        if id != last:  # of one id the later part comes first
            maps[-later][old] = len(order[0])
            order[0].append(-later)
            order[1].append(old)
            last = id
    return order, maps


def _ids(part: Part, later: int) -> Iterator[tuple[str, int, int]]:
    removed = set(part.removed)
    for number, id in enumerate(part.segment.ids):
        if number not in removed:
            yield id, later, number
        if not number % RELEASED:
            _release(part)
    _release(part)


def _release(part: Part) -> None:
    """Let go of what was read of a part."""
    if isinstance(part.segment, DiskSegment):
        part.segment.release()


def _write_documents(out: SectionWriter, parts: Sequence[Part], order: Order) -> array[int]:
    lengths = array("I")
    records = bytearray()
    out.start("documents")
    for place, (index, number) in enumerate(zip(*order, strict=True)):
        if not place % RELEASED:
            for part in parts:
                _release(part)
        segment = parts[index].segment
        lengths.append(segment.lengths[number])
        id = segment.ids[number].encode("utf-8", "surrogatepass")
        if isinstance(segment, DiskSegment):
            facts = segment.raw_facts(number)
        else:
            facts = encode_facts(segment.facts(number))
        records += DOCUMENT.pack(out.place, len(id), len(facts))
        out.append(id + facts)
    out.add("document_table", bytes(records))
    return lengths


def encode_facts(facts: Facts) -> bytes:
    """Facts as `disk_segment` reads them. Where a text has a sign that separates texts, all go with the rest."""
    numbers = NUMBERS.pack(
        facts.confidence, facts.modified, facts.valid_from, facts.valid_until, facts.created, facts.line, facts.pinned
    )
    texts = [getattr(facts, name) for name in TEXTS]
    kept: list[str | None] = []
    if any(text is not None and ("\0" in text or text == NONE) for text in texts):
        texts, kept = [""] * len(texts), texts
    links = [[k.to, k.relationship, k.weight, k.valid_from, k.valid_until] for k in facts.links]
    rest = [facts.topics, links, facts.sources, kept, facts.offsets]
    written = json.dumps(rest, separators=(",", ":")) if any(rest) else ""
    joined = "\0".join([*(NONE if text is None else text for text in texts), written])
    return numbers + joined.encode("utf-8", "surrogatepass")


def _write_terms(out: SectionWriter, parts: Sequence[Part], maps: list[array[int]], count: int) -> None:
    """`count` is the number of documents, 0 for a segment that is only to be merged."""
    hashes = array("I")
    records = bytearray()
    typos = array("Q")
    out.start("postings")
    streams = [_mapped(_terms(part.segment), numbers) for part, numbers in zip(parts, maps, strict=True)]
    for key, term, docs, counts in streams[0] if len(streams) == 1 else _merged(streams):
        if not docs:
            continue
        wide = WIDE if max(counts) > 0xFFFF else 0
        at = out.place
        out.append(array("I", docs).tobytes() + array("I" if wide else "H", counts).tobytes() + term)
        text = term.decode("utf-8", "surrogatepass") if count else ""
        dense = 0
        if text and not is_relation(text):
            if len(docs) >= max(MIN_DENSE, count // DENSE_SHARE):
                out.append(_by_document(docs, counts, count))
                dense = DENSE
            for deletion in deletions(text):
                typos.append(zlib.crc32(deletion.encode("utf-8", "surrogatepass")) << 32 | len(hashes))
        hashes.append(key)
        records += TERM.pack(at, len(docs), len(term) | wide | dense)
    out.add("hashes", hashes)
    out.add("terms", bytes(records))
    if len(hashes) < MIN_TYPO_TERMS:
        return
    keys, numbers = array("I"), array("I")
    for typo in _sorted(typos):
        keys.append(typo >> 32)
        numbers.append(typo & 0xFFFFFFFF)
    out.add("typo_hashes", keys)
    out.add("typo_terms", numbers)


def _sorted(values: array[int]) -> Iterator[int]:
    """The numbers in ascending order; a list of them all would take five times their room."""
    return heapq.merge(*(array("Q", sorted(values[at : at + SORTED])) for at in range(0, len(values), SORTED)))


def _by_document(docs: Sequence[int], counts: Sequence[int], count: int) -> bytes:
    found = bytearray(count)
    for doc, times in zip(docs, counts, strict=True):
        found[doc] = min(times, 255)
    return bytes(found)


def _merged(streams: list[Terms]) -> Terms:
    """Several streams as one, a term's postings joined."""
    merged = heapq.merge(*streams, key=_order)
    for (key, term), group in itertools.groupby(merged, key=_order):
        docs, counts = _joined([(docs, counts) for _, _, docs, counts in group])
        yield key, term, docs, counts


_order = itemgetter(0, 1)


def _terms(segment: MemorySegment | DiskSegment) -> Terms:
    """Every term with its hash and postings, in ascending order of (hash, term)."""
    if isinstance(segment, DiskSegment):
        yield from segment.entries()
        return
    encoded = [(term.encode("utf-8", "surrogatepass"), term) for term in segment.terms()]
    for key, code, text in sorted((zlib.crc32(code), code, text) for code, text in encoded):
        docs, counts = segment.postings(text) or ((), ())
        yield key, code, docs, counts


def _mapped(entries: Terms, numbers: array[int]) -> Terms:
    """The entries with their documents' new numbers."""
    steps = {new - old for old, new in enumerate(numbers)}
    whole = -1 not in numbers
    if whole and steps <= {0}:
        yield from entries
    elif whole and len(steps) == 1:
        step = steps.pop()
        for key, term, docs, counts in entries:
            yield key, term, [doc + step for doc in docs], counts
    else:
        for key, term, docs, counts in entries:
            pairs = [(numbers[doc], count) for doc, count in zip(docs, counts, strict=True) if numbers[doc] >= 0]
            yield key, term, [doc for doc, _ in pairs], [count for _, count in pairs]


def _joined(lists: list[tuple[Sequence[int], Sequence[int]]]) -> tuple[Sequence[int], Sequence[int]]:
    """Postings of several parts as one, ascending."""
    lists = [entry for entry in lists if entry[0]]
    if len(lists) < 2:
        return lists[0] if lists else ((), ())
    docs = [doc for part, _ in lists for doc in part]
    counts = [count for _, part in lists for count in part]
    if all(left[-1] < right[0] for (left, _), (right, _) in itertools.pairwise(lists)):
        return docs, counts  # as in a first index, whose parts follow each other
    pairs = sorted(zip(docs, counts, strict=True))
    return [doc for doc, _ in pairs], [count for _, count in pairs]
