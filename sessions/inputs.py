"""What a dream's plan is made from: everything it may look at, read once. Nothing else is read, not even the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from memdir.archive import archived
from memdir.changes import relative_path
from memdir.errors import MemdirError
from memdir.files import read_file
from memdir.model import Memory
from memdir.reading import memory_from_bytes
from memdir.scan import walk


class Proposal(Protocol):
    """A candidate for a memory, taken out of a transcript (see `sessions.candidates`)."""

    @property
    def name(self) -> str:
        """A name for it, empty where there is none."""

    @property
    def description(self) -> str:
        """A description, empty where there is none."""

    @property
    def text(self) -> str:
        """What would be remembered."""

    @property
    def type(self) -> str:
        """The memory's type."""

    @property
    def sessions(self) -> Sequence[str]:
        """The sessions in which it was said, each once."""


class Instruction(NamedTuple):
    """One file of the instructions of a project: `label` as people know it (`CLAUDE.md`), its text, and when it was
    last changed (seconds since the epoch)."""

    label: str
    text: str
    modified: float = 0.0


class Inputs(NamedTuple):
    """Everything a plan depends on.

    `files` holds the bytes of every memory and every MEMORY.md by relative path as on disk; `memories` are read from
    these bytes; `times` are the files' mtimes in ns. `archive` are the relative paths in the archive.

    `tracked` are the paths of the repository's git tree
    (None: unknown, no reference is called dead), `repository` its top directory, `commands` the known names by runner
    (`{"make": {"test"}, "npm run": {"dev"}}`; a runner that is missing is unknown). `last_run` is when the last dream
    ended, None before the first; `left` how many memories left the live set in the 30 days before `now` (seconds since
    the epoch); `by_person` the ids written by a person since the last run.
    """

    root: str
    memories: tuple[Memory, ...]
    files: Mapping[str, bytes]
    now: float
    instructions: tuple[Instruction, ...] = ()
    candidates: tuple[Proposal, ...] = ()
    tracked: frozenset[str] | None = None
    repository: str = ""
    commands: Mapping[str, frozenset[str]] = MappingProxyType({})
    last_run: float | None = None
    left: int = 0
    by_person: frozenset[str] = frozenset()
    archive: frozenset[str] = frozenset()
    times: Mapping[str, int] = MappingProxyType({})


def gather(root: str, *, now: float, last_run: float | None = None) -> Inputs:
    """The inputs that lie in the memory directory itself; the others are added with `_replace`. A file that cannot
    be read or vanishes meanwhile is left out."""
    memories: list[Memory] = []
    files: dict[str, bytes] = {}
    times: dict[str, int] = {}
    walked = walk(root)
    for stat in walked.files:
        try:
            data = read_file(stat.path)
        except MemdirError:
            continue
        path = relative_path(root, stat.path)
        files[path], times[path] = data, stat.mtime_ns
        memories.append(memory_from_bytes(root, stat.id, stat.path, data, stat))
    for stat in walked.indexes:
        try:
            files[relative_path(root, stat.path)] = read_file(stat.path)
        except MemdirError:
            continue
    inputs = Inputs(root, tuple(memories), files, now, last_run=last_run)
    archive = frozenset(item.path for item in archived(root))
    return inputs._replace(archive=archive, times=times, by_person=written_by_person(memories, last_run))


PERSON_SECONDS = 120.0
"""A file whose time is further than this from its own `metadata.modified` was last written by something that does not
keep that field: a person's editor. A long run writes its files that much after the time it notes."""


def written_by_person(memories: Sequence[Memory], last_run: float | None) -> frozenset[str]:
    """Ids of the files written since the last run by neither an agent nor memdir, which both keep
    `metadata.modified`. Before the first run there is no "since"."""
    from memdir.dates import parse_date
    from memdir.errors import BadInputError

    if last_run is None:
        return frozenset()
    found = set()
    for memory in memories:
        if memory.mtime <= last_run:
            continue
        try:
            said = parse_date(memory.modified) if memory.modified else 0.0
        except BadInputError:
            said = 0.0
        if abs(memory.mtime - said) > PERSON_SECONDS:
            found.add(memory.id)
    return frozenset(found)
