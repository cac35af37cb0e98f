"""What `memdir mcp` gives to read by address: memories, instruction files, transcripts.

Addresses only ever name what a listing has: a memory of the workspace, an instruction file that is loaded, a session of
the project. None is taken for a path of the file system.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote as percent
from urllib.parse import unquote

from memdir.dates import age_text, freshness_text, parse_date, rfc3339
from memdir.errors import BadInputError, NotFoundError, UsageError
from memdir.files import shown

from .app import App
from .mcp_answer import Row, line, named_for, piece

if TYPE_CHECKING:
    from memdir.instruction_files import InstructionFile
    from memdir.sessions.catalogue import Session
    from memdir.sessions.entry import Turn

SCHEME: Final = "memdir://"
MEMORY: Final = "memdir://memory/"
INSTRUCTIONS: Final = "memdir://instructions/"
TRANSCRIPT: Final = "memdir://transcript/"
PAGE: Final = 100
"""Resources of one page of the list."""
SESSIONS: Final = 20
"""Sessions that are listed, the latest; the others are found by session_search."""
_AROUND: Final = 5
"""Turns before the one that an address names."""
_MAX_ADDRESS: Final = 4_000


class Resource(NamedTuple):
    """One address of the list: what stands there in a line."""

    uri: str
    name: str
    description: str


TEMPLATES: Final = (
    Resource(MEMORY + "{+name}", "memory", "A memory by its name or path; ?offset=N goes on in a long one."),
    Resource(INSTRUCTIONS + "{+path}", "instructions", "A file of the CLAUDE.md hierarchy; ?offset=N goes on."),
    Resource(TRANSCRIPT + "{session}", "transcript", "A past session; ?turn=ID starts there, ?offset=N goes on."),
)


def transcript_uri(session: str, turn: str = "") -> str:
    """The address of a session, or of one of its turns."""
    return TRANSCRIPT + percent(shown(session), safe="") + (f"?turn={percent(shown(turn), safe='')}" if turn else "")


def resources(app: App, start: int) -> tuple[list[Resource], int | None]:
    """A page of the list and where the next one starts (None after the last)."""
    found: list[Resource] = []
    for place, resource in enumerate(_every(app)):
        if place < start:
            continue
        if len(found) == PAGE:
            return found, start + PAGE
        found.append(resource)
    return found, None


def _every(app: App) -> Iterator[Resource]:
    from memdir.scan import scan

    workspace = app.workspace()
    for file in _instruction_files(app):
        yield Resource(
            INSTRUCTIONS + percent(shown(file.path).lstrip("/")), line(os.path.basename(file.path)), file.why
        )
    for source in workspace.sources:
        for memory in scan(source.root).memories:
            name = named_for(app, source.label, memory.id)
            yield Resource(MEMORY + percent(shown(name), safe="/:"), line(memory.name), line(memory.description))
    for session in _sessions(app)[:SESSIONS]:
        yield Resource(transcript_uri(session.id), f"session {line(session.id)[:8]}", rfc3339(session.modified))


def read_resource(app: App, uri: str) -> tuple[dict[str, object], str]:
    """What an address has: fields about it, and its text as it is. Raises `NotFoundError`, `UsageError`."""
    address, _, query = uri.partition("?")
    given = dict(part.partition("=")[::2] for part in query.split("&") if part)
    if len(uri) > _MAX_ADDRESS:
        raise UsageError(f"an address has at most {_MAX_ADDRESS} characters")
    for prefix, read in ((MEMORY, memory_parts), (INSTRUCTIONS, _instructions), (TRANSCRIPT, None)):
        if address.startswith(prefix):
            name = _plain(address[len(prefix) :])
            return _transcript(app, name, _plain(given.get("turn", ""))) if read is None else read(app, name)
    raise NotFoundError(f"nothing is at {line(uri[:200])}", hint="; ".join(template.uri for template in TEMPLATES))


def _plain(text: str) -> str:
    plain = unquote(text, errors="replace")
    if "\0" in plain:
        raise UsageError("an address holds no NUL")
    return plain


def read_page(app: App, uri: str) -> str:
    """The text of a resource: what it is, its words as quoted data from `?offset=` on, and how to get the rest."""
    offset = 0
    for part in uri.partition("?")[2].split("&"):
        name, _, value = part.partition("=")
        if name == "offset":
            if not (value.isdecimal() and len(value) < 9):
                raise UsageError("an offset is a whole number")
            offset = int(value)
    head, text = read_resource(app, uri)
    return as_page(piece("text", text, head, offset=offset))


def as_page(row: Row) -> str:
    """A row as lines: its fields, then its text."""
    said = [f"{key}: {value}" for key, value in row.items() if key != "text" and value not in (None, "", [])]
    return "\n".join([*said, "", str(row["text"])])


def memory_parts(app: App, name: str) -> tuple[dict[str, object], str]:
    """What is said of a memory, and its text."""
    from memdir.store import Store

    from .named import named

    source, (bare,) = named(app, name)
    memory = Store(source.root).get(bare)
    now = app.environment.now()
    modified = memory.mtime
    if memory.modified:
        try:
            modified = parse_date(memory.modified)
        except BadInputError:
            modified = memory.mtime  # a finding of check, not the end of the memory
    said: dict[str, object] = {
        "name": shown(named_for(app, source.label, memory.id)), "type": memory.type and line(memory.type),
        "description": line(memory.description), "modified": rfc3339(modified), "age": age_text(modified, now),
        "freshness": freshness_text(modified, now), "status": memory.status if memory.status != "active" else None,
        "valid_until": memory.valid_until and line(memory.valid_until), "topics": [line(t) for t in memory.topics[:20]],
        "links": [line(link.to) for link in memory.links[:20]],
    }  # fmt: skip
    return {key: value for key, value in said.items() if value not in (None, "", [])}, memory.body


def _instruction_files(app: App) -> tuple[InstructionFile, ...]:
    from memdir.instructions import project_instructions

    return project_instructions(app.workspace().located, nested=False).loaded


def _instructions(app: App, path: str) -> tuple[dict[str, object], str]:
    for file in _instruction_files(app):
        if shown(file.path).lstrip("/") == path.lstrip("/"):
            return {"name": line(file.path), "label": line(file.label)}, file.content
    raise NotFoundError(f"no instruction file that is loaded is called {line(path[:200])}", hint="list the resources")


def _sessions(app: App) -> list[Session]:
    from memdir.sessions.catalogue import catalogue

    return catalogue(app.workspace().transcripts_roots()).sessions


def _transcript(app: App, name: str, turn: str) -> tuple[dict[str, object], str]:
    from memdir.sessions.catalogue import find
    from memdir.sessions.overview import title_line
    from memdir.sessions.readable import conversation
    from memdir.sessions.transcript import load

    if "/" in name or "\\" in name:
        raise NotFoundError("a session is called by its id", hint="session_search and the list of resources have ids")
    session = find(_sessions(app), name, app.environment.cwd)
    transcript = load(session.path)
    turns = transcript.turns
    if turn:
        turns = _from(turn, turns, session.agents)
    said: dict[str, object] = {"name": line(session.id), "title": title_line(transcript.told.title)}
    return said, "\n".join(_said(conversation(turns)))


def _from(turn: str, turns: tuple[Turn, ...], agents: tuple[str, ...]) -> tuple[Turn, ...]:
    """The turns from a little before one of them on; that of a sub-agent is looked for in its own file."""
    from memdir.sessions.transcript import load
    from memdir.sessions.turn_named import turn_named

    try:
        return turns[max(0, turn_named(turns, turn) - _AROUND) :]
    except NotFoundError:
        for path in agents:
            found = load(path).turns
            if any(turn == other.id for other in found):
                return _from(turn, found, ())
        raise


def _said(turns: list[Turn]) -> Iterator[str]:
    from memdir.secrets import mask
    from memdir.sessions.readable import pieces, speaker

    for turn in turns:
        moment = rfc3339(turn.timestamp)[:16] if turn.timestamp else ""
        yield f"[{speaker(turn)} {moment}]".replace(" ]", "]")
        for part in pieces(turn, mask):
            yield part.text if part.kind not in ("call", "failed") else f"- {part.text}"
