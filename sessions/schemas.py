"""One reader for the lines of every agent: each line shows by its fields whose it is, so that nothing must be known of
a file before it is read, and a file that grows is read the same way in pieces."""

from __future__ import annotations

from collections.abc import Mapping

from . import claude_code, codex, gemini
from .entry import Entry, Said


def read(line: Mapping[str, object]) -> tuple[Entry | None, Said]:
    """The entry of a line (None for bookkeeping), and what it says of its session. Never fails on content."""
    if not isinstance(line.get("type"), str | None):
        return None, {}
    if codex.is_line(line):
        return codex.read(line)
    if gemini.is_line(line):
        return gemini.read(line)
    return claude_code.read(line)
