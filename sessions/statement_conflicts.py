"""Whether two memories contradict each other: two statements of one subject that differ in a value, in being denied, in
one of several words that exclude one another, or in which thing is named first."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from .likeness import LONG, counted_apart, flipped, frame, like, rest, scopes_apart, shared
from .memory_statements import Statement, Statements, Value, stem_of
from .sameness import Weight
from .word_order import same_order_said_otherwise, turned_round
from .wording import ALTERNATIVES, CONDITIONS, DETERMINERS, INTRODUCERS, LIGHT, MEASURES, NEGATORS, STOPS, TIMES

FRAME: Final = 0.6
"""Two statements are about one thing: shared words in all words (Jaccard), without values."""
LEAST_WORDS: Final = 2
"""Words that matter which two statements of one subject share at least."""
SUBJECT: Final = 0.4
"""Share of the words of the smaller subject (name, first statement) that two memories on one subject have in common."""
HALF_FRAME: Final = 0.3
"""Share of the shorter statement's words that must be in the longer one before more is asked."""
FEW_WORDS: Final = 3
NAMED_SUBJECT: Final = 5
"""Words that matter which two statements share when their memories' subjects differ."""
FRAME_LONG: Final = 0.75


class Verdict(NamedTuple):
    """`kind` is same, conflict or none. Of a conflict: `values` the two values (or statements) that exclude each other,
    `statements` the two statements, `newer` 0 or 1 for the memory whose statement declares itself the newer, else
    None."""

    kind: Literal["same", "conflict", "none"]
    score: float = 0.0
    values: tuple[str, str] = ("", "")
    statements: tuple[str, str] = ("", "")
    newer: int | None = None


def conflict(one: Statements, other: Statements, weight: Weight) -> Verdict | None:
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
            if scopes_apart((left,), (right,)):
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
    alike = sum(weight(word) * (1.0 if word in theirs else like(word, theirs)) for word in mine)
    return alike >= SUBJECT * min(sum(map(weight, mine)), sum(map(weight, theirs)))


def _subject(memory: Statements) -> set[str]:
    """The words of the name and the first statement that matter; of a second one where the first has few."""
    words = set(memory.title.heavy)
    for part in memory.core[:2]:
        chosen = {stem_of(token, part.language) for token in part.tokens if token in ALTERNATIVES}
        values = chosen | {value.text for value in part.values}
        words |= (part.heavy - values) or part.heavy
        if len(part.heavy) >= FEW_WORDS:
            break
    return words


def _contradict(left: Statement, right: Statement, least: float) -> Verdict | None:
    """The contradiction of two statements, if there is one."""
    if _slots(left, right) > 1:
        return _by_polarity(left, right, least)
    for find in (_by_value, _by_polarity, _by_choice, _by_position, _by_order):
        verdict = find(left, right, least)
        if verdict is not None:
            return verdict
    return None


def _slots(left: Statement, right: Statement) -> int:
    """In how many ways their values differ: in more than one they are about two things (`v1 returns XML`)."""
    count = sum(_differ(left, right, kind) for kind in ("number", "date", "identifier"))
    for group in {g for g, _ in left.choices} & {g for g, _ in right.choices} - TIMES:
        count += {w for g, w in left.choices if g == group}.isdisjoint(w for g, w in right.choices if g == group)
    return count


def contradicting(left: Statement, right: Statement, memory: Statements) -> Verdict | None:
    """The contradiction of a statement of `memory` with one that stands by itself (a rule of the instructions)."""
    if len(left.heavy & right.heavy) < LEAST_WORDS or scopes_apart((left, memory.title), (right,)):
        return None
    return _contradict(left, right, FRAME_LONG if len(memory.all) > LONG else FRAME)


def _by_value(left: Statement, right: Statement, least: float) -> Verdict | None:
    """The same frame with another number, date or identifier in it."""
    differ = any(_differ(left, right, kind) for kind in ("number", "date", "identifier"))
    counted = counted_apart(left, right)
    if not differ and not counted:
        return None
    mine, theirs = rest(left, right)
    score = frame(left, right)
    if (mine and theirs) or score < least:
        return None
    common = shared(left, right)
    for kind in ("number", "date", "identifier"):
        if not _differ(left, right, kind):
            continue
        first = {v for v in left.values if v.kind == kind}
        second = {v for v in right.values if v.kind == kind}
        if kind == "identifier" and (mine or theirs or not _late(left, right)):
            continue
        labelled = kind == "number" and least < FRAME_LONG and _same_label(left, right)
        if common < LEAST_WORDS and not labelled:
            continue
        a, b = min(first), min(second)
        if kind == "number" and a.unit != b.unit and a.unit and b.unit and not _one_measure(a.unit, b.unit):
            continue
        return _verdict(score, (_shown(a, left), _shown(b, right)), left, right)
    return _verdict(score, counted, left, right) if counted and common >= LEAST_WORDS else None


def _differ(left: Statement, right: Statement, kind: str) -> bool:
    """Both have values of this kind, and none in common."""
    first = {v for v in left.values if v.kind == kind}
    return bool(first) and any(v.kind == kind for v in right.values) and first.isdisjoint(right.values)


def _same_label(left: Statement, right: Statement) -> bool:
    """A number right behind the same word in both (`Node 18`, `Node 20`)."""
    labels = {label for label, _, _ in left.counted} & {label for label, _, _ in right.counted}
    return bool(labels & left.heavy)


def _one_measure(one: str, other: str) -> bool:
    return any(one in measure and other in measure for measure in MEASURES)


def _shown(value: Value, part: Statement) -> str:
    """The value with its unit, as it is written there."""
    places = [place for place, token in enumerate(part.tokens[:-1]) if token == value.text]
    return f"{value.text} {part.tokens[places[0] + 1]}" if value.unit and places else value.text


def _by_polarity(left: Statement, right: Statement, least: float) -> Verdict | None:
    """What one says the other denies."""
    words = flipped(left.said, left.focus, right.said, right.focus)
    if not words or same_order_said_otherwise(left, right, words):
        return None
    if _conditional(left) != _conditional(right):
        return None
    corrects = left.corrects or right.corrects
    mine, theirs = rest(left, right)
    if mine and theirs:
        return None
    if len(left.heavy & right.heavy) < LEAST_WORDS and not corrects and left.heavy != right.heavy:
        return None
    score = frame(left, right)
    if score < (least / 2 if corrects else least):
        return None
    return _verdict(score, (left.text, right.text), left, right)


def _conditional(part: Statement) -> bool:
    """What it denies is a condition (`fails when the server does not run`)."""
    places = [place for place, token in enumerate(part.tokens) if token in CONDITIONS]
    return bool(places) and any(token in NEGATORS for token in part.tokens[places[0] :])


def _by_choice(left: Statement, right: Statement, least: float) -> Verdict | None:
    """Another of several words that exclude one another."""
    for group in {g for g, _ in left.choices} & {g for g, _ in right.choices}:
        first = {w for g, w in left.choices if g == group}
        second = {w for g, w in right.choices if g == group}
        if first & second:
            continue
        mine, theirs = rest(left, right)
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
    before = left.tokens[:start]
    while before and before[-1] in DETERMINERS:
        before = before[:-1]
    subject = [w for w in before if w not in STOPS and w not in LIGHT]
    proper = min(sum(v.kind == "name" for v in side.values) for side in (left, right)) > 0
    if len(subject) < LEAST_WORDS - proper or not before or before[-1] not in INTRODUCERS:
        return None
    if not (_names(mine) and _names(theirs)):
        return None
    return _verdict(least, (" ".join(mine), " ".join(theirs)), left, right)


def _by_order(left: Statement, right: Statement, least: float) -> Verdict | None:
    """The same words with two things in each other's place (`tabs over spaces`)."""
    if any(rest(left, right)) or len(left.heavy & right.heavy) < LEAST_WORDS or frame(left, right) < least:
        return None
    turned = turned_round(left, right, names=False)
    return _verdict(least, turned, left, right) if turned else None


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
