"""Whether two memories say the same: what either states is in the other, all values agree, nothing is denied by one and
said by the other, and no statement says it of something else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from .likeness import LONG, counted_apart, flipped, like
from .memory_statements import Statement, Statements, Value
from .word_order import told_of_another

SAME_LEAST: Final = 0.6
"""Share of the words of either memory that must be in the other, weighted."""
SAME_MEAN: Final = 0.68
"""And the mean of both shares."""
CONTAINED: Final = 0.95
"""One memory lies in the other: so much of it, statement by statement."""
LIGHT_WEIGHT: Final = 0.25
VALUE_WEIGHT: Final = 1.5

Weight = Callable[[str], float]
"""How much a word tells, 0 to 1 (rare words tell more)."""


def same(one: Statements, other: Statements, weight: Weight) -> float:
    """How much the same they say, 0 when they must not be merged."""
    values, others = _values(one), _values(other)
    if not (values <= others or others <= values):
        return 0.0
    if _names_differ(one, other) or _choices_differ(one, other) or _opposed(one, other) or told_of_another(one, other):
        return 0.0
    long = max(len(one.core), len(other.core)) > LONG
    first = second = SAME_MEAN
    if not long:
        first, second = _covered(one, other, weight), _covered(other, one, weight)
    if not long and min(first, second) >= SAME_LEAST and (first + second) / 2 >= SAME_MEAN:
        return (first + second) / 2
    if values <= others and _contained(one, other):
        return max(first, SAME_MEAN)
    if others <= values and _contained(other, one):
        return max(second, SAME_MEAN)
    return 0.0


def _values(memory: Statements) -> set[Value]:
    return {v for s in memory.all for v in (*s.values, *s.denied_values) if v.kind != "name"}


def _names_differ(one: Statements, other: Statements) -> bool:
    """Each calls somebody or something by a name that the other does not know."""
    mine, theirs = _names_in(one), _names_in(other)
    known, others = _bags(one.all)[0] | one.title.words, _bags(other.all)[0] | other.title.words
    return bool(mine - others) and bool(theirs - known)


def _names_in(memory: Statements) -> set[str]:
    return {v.text for s in memory.core for v in (*s.values, *s.denied_values) if v.kind == "name"}


def _choices_differ(one: Statements, other: Statements) -> bool:
    mine, theirs = _choices(one), _choices(other)
    for group in {g for g, _ in mine} & {g for g, _ in theirs}:
        if {w for g, w in mine if g == group} != {w for g, w in theirs if g == group}:
            return True
    return False


def _choices(memory: Statements) -> set[tuple[int, str]]:
    """What it chooses among words that exclude one another; what is denied anywhere is not chosen."""
    focus, _ = _polarity(memory)
    return {(group, word) for part in memory.core for group, word in part.choices if word not in focus}


def _opposed(one: Statements, other: Statements) -> bool:
    """What a negation of one is about is only said in the other, or what one counts the other has once."""
    focus, said = _polarity(one)
    other_focus, other_said = _polarity(other)
    if flipped(said, focus, other_said, other_focus):
        return True
    return any(counted_apart(left, right) for left in one.core for right in other.core)


def _polarity(memory: Statements) -> tuple[set[str], set[str]]:
    """What its negations are about, and what it says."""
    focus: set[str] = set()
    said: set[str] = set()
    for part in memory.core:
        focus |= part.focus
        said |= part.said
    return focus, said


def _covered(one: Statements, other: Statements, weight: Weight) -> float:
    """The share of one's core (words weighted, denied ones apart) that the other has, reasons included."""
    words, values = _bags(one.core)
    others, other_values = _bags(other.all)
    heavy = {word for part in one.core for word in part.heavy}
    total = found = 0.0
    for word in words:
        worth = (1.0 if word in heavy else LIGHT_WEIGHT) * weight(word)
        total += worth
        found += worth * (1.0 if word in others else like(word, others))
    for value in values:
        total += VALUE_WEIGHT
        found += VALUE_WEIGHT * (value in other_values)
    return found / total if total else 0.0


def _bags(parts: Iterable[Statement]) -> tuple[set[str], set[Value]]:
    words: set[str] = set()
    values: set[Value] = set()
    for part in parts:
        words |= part.words
        values |= {v for v in (*part.values, *part.denied_values) if v.kind in ("number", "date")}
    return words, values


def _contained(one: Statements, other: Statements) -> bool:
    """Every core statement of one stands in a single statement of the other."""
    if not one.core or sum(len(s.heavy) for s in one.core) < 3:
        return False
    for part in one.core:
        heavy = part.heavy or part.words
        if not heavy:
            continue
        best = max((_share(part, candidate) for candidate in other.all), default=0.0)
        if best < CONTAINED:
            return False
    return True


def _share(part: Statement, candidate: Statement) -> float:
    total = len(part.words) + len(part.values)
    found = len(part.said & candidate.said) + len(part.denied & candidate.denied) + len(part.values & candidate.values)
    return found / total if total else 0.0
