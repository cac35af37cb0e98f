"""Which turn an id means."""

from __future__ import annotations

from collections.abc import Sequence

from memdir.errors import NotFoundError, UsageError
from memdir.files import shown

from .entry import Turn

_NAMED = 8
"""Turns that a message about an ambiguous id lists."""
_LINE_DIGITS = 7


def turn_named(turns: Sequence[Turn], wanted: str) -> int:
    """The place of the turn that has a uuid, the id `line-N`, the line N (at most 7 digits, as a search names it), or
    the only one with a uuid that begins so. Raises `NotFoundError`, `UsageError` (code `ambiguous`)."""
    beginning: list[int] = []
    for at, turn in enumerate(turns):
        if wanted == turn.id or wanted in turn.uuids:
            return at
        if wanted and any(uuid.startswith(wanted) for uuid in turn.uuids):
            beginning.append(at)
    if wanted.isascii() and wanted.isdigit() and len(wanted) <= _LINE_DIGITS:
        at = max((at for at, turn in enumerate(turns) if turn.line <= int(wanted)), default=-1)
        if at >= 0:
            return at
    if len(beginning) == 1:
        return beginning[0]
    if beginning:
        listed = ", ".join(turns[at].id for at in beginning[:_NAMED])
        raise UsageError(f"{shown(wanted)} is ambiguous: {listed}", hint="write more of the id", code="ambiguous")
    from memdir.fuzzy import closest

    near = closest(wanted, [turn.id for turn in turns])
    raise NotFoundError(
        f"the session has no turn {shown(wanted)}", hint=f"nearest: {', '.join(near)}" if near else None
    )
