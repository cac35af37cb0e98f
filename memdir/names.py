"""Which memory a link or a person means (design §3, Identity). By path, by name, by file stem; same folder first.

Names are compared in NFC. Where the exact spelling finds nothing, case and the signs between words do not count
(`Feedback Testing`, `feedback_testing`, `feedback-testing`): Claude Code turns names into kebab-case when it rewrites a
file, and the links to them stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from .errors import NotFoundError, UsageError

_BETWEEN = re.compile(r"[\W_]+")
MAX_LISTED = 10
"""Matches that an ambiguous name lists."""


def loose(text: str) -> str:
    """The spelling that is compared when the exact one finds nothing. A name of signs alone stays as it is."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return _BETWEEN.sub("-", folded).strip("-") or folded.strip()


class Names:
    """The ids and names of one directory's memories. Built once, not changed."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        self._ids: dict[str, str] = {}
        self._exact: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
        for id, name in entries:
            self._ids[id] = name
            self._exact[0].setdefault(name, []).append(id)
            self._exact[1].setdefault(_stem(id), []).append(id)
        self._loose: dict[str, list[str]] | None = None

    def resolve(self, text: str, from_id: str = "") -> tuple[str, ...]:
        """The ids that `[[text]]` or `to: text` in the file `from_id` means: none, one, or several when ambiguous.
        A path counts from the directory's root or from the file's folder."""
        wanted = unicodedata.normalize("NFC", text.partition("|")[0].strip())
        if not wanted:
            return ()
        folder = from_id.rpartition("/")[0]
        return self._path(wanted, folder) or self._named(wanted, folder) or self._path(wanted.partition("#")[0], folder)

    def lookup(self, name: str) -> str:
        """The one id that a person's NAME means: name, stem, relative path, or the beginning of one that no other has.

        Raises `UsageError` (code `ambiguous`) with the matches, or `NotFoundError` with the nearest three.
        """
        found = self.resolve(name) or tuple(self._beginning(name))
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(found[:MAX_LISTED]) + (", ..." if len(found) > MAX_LISTED else "")
            raise UsageError(f"{name} is ambiguous: {listed}", hint="give the path", code="ambiguous")
        nearest = self.nearest(name)
        hint = f"did you mean {', '.join(nearest)}?" if nearest else None
        raise NotFoundError(f"no memory is called {name}", hint=hint)

    def nearest(self, name: str, limit: int = 3) -> list[str]:
        """The names most like this one, for a message."""
        from .fuzzy import closest

        return closest(name, [*self._exact[0], *self._exact[1]], limit)

    def _path(self, wanted: str, folder: str) -> tuple[str, ...]:
        if wanted.rpartition("/")[2] in ("", ".", ".."):
            return ()  # a folder, or a heading of the same file
        for base in (folder, ""):
            path = join(base, wanted)
            for candidate in (path, f"{path}.md") if path else ():
                if candidate in self._ids:
                    return (candidate,)
        return ()

    def _named(self, wanted: str, folder: str) -> tuple[str, ...]:
        for group in self._exact:
            found = group.get(wanted)
            if found:
                return _same_folder(found, folder)
        found = self._loosely().get(loose(wanted))
        return _same_folder(found, folder) if found else ()

    def _loosely(self) -> dict[str, list[str]]:
        if self._loose is None:
            self._loose = {}
            for id, name in self._ids.items():
                for key in {loose(name), loose(_stem(id))} - {""}:
                    self._loose.setdefault(key, []).append(id)
        return self._loose

    def _beginning(self, text: str) -> list[str]:
        start = unicodedata.normalize("NFC", text.strip())
        if not start:
            return []
        return [
            id
            for id, name in self._ids.items()
            if id.startswith(start) or name.startswith(start) or _stem(id).startswith(start)
        ]


def _same_folder(ids: list[str], folder: str) -> tuple[str, ...]:
    near = [id for id in ids if id.rpartition("/")[0] == folder] if len(ids) > 1 else ids
    return tuple(near or ids)


def _stem(id: str) -> str:
    base = id.rpartition("/")[2]
    return base.rpartition(".")[0] or base


def join(folder: str, relative: str) -> str:
    """`relative` from `folder`, with `.` and `..` taken away; empty when it leads out."""
    parts = folder.split("/") if folder else []
    for part in relative.split("/"):
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
