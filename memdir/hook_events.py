"""The events of Claude Code that memdir has hooks for: one table, from which setting up, the plugin and the command are
made (formats/claude-code.md §4.1, §4.2)."""

from __future__ import annotations

from typing import Final, NamedTuple


class HookEvent(NamedTuple):
    """`word` is the command's (`memdir hook session-start`), `name` Claude Code's, `matcher` which cases it is called
    for (None: all), `timeout` in seconds."""

    word: str
    name: str
    timeout: int
    matcher: str | None = None


EVENTS: Final = (
    HookEvent("session-start", "SessionStart", 5),
    HookEvent("user-prompt-submit", "UserPromptSubmit", 2),
    HookEvent("post-tool-use", "PostToolUse", 5, "Write|Edit|MultiEdit"),
    HookEvent("stop", "Stop", 5),
    HookEvent("subagent-stop", "SubagentStop", 5),
    HookEvent("pre-compact", "PreCompact", 5),
    HookEvent("session-end", "SessionEnd", 5),
)
BY_WORD: Final = {event.word: event for event in EVENTS}
