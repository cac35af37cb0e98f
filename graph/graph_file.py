"""Where a directory's graph lies and how a question gets it: a file inside the index's current generation.

A generation never changes, and its graph is a function of it: the first question about the graph makes the file, later
ones open it, and it goes when its generation goes. Where there is no index or it is behind (no place for it, another
process writing), the graph is made for the one question, in a temporary directory, from what a recall would read.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterator

from memdir.errors import IndexFailure, LockedError, StorageError
from memdir.recall import View
from memdir.relations import Relations, relate
from memdir.segment import Facts

from . import kuzu_store
from .disk_segment import DiskSegment
from .index import Answer, Index
from .kuzu_store import Graph
from .section_file import IndexDamaged

_MAKING = threading.Lock()
"""Two threads that make one graph write the same file, which ends the process."""


@contextlib.contextmanager
def open_graph(index: Index) -> Iterator[Graph]:
    """The graph of the files as they are now, for reading. The index is brought up to date first where that is
    possible. Raises `StorageError` when it cannot be written anywhere, `IndexFailure` when it cannot be read."""
    answer = index.refresh()
    if answer.answered_by != "index":
        with contextlib.suppress(LockedError, StorageError):
            index.sync()
        answer = index.views()
    with contextlib.ExitStack() as stack:
        with _MAKING:
            try:
                graph = _lasting(answer) or _passing(answer, stack)
            except IndexDamaged as error:
                graph = _passing(index.distrust(error), stack)
        yield stack.enter_context(graph)


def file_name() -> str:
    """The graph's file name says by what it was made: another engine, version or schema makes its own."""
    return f"graph-{kuzu_store.stamp().replace(' ', '-')}"


def relations_of(views: tuple[View, ...]) -> Relations:
    """The relations of what a recall reads."""
    return relate(list(_facts(views)))


def _facts(views: tuple[View, ...]) -> Iterator[Facts]:
    for view in views:
        for number in range(view.segment.count):
            if number not in view.removed:
                yield view.segment.facts(number)


def _generation(answer: Answer) -> str | None:
    """The generation that is the whole answer, None where files had to be read or there is nothing in it."""
    if answer.answered_by != "index" or not answer.views:
        return None
    segment = answer.views[0].segment
    return os.path.dirname(segment.path) if isinstance(segment, DiskSegment) else None


def _lasting(answer: Answer) -> Graph | None:
    """The graph of a generation, made where it is missing or damaged: beside its name and then moved there, so that
    nobody opens half of one. None where there is no place for it, as in a cache that cannot be written."""
    generation = _generation(answer)
    if generation is None:
        return None
    path = os.path.join(generation, file_name())
    with contextlib.suppress(IndexFailure):
        return Graph(path)
    relations, unfinished = relations_of(answer.views), f"{path}.{os.getpid()}"
    try:
        kuzu_store.build(unfinished, relations)
        os.replace(unfinished, path)
        return Graph(path)
    except (StorageError, IndexFailure, OSError):
        with contextlib.suppress(StorageError):
            kuzu_store.remove(unfinished)
        return None


def _passing(answer: Answer, stack: contextlib.ExitStack) -> Graph:
    """A graph for one question, in a directory that goes with the stack."""
    path = os.path.join(stack.enter_context(tempfile.TemporaryDirectory(prefix="memdir-graph-")), file_name())
    kuzu_store.build(path, relations_of(answer.views))
    return Graph(path)
