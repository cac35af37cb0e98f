"""From a plan to the files: a plan is pure (what to write, and why); applying it takes the lock and the journal.

`apply` is the only way by which memdir changes a memory directory.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

from .errors import BadInputError
from .files import failure, read_file
from .git_exclude import exclude_from_git
from .journal import Change, Journal, Transaction
from .lock import DEFAULT_WAIT, hold
from .model import INDEX_NAME, FileStat, Memory
from .reading import memory_from_bytes
from .secrets import find_secrets
from .store import Store


class Plan(NamedTuple):
    """What an operation will do: a line for people and the history, the changes, the id of the memory it is about
    (after the change), further ids changed with it, and notes for people."""

    summary: str
    changes: tuple[Change, ...]
    id: str = ""
    also: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Applied(NamedTuple):
    """A plan that was carried out; `transaction` is None when everything was so already. `recovered` says what was
    done about commands killed before this one."""

    plan: Plan
    transaction: Transaction | None
    recovered: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """True when a file was changed."""
        return self.transaction is not None


def apply(
    root: str, state_dir: str, plan: Callable[[Store], Plan], *, command: str, now: float, wait: float = DEFAULT_WAIT
) -> Applied:
    """Plan and carry out under the directory's lock, journalled. `state_dir` is that of this directory.

    The plan is made anew when another program changes one of its files meanwhile. Raises what the plan raises,
    `LockedError`, and `StorageError` with nothing changed.
    """
    made: list[Plan] = []

    def planned() -> tuple[str, tuple[Change, ...]]:
        made.append(plan(Store(root)))
        return made[-1].summary, made[-1].changes

    if not os.path.isdir(root):
        plan(Store(root))  # what fails must not leave a new directory behind
    try:
        os.makedirs(root, exist_ok=True)
    except OSError as error:
        raise failure(error, root, "making the directory") from error
    exclude_from_git(root)
    journal = Journal(state_dir, root)
    with hold(root, command=command, now=now, wait=wait):
        recovered = tuple(journal.recover())
        transaction = journal.commit(planned, now=now)
    return Applied(made[-1], transaction, recovered)


def relative_path(root: str, path: str) -> str:
    """The path of a file relative to its directory as it is on disk, with `/`."""
    return os.path.relpath(path, root).replace(os.sep, "/")


def read_memory(memory: Memory) -> bytes:
    """The bytes of a memory's file now. A section of a MEMORY.md is no file: `BadInputError`."""
    if memory.is_section:
        raise BadInputError(
            f"{memory.id} is a section of {INDEX_NAME}, not a file", path=memory.path, line=memory.line,
            hint="edit MEMORY.md by hand, or move the section to a file with: memdir add",
        )  # fmt: skip
    return read_file(memory.path)


def changed_memory(memory: Memory, data: bytes) -> Memory:
    """The memory that the new bytes of its file hold."""
    stat = FileStat(memory.id, memory.path, len(data), int(memory.mtime * 1e9), 0, 0)
    return memory_from_bytes(memory.root, memory.id, memory.path, data, stat)


def refuse_secrets(new: str, old: str = "") -> None:
    """Raise `BadInputError` (code `secret`) when the new text holds a secret value that the old one does not; the
    message says the kind and the line, never the value."""
    known = {old[s.start : s.end] for s in find_secrets(old)} if old else set()
    for secret in find_secrets(new):
        if new[secret.start : secret.end] not in known:
            raise BadInputError(
                f"line {secret.line} holds a secret ({secret.kind})", code="secret",
                hint="say where the secret is kept instead of what it is",
            )  # fmt: skip
