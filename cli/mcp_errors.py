"""What an error says to an agent that called a tool: what happened, and which call mends it."""

from __future__ import annotations

from typing import Final

from memdir.errors import LockedError, MemdirError
from memdir.files import shown
from memdir.quoting import one_line
from memdir.secrets import mask

_ADVICE: Final = {
    "exists": "update changes that one; to keep both, give another name",
    "same-text": "nothing to do; update changes its fields",
    "secret": "say where the secret is kept instead of what it is",
    "ambiguous": "give the whole path",
    "no-frontmatter": "give a description: the file gets frontmatter with it",
    "other-directory": "name memories of one directory",
    "changed-meanwhile": "get it again, then update",
}
"""By the error's code, where the command line's own hint names commands."""
_MAX: Final = 2_000


def advice(error: MemdirError) -> str:
    """One line: what happened, where, and what to do."""
    hint = _ADVICE.get(error.code, error.hint or "")
    if isinstance(error, LockedError):
        hint = "try again in a few seconds"
    said = f"{error.message}. {hint}" if hint else error.message
    return one_line(mask(shown(said)))[:_MAX]
