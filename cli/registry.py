"""Which module holds which command, by the command's first word, so that a run imports only the module it needs."""

from __future__ import annotations

from importlib import import_module

from .table import Command

MODULES: dict[str, str] = {
    "add": "add_cmd",
    "adopt": "adopt_cmd",
    "check": "check_cmd",
    "config": "config_cmd",
    "context": "context_cmd",
    "dream": "dream_cmd",
    "doctor": "doctor_cmd",
    "edit": "edit_cmd",
    "eval": "eval_cmd",
    "extract": "extract_cmd",
    "graph": "graph_cmd",
    "help": "help_cmd",
    "history": "history_cmd",
    "hook": "hook_cmd",
    "index": "index_cmd",
    "install": "install_cmd",
    "instructions": "instructions_cmd",
    "link": "tag_cmd",
    "ls": "show_cmd",
    "mcp": "mcp_cmd",
    "mv": "mv_cmd",
    "pause": "pause_cmd",
    "purge": "archive_cmd",
    "recall": "recall_cmd",
    "redo": "history_cmd",
    "restore": "archive_cmd",
    "resume": "pause_cmd",
    "review": "review_cmd",
    "rm": "archive_cmd",
    "search": "recall_cmd",
    "session": "session_cmd",
    "show": "show_cmd",
    "status": "status_cmd",
    "tag": "tag_cmd",
    "tidy": "tidy_cmd",
    "undo": "history_cmd",
    "uninstall": "install_cmd",
    "unlink": "tag_cmd",
    "untag": "tag_cmd",
    "watch": "watch_cmd",
    "where": "where_cmd",
}

SYNONYMS: dict[str, str] = {
    **dict.fromkeys(("find", "grep", "query", "ask"), "recall"),
    **dict.fromkeys(("list", "dir"), "ls"),
    **dict.fromkeys(("delete", "remove", "forget"), "rm"),
    **dict.fromkeys(("new", "remember", "save", "store"), "add"),
    **dict.fromkeys(("sessions", "transcript", "transcripts"), "session"),
    **dict.fromkeys(("lint", "validate"), "check"),
    **dict.fromkeys(("rename", "move"), "mv"),
    **dict.fromkeys(("cat", "get", "view"), "show"),
}
"""What people call a command elsewhere."""

EVERYDAY: dict[str, tuple[str, ...]] = {
    "Find": ("recall", "show", "session search", "instructions"),
    "Keep": ("add", "edit", "rm", "undo"),
    "Look after": ("status", "check", "review", "dream"),
}
"""The dozen commands of the short help, in its three groups."""


def commands_of(word: str) -> tuple[Command, ...]:
    """The commands of the module that holds `word`; empty when there is none."""
    module = MODULES.get(word)
    if module is None:
        return ()
    found: tuple[Command, ...] = import_module(f".{module}", __package__).COMMANDS
    return found


def find(words: list[str]) -> tuple[Command, int] | None:
    """The command that the first one or two words name, and how many words that took."""
    if not words:
        return None
    commands = commands_of(words[0])
    pair = " ".join(words[:2])
    for name, taken in ((pair, 2), (words[0], 1)):
        for command in commands:
            if len(words) >= taken and name in (command.name, *command.aliases):
                return command, taken
    return None


def nearest(word: str) -> str | None:
    """The command that somebody who wrote `word` means, by its meaning or else its spelling; None when none is near."""
    if word in SYNONYMS:
        return SYNONYMS[word]
    from difflib import get_close_matches  # only on this path

    near = get_close_matches(word, [*MODULES, *SYNONYMS], 1)
    return SYNONYMS.get(near[0], near[0]) if near else None


def all_commands() -> list[Command]:
    """Every command, sorted by name; imports every command module."""
    modules = dict.fromkeys(MODULES.values())
    found = [c for m in modules for c in import_module(f".{m}", __package__).COMMANDS]
    return sorted(found, key=lambda c: c.name)
