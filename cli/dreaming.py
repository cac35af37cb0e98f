"""The dream of a workspace: its gates, where it works, and the plan made from what the workspace knows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from memdir import __version__
from memdir.scan import walk
from memdir.sessions.consolidation import Place, Prepare, Prepared, Told
from memdir.sessions.consolidation import unattended as _unattended
from memdir.sessions.gate import Gate
from memdir.sessions.gate_of_project import gate_of
from memdir.sessions.guards import refuse_a_part
from memdir.sessions.input_digest import input_digest
from memdir.sessions.operation import Operation
from memdir.sessions.own_sessions import own_sessions

from .workspace import Workspace

if TYPE_CHECKING:
    from memdir.sessions.git_commit import Committed
    from memdir.sessions.inputs import Inputs, Instruction


def gate_of_workspace(workspace: Workspace, session: str | None = None) -> Gate:
    """What the gates of the primary directory look at; `session` is the one that asks."""
    return gate_of(workspace.located, workspace.settings, session)


def place_of(workspace: Workspace) -> Place:
    """Where the dream works. Raises StorageError when there is no place for its state."""
    wait = workspace.settings.number("lock.wait")
    root = workspace.primary.root
    return Place(root, workspace.state_of(root)) if wait is None else Place(root, workspace.state_of(root), wait)


def inputs_of(workspace: Workspace, last_run: float | None, left: int) -> Inputs:
    """Everything the plan is made from."""
    from memdir.sessions.candidates import candidates
    from memdir.sessions.plan import gather
    from memdir.sessions.repository_names import known_commands, tracked_files

    from .extracting import is_private

    environment, located = workspace.environment, workspace.located
    root = workspace.primary.root
    inputs = gather(root, now=environment.now(), last_run=last_run)
    if os.path.isdir(root):
        refuse_a_part(root, walk(root), inputs.files.keys())
    proposed = candidates(workspace.state_of(root)).values()
    private = is_private(workspace)
    tracked = tracked_files(located.project_root, environment.env) if _is_of_project(workspace) else None
    return inputs._replace(
        left=left,
        instructions=tuple(_instructions(workspace)),
        candidates=tuple(one for one in proposed if one.status == "open" and (private or one.type != "user")),
        tracked=tracked,
        repository=located.project_root,
        commands=known_commands(located.project_root, tracked) if tracked else {},
    )


def _is_of_project(workspace: Workspace) -> bool:
    """False for a directory that was given and lies elsewhere: it is not about the working directory's project."""
    located = workspace.located
    if workspace.primary.kind != "given":
        return True
    top = os.path.realpath(located.project_root)
    return os.path.realpath(workspace.primary.root).startswith(top + os.sep)


def _instructions(workspace: Workspace) -> Iterator[Instruction]:
    if not _is_of_project(workspace):
        return
    from memdir.instructions import project_instructions
    from memdir.sessions.inputs import Instruction

    top = workspace.located.project_root
    for file in project_instructions(workspace.located, nested=False).loaded:
        within = os.path.relpath(file.path, top)
        label = os.path.basename(file.path) if within.startswith("..") else within.replace(os.sep, "/")
        try:
            modified = os.stat(file.path).st_mtime
        except OSError:
            continue  # gone meanwhile
        yield Instruction(label, file.content, modified)


def preparer(workspace: Workspace) -> Prepare:
    """Makes the plan of the workspace."""
    from memdir.sessions.plan import choose, make_plan

    def prepare(last_run: float | None, left: int) -> Prepared:
        inputs = inputs_of(workspace, last_run, left)
        operations = tuple(make_plan(inputs))
        has_index = any(operation.kind == "index" for operation in operations)

        def remake(wanted: Sequence[Operation]) -> Sequence[Operation]:
            index = not has_index or any(operation.kind == "index" for operation in wanted)
            return choose(inputs, wanted, index=index)

        return Prepared(operations, inputs.memories, inputs.by_person, remake)

    return prepare


def agent_preparer(workspace: Workspace, command: str, seconds: float, note: Callable[[str], None]) -> Prepare:
    """Has an agent's command make the plan; `note` is told what of its work was refused."""
    from memdir.sessions.agent import run_agent
    from memdir.sessions.agent_proposal import propose, with_index

    def prepare(last_run: float | None, left: int) -> Prepared:
        inputs = inputs_of(workspace, last_run, left)
        files, notes = run_agent(command, inputs.files, env=workspace.environment.env, seconds=seconds)
        proposed = propose(inputs, files)
        for text in (*notes, *proposed.notes):
            note(text)

        def remake(wanted: Sequence[Operation]) -> Sequence[Operation]:
            return with_index(inputs.root, [operation for operation in wanted if operation.kind != "index"])

        operations = tuple(with_index(inputs.root, proposed.operations))
        return Prepared(operations, inputs.memories, inputs.by_person, remake)

    return prepare


def digest_of(workspace: Workspace, session: str | None = None) -> Callable[[], str]:
    """The digest of the plan's inputs, asked when it is needed."""
    gate = gate_of_workspace(workspace, session)
    without = own_sessions(gate.own_dir) | ({gate.current} if gate.current else set())

    def digest() -> str:
        texts = [text for instruction in _instructions(workspace) for text in (instruction.label, instruction.text)]
        return input_digest(gate.root, gate.transcripts, texts, without=without, also=__version__)

    return digest


def unattended(
    workspace: Workspace, session: str | None = None, *, prepare: Prepare | None = None, commit: bool = False
) -> Told:
    """Dream with nobody there, if it is time: what hooks and the daemon call. `session` is the one that asks. In a
    repository of its own the directory gets a commit, elsewhere with `commit`."""
    told = _unattended(
        gate_of_workspace(workspace, session),
        place_of(workspace),
        prepare or preparer(workspace),
        digest_of(workspace, session),
        apply=workspace.settings.text("dream.auto") == "apply",
        now=workspace.environment.now(),
    )
    if told.result is None or told.result.run is None:
        return told
    message = f"memdir dream {told.result.run.number}: {told.result.run.summary}"
    return told._replace(committed=commit_paths(workspace, told.result.paths, message, asked=commit))


def commit_paths(workspace: Workspace, paths: Sequence[str], message: str, *, asked: bool = False) -> Committed:
    """Commit changed files of the primary directory where that is to be (`sessions.git_commit`)."""
    from memdir.sessions.git_commit import commit_changes

    return commit_changes(workspace.primary.root, paths, message + "\n", env=workspace.environment.env, asked=asked)
