"""Files, commands and scripts that a memory names and that are no more: by the repository's git tree, never by the
network or the disk. In doubt a reference is alive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from memdir.model import Memory

from .draft import Draft
from .review_marks import open_mark, settled, with_mark

_SPAN = re.compile(r"`([^`\n]+)`|\]\(([^)\s]+)\)")
_PATH = re.compile(r"(?:\./)?[\w.@+-]+(?:/[\w.@+-]+)+/?")
_LINES = re.compile(r":\d+(?:[-:]\d+)*$|#L?\d+.*$|::[\w.:\[\]-]+$")
_PAST = re.compile(
    r"\b(?:removed?|deleted?|dropped|renamed|moved|gone|used to|formerly|no longer|never|not|don't|old|was|were|"
    r"replaced|will|would|planned|new|create|add|todo|instead|example|e\.g|gelöscht|entfernt|früher|eliminad\w+|removid\w+)\b",
    re.I,
)
_COMMAND = re.compile(r"^(make|just|npm run|pnpm run|yarn run|npm|pnpm|yarn)\s+([\w:.-]+)")
GENERATED: Final = frozenset(
    """dist build out target node_modules .venv venv coverage tmp temp cache .cache __pycache__ bin obj site public
    .git""".split()  # noqa: SIM905 - a block of words reads better than a list of them
)


def find_dead(draft: Draft) -> None:
    """Mark the memories that name something dead."""
    tracked = draft.inputs.tracked
    tree = _Tree(tracked) if tracked else None
    for memory in list(draft.current()):
        dead = sorted({*(_files(memory, tree) if tree else ()), *_commands(memory, draft)})
        if not dead or settled((memory,), "dead-reference", "", draft.inputs.now):
            continue
        values = ", ".join(dead)
        data = draft.edited(
            memory, with_mark(memory, open_mark("dead-reference", "", (memory,), draft.inputs.now, values))
        )
        changes = [] if data is None else [draft.changed(memory, data)]
        draft.add("dead-reference", (memory.id,), f"not in the repository any more: {values}", dead, changes)


class _Tree:
    """The tracked paths, by whole path, folder, and ending."""

    def __init__(self, tracked: frozenset[str]) -> None:
        self._all = set(tracked)
        for path in tracked:
            folder = path.rpartition("/")[0]
            while folder and folder not in self._all:
                self._all.add(folder)
                folder = folder.rpartition("/")[0]
        self.tops = {path.partition("/")[0] for path in tracked if "/" in path}
        self._ends = {end for path in self._all for end in _ends(path)}

    def has(self, path: str) -> bool:
        """True for a tracked file or folder, or the end of its path."""
        return path in self._all or path in self._ends


def _ends(path: str) -> Iterator[str]:
    parts = path.split("/")
    for start in range(1, len(parts) - 1):
        yield "/".join(parts[start:])


def _files(memory: Memory, tree: _Tree) -> Iterator[str]:
    for line in memory.body.splitlines():
        if _PAST.search(line):
            continue
        for match in _SPAN.finditer(line):
            text = _LINES.sub("", (match[1] or match[2]).strip())
            if not _PATH.fullmatch(text):
                continue
            path = text.removeprefix("./").rstrip("/")
            parts = path.split("/")
            known = parts[0] in tree.tops and not GENERATED.intersection(parts) and ".." not in parts
            if known and "." in parts[-1].lstrip(".") and not tree.has(path):
                yield path


def _commands(memory: Memory, draft: Draft) -> Iterator[str]:
    commands = draft.inputs.commands
    for line in memory.body.splitlines() if commands else ():
        if _PAST.search(line):
            continue
        for match in _SPAN.finditer(line):
            found = _COMMAND.match((match[1] or "").strip())
            if found is None or found[2].startswith("-"):
                continue
            runner = found[1]
            if runner in ("npm", "pnpm", "yarn"):
                continue  # a command of the tool itself
            runner = "npm run" if runner.endswith(" run") else runner
            if runner in commands and found[2] not in commands[runner] and "=" not in found[2]:
                yield f"{found[1]} {found[2]}"
