"""One call of a hook: what the agent said on stdin, the workspace it concerns, and what is answered."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from memdir.environment import Environment
from memdir.errors import BadInputError
from memdir.hook_events import HookEvent
from memdir.hook_log import Injected, LeftOut

from .workspace import Workspace, open_workspace

MAX_INPUT = 16 << 20
"""Bytes of stdin that are read."""


class Reply(NamedTuple):
    """What is answered: context for the agent, a message for the person; and what the log says of it."""

    context: str = ""
    message: str = ""
    prompt: str = ""
    injected: tuple[Injected, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    told: tuple[str, ...] = ()


class Call:
    """One call. `values` is the object of stdin, empty when there was none; unknown fields are ignored."""

    def __init__(self, event: HookEvent, values: Mapping[str, object], environment: Environment) -> None:
        self.event = event
        self.values = values
        self.environment = environment

    def text(self, name: str) -> str:
        """A field that is a text, else an empty one."""
        value = self.values.get(name)
        return value if isinstance(value, str) and "\0" not in value else ""

    @property
    def session(self) -> str:
        """The session's id, empty when it is not said."""
        return self.text("session_id")

    @property
    def transcript(self) -> str:
        """The session's transcript, empty when it is not said or no `*.jsonl` file."""
        path = self.text("transcript_path")
        return path if os.path.isabs(path) and path.endswith(".jsonl") and os.path.isfile(path) else ""

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace of the directory in which the agent works."""
        return open_workspace(environment=self.environment)

    @cached_property
    def root(self) -> str:
        """The real path of the memory directory."""
        return os.path.realpath(self.workspace.primary.root)

    @property
    def folder(self) -> str:
        """Where the hooks of this memory directory keep what they need. Raises `StorageError` without a place."""
        return os.path.join(self.workspace.state_of(self.root), "hooks")


def call_of(event: HookEvent, data: bytes, environment: Environment) -> Call:
    """The call that stdin describes; nothing on it is a call that says nothing. Raises `BadInputError` for what is no
    JSON object."""
    try:
        values = json.loads(data.decode("utf-8-sig", "replace")) if data.strip() else {}
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise BadInputError("stdin holds no JSON object")
    return call_with(event, values, environment)


def call_with(event: HookEvent, values: Mapping[str, object], environment: Environment) -> Call:
    """The call of these values. The agent's working directory takes the place of the process's when it is there."""
    cwd = values.get("cwd")
    if isinstance(cwd, str) and os.path.isabs(cwd) and "\0" not in cwd and os.path.isdir(cwd):
        environment = environment._replace(cwd=cwd)
    return Call(event, values, environment)
