"""The transcripts below a directory as something to index (`memdir.growing.GrowingFiles`).

The directory is a folder of `*.jsonl`, or a `projects/` tree with a folder for each project; sub-agents' transcripts
lie below their session's folder, or beside it as `agent-*.jsonl` (formats §3.1). Chats of Gemini are single `.json`
documents. Archived ones end in `.jsonl.zst`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final, NamedTuple

from memdir.files import shown
from memdir.model import FileStat, Finding
from memdir.segment import TextDocument

from . import gemini
from .opening import COMPRESSED
from .reading_state import resumed, state_of
from .schemas import read
from .session_parts import stem_of
from .side_files import AGENT, SUBAGENTS
from .told import told as told
from .transcript import hidden_ids, lines_of, object_at, opened, session_id
from .transcript_copies import Copies, size_of
from .turn_documents import VERSION, document
from .turns import TurnReader

KIND: Final = "transcripts"
READING: Final = "reading 6"
"""A change of it is a rebuild, too."""
_ROLLOUT: Final = "rollout-"
_NOT_ENTERED: Final = frozenset({"memory", "tool-results", "session-memory", "file-history"})
_NOT_READ: Final = frozenset({"journal.jsonl", "journal.jsonl.zst", "history.jsonl", "sessions-index.json"})
_ENDINGS: Final = (".jsonl", ".jsonl.zst", gemini.ENDING)


class Place(NamedTuple):
    """What the place of a file says: the folder of its `project` (relative, empty for the top), the id of its
    `session` (empty where only the lines know it), and of the sub-agent whose it is."""

    project: str
    session: str
    agent: str = ""


def place(id: str) -> Place:
    """What the relative path of a transcript says. In `PROJECT/SESSION/subagents/.../agent-ID.jsonl` the session is the
    parent's; an `agent-ID.jsonl` beside the sessions names it in its lines (older versions)."""
    folder, _, name = id.rpartition("/")
    parts = folder.split("/")
    stem = session_id(name)
    agent = stem.removeprefix(AGENT) if stem.startswith(AGENT) else ""
    if SUBAGENTS in parts[1:]:
        at = parts.index(SUBAGENTS, 1)
        return Place("/".join(parts[: at - 1]), parts[at - 1], agent or stem)
    inside = bool(agent) or stem.startswith(_ROLLOUT) or name.endswith(gemini.ENDING)
    return Place(folder, "" if inside else stem_of(name) or stem, agent)


class TranscriptFiles:
    """The transcripts below `root`."""

    kind = KIND
    version = f"{VERSION}, {READING}"

    def __init__(self, root: str, copies: Copies | None = None) -> None:
        self.root = root
        self._copies = copies

    def walk(self) -> tuple[Sequence[FileStat], Sequence[Finding]]:
        """All transcripts. Never fails; links are not followed."""
        found: list[FileStat] = []
        findings: list[Finding] = []
        stack = [""]
        while stack:
            folder = stack.pop()
            try:
                with os.scandir(os.path.join(self.root, folder)) as entries:
                    for entry in entries:
                        self._look(entry, f"{folder}/{entry.name}" if folder else entry.name, stack, found, findings)
            except OSError as error:
                if folder or not isinstance(error, FileNotFoundError):
                    findings.append(self._finding("unreadable", folder, f"cannot be read: {error.strerror}"))
        return _with_parts(sorted(found)), sorted(findings)

    def _look(
        self, entry: os.DirEntry[str], id: str, stack: list[str], found: list[FileStat], findings: list[Finding]
    ) -> None:
        name = entry.name
        if entry.is_dir(follow_symlinks=False):
            if name not in _NOT_ENTERED:
                stack.append(id)
            return
        if entry.is_symlink() and (name.endswith(_ENDINGS) or entry.is_dir()):
            findings.append(self._finding("link", id, "a link, not followed"))
            return
        if not name.endswith(_ENDINGS) or name in _NOT_READ or name.endswith(".meta.json"):
            return
        try:
            s = entry.stat()
            if not entry.is_file() or (name.endswith(gemini.ENDING) and not _is_chat(entry.path)):
                return
            size = size_of(entry.path, s.st_size)
            if self._copies is None or self._copies.counts(entry.path, size, s.st_mtime_ns):
                found.append(FileStat(id, entry.path, size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino))
        except FileNotFoundError:
            return
        except OSError as error:
            findings.append(self._finding("unreadable", id, f"cannot be read: {error.strerror}"))

    def _finding(self, code: str, id: str, message: str) -> Finding:
        return Finding(code, "warning", shown(id), 0, message, root=self.root)

    def read(self, stat: FileStat, before: bytes | None) -> TranscriptReading:
        """Read a transcript, from where an earlier pass ended."""
        return TranscriptReading(stat, before)


def files_below(roots: Sequence[str]) -> list[TranscriptFiles]:
    """The transcripts of several directories, each once where a directory and its archive are among them."""
    copies = Copies(roots)
    return [TranscriptFiles(root, copies) for root in roots]


def _is_chat(path: str) -> bool:
    with open(path, "rb") as file:
        return gemini.is_chat(file.read(gemini.HEAD))


def _with_parts(stats: list[FileStat]) -> list[FileStat]:
    """A file has changed when another part of its session has: a tombstone there may hide an entry here."""
    if not any("_part" in stat.id for stat in stats):
        return stats
    newest: dict[str, int] = {}
    for stat in stats:
        stem = stem_of(stat.id)
        newest[stem] = max(newest.get(stem, 0), stat.ctime_ns)
    return [stat._replace(ctime_ns=newest[stem] if (stem := stem_of(stat.id)) else stat.ctime_ns) for stat in stats]


class TranscriptReading:
    """One pass over a transcript (`memdir.growing.Reading`)."""

    def __init__(self, stat: FileStat, before: bytes | None) -> None:
        self._stat = stat
        self._before = before
        self._state = b""
        self.fresh = True

    def __iter__(self) -> Iterator[TextDocument]:
        stat = self._stat
        where = place(stat.id)
        with opened(stat.path) as file:
            reader = self._reader(file)
            reader.facts.size = stat.size
            for turn in reader.turns(lines_of(file, stat.path, reader)):
                session = where.session or turn.session or session_id(stat.path)
                yield document(turn, stat.id, session, where.project)
            told = reader.told()
            session = where.session or told.session or session_id(stat.path)
            self._state = state_of(reader, told._replace(session=session, agent=where.agent or told.agent), file)

    def _reader(self, file: BinaryIO) -> TurnReader:
        """The reader as it was, when the file goes on where it ended and no earlier entry is hidden now; else a new
        one."""
        path = self._stat.path

        def fetch(offset: int) -> dict[str, object] | None:
            return object_at(file, path, offset)

        if self._before is not None and not path.endswith(gemini.ENDING):
            reader = resumed(self._before, file, read, fetch)
            if reader is not None:
                hidden = hidden_ids(file, path, reader.offset)
                if not hidden & reader.seen:
                    reader.hidden |= hidden
                    self.fresh = False
                    return reader
        going_back = None if path.endswith(COMPRESSED) else fetch  # it would begin anew there
        return TurnReader(read, going_back, hidden_ids(file, path))

    def state(self) -> bytes:
        """What the next pass needs."""
        return self._state
