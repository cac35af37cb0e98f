"""Long output on a terminal goes through the reader's pager, as with git: `$PAGER`, else `less -FRX`."""

from __future__ import annotations

import contextlib
import io
import shlex
import subprocess
from collections.abc import Iterator
from typing import IO, TextIO

from .app import App


class _ToPager(io.TextIOWrapper):
    """The pager's input, which still says that it is a terminal, and how wide."""

    def __init__(self, pipe: IO[bytes], terminal: TextIO) -> None:
        super().__init__(pipe, encoding=terminal.encoding, errors="backslashreplace")
        self._terminal = terminal

    def isatty(self) -> bool:
        """True: a person reads it."""
        return True

    def fileno(self) -> int:
        """The terminal's, for its width."""
        return self._terminal.fileno()


@contextlib.contextmanager
def paged(app: App, *, wanted: bool = True) -> Iterator[None]:
    """Send what the block prints to a pager when a terminal is written to. A reader who leaves early ends the block
    quietly; a pager that cannot be started is left out."""
    out = app.out
    pager = _start(app) if wanted and not (out.json or out.plain) and out.stdout.isatty() else None
    if pager is None or pager.stdin is None:
        yield
        return
    terminal = out.stdout
    terminal.flush()
    out.stdout = _ToPager(pager.stdin, terminal)
    try:
        yield
        out.stdout.flush()
    except BrokenPipeError:
        pass  # the reader has seen enough
    finally:
        out.stdout = terminal
        with contextlib.suppress(BrokenPipeError):
            pager.stdin.close()
        _wait(pager)


def _start(app: App) -> subprocess.Popen[bytes] | None:
    env = dict(app.environment.env)
    try:
        words = shlex.split(env.get("PAGER", "less"))
    except ValueError:
        return None
    if not words or words == ["cat"]:
        return None
    env.setdefault("LESS", "FRX")
    env.setdefault("LV", "-c")
    try:
        return subprocess.Popen(words, stdin=subprocess.PIPE, env=env)
    except OSError:
        return None


def _wait(pager: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            pager.wait()
        except KeyboardInterrupt:
            continue  # it is the pager's: less stays open
        return
