"""What people decided about a memory, and what waits for their decision: `metadata.review`, one line each.

    review:
      - {kind: conflict, with: dev-server.md, state: rejected, at: 2026-11-21T12:00:00.000Z, digest: 5d41402a}

A mark holds as long as the words it was made on are the same (`digest`), a snoozed one until its date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from memdir.dates import parse_date, rfc3339
from memdir.digest import blake2b
from memdir.errors import BadInputError
from memdir.model import Memory

from .written_when import dated

FIELD: Final = "review"
OPEN, CONFIRMED, REJECTED, SNOOZED = "open", "confirmed", "rejected", "snoozed"
NOTE: Final = "> Contradicts "
"""How a line begins that an annotation put into a memory's text."""


_KEYS: Final = ("kind", "with", "state", "digest", "at", "until", "values")


class Mark(NamedTuple):
    """One entry. `other` is the id (or the file's label) it is about, empty when it is about the memory alone; `at`
    and `until` are RFC 3339; `values` what stands against each other, or what is dead."""

    kind: str
    other: str
    state: str
    digest: str
    at: str = ""
    until: str = ""
    values: str = ""

    def written(self) -> dict[str, object]:
        """As it stands in the file."""
        fields = {"kind": self.kind, "with": self.other, "state": self.state, "at": self.at, "until": self.until,
                  "values": self.values, "digest": self.digest}  # fmt: skip
        return {key: value for key, value in fields.items() if value}


def marks(memory: Memory) -> list[Mark]:
    """The marks of a memory; what is no mark is passed over."""
    value = memory.extra.get(FIELD)
    found = []
    for item in value if isinstance(value, list) else ():
        if isinstance(item, Mapping) and isinstance(item.get("kind"), str):
            found.append(Mark(*(str(item.get(key) or "") for key in _KEYS)))
    return found


def words_digest(memories: Iterable[Memory]) -> str:
    """Of the words of some memories, whatever their order. Annotations do not count, and a relative date is the same
    as what it becomes."""
    hashed = blake2b(digest_size=6)
    for memory in sorted(memories, key=lambda m: m.id):
        body = "\n".join(line for line in memory.body.splitlines() if not line.startswith(NOTE))
        words = f"{memory.id} {dated(memory, memory.description)} {dated(memory, body)}"
        hashed.update(" ".join(words.split()).encode("utf-8", "surrogateescape"))
    return str(hashed.hexdigest())


def settled(memories: Sequence[Memory], kind: str, other: str, now: float) -> bool:
    """True when one of the memories (the main one first, `other` as its mark says it) has a mark of this kind that
    still holds: it is in the queue already, or decided."""
    digest = words_digest(memories)
    return any(holds(mark, digest, now) for mark in marks(memories[0]) if (mark.kind, mark.other) == (kind, other))


def holds(mark: Mark, digest: str, now: float) -> bool:
    """True for a mark on these words; for a snoozed one until its date."""
    if mark.state != SNOOZED:
        return mark.digest == digest
    try:
        return now < parse_date(mark.until)
    except BadInputError:
        return False


def with_mark(memory: Memory, mark: Mark) -> dict[str, object]:
    """The field as it is with the mark in it: it takes the place of an open one of the same kind, decisions stay."""
    value = memory.extra.get(FIELD)
    kept = [item for item in (value if isinstance(value, list) else ()) if not _replaced(item, mark)]
    return {FIELD: [*kept, mark.written()]}


def _replaced(item: object, mark: Mark) -> bool:
    if not isinstance(item, Mapping):
        return False
    same = (item.get("kind"), str(item.get("with") or "")) == (mark.kind, mark.other)
    return same and item.get("state") in (OPEN, SNOOZED)


def open_mark(kind: str, other: str, memories: Sequence[Memory], now: float, values: str = "") -> Mark:
    """A mark that waits for a person."""
    return Mark(kind, other, OPEN, words_digest(memories), rfc3339(now), "", values)
