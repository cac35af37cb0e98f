"""Where a conversation ends, as `last-prompt` lines say (formats §3.4)."""

from __future__ import annotations

from collections.abc import Mapping

from .blocks import text_at


class LastPrompt:
    """The leaf that the lines read so far point at; `place` is where in the file it was said. With `explicit` it is
    pinned, until a line names another one or points at none (then the newest line counts); a compaction forgets it."""

    def __init__(self) -> None:
        self.leaf = ""
        self.place = -1
        self.pinned = False
        self.cleared = False

    def take(self, place: int, line: Mapping[str, object]) -> None:
        """Take a line of the file."""
        if line.get("subtype") == "compact_boundary":
            self.leaf, self.pinned, self.cleared = "", False, False
        elif line.get("type") == "last-prompt" and ("leafUuid" in line or "explicit" in line):
            leaf, explicit = text_at(line, "leafUuid"), line.get("explicit") is True
            if leaf:
                self.pinned = explicit or (self.pinned and leaf == self.leaf)
                self.leaf, self.place, self.cleared = leaf, place, False
            elif explicit:
                self.leaf, self.pinned, self.cleared = "", False, True
