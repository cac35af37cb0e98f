"""What a consolidation may do only when a person says so: touch what is pinned or what a person wrote since the last
run, and take more than a tenth of the directory out of the live set in 30 days, counted over all runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from memdir.changes import changed_memory, relative_path
from memdir.errors import StorageError
from memdir.files import shown
from memdir.model import INDEX_NAME, Memory
from memdir.scan import Walk, id_of
from memdir.tidy import not_current

from .operation import Operation

LEAVING_SHARE: Final = 0.10
LEAVING_DAYS: Final = 30.0


class Guarded(NamedTuple):
    """An operation, why a person must confirm it (empty: nobody need be asked), and the ids it takes out of the live
    set."""

    operation: Operation
    asks: str
    leaving: tuple[str, ...]


def guard(
    operations: Iterable[Operation], memories: Sequence[Memory], by_person: Collection[str], departed: int
) -> list[Guarded]:
    """Look at each operation in turn. `memories` are those of the directory now, `departed` how many left the live set
    in the last 30 days."""
    live = {memory.id: memory for memory in memories if not not_current(memory)}
    pinned = {memory.id for memory in memories if memory.pinned}
    allowed = int((len(live) + departed) * LEAVING_SHARE) - departed
    found = []
    for operation in operations:
        touched = {id_of(change.path) for change in operation.changes}
        if operation.changes:
            touched |= set(operation.paths)
        gone = leaving(operation, live)
        why = []
        if touched & pinned:
            why.append(f"{min(touched & pinned)} is pinned")
        if touched & set(by_person):
            why.append(f"{min(touched & set(by_person))} was written by a person since the last run")
        if operation.changes and len(gone) > max(allowed, 0):
            why.append(f"over {LEAVING_SHARE:.0%} of the directory would leave it in {LEAVING_DAYS:.0f} days")
        if operation.kind == "index" and not memories:
            why.append("no memory file is there, which may be a disk that is not")
        if operation.asks and not why:
            why.append("a person decides")
        if not why:
            allowed -= len(gone)
        found.append(Guarded(operation, "; ".join(why), gone))
    return found


def refuse_a_part(root: str, walked: Walk, read: Collection[str]) -> None:
    """Raise `StorageError` when not every memory could be read (`read`: relative paths of those that were): nothing
    is concluded from a part of a directory."""
    bad = [finding.path for finding in walked.findings if finding.code in ("unreadable", "no-directory")]
    bad += [stat.id for stat in walked.files if relative_path(root, stat.path) not in read]
    if bad:
        raise StorageError(
            "cannot be read, and nothing is consolidated from a part of a directory", path=shown(bad[0]),
            code="unreadable", hint="make it readable, or move it away",
        )  # fmt: skip


def leaving(operation: Operation, live: Mapping[str, Memory]) -> tuple[str, ...]:
    """The ids that an operation takes out of the live set: archived, superseded or expired, and not made again."""
    gone = []
    for change in operation.changes:
        memory = live.get(id_of(change.path))
        if memory is None or change.path.rpartition("/")[2] == INDEX_NAME:
            continue
        if change.after is None or not_current(changed_memory(memory, change.after)):
            gone.append(memory.id)
    return tuple(gone)


def loses_words(operation: Operation) -> str:
    """The path of a file whose text an operation would delete without keeping every line of it elsewhere (in the
    archive, another file); empty when it deletes none so. Nothing that loses words is ever applied."""
    kept = {line for change in operation.changes if change.after is not None for line in _lines(change.after)}
    for change in operation.changes:
        deleted = change.before if change.after is None else None
        if deleted is not None and any(line not in kept for line in _lines(deleted)):
            return change.path
    return ""


def _lines(data: bytes) -> list[bytes]:
    """The lines of the text after the frontmatter, which may be edited on the way to the archive."""
    lines = [line.strip() for line in data.splitlines()]
    if lines[:1] == [b"---"] and b"---" in lines[1:]:
        lines = lines[lines.index(b"---", 1) + 1 :]
    return [line for line in lines if line]
