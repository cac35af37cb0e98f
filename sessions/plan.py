"""The plan of a dream: memories, instructions, candidates and the time to operations with reasons. Pure.

Later operations are made on what earlier ones leave, so a file may be changed by several: `combined` gives the changes
of a whole plan. To leave operations out, ask `choose` for the rest; it makes them anew without the others, and
MEMORY.md for exactly these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from memdir.model import Memory
from memdir.similar import Similar, similar_memories

from .aging import make_dates_absolute, mark_expired, mark_stale
from .agreement import Verdict, compare
from .contradictions import annotate, contradict
from .dead_references import find_dead
from .draft import Draft, Keep
from .inputs import Inputs, gather
from .memory_index_step import index
from .memory_statements import statements
from .merging import merge, mergeable
from .operation import Operation, combined
from .promotion import promote
from .proposals import propose_clusters, propose_links, propose_topics

__all__ = ["Inputs", "Operation", "choose", "combined", "gather", "make_plan"]

NEAREST = 10
"""Memories with which each one is compared."""
LARGE = 2_000
"""Memories from which on word statistics are not made anew after every round."""
ROUNDS = 6
"""Merging goes on as long as what was merged finds more, but no longer."""


def make_plan(inputs: Inputs) -> list[Operation]:
    """Every operation that is due. Applied whole, a second plan is empty."""
    return _plan(inputs, lambda operation: True)


def choose(inputs: Inputs, wanted: Collection[Operation], *, index: bool = True) -> list[Operation]:
    """The wanted operations of `make_plan(inputs)` as they are without the others; with `index` MEMORY.md follows."""
    keys = {operation.key for operation in wanted}
    return _plan(inputs, lambda operation: index if operation.kind == "index" else operation.key in keys)


def _plan(inputs: Inputs, keep: Keep) -> list[Operation]:
    draft = Draft(inputs, keep)
    make_dates_absolute(draft)
    mark_expired(draft)
    _consolidate(draft)
    if inputs.instructions:
        annotate(draft, similar_memories(draft.current()))
    mark_stale(draft)
    find_dead(draft)
    if inputs.candidates:
        promote(draft, similar_memories(draft.current()))
    propose_clusters(draft)
    draft.refresh()
    propose_links(draft)
    propose_topics(draft)
    index(draft)
    return draft.operations


def _consolidate(draft: Draft) -> None:
    """Merge what says the same, and see to what contradicts, until nothing more is found. In a large directory only
    the first round looks at all memories, the others at those that changed."""
    similar = similar_memories(draft.current())
    touched: set[str] | None = None
    for _ in range(ROUNDS):
        touched = _round(draft, similar, touched)
        if not touched:
            return
        if len(draft.memories) <= LARGE:
            similar, touched = similar_memories(draft.current()), None


def _round(draft: Draft, similar: Similar, only: set[str] | None) -> set[str]:
    """One round over all memories or some; the ids of those that an operation was found for."""
    memories = {memory.id: memory for memory in draft.current()}
    touched: set[str] = set()
    for verdict, one, other in sorted(_verdicts(memories, similar, only), key=_order):
        if one in touched or other in touched:
            continue  # the next round looks at what became of it
        pair = draft.memories[one], draft.memories[other]
        if verdict.kind == "same":
            done = mergeable(draft, *pair) and merge(draft, *pair, verdict.score)
        else:
            done = contradict(draft, *pair, verdict)
        if done:
            touched |= {one, other}
    draft.refresh()
    return touched


def _verdicts(
    memories: dict[str, Memory], similar: Similar, only: set[str] | None
) -> Iterator[tuple[Verdict, str, str]]:
    seen: set[tuple[str, str]] = set()
    for id in memories if only is None else sorted(only & set(memories)):
        for near in similar.like(id, NEAREST):
            pair = (min(id, near), max(id, near))
            if pair in seen or near not in memories or memories[near].namespace != memories[id].namespace:
                continue
            seen.add(pair)
            one, other = memories[pair[0]], memories[pair[1]]
            verdict = compare(statements(one), statements(other), similar.weight)
            if verdict.kind != "none":
                yield verdict, pair[0], pair[1]


def _order(found: tuple[Verdict, str, str]) -> tuple[bool, float, str, str]:
    verdict, one, other = found
    return verdict.kind != "same", -verdict.score, one, other
