"""The model: what a memory, a link, a source, a finding and a hit are. Frozen values, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

TYPES: Final = ("user", "feedback", "project", "reference")
STATUSES: Final = ("active", "superseded", "stale", "review")
DEFAULT_CONFIDENCE: Final = 0.7
INDEX_NAME: Final = "MEMORY.md"
MAX_FILE_BYTES: Final = 1 << 20
"""A larger file is no memory but a finding (design §3)."""

Severity = Literal["error", "warning", "info"]
SourceKind = Literal["project", "team", "committed", "agent", "given", "other"]
NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


class Problem(NamedTuple):
    """What the reader could not read as written; `line` counts from 1 in the file, 0 where no line is to blame."""

    code: str
    line: int
    message: str


class Link(NamedTuple):
    """`metadata.links`: another memory by name or path, how it relates, how strongly (0 to 1), and when that holds."""

    to: str
    relationship: str = "related"
    weight: float = 1.0
    valid_from: str | None = None
    valid_until: str | None = None


class FileStat(NamedTuple):
    """What tells an unchanged file: size in bytes, times in ns, inode. `path` is absolute; `id` relative, `/`, NFC."""

    id: str
    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class Memory(NamedTuple):
    """One memory file, or (with `line` > 1) one inline section of a MEMORY.md.

    `id` is the path relative to `root` (`/` separators, NFC), for a section with `#` and the heading's slug added.
    `path` is absolute and opens the file as it is. `body` is the text after the frontmatter, as written.
    Dates in `valid_from`, `valid_until`, `created`, `modified` are the text of the file, None where absent;
    `mtime` is seconds since the epoch. `extra` holds every frontmatter key that is not ours.
    """

    id: str
    root: str
    path: str
    name: str
    description: str = ""
    type: str | None = None
    topics: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    body: str = ""
    confidence: float | None = None
    status: str = "active"
    valid_from: str | None = None
    valid_until: str | None = None
    created: str | None = None
    modified: str | None = None
    session: str | None = None
    sources: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    superseded_by: str | None = None
    pinned: bool = False
    extra: Mapping[str, object] = NOTHING
    mtime: float = 0.0
    size: int = 0
    line: int = 1
    body_line: int = 1
    damaged: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def namespace(self) -> str:
        """The folder, `projects/alpha` for `projects/alpha/x.md`; empty at the top."""
        return self.id.rpartition("/")[0]

    @property
    def stem(self) -> str:
        """The file name without its ending."""
        base = self.id.rpartition("/")[2]
        return base.rpartition(".")[0] or base

    @property
    def is_section(self) -> bool:
        """True for an inline section of a MEMORY.md, which is recalled but not counted as a memory."""
        return "#" in self.id and self.id.partition("#")[0].rpartition("/")[2] == INDEX_NAME


class Source(NamedTuple):
    """One directory of memories that a workspace reads: its label and kind, its absolute root, why it was chosen,
    and whether Claude Code loads it by itself."""

    label: str
    kind: SourceKind
    root: str
    why: str
    exists: bool = True
    loaded_by_claude: bool = False


class Finding(NamedTuple):
    """One thing that `check` or a reader has to say. `path` is relative to `root`; `line` counts from 1 (0: the file
    or directory as a whole); `fix` names the mechanical repair, None where a person must decide."""

    code: str
    severity: Severity
    path: str
    line: int
    message: str
    fix: str | None = None
    root: str = ""
