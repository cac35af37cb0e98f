"""Messages that a compaction kept: they stay where they are in the file, before the boundary, and belong after the
summary (formats §3.4)."""

from __future__ import annotations

from collections.abc import Mapping

from .blocks import text_at
from .tree_node import Node


def relinked(nodes: Mapping[str, Node], boundary: Mapping[str, object]) -> tuple[Mapping[str, Node], bool]:
    """The tree with the messages that the last compaction (`boundary` is its line) kept hung after their anchor, and
    what followed the anchor hung after them; and whether there were any. What does not fit together is left alone."""
    metadata = boundary.get("compactMetadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    anchor, kept = _listed(metadata.get("preservedMessages"), nodes)
    if not kept:
        anchor, kept = _segment(metadata.get("preservedSegment"), nodes)
    if not kept or anchor not in nodes or anchor in kept:
        return nodes, False
    tail = kept[-1]
    inside = {*kept, text_at(boundary, "uuid")}
    changed = dict(nodes)
    for uuid, node in nodes.items():
        if node.parent == anchor and uuid not in inside:
            changed[uuid] = node._replace(parent=tail)
    for above, uuid in zip([anchor, *kept], kept, strict=False):
        changed[uuid] = nodes[uuid]._replace(parent=above)
    return changed, True


def _listed(said: object, nodes: Mapping[str, Node]) -> tuple[str, list[str]]:
    listed = said.get("uuids") if isinstance(said, Mapping) else None
    kept = [uuid for uuid in listed if isinstance(uuid, str)] if isinstance(listed, list) else []
    whole = all(uuid in nodes for uuid in kept) and len(set(kept)) == len(kept)
    return text_at(said, "anchorUuid"), kept if whole else []


def _segment(said: object, nodes: Mapping[str, Node]) -> tuple[str, list[str]]:
    """The lines from the tail up to the head; none when the head is not above the tail."""
    head, uuid = text_at(said, "headUuid"), text_at(said, "tailUuid")
    found: dict[str, None] = {}
    while uuid in nodes and uuid not in found:
        found[uuid] = None
        if uuid == head:
            return text_at(said, "anchorUuid"), [*reversed(found)]
        uuid = nodes[uuid].parent
    return "", []
