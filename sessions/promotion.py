"""Candidates that a second session confirms become memories."""

from __future__ import annotations

from memdir.errors import MemdirError
from memdir.frontmatter import edit
from memdir.model import TYPES, Memory
from memdir.operations import New, add
from memdir.similar import Similar

from .agreement import compare
from .draft import Draft
from .memory_statements import statements
from .merging import planned_store

SESSIONS = 2
"""Sessions in which the same was said."""
NEAREST = 6


def promote(draft: Draft, similar: Similar) -> None:
    """Add a memory for each confirmed candidate that no memory says already. One that contradicts a memory asks."""
    for candidate in draft.inputs.candidates:
        sessions = tuple(dict.fromkeys(candidate.sessions))
        if len(sessions) < SESSIONS or not candidate.text.strip():
            continue
        known, against = _known(draft, candidate.text, similar)
        if known:
            continue
        kind = candidate.type if candidate.type in TYPES else "project"
        try:
            new = New(candidate.text, candidate.name or None, candidate.description or None, kind, session=sessions[0])
            change = add(planned_store(draft), new, now=draft.inputs.now).changes[0]
            data = edit(change.after or b"", {"sources": [f"session:{session}" for session in sessions]})
        except MemdirError:
            continue  # a secret, a taken name, a text that is there already: extraction shows it
        evidence = [f"said in session {session}" for session in sessions]
        evidence += [f"contradicts {id}" for id in against]
        reason = f"{len(sessions)} sessions say it: {' '.join(candidate.text.split())[:120]}"
        draft.add("promote", (change.path,), reason, evidence, [change._replace(after=data)], asks=bool(against))


def _known(draft: Draft, text: str, similar: Similar) -> tuple[bool, list[str]]:
    """Whether a memory says it, and the ids of those that contradict it."""
    said = statements(Memory(id="candidate.md", root="", path="", name="", body=text))
    against = []
    for id in similar.nearest(text, NEAREST):
        memory = draft.memories.get(id)
        if memory is None:
            continue
        verdict = compare(said, statements(memory), similar.weight)
        if verdict.kind == "same":
            return True, []
        if verdict.kind == "conflict":
            against.append(id)
    return False, against
