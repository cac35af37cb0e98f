"""What a session left that speaks for a commit, a file or a line: the turns that wrote it, the words, the time.

A transcript is read once, turn by turn; what is kept of it is small.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

from .catalogue import Session
from .entry import Call, Turn
from .opening import COMPRESSED
from .readable import EDITS, call_line, cleaner, replaced, said
from .schemas import read
from .transcript import opened, read_turns
from .turn_documents import touched
from .turns import TurnReader

What = Literal["committed", "wrote", "edited", "read"]
MAX_TURNS: Final = 200
"""Turns that are kept of a session, of each kind."""
LATER: Final = 7 * 86400.0
"""Seconds after a commit from which on a session that begins had no part in it."""
EARLIER: Final = 30 * 86400.0
"""Seconds before a commit at which a session must have written its files, or named it, to have a part in it."""
_SHORT_ID: Final = 7
_MIN_LINE: Final = 4
"""Characters of a line without spaces, from which on its text says where it was written."""
_STEM: Final = 6
"""Letters of a word that count; a longer word is one with others that begin so."""
_WORD: Final = re.compile(r"[^\W_]+")
_COMMITS: Final = re.compile(r"\bgit\b[^\n|;&]*\b(?:commit|cherry-pick|rebase|merge|am|revert)\b")
_PLAIN_NAME: Final = re.compile(r"[ -!#-.0-\[\]-~]+")
"""Characters that JSON writes as they are."""
_BLOCK: Final = 1 << 20
_PATCHED: Final = re.compile(r"^\*\*\* (?:Update|Add) File: (.+)$", re.MULTILINE)


class Question(NamedTuple):
    """What is looked for. `files` are relative to the top of the work tree, with `/`; `roots` are directories in which
    they lie. `commit` is an id, `time` when it was written (seconds since the epoch, 0 for none), `line` the text of
    the line that is asked about. `shown` are the files whose turns are told, by default all."""

    files: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    commit: str = ""
    subject: str = ""
    body: str = ""
    time: float = 0.0
    branches: frozenset[str] = frozenset()
    line: str = ""
    shown: tuple[str, ...] = ()


class Spoken(NamedTuple):
    """A turn that speaks for a session: its transcript, id, line and time, what it did, a line about that, and the
    prompt that led to it (id and text on one line, empty when nobody asked)."""

    path: str
    turn: str
    line: int
    timestamp: float
    what: What
    text: str
    prompt: str = ""
    prompt_turn: str = ""


class Trace:
    """What one session left."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.title = ""
        self.started = self.ended = 0.0
        self.branches: Counter[str] = Counter()
        self.words: Counter[str] = Counter()
        self.length = 0
        self.written: set[str] = set()
        """Every file that was written, as the calls name it."""
        self.edited: set[str] = set()
        self.looked: set[str] = set()
        """The question's files that were written, and those that were only read."""
        self.spoken: list[Spoken] = []
        self.made_commit = self.same_subject = self.names_commit = self.wrote_line = False


class Tracer:
    """Looks for a question's traces in sessions."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.subject_words = words_of(question.subject)
        self.body_words = words_of(question.body) - self.subject_words
        sought = sorted(self.subject_words | self.body_words)
        self._pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(_sought, sought))})") if sought else None
        self._short = question.commit[:_SHORT_ID]
        self._subject = _plain(question.subject)
        line = question.line.strip()
        self._line = line if len("".join(line.split())) >= _MIN_LINE else ""
        self._clean = cleaner(raw=False)

    def trace(self, session: Session) -> Trace:
        """Read a session with its sub-agents. Raises `StorageError`."""
        found = Trace(session)
        for path in (*session.paths, *session.agents):
            if not self.question.commit and not self._names(path):
                continue
            reader = TurnReader(read)
            prompt = ("", "")
            for turn in sorted(read_turns(path, reader), key=lambda turn: turn.number):
                if turn.typed:
                    prompt = (turn.id, " ".join(self._clean(said(turn)[:800]).split()))
                self._take(found, path, turn, prompt)
            if path == session.path:
                found.title = reader.told().title
        return found

    def may_speak(self, session: Session, started: float, ended: float) -> bool:
        """False when the times of a session (0 where unknown) show without reading it that it had no part in the
        commit. Raises `StorageError`."""
        time = self.question.time
        if not self.question.commit or not time:
            return True
        if started > time + LATER:
            return False
        return not 0 < ended < time - EARLIER or any(map(self._names, (*session.paths, *session.agents)))

    def _names(self, path: str) -> bool:
        """False when a transcript's bytes nowhere have the name of a file that is looked for, nor the commit's id."""
        names = [os.path.basename(file) for file in self.question.files]
        if path.endswith(COMPRESSED) or not all(map(_PLAIN_NAME.fullmatch, names)):
            return True
        sought = [name.encode() for name in (*names, self._short) if name]
        longest = max(map(len, sought), default=1)
        with opened(path) as file:
            rest = b""
            while block := file.read(_BLOCK):
                if any(name in rest + block for name in sought):
                    return True
                rest = block[-longest:]
        return False

    def _take(self, found: Trace, path: str, turn: Turn, prompt: tuple[str, str]) -> None:
        if turn.timestamp:
            found.started = min(found.started or turn.timestamp, turn.timestamp)
            found.ended = max(found.ended, turn.timestamp)
        if turn.branch:
            found.branches[turn.branch] += 1
        if turn.role in ("user", "assistant") and turn.kind != "meta":
            self._count(found, turn.text)
        for call in turn.calls:
            what = self._call(found, call, turn)
            if what is not None and len(found.spoken) < MAX_TURNS:
                line = call_line(call, self._clean, turn.cwd)
                found.spoken.append(Spoken(path, turn.id, turn.line, turn.timestamp, what, line, prompt[1], prompt[0]))
        if self._short and not found.names_commit:
            found.names_commit = self._short in turn.text

    def _count(self, found: Trace, text: str) -> None:
        found.length += len(text)
        if self._pattern is not None:
            found.words.update(word[:_STEM] for word in self._pattern.findall(text.casefold()))

    def _call(self, found: Trace, call: Call, turn: Turn) -> What | None:
        """What a call did for the question, None for nothing."""
        failed = call.result is not None and call.result.is_error
        command = call.input.get("command")
        if isinstance(command, str) and self._short and _COMMITS.search(command):
            made = not failed and call.result is not None and self._short in call.result.text
            same = bool(self._subject) and self._subject in _plain(command)
            found.made_commit = found.made_commit or made
            found.same_subject = found.same_subject or same
            if made or same:
                return "committed"
        wrote: What | None = None
        for path, text in () if failed else written(call):
            found.written.add(path)
            file = self._matching(path, turn.cwd)
            if file is None:
                continue
            found.edited.add(file)
            if self._line and any(line.strip() == self._line for line in text.split("\n")):
                found.wrote_line = True
                wrote = "wrote"
            elif not self.question.shown or file in self.question.shown:
                wrote = wrote or "edited"
        if wrote is not None:
            return wrote
        for path in touched(turn._replace(calls=(call,))):
            file = self._matching(path, turn.cwd)
            if file is not None and call.name not in EDITS:
                found.looked.add(file)
        return None

    def _matching(self, path: str, cwd: str) -> str | None:
        """The question's file that a path of a call means, None for another."""
        plain = path.replace("\\", "/")
        for root in self.question.roots:
            if plain.startswith(root.rstrip("/") + "/"):
                relative = plain[len(root.rstrip("/")) + 1 :]
                return relative if relative in self.question.files else None
        below = cwd.replace("\\", "/").rstrip("/") + "/"
        inside = plain[len(below) :] if len(below) > 1 and plain.startswith(below) else ""
        for file in self.question.files:
            if plain == file or (inside and (inside == file or file.endswith("/" + inside))):
                return file
            if not inside and plain.endswith("/" + file):
                return file
        return None


def written(call: Call) -> list[tuple[str, str]]:
    """The files that a call writes, each with the new text: edits, and patches of Codex."""
    if call.name in EDITS:
        text = "\n".join(new for _, new in replaced(call))
        names = (call.input.get(key) for key in ("file_path", "notebook_path", "path"))
        return [(path, text) for path in names if isinstance(path, str) and path][:1]
    found = []
    for value in _texts(call.input.values()):
        if "*** " in value:
            added = "\n".join(line[1:] for line in value.split("\n") if line.startswith("+"))
            found += [(path.strip(), added) for path in _PATCHED.findall(value)]
    return found


def words_of(text: str) -> frozenset[str]:
    """The words of a subject or body that can be looked for, without the commonest."""
    from memdir.text import STOP_WORDS

    return frozenset(
        word[:_STEM] for word in _WORD.findall(text.casefold()) if len(word) > 1 and word not in STOP_WORDS
    )


def _sought(word: str) -> str:
    """A pattern for a word: one that is shorter than a stem ends there, a longer one goes on."""
    return re.escape(word) + (r"[^\W_]*" if len(word) == _STEM else r"(?![^\W_])")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _texts(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Sequence):
            yield from (item for item in value if isinstance(item, str))
