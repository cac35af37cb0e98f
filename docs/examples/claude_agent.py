"""An agent of the Claude Agent SDK with memory: its hook callbacks answer as `memdir hook` does, and what is said is
kept where `workspace.search_sessions` finds it.

    python docs/examples/claude_agent.py DIR "Which port does the api listen on?"
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from typing import Any

from claude_agent_sdk import ClaudeAgentOptions, HookMatcher, Transport, query

import memdir
from memdir.sessions.session_store import DirectorySessionStore

SESSIONS = ".sessions"


def options(workspace: memdir.Workspace, folder: str) -> ClaudeAgentOptions:
    """Options of an agent that works in `folder` with the memory of `workspace`. At its start the agent is told what is
    pinned, new or waiting; then memories with each prompt, and what is wrong with a memory file it wrote."""

    async def answer(given: Any, tool_use_id: str | None, context: Any) -> Any:
        return await asyncio.to_thread(memdir.answer_hook, given, workspace)

    start = memdir.answer_hook({"hook_event_name": "SessionStart", "source": "startup"}, workspace)
    told: Any = start.get("hookSpecificOutput", {})
    return ClaudeAgentOptions(
        cwd=folder,
        system_prompt={"type": "preset", "preset": "claude_code", "append": told.get("additionalContext", "")},
        hooks={
            "UserPromptSubmit": [HookMatcher(hooks=[answer])],
            "PostToolUse": [HookMatcher(matcher="Write|Edit|MultiEdit", hooks=[answer])],
            "PreCompact": [HookMatcher(hooks=[answer])],
            "Stop": [HookMatcher(hooks=[answer])],
        },
        session_store=DirectorySessionStore(os.path.join(folder, SESSIONS)),
    )


async def run(folder: str, prompt: str, transport: Transport | None = None) -> AsyncIterator[object]:
    """The messages of one question."""
    with memdir.open(folder, transcripts_dir=os.path.join(folder, SESSIONS), background=False) as workspace:
        async for message in query(prompt=prompt, options=options(workspace, folder), transport=transport):
            yield message


async def main(folder: str, prompt: str) -> None:
    """Print what comes."""
    async for message in run(folder, prompt):
        print(message)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
