"""From the bytes of a file to a `Memory`: which field is which, and what each may hold. Never fails on content."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from .dates import parse_date
from .errors import BadInputError
from .frontmatter_read import field, parse
from .model import NOTHING, STATUSES, FileStat, Link, Memory, Problem

Note = Callable[[str, str, str], None]
"""Takes a problem's code, the key it is about, and the message."""

OURS: Final = frozenset(
    ("name", "description", "metadata", "type", "topics", "links", "confidence", "status", "valid_from", "valid_until",
     "created", "modified", "originSessionId", "sources", "supersedes", "superseded_by", "pinned")
)  # fmt: skip
"""Frontmatter keys with a field of their own in `Memory`; every other key is in `extra`."""


def memory_from_bytes(root: str, id: str, path: str, data: bytes, stat: FileStat) -> Memory:
    """The memory that these bytes hold."""
    parsed = parse(data)
    head = parsed.head
    problems = list(parsed.problems)

    def note(code: str, key: str, message: str) -> None:
        problems.append(Problem(code, _line_of(data, key, parsed.body_line), message))

    name, description, kind = field(head, "name"), field(head, "description"), field(head, "type")
    base = id.rpartition("/")[2]
    metadata = head.get("metadata")
    fields: Mapping[str, object] = head
    if isinstance(metadata, dict):
        fields = {**head, **metadata}
    return Memory(
        id=id,
        root=root,
        path=path,
        name=_text(name) or base.rpartition(".")[0] or base,
        description=_text(description),
        type=_text(kind).lower() or None,
        topics=_texts(fields.get("topics")),
        links=_links(fields["links"], note) if "links" in fields else (),
        body=parsed.body,
        confidence=_confidence(fields["confidence"], note) if "confidence" in fields else None,
        status=_status(fields["status"], note) if "status" in fields else "active",
        valid_from=_date(fields, "valid_from", note),
        valid_until=_date(fields, "valid_until", note),
        created=_date(fields, "created", note),
        modified=_date(fields, "modified", note),
        session=_text(fields.get("originSessionId")) or None,
        sources=_texts(fields.get("sources"), split=False),
        supersedes=_texts(fields.get("supersedes"), split=False),
        superseded_by=_text(fields.get("superseded_by")) or None,
        pinned=fields.get("pinned") is True,
        extra={key: value for key, value in fields.items() if key not in OURS} or NOTHING,
        mtime=stat.mtime_ns / 1e9,
        size=stat.size,
        body_line=parsed.body_line,
        damaged=parsed.damaged,
        problems=tuple(problems),
    )


def _line_of(data: bytes, key: str, body_line: int) -> int:
    """The line of a key in the frontmatter; 1 when it is written in a way that lines do not show."""
    for number, line in enumerate(data.split(b"\n", body_line)[: body_line - 1], 1):
        if line.lstrip().startswith(key.encode() + b":"):
            return number
    return 1


def _text(value: object) -> str:
    """A scalar as one line of text; empty for nothing and for what is no scalar."""
    if isinstance(value, str):
        return " ".join(value.split()) if "\n" in value else value.strip()
    if value is None or isinstance(value, list | dict):
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _texts(value: object, *, split: bool = True) -> tuple[str, ...]:
    """A list of texts, each once; one text is split at commas."""
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(",") if split else [value]
    items = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(text for text in map(_text, items) if text))


def _links(value: object, note: Note) -> tuple[Link, ...]:
    """`links` as mappings with `to`, as names, or as one text with commas."""
    items = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else [value]
    found = []
    for item in items:
        to = _text(item.get("to")) if isinstance(item, dict) else _text(item)
        to = to.removeprefix("[[").removesuffix("]]").strip()
        if not to:
            if item not in (None, ""):
                note("bad-link", "links", "a link without `to`")
            continue
        if not isinstance(item, dict):
            found.append(Link(to))
            continue
        weight = _number(item.get("weight", 1.0))
        if weight is None or not 0.0 <= weight <= 1.0:
            note("bad-link", "links", f"the link to {to} has no weight between 0 and 1")
            weight = 1.0
        found.append(
            Link(
                to,
                _text(item.get("relationship")) or "related",
                weight,
                _date(item, "valid_from", note),
                _date(item, "valid_until", note),
            )
        )
    return tuple(found)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _confidence(value: object, note: Note) -> float | None:
    number = _number(value)
    if number is not None and 0.0 <= number <= 1.0:
        return number
    if value is not None:
        note("bad-confidence", "confidence", "confidence is no number between 0 and 1")
    return None


def _status(value: object, note: Note) -> str:
    status = _text(value).lower() or "active"
    if status in STATUSES:
        return status
    note("bad-status", "status", f"unknown status {status}: read as active")
    return "active"


def _date(fields: Mapping[str, object], key: str, note: Note) -> str | None:
    """The text of a date field; one that is no date is kept, with a problem."""
    if key not in fields:
        return None
    text = _text(fields[key])
    if not text:
        return None
    try:
        parse_date(text)
    except BadInputError:
        note("bad-date", key, f"{key} is no date: {text[:40]}")
    return text
