"""Whether two memories say the same, contradict each other, or neither. Pure; no model.

They say the same when what either states is in the other and nothing speaks against it (`sameness`). They contradict
each other when two statements of one subject exclude each other (`statement_conflicts`). In doubt it is neither.
"""

from __future__ import annotations

from typing import Final

from .likeness import scopes_apart
from .memory_statements import Statements
from .sameness import Weight, same
from .statement_conflicts import Verdict, conflict

NONE: Final = Verdict("none")


def compare(one: Statements, other: Statements, weight: Weight = lambda word: 1.0) -> Verdict:
    """The verdict over two memories."""
    if _apart(one, other):
        return NONE
    contradiction = conflict(one, other, weight)
    if contradiction is not None:
        return contradiction
    score = same(one, other, weight)
    return Verdict("same", score) if score else NONE


def _apart(one: Statements, other: Statements) -> bool:
    """Names, keys or scopes tell the two apart: they are about different things."""
    if one.dates and other.dates and one.dates != other.dates:
        return True
    labels = {label for label, _ in one.keys} & {label for label, _ in other.keys}
    for label in labels:
        if {n for k, n in one.keys if k == label}.isdisjoint({n for k, n in other.keys if k == label}):
            return True
    return scopes_apart((one.title, *one.core[:1]), (other.title, *other.core[:1]))


__all__ = ["Verdict", "compare"]
