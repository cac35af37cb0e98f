"""A bar on the terminal for what takes longer than a second. The only owner of rich, which is loaded then."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

PATIENCE: Final = 1.0
"""Seconds of work before a bar is shown."""
_STEP: Final = 0.1


class Progress:
    """Call it with how much is done, of how much; the bar goes when all is done."""

    def __init__(self, title: str, patience: float = PATIENCE) -> None:
        self._title = title
        self._patience = patience
        self._next = time.monotonic() + patience
        self._bar: tuple[Bar, TaskID] | None = None

    def __call__(self, done: int, total: int) -> None:
        """Show it, at most ten times a second."""
        now = time.monotonic()
        if done >= total:
            self._next = now + self._patience
            self.stop()
        elif now >= self._next:
            self._next = now + _STEP
            self._show(done, total)

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar[0].stop()
            self._bar = None

    def _show(self, done: int, total: int) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress as Bar

            bar = Bar(console=Console(stderr=True), transient=True)
            bar.start()
            self._bar = bar, bar.add_task(self._title, total=total)
        bar, task = self._bar
        bar.update(task, completed=done, total=total)
