"""One directory of memories: from an id to its file and its body, and from a name to an id."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from .errors import NotFoundError, StorageError
from .files import inside, read_file, shown
from .frontmatter_split import body_of
from .model import INDEX_NAME, FileStat

if TYPE_CHECKING:
    from .model import Memory
    from .names import Names
    from .scan import Scan


def locate(root: str, id: str) -> str:
    """The absolute path of the file with this id (of a section: of its MEMORY.md), spelt as it is on disk.

    Raises `BadInputError` for an absolute path, `..`, NUL, or a link that leads out of `root`; `StorageError` (code
    `vanished`) when there is no such file.
    """
    folder, mark, _ = id.partition(f"{INDEX_NAME}#")
    relative = folder + INDEX_NAME if mark else id
    path = inside(root, relative)
    if os.path.lexists(path):
        return path
    spelt = ""
    for part in relative.split("/"):
        spelt = os.path.join(spelt, _on_disk(os.path.join(root, spelt), part))
    path = inside(root, spelt)
    if not os.path.lexists(path):
        raise StorageError(f"there is no file {shown(relative)}", path=shown(path), code="vanished")
    return path


def read_body(root: str, id: str) -> str:
    """The text after the frontmatter as it is on disk now; of a section its own text. Raises as `locate`, and
    `StorageError` when the file or the section is gone or cannot be read."""
    path = locate(root, id)
    data = read_file(path)
    if f"{INDEX_NAME}#" not in id:
        body = body_of(data)
        if body is None:
            from .frontmatter_read import parse  # 5 ms that showing a passage seldom needs

            body = parse(data).body
        return body
    from .sections import sections_of

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
        from .scan import scan

        return scan(self.root)

    @cached_property
    def by_id(self) -> dict[str, Memory]:
        """Memories and inline sections by id."""
        return {memory.id: memory for memory in (*self.scan.memories, *self.scan.sections)}

    @cached_property
    def names(self) -> Names:
        """The names of the memories, sections left out."""
        from .names import Names

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


def _on_disk(folder: str, part: str) -> str:
    """The name in a folder whose id is `part`: it may be in another Unicode form or hold undecodable bytes."""
    if part.isascii() and "\\" not in part:
        return part
    from .scan import id_of  # who only shows a passage walks nothing

    try:
        return next((name for name in sorted(os.listdir(folder)) if id_of(name) == part), part)
    except OSError:
        return part
