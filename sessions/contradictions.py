"""Memories that contradict each other, or the project's instructions.

The newer of two memories wins only where it says itself that it replaces the older; else both are marked for a person,
with both values. Instructions are never edited: the memory is annotated.
"""

from __future__ import annotations

from memdir.dates import parse_date
from memdir.errors import BadInputError
from memdir.frontmatter import replace_body
from memdir.journal_records import Change
from memdir.model import Memory
from memdir.operations import superseded_bytes
from memdir.similar import Similar

from .draft import Draft
from .inputs import Instruction
from .memory_statements import Statement, statements
from .review_marks import NOTE, open_mark, settled, with_mark
from .statement_conflicts import Verdict, contradicting

NEAREST = 8
"""Memories with which a sentence of the instructions is compared."""
SHOWN = 120
"""Characters of a statement that a mark or a reason repeats."""


def contradict(draft: Draft, one: Memory, other: Memory, verdict: Verdict) -> bool:
    """Add what follows from a contradiction of two memories: that the newer supersedes the older, or a conflict."""
    if one.id > other.id:
        one, other = other, one
        newer = None if verdict.newer is None else 1 - verdict.newer
        verdict = verdict._replace(values=verdict.values[::-1], statements=verdict.statements[::-1], newer=newer)
    pair = (one, other)
    if settled(pair, "conflict", other.id, draft.inputs.now):
        return False
    values = f"{_short(verdict.values[0])} | {_short(verdict.values[1])}"
    evidence = [f"{memory.id}: {text.strip()}" for memory, text in zip(pair, verdict.statements, strict=True)]
    if verdict.newer is not None:
        new, old = pair[verdict.newer], pair[1 - verdict.newer]
        if (
            _not_older(new, old)
            and not new.valid_until
            and _supersede(draft, new, old, values, evidence, verdict.statements)
        ):
            return True
    changes: list[Change] = []
    for memory, with_ in (pair, (other, one)):
        data = draft.edited(memory, with_mark(memory, open_mark("conflict", with_.id, pair, draft.inputs.now, values)))
        if data is None:
            changes = []
            break
        changes.append(draft.changed(memory, data))
    reason = "they say different things of one subject"
    if verdict.values != verdict.statements:
        reason += f": {values}"
    return draft.add("conflict", (one.id, other.id), reason, evidence, changes, asks=True)


def _supersede(draft: Draft, new: Memory, old: Memory, values: str, evidence: list[str], said: tuple[str, str]) -> bool:
    first, second = sorted((new, old), key=lambda m: m.id)
    if settled((first, second), "supersede", second.id, draft.inputs.now):
        return False
    try:
        marked = superseded_bytes(old, draft.data(old), new.name, draft.inputs.now)
    except BadInputError:
        return False
    data = draft.edited(new, {"supersedes": list(dict.fromkeys([*new.supersedes, old.name]))})
    if data is None:
        return False
    changes = [draft.changed(new, data), draft.changed(old, marked)]
    reason = f"{new.id} says that it is the newer"
    if values != " | ".join(map(_short, said)):
        reason += f": {values}"
    return draft.add("supersede", (new.id, old.id), reason, evidence, changes)


def _not_older(new: Memory, old: Memory) -> bool:
    """By the dates in the files; unknown ones speak against nothing."""
    first, second = _date(new), _date(old)
    return not first or not second or first >= second


def _date(memory: Memory) -> float:
    for text in (memory.modified, memory.created, memory.valid_from):
        if text:
            try:
                return parse_date(text)
            except BadInputError:
                continue
    return 0.0


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


# --- against the instructions -------------------------------------------------------------------------------------


def annotate(draft: Draft, similar: Similar) -> None:
    """Annotate the memories that contradict the instructions."""
    rules = [
        (instruction, statement) for instruction in draft.inputs.instructions for statement in _statements(instruction)
    ]
    current = {memory.id for memory in draft.current()}
    found: dict[str, tuple[Instruction, Verdict]] = {}
    for instruction, theirs in rules:
        for id in similar.nearest(theirs.text, NEAREST):
            if id not in current or id in found:
                continue
            read = statements(draft.memories[id])
            verdict = next(filter(None, (contradicting(mine, theirs, read) for mine in read.core)), None)
            if verdict is not None:
                found[id] = (instruction, verdict)
    for id, (instruction, verdict) in sorted(found.items(), key=lambda item: item[0]):
        _annotated(draft, draft.memories[id], instruction, verdict)


def _statements(instruction: Instruction) -> tuple[Statement, ...]:
    read = statements(Memory(id=instruction.label, root="", path="", name="", body=instruction.text))
    return tuple(statement for statement in read.all if statement.heavy)


def _annotated(draft: Draft, memory: Memory, instruction: Instruction, verdict: Verdict) -> None:
    label, now = instruction.label, draft.inputs.now
    if settled((memory,), "annotate", label, now):
        return
    said = _short(verdict.statements[1].strip())
    newer = verdict.newer == 0 and instruction.modified and _date(memory) > instruction.modified
    which = "the memory says that it is the newer" if newer else f"{label} counts until one of them is corrected"
    note = f'{NOTE}{label} ("{said}"): {which}.'
    fields = with_mark(memory, open_mark("annotate", label, (memory,), now, _short(verdict.statements[0].strip())))
    kept = [line for line in memory.body.rstrip().split("\n") if not line.startswith(f"{NOTE}{label} ")]
    try:
        data = draft.edited(memory, fields, replace_body(draft.data(memory), "\n".join([*kept, "", note, ""])))
    except BadInputError:
        data = None
    changes = [] if data is None else [draft.changed(memory, data)]
    evidence = (f"{memory.id}: {verdict.statements[0].strip()}", f"{label}: {verdict.statements[1].strip()}")
    draft.add("annotate", (memory.id,), f"it contradicts {label}; {which}", evidence, changes)
