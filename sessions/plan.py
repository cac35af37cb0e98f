"""The plan of a dream: memories, instructions, candidates and the time to operations with reasons. Pure.

Later operations are made on what earlier ones leave, so a file may be changed by several: `combined` gives the changes
of a whole plan. To leave operations out, ask `choose` for the rest; it makes them anew without the others, and
MEMORY.md for exactly these.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from .inputs import Inputs, gather
from .operation import Operation, combined

__all__ = ["Inputs", "Operation", "choose", "combined", "gather", "make_plan"]

Keep = Callable[[Operation], bool]


def make_plan(inputs: Inputs) -> list[Operation]:
    """Every operation that is due, in the order of `operation.KINDS`. Applied whole, a second plan is empty."""
    return _plan(inputs, lambda operation: True)


def choose(inputs: Inputs, wanted: Collection[Operation], *, index: bool = True) -> list[Operation]:
    """The wanted operations of `make_plan(inputs)` as they are without the others; with `index` MEMORY.md follows."""
    keys = {operation.key for operation in wanted}
    return _plan(inputs, lambda operation: index if operation.kind == "index" else operation.key in keys)


def _plan(inputs: Inputs, keep: Keep) -> list[Operation]:
    found: Sequence[Operation] = ()
    return [operation for operation in found if keep(operation)]
