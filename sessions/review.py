"""The queue of what needs a person, and what a decision does to the files. Pure.

In the queue are open marks (`review_marks`), operations of the plan that ask, and candidates. A decision is written to
the memory's file as review history; what was rejected stays away until the words change, what was snoozed until its
date.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from memdir.changes import Plan
from memdir.dates import rfc3339
from memdir.derive import derive_description
from memdir.errors import BadInputError, UsageError
from memdir.frontmatter import replace_body
from memdir.model import Memory
from memdir.operations import superseded_bytes

from .candidates import Candidate
from .draft import Draft
from .inputs import Inputs
from .memory_index_step import index
from .operation import Operation, combined
from .plan import choose
from .review_marks import CONFIRMED, NOTE, OPEN, REJECTED, SNOOZED, Mark, holds, marks, with_mark, words_digest

KINDS: Final = (
    "conflict", "candidate", "stale", "dead-reference", "annotate", "supersede", "merge", "cluster", "promote",
)  # fmt: skip
"""In the order of the queue."""
_PAIRS: Final = frozenset({"conflict", "supersede", "merge", "cluster", "promote"})
_MARKED: Final = ("conflict", "stale", "dead-reference", "annotate")


class Item(NamedTuple):
    """One thing to decide. `paths` are ids, the main one first; `other` what a mark calls the second. `operation` is
    what would be done on confirming, None where a decision has no operation of its own; `candidate` a candidate."""

    kind: str
    paths: tuple[str, ...]
    reason: str
    evidence: tuple[str, ...] = ()
    other: str = ""
    operation: Operation | None = None
    candidate: Candidate | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from the others, whatever its number."""
        return (self.kind, self.other, *(self.paths if self.candidate is None else (self.candidate.id,)))


def queue(inputs: Inputs, operations: Sequence[Operation], candidates: Sequence[Candidate]) -> list[Item]:
    """What needs a person, by kind; a conflict once, whichever file it is marked in."""
    by_id = {memory.id: memory for memory in inputs.memories}
    found: dict[tuple[str, ...], Item] = {}
    for memory in inputs.memories:
        for mark in marks(memory):
            item = _marked(memory, mark, by_id, inputs.now)
            if item is not None:
                found.setdefault(item.key, item)
    for operation in operations:
        if operation.kind in KINDS and (operation.asks or operation.kind in _MARKED):
            other = operation.paths[1] if operation.kind in _PAIRS and len(operation.paths) > 1 else ""
            if operation.kind == "annotate":
                other = operation.evidence[-1].partition(":")[0]
            item = Item(operation.kind, operation.paths, operation.reason, operation.evidence, other, operation)
            found.setdefault(item.key, item)
    bodies = [memory.body for memory in inputs.memories] if candidates else []
    for candidate in (one for one in candidates if one.until <= inputs.now):
        if any(candidate.text in body for body in bodies):
            continue  # a dream promoted it, or a person wrote it down
        said = f"{candidate.type}/{candidate.category}  {candidate.confidence:.0%}"
        if len(candidate.sessions) > 1:
            said += f", said in {len(candidate.sessions)} sessions"
        item = Item("candidate", (), candidate.text, tuple(filter(None, (
            said, candidate.reason, f'"{candidate.quote}"' if candidate.quote not in candidate.text else "",
            f"changes {candidate.about}: {' -> '.join(candidate.values)}" if candidate.about else "",
        ))), candidate=candidate)  # fmt: skip
        found.setdefault(item.key, item)
    return sorted(found.values(), key=lambda item: (KINDS.index(item.kind), item.paths))


def _marked(memory: Memory, mark: Mark, by_id: dict[str, Memory], now: float) -> Item | None:
    """The item of an open mark that still holds."""
    if mark.state != OPEN or mark.kind not in _MARKED:
        return None
    concerned = [memory]
    if mark.kind == "conflict":
        if mark.other not in by_id:
            return None
        concerned.append(by_id[mark.other])
    if not holds(mark, words_digest(concerned), now):
        return None
    ids = tuple(sorted(m.id for m in concerned))
    evidence = tuple(f"{m.id}: {_said(m)}" for m in sorted(concerned, key=lambda m: m.id))
    values = "" if all(value in f"{evidence}" for value in mark.values.split(" | ")) else f": {mark.values}"
    why = {
        "conflict": f"they say different things of one subject{values}",
        "stale": f'it says "{mark.values}" and was last changed long ago',
        "dead-reference": f"not in the repository any more: {mark.values}",
        "annotate": f"it contradicts {mark.other}: {mark.values}",
    }[mark.kind]
    return Item(mark.kind, ids, why, evidence, ids[1] if mark.kind == "conflict" else mark.other)


def _said(memory: Memory) -> str:
    return memory.description or memory.body.strip().partition("\n")[0]


def confirm(inputs: Inputs, item: Item) -> Plan:
    """It is so: an operation is carried out; what is stale, names what is gone, or contradicts the instructions goes to
    the archive. A conflict needs to know which side holds: `UsageError`."""
    if item.kind == "conflict":
        raise UsageError("which of them holds?", hint="memdir review supersede N --with a (or b), or reject: both hold")
    draft = Draft(inputs, lambda operation: True)
    if item.operation is not None and item.kind not in _MARKED:
        return Plan(f"review: {item.kind} {', '.join(item.paths)}", combined(choose(inputs, [item.operation])),
                    item.paths[0], item.paths[1:])  # fmt: skip
    memory = _memory(draft, item.paths[0])
    archived = _decided(draft, memory, item, CONFIRMED) or draft.data(memory)
    draft.add("review", item.paths, "", (), draft.archived(memory, archived))
    return _plan(draft, f"review: confirm {item.kind} {memory.id}", item)


def reject(inputs: Inputs, item: Item) -> Plan:
    """It is not so: the files stay as they are, and it does not come back until their words change."""
    draft = Draft(inputs, lambda operation: True)
    changes = []
    for memory in _concerned(draft, item):
        data = _decided(draft, memory, item, REJECTED)
        if data is None:
            raise BadInputError(f"the decision cannot be written to {memory.id}", path=memory.path,
                                hint="memdir check --fix")  # fmt: skip
        changes.append(draft.changed(memory, data))
    draft.add("review", item.paths, "", (), changes)
    return _plan(draft, f"review: reject {item.kind} {', '.join(item.paths)}", item, tidy=False)


def snooze(inputs: Inputs, item: Item, until: float) -> Plan:
    """Not now: it comes back at `until` (seconds since the epoch)."""
    draft = Draft(inputs, lambda operation: True)
    changes = []
    for memory in _concerned(draft, item):
        data = _decided(draft, memory, item, SNOOZED, until)
        if data is not None:
            changes.append(draft.changed(memory, data))
    draft.add("review", item.paths, "", (), changes)
    return _plan(draft, f"review: snooze {item.kind} {', '.join(item.paths)}", item, tidy=False)


def supersede(inputs: Inputs, item: Item, winner: str) -> Plan:
    """The memory `winner` holds: the other one of the conflict, or the item's memory, is superseded by it."""
    draft = Draft(inputs, lambda operation: True)
    losers = [id for id in item.paths[:2] if id != winner]
    if item.kind == "conflict" and winner not in item.paths:
        raise UsageError(f"{winner} is no side of this conflict", hint="--with a, --with b, or one of the two names")
    new, old = _memory(draft, winner), _memory(draft, losers[0])
    marked = _decided(draft, old, item, CONFIRMED)
    fields: dict[str, object | None] = {"supersedes": list(dict.fromkeys([*new.supersedes, old.name]))}
    if item.kind == "conflict":
        fields |= _field(draft, new, item, CONFIRMED)
    data = draft.edited(new, fields)
    if data is None or marked is None:
        raise BadInputError("the decision cannot be written", path=new.path, hint="memdir check --fix")
    changes = [draft.changed(new, data),
               draft.changed(old, superseded_bytes(old, marked, new.name, inputs.now))]  # fmt: skip
    draft.add("review", item.paths, "", (), changes)
    return _plan(draft, f"review: {new.id} supersedes {old.id}", item)


def _plan(draft: Draft, summary: str, item: Item, *, tidy: bool = True) -> Plan:
    if tidy:
        draft.refresh()
        index(draft)
    return Plan(summary, combined(draft.operations), item.paths[0], item.paths[1:])


def _memory(draft: Draft, id: str) -> Memory:
    memory = draft.memories.get(id)
    if memory is None:
        raise UsageError(f"{id} is gone", hint="memdir review shows what there is now")
    return memory


def _concerned(draft: Draft, item: Item) -> Iterable[Memory]:
    """The files that the decision is written to: both sides of a conflict, else the main one."""
    if item.kind == "conflict":
        return [_memory(draft, id) for id in item.paths[:2]]
    if item.kind in ("merge", "supersede"):
        return [_memory(draft, min(item.paths[:2]))]
    return [draft.memories[id] for id in item.paths if id in draft.memories][:1]


def _field(
    draft: Draft, memory: Memory, item: Item, state: str, until: float | None = None
) -> dict[str, object | None]:
    """The review field of a memory with the decision in it."""
    other = item.other
    concerned = [memory]
    if item.kind in ("conflict", "merge", "supersede"):
        concerned = [_memory(draft, id) for id in item.paths[:2]]
        other = next((m.id for m in concerned if m.id != memory.id), "")
    if item.kind == "cluster":
        other = item.paths[0]
    mark = Mark(item.kind, other, state, words_digest(concerned), rfc3339(draft.inputs.now),
                rfc3339(until) if until is not None else "")  # fmt: skip
    return {**with_mark(memory, mark)}


def _decided(draft: Draft, memory: Memory, item: Item, state: str, until: float | None = None) -> bytes | None:
    """The bytes of a memory with the decision; a file without frontmatter is given one. An annotation in the text goes
    when it was rejected."""
    fields = _field(draft, memory, item, state, until)
    data = draft.data(memory)
    if item.kind == "annotate" and state == REJECTED:
        start = f"{NOTE}{item.other} "
        kept = [line for line in memory.body.split("\n") if not line.startswith(start)]
        if len(kept) < memory.body.count("\n") + 1:
            data = replace_body(data, "\n".join(kept).rstrip() + "\n")
    if memory.body_line <= 1:
        fields["description"] = memory.description or derive_description(memory.body or memory.stem)
    return draft.edited(memory, fields, data)
