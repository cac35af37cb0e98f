"""What the worker does for one session: the index, what the session taught, and the dream when it is time."""

from __future__ import annotations

import os

from memdir.switches import switched_off

from .output import counted
from .worker import Request
from .workspace import Workspace


def do(workspace: Workspace, request: Request) -> list[str]:
    """Do it, and say what was done. Raises what one of its parts raises, after the others had their turn."""
    root = os.path.realpath(workspace.primary.root)
    own = workspace.state_of(root)
    off = switched_off(workspace.environment, workspace.located.claude, workspace.state_dir, own)
    if off:
        return []
    said: list[str] = []
    if os.path.isdir(root):
        synced = workspace.sync()
        if synced.added or synced.updated or synced.removed:
            said.append(f"index: {synced.added} added, {synced.updated} updated, {synced.removed} removed")
    said += _learned(workspace, request)
    said += _dreamt(workspace, request)
    return said


def _learned(workspace: Workspace, request: Request) -> list[str]:
    from .extracting import extract_if_due

    if not request.session or not os.path.isfile(request.transcript):
        return []
    found = sum(
        len(outcome.proposed) for _, _, outcome in extract_if_due(workspace, [(request.session, request.transcript)])
    )
    return [f"learned: {counted(found, 'candidate')} (memdir review)"] if found else []


def _dreamt(workspace: Workspace, request: Request) -> list[str]:
    from .dreaming import unattended

    if not os.path.isdir(workspace.primary.root):
        return []
    told = unattended(workspace, request.session or None)
    return [] if told.skipped_because else [f"dream: {told.notice or 'nothing to propose'}"]
