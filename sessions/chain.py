"""Which lines of a transcript are the conversation as it ended: from the leaf along `parentUuid` to the root.

The algorithm is the one of Claude Code's SDK, with what the program itself adds (formats §3.4): a leaf that a
`last-prompt` line points at, and the messages that a compaction preserves. Everything else in the file stays readable
in its order (the linear reading): branches that were given up, what was before a compaction, side chains. A log
without parents (Codex, Gemini, the seed's) is one conversation in its order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from .blocks import text_at
from .chain_leaf import LastPrompt
from .entry import Entry, Turn
from .json_lines import parse
from .preserved import relinked
from .schemas import read
from .session_parts import from_first_part
from .transcript import lines_of, opened
from .tree_node import Node, upwards
from .turns import TurnReader

_TREE: Final = frozenset({"user", "assistant", "progress", "system", "attachment"})
_SAID: Final = frozenset({"user", "assistant"})


class Chain(NamedTuple):
    """The conversation: the uuids of its lines from the root to the `leaf`, and those of the lines in branches that a
    person gave up by going back and typing something else. `linear`: there is no tree, every turn is in it."""

    uuids: tuple[str, ...] = ()
    abandoned: frozenset[str] = frozenset()
    linear: bool = False
    side: bool = False
    """The whole file is a side chain: a sub-agent's."""

    @property
    def leaf(self) -> str:
        """The last line of the conversation."""
        return self.uuids[-1] if self.uuids else ""

    def visible(self, turns: Iterable[Turn], *, injected: bool = False) -> list[Turn]:
        """Those of the turns that are in the conversation, without the side chains of others, and without what was
        `injected` unless that is wanted. Of a turn whose lines have branched (tool calls side by side) one line in the
        chain is enough."""
        inside = frozenset(self.uuids)
        return [
            turn
            for turn in turns
            if (injected or turn.kind != "meta")
            and (self.side or not turn.sidechain)
            and (self.linear or not inside.isdisjoint(turn.uuids))
        ]

    def gave_up(self, turn: Turn) -> bool:
        """True when the turn is in a branch that was given up."""
        return not self.abandoned.isdisjoint(turn.uuids)


class _Tree:
    """What is collected of the lines."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.last_prompt = LastPrompt()
        self.boundary: Mapping[str, object] = {}
        self.side = False
        self.has_parents = False

    def take(self, place: int, line: Mapping[str, object], entry: Entry | None) -> None:
        type, uuid = text_at(line, "type"), text_at(line, "uuid")
        self.last_prompt.take(place, line)
        if type not in _TREE or not uuid:
            return
        parent = text_at(line, "parentUuid")
        self.has_parents = self.has_parents or bool(parent)
        if line.get("subtype") == "compact_boundary":
            self.boundary = line
        side = line.get("isSidechain") is True or line.get("is_sidechain") is True
        main = not side and line.get("isMeta") is not True and not line.get("teamName")
        self.side = side if not self.nodes else self.side and side
        typed = entry is not None and entry.kind == "prompt"
        timestamp = entry.timestamp if entry is not None else 0.0
        self.nodes[uuid] = Node(place, parent, type in _SAID, main, typed, timestamp)

    def chain(self) -> Chain:
        if not self.has_parents:
            return Chain(linear=True, side=self.side)
        nodes, kept = relinked(self.nodes, self.boundary)
        leaf = self._leaf(nodes, preserved=kept)
        uuids = tuple(reversed([*upwards(nodes, leaf)]))
        return Chain(uuids, _abandoned(nodes, frozenset(uuids)), side=self.side)

    def _leaf(self, nodes: Mapping[str, Node], *, preserved: bool) -> str:
        last = self.last_prompt
        if self.side:
            said = (uuid for uuid, node in nodes.items() if node.said)
            return max(said, key=lambda uuid: nodes[uuid].place, default="")
        leaves = _leaves(nodes)
        if last.cleared and leaves:
            return max(leaves, key=lambda uuid: (nodes[uuid].timestamp, nodes[uuid].place))
        newest = max(leaves, key=lambda uuid: nodes[uuid].place, default="")
        pointed = _said_above(nodes, last.leaf)
        if not pointed or (preserved and not last.pinned):
            return newest
        # A pointer that is only behind (the program writes it before the answer) must not cut the answer off.
        newer = nodes[newest].place > last.place if newest else False
        return pointed if last.pinned or not (newer or pointed in set(upwards(nodes, newest))) else newest


def read_chain(path: str) -> Chain:
    """The conversation of a transcript, with the parts in which it went on. Memory grows with the number of its lines,
    not with what they hold. An entry that a tombstone hides stays in its place, or what was said before it would be
    lost. Raises `StorageError`."""
    tree = _Tree()
    place = 0
    for part in from_first_part(path):
        with opened(part) as file:
            for line in lines_of(file, part, TurnReader(read)):
                place += 1
                value = parse(line.data) if line.data else None
                if value is not None:
                    tree.take(place, value, read(value)[0])
    return tree.chain()


def chain_of(lines: Iterable[Mapping[str, object]]) -> Chain:
    """The conversation of lines that are in memory."""
    tree = _Tree()
    for place, line in enumerate(lines):
        tree.take(place, line, read(line)[0])
    return tree.chain()


def _said_above(nodes: Mapping[str, Node], uuid: str, *, main: bool = False) -> str:
    said = (at for at in upwards(nodes, uuid) if nodes[at].said and (nodes[at].main or not main))
    return next(said, "")


def _leaves(nodes: Mapping[str, Node]) -> list[str]:
    """The lines that the conversation may end with: from each line that nothing continues, up to where somebody says
    something; of these the ones in the main conversation. Where there are none (a sub-agent is at work, or something
    was injected last), the main line above the newest, so that what was said before is not lost. When everything is in
    cycles, every line that says something is one."""
    continued = {node.parent for node in nodes.values()}
    found = {_said_above(nodes, uuid): None for uuid in nodes if uuid not in continued}
    found.pop("", None)
    ends = [*found] or [uuid for uuid, node in nodes.items() if node.said]
    main = [uuid for uuid in ends if nodes[uuid].main]
    if main:
        return main
    newest_first = sorted(ends, key=lambda uuid: nodes[uuid].place, reverse=True)
    above = (_said_above(nodes, uuid, main=True) for uuid in newest_first)
    return [*filter(None, above)][:1] or ends


def _abandoned(nodes: Mapping[str, Node], inside: frozenset[str]) -> frozenset[str]:
    """What follows a prompt that was typed where another one, typed at another time, goes on. Tool calls side by side,
    progress and replays of a compaction branch too, but nobody typed these."""
    typed: dict[str, list[str]] = {}
    for uuid, node in nodes.items():
        if node.typed and node.main:
            typed.setdefault(_said_above(nodes, node.parent), []).append(uuid)
    typed.pop("", None)  # a further root is a context that was cleared
    given_up: set[str] = set()
    for siblings in typed.values():
        if len({nodes[uuid].timestamp for uuid in siblings}) > 1 and any(uuid in inside for uuid in siblings):
            given_up.update(uuid for uuid in siblings if uuid not in inside)
    if not given_up:
        return frozenset()
    below: dict[str, list[str]] = {}
    for uuid, node in nodes.items():
        below.setdefault(node.parent, []).append(uuid)
    found: set[str] = set()
    waiting = [*given_up]
    while waiting:
        uuid = waiting.pop()
        if uuid not in found and uuid not in inside:
            found.add(uuid)
            waiting += below.get(uuid, [])
    return frozenset(found)
