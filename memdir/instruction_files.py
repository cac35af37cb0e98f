"""What the CLAUDE.md hierarchy is made of: files with their label, why each is loaded or not, and the merged text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from .model import Finding
from .quoting import one_line

Kind = Literal["managed", "user", "project", "local", "rule", "import", "other"]
Scope = Literal["managed", "user", "project", "local"]
Status = Literal[
    "loaded",
    "lazy",  # a subdirectory's: when a file there is read
    "conditional",  # a rule with `paths`: when a matching file is read
    "blocked",  # an import from outside the working directory that was not approved
    "excluded",  # by `claudeMdExcludes`, or all by CLAUDE_CODE_DISABLE_CLAUDE_MDS
    "missing",
    "empty",
    "duplicate",  # its real path is loaded already
    "in-html",  # an import within a block of HTML, where Claude Code looks for none
    "cycle",  # it imports itself by way of others
    "too-deep",  # the fifth import in a row
    "too-large",
    "not-text",
    "unreadable",
    "legacy",  # an `@include` line: what it would have named
    "unread",  # made for agents, and nobody loads it
]

_PRIVATE: Final = "user's private global instructions for all projects"
LABELS: Final[dict[Scope, str]] = {
    "managed": _PRIVATE,
    "user": _PRIVATE,
    "project": "project instructions, checked into the codebase",
    "local": "user's private project instructions, not checked in",
}
"""Claude Code's words behind `Contents of PATH` (formats §2.1); an import has those of the file that imports it."""


class InstructionFile(NamedTuple):
    """One file of the hierarchy. `path` is absolute, as it was found; `real` with symbolic links followed.

    `size` is in bytes, `tokens` an estimate of the text that is loaded; both 0 where nothing was read. `parent` is the
    importing file and `line` the import's line there, from 1 (0: not imported); `hops` counts imports from the top.
    `patterns` are a rule's `paths`. `content` is the text as an agent gets it, for loaded files only.
    """

    path: str
    real: str
    kind: Kind
    scope: Scope
    status: Status
    why: str
    label: str = ""
    size: int = 0
    tokens: int = 0
    parent: str | None = None
    line: int = 0
    hops: int = 0
    patterns: tuple[str, ...] = ()
    content: str = ""
    damaged: bool = False

    @property
    def loaded(self) -> bool:
        """True when an agent gets the file's text."""
        return self.status == "loaded"


class Instructions(NamedTuple):
    """The files in load order: those of the start, what reading `for_path` adds, what waits, what nobody loads."""

    files: tuple[InstructionFile, ...]
    findings: tuple[Finding, ...]

    @property
    def loaded(self) -> tuple[InstructionFile, ...]:
        """What an agent gets, in order."""
        return tuple(file for file in self.files if file.loaded)

    @property
    def tokens(self) -> int:
        """Estimated tokens of everything loaded."""
        return sum(file.tokens for file in self.loaded)


def render(files: Iterable[InstructionFile]) -> str:
    """The merged text in Claude Code's form: each loaded file under `Contents of PATH (LABEL):`."""
    loaded = [file for file in files if file.loaded]
    return "\n\n".join(f"Contents of {one_line(file.path)} ({file.label}):\n\n{file.content}" for file in loaded)
