"""The graph on disk: the only owner of Kuzu (or its maintained fork Ladybug, which speaks the same Cypher and API).

A graph is one file, made whole by `build` (CSV and `COPY FROM`: seconds where MERGE takes minutes) or changed by
`apply`; both work on a file that nobody reads yet, a generation in the making. Readers open it read-only, any number of
processes at once. Text reaches the engine as parameters, or as quoted CSV, never inside a statement.
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
from memdir.relations import Delta, LinkRow, MemoryRow, Relations

SCHEMA_VERSION: Final = 1
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
    "status STRING, confidence DOUBLE, modified TIMESTAMP, valid_from TIMESTAMP, valid_until TIMESTAMP)",
    "CREATE NODE TABLE Topic(name STRING PRIMARY KEY)",
    "CREATE NODE TABLE Session(id STRING PRIMARY KEY, started TIMESTAMP, model STRING, turns INT64, cwd STRING, "
    "branch STRING)",
    "CREATE REL TABLE RELATES_TO(FROM Memory TO Memory, relationship STRING, weight DOUBLE, valid_from TIMESTAMP, "
    "valid_until TIMESTAMP)",
    "CREATE REL TABLE TAGGED(FROM Topic TO Memory)",
    "CREATE REL TABLE PRODUCED(FROM Session TO Memory)",
)

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


def apply(path: str, delta: Delta) -> None:
    """Change the graph at `path`, which nobody else may have open. For more than a few hundred
    changed memories `build` is faster. Raises `StorageError`; the file is then to be thrown away."""
    if not delta:
        return
    try:
        with _Writer(path) as writer:
            writer.run("BEGIN TRANSACTION")
            touched = _apply(writer, delta)
            writer.run("COMMIT")
            writer.run("BEGIN TRANSACTION")
            _prune(writer, touched)
            writer.run("COMMIT")
    except (OSError, RuntimeError) as error:
        raise _failure("cannot change the graph", path, error) from error


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
    """The graph at `path` opened for writing, made when it is not there. Leaving it writes everything into the file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> _Writer:
        self._database = _open(self._path, read_only=False)
        self._connection = _engine().Connection(self._database)
        return self

    def run(self, query: str, parameters: Mapping[str, object] | None = None) -> list[list[Any]]:
        result = self._connection.execute(query, dict(parameters or {}))
        try:
            rows: list[list[Any]] = result.get_all()
        finally:
            result.close()
        return rows

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
    yield "TAGGED", sorted({(clean(t), clean(id)) for id, topics in relations.topics.items() for t in topics})
    yield "PRODUCED", sorted({(clean(s), clean(id)) for id, sessions in relations.sessions.items() for s in sessions})


def _memory(row: MemoryRow) -> Row:
    texts = (row.id, row.name, row.description, row.type, row.namespace, row.status)
    times = (row.modified, row.valid_from, row.valid_until)
    return (*map(clean, texts), _finite(row.confidence), *map(timestamp, times))


def _link(row: LinkRow) -> Row:
    texts = (row.source, row.target, row.relationship)
    return (*map(clean, texts), _finite(row.weight), timestamp(row.valid_from), timestamp(row.valid_until))


def _finite(number: float) -> float:
    return float(number) if isfinite(number) else 0.0


_ADD_LINK: Final = (
    "MATCH (a:Memory {id: $id}), (b:Memory {id: $target}) CREATE (a)-[:RELATES_TO {relationship: $relationship, "
    "weight: $weight, valid_from: $valid_from, valid_until: $valid_until}]->(b)"
)
_MEMORY_KEYS: Final = ("id", "name", "description", "type", "namespace", "status", "confidence", "modified",
                       "valid_from", "valid_until")  # fmt: skip
_LINK_KEYS: Final = ("id", "target", "relationship", "weight", "valid_from", "valid_until")


_GROUPS: Final = (("Topic", "name", "TAGGED"), ("Session", "id", "PRODUCED"))


def _apply(writer: _Writer, delta: Delta) -> dict[str, set[str]]:
    """Apply all but the removal of topics and sessions; those that lost a member are returned.

    One statement for each memory or edge: found by its key, it costs 0.3 to 1 ms at any size, where a batch
    (`UNWIND … MATCH`) joins the whole table: 70 ms at 100,000 memories, out of memory soon after."""
    touched: dict[str, set[str]] = {label: set() for label, _, _ in _GROUPS}
    for id in map(clean, delta.removed):
        for label, key, edge in _GROUPS:
            touched[label] |= _leave(writer, id, label, key, edge)
        writer.run("MATCH (m:Memory {id: $id}) DETACH DELETE m", {"id": id})
    for row in delta.memories:
        _put(writer, dict(zip(_MEMORY_KEYS, _memory(row), strict=True)))
    for id, links in delta.links.items():
        writer.run("MATCH (:Memory {id: $id})-[r:RELATES_TO]->(:Memory) DELETE r", {"id": clean(id)})
        for link in sorted(links, key=repr):
            writer.run(_ADD_LINK, dict(zip(_LINK_KEYS, _link(link), strict=True)))
    for (label, key, edge), groups in zip(_GROUPS, (delta.topics, delta.sessions), strict=True):
        for id, members in groups.items():
            touched[label] |= _leave(writer, clean(id), label, key, edge)
            for name in sorted(set(map(clean, members))):
                writer.run(f"MERGE (:{label} {{{key}: $name}})", {"name": name})
                ends = f"MATCH (g:{label} {{{key}: $name}}), (m:Memory {{id: $id}})"
                writer.run(f"{ends} CREATE (g)-[:{edge}]->(m)", {"name": name, "id": clean(id)})
    return touched


def _prune(writer: _Writer, touched: Mapping[str, set[str]]) -> None:
    """Delete the topics and sessions that have no member any more. A transaction of its own: Kuzu 0.11.3 does not see
    an edge of the same transaction when the node's other edges were deleted in it."""
    for label, key, edge in _GROUPS:
        for name in sorted(touched[label]):
            alone = f"NOT EXISTS {{ MATCH (g)-[:{edge}]->(:Memory) }}"
            writer.run(f"MATCH (g:{label} {{{key}: $name}}) WHERE {alone} DELETE g", {"name": name})


def _put(writer: _Writer, row: dict[str, Any]) -> None:
    """Insert a memory, or set only the columns that differ: the engine writes a column of 100,000 rows anew for one
    changed value, 20 MB when all are set."""
    columns = ", ".join(f"m.{key}" for key in _MEMORY_KEYS)
    found = writer.run(f"MATCH (m:Memory {{id: $id}}) RETURN {columns}", {"id": row["id"]})
    if not found:
        writer.run(f"CREATE (:Memory {{{', '.join(f'{key}: ${key}' for key in _MEMORY_KEYS)}}})", row)
        return
    changed = {key: row[key] for key, old in zip(_MEMORY_KEYS, found[0], strict=True) if row[key] != old}
    if changed:
        setting = ", ".join(f"m.{key} = ${key}" for key in changed)
        writer.run(f"MATCH (m:Memory {{id: $id}}) SET {setting}", {"id": row["id"], **changed})


def _leave(writer: _Writer, id: str, label: str, key: str, edge: str) -> set[str]:
    """Take a memory out of its topics or sessions; their names, since they may have no member left."""
    edges = f"MATCH (g:{label})-[e:{edge}]->(m:Memory {{id: $id}})"
    names = {str(row[0]) for row in writer.run(f"{edges} RETURN g.{key}", {"id": id})}
    if names:
        writer.run(f"{edges} DELETE e", {"id": id})
    return names


def _engine() -> Any:
    """Ladybug where it is installed, which is by choice (the extra `ladybug`), else Kuzu. The import takes 70 ms."""
    try:
        import ladybug
    except ImportError:
        import kuzu

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
