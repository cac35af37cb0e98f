"""What an agent left of a copy of the memory, as operations like those of any plan.

Files are compared byte for byte. One that is gone was merged into the file that has most of its words; where none has,
a person must say that it may go. What is deleted, and the former text of what was shortened, goes to the archive. A
file that would not pass as a person's edit (no frontmatter, invalid YAML, a secret, a bad name) is left as it was, and
with it what was merged into it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from memdir.archive import free_path
from memdir.changes import changed_memory, refuse_secrets
from memdir.errors import BadInputError
from memdir.files import check_name, inside, is_free, shown
from memdir.frontmatter import Parsed, parse
from memdir.indexes import Indexes
from memdir.journal_records import Change
from memdir.model import INDEX_NAME, Memory
from memdir.operations import edit_or_adopt
from memdir.scan import EXCLUDED_FOLDERS, id_of
from memdir.store import Store

from .guards import LEAVING_SHARE
from .inputs import Inputs
from .operation import Operation

KEPT_SHARE: Final = 0.6
"""Of the words of a file that is gone, or was rewritten, what the file that has them now must have at least."""
_SHOWN: Final = 12
_NEGATIONS: Final = frozenset(
    ["not", "no", "never", "without", "except", "unless", "before", "after", "cannot", "nicht", "kein", "keine", "nie"]
)
_WORD: Final = re.compile(r"\w{3,}|\d+|no")


class Proposed(NamedTuple):
    """The operations, and what was refused and why."""

    operations: tuple[Operation, ...]
    notes: tuple[str, ...]


def propose(inputs: Inputs, left: Mapping[str, bytes]) -> Proposed:
    """The operations that lead from the directory's files to those that an agent left (bytes by relative path)."""
    before = {path: data for path, data in inputs.files.items() if not _is_index(path)}
    notes: list[str] = []
    changed: dict[str, bytes] = {}
    refused: set[str] = set()
    for path, data in left.items():
        if _is_index(path) or data == before.get(path):
            continue
        wrong = _wrong(inputs.root, path, before.get(path), data)
        if wrong:
            notes.append(f"{shown(path)} is left as it was: {wrong}")
            refused.add(path)
        else:
            changed[path] = data
    gone = sorted(before.keys() - left.keys() - refused)
    texts = {path: _words(data) for path, data in left.items() if not _is_index(path)} if gone else {}
    targets = {path: _target(before[path], texts) for path in gone}
    merged: dict[str, list[str]] = {}
    for path, target in targets.items():
        if target in refused:
            notes.append(f"{shown(path)} stays: the file it was merged into is left as it was")
        elif target:
            merged.setdefault(target, []).append(path)
    reader = _Reader(inputs)
    found = [reader.merge(path, changed.get(path), gone_into) for path, gone_into in sorted(merged.items())]
    found += [reader.edit(path, data) for path, data in sorted(changed.items()) if path not in merged]
    found += [reader.drop(path) for path in gone if not targets[path]]
    if len(gone) > max(len(before) * LEAVING_SHARE, 1):
        found = [o._replace(asks=o.asks or any(c.after is None for c in o.changes)) for o in found]
    return Proposed(tuple(found), tuple(notes))


def with_index(root: str, operations: Sequence[Operation]) -> list[Operation]:
    """The operations and, last, what they make of MEMORY.md."""
    store = Store(root)
    indexes = Indexes(store)
    for change in (change for operation in operations for change in operation.changes):
        id = id_of(change.path)
        old = store.by_id.get(id)
        if change.after is None:
            indexes.remove(id)
        elif old is not None:
            indexes.follow(old, changed_memory(old, change.after))
        elif not change.path.endswith(".archived"):
            indexes.add(_new(root, change.path, change.after))
    changes = tuple(indexes.changes())
    if not changes:
        return list(operations)
    paths = tuple(change.path for change in changes)
    return [*operations, Operation("index", paths, "MEMORY.md follows the files", (), changes, safe=True)]


class _Reader:
    """Makes the operations for one set of inputs."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._memories = {memory.id: memory for memory in inputs.memories}

    def merge(self, path: str, data: bytes | None, gone: Sequence[str]) -> Operation:
        """Files whose words another one has now. Where a number or a "not" got lost a person must look."""
        changes = [] if data is None else self._replaced(path, data)
        kept = _words(self._inputs.files[path] if data is None else data)
        lost: set[str] = set()
        for other in gone:
            changes += self._archived(other, superseded_by=path)
            lost |= _words(self._inputs.files[other]) - kept
        ids = (id_of(path), *map(id_of, gone))
        reason = f"the agent put {', '.join(ids[1:])} into {ids[0]}"
        return Operation("merge", ids, reason, _told(lost), tuple(changes), asks=_weighs(lost))

    def edit(self, path: str, data: bytes) -> Operation:
        """A file that was rewritten, or a new one. Where a number or a "not" got lost, a "not" came in, or most of the
        words went, a person must look."""
        if path not in self._inputs.files:
            change = Change(path, None, data)
            return Operation("promote", (id_of(path),), "the agent wrote a new memory", (), (change,))
        words, kept = _described(self._inputs.files[path]), _described(data)
        lost = words - kept
        asks = _weighs(lost) or not _NEGATIONS.isdisjoint(kept - words) or len(lost) > (1 - KEPT_SHARE) * len(words)
        changes = tuple(self._replaced(path, data))
        return Operation("annotate", (id_of(path),), "the agent rewrote it", _told(lost), changes, asks=asks)

    def drop(self, path: str) -> Operation:
        """A file whose words no other has."""
        reason = "the agent took it out, and no other memory has its words"
        return Operation("stale", (id_of(path),), reason, (), tuple(self._archived(path)), asks=True)

    def _replaced(self, path: str, data: bytes) -> list[Change]:
        before = self._inputs.files.get(path)
        changes = [Change(path, before, data)]
        if before is not None and not _words(before) <= _words(data):
            changes.append(Change(free_path(self._inputs.root, path), None, before))
        return changes

    def _archived(self, path: str, superseded_by: str | None = None) -> list[Change]:
        before = self._inputs.files[path]
        memory = self._memories.get(id_of(path))
        data = before
        if superseded_by is not None and memory is not None:
            try:
                data = edit_or_adopt(memory, before, {"superseded_by": superseded_by}, None)
            except BadInputError:
                data = before  # no frontmatter to hold it: the text itself is what counts
        mtime_ns = int(memory.mtime * 1e9) if memory is not None else None
        copy = Change(
            free_path(self._inputs.root, path), None, data, keep_mtime=mtime_ns is not None, mtime_ns=mtime_ns
        )
        return [copy, Change(path, before, None)]


def _wrong(root: str, path: str, before: bytes | None, data: bytes) -> str:
    """Why a file is not taken as the agent left it, empty when it is."""
    try:
        inside(root, path)
        if before is None:
            for part in path.split("/"):
                check_name(part)
            if not is_free(path.rpartition("/")[2]) or not EXCLUDED_FOLDERS.isdisjoint(path.split("/")):
                return "no memory can have this path"
        refuse_secrets(data.decode("utf-8", "replace"), (before or b"").decode("utf-8", "replace"))
    except BadInputError as error:
        return error.message
    parsed, old = parse(data), parse(before) if before is not None else None
    if _is_broken(parsed) and (old is None or not _is_broken(old)):
        return "its frontmatter is not valid"
    if parsed.shape == "none" and (old is None or old.shape != "none"):
        return "it has no frontmatter"
    return "" if parsed.body.strip() or (old is not None and not old.body.strip()) else "it has no text"


def _is_broken(parsed: Parsed) -> bool:
    return parsed.problem("invalid-yaml") is not None or parsed.problem("unclosed-frontmatter") is not None


def _target(data: bytes, texts: Mapping[str, set[str]]) -> str:
    """The file that has most of the words of this one, empty where none has enough of them."""
    words = _words(data)
    shares = {path: len(words & other) / len(words) for path, other in texts.items()} if words else {}
    best = max(sorted(shares), key=lambda path: shares[path], default="")
    return best if best and shares[best] >= KEPT_SHARE else ""


def _weighs(lost: set[str]) -> bool:
    """A number or a "not" is among the words that got lost."""
    return any(word in _NEGATIONS or any(map(str.isdigit, word)) for word in lost)


def _told(lost: set[str]) -> tuple[str, ...]:
    return (f"words that it does not have: {', '.join(sorted(lost)[:_SHOWN])}",) if lost else ()


def _words(data: bytes) -> set[str]:
    return set(_WORD.findall(parse(data).body.casefold()))


def _described(data: bytes) -> set[str]:
    """The words of the description and the text."""
    return _words(data) | set(_WORD.findall(str(parse(data).head.get("description") or "").casefold()))


def _new(root: str, path: str, data: bytes) -> Memory:
    return changed_memory(Memory(id=id_of(path), root=root, path=inside(root, path), name=""), data)


def _is_index(path: str) -> bool:
    return path.rpartition("/")[2] == INDEX_NAME
