"""A file of named sections that is written once and read through a memory map, checked page by page.

Layout: sections, the CRC-32 of every page, a JSON table (kind, section places, header), a fixed trailer with the CRC of
the two. The trailer is checked on opening and a page before its first use, so that a damaged file costs a rebuild and
never a wrong answer. Nothing is synced to the disk: what a power failure leaves half written is found in the same way.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import sys
import zlib
from array import array
from collections.abc import Mapping
from types import TracebackType

from memdir.errors import IndexFailure
from memdir.files import PRIVATE, failure, shown

MAGIC = b"memdir\x00\x01"
_PAGE_BITS = 12
PAGE = 1 << _PAGE_BITS
"""Bytes per checksum: the first look at a page costs 2 us, and a rare word's postings lie in one."""
_TRAILER = struct.Struct("<QIIQ8s")
_FLUSH = 1 << 20


class IndexDamaged(IndexFailure):
    """A file of the index is not what was written, or was written by another version: scan and rebuild instead."""

    code = "index-damaged"


class SectionWriter:
    """Writes one section file; used as a context manager it removes the file when the block fails.

    Raises `StorageError` when the disk is full or the directory cannot be written.
    """

    def __init__(self, path: str, kind: str) -> None:
        self._path = path
        self._kind = kind
        self._sections: dict[str, list[int]] = {}
        self._crcs = array("I")
        self._buffer = bytearray()
        self._written = 0
        self._name = ""
        self._header: Mapping[str, object] = {}
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE)
        except OSError as error:
            raise failure(error, path, "writing the index") from error
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    @property
    def place(self) -> int:
        """Bytes written to the current section so far."""
        return self._written + len(self._buffer) - self._sections[self._name][0]

    def start(self, name: str) -> None:
        """Begin a section, 8-byte aligned; what follows is appended to it."""
        self._end()
        self._buffer += bytes(-len(self._buffer) % 8)
        self._name = name
        self._sections[name] = [self._written + len(self._buffer), 0]

    def append(self, data: bytes | array[int]) -> None:
        """Add to the current section."""
        self._buffer += data if isinstance(data, bytes) else memoryview(data).cast("B")
        if len(self._buffer) >= _FLUSH:
            self._flush(len(self._buffer) // PAGE * PAGE)

    def add(self, name: str, data: bytes | array[int]) -> None:
        """A whole section at once."""
        self.start(name)
        self.append(data)

    def header(self, header: Mapping[str, object]) -> None:
        """Set what `SectionFile.header` gives back: a small JSON object."""
        self._header = header

    def _end(self) -> None:
        if self._name:
            self._sections[self._name][1] = self.place

    def _flush(self, size: int) -> None:
        with memoryview(self._buffer) as view:
            for start in range(0, size, PAGE):
                self._crcs.append(zlib.crc32(view[start : min(start + PAGE, size)]))
            self._put(view[:size])
        del self._buffer[:size]
        self._written += size

    def _put(self, data: memoryview | bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) or 0 :]
        except OSError as error:
            raise failure(error, self._path, "writing the index") from error

    def _finish(self) -> None:
        self._end()
        self._flush(len(self._buffer))
        table = {
            "kind": self._kind, "byteorder": sys.byteorder, "sections": self._sections, "header": dict(self._header),
        }  # fmt: skip
        tail = self._crcs.tobytes() + json.dumps(table).encode()
        size = self._written + len(tail) + _TRAILER.size
        self._put(tail + _TRAILER.pack(self._written, len(self._crcs), zlib.crc32(tail), size, MAGIC))

    def __enter__(self) -> SectionWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
                return
        except BaseException:
            os.unlink(self._path)
            raise
        finally:
            self._file.close()
        os.unlink(self._path)


class SectionFile:
    """A section file, open for reading. Raises `IndexDamaged` on opening and on reading; threads may share one.

    The map stays valid when the file is unlinked, and goes with the last reference to this or a view of it.
    """

    def __init__(self, path: str, kind: str) -> None:
        self.path = path
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                size = os.fstat(descriptor).st_size
                if size < _TRAILER.size:
                    raise self.damaged("too short")
                self._map = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
                self._view = memoryview(self._map)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise self.damaged(error.strerror or "cannot be read") from error
        try:
            self._read_table(kind, size)
        except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
            raise self.damaged("its table cannot be read") from error

    def damaged(self, reason: str) -> IndexDamaged:
        """The error for this file."""
        return IndexDamaged(f"the index is damaged: {reason}", path=shown(self.path), hint="memdir index rebuild")

    def _read_table(self, kind: str, size: int) -> None:
        end = size - _TRAILER.size
        table_at, pages, crc, whole, magic = _TRAILER.unpack(self._view[end:])
        if magic != MAGIC or whole != size or table_at + 4 * pages > end or pages != -(-table_at // PAGE):
            raise self.damaged("its trailer is wrong")
        tail = self._view[table_at:end]
        if zlib.crc32(tail) != crc:
            raise self.damaged("its table does not match its checksum")
        table = json.loads(bytes(tail[4 * pages :]))
        if table["kind"] != kind or table["byteorder"] != sys.byteorder:
            raise self.damaged("it was written for something else")
        self._crcs = tail[: 4 * pages].cast("I")
        self._checked = bytearray(pages)
        self._table_at = table_at
        self.header: dict[str, object] = dict(table["header"])
        self._sections: dict[str, tuple[int, int]] = {}
        for name, (at, length) in table["sections"].items():
            self._sections[str(name)] = (int(at), int(at) + int(length))

    def has(self, name: str) -> bool:
        """True when there is such a section."""
        return name in self._sections

    def place(self, name: str) -> tuple[int, int]:
        """Start and end of a section in the file."""
        try:
            return self._sections[name]
        except KeyError:
            raise self.damaged(f"section {name} is missing") from None

    def read(self, start: int, end: int) -> memoryview:
        """The bytes from `start` to `end`, their pages checked."""
        if not 0 <= start <= end <= self._table_at:
            raise self.damaged("a place lies outside")
        checked = self._checked
        page, last = start >> _PAGE_BITS, (end - 1) >> _PAGE_BITS
        while page <= last:
            if not checked[page]:
                self._check(page)
            page += 1
        return self._view[start:end]

    def _check(self, page: int) -> None:
        at = page * PAGE
        if zlib.crc32(self._view[at : min(at + PAGE, self._table_at)]) != self._crcs[page]:
            raise self.damaged(f"page {page} does not match its checksum")
        self._checked[page] = 1

    def section(self, name: str) -> memoryview:
        """A whole section as bytes."""
        return self.read(*self.place(name))

    def numbers(self, name: str, typecode: str) -> memoryview:
        """A whole section as numbers of an `array` typecode."""
        try:
            return self.section(name).cast("B").cast(typecode)  # type: ignore[call-overload,no-any-return]
        except TypeError:
            raise self.damaged(f"section {name} has a wrong length") from None

    def release(self) -> None:
        """Let the pages go that were read: they count as this process's memory. What is read again is mapped again."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def verify(self) -> None:
        """Check every page."""
        self.read(0, self._table_at)
