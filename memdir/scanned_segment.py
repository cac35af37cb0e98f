"""A search without an index, in bounded memory: of the documents only what the question asks for is kept.

A first pass over nothing tells which words the question looks up; then the files are read once, and of each document
its number, its length, its facts (packed) and the counts of those words are kept. Where the answer asks for more (a
word for which a misspelt one was taken, and its synonyms) the files are read again. So the answer is the index's.
"""

from __future__ import annotations

import marshal
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar, overload

from .collection import Collection, View
from .errors import MemdirError
from .growing import GrowingFiles, document_id, place_of
from .memory_segment import deletions, with_terms
from .model import Link
from .neighbours import OPENING, relation_terms
from .query import Query
from .segment import Facts, TextDocument
from .text import count_fields

BLOCK: Final = 64
"""Facts that are packed together."""
_KEPT_BLOCKS: Final = 32
_CHECKED: Final = 200_000
"""Words kept at most of which it is known whether a misspelt one may stand for them."""
MAX_PASSES: Final = 4
"""Passes over the files at most; what is asked for after them counts as unknown."""

T = TypeVar("T")


class Asked:
    """The terms that a question has asked for: `terms` are kept by a pass, `missing` were asked for since."""

    def __init__(self) -> None:
        self.terms: set[str] = set()
        self.missing: set[str] = set()
        self._misspelt: set[str] = set()
        self._missing_misspelt: set[str] = set()
        self._deletions: set[str] = set()
        self._near: dict[str, bool] = {}

    def ask(self, term: str) -> None:
        """A question looks a term up."""
        if term not in self.terms:
            self.missing.add(term)

    def ask_similar(self, word: str) -> None:
        """A question looks for the words that a misspelt one may stand for."""
        if word not in self._misspelt:
            self._missing_misspelt.add(word)

    def take(self) -> bool:
        """Keep in the next pass what was asked for; False when everything was kept already."""
        more = bool(self.missing or self._missing_misspelt)
        self.terms |= self.missing
        self._misspelt |= self._missing_misspelt
        self.missing, self._missing_misspelt = set(), set()
        self._deletions = {deletion for word in self._misspelt for deletion in deletions(word)}
        self._near = {}
        return more

    def keeps(self, term: str) -> bool:
        """Whether a pass keeps a term."""
        return term in self.terms or (bool(self._deletions) and self._is_near(term))

    def _is_near(self, term: str) -> bool:
        near = self._near.get(term)
        if near is None:
            if len(self._near) >= _CHECKED:
                self._near = {}
            near = self._near[term] = not self._deletions.isdisjoint(deletions(term))
        return near


class ScannedSegment:
    """A `Segment` (see `memdir.segment`) of what was asked for. Documents are given once, in ascending order of id."""

    def __init__(self, asked: Asked, documents: Iterable[TextDocument] = (), language: str = "english") -> None:
        self._asked = asked
        self.lengths: Sequence[int] = (lengths := array("I"))
        self._postings: dict[str, tuple[array[int], array[int]]] = {}
        self._blocks: list[bytes] = []
        self._unpacked: dict[int, list[tuple[Any, ...]]] = {}
        ids = _Ids()
        block: list[tuple[Any, ...]] = []
        for number, document in enumerate(documents):
            ids.add(document.facts.id)
            counts = count_fields(document.fields, language)
            lengths.append(sum(counts.values()))
            self._add(number, counts)
            self._add(number, dict.fromkeys(relation_terms(document.facts), 1))
            facts = with_terms(document.facts, language)
            block.append((*facts[1:14], tuple(map(tuple, facts.links)), *facts[15:]))
            if len(block) == BLOCK:
                self._pack(block)
                block = []
        self._pack(block)
        self.ids: Sequence[str] = ids
        self.count = len(ids)
        self.total_length = sum(lengths)

    def _add(self, number: int, counts: dict[str, int]) -> None:
        for term, times in counts.items():
            if self._asked.keeps(term):
                docs, found = self._postings.setdefault(term, (array("I"), array("I")))
                docs.append(number)
                found.append(times)

    def _pack(self, block: list[tuple[Any, ...]]) -> None:
        self._blocks.append(zlib.compress(marshal.dumps(block), 1))

    def find(self, id: str) -> int:
        """The document's number, -1 when it is not here."""
        number = bisect_left(self.ids, id)
        return number if number < self.count and self.ids[number] == id else -1

    def postings(self, term: str) -> tuple[Sequence[int], Sequence[int]] | None:
        """Documents and weighted counts; None for a term that is unknown or was not asked for before the pass."""
        self._asked.ask(term)
        return self._postings.get(term)

    def counts(self, term: str) -> None:
        """None: not kept."""
        return

    def similar_terms(self, term: str) -> Sequence[str]:
        """Terms within the edit distance of a typing error, unordered."""
        self._asked.ask_similar(term)
        wanted = set(deletions(term))
        return [known for known in self._postings if not wanted.isdisjoint(deletions(known))]

    def facts(self, number: int) -> Facts:
        """The document's facts."""
        at = number // BLOCK
        block = self._unpacked.get(at)
        if block is None:
            if len(self._unpacked) >= _KEPT_BLOCKS:
                self._unpacked.clear()
            block = self._unpacked[at] = marshal.loads(zlib.decompress(self._blocks[at]))
        values = block[number % BLOCK]
        links = tuple(Link(*link) for link in values[13])
        return Facts._make((self.ids[number], *values[:13], links, *values[14:]))

    def candidates(self, terms: Sequence[tuple[str, float]], limit: int) -> None:
        """None: the postings are at hand."""
        return


class _Ids(Sequence[str]):
    """Ids of documents of growing files, as numbers."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._files = array("I")
        self._numbers = array("I")

    def add(self, id: str) -> None:
        file, number = place_of(id)
        if not self._names or self._names[-1] != file:
            self._names.append(file)
        self._files.append(len(self._names) - 1)
        self._numbers.append(number)

    def __len__(self) -> int:
        return len(self._files)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        return document_id(self._names[self._files[index]], self._numbers[index])


def scanned(
    files: Sequence[GrowingFiles], text: str, language: str, ask: Callable[[Collection], T]
) -> tuple[T, list[str]]:
    """What `ask` says of all documents of growing files, for a question, and what could not be read. The files are read
    for it. A file that cannot be read, or goes meanwhile, gives what was read of it."""
    asked = Asked()
    asked.ask(OPENING)
    Query(Collection([View(ScannedSegment(asked))]), text, language)
    unread: dict[str, None] = {}
    for _ in range(MAX_PASSES):
        asked.take()
        views = [View(ScannedSegment(asked, _documents(each, unread), language), root=each.root) for each in files]
        found = ask(Collection(views))
        if not asked.missing:
            break
    return found, [*unread]


def _documents(files: GrowingFiles, unread: dict[str, None]) -> Iterable[TextDocument]:
    for stat in sorted(files.walk()[0], key=lambda stat: stat.id + "/"):
        try:
            yield from files.read(stat, None)
        except MemdirError as error:
            if error.code != "vanished":
                unread[str(error)] = None
