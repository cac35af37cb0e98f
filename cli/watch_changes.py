"""What has changed and was not looked at yet, until it is time to: a change waits for the moment of quiet after it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from math import inf
from typing import Final, Generic, TypeVar

QUIET: Final = 0.05
"""Seconds without another change after which one is looked at."""
MOST: Final = 0.25
"""Seconds after which it is looked at even while others follow."""

Key = TypeVar("Key")


class Changes(Generic[Key]):
    """Changed places, each once however often it changed. Any thread may tell of one; one thread takes them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._condition = threading.Condition()
        self._dirty: dict[Key, tuple[float, float]] = {}
        self._held: dict[Key, float] = {}
        self._stopped = False

    def note(self, key: Key) -> None:
        """Something changed there."""
        now = self._clock()
        with self._condition:
            known = self._dirty.get(key)
            self._dirty[key] = (known[0] if known else now, now)
            if known is None:
                self._condition.notify()

    def hold(self, key: Key, seconds: float) -> None:
        """Give nothing of that place for so long."""
        with self._condition:
            self._held[key] = self._clock() + seconds

    def take(self, until: float) -> list[Key]:
        """The places that it is time for, when there are any; none at the time `until` (of the clock), or once
        stopped."""
        with self._condition:
            while not self._stopped:
                now = self._clock()
                at = {key: self._at(key) for key in self._dirty}
                due = [key for key, when in at.items() if when <= now]
                if due or now >= until:
                    for key in due:
                        del self._dirty[key]
                        self._held.pop(key, None)
                    return due
                self._condition.wait(min(until, min(at.values(), default=inf)) - now)
            return []

    def _at(self, key: Key) -> float:
        first, last = self._dirty[key]
        return max(min(last + QUIET, first + MOST), self._held.get(key, 0.0))

    def stop(self) -> None:
        """Nothing is to be waited for any more. May be called by a signal's handler."""
        with self._condition:
            self._stopped = True
            self._condition.notify_all()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped."""
        return self._stopped
