"""Which lines of the user a person typed, and which only look like a prompt (formats §3.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from .entry import Kind

_INJECTED: Final = re.compile(
    r"\s*(?:<(?:local-command-stdout|local-command-stderr|local-command-caveat|session-start-hook|tick|goal"
    r"|task-notification|bash-stdout|bash-stderr|teammate-message|user-memory-input"
    r"|environment_context|user_instructions|permissions instructions|turn_aborted|INSTRUCTIONS)\b"
    r"|Caveat: The messages below|# AGENTS\.md instructions for )"
)
_BEFORE: Final = re.compile(
    r"\s*<(ide_opened_file|ide_selection|ide_diagnostics|system-reminder|user-prompt-submit-hook)>"
)
_REMINDER: Final = "<system-reminder>"
_REMINDER_END: Final = "</system-reminder>"
_PASTED: Final = re.compile(r"\s*<pasted_content\b")
_PASTED_END: Final = "</pasted_content>"
_COMMAND: Final = re.compile(r"\s*<(?:command-(?:name|message|args)|bash-input)>")
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
    return ("meta", text) if _is_pasted(typed) else ("prompt", typed)


def own_words(text: str) -> str:
    """The text without the editor's and the program's remarks before and after it; with nothing of the kind, the text
    as it is."""
    if not any(mark in text for mark in ("<ide_", "<user-prompt-submit-hook>", _REMINDER)):
        return text if text.strip() else ""
    start, end = 0, len(text.rstrip())
    while (match := _BEFORE.match(text, start)) is not None:
        close = f"</{match[1]}>"
        found = text.find(close, match.end())
        if found < 0:
            break
        start = found + len(close)
    while text.endswith(_REMINDER_END, start, end) and (found := text.rfind(_REMINDER, start, end)) >= 0:
        end = found
        while end > start and text[end - 1].isspace():
            end -= 1
    return text[start:end].strip()


def command_of(text: str) -> str:
    """A slash command as it was typed: `/review the branch`. Other text stays as it is."""
    typed = _inside(text, "bash-input")
    if typed:
        return f"!{typed}"
    name = _inside(text, "command-name")
    return f"{name} {_inside(text, 'command-args')}".strip() if name else text


def _inside(text: str, tag: str) -> str:
    """What the first pair of tags holds. Found by plain search: a text of many tags costs no more than its length."""
    _, _, rest = text.partition(f"<{tag}>")
    found, end, _ = rest.partition(f"</{tag}>")
    return found.strip() if end else ""


def _is_pasted(text: str) -> bool:
    """True when a person pasted something and said nothing to it."""
    return _PASTED.match(text) is not None and text.rstrip().endswith(_PASTED_END)
