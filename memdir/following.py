"""References that follow a memory to its new path and name: in fields, in `[[links]]`, and in links to its file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping

from .errors import BadInputError
from .frontmatter import edit, field, parse
from .index_edit import relink
from .markdown_blocks import lines as scanned_lines
from .model import Memory
from .names import Names, join, loose
from .store import Store

_REFERENCE = re.compile(r"(?P<code>(?<!`)(`+)(?!`).+?(?<!`)\2(?!`))|\[\[(?P<target>[^\[\]\n|#]+)(?=[\]#|])")
_FIELDS = ("links", "supersedes", "superseded_by")


class Following:
    """The move of one memory from `old` to `new`; `after` are the names as they will be."""

    def __init__(self, store: Store, after: Names, old: Memory, new: Memory) -> None:
        self._store = store
        self._after = after
        self._old = old
        self._new = new

    def file(self, memory: Memory, data: bytes) -> bytes:
        """A file's bytes with its references put right: those to the moved memory, and in the moved memory itself
        those that only its old folder made clear. Damaged bytes and invalid frontmatter stay as they are."""
        here = self._new.id if memory.id == self._old.id else memory.id

        def follow(text: str) -> str:
            return self._name(text, memory.id, here)

        parsed = parse(data)
        old_body = parsed.body.encode("utf-8", "surrogateescape")
        body = _in_body(parsed.body, follow)
        if "](" in body:
            body = relink(body, lambda path: self._path(path, memory.namespace, here))
        if body != parsed.body and data.endswith(old_body):
            data = data[: len(data) - len(old_body)] + body.encode("utf-8", "surrogateescape")
        fields = {key: value for key in _FIELDS if (value := _in_field(parsed.head, key, follow)) is not None}
        try:
            return edit(data, fields) if fields else data
        except BadInputError:
            return data  # `check` reports the frontmatter, and the link with it

    def wiki_links(self, text: str, id: str) -> str:
        """A text that is no memory, the index `id`, with its `[[links]]` put right."""
        return _in_body(text, lambda target: self._name(target, id, id))

    def _name(self, text: str, from_id: str, here: str) -> str:
        """What a reference by name or path in `from_id` (that will be `here`) has to say from now on."""
        meant = self._store.names.resolve(text, from_id)
        if len(meant) != 1 or (meant[0] != self._old.id and here != self._new.id):
            return text
        goal = self._new.id if meant[0] == self._old.id else meant[0]
        if self._after.resolve(text, here) == (goal,) and not self._spells_old_name(text, goal):
            return text
        name = self._new.name if goal == self._new.id else ""
        if name and self._after.resolve(name, here) == (goal,) and "/" not in text:
            return name
        return goal if text.endswith(".md") else goal.removesuffix(".md")

    def _spells_old_name(self, text: str, goal: str) -> bool:
        """A reference that still resolves (by loose spelling, or by the file name) but spells the old name."""
        renamed = self._new.name != self._old.name
        return goal == self._new.id and renamed and loose(text) == loose(self._old.name)

    def _path(self, path: str, folder: str, here: str) -> str:
        """What a link to a file, relative to `folder`, has to say in `here`."""
        target = join(folder, path)
        moved = here == self._new.id
        if target != self._old.id and not (moved and target in self._store.by_id):
            return path
        goal = self._new.id if target == self._old.id else target
        folder = here.rpartition("/")[0]
        return path if join(folder, path) == goal else posixpath.relpath(goal, folder or ".")


def _in_body(body: str, follow: Callable[[str], str]) -> str:
    """A text with `follow` applied to the target of every `[[link]]` outside code."""
    if "[[" not in body:
        return body

    def one(match: re.Match[str]) -> str:
        if match["code"]:
            return match[0]
        target = match["target"].strip()
        new = follow(target)
        return match[0] if new == target else f"[[{new}"

    lines = body.split("\n")
    for line in scanned_lines(body):
        if line.kind in ("text", "html") and "[[" in line.text:
            lines[line.number - 1] = _REFERENCE.sub(one, lines[line.number - 1])
    return "\n".join(lines)


def _in_field(head: Mapping[str, object], key: str, follow: Callable[[str], str]) -> object | None:
    """The new value of a field that refers to memories, None when nothing changes."""
    value = field(head, key)
    items = value if isinstance(value, list) else [value]
    changed: list[object] = []
    for item in items:
        if isinstance(item, Mapping) and isinstance(item.get("to"), str):
            changed.append({**item, "to": follow(item["to"])})
        else:
            changed.append(follow(item) if isinstance(item, str) else item)
    if changed == items:
        return None
    return changed if isinstance(value, list) else changed[0]
