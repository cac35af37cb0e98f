"""`memdir session`: the transcripts of the project's sessions. Each command has a module of its own."""

from __future__ import annotations

from . import session_search_cmd
from .table import Command

COMMANDS: tuple[Command, ...] = (*session_search_cmd.COMMANDS,)
