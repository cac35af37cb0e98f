"""The gates of a project: where its memory and its transcripts lie, and what its settings and Claude Code's say."""

from __future__ import annotations

import os
from typing import Final

from memdir.locate import Located
from memdir.places import directory_key
from memdir.settings import Settings
from memdir.switches import switched_off

from .gate import MIN_HOURS, Gate, Switch

SESSION_VARIABLE: Final = "CLAUDE_CODE_SESSION_ID"
"""Names the session from which a command is run (formats/claude-code.md, "Env in hook processes")."""


def gate_of(located: Located, settings: Settings, session: str | None = None) -> Gate:
    """What the gates of the primary directory look at. `session` is the one that asks, by default the one that the
    command runs in."""
    root, state = located.primary.root, located.state_dir
    own = os.path.join(state, directory_key(os.path.realpath(root))) if state is not None else None
    hours = settings.number("dream.min_hours")
    return Gate(
        root,
        own,
        tuple(located.transcripts_dirs),
        MIN_HOURS if hours is None else hours,
        settings.integer("dream.min_sessions"),
        switches(located, settings, own),
        state,
        session or located.environment.env.get(SESSION_VARIABLE) or None,
    )


def switches(located: Located, settings: Settings, state: str | None) -> tuple[Switch, ...]:
    """What can turn unattended dreams off: `dream.auto`; Claude Code's own switch for dreams, where `dream.auto` was
    not chosen; and what turns all unasked work off. `state` is the state folder of the directory."""
    auto = settings.text("dream.auto")
    found = [Switch(auto != "off", f"dream.auto is {auto}")]
    if located.claude.get("autoDreamEnabled") is False and settings.origin("dream.auto") == "default":
        found.append(Switch(False, "autoDreamEnabled is false in Claude Code's settings"))
    off = switched_off(located.environment, located.claude, located.state_dir, state)
    return (*found, Switch(False, off)) if off else tuple(found)
