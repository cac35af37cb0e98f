"""What recall reads: a segment is an immutable set of analysed documents, in memory or on disk.

The index on disk is a few segments; what changed since is one more, in memory (the overlay); with no index the overlay
is everything. Recall sums word statistics over all segments it is given and never asks which kind one is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from .model import Link


class Facts(NamedTuple):
    """What recall needs to know of one document besides its words: filters, priors, and what a hit shows.

    `created`, `modified`, `valid_from` and `valid_until` are seconds since the epoch (0, 0, -inf and inf where the file
    says nothing); `group` is the namespace (or a session), `place` the order in the group.
    """

    id: str
    name: str
    description: str
    type: str | None
    topics: tuple[str, ...]
    namespace: str
    status: str
    confidence: float
    modified: float
    valid_from: float
    valid_until: float
    pinned: bool
    line: int
    session: str | None
    links: tuple[Link, ...]
    """`metadata.links` and the body's `[[wiki links]]`, as written: targets are resolved when they are used, so that
    a file that comes or goes changes no other file's facts."""
    created: float = 0.0
    sources: tuple[str, ...] = ()
    """`metadata.sources`: what the memory was made from, as written."""
    about: str = ""
    """The terms of the name and the description, each between spaces. A segment sets it."""
    offsets: tuple[int, ...] = ()
    """Where in its file the lines of the document begin, in bytes; empty where the document is the whole file."""


class TextDocument(NamedTuple):
    """What the text index takes: fields of text with their weights (how many times a word there counts), and facts.
    It does not know whether it is a memory or a turn of a transcript."""

    facts: Facts
    fields: tuple[tuple[str, int], ...]


class Segment(Protocol):
    """Documents are numbered from 0 in ascending order of id. Terms are analysed (`memdir.text`)."""

    @property
    def count(self) -> int:
        """Number of documents."""

    @property
    def total_length(self) -> int:
        """Sum of `lengths`."""

    @property
    def ids(self) -> Sequence[str]:
        """Document ids in ascending order."""

    @property
    def lengths(self) -> Sequence[int]:
        """Weighted length of each document: the sum of its weighted term counts."""

    def find(self, id: str) -> int:
        """The document's number, -1 when it is not here."""

    def postings(self, term: str) -> tuple[Sequence[int], Sequence[int]] | None:
        """Documents (ascending) that contain the term and its weighted count in each; None for an unknown term.
        Relations are terms too, under prefixes no text can produce (`memdir.neighbours`): a topic's members, a name's
        bearers, who links to a name, a session's memories."""

    def counts(self, term: str) -> Sequence[int] | None:
        """The weighted count of a word in every document, 255 for more, for a word in so many documents that the
        segment keeps that; else None."""

    def similar_terms(self, term: str) -> Sequence[str]:
        """Terms of this segment within the edit distance of a typing error, unordered."""

    def facts(self, number: int) -> Facts:
        """The document's facts."""

    def candidates(self, terms: Sequence[tuple[str, float]], limit: int) -> Sequence[tuple[int, float]] | None:
        """An accelerator's best `limit` documents for weighted terms, with an upper-bound-able score, best first.
        None when there is none: the caller then reads the postings."""
