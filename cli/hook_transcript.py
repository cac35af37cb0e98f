"""What a session was about, from its transcript: for the time after a compaction."""

from __future__ import annotations

import os

from memdir.errors import MemdirError

MAX_FILES = 6
MAX_PROMPTS = 3


def about(path: str, limit: int) -> list[str]:
    """The title, the first prompt and the last ones, and the files that were written last; each on one line of at most
    `limit` characters."""
    from memdir.sessions.transcript import load
    from memdir.sessions.turn_documents import touched

    try:
        transcript = load(path)
    except MemdirError:
        return []
    lines: list[str] = []
    title = transcript.told.said.get("custom_title") or transcript.told.said.get("ai_title")
    if title:
        lines.append(f"title: {title}")
    asked = [" ".join(turn.text.split())[:limit] for turn in transcript.turns if turn.typed and turn.text.strip()]
    if asked:
        lines.append(f"first prompt: {asked[0]}")
        lines += [f"a later prompt: {text}" for text in asked[1:][-MAX_PROMPTS:]]
    written: dict[str, None] = {}
    for turn in transcript.turns:
        for call in turn.calls:
            if call.name in ("Write", "Edit", "MultiEdit", "NotebookEdit"):
                for file in touched(turn):
                    written.pop(file, None)
                    written[file] = None
    if written:
        lines.append("files written last: " + ", ".join(map(os.path.basename, list(written)[-MAX_FILES:])))
    return lines
