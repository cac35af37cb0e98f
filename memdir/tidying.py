"""`memdir tidy` as a plan: every MEMORY.md of a directory put right, and memories whose time is over marked as such."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from .changes import Plan, changed_memory, read_memory, relative_path
from .dates import parse_date
from .errors import BadInputError
from .files import read_if_there
from .indexes import index_text
from .journal import MAX_CHANGED_FILE, Change
from .model import INDEX_NAME, Memory
from .operations import edit_or_adopt
from .store import Store
from .tidy import Tidied, not_current, tidy


class Tidying(NamedTuple):
    """What a tidy will do: the plan, per MEMORY.md (relative path) its text before and what becomes of it, and the
    ids of memories to be marked as expired."""

    plan: Plan
    indexes: dict[str, tuple[str, Tidied]]
    expired: tuple[str, ...]


def plan_tidy(store: Store, *, now: float) -> Tidying:
    """Plan to tidy. `now` serves only to see whose `valid_until` is over; the index depends on the files alone."""
    changes: list[Change] = []
    memories: list[Memory] = []
    expired: list[str] = []
    for memory in store.scan.memories:
        change = _expire(store, memory, now)
        if change is not None and change.after is not None:
            changes.append(change)
            expired.append(memory.id)
            memory = changed_memory(memory, change.after)
        memories.append(memory)
    homes = sorted({INDEX_NAME, *(relative_path(store.root, stat.path) for stat in store.scan.indexes)}, key=len)
    indexes: dict[str, tuple[str, Tidied]] = {}
    for home in homes:
        before = read_if_there(os.path.join(store.root, home), MAX_CHANGED_FILE)
        if before is None and not memories:
            continue
        text = index_text(before, home)
        tidied = tidy_index(home, text, memories, homes, lambda path: os.path.exists(os.path.join(store.root, path)))
        indexes[home] = (text, tidied)
        if tidied.text != text:
            changes.append(Change(home, before, tidied.text.encode("utf-8", "surrogateescape")))
    return Tidying(Plan("tidy", tuple(changes), also=tuple(expired)), indexes, tuple(expired))


def tidy_index(
    home: str, text: str, memories: Sequence[Memory], homes: Iterable[str], exists: Callable[[str], bool]
) -> Tidied:
    """The MEMORY.md at the relative path `home` put right. `homes` are all of the directory; `exists` tells whether
    there is a file at a relative path."""
    folder = home.rpartition("/")[0]
    start = f"{folder}/" if folder else ""
    below = [m._replace(id=m.id[len(start) :]) for m in memories if m.id.startswith(start)]
    nested = [other[len(start) : -len(INDEX_NAME)] for other in homes if other != home and other.startswith(start)]
    elsewhere = {m.id for m in below if any(m.id.startswith(prefix) for prefix in nested)}
    return tidy(text, below, lambda target: exists(start + target), elsewhere)


def _expire(store: Store, memory: Memory, now: float) -> Change | None:
    """The mark of a memory whose validity is over, so that an agent that ignores our fields sees it too."""
    if not is_expired(memory, now):
        return None
    try:
        before = read_memory(memory)
        data = expired_bytes(memory, before)
    except BadInputError:
        return None  # invalid frontmatter: `check` reports it
    return Change(relative_path(store.root, memory.path), before, data, keep_mtime=True)


def is_expired(memory: Memory, now: float) -> bool:
    """True when the memory's validity is over and its file does not say so yet."""
    if not memory.valid_until or not_current(memory):
        return False
    try:
        return parse_date(memory.valid_until, end=True) <= now
    except BadInputError:
        return False  # `check` reports the date


def expired_bytes(memory: Memory, data: bytes) -> bytes:
    """The file of an expired memory with the mark in its description. Raises `BadInputError`."""
    day = time.strftime("%Y-%m-%d", time.localtime(parse_date(memory.valid_until or "")))  # as written, which is local
    return edit_or_adopt(memory, data, {"description": f"Expired {day}: {memory.description}".rstrip(": ")}, None)
