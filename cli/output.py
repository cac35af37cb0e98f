"""What is printed: data on stdout, the rest on stderr; colour only on a terminal; one JSON object with `--json`."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import TextIO

from memdir.errors import MemdirError

_MARK = re.compile("\ufdd0([0-9;]*)\ufdd1")
"""Where a style begins and ends: non-characters, so that a file's own escape sequences are never taken for ours."""
_HALF = re.compile("[\ud800-\udfff]")
_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def printable(text: str) -> str:
    """Control characters (but newline and tab) as visible escapes, so that a file's text cannot drive a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c in "\n\t" or c.isprintable() or c == " " else repr(c)[1:-1] for c in text)


def _json(whole: Mapping[str, object], stream: TextIO) -> str:
    """One line that any JSON reader takes: bytes that are no UTF-8 (of an argument, a file name) are U+FFFD, and a
    stream of another encoding gets escapes."""
    text = json.dumps(whole, ensure_ascii=False, default=str)
    if not text.isascii():
        text = _HALF.sub("\ufffd", text)
        if (stream.encoding or "").lower().replace("-", "") != "utf8":
            text = json.dumps(json.loads(text))
    return text


class Output:
    """One run's output. `json` and `plain` are the global options, `colour` is decided once by `cli.main`."""

    def __init__(
        self, out: TextIO, err: TextIO, *, json: bool = False, plain: bool = False, colour: bool = False,
        interactive: bool = False, ask: Callable[[str], str] | None = None,
    ) -> None:  # fmt: skip
        self.stdout = out
        self.stderr = err
        self.json = json
        self.plain = plain
        self.colour = colour and not plain and not json
        self.interactive = interactive
        self._ask = ask
        self.started = time.perf_counter()

    def took_ms(self) -> float:
        """Milliseconds since the run began."""
        return round((time.perf_counter() - self.started) * 1000, 3)

    def line(self, text: str = "") -> None:
        """One line (or several) of text for people, or of plain data, to stdout. On a terminal control characters
        are shown as escapes; elsewhere valid text passes as it is."""
        if self.colour:
            parts = _MARK.split(text)
            text = "".join(f"\x1b[{part}m" if at % 2 else printable(part) for at, part in enumerate(parts))
        elif self.stdout.isatty():
            text = printable(text)
        self._write(self.stdout, text)

    def styled(self, text: str, *styles: str) -> str:
        """The text marked for a colour or weight, which `line` makes of it when there is colour."""
        codes = ";".join(_STYLES[s] for s in styles)
        return f"\ufdd0{codes}\ufdd1{text}\ufdd00\ufdd1" if self.colour and codes else text

    def note(self, text: str) -> None:
        """One line about the run (not data) to stderr."""
        self._write(self.stderr, printable(text))

    def object(self, schema: str, fields: Mapping[str, object]) -> None:
        """The one JSON object of a `--json` run; `schema` is `<command>/<version>`."""
        whole: dict[str, object] = {"schema": f"memdir.{schema}", **fields}
        self._write(self.stdout, _json(whole, self.stdout))

    def error(self, error: MemdirError) -> None:
        """An error on stderr: one line, or with `--json` one object."""
        if self.json:
            fields = {k: getattr(error, k) for k in ("code", "message", "path", "line", "hint")}
            self._write(self.stderr, _json({"error": fields}, self.stderr))
        else:
            self._write(self.stderr, printable(f"memdir: {error}").replace("\n", " "))

    def confirm(self, question: str, *, yes: bool) -> bool:
        """The one rule for changes: `--yes` applies; a terminal is asked; elsewhere nothing is changed (False)."""
        if yes:
            return True
        if not self.interactive or self._ask is None:
            return False
        return self._ask(f"{question} [y/N] ").strip().lower() in {"y", "yes"}

    @staticmethod
    def _write(stream: TextIO, text: str) -> None:
        stream.write(text + "\n")
