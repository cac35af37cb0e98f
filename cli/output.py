"""What is printed: data on stdout, the rest on stderr; colour only on a terminal; one JSON object with `--json`."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TextIO

from memdir.errors import MemdirError
from memdir.files import shown
from memdir.quoting import shorten

_MARK = re.compile("\ufdd0([0-9;]*)\ufdd1")
"""Where a style begins and ends: non-characters, so that a file's own escape sequences are never taken for ours."""
_HALF = re.compile("[\ud800-\udfff]")
_JOINERS = "\u200c\u200d"
_ROOM = 30
"""Columns that a text at least needs beside its prefix."""
_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def printable(text: str) -> str:
    """Control characters (but newline and tab) as visible escapes, so that a file's text cannot drive a terminal.
    Joiners stay, with which Persian, the scripts of India and emoji are written."""
    if text.isprintable():
        return text
    return "".join(c if c in "\n\t" or c in _JOINERS or c.isprintable() or c == " " else repr(c)[1:-1] for c in text)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: style marks none, wide East Asian characters two."""
    text = printable(_MARK.sub("", text))
    if text.isascii():
        return len(text)
    import unicodedata  # only for texts that need it

    wide = unicodedata.east_asian_width
    return sum(0 if unicodedata.combining(c) or c in _JOINERS else 2 if wide(c) in "WF" else 1 for c in text)


def counted(number: int, word: str) -> str:
    """`1 memory`, `2 memories`."""
    many = word[:-1] + "ies" if word.endswith("y") else word + "s"
    return f"{number} {word if number == 1 else many}"


def bytes_text(size: int) -> str:
    """`3.4 KB`, `1.2 MB`."""
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{size / 1000:.1f} KB"


def fitted(text: str, room: int) -> str:
    """A text on one line of at most `room` columns, cut at a word where there is one, with an ellipsis."""
    cut = shorten(text, room)
    over = columns(cut) - room
    while over > 0 and len(cut) > 1:  # characters that take two columns
        cut = shorten(text, len(cut) - (over + 1) // 2)
        over = columns(cut) - room
    return cut


def folded(words: list[str], room: int) -> list[str]:
    """The words in lines of at most `room` columns; a longer word has a line of its own, but one in a script without
    spaces is broken."""
    lines, line, used = [], "", 0
    for word in (piece for whole in words for piece in _broken(whole, room)):
        wide = columns(word)
        if used and used + 1 + wide > room:
            lines.append(line.rstrip())
            line, used = "", 0
        if word or line:
            line, used = (f"{line} {word}", used + 1 + wide) if line else (word, wide)
    return [*lines, line.rstrip()]


def _broken(word: str, room: int) -> list[str]:
    """A word that is too long in pieces, where it has wide characters; marks of style stay whole."""
    plain = printable(_MARK.sub("", word))
    if columns(plain) <= max(room, 2) or columns(plain) == len(plain):
        return [word]
    pieces, used = [""], 0
    for at, part in enumerate(_MARK.split(word)):
        for char in [f"\ufdd0{part}\ufdd1"] if at % 2 else part:
            wide = columns(char)
            if used and used + wide > max(room, 2):
                pieces, used = [*pieces, ""], 0
            pieces[-1] += char
            used += wide
    return pieces


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

    @property
    def width(self) -> int:
        """Columns of the terminal that is written to, 0 where there is none (a pipe, `--json`, `--plain`)."""
        if self.json or self.plain or not self.stdout.isatty():
            return 0
        try:
            return os.get_terminal_size(self.stdout.fileno()).columns
        except (OSError, ValueError):
            return 0

    def wrapped(self, prefix: str, text: str, whole: str = "") -> None:
        """A line whose text, when a terminal is too narrow for it, goes on below its own beginning, or below the prefix
        where that leaves too little room. `whole`, a command to be copied, ends the text and is not broken."""
        words = [*text.split(" "), *(["", whole] if whole else [])]
        line, width, indent = prefix + " ".join(words), self.width, columns(prefix)
        if columns(line) <= width or not width:
            self.line(line.rstrip())
            return
        lines = folded(words, width - indent)
        if width - indent < _ROOM:
            indent = columns(prefix) - columns(prefix.lstrip()) + 4
            lines = ["", *folded(words, width - indent)]
        self.line((prefix + lines[0]).rstrip())
        for line in lines[1:]:
            self.line(" " * indent + line)

    def styled(self, text: str, *styles: str) -> str:
        """The text marked for a colour or weight, which `line` makes of it when there is colour."""
        codes = ";".join(_STYLES[s] for s in styles)
        return f"\ufdd0{codes}\ufdd1{text}\ufdd00\ufdd1" if self.colour and codes else text

    def marked(self, text: str, marks: Sequence[tuple[int, int]]) -> str:
        """A passage with its matches (start, end) marked."""
        at, pieces = 0, []
        for start, end in marks:
            pieces += [self.styled(shown(text[at:start])), self.styled(shown(text[start:end]), "yellow", "bold")]
            at = end
        return "".join(pieces) + self.styled(shown(text[at:]))

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
