"""Sets of questions about conversations whose answers are known, written as transcripts that are then read as any.

- *LoCoMo* (Maharana and others 2024): long conversations of two people. A directory for each, a file for each
  session; a turn's uuid is its `dia_id`, its text `Speaker: text` and the photo's caption in brackets.
- *Commits*: the prompts and touched files of agent sessions, and the commits that came of them. A file for each
  session; prompts, apart at lines of `---`, are what the user said, and each file is touched by a call of Edit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from memdir.dates import rfc3339
from memdir.errors import BadInputError
from memdir.files import failure

from .claude_code import seconds
from .json_lines import dump, parse

_EVIDENCE: Final = re.compile(r"D\d+:\d+")
_SESSION: Final = re.compile(r"session_\d+")
_RULE: Final = re.compile(r"^---$", re.MULTILINE)
_DATED: Final = re.compile(r"^\d{4}-\d\d-\d\d-")
"""Ids of sessions were once written with their day before them."""
_STEP: Final = 30
"""Seconds between the turns of a session of which only the beginning is known."""


class Asked(NamedTuple):
    """A question about the transcripts in `folder`: the turns and the sessions that answer it, by their ids."""

    folder: str
    query: str
    kind: str
    turns: frozenset[str]
    sessions: frozenset[str]


def write_locomo(conversations: object, root: str, path: str = "") -> list[Asked]:
    """Write LoCoMo's conversations below `root`; its questions, without those that name no evidence. Raises
    `BadInputError` (naming `path`) for what is no LoCoMo file, and `StorageError`."""
    asked: list[Asked] = []
    if not isinstance(conversations, list):
        raise BadInputError("not a LoCoMo file: a list of conversations is wanted", path=path)
    for number, conversation in enumerate(conversations):
        try:
            folder = os.path.join(root, f"conversation-{number}")
            said = conversation["conversation"]
            for name in filter(_SESSION.fullmatch, said):
                began = datetime.strptime(said[f"{name}_date_time"], "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
                _write(folder, name, _locomo_turns(said[name], said["speaker_a"], began.timestamp()))
            for question in conversation["qa"]:
                turns = frozenset(_EVIDENCE.findall(" ".join(map(str, question["evidence"]))))
                if turns:
                    sessions = frozenset(f"session_{turn[1:].partition(':')[0]}" for turn in turns)
                    asked.append(Asked(folder, question["question"], str(question.get("category")), turns, sessions))
        except (KeyError, TypeError, ValueError) as error:
            raise BadInputError(f"not a LoCoMo file: conversation {number}: {error}", path=path) from error
    return asked


def _locomo_turns(
    turns: Sequence[Mapping[str, Any]], first: str, began: float
) -> Iterator[tuple[str, str, object, float]]:
    for number, turn in enumerate(turns):
        text = f"{turn['speaker']}: {turn['text']}"
        if turn.get("blip_caption"):
            text += f" [{turn['blip_caption']}]"
        yield turn["dia_id"], "user" if turn["speaker"] == first else "assistant", text, began + _STEP * number


def write_commits(sessions: bytes, commits: bytes, root: str, path: str = "") -> list[Asked]:
    """Write the sessions below `root`; as questions the subjects of the commits, without those whose sessions are not
    among them. Raises `BadInputError` and `StorageError`."""
    written: set[str] = set()
    asked: list[Asked] = []
    try:
        for row in _rows(sessions):
            session = _DATED.sub("", row["session_id"])
            written.add(session)
            _write(root, session, _commit_turns(session, row))
        for row in _rows(commits):
            relevant = frozenset(_DATED.sub("", one["session_id"]) for one in row["relevant"]) & written
            if relevant:
                asked.append(Asked(root, row["subject"], "commit", frozenset(), relevant))
    except (KeyError, TypeError, ValueError) as error:
        raise BadInputError(f"not a set of commits and sessions: {error}", path=path) from error
    return asked


def _rows(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.splitlines():
        if line.strip():
            row = parse(line)
            if row is None:
                raise ValueError("a line is no JSON object")
            yield row


def _commit_turns(session: str, row: Mapping[str, Any]) -> Iterator[tuple[str, str, object, float]]:
    began = seconds(row["created_at"])
    prompts = [prompt.strip() for prompt in _RULE.split(row["prompts"] or "")]
    said: list[tuple[str, object]] = [("user", prompt) for prompt in prompts if prompt]
    for number, file in enumerate(row["files_touched"] or ()):
        call = {"type": "tool_use", "id": f"{session}-{number}", "name": "Edit", "input": {"file_path": file}}
        said.append(("assistant", [call]))
    for number, (role, content) in enumerate(said):
        yield f"{session}-{number}", role, content, began + number


def _write(folder: str, session: str, turns: Iterator[tuple[str, str, object, float]]) -> None:
    """Write a session's file: turns as (uuid, role, content, timestamp)."""
    if os.path.basename(session) != session or session.startswith("."):
        raise ValueError(f"no name of a file: {session!r}")
    path = os.path.join(folder, f"{session}.jsonl")
    parent: str | None = None
    lines: list[bytes] = []
    for uuid, role, content, when in turns:
        blocks = [{"type": "text", "text": content}] if role == "assistant" and isinstance(content, str) else content
        message = {"role": role, "content": blocks, **({"id": f"msg_{uuid}"} if role == "assistant" else {})}
        lines.append(
            dump(
                {
                    "type": role, "uuid": uuid, "parentUuid": parent, "sessionId": session, "isSidechain": False,
                    "timestamp": rfc3339(when), "message": message,
                }
            )
        )  # fmt: skip
        parent = uuid
    try:
        os.makedirs(folder, exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"".join(line.rstrip(b"\n") + b"\n" for line in lines))
    except OSError as error:
        raise failure(error, path, "writing a transcript") from error
