"""Writing sessions in Claude Code's own shape, so that it, its SDK and we read them back (formats §3, §3.4).

A folder's sessions are append-only files. Three things are said by further lines, never by changing earlier ones:

- *hidden*: a `memdir-tombstone` line names a message that is not to be loaded. Claude Code has no such type; its
  readers pass over types they do not know. What is written next continues from the message before the hidden one, so
  a hidden last message leaves Claude Code's conversation too, which walks from the end along `parentUuid`.
- *summarised*: a `compact_boundary` and a message with `isCompactSummary`, as Claude Code writes when it compacts:
  a conversation begins anew there, and what was before stays in the file.
- *title, tag*: as the SDK's `rename_session` and `tag_session` write them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final

from memdir import __version__
from memdir.dates import rfc3339
from memdir.errors import BadInputError, NotFoundError

from .appending import DEFAULT_WAIT, Appending, appending
from .blocks import text_at
from .conversation import TOMBSTONE, Message, messages
from .json_lines import dump, parse
from .session_file import SessionFile, session_files, session_path

Content = str | Mapping[str, object] | Sequence[Mapping[str, object]]
"""A message: its text, its content blocks, or the whole message as the API gives it (`role`, `content`, `model`,
`usage` ...)."""

ENTRYPOINT: Final = "memdir"
"""Tells our lines from Claude Code's own."""
_CHAINED: Final = frozenset({"user", "assistant", "system", "attachment", "progress"})
_SPLITS_LINES: Final = ((b"\xc2\x85", b"\\u0085"), (b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029"))
"""Line ends to Unicode, though not to JSON: the SDK's `fork_session` would cut a line there."""


class SessionWriter:
    """The sessions of one folder, written. `cwd` and `branch` are what each line records; `durable` syncs each line to
    the disk. Several threads and processes may write one session: each line is whole, and names the one before it."""

    def __init__(
        self,
        folder: str,
        *,
        now: Callable[[], float],
        cwd: str = "",
        branch: Callable[[], str] = lambda: "",
        new_id: Callable[[], str] | None = None,
        durable: bool = False,
        wait: float = DEFAULT_WAIT,
    ) -> None:
        self.folder = folder
        self.durable = durable
        self._now = now
        self._cwd = cwd
        self._branch = branch
        self._new_id = new_id or random_uuid
        self._wait = wait

    def session_path(self, session_id: str) -> str:
        """Where the session's transcript lies. Raises `BadInputError` for an id that no file can have."""
        return session_path(self.folder, session_id)

    def list_sessions(self) -> list[SessionFile]:
        """The sessions of the folder, the one written last first."""
        return session_files(self.folder)

    def write_user_message(self, session_id: str, message: Content, parent: str | None = None) -> str:
        """Append what the user said (or a tool result); its uuid. `parent` is the uuid of the message it follows, by
        default the session's last one. Raises `BadInputError`, `LockedError`, `StorageError`."""
        return self._write(session_id, "user", _message(message, "user"), parent)

    def write_assistant_message(self, session_id: str, message: Content, parent: str | None = None) -> str:
        """Append what the model said; its uuid. As `write_user_message`."""
        whole = _message(message, "assistant")
        content = whole["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        defaults = {"model": "unknown", "stop_reason": None, "stop_sequence": None, "usage": _NO_USAGE}
        id = whole.get("id") or f"msg_{self._new_id().replace('-', '')}"
        complete = {"id": id, "type": "message", **defaults, **whole, "role": "assistant", "content": blocks}
        return self._write(session_id, "assistant", complete, parent)

    def write_summary(self, session_id: str, summary: str) -> str:
        """Append a summary that takes the place of all messages before it; its uuid. `load_session_messages` begins
        with it, and so does Claude Code. Raises as `write_user_message`."""
        if not summary.strip():
            raise BadInputError("a summary needs words")
        with self._open(session_id) as file:
            last = last_message(file)
            boundary, uuid = self._new_id(), self._new_id()
            system = {
                **self._envelope("system", session_id, boundary, None), "logicalParentUuid": last,
                "subtype": "compact_boundary", "content": "Conversation compacted", "level": "info", "isMeta": False,
                "compactMetadata": {"trigger": "manual", "preTokens": 0},
            }  # fmt: skip
            said = {
                **self._envelope("user", session_id, uuid, boundary),
                "isVisibleInTranscriptOnly": True, "isCompactSummary": True,
                "message": {"role": "user", "content": summary},
            }  # fmt: skip
            file.write(line(system), line(said))
        return uuid

    def tombstone_message(self, session_id: str, uuid: str) -> None:
        """Hide a message: it is not loaded any more, and stays in the file. Hiding it twice changes nothing. Raises
        `NotFoundError` when the session has no such message."""
        with self._open(session_id, make=False) as file:
            found = [value for value in map(parse, file.lines_naming(uuid)) if value is not None]
            if not any(value.get("uuid") == uuid for value in found):
                raise NotFoundError("the session has no such message", path=file.path)
            if any(value.get("type") == TOMBSTONE and value.get("targetUuid") == uuid for value in found):
                return
            said = {"type": TOMBSTONE, "targetUuid": uuid, "sessionId": session_id, "timestamp": rfc3339(self._now())}
            file.write(line(said))

    def write_title(self, session_id: str, title: str) -> None:
        """Give a session a title, as the SDK's `rename_session` does. Raises `NotFoundError` without such a session."""
        self._say(session_id, {"type": "custom-title", "customTitle": title.strip(), "sessionId": session_id})

    def write_tag(self, session_id: str, tag: str) -> None:
        """Give a session a tag (empty: none), as the SDK's `tag_session` does. Raises `NotFoundError`."""
        self._say(session_id, {"type": "tag", "tag": tag.strip(), "sessionId": session_id})

    def load_session_messages(self, session_id: str, *, all: bool = False) -> list[Message]:
        """The messages of a session, oldest first, without those hidden, summarised or abandoned; with `all` every
        message in the order of the file. A session that is not there has none. Raises `StorageError`."""
        return messages(self.session_path(session_id), all=all)

    def _say(self, session_id: str, said: Mapping[str, object]) -> None:
        with self._open(session_id, make=False) as file:
            file.write(line(said))

    def _open(self, session_id: str, *, make: bool = True) -> AbstractContextManager[Appending]:
        return appending(self.session_path(session_id), durable=self.durable, make=make, wait=self._wait)

    def _write(self, session_id: str, type: str, message: Mapping[str, object], parent: str | None) -> str:
        uuid = self._new_id()
        with self._open(session_id) as file:
            before = last_message(file) if parent is None else parent
            file.write(line({**self._envelope(type, session_id, uuid, before), "message": message}))
        return uuid

    def _envelope(self, type: str, session_id: str, uuid: str, parent: str | None) -> dict[str, object]:
        """What every line of a conversation has. It stands before the message, whose words could otherwise be taken for
        it: the SDK finds fields by their text."""
        return {
            "type": type, "parentUuid": parent or None, "isSidechain": False, "userType": "external",
            "entrypoint": ENTRYPOINT, "cwd": self._cwd, "sessionId": session_id, "version": __version__,
            "gitBranch": self._branch(), "uuid": uuid, "timestamp": rfc3339(self._now()),
        }  # fmt: skip


_NO_USAGE: Final[Mapping[str, object]] = {
    "input_tokens": 0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 0,
}  # fmt: skip


def line(value: Mapping[str, object]) -> bytes:
    """A line of a transcript without its end. Raises `BadInputError` for what JSON cannot hold."""
    try:
        data = dump(value)
    except ValueError as error:
        raise BadInputError(f"the message cannot be written as JSON: {error}") from error
    for raw, escaped in _SPLITS_LINES:
        data = data.replace(raw, escaped)
    return data


def last_message(file: Appending) -> str | None:
    """The uuid that the next line continues from: the last line of the conversation that is not hidden, or else what
    that one continued from. None at the beginning."""
    hidden: set[str] = set()
    wanted = ""
    for data in file.lines_from_end():
        value = parse(data)
        if value is None:
            continue
        if value.get("type") == TOMBSTONE:
            hidden.add(text_at(value, "targetUuid"))
        uuid = text_at(value, "uuid")
        if not uuid or text_at(value, "type") not in _CHAINED or value.get("isSidechain") is True:
            continue
        if wanted and uuid != wanted:
            continue
        if uuid not in hidden:
            return uuid
        wanted = text_at(value, "parentUuid")
        if not wanted:
            return None
    return None


def random_uuid() -> str:
    """A random UUID (version 4), without the module that would look for network cards."""
    number = int.from_bytes(os.urandom(16), "big")
    number = number & ~(0xF << 76) | 4 << 76
    number = number & ~(3 << 62) | 2 << 62
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _message(message: Content, role: str) -> dict[str, object]:
    """The whole message: role and content checked, all else as it is given."""
    whole = dict(message) if isinstance(message, Mapping) else {"content": message}
    said = whole.get("role", role)
    if said != role:
        raise BadInputError(f"the role is {said!r}, not {role!r}")
    content = whole.get("content")
    if not isinstance(content, str):
        if not isinstance(content, Sequence) or not all(
            isinstance(block, Mapping) and isinstance(block.get("type"), str) for block in content
        ):
            raise BadInputError("a message is a text or a list of content blocks, each with a type")
        content = [dict(block) for block in content]
    return {"role": role, **whole, "content": content}
