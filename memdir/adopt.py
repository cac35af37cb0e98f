"""Merge one directory of memories into another: what is missing is copied, nothing is overwritten, the old directory
stays as it is. Files are compared by their bytes, names without case and in NFC (one file on some file systems)."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .changes import Plan
from .errors import BadInputError, UsageError
from .files import inside, read_file, read_if_there, shown
from .git_root import checkout_root
from .index_edit import entry_of, insert_entries
from .journal import Change
from .memory_index import entries, usage
from .model import INDEX_NAME, FileStat, Memory
from .reading import memory_from_bytes
from .scan import scan, walk
from .secrets import find_secrets
from .sections import sections_of
from .store import Store
from .tidy import listable, not_current, tidy


class Adoption(NamedTuple):
    """What adopting `source` into `target` (absolute) means; all paths are ids, sorted.

    `same` are there already byte for byte; `new` will be copied; of `conflicts` the target has another text;
    `refused` are not copied (id, reason). `alike` are new files whose name another memory of the target bears
    already (id, the other's id). `index_text` says that the old MEMORY.md holds sections of its own, which stay
    where they are.
    """

    source: str
    target: str
    same: tuple[str, ...]
    new: tuple[str, ...]
    conflicts: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    alike: tuple[tuple[str, str], ...]
    index_text: bool = False


def plan_adoption(source_dir: str, target_dir: str) -> Adoption:
    """Compare the two directories. Reads only; the target need not exist. Raises `UsageError` when one holds the
    other, `BadInputError` when the source is no directory."""
    source, target = directory_of_memories(source_dir), os.path.abspath(target_dir)
    _apart(source, target)
    return _compare(source, target)


def directory_of_memories(path: str) -> str:
    """The directory meant: the one given, or its `memory/` when a project's folder of Claude Code was given. Raises
    `BadInputError` when there is none."""
    path = os.path.abspath(path)
    if not os.path.isdir(path):
        raise BadInputError("no such directory", path=shown(path))
    inner = os.path.join(path, "memory")
    holds_none = not any(name.lower().endswith(".md") for name in os.listdir(path))
    return inner if holds_none and os.path.isdir(inner) else path


def adoption_plan(store: Store, source_dir: str, *, both: bool) -> Plan:
    """The changes for `memdir.changes.apply`: copy what is new, and with `both` the conflicts under new names, each
    with its file's modification time, and add their lines to MEMORY.md. No changes when all is there already.
    Compares again, so that what changed since a shown plan is seen. Raises as `plan_adoption`."""
    adoption = plan_adoption(source_dir, store.root)
    stats = {stat.id: stat for stat in _files(adoption.source)}
    changes, added = [], []
    for id, place in _places(adoption, stats, both):
        data = read_file(stats[id].path)
        changes.append(Change(place, None, data, True, stats[id].mtime_ns))
        if place.rpartition("/")[2] != INDEX_NAME:
            memory = memory_from_bytes(store.root, place, os.path.join(store.root, place), data, stats[id])
            added.append((id, memory))
    copied = tuple(change.path for change in changes)
    if changes or INDEX_NAME in adoption.new:
        changes.append(_index_change(store, adoption.source, added))
    return Plan(f"adopt {shown(adoption.source)}", tuple(changes), also=copied)


def copies(adoption: Adoption, *, both: bool) -> dict[str, str]:
    """Each memory that adopting would copy, and the id it would get: with `both` the conflicts too, but for those that
    an earlier adoption has copied already."""
    return dict(_places(adoption, {stat.id: stat for stat in _files(adoption.source)}, both))


def name_beside(id: str, taken: Iterable[str]) -> str:
    """The first of `x-adopted.md`, `x-adopted-2.md`, ... that is not taken."""
    used = {_key(other) for other in taken}
    stem, _, ending = id.rpartition(".")
    number = 1
    while True:
        name = f"{stem}-adopted{f'-{number}' if number > 1 else ''}.{ending}"
        if _key(name) not in used:
            return name
        number += 1


def _apart(source: str, target: str) -> None:
    one, two = os.path.realpath(source), os.path.realpath(target)
    if one == two:
        raise UsageError("this is the memory directory itself", hint="name another directory")
    if one.startswith(two + os.sep) or two.startswith(one + os.sep):
        raise UsageError("one of the two directories lies inside the other", hint="move it out first")


def _compare(source: str, target: str) -> Adoption:
    there = {_key(stat.id): stat for stat in _files(target)}
    same: list[str] = []
    new: list[str] = []
    conflicts: list[str] = []
    refused: list[tuple[str, str]] = []
    for stat in _files(source):
        other = there.get(_key(stat.id))
        reason = _reason(stat, target) if other is None else None
        if other is not None:
            equal = stat.size == other.size and read_file(stat.path) == read_file(other.path)
            (same if equal else conflicts).append(stat.id)
        elif reason is not None:
            refused.append((stat.id, reason))
        else:
            new.append(stat.id)
    refused += [(finding.path, finding.message) for finding in walk(source).findings]
    old, ours = _index(source), _index(target)
    if old is not None and ours is None:
        new.append(INDEX_NAME)
    elif old is not None and old == ours:
        same.append(INDEX_NAME)
    return Adoption(
        source,
        target,
        tuple(sorted(same)),
        tuple(sorted(new)),
        tuple(conflicts),
        tuple(sorted(refused)),
        tuple(_alike(source, target, new)),
        ours is not None and old != ours and _own_sections(source, old),
    )


def _files(root: str) -> list[FileStat]:
    """The memories and the indexes of folders; the MEMORY.md at the top is merged, not copied."""
    walked = walk(root)
    return sorted(
        [*walked.files, *(stat for stat in walked.indexes if stat.id != INDEX_NAME)], key=lambda stat: stat.id
    )


def _reason(stat: FileStat, target: str) -> str | None:
    """Why a file is not copied, None when it is."""
    try:
        os.path.basename(stat.path).encode("utf-8")
        inside(target, stat.id)
    except UnicodeEncodeError:
        return "its name is not UTF-8"
    except BadInputError as error:
        return error.message
    in_repository = checkout_root(os.path.realpath(target)) is not None
    if in_repository and find_secrets(read_file(stat.path).decode("utf-8", "replace")):
        return "it holds a secret, and the target lies in a git repository"
    return None


def _alike(source: str, target: str, new: list[str]) -> Iterator[tuple[str, str]]:
    """New files whose memory's name another file of the target bears."""
    if not new:
        return
    names = {_key(memory.name): memory.id for memory in scan(target).memories if memory.name}
    wanted = set(new)
    for memory in scan(source).memories:
        other = names.get(_key(memory.name))
        if memory.id in wanted and other is not None:
            yield memory.id, other


def _places(adoption: Adoption, stats: dict[str, FileStat], both: bool) -> list[tuple[str, str]]:
    """Each id to copy and the id it gets."""
    places = [(id, id) for id in adoption.new if id != INDEX_NAME]
    taken = {stat.id for stat in _files(adoption.target)} | set(adoption.new)
    for id in adoption.conflicts if both else ():
        if _reason(stats[id], adoption.target) is None and not _adopted_before(adoption.target, id, stats[id]):
            places.append((id, name_beside(id, taken)))
            taken.add(places[-1][1])
    return places


def _adopted_before(target: str, id: str, stat: FileStat) -> bool:
    """True when an earlier adoption put these bytes beside the file of the same name."""
    wanted = read_file(stat.path)
    beside: list[str] = [id]
    while True:
        name = name_beside(id, beside)
        data = read_if_there(inside(target, name))
        if data is None or data == wanted:
            return data is not None
        beside.append(name)


def _index_change(store: Store, source: str, added: list[tuple[str, Memory]]) -> Change:
    """MEMORY.md with lines for the new memories, worded as the old index worded them."""
    before, old = _index(store.root), _index(source)
    existing = store.scan.memories
    text = _text(old if before is None else before)
    if before is not None:
        worded = {entry.target: entry for entry in entries(_text(old))}
        listed = {entry.target for entry in entries(text)}
        fresh = []
        for id, memory in added:
            if memory.id not in listed and listable(memory) and not not_current(memory):
                plain, entry = entry_of(memory), worded.get(id)
                fresh.append(plain._replace(title=entry.title, hook=entry.hook) if entry else plain)
        text = insert_entries(text, fresh, {memory.id: memory.type for memory in existing})
    if before is None or not usage(text).fits:
        text = tidy(text, [*existing, *(memory for _, memory in added)]).text
    return Change(INDEX_NAME, before, text.encode("utf-8", "surrogateescape"))


def _own_sections(root: str, index: bytes | None) -> bool:
    path = os.path.join(root, INDEX_NAME)
    stat = FileStat(INDEX_NAME, path, len(index or b""), 0, 0, 0)
    return bool(index and sections_of(root, INDEX_NAME, path, index, stat))


def _index(root: str) -> bytes | None:
    return read_if_there(os.path.join(root, INDEX_NAME))


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "surrogateescape")


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
