"""The last step of a plan: MEMORY.md as a pure function of the files as they will be (`memdir.tidy`)."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from memdir.errors import BadInputError
from memdir.indexes import index_text
from memdir.journal_records import Change
from memdir.memory_index import entries
from memdir.model import INDEX_NAME, Memory
from memdir.names import join
from memdir.tidy import Tidied
from memdir.tidying import tidy_index

from .draft import Draft

NAMED = 8
"""Entries that the evidence names."""


def index(draft: Draft) -> None:
    """Add an operation for each MEMORY.md that does not fit the files. An entry whose file is gone stays when its line
    says something that no memory says: it is all that is left, and a person decides (`memdir tidy`)."""
    memories = [draft.memories[id] for id in sorted(draft.memories)]
    for home in draft.homes:
        before = draft.text_of(home)
        if before is None and not memories:
            continue
        try:
            text = index_text(before, home)
        except BadInputError:
            continue  # UTF-16: `check` reports it
        tidied = _tidied(draft, home, text, memories)
        if tidied.text != text:
            after = tidied.text.encode("utf-8", "surrogateescape")
            draft.add("index", (home,), _reason(tidied), _evidence(tidied), [Change(home, before, after)])


def _tidied(draft: Draft, home: str, text: str, memories: Sequence[Memory]) -> Tidied:
    gone = {change.path for operation in draft.operations for change in operation.changes if change.after is None}
    folder = home[: -len(INDEX_NAME)]
    kept: set[str] = set()

    def exists(path: str) -> bool:
        return path in kept or (path not in gone and os.path.exists(os.path.join(draft.inputs.root, path)))

    tidied = tidy_index(home, text, memories, draft.homes, exists)
    dead = {target for target in tidied.removed if join(folder.rstrip("/"), target) not in draft.inputs.files}
    if not dead:
        return tidied
    known = _words("\n".join(f"{m.id} {m.name} {m.description} {' '.join(m.topics)} {m.body}" for m in memories))
    lines = text.splitlines()
    kept = {
        folder + entry.target
        for entry in entries(text)
        if entry.target in dead and not _words(lines[entry.line - 1]) <= known
    }
    return tidy_index(home, text, memories, draft.homes, exists) if kept else tidied


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


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
