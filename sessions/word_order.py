"""Two statements of nearly the same words that do not say the same: the words stand in another order ("tabs over
spaces"), or one word stands where the other has another ("add a column", "remove a column")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Final

from .likeness import like
from .memory_statements import Statement, Statements, stem_of
from .wording import AGENTS, CONJUNCTIONS, LIGHT, NEGATORS, OBJECT_ENDS, ORDERING, PASSIVE, RELATIONS, STOPS, UNITS

FOUND: Final = 0.5
"""Share of the shorter statement's words from which on two statements are laid side by side."""
STRETCH: Final = 2
"""Words that one word can stand in place of."""
SAY_LITTLE: Final = STOPS | LIGHT | NEGATORS
LONGEST: Final = 40
"""Words of a stretch that changed places."""
PARTICIPLE: Final = re.compile(r"(?:ed|en|ados?|adas?|idos?|idas?|written|built|made|sent|kept)$")
OBJECT: Final = 2
"""Words behind a preposition that are its object."""


def told_of_another(one: Statements, other: Statements) -> bool:
    """Two statements of the memories say the same of different things, or the opposite way round."""
    twins = {part.tokens for part in one.core} & {part.tokens for part in other.core}
    lefts, rights = ([part for part in memory.core if part.tokens not in twins] for memory in (one, other))
    pairs = [(left, right) for left in lefts for right in rights if _near(left, right)]
    if any(turned_round(left, right) for left, right in pairs):
        return True
    known, others = _known(one), _known(other)
    return any(_replaced(left, right, known, others) for left, right in pairs)


def _near(left: Statement, right: Statement) -> bool:
    return len(left.heavy & right.heavy) >= max(2, FOUND * min(len(left.heavy), len(right.heavy)))


def _known(memory: Statements) -> set[str]:
    return set().union(memory.title.words, *(part.words for part in memory.all))


# --- another order ------------------------------------------------------------------------------------------------


def turned_round(left: Statement, right: Statement, *, names: bool = True) -> tuple[str, str] | None:
    """What stands where in either statement (`tabs over spaces`, `spaces over tabs`), if they differ in that. With
    `names` the mere order of two names says it, too, which a sentence in the passive may have for another reason."""
    turned = _exchanged(left.tokens, right.tokens) or _objects_exchanged(left, right)
    return turned or (_names_exchanged(left, right) if names else None)


def _exchanged(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, str] | None:
    """The same words, but for two stretches that changed places around what stays between them. Without anything
    between them (`before lunch we eat`) or with a mere `and` that says nothing."""
    if left == right or sorted(left) != sorted(right):
        return None
    start = next(place for place, (a, b) in enumerate(zip(left, right, strict=True)) if a != b)
    end = next(place for place, (a, b) in enumerate(zip(left[::-1], right[::-1], strict=True)) if a != b)
    mine, theirs = left[start : len(left) - end], right[start : len(right) - end]
    for first in range(1, min(len(mine), LONGEST) - 1):
        for last in range(1, len(mine) - first):
            between = mine[first : len(mine) - last]
            if theirs == mine[len(mine) - last :] + between + mine[:first] and not CONJUNCTIONS.issuperset(between):
                return " ".join(mine), " ".join(theirs)
    return None


def _objects_exchanged(left: Statement, right: Statement) -> tuple[str, str] | None:
    """Behind one preposition stands in either what the other says elsewhere."""
    mine, theirs = dict(_objects(left)), dict(_objects(right))
    for relation in sorted(mine.keys() & theirs.keys()):
        first = (mine[relation] - theirs[relation]) & right.words
        second = (theirs[relation] - mine[relation]) & left.words
        if first and second:
            return f"{relation} {min(first)}", f"{relation} {min(second)}"
    return None


def _objects(part: Statement) -> Iterator[tuple[str, set[str]]]:
    """Every preposition that stands once, with the stems of its object."""
    for place, token in enumerate(part.tokens):
        if token not in RELATIONS or part.tokens.count(token) > 1:
            continue
        found: set[str] = set()
        for word in part.tokens[place + 1 :]:
            if len(found) == OBJECT or word in RELATIONS or (found and word in OBJECT_ENDS):
                break
            if word not in SAY_LITTLE:
                found.add(stem_of(word, part.language))
        yield token, found


def _names_exchanged(left: Statement, right: Statement) -> tuple[str, str] | None:
    """Two names, or two words that exclude one another, in the opposite order."""
    named = {value.text for part in (left, right) for value in part.values if value.kind == "name"}
    chosen = {word for _, word in left.choices & right.choices} - UNITS
    mine, theirs = _places(left), _places(right)
    passive = [part for part in (left, right) if _passive(part)]
    if len(passive) == 1 and AGENTS.isdisjoint(passive[0].tokens):
        return None
    both = sorted((named | chosen) & left.said & right.said & mine.keys() & theirs.keys())
    both = [word for word in both if _behind(left, mine[word]) != _behind(right, theirs[word])]
    for number, one in enumerate(both):
        for other in both[number + 1 :]:
            if ((mine[one] < mine[other]) == (theirs[one] < theirs[other])) == (len(passive) != 1):
                continue
            if _listed(left.tokens, mine[one], mine[other]) or _listed(right.tokens, theirs[one], theirs[other]):
                continue
            return f"{one}, {other}", f"{other}, {one}"
    return None


def _behind(part: Statement, place: int) -> str | int:
    """The word behind a name, which belongs to what it says of another where both have it (`UI components`); else what
    is like no word."""
    return stem_of(part.tokens[place + 1], part.language) if place + 1 < len(part.tokens) else id(part)


def _passive(part: Statement) -> bool:
    """`is reviewed by`, `son revisados`, `wird gepruft`."""
    for place, token in enumerate(part.tokens):
        if token in PASSIVE and (
            token.startswith("w") or any(map(PARTICIPLE.search, part.tokens[place + 1 : place + 3]))
        ):
            return True
    return False


def _places(part: Statement) -> dict[str, int]:
    return {stem_of(token, part.language): place for place, token in reversed(list(enumerate(part.tokens)))}


def _listed(tokens: tuple[str, ...], one: int, other: int) -> bool:
    """Nothing but `and`, `or` stands between the two."""
    return CONJUNCTIONS.issuperset(tokens[min(one, other) + 1 : max(one, other)])


def same_order_said_otherwise(left: Statement, right: Statement, words: Iterable[str]) -> bool:
    """`a before b` and `b after a`: all that is flipped is the word of order, and what stands behind it is, too."""
    if not set(words) <= {stem_of(word, left.language) for word in ORDERING}:
        return False
    mine = [object for relation, object in _objects(left) if relation in ORDERING]
    theirs = [object for relation, object in _objects(right) if relation in ORDERING]
    return bool(mine and theirs) and mine[0].isdisjoint(theirs[0])


# --- one word in place of another -----------------------------------------------------------------------------------


def _replaced(left: Statement, right: Statement, known: set[str], others: set[str]) -> bool:
    """Laid side by side, one has a word that its counterpart nowhere says where the other has one that this nowhere
    says."""
    mine, theirs = _content(left), _content(right)
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    if sum(block.size for block in matcher.get_matching_blocks()) < FOUND * min(len(mine), len(theirs)):
        return False
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "replace" or b - a != d - c or b - a > STRETCH:
            continue
        if any(_unknown(word, others) for word in mine[a:b]) and any(_unknown(word, known) for word in theirs[c:d]):
            return True
    return False


def _unknown(word: str, words: set[str]) -> bool:
    """Not said, nor anything like it; a value is compared elsewhere."""
    return word.isalpha() and word not in words and not like(word, words)


def _content(part: Statement) -> list[str]:
    return [stem_of(token, part.language) for token in part.tokens if token not in SAY_LITTLE]
