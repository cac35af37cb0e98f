"""A three-way merge by lines: take a change back (or over) although the file went on changing elsewhere."""

from __future__ import annotations

from difflib import SequenceMatcher

_Edit = tuple[int, int, tuple[bytes, ...]]


def merge_lines(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """`ours` with the change from `base` to `theirs` made in it; None when both changed the same lines."""
    base_lines, our_lines, their_lines = (text.splitlines(keepends=True) for text in (base, ours, theirs))
    our_edits = _edits(base_lines, our_lines)
    their_edits = _edits(base_lines, their_lines)
    if any(_clash(a, b) for a in our_edits for b in their_edits if a != b):
        return None
    merged = list(base_lines)
    for start, end, lines in sorted(set(our_edits) | set(their_edits), reverse=True):
        merged[start:end] = lines
    return b"".join(merged)


def _edits(base: list[bytes], other: list[bytes]) -> list[_Edit]:
    matcher = SequenceMatcher(None, base, other, autojunk=False)
    return [(i1, i2, tuple(other[j1:j2])) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal"]


def _clash(left: _Edit, right: _Edit) -> bool:
    """Two edits share lines of the base, or one inserts between lines that the other removes."""
    if left[0] == left[1]:
        return right[0] < left[0] < right[1]
    if right[0] == right[1]:
        return left[0] < right[0] < left[1]
    return max(left[0], right[0]) < min(left[1], right[1])
