"""The segments of the next generation: which of the old ones are shared, and which are merged with what is new.

A segment is written once. Small segments are merged before they become many, and everything when a fifth of it is new.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from .disk_segment import DiskSegment, engine_folder
from .generation import Stored
from .generations import Draft
from .segment_writer import Part, write_segment
from .text_engine import MIN_DOCUMENTS, build

MAX_SEGMENTS: Final = 6
MERGE_SHARE: Final = 0.2
"""New and removed documents, as a share of the largest segment, at which everything is merged."""


def write_segments(draft: Draft, stored: list[Stored], new: list[Part]) -> list[tuple[str, frozenset[int]]]:
    """Share, merge and write segments, and let go of the `new` ones: file names and removed documents. Raises
    `StorageError`, and `IndexDamaged` when a segment to merge is damaged."""
    stored.sort(key=lambda s: -s.live)
    keep = _kept(stored, sum(part.segment.count for part in new))
    parts = [*(Part(s.segment, s.removed) for s in stored[keep:]), *new]
    names: list[tuple[str, frozenset[int]]] = []
    for old in stored[:keep]:
        draft.share(old.segment.path)
        draft.share_folder(engine_folder(old.segment.path))
        names.append((os.path.basename(old.segment.path), old.removed))
    if parts:
        name = f"{draft.name}.segment"
        path = os.path.join(draft.directory, name)
        count = write_segment(path, parts)
        for part in new:
            if isinstance(part.segment, DiskSegment):
                os.unlink(part.segment.path)
        del parts[:], new[:]  # unmaps what was merged
        if count >= MIN_DOCUMENTS:
            build(engine_folder(path), count, DiskSegment(path).words)
        names.append((name, frozenset()))
    return names


def _kept(stored: Sequence[Stored], new: int) -> int:
    """How many of the segments, largest first, stay as they are; the smaller ones are merged with the new one."""
    if not stored:
        return 0
    base = stored[0]
    small = sum(s.live for s in stored[1:]) + new
    if small + len(base.removed) > MERGE_SHARE * base.live:
        return 0
    if len(stored) + (new > 0) <= MAX_SEGMENTS:
        return len(stored)
    keep = len(stored)
    total = new
    while keep > 1 and (stored[keep - 1].live <= 2 * total or keep >= MAX_SEGMENTS):
        keep -= 1
        total += stored[keep].live
    return keep
