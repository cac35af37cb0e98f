"""What the prompts of `memdir mcp` say: memories for a question, and what is worth keeping."""

from __future__ import annotations

from typing import Final

from memdir.errors import UsageError

from .app import App, Values
from .mcp_answer import NOTE, line
from .mcp_calls import recall
from .mcp_resources import as_page

MAX_PROMPT: Final = 4_000
"""Characters of a prompt's argument."""
REMEMBER: Final = (
    "Keep in memory what will matter in later sessions: decisions with their reasons, preferences, facts that the code "
    "does not say. First recall what is known; update a memory that is there rather than add a second one; one subject "
    "a memory; absolute dates; no secrets. Remember "
)


def prompt_text(app: App, name: str, given: dict[str, str]) -> str:
    """What a prompt says. Raises `UsageError` for one that is not there, or without what it needs."""
    if name == "remember":
        about = given.get("text", "").strip()
        what = f"this:\n\n{about[:MAX_PROMPT]}" if about else "what is worth keeping of this conversation."
        return REMEMBER + what
    if name != "recall":
        raise UsageError(f"there is no prompt {name[:60]!r}", hint="recall, remember")
    query = given.get("query", "").strip()[:MAX_PROMPT]
    if not query:
        raise UsageError("the prompt recall needs 'query'")
    found = recall(app, Values({"query": query, "limit": 5, "offset": 0, "type": None, "outdated": None}))
    memories = found["memories"]
    assert isinstance(memories, list)
    blocks = [as_page(memory) for memory in memories] or [str(found.get("more", ""))]
    return "\n\n".join([f"What memdir remembers about: {line(query)}", NOTE, *blocks])
