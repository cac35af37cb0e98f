"""Taking candidates out of sessions: what is new since the last time, whether it is time, and what is proposed.

A cursor for each session (the uuid of the last turn that was read, and where it begins) makes that nothing is read
twice; where that turn is gone, the session is read anew, which proposes nothing twice, since the same words are the
same candidate. Candidates are written first and the cursor after them: killed in between, the next run repeats itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from memdir.digest import blake2b
from memdir.errors import MemdirError
from memdir.secrets import find_secrets
from memdir.state_file import number, read_state, write_state

from .accepting import named
from .candidates import Candidate, Evidence, add_evidence, candidate_id, candidates, mark, propose
from .confirmations import confirmed
from .entry import Turn
from .extraction_prompt import Said, is_ours
from .schemas import read as read_line
from .standing import NEW, Known, Standing, as_memory
from .standing import Said as SaidAlready
from .transcript import read_turns
from .turns import TurnReader
from .utterances import Claim, claims

MIN_MESSAGES: Final = 20
MIN_TOOL_CALLS: Final = 3
"""The seed's gate (formats/cersei.md §1.7)."""
_FOLDER: Final = "extraction"


class Gate(NamedTuple):
    """When a hook extracts: messages in the session, and tool calls since the last extraction, at the least."""

    min_messages: int = MIN_MESSAGES
    min_tool_calls: int = MIN_TOOL_CALLS


class Cursor(NamedTuple):
    """How far a session was read: the last turn's uuid and where it begins (bytes), messages so far, extractions."""

    uuid: str = ""
    offset: int = 0
    messages: int = 0
    extractions: int = 0


class Found(NamedTuple):
    """A claim and where it was said."""

    claim: Claim
    said: Evidence


class Read(NamedTuple):
    """The part of a session that is new: `messages` of the whole session, `new` of them and `tool_calls` since the
    last time; `pending` when the last tool call has no result yet; `own` for a session that memdir itself started.
    `conversation` is kept only where it was asked for."""

    session: str
    path: str
    found: tuple[Found, ...]
    messages: int
    new: int
    tool_calls: int
    pending: bool
    own: bool
    cursor: Cursor
    conversation: tuple[Said, ...] = ()
    last: Evidence = Evidence("", "")


class Left(NamedTuple):
    """A claim that is not proposed: `known` (a memory says it), `said` (the instructions or git do), `again` (it is a
    candidate), `secret` (`kind` says which), `shared` (about a person, and the directory is shared)."""

    why: str
    kind: str = ""
    id: str = ""


class Outcome(NamedTuple):
    """What came of it: candidates that are new, the ids of those said again, of those replaced, what was left out, and
    candidates that nobody decides on but that are written down (a memory says it, a later one says otherwise)."""

    proposed: tuple[Candidate, ...] = ()
    again: tuple[tuple[str, Evidence], ...] = ()
    replaced: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    noted: tuple[Candidate, ...] = ()


class Background(NamedTuple):
    """What claims are compared with. Each is asked for only when there is a claim: the memories, and the texts that
    say things already (instructions, commit messages). `private` as in `accepting.accept`."""

    known: Callable[[], Known]
    said: Callable[[], SaidAlready]
    private: bool


def due(gate: Gate, read: Read) -> str:
    """Why it is not time yet, empty when it is: at least `min_messages` in the session; after the first extraction at
    least `min_tool_calls` since the last; no tool call without its result; not memdir's own session."""
    if read.own:
        return "memdir started it itself"
    if not read.new:
        return "nothing new"
    if read.messages < gate.min_messages:
        return f"{read.messages} of {gate.min_messages} messages"
    if read.cursor.extractions and read.tool_calls < gate.min_tool_calls:
        return f"{read.tool_calls} of {gate.min_tool_calls} tool calls since the last time"
    return "a tool call is running" if read.pending else ""


def cursor_of(state_dir: str, session: str) -> Cursor:
    """How far a session was read; the beginning where nothing is known. `state_dir` is that of the directory."""
    state = read_state(_cursor_path(state_dir, session))
    uuid, counts = state.get("uuid"), [number(state.get(key)) for key in ("offset", "messages", "extractions")]
    if not isinstance(uuid, str) or any(count is None or count < 0 for count in counts):
        return Cursor()
    return Cursor(uuid, *(int(count or 0) for count in counts))


def keep_cursor(state_dir: str, read: Read, *, extracted: bool) -> None:
    """Write down how far a session was read. Raises `StorageError`."""
    cursor = read.cursor._replace(extractions=read.cursor.extractions + extracted)
    write_state(_cursor_path(state_dir, read.session), {"session": read.session, **cursor._asdict()}, synced=False)


def _cursor_path(state_dir: str, session: str) -> str:
    key = blake2b(session.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return os.path.join(state_dir, _FOLDER, f"{key}.json")


def read_session(session: str, path: str, cursor: Cursor, *, own: bool = False, keep: bool = False) -> Read:
    """What a session says behind its cursor; `keep` keeps the conversation. Raises `StorageError` when the transcript
    cannot be read."""
    part = _Part(session, keep)
    if cursor.uuid and cursor.offset:
        reader = TurnReader(read_line)
        reader.offset = cursor.offset
        turns = read_turns(path, reader)
        first = next(turns, None)
        if first is not None and cursor.uuid in (first.id, *first.uuids):
            part.base = cursor.messages
            part.hear(first)
            for turn in turns:
                part.take(turn)
            return part.read(path, cursor, own)
    part = _Part(session, keep)
    for turn in read_turns(path, TurnReader(read_line)):
        part.take(turn)
        if cursor.uuid and cursor.uuid in (turn.id, *turn.uuids):
            part.begin_anew()
    return part.read(path, cursor, own)


class _Part:
    """Collects what the new turns of a session say."""

    def __init__(self, session: str, keep: bool) -> None:
        self.session = session
        self.base = 0
        self._keep = keep
        self._own = False
        self._last: Turn | None = None
        self._pending = False
        self._new = self._calls = 0
        self._before = ""
        self._found: list[Found] = []
        self._conversation: list[Said] = []

    def begin_anew(self) -> None:
        """What was taken so far is known already."""
        self.base += self._new
        self._new = self._calls = 0
        self._found.clear()
        self._conversation.clear()

    def take(self, turn: Turn) -> None:
        """Take one turn, in order."""
        self._last = turn
        if turn.sidechain or turn.kind not in ("prompt", "message"):
            return
        self._new += 1
        self._calls += len(turn.calls)
        if turn.role == "assistant":
            self._pending = any(call.result is None for call in turn.calls)
        if turn.typed:
            self._own = self._own or is_ours(turn.text)
            said = Evidence(turn.session or self.session, turn.id, turn.timestamp)
            found = claims(turn.text, turn.timestamp or None)
            yes = confirmed(turn.text, self._before, turn.timestamp or None) if self._before and not found else None
            self._found += [Found(claim, said) for claim in (*found, *([yes] if yes is not None else []))]
        self.hear(turn)
        if self._keep and turn.text:
            who = "user" if turn.typed else "assistant"
            self._conversation.append(Said(who, turn.text[:100_000], tuple(call.name for call in turn.calls)))

    def hear(self, turn: Turn) -> None:
        """Keep what the assistant said last, until a person answers."""
        if turn.typed:
            self._before = ""
        elif turn.role == "assistant" and turn.text and not turn.sidechain:
            self._before = turn.text

    def read(self, path: str, cursor: Cursor, own: bool) -> Read:
        """All of it."""
        last = self._last
        messages = self.base + self._new
        if last is not None:
            cursor = Cursor(last.id, last.offsets[0] if last.offsets else 0, messages, cursor.extractions)
        return Read(
            self.session, path, tuple(self._found), messages, self._new, self._calls, self._pending, own or self._own,
            cursor, tuple(self._conversation),
            Evidence(self.session, last.id, last.timestamp) if last is not None else Evidence(self.session, ""),
        )  # fmt: skip


def judge(found: Iterable[Found], present: Mapping[str, Candidate], background: Background) -> Outcome:
    """What becomes of each claim. Pure but for what `background` reads."""
    proposed: dict[str, Candidate] = {}
    again: list[tuple[str, Evidence]] = []
    replaced: list[str] = []
    left: list[Left] = []
    for claim, said in found:
        kind = next((secret.kind for secret in find_secrets(f"{claim.quote}\n{claim.fact}\n{claim.reason}")), None)
        if kind is not None:
            left.append(Left("secret", kind))
            continue
        if claim.type == "user" and not background.private:
            left.append(Left("shared"))
            continue
        there = {**present, **proposed}
        id = candidate_id(claim.type, claim.fact)
        earlier = Standing("same", id) if id in there else _beside(claim, there)
        if earlier.relation == "same":
            again.append((earlier.about, said))
            left.append(Left("again", id=earlier.about))
            if earlier.about in proposed:
                old = proposed[earlier.about]
                proposed[earlier.about] = old._replace(evidence=tuple(dict.fromkeys((*old.evidence, said))))
            continue
        if background.said().holds(claim.fact):
            left.append(Left("said"))
            continue
        standing = background.known().standing(claim.fact, claim.type)
        if standing.relation == "same":
            left.append(Left("known", id=standing.about))
        if earlier.relation == "update" and there[earlier.about].status == "open":
            if earlier.about in proposed:
                proposed[earlier.about] = proposed[earlier.about]._replace(status="replaced")
            else:
                replaced.append(earlier.about)
        proposed[id] = _candidate(id, claim, said, standing)
    return Outcome(
        tuple(one for one in proposed.values() if one.status == "open"),
        tuple((id, said) for id, said in again if id not in proposed),
        tuple(dict.fromkeys(replaced)),
        tuple(left),
        tuple(one for one in proposed.values() if one.status != "open"),
    )


def record(state_dir: str, outcome: Outcome, *, now: float) -> None:
    """Write down what came of it. Raises `StorageError`, `LockedError`."""
    propose(state_dir, (*outcome.noted, *outcome.proposed))
    for id, said in outcome.again:
        add_evidence(state_dir, id, said)
    for id in outcome.replaced:
        mark(state_dir, id, "replaced", now=now)


def extract_since_last(
    state_dir: str, sessions: Sequence[tuple[str, str]], gate: Gate, background: Background, *, own: frozenset[str],
    now: float,
) -> list[tuple[Read, str, Outcome]]:  # fmt: skip
    """Extract from each session (id, path of its transcript) for which it is time, without a model: for hooks. Gives
    for each what was read, why it was not time (empty: it was), and what came of it; one that cannot be read is passed
    over. Nothing is written to the memory directory. Raises `StorageError`, `LockedError` for the state."""
    done: list[tuple[Read, str, Outcome]] = []
    for session, path in sessions:
        try:
            read = read_session(session, path, cursor_of(state_dir, session), own=session in own)
        except MemdirError:
            continue
        why = due(gate, read)
        outcome = Outcome()
        if not why:
            outcome = judge(read.found, candidates(state_dir), background)
            record(state_dir, outcome, now=now)
            keep_cursor(state_dir, read, extracted=True)
        done.append((read, why, outcome))
    return done


def _beside(claim: Claim, there: Mapping[str, Candidate]) -> Standing:
    """How a claim stands to the other candidates of its type."""
    others = [as_memory(one.text, one.type)._replace(id=one.id) for one in there.values() if one.type == claim.type]
    return Known(others).standing(claim.fact, claim.type) if others else NEW


def _candidate(id: str, claim: Claim, said: Evidence, standing: Standing) -> Candidate:
    name, description = named(claim.fact)
    return Candidate(
        id, claim.category, claim.type, claim.confidence, name, description, claim.fact, claim.quote, (said,),
        claim.reason, standing.relation, standing.about, standing.values, standing.replaces,
        "agent" if claim.rule == "agent" else "rules", claim.language,
        "known" if standing.relation == "same" else "open", "",
    )  # fmt: skip
