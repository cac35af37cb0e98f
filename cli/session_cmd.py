"""`memdir session`: the transcripts of the project's sessions. Each command has a module of its own."""

from __future__ import annotations

from . import (
    session_archive_cmd,
    session_change_cmd,
    session_export_cmd,
    session_ls_cmd,
    session_search_cmd,
    session_show_cmd,
    session_stats_cmd,
    session_why_cmd,
)
from .table import Command

COMMANDS: tuple[Command, ...] = (
    *session_archive_cmd.COMMANDS,
    *session_change_cmd.COMMANDS,
    *session_export_cmd.COMMANDS,
    *session_ls_cmd.COMMANDS,
    *session_search_cmd.COMMANDS,
    *session_show_cmd.COMMANDS,
    *session_stats_cmd.COMMANDS,
    *session_why_cmd.COMMANDS,
)
