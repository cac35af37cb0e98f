"""A bar on the terminal for what takes longer than a second. The only owner of rich, which is loaded then."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from .output import Output

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

PATIENCE: Final = 1.0
"""Seconds of work before a bar is shown."""
_STEP: Final = 0.1


class Progress:
    """Call it with how much is done, of how much. Nothing is shown with `--json`, `--plain` or off a terminal."""

    def __init__(self, output: Output, title: str, patience: float = PATIENCE) -> None:
        self._title = title
        self._shows = output.stderr.isatty() and not output.json and not output.plain
        self._next = time.monotonic() + patience
        self._bar: tuple[Bar, TaskID] | None = None

    def __call__(self, done: int, total: int) -> None:
        """Show it, at most ten times a second."""
        now = time.monotonic()
        if not self._shows or now < self._next:
            return
        self._next = now + _STEP
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress as Bar

            bar = Bar(console=Console(stderr=True), transient=True)
            bar.start()
            self._bar = bar, bar.add_task(self._title, total=total)
        bar, task = self._bar
        bar.update(task, completed=done, total=total)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar[0].stop()
