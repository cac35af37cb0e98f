"""The context of a project: its instructions, its memory indexes and given hits, read from disk and put together."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .context import INDEX_LABEL, Context, IndexText, Remembered, build_context, index_text, remembered
from .errors import BadInputError, StorageError
from .files import read_if_there, shown
from .hit import Hit
from .instructions import project_instructions
from .model import INDEX_NAME

if TYPE_CHECKING:
    from .locate import Located


def project_context(
    located: Located,
    hits: Iterable[Hit] = (),
    *,
    now: float,
    budget: int | None = None,
    for_path: str | None = None,
    managed_root: str = "/",
) -> tuple[Context, list[str]]:
    """The context and, a line each, what could not be read for it. `hits` are recalled memories, best first; `budget`
    counts estimated tokens; `for_path` adds the instructions that load when that file is read."""
    notes: list[str] = []
    instructions = project_instructions(located, for_path=for_path, nested=False, managed_root=managed_root)
    indexes: list[IndexText] = []
    for source in located.sources:
        path = os.path.join(source.root, INDEX_NAME)
        try:
            data = read_if_there(path)
        except (BadInputError, StorageError) as error:
            notes.append(f"{shown(path)}: not in the context: {error.message}")
            continue
        if data is not None:
            label = INDEX_LABEL if source.kind == "project" else f"memory index, {source.label}"
            indexes.append(index_text(path, data.decode("utf-8", "replace"), label))
    recalled: list[Remembered] = []
    for hit in hits:
        try:
            recalled.append(remembered(hit, now))
        except (BadInputError, StorageError) as error:  # gone between recall and reading
            notes.append(f"{shown(hit.path)}: not in the context: {error.message}")
    return build_context(instructions.files, indexes, recalled, budget), notes
