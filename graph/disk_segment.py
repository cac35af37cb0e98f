"""A segment over a memory-mapped file. What a look-up needs is decoded when it is asked for.

Sections (numbers in the machine's byte order, which the file records):

- `documents`: for each document its id and its facts; `document_table`: (place, length of id, of facts). Facts are
  their numbers (`NUMBERS`) and then their texts (`TEXTS`) and the rest as JSON, with NUL between
- `lengths`: u32 for each document
- `postings`: for each term its documents (u32, ascending), their counts (u16, or u32 when one is larger), its text;
  for a word in many documents the count in every document (u8, 255 for more), so that one document's is found at once
- `hashes`: the terms' CRC-32, ascending; `terms`: (place of postings, number of documents, length of text with flags:
  `WIDE` and `DENSE`)
- `typo_hashes`: CRC-32 of each deletion of each word, ascending; `typo_terms`: the number of the word (both only in a
  segment of many terms)

A term's number is its rank by (hash, text): look-up is one bisection over an array of numbers.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast, overload

from memdir.memory_segment import deletion_table, deletions
from memdir.model import Link
from memdir.neighbours import is_relation
from memdir.segment import Facts

from .section_file import SectionFile

if TYPE_CHECKING:
    from .text_engine import TextEngine

KIND: Final = "segment"
DOCUMENT: Final = struct.Struct("=QII")
TERM: Final = struct.Struct("=QII")
WIDE: Final = 1 << 31
DENSE: Final = 1 << 30
_LENGTH: Final = DENSE - 1
NUMBERS: Final = struct.Struct("=dddddq?")
"""confidence, modified, valid_from, valid_until, created, line, pinned"""
TEXTS: Final = ("name", "description", "namespace", "status", "type", "session", "about")
NONE: Final = "\x01"
"""A text that is None."""
FACTS: Final = tuple(name for name in Facts.__annotations__ if name != "id")
"""The fields of `Facts` in the order in which they are kept. Part of an index's stamp."""
_DECODE: Final = json.JSONDecoder().raw_decode
"""`json.loads` takes twice as long for a short text."""
_KEPT_FACTS: Final = 20_000
"""Decoded facts kept (about 1 KB each)."""
_KEPT_FREQUENCIES: Final = 50_000
_READ_AT_A_TIME: Final = 64_000
"""Bytes of postings read in order after which they are let go, so that many files are merged in little memory."""


def engine_folder(path: str) -> str:
    """Where the text engine of a segment lies, when it has one."""
    return path + ".engine"


class DiskSegment:
    """A `memdir.segment.Segment` in a file. Raises `IndexDamaged` on opening and from any method."""

    def __init__(self, path: str) -> None:
        self._file = file = SectionFile(path, KIND)
        count, total = file.header.get("count"), file.header.get("total_length")
        self.lengths: Sequence[int] = cast("Sequence[int]", file.numbers("lengths", "I"))
        self._hashes = cast("Sequence[int]", file.numbers("hashes", "I"))
        self._term_count = len(self._hashes)
        self._documents, _ = file.place("documents")
        self._document_table, table_end = file.place("document_table")
        self._postings, _ = file.place("postings")
        self._terms, terms_end = file.place("terms")
        if (
            not isinstance(count, int)
            or not isinstance(total, int)
            or len(self.lengths) != count
            or table_end - self._document_table != count * DOCUMENT.size
            or terms_end - self._terms != len(self._hashes) * TERM.size
        ):
            raise file.damaged("its sections do not fit together")
        self.count: int = count
        self.total_length: int = total
        self._typos: tuple[Sequence[int], Sequence[int]] | None = None
        self._typos_made: Mapping[str, Sequence[str]] | None = None
        self._facts: dict[int, Facts] = {}
        self._frequencies: dict[str, int] = {}
        self._engine: TextEngine | None = None
        self._engine_tried = False

    @property
    def path(self) -> str:
        """The file."""
        return self._file.path

    @property
    def ids(self) -> Sequence[str]:
        """The ids, in order. Not kept: the file is closed when the last reference to the segment goes, and two objects
        that refer to each other would wait for the garbage collector."""
        return _Ids(self)

    def find(self, id: str) -> int:
        """The document's number, -1 when it is not here."""
        number = bisect_left(ids := self.ids, id)
        return number if number < self.count and ids[number] == id else -1

    def postings(self, term: str) -> tuple[Sequence[int], Sequence[int]] | None:
        """Documents and weighted counts as arrays over the file; None for an unknown term."""
        found = self._find(term)
        return found and found[1:]

    def counts(self, term: str) -> Sequence[int] | None:
        """The count of a word in many documents by document, 255 for more; None for another term."""
        found = self._find(term)
        if found is None:
            return None
        at = self._terms + found[0] * TERM.size
        place, many, size = TERM.unpack(self._file.read(at, at + TERM.size))
        end = self._postings + place + (8 if size & WIDE else 6) * many + (size & _LENGTH)
        return self._file.read(end, end + self.count) if size & DENSE else None

    def _find(self, term: str) -> tuple[int, Sequence[int], Sequence[int]] | None:
        """A term's number, documents and counts."""
        encoded = term.encode("utf-8", "surrogatepass")
        key = zlib.crc32(encoded)
        hashes = self._hashes
        number = bisect_left(hashes, key)
        while number < self._term_count and hashes[number] == key:
            text, docs, counts = self._entry(number)
            if text == encoded:
                return number, docs, counts
            number += 1
        return None

    def _entry(self, number: int) -> tuple[memoryview, Sequence[int], Sequence[int]]:
        """Text, documents and counts of a term."""
        read = self._file.read
        at = self._terms + number * TERM.size
        place, found, size = TERM.unpack(read(at, at + TERM.size))
        width = 4 if size & WIDE else 2
        start = self._postings + place
        middle = start + 4 * found
        end = middle + width * found
        whole = read(start, end + (size & _LENGTH))
        docs = whole[: 4 * found].cast("I")
        counts = whole[4 * found : end - start].cast("I" if width == 4 else "H")
        return whole[end - start :], cast("Sequence[int]", docs), cast("Sequence[int]", counts)

    def _text(self, number: int) -> str:
        at = self._terms + number * TERM.size
        place, found, size = TERM.unpack(self._file.read(at, at + TERM.size))
        start = self._postings + place + (8 if size & WIDE else 6) * found
        return str(self._file.read(start, start + (size & _LENGTH)), "utf-8", "surrogatepass")

    def entries(self) -> Iterator[tuple[int, bytes, Sequence[int], Sequence[int]]]:
        """Hash, text, documents and counts of every term, in ascending order of (hash, text)."""
        size = 0
        for number, key in enumerate(self._hashes):
            text, docs, counts = self._entry(number)
            yield key, bytes(text), docs, counts
            size += len(text) + 6 * len(docs)
            if size > _READ_AT_A_TIME:
                self._file.release()
                size = 0

    def words(self) -> Iterator[tuple[str, Sequence[int], Sequence[int]]]:
        """Text, documents and counts of every term that is a word."""
        for _, text, docs, counts in self.entries():
            word = str(text, "utf-8", "surrogatepass")
            if not is_relation(word):
                yield word, docs, counts

    def terms(self) -> list[str]:
        """Every term in ascending order."""
        return sorted(str(text, "utf-8", "surrogatepass") for _, text, _, _ in self.entries())

    def similar_terms(self, term: str) -> Sequence[str]:
        """Terms within the edit distance of a typing error, unordered."""
        if not self._file.has("typo_hashes"):
            if self._typos_made is None:
                self._typos_made = deletion_table(word for word, _, _ in self.words())
            return list({text for deletion in deletions(term) for text in self._typos_made.get(deletion, ())})
        if self._typos is None:
            self._typos = (
                cast("Sequence[int]", self._file.numbers("typo_hashes", "I")),
                cast("Sequence[int]", self._file.numbers("typo_terms", "I")),
            )
        hashes, terms = self._typos
        found: set[str] = set()
        for deletion in deletions(term):
            key = zlib.crc32(deletion.encode("utf-8", "surrogatepass"))
            place = bisect_left(hashes, key)
            while place < len(hashes) and hashes[place] == key:
                text = self._text(terms[place])
                if _is_deletion(deletion, text):
                    found.add(text)
                place += 1
        return list(found)

    def facts(self, number: int) -> Facts:
        """The document's facts."""
        facts = self._facts.get(number)
        if facts is None:
            if len(self._facts) >= _KEPT_FACTS:
                self._facts.clear()
            facts = self._facts[number] = self._decode(number)
        return facts

    def _decode(self, number: int) -> Facts:
        start, id_size, size = self._document(number)
        data = self._file.read(start, start + id_size + size)
        try:
            confidence, modified, valid_from, valid_until, created, line, pinned = NUMBERS.unpack_from(data, id_size)
            texts = str(data[id_size + NUMBERS.size :], "utf-8", "surrogatepass").split("\0")
            name, description, namespace, status, type, session, about, rest = texts
            topics: tuple[str, ...] = ()
            links: tuple[Link, ...] = ()
            sources: tuple[str, ...] = ()
            offsets: tuple[int, ...] = ()
            if rest:
                (topics, found, sources, kept, offsets), _ = _DECODE(rest)
                topics, sources, offsets = tuple(topics), tuple(sources), tuple(offsets)
                links = tuple([Link(*link) for link in found])
                if kept:
                    name, description, namespace, status, type, session, about = kept
            return tuple.__new__(Facts, (
                str(data[:id_size], "utf-8", "surrogatepass"), name, description, None if type == NONE else type,
                topics, namespace, status, confidence, modified, valid_from, valid_until, pinned, line,
                None if session == NONE else session, links, created, sources, about, offsets,
            ))  # fmt: skip
        except (ValueError, TypeError, struct.error) as error:
            raise self._file.damaged("facts cannot be read") from error

    def _document(self, number: int) -> tuple[int, int, int]:
        if not 0 <= number < self.count:
            raise IndexError(number)
        at = self._document_table + number * DOCUMENT.size
        place, id_size, size = DOCUMENT.unpack(self._file.read(at, at + DOCUMENT.size))
        return self._documents + place, id_size, size

    def id(self, number: int) -> str:
        """The document's id."""
        start, size, _ = self._document(number)
        return str(self._file.read(start, start + size), "utf-8", "surrogatepass")

    def raw_facts(self, number: int) -> bytes:
        """The document's facts as they are stored."""
        start, id_size, size = self._document(number)
        return bytes(self._file.read(start + id_size, start + id_size + size))

    def candidates(self, terms: Sequence[tuple[str, float]], limit: int) -> Sequence[tuple[int, float]] | None:
        """The engine's best `limit` documents with an upper bound of their score; None where there is no engine."""
        if not self._engine_tried:
            self._engine_tried = True
            if os.path.isdir(engine_folder(self.path)):
                from .text_engine import open_engine

                self._engine = open_engine(engine_folder(self.path))
        if self._engine is None:
            return None
        found = [(term, weight, self._frequency(term)) for term, weight in terms]
        known = [term for term in found if term[2]]
        try:
            return self._engine.best(known, limit, self.count)
        except ValueError:
            return None

    def _frequency(self, term: str) -> int:
        """In how many documents a term is."""
        found = self._frequencies.get(term)
        if found is None:
            if len(self._frequencies) >= _KEPT_FREQUENCIES:
                self._frequencies.clear()
            postings = self.postings(term)
            found = self._frequencies[term] = len(postings[0]) if postings else 0
        return found

    def release(self) -> None:
        """Let go of what was read."""
        self._file.release()

    def verify(self) -> None:
        """Check the whole file against its checksums."""
        self._file.verify()


def _is_deletion(deletion: str, term: str) -> bool:
    """True when `deletion` is the term or the term without one character."""
    if len(term) - len(deletion) not in (0, 1):
        return False
    at = 0
    while at < len(deletion) and deletion[at] == term[at]:
        at += 1
    return deletion[at:] == term[at + len(term) - len(deletion) :]


class _Ids(Sequence[str]):
    """The ids of a segment, decoded one by one."""

    def __init__(self, segment: DiskSegment) -> None:
        self._segment = segment

    def __len__(self) -> int:
        return self._segment.count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self._segment.id(number) for number in range(*index.indices(len(self)))]
        return self._segment.id(index if index >= 0 else index + len(self))
