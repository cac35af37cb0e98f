"""How like two statements are: words they share, words only one has, what a negation is about, words of scope."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from memdir.synonyms import synonyms

from .memory_statements import Statement

SYNONYM: Final = 0.6
"""What a synonym counts where the word itself is missing."""
COMPOUNDS: Final = 60
"""Words in which the end of a compound is looked for (each is tried)."""
LONG: Final = 12
"""Statements from which on a memory is long: contradictions in it must be plainer, and it says the same as another only
statement by statement, as long texts share words anyhow."""

Words = AbstractSet[str]


def scopes_apart(left: Iterable[Statement], right: Iterable[Statement]) -> bool:
    mine = set().union(*(s.scopes for s in left))
    theirs = set().union(*(s.scopes for s in right))
    for group in {g for g, _ in mine} & {g for g, _ in theirs}:
        if {w for g, w in mine if g == group}.isdisjoint({w for g, w in theirs if g == group}):
            return True
    return False


def like(word: str, words: Words) -> float:
    """What a word counts that is not among the others itself: a synonym or the end of a compound is."""
    if not words.isdisjoint(synonyms(word)):
        return SYNONYM
    if len(word) >= 5 and len(words) <= COMPOUNDS and any(_compound(word, other) for other in words):
        return SYNONYM
    return 0.0


def _compound(one: str, other: str) -> bool:
    return len(other) >= 5 and (other.endswith(one) or one.endswith(other))


def flipped(said: Words, focus: Words, other_said: Words, other_focus: Words) -> Words:
    """The words that one only says and a negation of the other is about."""
    return ((said - focus) & (other_focus - other_said)) | ((focus - said) & (other_said - other_focus))


def counted_apart(left: Statement, right: Statement) -> tuple[str, str] | None:
    """`two reviewers` in one and `a reviewer` in the other."""
    for first, second, order in ((left, right, 1), (right, left, -1)):
        for _, number, noun in first.counted:
            if number != "1" and noun and noun in second.single and noun in first.heavy:
                return (f"{number} {noun}", f"1 {noun}")[::order]  # type: ignore[return-value]
    return None


def rest(left: Statement, right: Statement) -> tuple[set[str], set[str]]:
    """The words that matter and only one of the two has, synonyms and values left out."""
    values = value_texts(left, right)
    choices = {w for s in (left, right) for _, w in s.choices}
    mine = {w for w in left.heavy - right.words - values - choices if not like(w, right.words)}
    theirs = {w for w in right.heavy - left.words - values - choices if not like(w, left.words)}
    return mine, theirs


def value_texts(left: Statement, right: Statement) -> set[str]:
    values = [v for s in (left, right) for v in (*s.values, *s.denied_values) if v.kind != "name"]
    return {v.text for v in values} | {v.unit for v in values}


def frame(left: Statement, right: Statement) -> float:
    """How much two statements are about one thing: shared words that matter in all of those, values left out."""
    values = value_texts(left, right)
    mine, theirs = left.heavy - values, right.heavy - values
    alike = mine & theirs
    alike |= {w for w in mine - theirs if like(w, theirs)}
    total = len(alike) + len(mine - alike) + len({w for w in theirs - alike if not like(w, mine)})
    return len(alike) / total if total else 0.0


def shared(left: Statement, right: Statement) -> int:
    values = value_texts(left, right)
    return len((left.heavy & right.heavy) - values)
