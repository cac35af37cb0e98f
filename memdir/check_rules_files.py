"""What is wrong with a file by itself: frontmatter, fields, dates, its name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .check_directory import Directory, Page
from .dates import parse_date
from .errors import BadInputError
from .files import check_name
from .model import TYPES, Finding, Memory
from .scan import CLAUDE_LIMIT
from .tidy import listable, not_current


def problems(directory: Directory) -> Iterator[Finding]:
    """What the reader could not read as written, on the line of the field."""
    for page in directory.pages:
        for problem in page.memory.problems:
            line = problem.line
            if problem.code.startswith("bad-"):
                key = problem.message.partition(" ")[0] if problem.code == "bad-date" else problem.code[4:]
                line = field_line(page, key.replace("link", "links") if problem.code == "bad-link" else key)
            yield directory.finding(problem.code, page.memory.id, line, problem.message)
    for index in directory.indexes:
        for problem in index.parsed.problems:
            if problem.code in ("encoding", "nul"):
                yield directory.finding(problem.code, index.stat.id, problem.line, problem.message)


def fields(directory: Directory) -> Iterator[Finding]:
    """Missing descriptions, unknown types."""
    for page in directory.pages:
        memory = page.memory
        if memory.body_line == 1 and not memory.description and memory.type is None:
            yield directory.finding("no-frontmatter", memory.id, 0, "no frontmatter: no description, no type")
        elif not memory.description:
            yield directory.finding("missing-description", memory.id, 1, "no description")
        if memory.type is not None and memory.type not in TYPES:
            message = f"unknown type {memory.type[:40]}: expected {', '.join(TYPES)}"
            yield directory.finding("unknown-type", memory.id, field_line(page, "type"), message)


def validity(directory: Directory) -> Iterator[Finding]:
    """Intervals that hold nothing, and memories that are over but do not say so to Claude Code."""
    for page in directory.pages:
        memory = page.memory
        line = field_line(page, "valid_until")
        if _empty(memory.valid_from, memory.valid_until):
            message = f"valid from {memory.valid_from} until {memory.valid_until}: never"
            yield directory.finding("validity-order", memory.id, line, message)
        for link in memory.links:
            if _empty(link.valid_from, link.valid_until):
                message = f"the link to {link.to} is valid from {link.valid_from} until {link.valid_until}: never"
                yield directory.finding("validity-order", memory.id, field_line(page, link.to), message)
        if memory.description.startswith(("Superseded by ", "Expired ")):
            continue
        line = field_line(page, "description")
        if memory.superseded_by or not_current(memory):
            message = "superseded, but the description does not begin with 'Superseded by NAME:'"
            yield directory.finding("superseded-unmarked", memory.id, line, message)
        elif _ended(memory, directory.now):
            message = f"expired {memory.valid_until}, but the description does not begin with 'Expired DATE:'"
            yield directory.finding("expired-unmarked", memory.id, line, message)


def file_names(directory: Directory) -> Iterator[Finding]:
    """Paths that another system cannot have, or cannot tell apart."""
    seen: dict[str, str] = {}
    for id in sorted([*directory.by_id, *(index.stat.id for index in directory.indexes)]):
        parts = id.split("/")
        for depth in range(1, len(parts) + 1):
            path = "/".join(parts[:depth])
            other = seen.setdefault(path.casefold(), path)
            if other != path:
                yield directory.finding("name-case", id, 0, f"{path} differs from {other} only in case")
                seen[path.casefold()] = path
                break
        for part in parts:
            try:
                check_name(part)
            except BadInputError as error:
                yield directory.finding("name-windows", id, 0, error.message)


def names(directory: Directory) -> Iterator[Finding]:
    """Memories of the same name, and too many memories."""
    by_name: dict[str, list[Memory]] = {}
    for page in directory.pages:
        by_name.setdefault(page.memory.name, []).append(page.memory)
    for name, memories in by_name.items():
        for memory in memories[1:]:
            if memory.name != memory.stem or any(m.namespace == memory.namespace for m in memories if m is not memory):
                message = f"the name {name} is also that of {memories[0].id}"
                yield directory.finding("name-duplicate", memory.id, 1, message)
    listed = sum(1 for page in directory.pages if listable(page.memory))
    if listed > CLAUDE_LIMIT:
        message = f"{listed} memories: Claude Code's own scan sees the newest {CLAUDE_LIMIT}"
        yield directory.finding("too-many", "", 0, message)


def field_line(page: Page, key: str) -> int:
    """The line of the file on which a field of the frontmatter stands, 1 where it cannot be found."""
    pattern = re.compile(rf"\b{re.escape(key)}\b")
    for number, line in enumerate(page.text.split("\n")[: page.memory.body_line - 1], 1):
        if pattern.search(line):
            return number
    return 1


def _empty(valid_from: str | None, valid_until: str | None) -> bool:
    """True for an interval that ends before it begins; what is no date is said elsewhere."""
    if not valid_from or not valid_until:
        return False
    try:
        return parse_date(valid_until, end=True) <= parse_date(valid_from)
    except BadInputError:
        return False


def _ended(memory: Memory, now: float) -> bool:
    try:
        return memory.valid_until is not None and parse_date(memory.valid_until, end=True) <= now
    except BadInputError:
        return False


CHECKS = (problems, fields, validity, file_names, names)
