"""What a daemon does for one project: its indexes, the archive of its transcripts, and asking for work.

Each pass opens the project anew, so that settings, switches and places are those of now, and nothing is kept between
two of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final, NamedTuple

from memdir.switches import switched_off

from .watch_projects import Project
from .workspace import Workspace

DREAM: Final = "a dream"
RECENT: Final = 86_400.0
"""Seconds since a transcript was last written within which it may have something to learn from."""


class Pass(NamedTuple):
    """What a pass found: the switch that is off (nothing was done then), how many files were read or removed, what
    people should know of it."""

    off: str | None = None
    changed: int = 0
    note: str = ""


def sync_memory(project: Project) -> Pass:
    """Bring the indexes of a project's memories up to date. Raises `MemdirError`, `OSError`."""
    with project.open() as workspace:
        off = off_of(workspace)
        if off:
            return Pass(off)
        changed, notes = 0, []
        for source in workspace.sources:
            if os.path.isdir(source.root):
                done = workspace.sync(source)
                changed += len(done.read) + done.removed
                notes += [done.note] if done.note else []
        return Pass(None, changed, "; ".join(notes))


def sync_transcripts(project: Project) -> Pass:
    """Bring the indexes of a project's transcripts up to date. Raises `MemdirError`, `OSError`."""
    with project.open() as workspace:
        off = off_of(workspace)
        return Pass(off) if off else Pass(None, workspace.sync_sessions())


def off_of(workspace: Workspace) -> str | None:
    """The switch in force that has a project left alone."""
    state = workspace.state_dir
    own = workspace.state_of(workspace.primary.root) if state is not None else None
    return switched_off(workspace.environment, workspace.located.claude, state, own)


def archive(project: Project, settled: float) -> int:
    """Archive the transcripts to which nothing was written for so many seconds; how many. Raises `MemdirError`,
    `OSError`."""
    from memdir.sessions.transcript_archive import TranscriptArchive, project_folders
    from memdir.sessions.transcript_copies import archive_root

    count = 0
    with project.open() as workspace:
        state, now = workspace.state_dir, workspace.environment.now()
        if state is None or off_of(workspace):
            return 0
        for root in filter(os.path.isdir, workspace.located.transcripts_dirs):
            origin, folders = project_folders(root, is_tree=None if project.transcripts_dir else False)
            kept = TranscriptArchive(archive_root(state, origin), origin)
            copies = [copy for folder in folders for copy in kept.plan(folder) if copy.action in ("new", "changed")]
            todo = [copy for copy in copies if _age(copy.path, now) >= settled]
            if todo:
                count += sum(1 for _ in kept.carry_out(todo, now=now, wait=0.0))
    return count


def _age(path: str, now: float) -> float:
    try:
        return now - os.stat(path).st_mtime
    except OSError:
        return -1.0  # it went meanwhile


def ask_for_work(project: Project, settled: float, *, dream: bool = True) -> list[str]:
    """Have the worker learn from sessions that were not written to for so many seconds, and with `dream` dream when it
    is time; what was asked for. Raises `MemdirError`, `OSError`."""
    from memdir.sessions.gate import evaluate

    from .dreaming import gate_of_workspace
    from .worker import Request, ask_worker

    if project.cwd is None:
        return []  # the worker goes by the directory that is worked in
    with project.open() as workspace:
        if workspace.state_dir is None or off_of(workspace):
            return []
        environment = workspace.environment
        now = environment.now()
        folder = os.path.join(workspace.state_of(workspace.primary.root), "hooks")
        asked = []
        for session, path in _grown(workspace, folder, now, settled):
            ask_worker(environment, folder, Request(project.cwd, session, path, now))
            asked.append(f"extraction from session {session[:8]}")
        if dream and not asked and evaluate(gate_of_workspace(workspace), now).due:
            ask_worker(environment, folder, Request(project.cwd, "", "", now))
            asked.append(DREAM)
        return asked


def _grown(workspace: Workspace, folder: str, now: float, settled: float) -> Iterator[tuple[str, str]]:
    """The sessions (id, transcript) that have grown since work was last asked for and are quiet now."""
    from memdir.sessions.own_sessions import own_sessions

    from .hook_after import GROWN, has_grown

    own = own_sessions(workspace.state_dir)
    root = os.path.realpath(workspace.primary.root)
    for directory in filter(os.path.isdir, workspace.located.transcripts_dirs):
        with os.scandir(directory) as entries:
            found = [entry.path for entry in entries if entry.name.endswith(".jsonl") and entry.is_file()]
        for path in sorted(found):
            session = os.path.basename(path).removesuffix(".jsonl")
            if session in own or not settled <= _age(path, now) < RECENT:
                continue
            if has_grown(folder, root, session, path, GROWN):
                yield session, path
