"""One archived file: a Zstandard frame that any `zstd -d` reads, and behind it what it was made from.

The only owner of Zstandard: the module of the standard library (Python 3.14), which `backports.zstd` is for those
before (its wheel is a tenth of others' and gives the same file object on every version).
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
from collections.abc import Iterator
from typing import BinaryIO, Final

from memdir.digest import blake2b
from memdir.errors import BadInputError, StorageError
from memdir.files import PRIVATE, failure, fsync_dir, make_private_dir, make_temporary, shown

from .archive_footer import Original, footer, original

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL: Final = 9
"""Real transcripts (12.8 MB) become 1.59 MB in 0.10 s; level 3: 1.76 MB in 0.02 s, level 19: 1.52 MB in 2.2 s."""
_BLOCK: Final = 1 << 20


def write_archived(source: str, target: str) -> Original:
    """Put a copy of `source` in the place of `target`, whole or not at all, read back and compared before. A file that
    grows meanwhile is copied up to where it ended. Raises `BadInputError` when it is no regular file, `StorageError`;
    `vanished` is the code when it is gone."""
    folder = os.path.dirname(target)
    make_private_dir(folder)
    descriptor = _open_source(source)
    try:
        temporary, out = make_temporary(folder, PRIVATE)
    except OSError as error:
        os.close(descriptor)
        raise failure(error, target, "archiving") from error
    try:
        with open(descriptor, "rb") as file, open(out, "wb") as copy:
            made = _compress(file, copy)
            copy.flush()
            os.fsync(out)
        if _read_back(temporary) != made:
            raise StorageError("the copy differs from what was read", path=shown(target), hint="is the disk sound?")
        os.utime(temporary, ns=(made.mtime_ns, made.mtime_ns))
        os.replace(temporary, target)
        fsync_dir(folder)
    except OSError as error:
        raise failure(error, target, "archiving") from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
    return made


def _open_source(path: str) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError as error:
        raise StorageError("the transcript is gone", path=shown(path), code="vanished") from error
    except OSError as error:
        raise failure(error, path, "reading the transcript") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BadInputError("not a regular file", path=shown(path))
    return descriptor


def _compress(file: BinaryIO, copy: BinaryIO) -> Original:
    before = os.fstat(file.fileno())
    parameter = zstd.CompressionParameter
    codec = zstd.ZstdCompressor(options={parameter.compression_level: LEVEL, parameter.checksum_flag: 1})
    digest = blake2b(digest_size=32)
    size = 0
    while block := file.read(min(_BLOCK, before.st_size - size)):
        size += len(block)
        digest.update(block)
        copy.write(codec.compress(block))
    copy.write(codec.flush())
    made = Original(size, before.st_mtime_ns, digest.digest())
    copy.write(footer(made))
    return made


def verified(path: str) -> bool:
    """True when an archived file still gives the bytes that it was made from. Raises `FileNotFoundError`."""
    try:
        said = original(path)
        return said is not None and _read_back(path) == said
    except FileNotFoundError:
        raise
    except OSError:
        return False


def _read_back(path: str) -> Original | None:
    """What the bytes of an archived file are, with the time it says."""
    said = original(path)
    digest = blake2b(digest_size=32)
    size = 0
    with open_archived(path) as file:
        while block := file.read(_BLOCK):
            size += len(block)
            digest.update(block)
    return said and Original(size, said.mtime_ns, digest.digest())


def write_original(path: str, target: str) -> Original:
    """Put what an archived file was made from in the place of `target`, byte for byte, compared with its digest before.
    Raises `BadInputError` when the archived file is damaged, `StorageError`."""
    folder = os.path.dirname(target)
    make_private_dir(folder, tighten=False)
    digest = blake2b(digest_size=32)
    temporary = ""
    try:
        said = original(path)
        temporary, out = make_temporary(folder, PRIVATE)
        with open(out, "wb") as copy, open_archived(path) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                copy.write(block)
            copy.flush()
            os.fsync(out)
            size = copy.tell()
        if said is None or (said.size, said.digest) != (size, digest.digest()):
            raise BadInputError("the archived copy is damaged", path=shown(path), code="damaged")
        os.replace(temporary, target)
        fsync_dir(folder)
    except OSError as error:
        raise failure(error, path, "restoring") from error
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
    return said


def open_archived(path: str) -> BinaryIO:
    """The bytes that were archived. Raises `OSError`, also while reading what is damaged."""
    return io.BufferedReader(_Decoded(open(path, "rb")), _BLOCK)


class _Decoded(io.RawIOBase):
    """A decoder whose errors are those of a file, so that who reads a transcript need not know where it lies."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoded = zstd.ZstdFile(file)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with _as_file_errors():
            return self._decoded.readinto(buffer)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        with _as_file_errors():
            return self._decoded.seek(offset, whence)

    def tell(self) -> int:
        return self._decoded.tell()

    def close(self) -> None:
        if not self.closed:
            self._decoded.close()
            self._file.close()
        super().close()


@contextlib.contextmanager
def _as_file_errors() -> Iterator[None]:
    try:
        yield
    except (zstd.ZstdError, EOFError) as error:
        raise OSError(errno.EIO, f"the archived copy is damaged: {error}") from error
