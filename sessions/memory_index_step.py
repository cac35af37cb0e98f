"""The last step of a plan: MEMORY.md as a pure function of the files as they will be (`memdir.tidy`)."""

from __future__ import annotations

import os

from memdir.errors import BadInputError
from memdir.indexes import index_text
from memdir.journal_records import Change
from memdir.tidy import Tidied
from memdir.tidying import tidy_index

from .draft import Draft

NAMED = 8
"""Entries that the evidence names."""


def index(draft: Draft) -> None:
    """Add an operation for each MEMORY.md that does not fit the files."""
    memories = [draft.memories[id] for id in sorted(draft.memories)]
    gone = {change.path for operation in draft.operations for change in operation.changes if change.after is None}

    def exists(path: str) -> bool:
        return path not in gone and os.path.exists(os.path.join(draft.inputs.root, path))

    for home in draft.homes:
        before = draft.text_of(home)
        if before is None and not memories:
            continue
        try:
            text = index_text(before, home)
        except BadInputError:
            continue  # UTF-16: `check` reports it
        tidied = tidy_index(home, text, memories, draft.homes, exists)
        if tidied.text != text:
            after = tidied.text.encode("utf-8", "surrogateescape")
            draft.add("index", (home,), _reason(tidied), _evidence(tidied), [Change(home, before, after)])


def _reason(tidied: Tidied) -> str:
    parts = [f"{len(names)} {what}" for names, what in (
        (tidied.added, "added"), (tidied.removed, "taken out"), (tidied.followed, "followed to a new place"),
        (tidied.left_out, "left out, they do not fit"),
    ) if names]  # fmt: skip
    return "the entries follow the files: " + (", ".join(parts) or "repetitions taken out")


def _evidence(tidied: Tidied) -> list[str]:
    found = [f"+ {name}" for name in tidied.added] + [f"- {name}" for name in tidied.removed]
    found += [f"{old} -> {new}" for old, new in tidied.followed] + [f"left out: {name}" for name in tidied.left_out]
    return found[:NAMED] + ([f"and {len(found) - NAMED} more"] if len(found) > NAMED else [])
