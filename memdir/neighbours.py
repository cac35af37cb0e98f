"""Relations between documents, as special terms of the text index, and a document's neighbours with their weights.

A relation is looked up when it is used, never stored resolved, so that a file that comes or goes changes no other
document. The prefixes are control characters, which no analysed text contains. Links resolve as in `memdir.names`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from .model import INDEX_NAME
from .names import Names, loose
from .segment import Facts

TOPIC = "\x01"
"""A topic's members."""
NAME = "\x02"
"""The bearers of a loose name: of a document's name or its file name's stem."""
TARGET = "\x03"
"""The documents with a link that may mean a loose name."""
SESSION = "\x04"
"""The memories a session produced."""

MAX_NEIGHBOURS = 32
"""Neighbours of one document at most (design §5)."""
MAX_MEMBERS = 50
"""A topic or session of more members connects nobody (design §5)."""

LINK_WEIGHT = 1.0
LINKED_WEIGHT = 0.7
"""A document is a little less about who links to it than about what it links to."""
TOPIC_WEIGHT = 0.3
SESSION_WEIGHT = 0.3


_loose = lru_cache(maxsize=1 << 14)(loose)


class Neighbour(NamedTuple):
    """A document that another leads to, how strongly (0 to 1), and by which edge."""

    number: int
    weight: float
    edge: str


class Documents(Protocol):
    """Where neighbours are looked up: the documents of one or several sources, by number."""

    @property
    def facts(self) -> Callable[[int], Facts]:
        """The facts of a document by its number."""

    def related(self, term: str, number: int) -> Sequence[int]:
        """The documents that have a special term, of the same source as document `number`."""


def is_relation(term: str) -> bool:
    """True for a special term, which is no word."""
    return term[:1] < "\x08"


def relation_terms(facts: Facts) -> set[str]:
    """The special terms of a document. Inline sections of a MEMORY.md have none: no link means one."""
    if _is_section(facts.id):
        return set()
    terms = {NAME + key for key in _own_keys(facts)}
    terms |= {TOPIC + topic for topic in facts.topics if topic}
    for link in facts.links:
        terms |= {TARGET + key for key in _target_keys(link.to)}
    if facts.session:
        terms.add(SESSION + facts.session)
    return terms


def neighbours(number: int, documents: Documents) -> tuple[Neighbour, ...]:
    """The neighbours of a document: what it links to and who links to it, who shares a topic or a session. Each once,
    by its strongest edge, the strongest first, ties by path; at most `MAX_NEIGHBOURS`."""
    best: dict[int, Neighbour] = {}
    for neighbour in _edges(number, documents):
        known = best.get(neighbour.number)
        if neighbour.number != number and (known is None or neighbour.weight > known.weight):
            best[neighbour.number] = neighbour
    ordered = sorted(best.values(), key=lambda n: (-n.weight, documents.facts(n.number).id))
    return tuple(ordered[:MAX_NEIGHBOURS])


def _edges(number: int, documents: Documents) -> Iterator[Neighbour]:
    facts = documents.facts(number)
    if _is_section(facts.id):
        return
    for link in facts.links:
        target = _resolve(link.to, number, documents)
        if target >= 0:
            yield Neighbour(target, LINK_WEIGHT * _weight(link.weight), f"linked from {facts.id} ({link.relationship})")
    for key in _own_keys(facts):
        for source in documents.related(TARGET + key, number):
            for link in documents.facts(source).links:
                if key in _target_keys(link.to) and _resolve(link.to, source, documents) == number:
                    yield Neighbour(
                        source, LINKED_WEIGHT * _weight(link.weight), f"links to {facts.id} ({link.relationship})"
                    )
    groups = [(TOPIC + t, TOPIC_WEIGHT, f"topic {t}, with {facts.id}") for t in facts.topics if t]
    if facts.session:
        groups.append((SESSION + facts.session, SESSION_WEIGHT, f"same session as {facts.id}"))
    for term, weight, edge in groups:
        members = documents.related(term, number)
        if len(members) <= MAX_MEMBERS:
            for member in members:
                yield Neighbour(member, weight, edge)


def _resolve(to: str, number: int, documents: Documents) -> int:
    """The one document a link means, -1 for none or several."""
    found: dict[str, int] = {}
    for key in _target_keys(to):
        for bearer in documents.related(NAME + key, number):
            found[documents.facts(bearer).id] = bearer
    names = Names((id, documents.facts(bearer).name) for id, bearer in found.items())
    meant = names.resolve(to, documents.facts(number).id)
    return found[meant[0]] if len(meant) == 1 else -1


def _own_keys(facts: Facts) -> tuple[str, ...]:
    base = facts.id.rpartition("/")[2]
    stem = base.rpartition(".")[0] or base
    if stem == facts.name:
        return (_loose(stem),)
    return tuple({_loose(facts.name), _loose(stem)} - {""})


def _target_keys(to: str) -> set[str]:
    """Loose names, one of which every document has that the link can mean (by path, name or stem)."""
    whole = to.partition("|")[0].strip()
    keys = {_loose(whole)}
    if "#" in whole or "/" in whole or "." in whole:
        for text in (whole, whole.partition("#")[0]):
            last = text.rpartition("/")[2]
            keys |= {_loose(text), _loose(last), _loose(last.rpartition(".")[0])}
    return keys - {""}


def _weight(weight: float) -> float:
    return min(max(weight, 0.0), 1.0) if weight == weight else 1.0  # NaN is unequal to itself


def _is_section(id: str) -> bool:
    return "#" in id and id.partition("#")[0].rpartition("/")[2] == INDEX_NAME
