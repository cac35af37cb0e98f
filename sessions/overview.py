"""What a list says of a session: its title, how much it holds, when and where it was, with which models."""

from __future__ import annotations

from typing import Final, NamedTuple

from memdir.claude_settings import ClaudeSettings
from memdir.dates import DAY
from memdir.quoting import visible
from memdir.secrets import mask

from .catalogue import Session
from .readable import spoken
from .schemas import read
from .told import Told, together
from .transcript import read_turns
from .turns import TurnReader

DEFAULT_CLEANUP_DAYS: Final = 30
"""Days without a write after which Claude Code deletes a transcript (`cleanupPeriodDays`; formats §3.1)."""
MAX_TITLE: Final = 200
"""Characters of a title."""


class Overview(NamedTuple):
    """A session with what its own file tells, and its title on one line."""

    session: Session
    told: Told
    title: str

    @property
    def tag(self) -> str:
        """What it is tagged with, empty for none."""
        return self.told.said.get("tag", "")

    @property
    def models(self) -> tuple[str, ...]:
        """The models, without what the client said itself."""
        return tuple(filter(is_model, self.told.models))

    @property
    def latest(self) -> float:
        """When it was last spoken in, else written (seconds since the epoch)."""
        return self.told.ended or self.session.modified


def overview(session: Session) -> Overview:
    """Read a session's transcript and say it in short. Raises `StorageError` when it cannot be read."""
    tolds = []
    for path in session.paths:
        reader = TurnReader(read)
        for _turn in read_turns(path, reader):
            pass  # only what is counted on the way is wanted
        tolds.append(reader.told())
    return overview_of(session, together(tolds))


def overview_of(session: Session, told: Told) -> Overview:
    """A session of which everything is known."""
    return Overview(session, told, title_line(told.title))


def is_model(name: str) -> bool:
    """False for what the client generated itself (`<synthetic>`), and for no name."""
    return bool(name) and not name.startswith("<")


def title_line(title: str) -> str:
    """A title on one line: secrets masked, control characters visible, without what an editor put before a prompt."""
    text = visible(" ".join(mask(spoken(title[: MAX_TITLE * 4])).split()))
    return text if len(text) <= MAX_TITLE else text[: MAX_TITLE - 1].rstrip() + "…"


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
