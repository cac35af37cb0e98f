"""Lines to turns, one pass, in bounded memory, and able to go on where an earlier pass ended.

A line joins an earlier turn by its keys (the message's id, a tool call's id) when that turn is among the last `WINDOW`
of its file; else it begins a turn. What is needed to go on later (`sessions.reading_state`) is the end of what was
read, the open turns' keys and lines, the uuids seen, and the facts. So a file read in pieces gives the same turns as
one read at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from memdir.digest import blake2b

from .entry import NO_CONTEXT, Call, Context, Entry, Result, Said, Turn, Usage
from .json_lines import Line, parse
from .told import Facts, Told

WINDOW: Final = 256
"""Turns that a later line may still join."""
MAX_TURN_LINES: Final = 2_000
MAX_TURN: Final = 16 << 20
"""Lines and bytes of a turn. What would join a larger one begins a new turn."""
KEPT: Final = 128 << 10
"""Bytes of an open turn that are kept; its other lines are read again when it is made, so that memory stays bounded."""

Read = Callable[[Mapping[str, object]], tuple[Entry | None, Said]]
Fetch = Callable[[int], Mapping[str, object] | None]


class Part(NamedTuple):
    """One line of a turn."""

    line: int
    offset: int
    entry: Entry


class Open:
    """A turn that lines may still join. `parts` are those in memory, `offsets` all; `keys` those by which lines find
    it; `size` its bytes; `context` what was said before it; `usage` what is counted already, `again` that an earlier
    turn's was."""

    __slots__ = ("again", "changed", "context", "keys", "lines", "number", "offsets", "parts", "size", "usage")

    def __init__(self, number: int, context: Context) -> None:
        self.number = number
        self.context = context
        self.parts: list[Part] = []
        self.lines: list[int] = []
        self.offsets: list[int] = []
        self.keys: set[str] = set()
        self.size = 0
        self.usage = Usage()
        self.again = False
        self.changed = False


class TurnReader:
    """Takes lines, gives turns. `read` interprets one line; `fetch` reads the object at an offset again; `hidden` are
    digests of the entries that a tombstone names. Not thread-safe."""

    def __init__(self, read: Read, fetch: Fetch | None = None, hidden: Iterable[bytes] = ()) -> None:
        self._read = read
        self.fetch = fetch
        self.open: dict[int, Open] = {}
        self.seen: set[bytes] = set()
        """Digests of the uuids seen, and of the messages whose turns are closed."""
        self.hidden = set(hidden)
        self.echo: list[str] = []
        self.facts = Facts()
        self.offset = 0
        """Where what is not read yet begins."""
        self.ended = True
        """False when the last line that was taken has no end yet."""
        self._tail = self._torn = False
        self._by_key: dict[str, Open] = {}

    def reopen(self, open: Open) -> None:
        """Take back a turn that an earlier pass left open; in ascending order of number."""
        self.open[open.number] = open
        self._by_key.update(dict.fromkeys(open.keys, open))

    def turns(self, lines: Iterable[Line]) -> Iterator[Turn]:
        """The turns of these lines, those that are new and those that lines have joined: each when nothing can join
        it any more, the rest at the end. Among them a turn may be given that was given by an earlier pass."""
        for line in lines:
            self.take(line)
            while len(self.open) > WINDOW:
                yield from self._close(next(iter(self.open)))
        for open in list(self.open.values()):
            yield from self._made(open)

    def told(self) -> Told:
        """The facts, with the last line that has no end and was not taken."""
        return self.facts.told(lambda uuid: digest(uuid) in self.seen, tail=self._tail, torn=self._torn)

    def take(self, line: Line) -> None:
        """Take one line. A last line without an end is taken when it is whole, else left for the next pass."""
        blank = not line.too_long and not line.data.strip()
        found = None if line.too_long or blank else parse(line.data)
        if found is None and not line.ended:
            self._tail, self._torn = True, not blank
            return
        facts = self.facts
        facts.lines = line.number
        self.offset, self.ended = line.next_offset, line.ended
        if found is None:
            facts.skipped += not blank
            return
        entry, said = self._read(found)
        if said:
            facts.tell(said)
        if entry is not None and not self._passed_over(entry):
            self._place(line, entry)

    def _passed_over(self, entry: Entry) -> bool:
        if entry.echo:
            echo = [entry.role, digest(entry.text + entry.thinking).hex(), entry.echo]
            twin = echo[:2] == self.echo[:2] and echo != self.echo
            self.echo = [] if twin else echo
            if twin:
                self.facts.repeated += 1
                return True
        elif entry.kind != "result":
            self.echo = []
        if entry.uuid:
            key = digest(entry.uuid)
            if key in self.hidden:
                self.facts.hidden += 1
                return True
            if key in self.seen:
                self.facts.repeated += 1
                return True
            self.seen.add(key)
        return False

    def _place(self, line: Line, entry: Entry) -> None:
        found = next((self._by_key[key] for key in entry.joins if key in self._by_key), None)
        open = found
        if open is None:
            open = self.open[self.facts.turns] = Open(self.facts.turns, self.facts.context)
        self.facts.add(entry, new_turn=found is None)
        if entry.message and found is None:
            open.again = digest(entry.message) in self.seen
        if entry.usage is not None and not open.again:
            usage = Usage(*map(max, open.usage, entry.usage))
            self.facts.use(usage, open.usage)
            open.usage = usage
        open.lines.append(line.number)
        open.offsets.append(line.offset)
        open.size += len(line.data)
        if open.size <= KEPT or self.fetch is None:
            open.parts.append(Part(line.number, line.offset, entry))
        open.changed = True
        for key in entry.keys:
            if self._by_key.setdefault(key, open) is open:
                open.keys.add(key)
        if len(open.lines) >= MAX_TURN_LINES or open.size >= MAX_TURN:
            self._release(open)

    def _release(self, open: Open) -> None:
        """Let nothing join a turn any more."""
        for key in open.keys:
            del self._by_key[key]
            if key.startswith("m:"):
                self.seen.add(digest(key))
        open.keys.clear()

    def _close(self, number: int) -> Iterator[Turn]:
        open = self.open.pop(number)
        self._release(open)
        yield from self._made(open)

    def _made(self, open: Open) -> Iterator[Turn]:
        if not open.changed:
            return
        parts = {part.offset: part for part in open.parts}
        for line, offset in zip(open.lines, open.offsets, strict=True):
            if offset not in parts and self.fetch is not None:
                again = self.fetch(offset)
                entry = self._read(again)[0] if again is not None else None
                if entry is not None:
                    parts[offset] = Part(line, offset, entry)
        if parts:
            turn = make_turn(open.number, [parts[offset] for offset in sorted(parts)], open.context)
            yield turn._replace(usage=Usage()) if open.again else turn


def digest(text: str) -> bytes:
    """Eight bytes that stand for an id."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def make_turn(number: int, parts: list[Part], context: Context = NO_CONTEXT) -> Turn:
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
        results=tuple(result for entry in entries for result in entry.results if result.call not in called),
        uuids=uuids,
        parent=first.parent,
        offsets=tuple(part.offset for part in parts),
        session=first.session or context.session,
        agent=first.agent,
        sidechain=first.sidechain,
        cwd=first.cwd or context.cwd,
        branch=first.branch or context.branch,
        version=first.version or context.version,
        model=next((entry.model for entry in main if entry.model), "")
        or (context.model if first.role == "assistant" else ""),
        usage=_used([entry.usage for entry in main if entry.usage]),
    )


def _answered(call: Call, results: Mapping[str, Result]) -> Call:
    return call._replace(result=results[call.id]) if call.id in results else call


def _used(usages: list[Usage]) -> Usage:
    """The largest of each: the lines of one message repeat its usage, earlier ones with fewer tokens (formats §3.3)."""
    return Usage(*map(max, zip(*usages, strict=True))) if usages else Usage()
