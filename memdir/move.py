"""Renaming and moving a memory, as a plan: what refers to it follows, in other memories and in MEMORY.md."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from .changes import Plan, changed_memory, read_memory, relative_path
from .derive import kebab
from .errors import BadInputError, UsageError
from .files import inside
from .frontmatter import edit, field, parse
from .indexes import Indexes
from .journal import Change
from .markdown_blocks import lines as scanned_lines
from .model import Memory
from .names import Names, loose
from .operations import edit_or_adopt, file_for
from .references import referred
from .store import Store

_REFERENCE = re.compile(r"(?P<code>(?<!`)(`+)(?!`).+?(?<!`)\2(?!`))|\[\[(?P<target>[^\[\]\n|#]+)(?=[\]#|])")


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
        return replace(moved, notes=(f"its name stays {memory.name}: {error.message}", *moved.notes))


def rename(store: Store, name: str, new_name: str) -> Plan:
    """Change the `name` in a memory's frontmatter; its file stays, references by the old name follow."""
    memory = store.get(name)
    clean = kebab(new_name)
    if not clean:
        raise BadInputError(f"{new_name!r} holds no letters to make a name of")
    for other in store.scan.memories:
        if other.id != memory.id and loose(other.name) == loose(clean):
            raise UsageError(f"a memory called {clean} exists already: {other.id}", path=other.path, code="exists")
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
    new = changed_memory(replace(memory, id=relative, path=path), data)
    after = Names([(m.id, m.name) for m in store.scan.memories if m.id != memory.id] + [(new.id, new.name)])
    old_relative = relative_path(store.root, memory.path)
    data = _follow(store, memory, data, after, memory, new)
    changes = []
    if relative == old_relative:
        changes.append(Change(relative, before, data, keep_mtime=True))
    else:
        mtime = os.stat(memory.path).st_mtime_ns
        changes.append(Change(relative, None, data, keep_mtime=True, mtime_ns=mtime))
        changes.append(Change(old_relative, before, None, mtime_ns=mtime))
    also = []
    for other in store.scan.memories:
        if other.id == memory.id or not any(referred(other)):
            continue
        old_bytes = read_memory(other)
        new_bytes = _follow(store, other, old_bytes, after, memory, new)
        if new_bytes != old_bytes:
            also.append(other.id)
            changes.append(Change(relative_path(store.root, other.path), old_bytes, new_bytes, keep_mtime=True))
    indexes = Indexes(store)
    indexes.rename(memory, new)
    summary = f"mv {memory.id} {new.id}" if new.id != memory.id else f"rename {memory.name} to {new.name}"
    return Plan(summary, (*changes, *indexes.changes()), new.id, tuple(also))


def _follow(store: Store, memory: Memory, data: bytes, after: Names, old: Memory, new: Memory) -> bytes:
    """A file's bytes with its references put right: those to the moved memory, and, in the moved memory itself,
    those that only its old folder made clear."""
    here = new.id if memory.id == old.id else memory.id

    def follow(text: str) -> str:
        meant = store.names.resolve(text, memory.id)
        if len(meant) != 1 or (meant[0] != old.id and here != new.id):
            return text
        goal = new.id if meant[0] == old.id else meant[0]
        if after.resolve(text, here) == (goal,) and not _is_old_name(text, goal, old, new):
            return text
        name = new.name if goal == new.id else ""
        if name and after.resolve(name, here) == (goal,) and "/" not in text:
            return name
        return goal if text.endswith(".md") else goal.removesuffix(".md")

    parsed = parse(data)
    old_body = parsed.body.encode("utf-8", "surrogateescape")
    body = _follow_body(parsed.body, follow)
    if body != parsed.body and data.endswith(old_body):  # damaged bytes are not ours to rewrite
        data = data[: len(data) - len(old_body)] + body.encode("utf-8", "surrogateescape")
    keys = ("links", "supersedes", "superseded_by")
    fields = {key: value for key in keys if (value := _fields(parsed.head, key, follow)) is not None}
    try:
        return edit(data, fields) if fields else data
    except BadInputError:
        return data  # invalid frontmatter: `check` reports it, and the link with it


def _is_old_name(text: str, goal: str, old: Memory, new: Memory) -> bool:
    """A reference that still resolves (by loose spelling, or by the file name) but spells the old name."""
    return goal == new.id and new.name != old.name and loose(text) == loose(old.name)


def _follow_body(body: str, follow: Callable[[str], str]) -> str:

    def one(match: re.Match[str]) -> str:
        if match["code"]:
            return match[0]
        target = match["target"]
        new = follow(target.strip())
        return match[0] if new == target.strip() else f"[[{new}"

    if "[[" not in body:
        return body
    lines = body.split("\n")
    for line in scanned_lines(body):
        if line.kind in ("text", "html") and "[[" in line.text:
            lines[line.number - 1] = _REFERENCE.sub(one, lines[line.number - 1])
    return "\n".join(lines)


def _fields(head: Mapping[str, object], key: str, follow: Callable[[str], str]) -> object | None:
    """The new value of a field that refers to memories, None when nothing changes."""
    value = field(head, key)
    items = value if isinstance(value, list) else [value]
    changed: list[object] = []
    for item in items:
        if isinstance(item, Mapping) and isinstance(item.get("to"), str):
            changed.append({**item, "to": follow(item["to"])})
        else:
            changed.append(follow(item) if isinstance(item, str) else item)
    if changed == items:
        return None
    return changed if isinstance(value, list) else changed[0]
