"""One step of a consolidation: what, on which memories, why, on what evidence, and the bytes it would write."""

from __future__ import annotations

from typing import NamedTuple

from memdir.journal_records import Change


class Operation(NamedTuple):
    """One step that a plan proposes. Nothing is written before it is applied.

    `kind` is one of merge, conflict, supersede, date, stale, dead-reference, promote, topics, links, cluster, index,
    annotate; `paths` are ids, the main one first. Empty `changes`: for a person to review, nothing is done. `asks`: a
    person must confirm (pinned, written by a person since the last run, over the 10 % guard). `safe`: loses no words,
    and may be done with nobody there where `dream.auto` is `apply` (index, date, links).
    """

    kind: str
    paths: tuple[str, ...]
    reason: str
    evidence: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    asks: bool = False
    safe: bool = False
