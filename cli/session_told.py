"""What is known of sessions: out of the index of their directory where that is up to date, else by reading them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from memdir.graph.growing_index import GrowingIndex
from memdir.sessions.overview import Overview, overview, overview_of
from memdir.sessions.transcript_files import files_below, told

if TYPE_CHECKING:
    from memdir.sessions.catalogue import Session
    from memdir.sessions.told import Told

    from .workspace import Workspace


class _Indexed(NamedTuple):
    growing: GrowingIndex
    behind: frozenset[str]
    """Files that the index does not have as they are."""


class Overviews:
    """The overviews of sessions below some directories. Close it."""

    def __init__(self, workspace: Workspace, roots: Sequence[str]) -> None:
        self._indexed: dict[str, _Indexed] = {}
        for files in files_below(roots):
            index = GrowingIndex(
                files, workspace.cache_dir, now=workspace.environment.now, language=workspace.settings.text("language")
            )
            self._indexed[files.root] = _Indexed(index, frozenset(stat.id for stat in index.growth().files))

    def of(self, session: Session) -> Overview:
        """A session in short. Raises `StorageError` when its file has to be read and cannot be."""
        known = self.known(session)
        return overview_of(session, known) if known is not None else overview(session)

    def known(self, session: Session) -> Told | None:
        """What the index knows of a session; None where it has not its file as it is now."""
        indexed = self._indexed.get(session.root)
        if indexed is None or session.parts or session.file in indexed.behind:
            return None
        state = indexed.growing.state(session.file)
        known = told(state) if state is not None else None
        return None if known is None or known.damaged else known

    def close(self) -> None:
        """Let the indexes go."""
        for indexed in self._indexed.values():
            indexed.growing.close()
