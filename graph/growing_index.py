"""The index of files that mostly grow (transcripts), as the rest of memdir uses it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from memdir.growing import GrowingFiles
from memdir.memory_segment import MemorySegment
from memdir.recall import View
from memdir.stem import ENGLISH

from .index import Answer
from .overlay import Progress


class GrowingIndex:
    """The index of growing files, below `cache_dir` (None: no index, every answer is a scan).

    `now` is the clock (seconds since the epoch); `source` marks the views; `progress` is told how many bytes are read,
    of how many. Safe to use from several threads: answers are snapshots and stay valid.
    """

    def __init__(
        self,
        files: GrowingFiles,
        cache_dir: str | None,
        *,
        now: Callable[[], float],
        language: str = ENGLISH,
        source: str = "",
        command: str = "memdir",
        progress: Progress | None = None,
    ) -> None:
        self._files = files
        self._language = language
        self._source = source
        self._states: dict[str, bytes] = {}
        self._lock = threading.RLock()

    @property
    def root(self) -> str:
        """The directory whose index it is."""
        return self._files.root

    def refresh(self) -> Answer:
        """Look at the disk now, and give the views of what is there. Never fails for the index's sake."""
        with self._lock:
            documents = []
            for stat in self._files.walk()[0]:
                reading = self._files.read(stat, None)
                documents += list(reading)
                self._states[stat.id] = reading.state()
            segment = MemorySegment(documents, self._language)
            return Answer((View(segment, frozenset(), self._source, self.root),), "scan", None)

    def views(self) -> Answer:
        """The views of the last look at the disk; looks when there was none."""
        return self.refresh()

    def state(self, id: str) -> bytes | None:
        """What the reader keeps of a file, as of the last look; None for an unknown file."""
        return self._states.get(id)

    def close(self) -> None:
        """Let the generation go. Answers that were given stay usable."""
