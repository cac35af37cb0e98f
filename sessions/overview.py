"""What a list says of a session: its title, how much it holds, when and where it was, with which models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from memdir.claude_settings import ClaudeSettings
from memdir.dates import DAY
from memdir.quoting import visible
from memdir.secrets import mask

from . import claude_code
from .catalogue import Session
from .entry import Turn
from .readable import said
from .transcript import read_turns
from .turns import TurnReader

DEFAULT_CLEANUP_DAYS: Final = 30
"""Days without a write after which Claude Code deletes a transcript (`cleanupPeriodDays`; formats §3.1)."""
MAX_TITLE: Final = 200
"""Characters of a title."""
_TITLES: Final = ("custom_title", "ai_title", "last_prompt", "summary")
"""The strongest first (formats §3.2); then the first prompt."""


class Overview(NamedTuple):
    """A session in short. Times in seconds since the epoch, 0 when no turn has one. `prompts` are those a person typed.
    `lines` and `skipped` (lines that hold no JSON object) are of the session's own file."""

    session: Session
    title: str = ""
    tag: str = ""
    turns: int = 0
    lines: int = 0
    skipped: int = 0
    prompts: int = 0
    started: float = 0.0
    ended: float = 0.0
    cwd: str = ""
    branches: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


def overview(session: Session) -> Overview:
    """Read a session and say it in short. Raises `StorageError` when its file cannot be read."""
    reader = TurnReader(claude_code.read)
    prompt, command, cwd, prompts, started, ended = "", "", "", 0, 0.0, 0.0
    branches: dict[str, None] = {}
    models: dict[str, None] = {}
    for turn in read_turns(session.path, reader):
        cwd = cwd or turn.cwd
        if turn.branch:
            branches[turn.branch] = None
        if is_model(turn.model):
            models[turn.model] = None
        if turn.typed:
            prompts += 1
            prompt = prompt or said(turn)
        elif turn.kind == "command":
            command = command or said(turn)
        if turn.timestamp:
            started = min(started or turn.timestamp, turn.timestamp)
            ended = max(ended, turn.timestamp)
    counts = reader.counts
    return Overview(
        session, title_of(reader.said, prompt or command), text_said(reader.said, "tag"), counts.turns, counts.lines,
        counts.skipped, prompts, started, ended, cwd, tuple(branches), tuple(models),
    )  # fmt: skip


def is_model(name: str) -> bool:
    """False for what the client generated itself (`<synthetic>`), and for no name."""
    return bool(name) and not name.startswith("<")


def first_prompt(turns: Iterable[Turn]) -> str:
    """What a person typed first, or else the first slash command; empty without any."""
    asked = [turn for turn in turns if turn.typed or turn.kind == "command"]
    return next((said(turn) for turn in sorted(asked, key=lambda turn: not turn.typed)), "")


def title_of(said: Mapping[str, object], prompt: str) -> str:
    """The title on one line, secrets masked: what a person called the session, what Claude Code did, the last prompt,
    an old summary, or else the first prompt."""
    found = next((text for text in (text_said(said, name) for name in _TITLES) if text), prompt)
    text = visible(" ".join(mask(found[: MAX_TITLE * 4]).split()))
    return text if len(text) <= MAX_TITLE else text[: MAX_TITLE - 1].rstrip() + "…"


def text_said(said: Mapping[str, object], name: str) -> str:
    """What a session says of itself under a name, empty when nothing."""
    value = said.get(name)
    return value if isinstance(value, str) else ""


def cleanup_days(claude: ClaudeSettings) -> int:
    """`cleanupPeriodDays` of Claude Code's settings: whole days, at least 1."""
    for layer in claude.layers:
        value = layer.values.get("cleanupPeriodDays")
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            return value
    return DEFAULT_CLEANUP_DAYS


def deleted_at(session: Session, days: int) -> float:
    """When Claude Code's next start may delete the session: `days` after its last write (seconds since the epoch)."""
    return session.modified + days * DAY
