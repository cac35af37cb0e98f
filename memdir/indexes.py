"""The MEMORY.md files of a directory, while a plan is made that changes the memories they list."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from .changes import relative_path
from .errors import BadInputError
from .files import read_if_there, shown
from .index_edit import NewEntry, add_entry, change_words, entry_of, remove_entries, retarget
from .journal import MAX_CHANGED_FILE, Change
from .memory_index import entries, load_index
from .model import INDEX_NAME, Memory
from .store import Store
from .tidy import listable, not_current

MAX_NAMED: Final = 5
"""Entries that a note names."""


def index_text(data: bytes | None, relative: str) -> str:
    """The text of a MEMORY.md, in which bytes that are no UTF-8 survive. Raises `BadInputError` for UTF-16."""
    if data is not None and (data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data):
        raise BadInputError(f"{shown(relative)} is not UTF-8 text", path=shown(relative), hint="convert it first")
    return (data or b"").decode("utf-8", "surrogateescape")


class Indexes:
    """The MEMORY.md files of a directory while a plan is made. A memory belongs to the nearest one above it; links
    to it from others are kept right too."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._before: dict[str, bytes | None] = {}
        self._texts: dict[str, str] = {}
        for stat in store.scan.indexes:
            self._load(relative_path(store.root, stat.path))
        if INDEX_NAME not in self._before:
            self._load(INDEX_NAME)

    def _load(self, relative: str) -> None:
        data = read_if_there(os.path.join(self._store.root, relative), MAX_CHANGED_FILE)
        self._before[relative] = data
        self._texts[relative] = index_text(data, relative)

    def _home(self, id: str) -> str:
        """The index nearest above an id, as a relative path."""
        folder = id.rpartition("/")[0]
        while folder:
            if f"{folder}/{INDEX_NAME}" in self._texts:
                return f"{folder}/{INDEX_NAME}"
            folder = folder.rpartition("/")[0]
        return INDEX_NAME

    def add(self, memory: Memory) -> None:
        """Give the memory its line, when it is one that is listed and none is there."""
        if not listable(memory) or not_current(memory) or self.lists(memory.id):
            return
        home = self._home(memory.id)
        kinds = {_from(home, m.id): m.type for m in self._store.scan.memories if _from(home, m.id)}
        self._texts[home] = add_entry(self._texts[home], _entry(memory, home), kinds)

    def lists(self, id: str) -> bool:
        """True when some index has an entry for the id."""
        return any(e.target == _from(index, id) for index, text in self._texts.items() for e in entries(text))

    def remove(self, id: str) -> None:
        """Take out every entry of the memory."""
        for index, text in self._texts.items():
            self._texts[index] = remove_entries(text, _from(index, id))

    def rename(self, old: Memory, new: Memory, wiki_links: Callable[[str, str], str]) -> None:
        """Let links and words follow a memory to its new path and name; `wiki_links(text, id)` does so for
        `[[links]]`."""
        same_home = self._home(old.id) == self._home(new.id)
        for index, before in self._texts.items():
            text = wiki_links(before, index)
            to = _from(index, new.id)
            if to and (same_home or index == INDEX_NAME):
                text = retarget(text, _from(index, old.id), to)
                self._texts[index] = change_words(text, to, _entry(old, index), _entry(new, index))
            else:
                self._texts[index] = remove_entries(text, _from(index, old.id))
        if not same_home:
            self.add(new)

    def follow(self, old: Memory, new: Memory) -> None:
        """Put the indexes right after a memory's fields changed: in, out, or other words."""
        if not_current(new):
            self.remove(new.id)
        elif not_current(old):
            self.add(new)
        else:
            for index, text in self._texts.items():
                self._texts[index] = change_words(text, _from(index, new.id), _entry(old, index), _entry(new, index))

    def notes(self) -> tuple[str, ...]:
        """What people should know of the indexes that change: what is not loaded of them, by name."""
        found = []
        for index, text in self._texts.items():
            if text.encode("utf-8", "surrogateescape") == (self._before[index] or b""):
                continue
            cut = load_index(text).cut_off
            if cut:
                names = ", ".join(shown(entry.target) for entry in cut[:MAX_NAMED]) + (
                    ", ..." if cut[MAX_NAMED:] else ""
                )
                found.append(f"{shown(index)} is full, {len(cut)} entries are not loaded: {names} (memdir tidy)")
        return tuple(found)

    def changes(self) -> list[Change]:
        """The changes to make; an index that was not there comes into being only with text."""
        found = []
        for index, text in self._texts.items():
            data = text.encode("utf-8", "surrogateescape")
            before = self._before[index]
            if data != (before or b""):
                found.append(Change(index, before, data))
        return found


def _from(index: str, id: str) -> str:
    """An id as a link target in an index; empty when it does not lie below the index's folder."""
    folder = index.rpartition("/")[0]
    if not folder:
        return id
    return id[len(folder) + 1 :] if id.startswith(folder + "/") else ""


def _entry(memory: Memory, index: str) -> NewEntry:
    entry = entry_of(memory)
    return NewEntry(_from(index, memory.id) or memory.id, entry.type, entry.title, entry.hook)
