"""What one line of a transcript says, whatever agent wrote it; and a turn, which is made of one or several lines.

A *turn* is a prompt, a message of the assistant (rebuilt from its lines, with its tool calls and their results), a
result whose call is not there, or a note of the system. Ids are any strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Role = Literal["user", "assistant", "tool", "system"]
Kind = Literal["prompt", "command", "meta", "summary", "interrupt", "notification", "message", "result", "note"]
"""`prompt`: a person typed it. `command`: a slash command, or a shell command typed with `!`. `meta`: injected text
that looks like a prompt. `summary`: what a compaction left. `message`: the assistant's. `note`: of the program."""


class Result(NamedTuple):
    """What a tool call gave: the id of the call, text (images and other data left out), whether it failed, and the id
    of the sub-agent that did the work."""

    call: str
    text: str
    is_error: bool = False
    agent: str = ""


class Call(NamedTuple):
    """A tool call; `result` None where there is none (yet)."""

    id: str
    name: str
    input: Mapping[str, object]
    result: Result | None = None


class Usage(NamedTuple):
    """Tokens of one message, counted once."""

    input: int = 0
    output: int = 0
    cache_creation: int = 0
    cache_read: int = 0


class Entry(NamedTuple):
    """One line that is a part of the conversation. `keys` are what joins lines to a turn: a line joins the turn that
    has one of the line's `joins`. `message` names the model's answer whose usage this is. `timestamp` is in seconds
    since the epoch, 0 where there is none. `echo` names the stream in which the line came, where a log has two streams
    that say the same: the same words directly after each other in both are one entry."""

    role: Role
    kind: Kind
    uuid: str = ""
    parent: str = ""
    timestamp: float = 0.0
    text: str = ""
    thinking: str = ""
    calls: tuple[Call, ...] = ()
    results: tuple[Result, ...] = ()
    joins: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    session: str = ""
    agent: str = ""
    sidechain: bool = False
    cwd: str = ""
    branch: str = ""
    version: str = ""
    model: str = ""
    usage: Usage | None = None
    message: str = ""
    echo: str = ""


class Turn(NamedTuple):
    """One turn. `number` counts from 0 in its file; `id` is the first of its `uuids` (or `line-N` without any);
    `line` and `timestamp` are its first line's; `offsets` are where its lines begin (bytes). `typed` says that a person
    wrote it."""

    number: int
    id: str
    role: Role
    kind: Kind
    line: int
    timestamp: float
    text: str
    thinking: str = ""
    calls: tuple[Call, ...] = ()
    results: tuple[Result, ...] = ()
    uuids: tuple[str, ...] = ()
    parent: str = ""
    offsets: tuple[int, ...] = ()
    session: str = ""
    agent: str = ""
    sidechain: bool = False
    cwd: str = ""
    branch: str = ""
    version: str = ""
    model: str = ""
    usage: Usage = Usage()

    @property
    def typed(self) -> bool:
        """True when a person typed it: a prompt outside side chains."""
        return self.kind == "prompt" and not self.sidechain


class Context(NamedTuple):
    """What a log says once for the lines that follow (Codex, Gemini): each is used where a line does not say it."""

    session: str = ""
    cwd: str = ""
    branch: str = ""
    version: str = ""
    model: str = ""


NO_CONTEXT: Final = Context()

Said = Mapping[str, str]
"""What a line says of its whole session: `title`, `summary`, `tag` ...; of several lines the last counts. The fields of
`Context` are among them, each under its own name after `context.`; `hidden` is the id of an entry that is to be passed
over; `pr` the address of a pull request."""
