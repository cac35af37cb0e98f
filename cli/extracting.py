"""Extraction in a workspace: which sessions, what their claims are compared with, and the memories they become."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import cache

from memdir.changes import Applied, apply
from memdir.errors import StorageError, UsageError
from memdir.git_root import checkout_root
from memdir.lock import DEFAULT_WAIT
from memdir.sessions.accepting import accept
from memdir.sessions.candidates import Candidate, mark
from memdir.sessions.extraction import Background, Gate, Outcome, Read, extract_since_last
from memdir.sessions.own_sessions import own_sessions
from memdir.sessions.standing import Known, Said
from memdir.store import Store

from .workspace import Workspace

COMMITS = 500
"""The newest commits whose messages a claim is compared with."""


def gate_of_settings(workspace: Workspace) -> Gate:
    """When a hook extracts."""
    settings = workspace.settings
    return Gate(settings.integer("extract.min_messages"), settings.integer("extract.min_tool_calls"))


def is_private(workspace: Workspace) -> bool:
    """True for a memory directory that nobody else reads: no team's, no committed one, in no git work tree."""
    source = workspace.primary
    return source.kind not in ("team", "committed") and checkout_root(os.path.realpath(source.root)) is None


def background_of(workspace: Workspace) -> Background:
    """What claims are compared with: the primary directory's memories; what the instructions, the other directories and
    the commit messages say."""

    @cache
    def known() -> Known:
        scan = Store(workspace.primary.root).scan
        return Known([*scan.memories, *scan.sections])

    @cache
    def said() -> Said:
        from memdir.git_read import Repository
        from memdir.instructions import project_instructions

        located = workspace.located
        texts = [file.content for file in project_instructions(located, nested=False).loaded]
        for source in workspace.sources[1:]:
            texts += [f"{memory.description}\n{memory.body}" for memory in Store(source.root).scan.memories]
        if checkout_root(located.project_root) is not None:
            with suppress(StorageError):  # without git nothing is said there
                texts.append(Repository(located.project_root, workspace.environment.env).messages(COMMITS))
        return Said(texts)

    return Background(known, said, is_private(workspace))


def own_sessions_of(workspace: Workspace) -> frozenset[str]:
    """The sessions that memdir started itself."""
    return own_sessions(workspace.state_dir)


def extract_if_due(workspace: Workspace, sessions: Sequence[tuple[str, str]]) -> list[tuple[Read, str, Outcome]]:
    """For hooks: extract without a model from those sessions (id, transcript) for which it is time. Nothing is written
    to the memory directory. Raises StorageError, LockedError for the state."""
    return extract_since_last(
        workspace.state_of(workspace.primary.root), sessions, gate_of_settings(workspace), background_of(workspace),
        own=own_sessions_of(workspace), now=workspace.environment.now(),
    )  # fmt: skip


def make_memory(workspace: Workspace, candidate: Candidate, command: str) -> Applied:
    """Accept a candidate: its memory is written, journalled, and the candidate marked. Raises what `accept` and
    `memdir.changes.apply` raise."""
    root, now = workspace.primary.root, workspace.environment.now()
    private = is_private(workspace)
    wait = workspace.settings.number("lock.wait")
    try:
        done = apply(
            root, workspace.state_of(root), lambda store: accept(candidate, store, now=now, private=private),
            command=f"memdir {command}", now=now, wait=DEFAULT_WAIT if wait is None else wait,
        )  # fmt: skip
    except UsageError as error:
        if error.code == "same-text":
            mark(workspace.state_of(root), candidate.id, "known", now=now)
        raise
    number = done.transaction.number if done.transaction is not None else 0
    mark(workspace.state_of(root), candidate.id, "accepted", now=now, memory=done.plan.id, transaction=number)
    return done
