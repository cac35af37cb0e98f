"""The accelerator for common words: tantivy over the finished tokens of one segment. The only owner of tantivy.

Where a query's postings are long, reading them in Python costs milliseconds; tantivy's block-max WAND finds the best
documents in a fraction. It gets each term as often as its weighted count in one field, and the query's weights as
boosts, so that its score is ours but for its lengths, which it keeps in one byte, rounded down (Lucene's SmallFloat): a
shorter document scores higher, so its score is an upper bound of ours. Exact scores come from the postings.

Files are checked against their CRC-32 before they are opened; what cannot be opened is no engine, never an error.
"""

from __future__ import annotations

import json
import os
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from math import log
from typing import Any, Final

from memdir.errors import StorageError
from memdir.files import shown
from memdir.ranking import K1, B

Words = Callable[[], Iterator[tuple[str, Sequence[int], Sequence[int]]]]
"""Gives each word of a segment with its documents and counts, in the same order every time."""

MIN_DOCUMENTS: Final = 5_000
"""Smaller segments have no engine: their postings are short."""
SLACK: Final = 1.00001
"""Makes up for tantivy's sums in 32 bits."""
_SUMS: Final = "crc32.json"
_KEPT_CLAUSES: Final = 10_000
_HEAP: Final = 64 << 20
_TURNED: Final = 20_000
"""Documents whose postings are turned round at a time: about 5 million numbers."""
_AT_A_TIME: Final = 1 << 20
_K1: Final = 1.2
_B: Final = 0.75
"""tantivy's BM25 parameters, which cannot be set."""


def can_serve() -> bool:
    """The engine's scores bound ours only while the parameters are the same."""
    return (K1, B) == (_K1, _B)


def _index(folder: str) -> Any:
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_text_field("words", stored=False, tokenizer_name="whitespace", index_option="freq")
    schema.add_unsigned_field("number", stored=False, indexed=False, fast=True)
    return tantivy.Index(schema.build(), path=folder)


def build(folder: str, count: int, words: Words) -> None:
    """Write the engine of a segment of `count` documents into a new folder. Raises `StorageError`."""
    import tantivy

    try:
        os.mkdir(folder, 0o700)
        index = _index(folder)
        writer = index.writer(_HEAP, 1)
        for number, text in enumerate(_texts(count, words)):
            document = tantivy.Document()
            document.add_text("words", text)
            document.add_unsigned("number", number)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        for name in os.listdir(folder):
            os.chmod(os.path.join(folder, name), 0o600)
        with open(os.path.join(folder, _SUMS), "w", encoding="utf-8") as file:
            json.dump(dict(_sums(folder)), file)
    except (OSError, ValueError) as error:
        raise StorageError(f"cannot write the text engine: {error}", path=shown(folder)) from error


def _texts(count: int, segment_words: Words) -> Iterator[str]:
    """The tokens of each document, joined by spaces."""
    for start in range(0, count, _TURNED):
        yield from _texts_between(start, min(start + _TURNED, count), segment_words)


def _texts_between(start: int, end: int, segment_words: Words) -> Iterator[str]:
    """The postings of some documents turned round, in arrays of numbers."""
    sizes = array("I", bytes(4 * (end - start)))
    words: list[str] = []
    found: list[tuple[Sequence[int], Sequence[int]]] = []
    for word, docs, counts in segment_words():
        first, last = bisect_left(docs, start), bisect_left(docs, end)
        if first < last:
            words.append(word.encode("utf-8", "replace").decode())
            found.append((_copied(docs[first:last]), _copied(counts[first:last])))
            for doc in found[-1][0]:
                sizes[doc - start] += 1
    ends = array("I", accumulate(sizes, initial=0))
    places = ends[:-1]
    terms, times = array("I", bytes(4 * ends[-1])), array("I", bytes(4 * ends[-1]))
    for number, (docs, counts) in enumerate(found):
        for doc, often in zip(docs, counts, strict=True):
            place = places[doc - start]
            terms[place], times[place] = number, often
            places[doc - start] = place + 1
    for low, high in pairwise(ends):
        yield " ".join([(words[terms[at]] + " ") * (times[at] - 1) + words[terms[at]] for at in range(low, high)])


def _copied(numbers: Sequence[int]) -> Sequence[int]:
    """The numbers apart from the file they lie in, whose pages need not stay for them."""
    return array(numbers.format, numbers.tobytes()) if isinstance(numbers, memoryview) else numbers


def _sums(folder: str) -> Iterator[tuple[str, int]]:
    for name in sorted(os.listdir(folder)):
        if name != _SUMS and not name.startswith("."):
            crc = 0
            with open(os.path.join(folder, name), "rb") as file:
                while data := file.read(_AT_A_TIME):
                    crc = zlib.crc32(data, crc)
            yield name, crc


class TextEngine:
    """The engine of one segment, open."""

    def __init__(self, index: Any) -> None:
        self._searcher = index.searcher()
        self._schema = index.schema
        self._clauses: dict[tuple[str, float, int], Any] = {}

    def best(self, terms: Sequence[tuple[str, float, int]], limit: int, count: int) -> list[tuple[int, float]]:
        """The best `limit` documents for terms with their weight and document frequency, best first, each with an
        upper bound of its score (the sum over its terms of weight times saturated count). `count` is the number of
        documents. Raises `ValueError`."""
        from tantivy import Query

        clauses = [self._clauses.get(term) or self._clause(term, count) for term in terms]
        hits = self._searcher.search(Query.boolean_query(clauses), limit, False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        return [(int(number), score * SLACK) for (score, _), number in zip(hits, numbers, strict=True)]

    def _clause(self, term: tuple[str, float, int], count: int) -> Any:
        from tantivy import Occur, Query

        text, weight, frequency = term
        own = log(1 + (count - frequency + 0.5) / (frequency + 0.5)) * (_K1 + 1)
        query = Query.term_query(self._schema, "words", text, "freq")
        clause = Occur.Should, Query.boost_query(query, weight / own)
        if len(self._clauses) >= _KEPT_CLAUSES:
            self._clauses.clear()
        self._clauses[term] = clause
        return clause


def open_engine(folder: str) -> TextEngine | None:
    """The engine in a folder; None when there is none, or one that was not made as it is now."""
    try:
        with open(os.path.join(folder, _SUMS), encoding="utf-8") as file:
            sums = json.load(file)
        if not can_serve() or sums != dict(_sums(folder)):
            return None
        import tantivy

        return TextEngine(tantivy.Index.open(folder))
    except (OSError, ValueError, ImportError):
        return None
