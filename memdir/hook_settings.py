"""memdir's hooks in Claude Code's settings: put in, found, taken out, by edits that touch nothing else.

A handler of ours is known by what it runs (`memdir hook EVENT`), so that one of an older version or at another place is
replaced, not doubled. User and local settings get the absolute program and its arguments (exec form, no shell); project
settings, which others share, a guarded line that does nothing where memdir is not installed (formats §4.1).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from .hook_events import BY_WORD, EVENTS, HookEvent
from .json_edit import append, loads, remove

_OURS: Final = re.compile(r"\bmemdir(?:\.exe)?[\"']?(?:\s+|[\"'],\s*[\"'])hook\s+([a-z-]+)")


class Program(NamedTuple):
    """How memdir is started: a program and the arguments before the command's own."""

    command: str
    args: tuple[str, ...] = ()


class Found(NamedTuple):
    """A handler of ours in the settings: its event's name, its group, its place there, its group's matcher, itself."""

    event: str
    group: int
    place: int
    matcher: object
    handler: Mapping[str, object]


def handler(event: HookEvent, program: Program | None) -> dict[str, object]:
    """The handler of an event; without a program the guarded one that looks for memdir on the PATH."""
    if program is None:
        line = f"command -v memdir >/dev/null 2>&1 || exit 0; exec memdir hook {event.word}"
        return {"type": "command", "command": line, "timeout": event.timeout}
    args = [*program.args, "hook", event.word]
    return {"type": "command", "command": program.command, "args": args, "timeout": event.timeout}


def group(event: HookEvent, program: Program | None) -> dict[str, object]:
    """The matcher group of an event, as it stands in the settings and in a plugin's `hooks.json`."""
    matcher = {} if event.matcher is None else {"matcher": event.matcher}
    return {**matcher, "hooks": [handler(event, program)]}


def installed(settings: object) -> list[Found]:
    """Every handler of ours in some settings (or in a plugin's `hooks.json`)."""
    return list(_handlers(settings))


def with_hooks(text: str, program: Program | None) -> str:
    """The settings with every hook of ours once, as it should be; unchanged when they are. Raises
    `json_edit.Malformed`, and `ValueError` where `hooks` has another shape."""
    for event in EVENTS:
        wanted = handler(event, program)
        there = [found for found in _handlers(loads(text)) if _word(found.handler) == event.word]
        right = [f for f in there if f.event == event.name and f.matcher == event.matcher and f.handler == wanted]
        for found in reversed([f for f in there if not right or f is not right[0]]):
            text = _taken_out(text, found)
        if not right:
            text = append(text, ["hooks", event.name], group(event, program))
    return text


def without_hooks(text: str) -> str:
    """The settings without any hook of ours; what is empty then and was only there for them goes, too. Raises as
    `with_hooks`."""
    while True:
        found = next(iter(_handlers(loads(text))), None)
        if found is None:
            return text
        text = _taken_out(text, found)


def _taken_out(text: str, found: Found) -> str:
    path: list[str | int] = ["hooks", found.event, found.group, "hooks", found.place]
    text = remove(text, path)
    value = loads(text)
    hooks = value.get("hooks") if isinstance(value, dict) else None
    if isinstance(hooks, dict) and not hooks[found.event][found.group]["hooks"]:
        text = remove(text, ["hooks", found.event, found.group])
        if len(hooks[found.event]) == 1:
            text = remove(text, ["hooks", found.event])
            if len(hooks) == 1:
                text = remove(text, ["hooks"])
    return text


def _handlers(settings: object) -> Iterator[Found]:
    hooks = settings.get("hooks") if isinstance(settings, dict) else None
    if not isinstance(hooks, dict):
        return
    for event, groups in hooks.items():
        for number, one in enumerate(groups if isinstance(groups, list) else ()):
            handlers = one.get("hooks") if isinstance(one, dict) else None
            for place, each in enumerate(handlers if isinstance(handlers, list) else ()):
                if isinstance(each, dict) and _word(each):
                    yield Found(event, number, place, one.get("matcher"), each)


def _word(handler: Mapping[str, object]) -> str | None:
    """The event that a handler of ours answers; None for others' handlers."""
    command, args = handler.get("command"), handler.get("args")
    if not isinstance(command, str):
        return None
    if isinstance(args, list):
        words = [os.path.basename(command.replace("\\", "/")), *map(str, args)]
        for place, word in enumerate(words[:-2]):
            if word in ("memdir", "memdir.exe") and words[place + 1] == "hook":
                return words[place + 2] if words[place + 2] in BY_WORD else None
        return None
    match = _OURS.search(command)
    return match[1] if match and match[1] in BY_WORD else None
