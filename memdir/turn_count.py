"""How many turns of the transcripts mention what was asked for."""

from __future__ import annotations

from .collection import Collection
from .query import Query
from .stem import ENGLISH


def mentions(collection: Collection, text: str, language: str = ENGLISH) -> int:
    """The number of documents that have every word of a query, in whatever form; a word that no document has does not
    count where others have one. 0 for a query without words."""
    found: set[int] | None = None
    for word in Query(collection, text, language).words:
        if not word.weight or not word.direct:
            continue
        have = {
            base + doc
            for _, _, entry in word.direct
            for base, view, docs, _, _ in entry.lists
            for doc in docs
            if doc not in view.removed
        }
        found = have if found is None else found & have
        if not found:
            return 0
    return len(found or ())
