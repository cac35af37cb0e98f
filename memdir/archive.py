"""Removing memories without losing them: `.archive/<path>.md.archived`, which no scan for `*.md` sees; restoring and
purging them. As plans. `forget` is the one deletion that nothing can undo.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from .changes import Plan, changed_memory, read_memory, relative_path
from .errors import NotFoundError, UsageError
from .files import ARCHIVE_NAME, inside, read_file, remove_file
from .indexes import Indexes
from .journal import MAX_CHANGED_FILE, Change, Journal
from .last_bytes import LastBytes
from .lock import DEFAULT_WAIT, hold
from .model import Memory
from .names import Names
from .references import linked
from .scan import id_of
from .store import Store

SUFFIX: Final = ".archived"
_ARCHIVED = re.compile(r"(?P<id>.+?\.md)(?:\.(?P<number>\d+))?\.archived", re.IGNORECASE | re.DOTALL)


class Archived(NamedTuple):
    """A file in the archive: the id it had, its number among those of the same id (0 the oldest), its path relative
    to the directory as it is on disk, size in bytes, and mtime in ns (that of the memory)."""

    id: str
    number: int
    path: str
    size: int
    mtime_ns: int


def archived(root: str) -> list[Archived]:
    """What is in the archive, by id, the newest of an id first."""
    found = []
    for folder, _, names in os.walk(os.path.join(root, ARCHIVE_NAME)):
        for name in names:
            relative = relative_path(root, os.path.join(folder, name))
            match = _ARCHIVED.fullmatch(relative[len(ARCHIVE_NAME) + 1 :])
            if match is None:
                continue
            try:
                status = os.stat(os.path.join(folder, name), follow_symlinks=False)
            except OSError:
                continue  # gone meanwhile
            number = int(match["number"] or 0)
            found.append(Archived(id_of(match["id"]), number, relative, status.st_size, status.st_mtime_ns))
    return sorted(found, key=lambda item: (item.id, -item.number))


def find_archived(root: str, name: str) -> Archived:
    """The newest archived file that NAME (path, stem, or beginning) means. Raises `NotFoundError`, `UsageError`."""
    items = archived(root)
    for item in items:
        if name in (item.path, item.path[len(ARCHIVE_NAME) + 1 :]):
            return item
    newest: dict[str, Archived] = {}
    for item in items:
        newest.setdefault(item.id, item)
    names = Names((id, _name_of(root, item)) for id, item in newest.items())
    try:
        return newest[names.lookup(name)]
    except NotFoundError as error:
        raise NotFoundError(f"nothing in the archive is called {name}", hint=error.hint) from error


def _name_of(root: str, item: Archived) -> str:
    data = read_file(inside(root, item.path), MAX_CHANGED_FILE)
    return changed_memory(Memory(id=item.id, root=root, path="", name=""), data).name


def remove(store: Store, names: Sequence[str]) -> Plan:
    """Move memories to the archive and take them out of the index. Links to them stay and are named."""
    memories = list({memory.id: memory for memory in map(store.get, names)}.values())
    indexes = Indexes(store)
    changes: list[Change] = []
    notes: list[str] = []
    for memory in memories:
        relative = relative_path(store.root, memory.path)
        data = read_memory(memory)
        mtime = os.stat(memory.path).st_mtime_ns
        changes.append(Change(free_path(store.root, relative), None, data, keep_mtime=True, mtime_ns=mtime))
        changes.append(Change(relative, data, None, mtime_ns=mtime))
        indexes.remove(memory.id)
        linking = [m.id for m in store.scan.memories if _links_to(store, m, memory.id)]
        if linking:
            notes.append(f"still linked from {', '.join(linking)}")
    summary = "rm " + ", ".join(memory.id for memory in memories)
    return Plan(
        summary, (*changes, *indexes.changes()), memories[0].id, tuple(m.id for m in memories[1:]), tuple(notes)
    )


def _links_to(store: Store, memory: Memory, id: str) -> bool:
    return memory.id != id and any(store.names.resolve(target, memory.id) == (id,) for target in linked(memory))


def free_path(root: str, relative: str) -> str:
    """Where in the archive the file at `relative` goes: the first place of its own that is free."""
    base = f"{ARCHIVE_NAME}/{relative}"
    number = 0
    while os.path.lexists(inside(root, path := f"{base}.{number}{SUFFIX}" if number else base + SUFFIX)):
        number += 1
    return path


def restore(store: Store, item: Archived) -> Plan:
    """Put an archived file back where it was, with its line in the index. Raises `UsageError` (code `exists`) when
    there is a file again."""
    data = read_file(inside(store.root, item.path), MAX_CHANGED_FILE)
    gone = Change(item.path, data, None, mtime_ns=item.mtime_ns)
    return restore_bytes(store, _original(item.path), data, item.mtime_ns, (gone,))


def _original(path: str) -> str:
    """Where an archived file was, relative to the directory, as it was on disk."""
    match = _ARCHIVED.fullmatch(path[len(ARCHIVE_NAME) + 1 :])
    return match["id"] if match is not None else path


def restore_bytes(
    store: Store, relative: str, data: bytes, mtime_ns: int | None, more: tuple[Change, ...] = ()
) -> Plan:
    """Put these bytes back as the memory at `relative`."""
    path = inside(store.root, relative)
    if os.path.lexists(path):
        raise UsageError(
            f"{id_of(relative)} exists again", path=path, code="exists",
            hint=f"move it away first: memdir mv {id_of(relative)} OTHER",
        )  # fmt: skip
    memory = changed_memory(Memory(id=id_of(relative), root=store.root, path=path, name=""), data)
    indexes = Indexes(store)
    indexes.add(memory)
    change = Change(relative, None, data, keep_mtime=mtime_ns is not None, mtime_ns=mtime_ns)
    return Plan(f"restore {memory.id}", (change, *more, *indexes.changes()), memory.id, notes=indexes.notes())


def purge(root: str, items: Sequence[Archived]) -> Plan:
    """Delete files of the archive. The journal keeps them for `undo` as long as it keeps anything."""
    changes = []
    for item in items:
        data = read_file(inside(root, item.path), MAX_CHANGED_FILE)
        changes.append(Change(item.path, data, None, mtime_ns=item.mtime_ns))
    return Plan("purge " + ", ".join(item.path for item in items), tuple(changes))


def forget(root: str, state_dir: str, items: Sequence[Archived], *, now: float, wait: float = DEFAULT_WAIT) -> int:
    """Delete files of the archive for good: with them goes every journal entry that holds their bytes, and what was
    kept of them otherwise. Undo is no longer possible for those entries. Returns their number."""
    journal = Journal(state_dir, root)
    with hold(root, command="memdir purge --forever", now=now, wait=wait):
        journal.recover()
        count = journal.forget(path for item in items for path in (item.path, _original(item.path)))
        for item in items:
            remove_file(inside(root, item.path))
        LastBytes(state_dir).forget(item.id for item in items)
    return count
