"""Where a directory's graph lies and how a question gets it: a file inside the index's current generation.

A generation never changes, and its graph is a function of it: the first question about the graph makes the file, later
ones open it, and it goes when its generation goes. Where there is no index or it is behind (no place for it, another
process writing), the graph is made for the one question, in a temporary directory, from what a recall would read.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator

from memdir.errors import IndexFailure, LockedError, StorageError
from memdir.recall import View
from memdir.relations import Relations, relate
from memdir.segment import Facts

from . import kuzu_store
from .index import Index
from .kuzu_store import Graph


@contextlib.contextmanager
def open_graph(index: Index) -> Iterator[Graph]:
    """The graph of the files as they are now, for reading. The index is brought up to date first where that is
    possible. Raises `StorageError` when it cannot be written anywhere, `IndexFailure` when it cannot be read."""
    answer = index.refresh()
    if answer.answered_by != "index":
        with contextlib.suppress(LockedError, StorageError):
            index.sync()
        answer = index.views()
    state = index.status()
    lasting = None
    if answer.answered_by == "index" and state.home and state.generation:
        lasting = os.path.join(state.home, state.generation, file_name())
    if lasting and (os.path.exists(lasting) or _made(lasting, answer.views)):
        try:
            graph = Graph(lasting)
        except IndexFailure:
            kuzu_store.remove(lasting)  # damaged: made anew
            kuzu_store.build(lasting, relations_of(answer.views))
            graph = Graph(lasting)
        with graph:
            yield graph
        return
    with tempfile.TemporaryDirectory(prefix="memdir-graph-") as folder:
        path = os.path.join(folder, file_name())
        kuzu_store.build(path, relations_of(answer.views))
        with Graph(path) as graph:
            yield graph


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


def _made(path: str, views: tuple[View, ...]) -> bool:
    """Make the graph beside its name and move it there, so that nobody opens half of one; False when that is not
    possible, as in a cache that cannot be written."""
    unfinished = f"{path}.{os.getpid()}"
    try:
        kuzu_store.build(unfinished, relations_of(views))
        os.replace(unfinished, path)
    except (StorageError, OSError):
        with contextlib.suppress(StorageError):
            kuzu_store.remove(unfinished)
        return False
    return True
