"""Relations between documents, as special terms of the text index.

A relation is looked up when it is used, never stored resolved, so that a file that comes or goes changes no other
document. The prefixes are control characters, which no analysed text contains.
"""

from __future__ import annotations

import unicodedata

from .segment import Facts

TOPIC = "\x01"
"""A topic's members."""
NAME = "\x02"
"""The bearers of a key: a document's path, its name, its file name's stem."""
TARGET = "\x03"
"""The documents that link to a key."""
SESSION = "\x04"
"""The memories a session produced."""

MAX_NEIGHBOURS = 32
"""Neighbours of one document at most (design §5)."""
MAX_TOPIC = 50
"""A topic of more members connects nobody (design §5)."""


def is_relation(term: str) -> bool:
    """True for a special term, which is no word."""
    return term[:1] < "\x08"


def key(name: str) -> str:
    """What two spellings of a name or path have in common: NFC, casefold, no `.md`, no leading `./`."""
    text = unicodedata.normalize("NFC", name.strip()).casefold()
    text = text.removeprefix("./")
    return text.removesuffix(".md")


def bearer_keys(facts: Facts) -> set[str]:
    """The keys by which other documents can mean this one: path, name, stem."""
    path = key(facts.id)
    return {k for k in (path, path.rpartition("/")[2], key(facts.name)) if k}


def target_key(to: str) -> str:
    """The key under which a link's target is found. A fragment (`file.md#part`) is not part of it."""
    return key(to.partition("#")[0] or to)


def relation_terms(facts: Facts) -> set[str]:
    """The special terms of a document."""
    terms = {NAME + k for k in bearer_keys(facts)}
    terms |= {TOPIC + t.casefold() for t in facts.topics if t}
    for link in facts.links:
        target = target_key(link.to)
        if target:
            terms.add(TARGET + target)
            terms.add(TARGET + target.rpartition("/")[2])
    if facts.session:
        terms.add(SESSION + facts.session)
    return terms
