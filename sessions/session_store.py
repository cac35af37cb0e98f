"""A directory as the store in which an agent framework keeps its sessions.

The methods are those of the Claude Agent SDK's `SessionStore` (`ClaudeAgentOptions(session_store=...)`), which this
module does not import: it is duck-typed. The files are transcripts in the layout of a `projects/` directory, so that
`memdir session search WORDS --transcripts DIR` finds what was said in them.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, NotRequired, TypedDict

from memdir.errors import BadInputError
from memdir.files import failure, shown

from .appending import Appending, appending
from .json_lines import parse, read_lines
from .session_file import ENDING
from .writer import line

_SPECIAL: Final = re.compile(r"[^A-Za-z0-9._-]|^\.")
_MAX_NAME: Final = 240
"""Bytes of a file's name before its ending."""
_ENCODING: Final = ("utf-8", "surrogatepass")
_MAX_KNOWN: Final = 64
"""Sessions whose uuids are remembered between calls; of others they are read again."""


class SessionKey(TypedDict):
    """Which transcript: a project and session (any texts), and `subpath` for a sub-agent's."""

    project_key: str
    session_id: str
    subpath: NotRequired[str]


class _Known(NamedTuple):
    inode: int
    size: int
    uuids: set[str]


class DirectorySessionStore:
    """Sessions in the files below `root`, for one or several processes.

    An entry whose `uuid` the transcript already has is not stored again; others always are. The calls return when the
    lines are written, about 0.1 ms for a batch, and use no thread; `durable` also waits for the disk. On a file system
    that knows no difference between upper and lower case, neither do project keys and session ids.
    """

    def __init__(self, root: str, *, durable: bool = False) -> None:
        self.root = os.path.abspath(root)
        self._durable = durable
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def append(self, key: SessionKey, entries: Sequence[Mapping[str, object]]) -> None:
        """Append entries in their order. Raises `BadInputError`, `LockedError`, `StorageError`."""
        if not entries:
            return
        with appending(self._path(key), durable=self._durable) as file:
            known = self._uuids(file)
            self._known.pop(file.path, None)  # comes back when all is written
            lines = []
            for entry in entries:
                uuid = entry.get("uuid")
                if isinstance(uuid, str):
                    if uuid in known:
                        continue
                    known.add(uuid)
                first = {"type": entry["type"]} if "type" in entry else {}
                lines.append(line({**first, **entry}))
            if lines:
                file.write(*lines)
            self._remember(file, known)

    async def load(self, key: SessionKey) -> list[dict[str, object]] | None:
        """All entries in their order, None for a transcript that was never written. Raises `StorageError`."""
        path = self._path(key)
        try:
            with open(path, "rb") as file:
                return [value for found in read_lines(file) if (value := parse(found.data)) is not None]
        except FileNotFoundError:
            return None
        except OSError as error:
            raise failure(error, path, "reading the transcript") from error

    async def list_sessions(self, project_key: str) -> list[dict[str, object]]:
        """The sessions of a project: `session_id` and `mtime` (ms since the epoch)."""
        found: list[dict[str, object]] = []
        folder = os.path.join(self.root, _name(project_key))
        with contextlib.suppress(FileNotFoundError), os.scandir(folder) as files:
            for file in files:
                if file.name.endswith(ENDING) and file.is_file(follow_symlinks=False):
                    session = _text(file.name.removesuffix(ENDING))
                    found.append({"session_id": session, "mtime": file.stat().st_mtime_ns // 1_000_000})
        return found

    async def delete(self, key: SessionKey) -> None:
        """Delete a session with its sub-agents' transcripts, or the one that `subpath` names; nothing where there is
        none. Raises `StorageError`."""
        path = self._path(key)
        try:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            if "subpath" not in key:
                shutil.rmtree(path.removesuffix(ENDING))
        except FileNotFoundError:
            pass  # no sub-agents
        except OSError as error:
            raise failure(error, path, "deleting") from error
        for other in [known for known in self._known if known.startswith(path.removesuffix(ENDING))]:
            del self._known[other]

    async def list_subkeys(self, key: SessionKey) -> list[str]:
        """The subpaths under a session."""
        top = self._path({"project_key": key["project_key"], "session_id": key["session_id"]}).removesuffix(ENDING)
        found = []
        for folder, _, names in os.walk(top):
            for name in names:
                if name.endswith(ENDING):
                    path = os.path.relpath(os.path.join(folder, name), top).removesuffix(ENDING)
                    found.append("/".join(map(_text, path.split(os.sep))))
        return sorted(found)

    def _path(self, key: SessionKey) -> str:
        parts = [_name(key["project_key"]), _name(key["session_id"])]
        if "subpath" in key:
            parts += [_name(part) for part in key["subpath"].split("/")]
        return os.path.join(self.root, *parts) + ENDING

    def _uuids(self, file: Appending) -> set[str]:
        """The uuids of a transcript that is locked: remembered, or read."""
        known = self._known.get(file.path)
        if known is not None and (known.inode, known.size) == (file.inode, file.size):
            return known.uuids
        found = (parse(data) for data in file.lines_from_end())
        return {uuid for value in found if value is not None and isinstance(uuid := value.get("uuid"), str)}

    def _remember(self, file: Appending, uuids: set[str]) -> None:
        self._known[file.path] = _Known(file.inode, file.size, uuids)
        self._known.move_to_end(file.path)
        while len(self._known) > _MAX_KNOWN:
            self._known.popitem(last=False)


def _name(text: str) -> str:
    """A part of a key as a file name: what is special is written as `%` and its bytes in hexadecimal digits. Different
    texts have different names. Raises `BadInputError` when it is empty or too long."""
    name = _SPECIAL.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode(*_ENCODING)), text)
    if not name or len(name) > _MAX_NAME:
        raise BadInputError("a key of a session is empty or too long", hint=f"at most {_MAX_NAME} plain characters")
    return name


def _text(name: str) -> str:
    data = re.sub(rb"%([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), os.fsencode(name))
    return data.decode(*_ENCODING) if name.isascii() else shown(name)
