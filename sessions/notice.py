"""One line about a plan that was made with nobody there: in `memdir status`, and at the next session's start."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from memdir.files import remove_file
from memdir.state_file import read_state, write_state

if TYPE_CHECKING:
    from .operation import Operation

_FILE: Final = os.path.join("dream", "notice.json")
_MANY: Final = {
    "index": "index updates", "stale": "stale memories", "dead-reference": "dead references", "links": "link proposals",
    "topics": "topic proposals",
}  # fmt: skip
_ONE: Final = {
    "index": "index update", "stale": "stale memory", "dead-reference": "dead reference", "links": "link proposal",
    "topics": "topic proposal", "promote": "promotion", "annotate": "annotation",
}  # fmt: skip


def counted(operations: Sequence[Operation]) -> str:
    """`3 merges and 1 conflict`, by kind in the plan's order; empty without operations."""
    counts = Counter(operation.kind for operation in operations)
    parts = [f"{n} {_ONE.get(kind, kind) if n == 1 else _many(kind)}" for kind, n in counts.items()]
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def _many(kind: str) -> str:
    return _MANY.get(kind) or _ONE.get(kind, kind) + "s"


def write_notice(state_dir: str, operations: Sequence[Operation]) -> str | None:
    """Keep the line about these operations, in the place of the last one; None, and no line, without any. Raises
    `StorageError`."""
    path = os.path.join(state_dir, _FILE)
    if not operations:
        remove_file(path)
        return None
    text = f"{counted(operations)} proposed, see `memdir dream plan`"
    write_state(path, {"text": text, "told": False})
    return text


def read_notice(state_dir: str) -> str | None:
    """The line, as long as there is one."""
    text = read_state(os.path.join(state_dir, _FILE)).get("text")
    return text if isinstance(text, str) else None


def tell_notice(state_dir: str) -> str | None:
    """The line, once: for the start of the next session. Raises `StorageError`."""
    path = os.path.join(state_dir, _FILE)
    kept = read_state(path)
    text = kept.get("text")
    if not isinstance(text, str) or kept.get("told") is True:
        return None
    write_state(path, {**kept, "told": True}, synced=False)
    return text
