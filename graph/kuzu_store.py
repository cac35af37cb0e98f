"""The graph on disk: the only owner of Kuzu (or its maintained fork Ladybug, which speaks the same Cypher and API).

A graph is one file, made whole by `build` (CSV and `COPY FROM`: seconds where MERGE takes minutes) and never changed.
Readers open it read-only, any number of processes at once. Text reaches the engine as parameters, or as quoted CSV,
never inside a statement.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from math import isfinite
from types import TracebackType
from typing import Any, Final, Literal

from memdir.errors import IndexFailure, StorageError
from memdir.relations import LinkRow, MemoryRow, Relations

SCHEMA_VERSION: Final = 3
"""Changes whenever the tables below do: another one is a rebuild, not a migration."""
READER_POOL: Final = 64 << 20
"""Bytes of buffer pool of a reader: 100,000 memories with 300,000 links answer within it."""
WRITER_POOL: Final = 256 << 20
"""Bytes for a writer: Ladybug's COPY of 100,000 memories needs more than 64 MiB."""
MAX_BYTES: Final = 1 << 30
"""Largest file; a power of two. The engines' default maps 8 TiB, which is slow and fails under a memory limit
(design §5). 100,000 memories take 50 MB."""

TABLES: Final = (
    "CREATE NODE TABLE Memory(id STRING PRIMARY KEY, name STRING, description STRING, type STRING, namespace STRING, "
    "status STRING, confidence DOUBLE, created TIMESTAMP, modified TIMESTAMP, valid_from TIMESTAMP, "
    "valid_until TIMESTAMP)",
    "CREATE NODE TABLE Topic(name STRING PRIMARY KEY)",
    "CREATE NODE TABLE Session(id STRING PRIMARY KEY, started TIMESTAMP, model STRING, turns INT64, cwd STRING, "
    "branch STRING)",
    "CREATE REL TABLE RELATES_TO(FROM Memory TO Memory, relationship STRING, weight DOUBLE, valid_from TIMESTAMP, "
    "valid_until TIMESTAMP)",
    "CREATE REL TABLE TAGGED(FROM Topic TO Memory, id STRING, name STRING, description STRING, type STRING)",
    "CREATE REL TABLE PRODUCED(FROM Session TO Memory)",
)
"""A tag repeats what is shown of its memory: the engine reads a topic's edges in one piece, but finds 500 memories
among 100,000 by reading the columns of all (14 ms where the edges take 2)."""

MAX_TEXT: Final = 4096
"""Characters kept of a name, description or topic: the engine's limit is 256 KiB, and the file has the rest."""

NULL: Final = "\x1a"
"""Stands for NULL in our CSV; `clean` keeps it out of any text."""
_UNFIT = re.compile("[\0\x1a\ud800-\udfff]")

Row = tuple[str | float | datetime | None, ...]


def stamp() -> str:
    """Engine, version and schema, as kept with a generation: a file with another stamp is rebuilt, never opened."""
    engine = _engine()
    return f"{engine.__name__} {engine.__version__} schema {SCHEMA_VERSION}"


def available() -> bool:
    """True when an engine can be imported."""
    try:
        _engine()
    except IndexFailure:
        return False
    return True


def build(path: str, relations: Relations) -> None:
    """Write a new graph to `path`, which must not exist. Raises `StorageError` (nothing is left at `path`)."""
    try:
        with _Writer(path) as writer:
            for statement in TABLES:
                writer.run(statement)
            for table, rows in _tables(relations):
                writer.copy(table, rows, path + ".csv")
        _unlink(path + ".csv")
    except (OSError, RuntimeError) as error:
        remove(path)
        raise _failure("cannot write the graph", path, error) from error


def remove(path: str) -> None:
    """Delete a graph and what the engine may have left beside it."""
    for ending in ("", ".wal", ".shadow", ".tmp", ".csv"):
        try:
            _unlink(path + ending)
        except OSError as error:
            raise StorageError(str(error.strerror or error), path=path + ending) from error


class Graph:
    """A graph opened for reading. Close it, or use it in a `with`; a second thread needs one of its own."""

    def __init__(self, path: str) -> None:
        """Raises `IndexFailure` when there is no graph at `path` or it cannot be opened."""
        if not os.path.isfile(path):
            raise IndexFailure("there is no graph", path=path, hint="memdir index sync")
        self.path = path
        try:
            self._database = _open(path, read_only=True)
            self._connection = _engine().Connection(self._database, num_threads=1)
        except (RuntimeError, OSError) as error:
            hint = "memdir index rebuild"
            raise IndexFailure(f"cannot open the graph: {first_line(error)}", path=path, hint=hint) from error

    def rows(self, query: str, parameters: Mapping[str, object] | None = None) -> list[list[Any]]:
        """The whole answer to one of our own queries. Raises `IndexFailure`."""
        try:
            return self.answer(query, parameters)[1]
        except RuntimeError as error:
            raise IndexFailure(f"the graph does not answer: {first_line(error)}", path=self.path) from error

    def answer(
        self,
        query: str,
        parameters: Mapping[str, object] | None = None,
        *,
        limit: int | None = None,
        timeout_ms: int = 0,
    ) -> tuple[list[str], list[list[Any]]]:
        """Column names and at most `limit` rows. Raises the engine's own `RuntimeError`, also after `timeout_ms`."""
        self._connection.set_query_timeout(timeout_ms)
        result = self._connection.execute(query, dict(parameters or {}))
        try:
            names = [str(name) for name in result.get_column_names()]
            rows: list[list[Any]] = result.get_all() if limit is None else result.get_n(limit)
        finally:
            result.close()
        return names, rows

    def close(self) -> None:
        """Release the file and the memory. A second call does nothing."""
        self._connection.close()
        self._database.close()

    def __enter__(self) -> Graph:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def timestamp(seconds: float | None) -> datetime | None:
    """A time as the engine takes it (UTC without a zone); None, and a year it cannot write, stay open."""
    if seconds is None:
        return None
    try:
        return datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001 - the engine's TIMESTAMP has no zone
    except OverflowError:
        return None


def seconds(value: datetime) -> float:
    """A time of the engine's (UTC without a zone) as seconds since the epoch."""
    return (value - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001 - see `timestamp`


def clean(text: str) -> str:
    """Text as the engine can hold it: NUL, SUB (our NULL) and the surrogates that undecodable file names leave become
    U+FFFD, and it ends after `MAX_TEXT` characters."""
    return _UNFIT.sub("\ufffd", text[:MAX_TEXT])


def internal(value: Mapping[str, Any], key: Literal["id", "label", "src", "dst"]) -> Any:
    """What the engine adds to a node or relationship: Kuzu spells it `_id`, Ladybug `_ID`."""
    return value.get(f"_{key}", value.get(f"_{key.upper()}"))


def first_line(error: BaseException) -> str:
    """The engine's message without its trailer."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


class _Writer:
    """A new graph at `path`. Leaving it writes everything into the file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> _Writer:
        self._database = _open(self._path, read_only=False)
        self._connection = _engine().Connection(self._database)
        return self

    def run(self, statement: str) -> None:
        self._connection.execute(statement).close()

    def copy(self, table: str, rows: Iterable[Row], path: str) -> None:
        """Bulk load. An empty table is left alone: the engine refuses an empty file."""
        with open(path, "w", encoding="utf-8", newline="") as stream:
            stream.writelines(",".join(map(_csv, row)) + "\n" for row in rows)
            if not stream.tell():
                return
        name = path.replace("\\", "/").replace("'", "\\'")
        self.run(f"COPY {table} FROM '{name}' ({_CSV_OPTIONS})")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._database.close()


_CSV_OPTIONS: Final = (
    f"HEADER=false, DELIM=',', QUOTE='\"', ESCAPE='\"', PARALLEL=false, AUTO_DETECT=false, NULL_STRINGS=['{NULL}']"
)
"""PARALLEL must be off for newlines in quotes; with the default NULL_STRINGS an empty text would come back as NULL."""


def _csv(value: str | float | datetime | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return value.isoformat(" ") if isinstance(value, datetime) else repr(value)


def _tables(relations: Relations) -> Iterator[tuple[str, Iterable[Row]]]:
    """The tables and their rows, nodes before edges. Two ids that clean to the same text are one node."""
    memories = {row[0]: row for row in map(_memory, relations.memories.values())}
    yield "Memory", memories.values()
    yield "Topic", [(name,) for name in dict.fromkeys(map(clean, relations.topic_names()))]
    yield "Session(id)", [(id,) for id in dict.fromkeys(map(clean, relations.session_ids()))]
    yield "RELATES_TO", [_link(row) for row in relations.link_rows()]
    tags = sorted({(clean(t), clean(id)) for id, topics in relations.topics.items() for t in topics})
    yield "TAGGED", [(topic, id, *memories[id][:4]) for topic, id in tags]
    yield "PRODUCED", sorted({(clean(s), clean(id)) for id, sessions in relations.sessions.items() for s in sessions})


def _memory(row: MemoryRow) -> Row:
    texts = (row.id, row.name, row.description, row.type, row.namespace, row.status)
    times = (row.created, row.modified, row.valid_from, row.valid_until)
    return (*map(clean, texts), _finite(row.confidence), *map(timestamp, times))


def _link(row: LinkRow) -> Row:
    texts = (row.source, row.target, row.relationship)
    return (*map(clean, texts), _finite(row.weight), timestamp(row.valid_from), timestamp(row.valid_until))


def _finite(number: float) -> float:
    return float(number) if isfinite(number) else 0.0


def _engine() -> Any:
    """Ladybug where it is installed, which is by choice (the extra `ladybug`), else Kuzu. The import takes 70 ms.
    Raises `IndexFailure` where neither can be imported."""
    try:
        import ladybug
    except ImportError:
        try:
            import kuzu
        except ImportError as error:
            raise IndexFailure(f"the graph's engine is missing: {error}", hint="pip install kuzu") from error
        return kuzu
    return ladybug


def _open(path: str, *, read_only: bool) -> Any:
    pool = READER_POOL if read_only else WRITER_POOL
    return _engine().Database(path, buffer_pool_size=pool, max_db_size=MAX_BYTES, read_only=read_only)


def _unlink(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def _failure(what: str, path: str, error: Exception) -> StorageError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else first_line(error)
    return StorageError(f"{what}: {reason}", path=path)
