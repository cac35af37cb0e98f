"""Lines to turns, one pass, in bounded memory, and able to go on where an earlier pass ended.

A line joins an earlier turn by its keys (the message's id, a tool call's id) when that turn is among the last `WINDOW`
of its file; else it begins a turn. What is needed to go on later is the *state*: the end of what was read, the open
turns' keys and lines, the uuids seen, and what was said of the session. So a file read in pieces gives the same turns
as one read at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from .entry import Call, Entry, Result, Said, Turn, Usage
from .json_lines import Line, parse

WINDOW: Final = 256
"""Turns that a later line may still join."""

Read = Callable[[Mapping[str, object]], tuple[Entry | None, Said]]


class Part(NamedTuple):
    """One line of a turn."""

    line: int
    offset: int
    entry: Entry


class Open:
    """A turn that lines may still join. `parts` are those read now; `offsets` all, also of earlier passes."""

    __slots__ = ("changed", "keys", "lines", "number", "offsets", "parts")

    def __init__(self, number: int) -> None:
        self.number = number
        self.parts: list[Part] = []
        self.lines: list[int] = []
        self.offsets: list[int] = []
        self.keys: set[str] = set()
        self.changed = False

    def add(self, line: int, offset: int, entry: Entry | None) -> None:
        """Add a line; `entry` None when it is known from an earlier pass only by its place."""
        self.lines.append(line)
        self.offsets.append(offset)
        if entry is not None:
            self.parts.append(Part(line, offset, entry))
            self.keys.update(entry.keys)


class Counts:
    """What was read of a file: `lines` there are, how many were `skipped` (no JSON object), entries by kind."""

    def __init__(self) -> None:
        self.lines = 0
        self.skipped = 0
        self.turns = 0
        self.repeated = 0
        """Lines whose uuid an earlier line of the file has."""


class TurnReader:
    """Takes lines, gives turns. `read` interprets one line; `fetch` reads the object at an offset again, for a turn
    that an earlier pass began. Not thread-safe."""

    def __init__(self, read: Read, fetch: Callable[[int], Mapping[str, object] | None] | None = None) -> None:
        self._read = read
        self._fetch = fetch
        self._open: dict[int, Open] = {}
        self._by_key: dict[str, Open] = {}
        self._seen: set[str] = set()
        self.counts = Counts()
        self.said: dict[str, object] = {}
        self.offset = 0
        """Where what is not read yet begins."""

    def turns(self, lines: Iterable[Line]) -> Iterator[Turn]:
        """The turns of these lines in the order of their numbers: those that are new, and those that lines have
        joined. A turn is given when nothing can join it any more, the rest at the end."""
        for line in lines:
            self.take(line)
            while len(self._open) > WINDOW:
                yield from self._close(next(iter(self._open)))
        for open in list(self._open.values()):
            if open.changed:
                yield self._made(open)

    def take(self, line: Line) -> None:
        """Take one line."""
        counts = self.counts
        counts.lines = line.number
        self.offset = line.next_offset
        if not line.data.strip() and not line.too_long:
            return
        found = None if line.too_long else parse(line.data)
        if found is None:
            counts.skipped += 1
            return
        entry, said = self._read(found)
        self.said.update(said)
        if entry is None:
            return
        if entry.uuid:
            if entry.uuid in self._seen:
                counts.repeated += 1
                return
            self._seen.add(entry.uuid)
        self._place(line, entry)

    def _place(self, line: Line, entry: Entry) -> None:
        open = next((self._by_key[key] for key in entry.joins if key in self._by_key), None)
        if open is None:
            open = self._open[self.counts.turns] = Open(self.counts.turns)
            self.counts.turns += 1
        open.add(line.number, line.offset, entry)
        open.changed = True
        for key in entry.keys:
            self._by_key.setdefault(key, open)

    def _close(self, number: int) -> Iterator[Turn]:
        open = self._open.pop(number)
        for key in open.keys:
            if self._by_key.get(key) is open:
                del self._by_key[key]
        if open.changed:
            yield self._made(open)

    def _made(self, open: Open) -> Turn:
        known = {part.offset for part in open.parts}
        for line, offset in zip(open.lines, open.offsets, strict=True):
            if offset not in known and self._fetch is not None:
                again = self._fetch(offset)
                entry = self._read(again)[0] if again is not None else None
                if entry is not None:
                    open.parts.append(Part(line, offset, entry))
        open.parts.sort(key=lambda part: part.offset)
        return make_turn(open.number, open.parts)


def make_turn(number: int, parts: list[Part]) -> Turn:
    """One turn of its lines, in file order."""
    first = parts[0].entry
    entries = [part.entry for part in parts]
    main = [entry for entry in entries if entry.role == first.role]
    results = {result.call: result for entry in entries for result in entry.results}
    calls = [_answered(call, results) for entry in main for call in entry.calls]
    called = {call.id for call in calls}
    uuids = tuple(dict.fromkeys(entry.uuid for entry in entries if entry.uuid))
    return Turn(
        number=number,
        id=uuids[0] if uuids else f"line-{parts[0].line}",
        role=first.role,
        kind=first.kind,
        line=parts[0].line,
        timestamp=first.timestamp,
        text="\n".join(entry.text for entry in main if entry.text),
        thinking="\n".join(entry.thinking for entry in main if entry.thinking),
        calls=tuple(calls),
        results=tuple(result for id, result in results.items() if id not in called),
        uuids=uuids,
        parent=first.parent,
        offsets=tuple(part.offset for part in parts),
        session=first.session,
        agent=first.agent,
        sidechain=first.sidechain,
        cwd=first.cwd,
        branch=first.branch,
        version=first.version,
        model=next((entry.model for entry in main if entry.model), ""),
        usage=_used([entry.usage for entry in main if entry.usage]),
    )


def _answered(call: Call, results: Mapping[str, Result]) -> Call:
    return call._replace(result=results[call.id]) if call.id in results else call


def _used(usages: list[Usage]) -> Usage:
    """The largest of each: the lines of one message repeat its usage, earlier ones with fewer tokens (formats §3.3)."""
    return Usage(*map(max, zip(*usages, strict=True))) if usages else Usage()
