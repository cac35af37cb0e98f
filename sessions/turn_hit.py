"""A turn or a session that a search has found. Text is read from the transcript when it is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from memdir.dates import rfc3339
from memdir.errors import StorageError
from memdir.growing import place_of
from memdir.recall import Scored
from memdir.secrets import mask
from memdir.segment import Facts
from memdir.snippet import Snippet, snippet

from .entry import Turn
from .readable import HIDDEN, call_line, said
from .schemas import read
from .told import Told
from .transcript import read_turn, read_turns
from .turns import TurnReader

MAX_TEXT: Final = 4_000
"""Characters of a hit's text."""
MAX_LOOKED: Final = 20_000
"""Characters of each part of a turn that a passage is looked for in."""
MAX_NEIGHBOUR: Final = 160
"""Characters of a neighbour's line."""
MAX_STEPS: Final = 4
"""Turns that are passed over to find a neighbour that says something."""

Near = Callable[[int], Facts | None]
"""Gives the facts of the turn so many turns after the one found; None where there is none."""


class TurnHit:
    """One turn that answers a question. `score` is 0 to 1; `path` absolute; `line` counts from 1; `timestamp` is
    RFC 3339 UTC, empty where the transcript has none; `parts` and `why` say what each step of the search gave."""

    __slots__ = ("_facts", "_near", "_turn", "parts", "path", "score", "terms", "why")

    def __init__(self, scored: Scored, near: Near) -> None:
        self.path = os.path.join(scored.view.root, place_of(scored.facts.id)[0])
        self.score = scored.score
        self.parts: Mapping[str, float] = scored.parts
        self.why = scored.why
        self.terms = scored.terms
        self._facts = scored.facts
        self._near = near
        self._turn: Turn | None = None

    @property
    def session(self) -> str:
        """The id of the session's file."""
        return self._facts.session or ""

    @property
    def turn(self) -> str:
        """The turn's id: its first line's uuid, or `line-N`."""
        return self._facts.name

    @property
    def role(self) -> str:
        """`user`, `assistant`, `tool` or `system`."""
        return self._facts.type or ""

    @property
    def line(self) -> int:
        """The turn's first line in the file."""
        return self._facts.line

    @property
    def timestamp(self) -> str:
        """When it was said."""
        return rfc3339(self._facts.created) if self._facts.created else ""

    @property
    def text(self) -> str:
        """What was said, secrets masked, at most `MAX_TEXT` characters; of a turn without text its tool calls."""
        turn = self._read()
        return _shown(turn) if turn else ""

    @property
    def snippet(self) -> str:
        """The passage with the most of what was asked."""
        return self.passage().text

    def passage(self, language: str = "english") -> Snippet:
        """The passage with the most of what was asked, with the places of the words that match."""
        turn = self._read()
        whole = "\n".join(text[:MAX_LOOKED] for text in _searched(turn) if text) if turn else ""
        return snippet(whole, self.terms, language)

    @property
    def before(self) -> str:
        """The line before: the beginning of the last turn before this one that says something."""
        return self._neighbour(-1)

    @property
    def after(self) -> str:
        """The beginning of the next turn that says something."""
        return self._neighbour(1)

    def _read(self) -> Turn | None:
        if self._turn is None:
            self._turn = turn_of(self.path, self._facts)
        return self._turn

    def _neighbour(self, direction: int) -> str:
        for step in range(1, MAX_STEPS + 1):
            facts = self._near(direction * step)
            if facts is None:
                break
            turn = turn_of(self.path, facts)
            if turn is not None and turn.kind not in HIDDEN and (text := said(turn)).strip():
                return f"{turn.role}: {first_line(text, MAX_NEIGHBOUR)}"
        return ""


class SessionHit(NamedTuple):
    """One session that answers a question: its id, the absolute path of its file, its title, its score (0 to 1), and
    its best turn."""

    session: str
    path: str
    title: str
    score: float
    best: TurnHit
    parts: Mapping[str, float]
    why: tuple[str, ...] = ()


def turn_of(path: str, facts: Facts) -> Turn | None:
    """A turn as its file has it now; None when the file is gone or has changed under the index."""
    try:
        turn = read_turn(path, place_of(facts.id)[1], facts.line, facts.offsets)
    except StorageError:
        return None
    return turn if turn is not None and turn.id == facts.name else None


def told_now(path: str) -> Told:
    """What a transcript tells of itself, read now; nothing when it cannot be read."""
    reader = TurnReader(read)
    try:
        for _ in read_turns(path, reader):
            continue
    except StorageError:
        return Told()
    return reader.told()


def first_line(text: str, limit: int) -> str:
    """The beginning of a text as one line of at most so many characters, secrets masked."""
    line = " ".join(mask(text[:MAX_LOOKED]).split())
    return line[:limit] + ("…" if len(line) > limit else "")


def _shown(turn: Turn) -> str:
    """What a turn says, or else what it does. Secrets are masked."""
    text = said(turn)[: 2 * MAX_TEXT]
    if text.strip():
        return mask(text)[:MAX_TEXT]
    done = [call_line(call, mask, turn.cwd) for call in turn.calls]
    done += [mask(result.text[: 2 * MAX_TEXT]) for result in turn.results]
    return "\n".join(done)[:MAX_TEXT]


def _searched(turn: Turn) -> Iterator[str]:
    """Everything of a turn that a search looks at, what was said first."""
    yield said(turn)
    yield turn.thinking
    for call in turn.calls:
        yield call_line(call, str, turn.cwd)
        yield "\n".join(value for value in call.input.values() if isinstance(value, str))
        if call.result is not None:
            yield call.result.text
    for result in turn.results:
        yield result.text
