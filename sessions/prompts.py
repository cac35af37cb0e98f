"""Which lines of the user a person typed, and which only look like a prompt (formats §3.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from .entry import Kind

_INJECTED: Final = re.compile(
    r"\s*(?:<(?:local-command-stdout|local-command-stderr|local-command-caveat|session-start-hook|tick|goal"
    r"|task-notification|bash-stdout|bash-stderr|teammate-message|user-memory-input|user-prompt-submit-hook"
    r"|environment_context|user_instructions|permissions instructions|turn_aborted|INSTRUCTIONS)\b"
    r"|Caveat: The messages below|# AGENTS\.md instructions for )"
)
_WRAPPED: Final = r"<(ide_opened_file|ide_selection|ide_diagnostics|system-reminder)>.*?</\1>"
_BEFORE: Final = re.compile(rf"\s*{_WRAPPED}\s*", re.DOTALL)
_AFTER: Final = re.compile(r"\s*<system-reminder>(?:(?!<system-reminder>).)*</system-reminder>\s*\Z", re.DOTALL)
_PASTED: Final = re.compile(r"\s*<(pasted_content)\b[^>]*>.*?</\1>\s*", re.DOTALL)
_COMMAND: Final = re.compile(r"\s*<(?:command-(?:name|message|args)|bash-input)>")
_PART: Final = re.compile(r"<(command-name|command-args|bash-input)>(.*?)</\1>", re.DOTALL)
_INTERRUPT: Final = re.compile(r"\s*\[Request interrupted by user")


def prompt_of(line: Mapping[str, object], text: str) -> tuple[Kind, str]:
    """What a line of the user without tool results is, and its text without what was injected around it."""
    if line.get("isCompactSummary") is True:
        return "summary", text
    if line.get("isMeta") is True or line.get("isVisibleInTranscriptOnly") is True:
        return "meta", text
    origin = line.get("origin")
    if isinstance(origin, Mapping) and origin.get("kind") not in (None, "human"):
        return "notification", text
    if _INTERRUPT.match(text):
        return "interrupt", text
    if _COMMAND.match(text):
        return "command", command_of(text)
    typed = own_words(text)
    if not typed or _INJECTED.match(typed) or line.get("promptSource") == "system":
        return "meta", text
    return ("meta", text) if _PASTED.fullmatch(typed) else ("prompt", typed)


def own_words(text: str) -> str:
    """The text without the editor's and the program's remarks before and after it; with nothing of the kind, the text
    as it is."""
    if "<ide_" not in text and "<system-reminder>" not in text:
        return text if text.strip() else ""
    start = 0
    while (match := _BEFORE.match(text, start)) is not None:
        start = match.end()
    text = text[start:]
    while (match := _AFTER.search(text)) is not None:
        text = text[: match.start()]
    return text if text.strip() else ""


def command_of(text: str) -> str:
    """A slash command as it was typed: `/review the branch`. Other text stays as it is."""
    parts = {match[1]: match[2].strip() for match in _PART.finditer(text)}
    if "bash-input" in parts:
        return f"!{parts['bash-input']}"
    name = parts.get("command-name")
    return f"{name} {parts.get('command-args', '')}".strip() if name else text
