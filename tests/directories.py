"""What the index's tests share: a memory directory to change, its index, and what recall gives from it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from memdir.graph.index import Answer, Index
from memdir.recall import RecallOptions, recall

NOW = 1_800_000_000.0
QUERIES = ("deploy the server", "test database", "git commit style", "user prefers tabs", "alpha", "gamma delt", "北京")


class Clock:
    """A clock that is set by hand; it begins far after every file's times, so that no file is racy."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def index_of(root: Path, cache: Path | None, clock: Clock | None = None) -> Index:
    return Index(str(root), str(cache) if cache else None, now=clock or Clock())


def real_clock() -> Clock:
    """The file system's own time."""
    return Clock(time.time())


def memory(root: Path, name: str, text: str, *, described: bool = True, **fields: str) -> Path:
    """Write a memory with a frontmatter of plain fields; without a description the MEMORY.md line stands in for it."""
    path = root / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    about = f"description: about {name}\n" if described else ""
    head = "".join(f"  {key}: {value}\n" for key, value in fields.items())
    path.write_text(f"---\nname: {path.stem}\n{about}metadata:\n  type: project\n{head}---\n{text}\n")
    return path


def results(answer: Answer, queries: Sequence[str] = QUERIES) -> list[list[tuple[object, ...]]]:
    """What recall gives for each query: facts, score and parts."""
    options = RecallOptions(now=NOW, limit=50, all=True, min_score=0.0)
    return [
        [(s.facts, s.score, dict(s.parts), s.why) for s in recall(answer.views, query, options)] for query in queries
    ]


def assert_same_as_scan(index: Index, root: Path, queries: Sequence[str] = QUERIES) -> None:
    scanning = index_of(root, None)
    assert results(index.refresh(), queries) == results(scanning.refresh(), queries)


def bump(path: Path) -> None:
    """Make sure that a rewritten file's mtime differs, on a file system with a coarse clock, too."""
    status = os.stat(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))
