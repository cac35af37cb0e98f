"""A recalled memory, as the library and the commands give it. It reads its file when asked for text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Hit(NamedTuple):
    """One recalled memory. `score` is 0 to 1, comparable between queries; `parts` what each step gave to it.
    `path` is relative to the source's `root`; `modified` RFC 3339 UTC; `age_days` counts whole days."""

    path: str
    source: str
    root: str
    name: str
    type: str | None
    description: str
    score: float
    parts: Mapping[str, float]
    modified: str
    line: int = 1
    age_days: int = 0
    why: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    """The terms of the query that the memory has, to mark them (`memdir.snippet`)."""

    @property
    def snippet(self) -> str:
        """The passage with the most of what was asked, read from the file now; empty when the file is gone."""
        from .snippet import of_file

        return of_file(self.root, self.path, self.terms).text

    def read(self) -> str:
        """The body of the memory as it is on disk now. Raises `StorageError` when the file is gone."""
        from .store import read_body

        return read_body(self.root, self.path)
