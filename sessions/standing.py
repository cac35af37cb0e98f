"""How something that was said stands to what is known: the memories, the instructions, the history of git.

The comparison is the dream's (`sessions.agreement`): "X" and "not X" are never the same, and two values of one thing
("port 8420", "port 9000") are a conflict that shows both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from memdir.model import Memory

from .agreement import Verdict, compare
from .memory_statements import statements

_WORD: Final = re.compile(r"[^\W_]{3,}")
_MIN_SHARED: Final = 2
_SAID: Final = 0.7
"""Share of a claim's words that a line of the instructions must hold before the two are compared."""
_MAX_LINES: Final = 20_000


class Standing(NamedTuple):
    """`relation` is `new`, `same` as the memory `about`, or an `update` of it: then `values` are the old and the new
    value and `replaces` the statement that holds the old one."""

    relation: str = "new"
    about: str = ""
    values: tuple[str, str] = ("", "")
    replaces: str = ""


NEW: Final = Standing()


def as_memory(text: str, type: str = "project", name: str = "") -> Memory:
    """A text as a memory that is in no directory, to be compared."""
    return Memory(id=f"{name or 'said'}.md", root="", path="", name=name, type=type, body=text)


class Known:
    """The memories of one directory, ready to be compared with."""

    def __init__(self, memories: Iterable[Memory]) -> None:
        self._memories = [
            (memory, _words(f"{memory.name} {memory.description} {memory.body[:4000]}")) for memory in memories
        ]

    def standing(self, text: str, type: str) -> Standing:
        """How a text stands to the memories: the best that is the same, else the first that contradicts it."""
        said, words = statements(as_memory(text, type)), _words(text)
        conflict: tuple[float, Standing] | None = None
        for memory, known in self._memories:
            shared = len(words & known)
            if shared < max(1, min(_MIN_SHARED, len(words) // 2)) or memory.status == "superseded":
                continue
            verdict = compare(statements(memory), said)
            if verdict.kind == "same":
                return Standing("same", memory.id)
            if verdict.kind == "conflict" and (conflict is None or verdict.score > conflict[0]):
                conflict = verdict.score, _update(memory, verdict)
        return conflict[1] if conflict is not None else NEW


def _update(memory: Memory, verdict: Verdict) -> Standing:
    return Standing("update", memory.id, verdict.values, verdict.statements[0])


class Said:
    """Lines that say something already: of instructions, of commit messages."""

    def __init__(self, texts: Sequence[str]) -> None:
        lines = dict.fromkeys(line.strip() for text in texts for line in text.splitlines() if line.strip())
        self._lines = [(line, _words(line)) for line in list(lines)[:_MAX_LINES] if len(line) <= 1000]

    def holds(self, text: str) -> bool:
        """True when one of the lines says the same as the text."""
        words = _words(text)
        if not words:
            return False
        for line, known in self._lines:
            if len(words & known) < _SAID * len(words):
                continue
            if compare(statements(as_memory(line)), statements(as_memory(text))).kind == "same":
                return True
        return False


def _words(text: str) -> frozenset[str]:
    return frozenset(word[:7] for word in _WORD.findall(text.casefold()))
