"""What the system tells of changed files: the only module that imports watchdog.

An event says no more than where something changed; what has become of it is found out by a sync. So events may be
lost, doubled or late without harm, and nothing is kept of them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

Tell = Callable[[str, bool], None]
"""Told the path of something that changed, and whether it is a directory. Called by another thread."""
_FILTER: Final[list[type[FileSystemEvent]]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
"""Without the reading of files, which is what a sync does."""


class Events(Protocol):
    """Events from some directories."""

    def watch(self, wanted: Mapping[str, bool]) -> list[str]:
        """Watch these directories and no others, with what lies below where the value is True; those that are watched
        anew. One that vanished meanwhile is left out. Raises `OSError` when the system allows no more."""
        ...

    def again(self, directory: str) -> None:
        """Give the watch of a directory up and take it again, which shows whether the system allows another one.
        Raises `OSError` when it does not."""
        ...

    def is_alive(self) -> bool:
        """Whether the thread that tells of events runs."""
        ...

    def close(self) -> None:
        """Watch nothing any more."""
        ...


class _Handler(FileSystemEventHandler):
    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Pass the places on."""
        for path in (event.src_path, event.dest_path):
            if path:
                self._tell(os.fsdecode(path), event.is_directory)


class SystemEvents:
    """The system's own events (inotify, FSEvents). Raises `OSError` when it has no descriptor left for them."""

    def __init__(self, tell: Tell) -> None:
        self._handler = _Handler(tell)
        self._watches: dict[tuple[str, bool, int, int], ObservedWatch] = {}
        self._observer = Observer()
        try:
            self._observer.start()
        except BaseException:
            self._observer.stop()
            raise

    def watch(self, wanted: Mapping[str, bool]) -> list[str]:
        """See `Events`. A directory that was deleted and made again is another one, even with the same number: the
        watch of the first has ended."""
        ended = {emitter.watch for emitter in self._observer.emitters if not emitter.is_alive()}
        keys: dict[tuple[str, bool, int, int], None] = {}
        for path, below in wanted.items():
            with contextlib.suppress(OSError):
                found = os.stat(path)
                keys[path, below, found.st_dev, found.st_ino] = None
        for key in [key for key, watch in self._watches.items() if key not in keys or watch in ended]:
            self._observer.unschedule(self._watches.pop(key))
        fresh = [key for key in keys if key not in self._watches]
        for key in fresh:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                self._watches[key] = self._schedule(key[0], below=key[1])
        return [key[0] for key in fresh]

    def _schedule(self, path: str, *, below: bool) -> ObservedWatch:
        return self._observer.schedule(self._handler, path, recursive=below, event_filter=_FILTER)

    def again(self, directory: str) -> None:
        """See `Events`. Watches of folders within a directory fail in silence; this one does not."""
        for key in [key for key in self._watches if key[0] == directory]:
            self._observer.unschedule(self._watches.pop(key))
            self._watches[key] = self._schedule(key[0], below=key[1])

    def is_alive(self) -> bool:
        """See `Events`."""
        return self._observer.is_alive()

    def close(self) -> None:
        """See `Events`."""
        self._watches.clear()
        self._observer.stop()
        if self._observer.is_alive():
            self._observer.join(5.0)
