"""One directory of memories: from an id to its file and its body, and from a name to an id."""

from __future__ import annotations

import os
from functools import cached_property

from .errors import BadInputError, NotFoundError, StorageError
from .frontmatter_read import parse
from .model import INDEX_NAME, FileStat, Memory
from .names import Names
from .scan import Scan, id_of, read_bytes, scan
from .sections import sections_of


def locate(root: str, id: str) -> str:
    """The absolute path of the file with this id (of a section: of its MEMORY.md), spelt as it is on disk.

    Raises `BadInputError` for an absolute path, `..`, NUL, or a link that leads out of `root`; `StorageError` (code
    `vanished`) when there is no such file.
    """
    base, mark, _ = id.partition(f"{INDEX_NAME}#")
    relative = base + INDEX_NAME if mark else id
    parts = relative.split("/")
    if not relative or "\0" in relative or relative.startswith("/") or any(p in ("", ".", "..") for p in parts):
        raise BadInputError(f"not a path inside the memory directory: {relative!r}")
    path = root
    for part in parts:
        path = _child(path, part, id)
    real, real_root = os.path.realpath(path), os.path.realpath(root)
    if not real.startswith(real_root.rstrip(os.sep) + os.sep):
        raise BadInputError("a link that leads out of the memory directory", path=path)
    return path


def read_body(root: str, id: str) -> str:
    """The text after the frontmatter as it is on disk now; of a section its own text. Raises as `locate`, and
    `StorageError` when the file or the section is gone or cannot be read."""
    path = locate(root, id)
    data = read_bytes(path)
    if f"{INDEX_NAME}#" not in id:
        return parse(data).body
    index_id = id.partition("#")[0]
    for section in sections_of(root, index_id, path, data, FileStat(index_id, path, len(data), 0, 0, 0)):
        if section.id == id:
            return section.body
    raise StorageError("the section is gone", path=path, code="vanished")


class Store:
    """A directory scanned once, on first use; make a new one to look again."""

    def __init__(self, root: str) -> None:
        self.root = root

    @cached_property
    def scan(self) -> Scan:
        """Everything in the directory."""
        return scan(self.root)

    @cached_property
    def by_id(self) -> dict[str, Memory]:
        """Memories and inline sections by id."""
        return {memory.id: memory for memory in (*self.scan.memories, *self.scan.sections)}

    @cached_property
    def names(self) -> Names:
        """The names of the memories, sections left out."""
        return Names((memory.id, memory.name) for memory in self.scan.memories)

    def get(self, name: str) -> Memory:
        """The memory that a person's NAME means (`Names.lookup`), or the section with this id."""
        if name in self.by_id:
            return self.by_id[name]
        return self.by_id[self.names.lookup(name)]

    def find(self, id: str) -> Memory:
        """The memory with this id. Raises `NotFoundError`."""
        try:
            return self.by_id[id]
        except KeyError:
            raise NotFoundError(f"no memory has the path {id}") from None


def _child(folder: str, part: str, id: str) -> str:
    """The entry of a folder whose id part is `part`: itself, or a name in another Unicode form or with undecodable
    bytes."""
    path = os.path.join(folder, part)
    if os.path.lexists(path):
        return path
    if not part.isascii() or "\\" in part:
        try:
            for name in sorted(os.listdir(folder)):
                if id_of(name) == part:
                    return os.path.join(folder, name)
        except OSError:
            pass
    raise StorageError(f"there is no file {id}", path=path, code="vanished")
