"""What every part of a workspace stands on: where things lie, the indexes that are open, the background look."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from memdir.environment import Environment
from memdir.errors import StorageError
from memdir.locate import Located
from memdir.model import Source
from memdir.places import directory_key
from memdir.settings import Settings

if TYPE_CHECKING:
    from memdir.collection import Collection, View
    from memdir.graph.index import Index
    from memdir.graph.overlay import Progress
    from memdir.sessions.consolidate_lock import Held

    from .background import Background
    from .session_search import SessionSearch


class WorkspaceBase:
    """The state of a workspace. Its methods are in the classes made from it."""

    def __init__(
        self,
        located: Located,
        settings: Settings,
        environment: Environment,
        *,
        background: bool,
        progress: Progress | None = None,
    ) -> None:
        self.located = located
        self.settings = settings
        self.environment = environment
        self._indexes: dict[str, Index] = {}
        self._lock = threading.RLock()
        self._progress = progress
        self._wants_background = background
        self._background: Background | None = None
        self._asked: list[Index] = []
        self._searches: dict[bool, SessionSearch] = {}
        self._collected: tuple[tuple[View, ...], Collection] | None = None
        self._consolidating: Held | None = None
        self._consolidated = False

    # Where things are

    @property
    def sources(self) -> list[Source]:
        """The directories that are read, the primary first."""
        return self.located.sources

    @property
    def primary(self) -> Source:
        """The directory that is written to."""
        return self.located.primary

    @property
    def cache_dir(self) -> str | None:
        """Where indexes lie, None where there is no place for them."""
        return self.located.cache_dir

    @property
    def state_dir(self) -> str | None:
        """Where journals and usage lie, None where there is no place for them."""
        return self.located.state_dir

    def state_of(self, root: str) -> str:
        """The state folder of one memory directory. Raises StorageError when there is no place for it."""
        if self.state_dir is None:
            raise StorageError("there is no place to keep a journal", hint="set MEMDIR_STATE_DIR")
        return os.path.join(self.state_dir, directory_key(os.path.realpath(root)))

    def refresh(self) -> None:
        """Look at the files now."""
        for index in list(self._indexes.values()):
            index.refresh()
        for search in list(self._searches.values()):
            search.refresh()

    def _watch(self) -> None:
        from .background import Background

        with self._lock:
            if self._background is None:
                self._background = Background(self.refresh)
