"""What the tests of growing files share: a reader of plain lines that can go on, and what an index of them holds."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from directories import Clock

from memdir.digest import blake2b
from memdir.errors import StorageError
from memdir.graph.growing_index import GrowingIndex
from memdir.graph.index import Answer
from memdir.graph.segment_writer import Part, write_segment
from memdir.growing import document_id
from memdir.memory_segment import MemorySegment
from memdir.model import FileStat, Finding
from memdir.segment import Facts, TextDocument


class LineFiles:
    """The `*.log` files of a directory: each line is a document; one that begins with `+` is added to the document
    before it, which is then given again."""

    kind = "lines"
    version = "lines 1"

    def __init__(self, root: str) -> None:
        self.root = root
        self.read_bytes = 0

    def walk(self) -> tuple[Sequence[FileStat], Sequence[Finding]]:
        found = []
        for path in Path(self.root).rglob("*.log"):
            if path.is_dir():
                continue
            s = path.stat()
            id = str(path.relative_to(self.root))
            found.append(FileStat(id, str(path), s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino))
        return sorted(found), []

    def read(self, stat: FileStat, before: bytes | None) -> LineReading:
        return LineReading(self, stat, before)


class LineReading:
    def __init__(self, files: LineFiles, stat: FileStat, before: bytes | None) -> None:
        self._files, self._stat, self._before = files, stat, before
        self._state = b""
        self.fresh = True

    def __iter__(self) -> Iterator[TextDocument]:
        try:
            data = Path(self._stat.path).read_bytes()
        except FileNotFoundError as error:
            raise StorageError("gone", code="vanished") from error
        except OSError as error:
            raise StorageError("unreadable") from error
        offset = begin = 0
        number = -1
        if self._before is not None:
            known = json.loads(self._before)
            if known["digest"] == blake2b(data[: known["offset"]]).hexdigest():
                self.fresh, offset, begin, number = False, known["offset"], known["begin"], known["number"]
        self._files.read_bytes += len(data) - offset
        waiting = False
        for line in data[offset:].splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            if not (line.startswith(b"+") and number >= 0):
                if waiting:
                    yield self._document(number, data[begin:offset])
                begin, number = offset, number + 1
            offset += len(line)
            waiting = True
        if waiting:
            yield self._document(number, data[begin:offset])
        digest = blake2b(data[:offset]).hexdigest()
        self._state = json.dumps({"offset": offset, "begin": begin, "number": number, "digest": digest}).encode()

    def _document(self, number: int, data: bytes) -> TextDocument:
        text = data.decode()
        id = document_id(self._stat.id, number)
        inf = float("inf")
        facts = Facts(id, f"n{number}", "", "user", (), "", "active", 0.7, 5.0, -inf, inf, False, number + 1, "s", ())
        return TextDocument(facts, ((text, 2),))

    def state(self) -> bytes:
        return self._state


def growing(root: Path, cache: Path | None, clock: Clock | None = None) -> GrowingIndex:
    return GrowingIndex(LineFiles(str(root)), str(cache) if cache else None, now=clock or Clock())


def held(answer: Answer | None, path: Path) -> bytes:
    """All that the views hold, as the bytes of one segment; each document once."""
    assert answer is not None
    parts = [Part(view.segment, view.removed) for view in answer.views]  # type: ignore[arg-type]
    ids = [id for v in answer.views for number, id in enumerate(v.segment.ids) if number not in v.removed]
    assert len(ids) == len(set(ids))
    path.unlink(missing_ok=True)
    write_segment(str(path), parts)
    return path.read_bytes()


def at_once(root: Path, path: Path) -> bytes:
    """What one reading of all files gives, as the bytes of one segment."""
    files = LineFiles(str(root))
    documents = [document for stat in files.walk()[0] for document in files.read(stat, None)]
    path.unlink(missing_ok=True)
    write_segment(str(path), [Part(MemorySegment(documents))])
    return path.read_bytes()


def append(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)
    return path


def rewrite(root: Path, name: str, text: str) -> None:
    """As an editor saves: another file under the same name."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    (root / "new").write_text(text)
    os.replace(root / "new", path)
