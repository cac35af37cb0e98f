"""Which of a session's turns are looked at: three views of one file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from .chain import read_chain
from .entry import Turn

View = Literal["conversation", "chain", "linear"]
"""`conversation`: all that was said, also before a compaction, but for branches that were given up. `chain`: from the
leaf to the root, what Claude Code would go on from. `linear`: everything in the order of the file."""


def viewed(path: str, turns: Sequence[Turn], view: View) -> list[Turn]:
    """The turns of the view. Raises `StorageError` when the file cannot be read (again)."""
    if view == "linear":
        return list(turns)
    chain = read_chain(path)
    if view == "chain":
        return chain.visible(turns, injected=True)
    return [turn for turn in turns if not chain.gave_up(turn) and (chain.side or not turn.sidechain)]
