"""What a recall is narrowed by, and what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from memdir.graph.index import AnsweredBy
    from memdir.hit import Hit
    from memdir.recall import RecallOptions, Scored


class Filters(TypedDict, total=False):
    """What narrows a recall. Times are seconds since the epoch: `since` and `until` bound when a memory's words last
    changed, `as_of` asks what was valid then; `all` also gives what is not active or not valid."""

    types: tuple[str, ...]
    topics: tuple[str, ...]
    namespaces: tuple[str, ...]
    since: float
    until: float
    as_of: float | None
    all: bool


class Answer:
    """What a recall found: the hits, whether index, files or both answered, and what people should know about it."""

    def __init__(self, scored: list[Scored], options: RecallOptions, answered_by: AnsweredBy, notes: list[str]) -> None:
        self.scored = scored
        self.answered_by = answered_by
        self.notes = notes
        self._options = options

    @property
    def hits(self) -> list[Hit]:
        """The hits, best first."""
        from memdir.recall import hits

        return hits(self.scored, self._options)
