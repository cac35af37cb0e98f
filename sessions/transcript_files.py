"""The transcripts below a directory as something to index (`memdir.growing.GrowingFiles`).

The directory is a folder of `*.jsonl`, or a `projects/` tree with a folder for each project; sub-agents' transcripts
lie below their session's folder, or beside it as `agent-*.jsonl` (formats §3.1). Archived ones end in `.jsonl.zst`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, Final

from memdir.digest import blake2b
from memdir.errors import StorageError
from memdir.files import failure, shown
from memdir.model import FileStat, Finding
from memdir.segment import TextDocument

from . import claude_code
from .json_lines import dump, parse, read_lines
from .opening import open_transcript
from .transcript import session_id
from .transcript_copies import Copies, size_of
from .turn_documents import VERSION, document
from .turns import TurnReader

KIND: Final = "transcripts"
_PROBE: Final = 4096
"""Bytes at the beginning, and before the end of what was read, by which a continuation is recognised."""
_ENDINGS: Final = (".jsonl", ".jsonl.zst")
_NO_TRANSCRIPTS: Final = frozenset({"journal.jsonl", "journal.jsonl.zst"})
_NOT_ENTERED: Final = frozenset({"memory", "tool-results", "session-memory", "file-history"})


class TranscriptFiles:
    """The transcripts below `root`."""

    kind = KIND
    version = VERSION

    def __init__(self, root: str, copies: Copies | None = None) -> None:
        self.root = root
        self._copies = copies

    def walk(self) -> tuple[Sequence[FileStat], Sequence[Finding]]:
        """All transcripts. Never fails."""
        found: list[FileStat] = []
        findings: list[Finding] = []
        stack = [""]
        while stack:
            folder = stack.pop()
            try:
                with os.scandir(os.path.join(self.root, folder)) as entries:
                    for entry in entries:
                        id = f"{folder}/{entry.name}" if folder else entry.name
                        if entry.is_dir(follow_symlinks=False):
                            if entry.name not in _NOT_ENTERED:
                                stack.append(id)
                        elif entry.name.endswith(_ENDINGS) and entry.is_file() and entry.name not in _NO_TRANSCRIPTS:
                            s = entry.stat()
                            size = size_of(entry.path, s.st_size)
                            if self._copies is None or self._copies.counts(entry.path, size, s.st_mtime_ns):
                                found.append(FileStat(id, entry.path, size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino))
            except OSError as error:
                findings.append(Finding("unreadable", "warning", shown(folder), 0, f"cannot be read: {error.strerror}"))
        return sorted(found), findings

    def read(self, stat: FileStat, before: bytes | None) -> TranscriptReading:
        """Read a transcript, from where an earlier pass ended."""
        return TranscriptReading(stat, before)


def files_below(roots: Sequence[str]) -> list[TranscriptFiles]:
    """The transcripts of several directories, each once where a directory and its archive are among them."""
    copies = Copies(roots)
    return [TranscriptFiles(root, copies) for root in roots]


class TranscriptReading:
    """One pass over a transcript (`memdir.growing.Reading`)."""

    def __init__(self, stat: FileStat, before: bytes | None) -> None:
        self._stat = stat
        self._before = before
        self._state = b""
        self.fresh = True

    def __iter__(self) -> Iterator[TextDocument]:
        stat = self._stat
        session, namespace = session_id(stat.path), stat.id.rpartition("/")[0]
        try:
            with open_transcript(stat.path) as file:
                reader = self._resume(file) or TurnReader(claude_code.read)
                for turn in reader.turns(read_lines(file, reader.offset, reader.counts.lines + 1)):
                    yield document(turn, stat.id, session, namespace)
                self._state = self._make_state(file, reader)
        except FileNotFoundError as error:
            raise StorageError("the transcript is gone", path=shown(stat.path), code="vanished") from error
        except OSError as error:
            raise failure(error, stat.path, "reading the transcript") from error

    def _resume(self, file: BinaryIO) -> TurnReader | None:
        """The reader as it was, when the file still begins with what was read then."""
        return None

    def _make_state(self, file: BinaryIO, reader: TurnReader) -> bytes:
        counts = reader.counts
        state: Mapping[str, object] = {
            "offset": reader.offset, "lines": counts.lines, "skipped": counts.skipped, "turns": counts.turns,
            "said": reader.said, "probe": probe(file, reader.offset),
        }  # fmt: skip
        return dump(state)

    def state(self) -> bytes:
        """What the next pass needs."""
        return self._state


def probe(file: BinaryIO, end: int) -> str:
    """A digest of the file's beginning and of the bytes before `end`."""
    file.seek(0)
    head = file.read(min(_PROBE, end))
    file.seek(max(0, end - _PROBE))
    return blake2b(head + file.read(min(_PROBE, end)), digest_size=16).hexdigest()


def told(state: bytes) -> Mapping[str, object]:
    """What a state tells people of its file: `lines`, `skipped`, `turns`, `said`."""
    return parse(state) or {}
