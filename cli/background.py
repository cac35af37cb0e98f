"""A long-lived workspace sees what other programs write: one thread that looks at the files now and then."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable

from memdir.errors import MemdirError
from memdir.log import warn

INTERVAL = 1.0
"""Seconds between two looks (design §5)."""
SHARE = 0.02
"""The share of the time that looking may take; a slow look is followed by a longer pause."""


class Background:
    """Calls `look` (a bound method, held weakly) until stopped or until its owner is gone."""

    def __init__(self, look: Callable[[], None], interval: float = INTERVAL) -> None:
        self._look = weakref.WeakMethod(look)
        self._stopped = threading.Event()
        self._interval = interval
        self._thread = threading.Thread(target=self._run, name="memdir-refresh", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop and wait for a look that is under way."""
        self._stopped.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        pause = self._interval
        while not self._stopped.wait(pause):
            look = self._look()
            if look is None:
                return
            started = time.monotonic()
            try:
                look()
            except (MemdirError, OSError) as error:
                warn(f"looking for changes failed: {error}")
            del look
            pause = max(self._interval, (time.monotonic() - started) / SHARE)
