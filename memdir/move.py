"""Renaming and moving a memory, as a plan: what refers to it follows, in other memories and in MEMORY.md."""

from __future__ import annotations

import os

from .changes import Plan, changed_memory, read_memory, relative_path
from .derive import kebab
from .errors import BadInputError, UsageError
from .files import inside
from .following import Following
from .frontmatter import parse
from .indexes import Indexes
from .journal import Change
from .model import Memory
from .names import Names, loose
from .operations import edit_or_adopt, file_for, refuse_taken_name
from .references import referred
from .store import Store


def move(store: Store, name: str, to: str) -> Plan:
    """Give a memory another name, or folder, or both: `new-name`, `folder/`, `folder/new-name`.

    Neither its date nor its mtime changes: the words are as old as before. The name in the frontmatter follows when
    it was that of the file. `[[links]]`, `metadata.links`, `supersedes` and the index follow everywhere. Raises
    `UsageError` (code `exists`) when the new name is taken.
    """
    memory = store.get(name)
    before = read_memory(memory)
    relative = _destination(store, memory, to)
    new_id = relative
    if new_id == memory.id:
        raise UsageError(f"{memory.id} is called that already")
    path = inside(store.root, relative)
    if os.path.lexists(path):
        hint = "they differ in case only, which this file system ignores: move it by way of another name"
        same = hint if os.path.samefile(path, memory.path) else None
        raise UsageError(f"{relative} exists already", path=path, code="exists", hint=same)
    stem = relative.rpartition("/")[2].rpartition(".")[0]
    followed = stem != memory.stem and loose(memory.name) == loose(memory.stem)
    new_name = kebab(stem) if followed else memory.name
    try:
        return _renamed(store, memory, before, relative, new_name)
    except BadInputError as error:
        if error.code not in ("invalid-yaml", "unclosed-frontmatter"):
            raise
        moved = _renamed(store, memory, before, relative, memory.name)
        return moved._replace(notes=(f"its name stays {memory.name}: {error.message}", *moved.notes))


def rename(store: Store, name: str, new_name: str) -> Plan:
    """Change the `name` in a memory's frontmatter; its file stays, references by the old name follow."""
    memory = store.get(name)
    clean = kebab(new_name)
    if not clean:
        raise BadInputError(f"{new_name!r} holds no letters to make a name of")
    refuse_taken_name(store, memory.id, clean)
    relative = relative_path(store.root, memory.path)
    return _renamed(store, memory, read_memory(memory), relative, clean)


def _destination(store: Store, memory: Memory, to: str) -> str:
    """`name` stays in its folder, `./name` is one at the top."""
    written = to.replace("\\", "/")
    if written.startswith("/"):
        raise BadInputError(f"{to} is not a path in the memory directory", hint="./name is a name at its top")
    folder, slash, last = written.rpartition("/")
    stem = last.removesuffix(".md") or memory.stem
    folder = "" if folder == "." else folder.removeprefix("./")
    return file_for(store, stem, folder if slash else memory.namespace)


def _renamed(store: Store, memory: Memory, before: bytes, relative: str, new_name: str) -> Plan:
    data = before
    if new_name != memory.name and parse(before).shape != "none":
        data = edit_or_adopt(memory, before, {"name": new_name}, None)
    path = inside(store.root, relative)
    new = changed_memory(memory._replace(id=relative, path=path), data)
    after = Names([(m.id, m.name) for m in store.scan.memories if m.id != memory.id] + [(new.id, new.name)])
    old_relative = relative_path(store.root, memory.path)
    following = Following(store, after, memory, new)
    data = following.file(memory, data)
    changes = []
    if relative == old_relative:
        changes.append(Change(relative, before, data, keep_mtime=True))
    else:
        mtime = os.stat(memory.path).st_mtime_ns
        changes.append(Change(relative, None, data, keep_mtime=True, mtime_ns=mtime))
        changes.append(Change(old_relative, before, None, mtime_ns=mtime))
    also = []
    for other in store.scan.memories:
        if other.id == memory.id or not (any(referred(other)) or "](" in other.body):
            continue
        old_bytes = read_memory(other)
        new_bytes = following.file(other, old_bytes)
        if new_bytes != old_bytes:
            also.append(other.id)
            changes.append(Change(relative_path(store.root, other.path), old_bytes, new_bytes, keep_mtime=True))
    indexes = Indexes(store)
    indexes.rename(memory, new, following.wiki_links)
    summary = f"mv {memory.id} {new.id}" if new.id != memory.id else f"rename {memory.name} to {new.name}"
    return Plan(summary, (*changes, *indexes.changes()), new.id, tuple(also))
