"""Whether two memories say the same, contradict each other, or neither. Pure; no model.

They say the same when what either states is in the other and nothing speaks against it: all values agree, nothing is
denied by one and said by the other, no word tells two subjects apart. They contradict each other when two statements
of one subject differ in a value or in being denied. In doubt it is neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import Final, Literal, NamedTuple

from memdir.synonyms import synonyms

from .memory_statements import Statement, Statements, Value
from .wording import INTRODUCERS, LIGHT, STOPS

SAME_LEAST: Final = 0.6
"""Share of the words of either memory that must be in the other, weighted."""
SAME_MEAN: Final = 0.68
"""And the mean of both shares."""
CONTAINED: Final = 0.95
"""One memory lies in the other: so much of it, statement by statement."""
FRAME: Final = 0.6
"""Two statements are about one thing: shared words in all words (Jaccard), without values."""
SYNONYM: Final = 0.6
"""What a synonym counts where the word itself is missing."""
COMPOUNDS: Final = 60
"""Words in which the end of a compound is looked for (each is tried)."""
LIGHT_WEIGHT: Final = 0.25
VALUE_WEIGHT: Final = 1.5
LEAST_WORDS: Final = 2
"""Words that matter which two statements of one subject share at least."""
SUBJECT: Final = 0.4
"""Share of the words of the smaller subject (name, first statement) that two memories on one subject have in common."""
HALF_FRAME: Final = 0.3
"""Share of the shorter statement's words that must be in the longer one before more is asked."""
FEW_WORDS: Final = 3
NAMED_SUBJECT: Final = 5
"""Words that matter which two statements share when their memories' subjects differ."""
LONG: Final = 12
"""Statements from which on a memory is long: contradictions in it must be plainer, and it says the same as another only
statement by statement, as long texts share words anyhow."""
FRAME_LONG: Final = 0.75

Weight = Callable[[str], float]
"""How much a word tells, 0 to 1 (rare words tell more)."""


Words = AbstractSet[str]


class Verdict(NamedTuple):
    """`kind` is same, conflict or none. Of a conflict: `values` the two values (or statements) that exclude each other,
    `statements` the two statements, `newer` 0 or 1 for the memory whose statement declares itself the newer, else
    None."""

    kind: Literal["same", "conflict", "none"]
    score: float = 0.0
    values: tuple[str, str] = ("", "")
    statements: tuple[str, str] = ("", "")
    newer: int | None = None


NONE: Final = Verdict("none")


def compare(one: Statements, other: Statements, weight: Weight = lambda word: 1.0) -> Verdict:
    """The verdict over two memories."""
    if _apart(one, other):
        return NONE
    conflict = _conflict(one, other, weight)
    if conflict is not None:
        return conflict
    score = _same(one, other, weight)
    return Verdict("same", score) if score else NONE


def _apart(one: Statements, other: Statements) -> bool:
    """Names, keys or scopes tell the two apart: they are about different things."""
    if one.dates and other.dates and one.dates != other.dates:
        return True
    labels = {label for label, _ in one.keys} & {label for label, _ in other.keys}
    for label in labels:
        if {n for k, n in one.keys if k == label}.isdisjoint({n for k, n in other.keys if k == label}):
            return True
    return _scopes_apart(_heads(one), _heads(other))


def _heads(memory: Statements) -> Iterable[Statement]:
    return (memory.title, *memory.core[:1])


def _scopes_apart(left: Iterable[Statement], right: Iterable[Statement]) -> bool:
    mine = set().union(*(s.scopes for s in left))
    theirs = set().union(*(s.scopes for s in right))
    for group in {g for g, _ in mine} & {g for g, _ in theirs}:
        if {w for g, w in mine if g == group}.isdisjoint({w for g, w in theirs if g == group}):
            return True
    return False


# --- the same -----------------------------------------------------------------------------------------------------


def _same(one: Statements, other: Statements, weight: Weight) -> float:
    """How much the same they say, 0 when they must not be merged."""
    values, others = _values(one), _values(other)
    if not (values <= others or others <= values):
        return 0.0
    if _names_differ(one, other) or _choices_differ(one, other) or _opposed(one, other):
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
    if _flipped(said, focus, other_said, other_focus):
        return True
    return any(_counted_apart(left, right) for left in one.core for right in other.core)


def _flipped(said: Words, focus: Words, other_said: Words, other_focus: Words) -> Words:
    """The words that one only says and a negation of the other is about."""
    return ((said - focus) & (other_focus - other_said)) | ((focus - said) & (other_said - other_focus))


def _polarity(memory: Statements) -> tuple[set[str], set[str]]:
    """What its negations are about, and what it says."""
    focus: set[str] = set()
    said: set[str] = set()
    for part in memory.core:
        focus |= part.focus
        said |= part.said
    return focus, said


def _counted_apart(left: Statement, right: Statement) -> tuple[str, str] | None:
    """`two reviewers` in one and `a reviewer` in the other."""
    for first, second, order in ((left, right, 1), (right, left, -1)):
        for _, number, noun in first.counted:
            if number != "1" and noun and noun in second.single and noun in first.heavy:
                return (f"{number} {noun}", f"1 {noun}")[::order]  # type: ignore[return-value]
    return None


def _covered(one: Statements, other: Statements, weight: Weight) -> float:
    """The share of one's core (words weighted, denied ones apart) that the other has, reasons included."""
    words, values = _bags(one.core)
    others, other_values = _bags(other.all)
    heavy = {word for part in one.core for word in part.heavy}
    total = found = 0.0
    for word in words:
        worth = (1.0 if word in heavy else LIGHT_WEIGHT) * weight(word)
        total += worth
        found += worth * (1.0 if word in others else _like(word, others))
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


def _like(word: str, words: Words) -> float:
    """What a word counts that is not among the others itself: a synonym or the end of a compound is."""
    if not words.isdisjoint(synonyms(word)):
        return SYNONYM
    if len(word) >= 5 and len(words) <= COMPOUNDS and any(_compound(word, other) for other in words):
        return SYNONYM
    return 0.0


def _compound(one: str, other: str) -> bool:
    return len(other) >= 5 and (other.endswith(one) or one.endswith(other))


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


# --- a contradiction ----------------------------------------------------------------------------------------------


def _conflict(one: Statements, other: Statements, weight: Weight) -> Verdict | None:
    """The plainest contradiction of two memories. A statement is about the subject of its memory: where the two have
    different ones, the statements themselves must name theirs."""
    least = FRAME_LONG if max(len(one.all), len(other.all)) > LONG else FRAME
    needed = 1 if _subjects_agree(one, other, weight) else NAMED_SUBJECT
    best: Verdict | None = None
    for left in one.core:
        for right in other.core:
            shared = len(left.heavy & right.heavy)
            if shared < needed or shared < HALF_FRAME * min(len(left.heavy), len(right.heavy)):
                continue
            if _scopes_apart((left,), (right,)):
                continue
            verdict = _contradict(left, right, least)
            if verdict is not None and (best is None or _plainness(verdict) > _plainness(best)):
                best = verdict
    return best


def _plainness(verdict: Verdict) -> tuple[bool, float]:
    return verdict.newer is not None, verdict.score


def _subjects_agree(one: Statements, other: Statements, weight: Weight) -> bool:
    """Name and first statement share a good part of their words."""
    mine, theirs = _subject(one), _subject(other)
    alike = sum(weight(word) * (1.0 if word in theirs else _like(word, theirs)) for word in mine)
    return alike >= SUBJECT * min(sum(map(weight, mine)), sum(map(weight, theirs)))


def _subject(memory: Statements) -> set[str]:
    """The words of the name and the first statement that matter; of a second one where the first has few."""
    words = set(memory.title.heavy)
    for part in memory.core[:2]:
        words |= part.heavy - {word for _, word in part.choices} - {value.text for value in part.values}
        if len(part.heavy) >= FEW_WORDS:
            break
    return words


def _contradict(left: Statement, right: Statement, least: float) -> Verdict | None:
    """The contradiction of two statements, if there is one."""
    for find in (_by_value, _by_polarity, _by_choice, _by_position):
        verdict = find(left, right, least)
        if verdict is not None:
            return verdict
    return None


def contradicting(left: Statement, right: Statement, memory: Statements) -> Verdict | None:
    """The contradiction of a statement of `memory` with one that stands by itself (a rule of the instructions)."""
    if len(left.heavy & right.heavy) < LEAST_WORDS or _scopes_apart((left, memory.title), (right,)):
        return None
    return _contradict(left, right, FRAME_LONG if len(memory.all) > LONG else FRAME)


def _rest(left: Statement, right: Statement) -> tuple[set[str], set[str]]:
    """The words that matter and only one of the two has, synonyms and values left out."""
    values = _value_texts(left, right)
    choices = {w for s in (left, right) for _, w in s.choices}
    mine = {w for w in left.heavy - right.words - values - choices if not _like(w, right.words)}
    theirs = {w for w in right.heavy - left.words - values - choices if not _like(w, left.words)}
    return mine, theirs


def _value_texts(left: Statement, right: Statement) -> set[str]:
    return {v.text for s in (left, right) for v in (*s.values, *s.denied_values) if v.kind != "name"}


def _frame(left: Statement, right: Statement) -> float:
    """How much two statements are about one thing: shared words that matter in all of those, values left out."""
    values = _value_texts(left, right)
    mine, theirs = left.heavy - values, right.heavy - values
    alike = mine & theirs
    alike |= {w for w in mine - theirs if _like(w, theirs)}
    total = len(alike) + len(mine - alike) + len({w for w in theirs - alike if not _like(w, mine)})
    return len(alike) / total if total else 0.0


def _by_value(left: Statement, right: Statement, least: float) -> Verdict | None:
    """The same frame with another number, date or identifier in it."""
    differ = any(_differ(left, right, kind) for kind in ("number", "date", "identifier"))
    counted = _counted_apart(left, right)
    if not differ and not counted:
        return None
    mine, theirs = _rest(left, right)
    score = _frame(left, right)
    if (mine and theirs) or score < least:
        return None
    shared = _shared(left, right)
    for kind in ("number", "date", "identifier"):
        if not _differ(left, right, kind):
            continue
        first = {v for v in left.values if v.kind == kind}
        second = {v for v in right.values if v.kind == kind}
        if kind == "identifier" and (mine or theirs or not _late(left, right)):
            continue
        labelled = kind == "number" and least < FRAME_LONG and _same_label(left, right)
        if shared < LEAST_WORDS and not labelled:
            continue
        a, b = min(first), min(second)
        if kind == "number" and a.unit != b.unit and a.unit and b.unit and not {a.unit, b.unit} <= _TIME_UNITS:
            continue
        return _verdict(score, (_shown(a), _shown(b)), left, right)
    return _verdict(score, counted, left, right) if counted and shared >= LEAST_WORDS else None


def _differ(left: Statement, right: Statement, kind: str) -> bool:
    """Both have values of this kind, and none in common."""
    first = {v for v in left.values if v.kind == kind}
    return bool(first) and any(v.kind == kind for v in right.values) and first.isdisjoint(right.values)


def _same_label(left: Statement, right: Statement) -> bool:
    """A number right behind the same word in both (`Node 18`, `Node 20`)."""
    labels = {label for label, _, _ in left.counted} & {label for label, _, _ in right.counted}
    return bool(labels & left.heavy)


_TIME_UNITS: Final = frozenset(["ms", "millisecond", "s", "sec", "second", "min", "minut", "h", "hour", "day", "week",
                                "month", "year"])  # fmt: skip


def _shown(value: Value) -> str:
    return f"{value.text} {value.unit}".strip() if value.unit != "%" else f"{value.text} %"


def _shared(left: Statement, right: Statement) -> int:
    values = _value_texts(left, right)
    return len((left.heavy & right.heavy) - values)


def _by_polarity(left: Statement, right: Statement, least: float) -> Verdict | None:
    """What one says the other denies."""
    if not _flipped(left.said, left.focus, right.said, right.focus):
        return None
    corrects = left.corrects or right.corrects
    mine, theirs = _rest(left, right)
    if mine and theirs:
        return None
    if len(left.heavy & right.heavy) < LEAST_WORDS and not corrects:
        return None
    score = _frame(left, right)
    if score < (least / 2 if corrects else least):
        return None
    return _verdict(score, (left.text, right.text), left, right)


def _by_choice(left: Statement, right: Statement, least: float) -> Verdict | None:
    """Another of several words that exclude one another."""
    for group in {g for g, _ in left.choices} & {g for g, _ in right.choices}:
        first = {w for g, w in left.choices if g == group}
        second = {w for g, w in right.choices if g == group}
        if first & second:
            continue
        mine, theirs = _rest(left, right)
        if mine and theirs:
            return None
        without = {w for s in (left, right) for _, w in s.choices}
        shared = {w for w in left.words & right.words if w not in without and w not in STOPS}
        heavy = (left.heavy & right.heavy) - without
        extra = mine | theirs
        if heavy and len(shared) >= LEAST_WORDS - (not extra) and len(heavy) / (len(heavy) + len(extra)) >= least:
            return _verdict(len(heavy) / (len(heavy) + len(extra)), (min(first), min(second)), left, right)
    return None


def _by_position(left: Statement, right: Statement, least: float) -> Verdict | None:
    """The same words but for one stretch, which a word that introduces values leads in (`owned by X`)."""
    middle = _middle(left.tokens, right.tokens)
    if middle is None:
        return None
    start, (mine, theirs) = middle
    subject = [w for w in left.tokens[:start] if w not in STOPS and w not in LIGHT]
    if len(subject) < LEAST_WORDS or left.tokens[start - 1] not in INTRODUCERS:
        return None
    if not (_names(mine) and _names(theirs)):
        return None
    return _verdict(least, (" ".join(mine), " ".join(theirs)), left, right)


def _middle(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[int, tuple[list[str], list[str]]] | None:
    """Where two token lists differ, when they do in one short stretch: its beginning and both versions."""
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
        end += 1
    mine, theirs = list(left[start : len(left) - end]), list(right[start : len(right) - end])
    if not start or not mine or not theirs or max(len(mine), len(theirs)) > 3:
        return None
    return start, (mine, theirs)


def _names(tokens: list[str]) -> bool:
    return all(t not in STOPS and t not in LIGHT for t in tokens)


def _late(left: Statement, right: Statement) -> bool:
    """The two differ behind their common beginning, which names the subject."""
    middle = _middle(left.tokens, right.tokens)
    return middle is not None and any(w not in STOPS and w not in LIGHT for w in left.tokens[: middle[0]])


def _verdict(score: float, values: tuple[str, str], left: Statement, right: Statement) -> Verdict:
    newer = None
    if left.corrects != right.corrects:
        newer = 0 if left.corrects else 1
        old, new = (right, left) if left.corrects else (left, right)
        if not _names_old(new, old):
            newer = None
    return Verdict("conflict", score, values, (left.text, right.text), newer)


def _names_old(new: Statement, old: Statement) -> bool:
    """The newer statement denies what the older says, or replaces its value."""
    if new.denied_values & old.values or (new.denied & old.said & (new.heavy | old.heavy)):
        return True
    return bool(set(new.tokens) & {v.text for v in old.values})
