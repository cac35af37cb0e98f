"""Relations between documents, as special terms of the text index, and a document's neighbours with their weights.

A relation is looked up when it is used, never stored resolved, so that a file that comes or goes changes no other
document. The prefixes are control characters, which no analysed text contains. Links resolve as in `memdir.names`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import NamedTuple, Protocol

from .growing import FIRST
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
PINNED = "\x05"
"""What is pinned."""
OPENING = "\x06"
"""The first document of each growing file (`memdir.growing`)."""

MAX_NEIGHBOURS = 32
"""Neighbours of one document at most (design §5)."""
MAX_MEMBERS = 50
"""A topic or session of more members connects nobody (design §5)."""

LINK_WEIGHT = 1.0
LINKED_WEIGHT = 0.7
"""A document is a little less about who links to it than about what it links to."""
TOPIC_WEIGHT = 0.3
SESSION_WEIGHT = 0.3
GROUP_WEIGHT = max(TOPIC_WEIGHT, SESSION_WEIGHT)


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

    def related(self, term: str, number: int) -> Collection[int]:
        """The documents that have a special term, of the same source as document `number`."""

    def first(self, numbers: Collection[int], count: int) -> list[int]:
        """The first `count` of some documents by path, in that order."""


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
    if facts.pinned:
        terms.add(PINNED)
    if facts.id.endswith(FIRST):
        terms.add(OPENING)
    return terms


def linked(number: int, documents: Documents) -> dict[int, Neighbour]:
    """What a document links to and who links to it, each by the strongest link."""
    facts = documents.facts(number)
    links: dict[int, Neighbour] = {}
    if _is_section(facts.id):
        return links
    for link in facts.links:
        target = _resolve(link.to, number, documents)
        if target >= 0:
            weight, edge = LINK_WEIGHT * _weight(link.weight), f"linked from {facts.id} ({link.relationship})"
            _keep(links, Neighbour(target, weight, edge))
    for key in _own_keys(facts):
        for source in documents.related(TARGET + key, number):
            for link in documents.facts(source).links:
                if key in _target_keys(link.to) and _resolve(link.to, source, documents) == number:
                    weight, edge = LINKED_WEIGHT * _weight(link.weight), f"links to {facts.id} ({link.relationship})"
                    _keep(links, Neighbour(source, weight, edge))
    links.pop(number, None)
    return links


def _keep(links: dict[int, Neighbour], neighbour: Neighbour) -> None:
    known = links.get(neighbour.number)
    if known is None or neighbour.weight > known.weight:
        links[neighbour.number] = neighbour


def near(
    number: int, links: dict[int, Neighbour], documents: Documents, known: Mapping[int, Facts], least: float
) -> list[Neighbour]:
    """The neighbours of a document whose `links` are given: those among `known`, and of others the links that weigh
    `least`. The members of its topics and session are only looked up when one of `known` is among them."""
    facts = documents.facts(number)
    asked = [n for n, link in links.items() if n in known or link.weight >= least]
    few = len(links) <= MAX_NEIGHBOURS and all(links[n].weight > GROUP_WEIGHT for n in asked)
    if few and not _shares(number, facts, known):
        return [links[n] for n in asked]
    best = dict(links)
    for term, weight, edge in _groups(facts):
        members = documents.related(term, number)
        if len(members) <= MAX_MEMBERS:
            for member in members:
                if member not in best or best[member].weight < weight:
                    best[member] = Neighbour(member, weight, edge)
    best.pop(number, None)
    asked += [n for n in known if n in best and n not in links]
    if len(best) > MAX_NEIGHBOURS:
        asked = _strongest(best, asked, documents)
    return [best[n] for n in asked]


def _shares(number: int, facts: Facts, known: Mapping[int, Facts]) -> bool:
    """Whether one of `known` may be in a group of the document."""
    if _is_section(facts.id) or not (facts.topics or facts.session):
        return False
    topics, session = set(facts.topics), facts.session
    return any(
        n != number and (not topics.isdisjoint(f.topics) or (session and f.session == session))
        for n, f in known.items()
    )


def _groups(facts: Facts) -> list[tuple[str, float, str]]:
    """The groups a document is in, as the term of its members, its weight and its edge."""
    if _is_section(facts.id):
        return []
    groups = [(TOPIC + t, TOPIC_WEIGHT, f"topic {t}, with {facts.id}") for t in facts.topics if t]
    if facts.session:
        groups.append((SESSION + facts.session, SESSION_WEIGHT, f"same session as {facts.id}"))
    return groups


def _strongest(best: dict[int, Neighbour], asked: list[int], documents: Documents) -> list[int]:
    """Those asked for that are among the `MAX_NEIGHBOURS` strongest of all, ties by path."""
    chosen: list[int] = []
    for weight in {best[n].weight for n in asked}:
        room = MAX_NEIGHBOURS - sum([n.weight > weight for n in best.values()])
        if room > 0:
            equal = [n.number for n in best.values() if n.weight == weight]
            first = set(documents.first(equal, room)) if len(equal) > room else equal
            chosen += [n for n in asked if best[n].weight == weight and n in first]
    return chosen


def neighbours(number: int, documents: Documents) -> tuple[Neighbour, ...]:
    """All neighbours of a document, the strongest first, ties by path."""
    groups = [documents.related(term, number) for term, _, _ in _groups(documents.facts(number))]
    known = {member: documents.facts(member) for members in groups for member in members}
    chosen = near(number, linked(number, documents), documents, known, 0.0)
    return tuple(sorted(chosen, key=lambda n: (-n.weight, documents.facts(n.number).id)))


def _resolve(to: str, number: int, documents: Documents) -> int:
    """The one document a link means, -1 for none or several."""
    found: dict[str, int] = {}
    keys = _target_keys(to)
    if len(keys) == 1 and keys == {to}:  # most links are names as they are; one bearer of it leaves no choice
        bearers = documents.related(NAME + to, number)
        if len(bearers) < 2:
            return next(iter(bearers), -1)
    for key in keys:
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
