"""A turn as a text document: which words count how much, and the facts that a search needs beside them.

In: what was said, what was thought, the names of tools, the paths and the beginning of their input, the beginning of
their results. Out: signatures, images and other data, long outputs. Secrets are masked before words are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import inf
from typing import Final

from memdir.growing import document_id
from memdir.model import DEFAULT_CONFIDENCE
from memdir.secrets import mask
from memdir.segment import Facts, TextDocument
from memdir.turn_ranking import ASKING

from .entry import Call, Turn

VERSION: Final = "turns 3"
WEIGHTS: Final[Mapping[str, int]] = {"text": 2, "thinking": 1, "files": 2, "input": 1, "result": 1}
MAX_TEXT: Final = 100_000
"""Characters of a turn's text that are indexed."""
MAX_INPUT: Final = 2_000
MAX_RESULT: Final = 1_000
"""Characters of a tool's input and of its result."""
MAX_PATH: Final = 500
_PATH_KEYS: Final = ("file_path", "path", "notebook_path", "filePath", "absolute_path")
_SPEAKER: Final = re.compile(r"([^\W\d_][\w'’-]{0,30}): \S")
_BLOB: Final = re.compile(r"[A-Za-z0-9+/=_-]{200,}")


def document(turn: Turn, file: str, session: str, namespace: str = "") -> TextDocument:
    """The text document of a turn. `file` is the id of its transcript, `session` the id of its session, `namespace`
    the folder of its project."""
    files = tuple(plain(path, MAX_PATH) for path in touched(turn))
    fields = (
        (plain(turn.text, MAX_TEXT), WEIGHTS["text"]),
        (plain(turn.thinking, MAX_TEXT), WEIGHTS["thinking"]),
        (" ".join(files), WEIGHTS["files"]),
        (plain("\n".join(map(_input, turn.calls)), MAX_TEXT), WEIGHTS["input"]),
        (plain("\n".join(_results(turn)), MAX_TEXT), WEIGHTS["result"]),
    )
    tools = dict.fromkeys(call.name for call in turn.calls if call.name)
    facts = Facts(
        id=document_id(file, turn.number),
        name=turn.id,
        description=speaker(turn.text),
        type=turn.role,
        topics=tuple(tools),
        namespace=namespace,
        status=ASKING if turn.text.rstrip().endswith("?") else "active",
        confidence=DEFAULT_CONFIDENCE,
        modified=turn.timestamp,
        valid_from=-inf,
        valid_until=inf,
        pinned=turn.typed,
        line=turn.line,
        session=session,
        links=(),
        created=turn.timestamp,
        sources=(turn.branch, *files),
        offsets=turn.offsets,
    )
    return TextDocument(facts, tuple((text, weight) for text, weight in fields if text))


def speaker(text: str) -> str:
    """The name before the text's first colon, where it looks like one: `Ann: ...`, as in the log of a chat."""
    found = _SPEAKER.match(text)
    return found[1] if found else ""


def touched(turn: Turn) -> tuple[str, ...]:
    """The files that the turn's tool calls name."""
    found: dict[str, None] = {}
    for call in turn.calls:
        for key in _PATH_KEYS:
            value = call.input.get(key)
            if isinstance(value, str) and value:
                found[value] = None
    return tuple(found)


def _input(call: Call) -> str:
    said = " ".join(value for key, value in call.input.items() if isinstance(value, str) and key not in _PATH_KEYS)
    return f"{call.name} {said[:MAX_INPUT]}"


def _results(turn: Turn) -> Iterator[str]:
    for call in turn.calls:
        if call.result is not None:
            yield call.result.text[:MAX_RESULT]
    for result in turn.results:
        yield result.text[:MAX_RESULT]


def plain(text: str, limit: int) -> str:
    """The beginning of a text without data (long runs of base64 or the like) and with secrets masked."""
    return mask(_BLOB.sub(" ", text[:limit])) if text else ""
