"""The last bytes of every indexed file, so that what another program deletes is reported and can be restored.

One SQLite file in the directory's state (0600; compressed; a file with a secret is never kept). Its owner is the sync,
which tells what it has read; a row stays until its file has been gone for 90 days, or the whole outgrows 100 MB.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from .digest import blake2b
from .errors import StorageError
from .files import PRIVATE, make_private_dir
from .places import LAST_BYTES
from .secrets import find_secrets

KEEP_DAYS: Final = 90
KEEP_BYTES: Final = 100 << 20
_WAIT: Final = 5.0
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS last (
    id TEXT PRIMARY KEY, digest BLOB NOT NULL, data BLOB NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, seen REAL NOT NULL, gone REAL
) WITHOUT ROWID
"""


class Lost(NamedTuple):
    """A memory whose file is gone: its id, size in bytes, when it was last read and first missed (epoch seconds)."""

    id: str
    size: int
    seen: float
    gone: float


class LastBytes:
    """The last bytes kept for one memory directory, in its state folder. Every method raises `StorageError` only."""

    def __init__(self, state_dir: str) -> None:
        self.path = os.path.join(state_dir, LAST_BYTES)

    def remember(self, items: Iterable[tuple[str, bytes, int]], *, now: float) -> int:
        """Keep (id, bytes, mtime in ns) of files that were just read; returns how many were kept."""
        kept = 0
        with self._open() as database:
            for id, data, mtime_ns in items:
                if find_secrets(data.decode("utf-8", "replace")):
                    continue
                row = (id, _digest(data), zlib.compress(data, 6), len(data), mtime_ns, now)
                database.execute("INSERT OR REPLACE INTO last VALUES (?, ?, ?, ?, ?, ?, NULL)", row)
                kept += 1
            self._prune(database, now)
        return kept

    def lost(self, present: Collection[str], *, now: float) -> list[Lost]:
        """The memories that are not among the ids `present` any more, and whose bytes are no other's there (a
        rename). Call it with what a whole scan found; an empty directory loses nothing until it is so again later."""
        if not os.path.exists(self.path):
            return []
        there = set(present)
        with self._open() as database:
            rows = database.execute("SELECT id, digest, size, seen, gone FROM last ORDER BY id").fetchall()
            alive = {digest for id, digest, *_ in rows if id in there}
            gone = [row for row in rows if row[0] not in there and row[1] not in alive]
            database.executemany("UPDATE last SET gone = ? WHERE id = ? AND gone IS NULL", [(now, r[0]) for r in gone])
            back = [(row[0],) for row in rows if row[4] is not None and row[0] in there]
            database.executemany("UPDATE last SET gone = NULL WHERE id = ?", back)
        return [Lost(id, size, seen, now if since is None else since) for id, _, size, seen, since in gone]

    def read(self, id: str) -> tuple[bytes, int] | None:
        """The bytes kept for an id and their mtime in ns, None when there are none."""
        if not os.path.exists(self.path):
            return None
        with self._open() as database:
            row = database.execute("SELECT data, mtime_ns FROM last WHERE id = ?", (id,)).fetchone()
        return None if row is None else (zlib.decompress(row[0]), int(row[1]))

    def forget(self, ids: Iterable[str]) -> None:
        """Drop what is kept for these ids: memdir itself archived, moved or purged them."""
        if os.path.exists(self.path):
            with self._open() as database:
                database.execute("PRAGMA secure_delete = ON")
                database.executemany("DELETE FROM last WHERE id = ?", [(id,) for id in ids])

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        make_private_dir(os.path.dirname(self.path))
        try:
            with contextlib.closing(self._connect()) as database, database:
                yield database
        except (sqlite3.Error, zlib.error, OSError) as error:
            raise StorageError(f"the last bytes cannot be used: {error}", path=self.path) from error

    def _connect(self) -> sqlite3.Connection:
        """A connection to a sound file; one that is no database is put aside and begun anew."""
        for last_try in (False, True):
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, PRIVATE))
            database = sqlite3.connect(self.path, timeout=_WAIT)
            try:
                database.execute(_SCHEMA)
                return database
            except sqlite3.DatabaseError as error:
                database.close()
                if last_try or isinstance(error, sqlite3.OperationalError):
                    raise
                os.replace(self.path, self.path + ".damaged")
        raise AssertionError("unreachable")

    def _prune(self, database: sqlite3.Connection, now: float) -> None:
        database.execute("DELETE FROM last WHERE gone < ?", (now - KEEP_DAYS * 86_400,))
        total = database.execute("SELECT coalesce(sum(length(data)), 0) FROM last").fetchone()[0]
        if total > KEEP_BYTES:
            order = "SELECT id, length(data) FROM last ORDER BY gone IS NULL, gone, seen"
            for id, size in database.execute(order).fetchall():
                if total <= KEEP_BYTES:
                    break
                database.execute("DELETE FROM last WHERE id = ?", (id,))
                total -= size


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()
