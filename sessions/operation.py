"""One operation of a dream's plan: what would be done to which memories, why, and the bytes before and after."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import unified_diff
from typing import Final, NamedTuple

from memdir.files import shown
from memdir.journal_records import Change

KINDS: Final = (
    "date", "merge", "supersede", "conflict", "annotate", "stale", "dead-reference", "promote", "links", "topics",
    "cluster", "index",
)  # fmt: skip
"""In the order in which a plan holds them."""


class Operation(NamedTuple):
    """One thing to do. `paths` are the ids concerned, the main one first; `changes` is empty where nothing is to be
    done but to ask a person. `asks`: a person must confirm (pinned, written by a person since the last run, over the
    guard of what may leave, a conflict). `safe`: it loses no words and may be done unattended."""

    kind: str
    paths: tuple[str, ...]
    reason: str
    evidence: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    asks: bool = False
    safe: bool = False

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """What tells the operations of a plan apart: kind and paths."""
        return self.kind, self.paths


def combined(operations: Iterable[Operation]) -> tuple[Change, ...]:
    """The changes of operations as one list with each path once: the bytes before the first and after the last. The
    operations must be a whole plan or what `plan.choose` gave, in order."""
    found: dict[str, Change] = {}
    for operation in operations:
        for change in operation.changes:
            first = found.get(change.path)
            if first is not None:
                keep = first.keep_mtime and change.keep_mtime
                change = change._replace(before=first.before, keep_mtime=keep, mtime_ns=first.mtime_ns)
            found[change.path] = change
    return tuple(change for change in found.values() if change.before != change.after)


def diff(operation: Operation) -> str:
    """What an operation does, as a unified diff; a file moved to the archive is named, not repeated."""
    parts: list[str] = []
    for change in operation.changes:
        path = shown(change.path)
        if change.after is None:
            parts.append(f"--- {path}\n+++ /dev/null (moved to the archive)\n")
            continue
        if change.before is None and change.path.endswith(".archived"):
            continue
        old = f"a/{path}" if change.before is not None else "/dev/null"
        lines = unified_diff(_lines(change.before), _lines(change.after), old, f"b/{path}", n=1)
        parts.append("".join(line if line.endswith("\n") else line + "\n" for line in lines))
    return "".join(parts)


def _lines(data: bytes | None) -> list[str]:
    return (data or b"").decode("utf-8", "replace").splitlines(keepends=True)
