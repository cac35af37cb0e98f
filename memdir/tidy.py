"""MEMORY.md put right: a pure function of the memory files and of its own hand-written lines.

Headings, order and wording of what is there stay. Links to files that are gone follow them where they went or go out,
memories without a line get one, superseded and expired ones lose theirs. When it all does not fit into what Claude
Code loads, the entries of least worth are left out and named. No clock, no usage: two clones give the same bytes.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from .dates import parse_date
from .errors import BadInputError
from .index_edit import block_end, entry_of, indents, insert_entries, relink, split_lines, targets, title_of
from .memory_index import MAX_LINES, MAX_UNITS, Entry, Usage, entries, usage, utf16_length
from .model import DEFAULT_CONFIDENCE, Memory
from .references import linked

KEEP_NEWEST: Final = 10
"""The newest memories by the dates in the files are never left out."""
TYPE_WORTH: Final[Mapping[str | None, float]] = {"user": 0.4, "feedback": 0.3, "reference": 0.2, "project": 0.1}
_ROUNDS: Final = 4
_MARK: Final = re.compile(r"Superseded by \S+:|Expired \d{4}-\d\d-\d\d\b")
_UNLISTED_FOLDERS: Final = ("logs", "sessions")


class Tidied(NamedTuple):
    """The new text and what was done: targets of entries taken out, put in, followed (old, new), of memories left
    out because they do not fit (least worth last), and dead links in running text, which a person must decide
    (line in the old text, target)."""

    text: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    followed: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]
    flagged: tuple[tuple[int, str], ...]


def tidy(
    text: str,
    memories: Sequence[Memory],
    exists: Callable[[str], bool] = lambda target: False,
    elsewhere: Collection[str] = (),
) -> Tidied:
    """MEMORY.md for these memories (all of one directory, ids relative to the MEMORY.md; sections are passed over).

    `exists` tells of a relative path that is no memory whether a file is there, so that a link to it stays; the ids
    of `elsewhere` belong to another index: a link to one stays, none is added. With no memory at all nothing is taken
    out: an empty or unreadable directory is no reason to forget.
    """
    listed = [m for m in memories if listable(m) and m.id not in elsewhere]
    everything = {m.id: m for m in memories if not m.is_section}
    first = entries(text)
    if not everything and first:
        return Tidied(text, (), (), (), (), tuple((e.line, e.target) for e in first))
    gone = superseded(everything.values())
    keep = {m.id: m for m in listed if m.id not in gone}
    worth = {id: place for place, id in enumerate(by_worth(list(keep.values()), everything.values()))}
    text, followed, removed, flagged = _repair(text, everything, gone, exists)
    known = {entry.target for entry in first}
    for _ in range(_ROUNDS):
        result = _fit(_add_missing(text, keep), keep, worth)
        if result == text:
            break
        text = result
    now = {entry.target for entry in entries(text)}
    added = tuple(sorted(now - known - {new for _, new in followed}))
    named = now | _linked(text)
    left_out = tuple(sorted((id for id in keep if id not in named), key=worth.__getitem__))
    return Tidied(text, removed, added, followed, left_out, flagged)


def listable(memory: Memory) -> bool:
    """True for a memory that belongs in the index: not in a dot-folder, nor a log or a session note."""
    parts = memory.id.split("/")[:-1]
    return (
        not memory.is_section
        and not (parts and parts[0] in _UNLISTED_FOLDERS)
        and not any(p.startswith(".") for p in parts)
    )


def superseded(memories: Iterable[Memory]) -> set[str]:
    """Ids of the memories that are not current by their own files: status, description, or another's `supersedes`."""
    memories = list(memories)
    names = _by_name(memories)
    gone = {m.id for m in memories if not_current(m)}
    for memory in memories:
        for target in memory.supersedes:
            found = names.get(_key(target), [])
            if len(found) == 1 and found[0] != memory.id:
                gone.add(found[0])
    return gone


def not_current(memory: Memory) -> bool:
    """True for a memory that its own file calls superseded or expired. A `valid_until` alone needs a clock, so it
    counts once the description begins `Expired DATE` (design §3)."""
    if memory.status == "superseded" or memory.superseded_by is not None:
        return True
    return _MARK.match(memory.description) is not None


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().removesuffix(".md").casefold()


def _by_name(memories: Iterable[Memory]) -> dict[str, list[str]]:
    """Ids by path, name and file stem."""
    names: dict[str, list[str]] = {}
    for memory in memories:
        for name in {_key(memory.id), _key(memory.name), _key(memory.stem)}:
            names.setdefault(name, []).append(memory.id)
    return names


def by_worth(memories: Sequence[Memory], linking: Iterable[Memory] = ()) -> list[str]:
    """Ids, the worthiest first: pinned, then the newest few, then by confidence, type, incoming links and the date in
    the file. Ties by id."""
    names = _by_name(memories)
    incoming: dict[str, int] = {}
    for memory in linking:
        for name in {_key(target) for target in linked(memory)}:
            for id in names.get(name, []):
                incoming[id] = incoming.get(id, 0) + (id != memory.id)
    dates = {m.id: _date(m) for m in memories}
    newest = sorted((m.id for m in memories if dates[m.id] > 0), key=lambda id: (-dates[id], id))
    rank = {id: 1.0 - place / len(newest) for place, id in enumerate(newest)}
    fresh = set(newest[:KEEP_NEWEST])

    def worth(memory: Memory) -> tuple[bool, bool, float, str]:
        confidence = DEFAULT_CONFIDENCE if memory.confidence is None else memory.confidence
        score = confidence + TYPE_WORTH.get(memory.type, 0.0)
        score += 0.1 * math.log2(1 + incoming.get(memory.id, 0)) + 0.3 * rank.get(memory.id, 0.0)
        return not memory.pinned, memory.id not in fresh, -score, memory.id

    return [m.id for m in sorted(memories, key=worth)]


def _date(memory: Memory) -> float:
    for text in (memory.modified, memory.created):
        if text:
            try:
                return parse_date(text)
            except BadInputError:
                continue
    return 0.0


_Repaired = tuple[str, tuple[tuple[str, str], ...], tuple[str, ...], tuple[tuple[int, str], ...]]


def _repair(text: str, memories: Mapping[str, Memory], gone: set[str], exists: Callable[[str], bool]) -> _Repaired:
    """Dead entries follow their file or go out, those of superseded memories and exact repetitions go out."""
    found = entries(text)
    lines = split_lines(text)
    indented = indents(lines)
    taken = gone | {unicodedata.normalize("NFC", entry.target) for entry in found}
    names = _by_name(memories.values())
    for memory in memories.values():
        names.setdefault(_key(title_of(memory.name)), []).append(memory.id)
    moved: dict[str, str] = {}
    removed: list[str] = []
    flagged: list[tuple[int, str]] = []
    drop: set[int] = set()
    seen: set[str] = set()
    repeats: set[int] = set()
    for entry in found:
        line = lines[entry.line - 1].strip()
        if line in seen:
            repeats.add(entry.line)
        seen.add(line)
    for entry in reversed(found):  # what is below an entry goes before it does
        id = unicodedata.normalize("NFC", entry.target)
        repeated = entry.line in repeats
        if id in memories and id not in gone and not repeated:
            continue
        if id not in memories and exists(entry.target):
            continue
        new = moved.get(entry.target)
        if new is None and id not in memories and not repeated:
            new = _moved(entry, names, taken)
        if new is not None:
            moved[entry.target] = new
            taken.add(new)
        elif alone(lines, indented, entry, drop):
            drop.add(entry.line)
            if not repeated:
                removed.append(entry.target)
        else:
            flagged.append((entry.line, entry.target))
    text = "".join(line for number, line in enumerate(lines, 1) if number not in drop)
    if moved:
        text = relink(text, lambda path: moved.get(path.removeprefix("./"), path))
    return text, tuple(moved.items()), tuple(removed[::-1]), tuple(flagged[::-1])


def _moved(entry: Entry, names: Mapping[str, list[str]], taken: Collection[str]) -> str | None:
    """The one memory without an entry that a dead entry can only mean: the same file name elsewhere, or its title."""
    base = entry.target.rpartition("/")[2]
    for name in (base, entry.title, entry.title.replace(" ", "-"), entry.title.replace(" ", "_")):
        found = {id for id in names.get(_key(name), []) if id not in taken}
        if len(found) == 1 and _key(name):
            return found.pop()
    return None


def alone(lines: list[str], indented: list[int], entry: Entry, drop: Collection[int] = ()) -> bool:
    """True when the line is all there is to the entry: nothing indented below it (but for lines that go) and no
    second link in it."""
    below = range(entry.line + 1, block_end(indented, entry) + 1)
    return all(number in drop for number in below) and lines[entry.line - 1].count("](") == 1


def _add_missing(text: str, keep: Mapping[str, Memory]) -> str:
    """An entry for every memory that no link of the text leads to."""
    linked_to = _linked(text)
    missing = [entry_of(keep[id]) for id in sorted(keep) if id not in linked_to]
    return insert_entries(text, missing, {id: m.type for id, m in keep.items()}) if missing else text


def _linked(text: str) -> set[str]:
    """The ids that any link of the text leads to."""
    return {unicodedata.normalize("NFC", target.removeprefix("./")) for target in targets(text)}


def _fit(text: str, keep: Mapping[str, Memory], worth: Mapping[str, int]) -> str:
    """The text with the least worthy entries left out until the rest is loaded whole; as it is when the
    hand-written lines alone are too much, for then leaving entries out helps nobody."""
    if usage(text).fits:
        return text
    lines = split_lines(text)
    indented = indents(lines)
    removable = {e.line: unicodedata.normalize("NFC", e.target) for e in entries(text) if alone(lines, indented, e)}
    removable = {line: id for line, id in removable.items() if id in worth}
    fixed = usage("".join(line for n, line in enumerate(lines, 1) if n not in removable))
    if not fixed.fits:
        return text
    order = sorted(removable, key=lambda line: (worth[removable[line]], line))
    kept = order[: _room(fixed, [utf16_length(lines[n - 1].rstrip("\r\n")) + 1 for n in order])]
    while True:
        chosen = set(kept)
        result = "".join(line for n, line in enumerate(lines, 1) if n not in removable or n in chosen)
        if usage(result).fits or not kept:
            return result
        kept = kept[:-1]


def _room(fixed: Usage, sizes: list[int]) -> int:
    """How many of the lines, in order, fit beside the fixed ones."""
    units = fixed.units
    for count, size in enumerate(sizes):
        units += size
        if fixed.lines + count + 1 > MAX_LINES or units > MAX_UNITS:
            return count
    return len(sizes)
