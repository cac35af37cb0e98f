"""A plan while it is made: the files as the operations so far leave them, and the operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from memdir.archive import SUFFIX
from memdir.changes import relative_path
from memdir.errors import BadInputError
from memdir.files import ARCHIVE_NAME
from memdir.index_edit import targets
from memdir.journal_records import Change
from memdir.model import INDEX_NAME, FileStat, Memory
from memdir.names import Names, join, loose
from memdir.operations import edit_or_adopt
from memdir.reading import memory_from_bytes
from memdir.references import referred
from memdir.scan import id_of
from memdir.tidy import not_current

from .inputs import Inputs
from .operation import Operation

Keep = Callable[[Operation], bool]
SAFE: Final = frozenset({"date", "links", "index"})
"""Kinds that lose no words."""
UNWRITTEN: Final = frozenset({"logs", "sessions"})
"""Folders whose files say what was, not what is: they are not merged, contradicted or linked."""
BROKEN: Final = ("invalid-yaml", "unclosed-frontmatter", "utf-16")


class Draft:
    """The files and memories as they will be. `keep` decides about every operation before it is taken in."""

    def __init__(self, inputs: Inputs, keep: Keep) -> None:
        self.inputs = inputs
        self.operations: list[Operation] = []
        self._keep = keep
        self._files: dict[str, bytes] = dict(inputs.files)
        self._memories = {memory.id: memory for memory in inputs.memories}
        self._paths = {memory.id: relative_path(inputs.root, memory.path) for memory in inputs.memories}
        self._archive = set(inputs.archive)
        self._names: Names | None = None
        self._changed: set[str] = set()

    @property
    def memories(self) -> Mapping[str, Memory]:
        """All memories by id, as they will be."""
        return self._memories

    @property
    def names(self) -> Names:
        """Their names; those that left since `refresh` are among them."""
        if self._names is None:
            self._names = Names((memory.id, memory.name) for memory in self._memories.values())
        return self._names

    def refresh(self) -> None:
        """Forget the names of what left, between two steps of a plan."""
        self._names = None

    def referring(self, memory: Memory) -> list[Memory]:
        """The memories whose files refer to this one, by name or by path, sorted by id."""
        keys = {loose(memory.name), loose(memory.stem), loose(memory.id.removesuffix(".md"))}
        ids = set().union(*(self._references.get(key, ()) for key in keys)) | self._changed
        return [
            self._memories[id]
            for id in sorted(ids - {memory.id})
            if id in self._memories and self._refers(self._memories[id], memory)
        ]

    def _refers(self, memory: Memory, to: Memory) -> bool:
        if any(self.names.resolve(name, memory.id) == (to.id,) for name in referred(memory)):
            return True
        return any(join(memory.namespace, target.removeprefix("./")) == to.id for target in targets(memory.body))

    @cached_property
    def _references(self) -> dict[str, set[str]]:
        """Ids of the memories that refer to something, by the loose spelling of what they say."""
        found: dict[str, set[str]] = {}
        for memory in self.inputs.memories:
            said = list(referred(memory))
            if "](" in memory.body:
                said += targets(memory.body)
            for name in said:
                text = name.partition("#")[0].removesuffix(".md")
                for key in {loose(text), loose(text.rpartition("/")[2])}:
                    found.setdefault(key, set()).add(memory.id)
        return found

    def current(self) -> Iterator[Memory]:
        """The memories that say what is: not superseded or expired, no logs; files that can be edited, sorted by id."""
        for id in sorted(self._memories):
            memory = self._memories[id]
            if not not_current(memory) and id.partition("/")[0] not in UNWRITTEN and self.editable(memory):
                yield memory

    def editable(self, memory: Memory) -> bool:
        """A file whose frontmatter can be written."""
        return not memory.damaged and all(problem.code not in BROKEN for problem in memory.problems)

    def data(self, memory: Memory) -> bytes:
        """The bytes of a memory's file as they will be."""
        return self._files[self._paths[memory.id]]

    def path(self, memory: Memory) -> str:
        """The relative path of a memory's file on disk."""
        return self._paths[memory.id]

    @cached_property
    def homes(self) -> list[str]:
        """The relative paths of the MEMORY.md files, the top one always among them."""
        found = {path for path in self.inputs.files if path.rpartition("/")[2] == INDEX_NAME}
        return sorted({INDEX_NAME, *found}, key=lambda path: (len(path), path))

    def text_of(self, path: str) -> bytes | None:
        """The bytes of any file as they will be."""
        return self._files.get(path)

    def edited(
        self,
        memory: Memory,
        fields: Mapping[str, object | None],
        data: bytes | None = None,
        modified: str | None = None,
    ) -> bytes | None:
        """The bytes with fields changed; None where this file's frontmatter cannot be written."""
        try:
            return edit_or_adopt(memory, self.data(memory) if data is None else data, fields, modified)
        except BadInputError:
            return None

    def changed(self, memory: Memory, data: bytes, *, keep_mtime: bool = True) -> Change:
        """The change of one file."""
        return Change(self.path(memory), self.data(memory), data, keep_mtime)

    def archived(self, memory: Memory, data: bytes) -> tuple[Change, Change]:
        """The two changes that move a file to the archive, where it is `data`."""
        path = self.path(memory)
        base = f"{ARCHIVE_NAME}/{path}"
        number, goal = 0, base + SUFFIX
        while goal in self._archive:
            number += 1
            goal = f"{base}.{number}{SUFFIX}"
        mtime = self.inputs.times.get(path)
        return Change(goal, None, data, True, mtime), Change(path, self.data(memory), None, False, mtime)

    def add(
        self, kind: str, paths: Sequence[str], reason: str, evidence: Iterable[str] = (),
        changes: Iterable[Change] = (), *, asks: bool = False,
    ) -> bool:  # fmt: skip
        """Take an operation in; False when it was not wanted. What is pinned, or was written by a person since the
        last run, makes it ask."""
        made = tuple(change for change in changes if change.before != change.after)
        touched = {id_of(change.path) for change in made} | set(paths)
        guarded = touched & self.inputs.by_person or any(
            self._memories[id].pinned for id in touched if id in self._memories
        )
        operation = Operation(
            kind, tuple(paths), reason, tuple(evidence), made, asks or bool(made and guarded), kind in SAFE
        )
        if not self._keep(operation):
            return False
        self.operations.append(operation)
        for change in made:
            self._apply(change)
        return True

    def _apply(self, change: Change) -> None:
        if change.path.startswith(f"{ARCHIVE_NAME}/"):
            self._archive.add(change.path)
            return
        id = id_of(change.path)
        if change.after is None:
            del self._files[change.path]
            self._memories.pop(id, None)
            return
        self._files[change.path] = change.after
        if change.path.rpartition("/")[2] == INDEX_NAME:
            return
        old = self._memories.get(id)
        mtime = self.inputs.times.get(change.path, int(self.inputs.now * 1e9))
        path = old.path if old is not None else f"{self.inputs.root}/{change.path}"
        stat = FileStat(id, path, len(change.after), mtime, 0, 0)
        new = memory_from_bytes(self.inputs.root, id, path, change.after, stat)
        self._memories[id] = new
        self._changed.add(id)
        self._paths[id] = change.path
        if old is None or old.name != new.name:
            self._names = None
