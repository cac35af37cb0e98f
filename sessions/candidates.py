"""Candidates for memories: what extraction proposes and a person has not decided on yet.

They are lines in the directory's state, because an unconfirmed `.md` in a memory directory is live for Claude Code at
once (design §3). A line proposes, adds evidence, or says what became of a candidate; nothing in the file is changed,
the last word on an id counts. A line that cannot be read is passed over.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

from memdir.digest import blake2b
from memdir.errors import NotFoundError, UsageError
from memdir.journal_records import Transaction
from memdir.model import TYPES
from memdir.state_file import number

from .appending import appending
from .json_lines import dump, parse, read_lines
from .utterance_rules import CATEGORIES

Status = Literal["open", "accepted", "rejected", "replaced", "known"]
"""`known`: a memory says it already. `replaced`: a later candidate says otherwise."""
STATUSES: Final[tuple[Status, ...]] = ("open", "accepted", "rejected", "replaced", "known")
_FILE: Final = "candidates.jsonl"
_MAX_LINE: Final = 1 << 20
"""Bytes."""
_MAX_TEXT: Final = 20_000
"""Characters of one text in a line."""


class Evidence(NamedTuple):
    """Where it was said: the session, the turn's uuid, and when (seconds since the epoch, 0 where unknown)."""

    session: str
    turn: str
    when: float = 0.0


class Candidate(NamedTuple):
    """One proposal. `text` is what would be remembered, `reason` why, `quote` what was said word for word.

    `relation` says how it stands to the memories: `new`, `update` of the memory `about` (then `values` are the one in
    the memory and the one said now, and `replaces` the statement there), or `same` as it. `evidence` is never empty,
    the first said first. `how` is `rules` or `agent`.
    """

    id: str
    category: str
    type: str
    confidence: float
    name: str
    description: str
    text: str
    quote: str
    evidence: tuple[Evidence, ...]
    reason: str = ""
    relation: str = "new"
    about: str = ""
    values: tuple[str, str] = ("", "")
    replaces: str = ""
    how: str = "rules"
    language: str = ""
    status: Status = "open"
    memory: str = ""
    """The memory that it became, once accepted."""
    until: float = 0.0
    """No one is asked about it before (seconds since the epoch)."""
    transaction: int = 0
    """The journal's number of that change."""

    @property
    def sessions(self) -> tuple[str, ...]:
        """The sessions in which it was said, each once."""
        return tuple(dict.fromkeys(found.session for found in self.evidence))


def candidate_id(type: str, text: str) -> str:
    """The id of what is proposed: the same words of the same type are one candidate, whoever says them."""
    words = " ".join(text.casefold().split()).rstrip(".!")
    return blake2b(f"{type}\0{words}".encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def candidates(state_dir: str) -> dict[str, Candidate]:
    """Every candidate of a memory directory by id, in the order in which they were first proposed. `state_dir` is that
    of the directory. Never fails: what cannot be read is as if it were not there."""
    found: dict[str, Candidate] = {}
    path = _path(state_dir)
    if not os.path.isfile(path):
        return found
    try:
        with open(path, "rb") as file:
            for line in read_lines(file):
                row = parse(line.data) if 0 < len(line.data) <= _MAX_LINE else None
                if row is not None:
                    _take(found, row)
    except OSError:
        return found
    return found


def open_candidates(state_dir: str) -> list[Candidate]:
    """Those that wait for a person, those said in most sessions first."""
    waiting = [one for one in candidates(state_dir).values() if one.status == "open"]
    return sorted(waiting, key=lambda one: (-len(one.sessions), -one.confidence, one.id))


def find_candidate(state_dir: str, id: str) -> Candidate:
    """The candidate whose id is, or alone begins with, `id`. Raises `NotFoundError`, `UsageError` (`ambiguous`)."""
    known = candidates(state_dir)
    fitting = [known[id]] if id in known else [one for one in known.values() if id and one.id.startswith(id)]
    if not fitting:
        raise NotFoundError(f"there is no candidate {id}", hint="to see them: memdir review")
    if len(fitting) > 1:
        raise UsageError(f"{id} is ambiguous: {', '.join(one.id for one in fitting[:8])}", code="ambiguous")
    return fitting[0]


def propose(state_dir: str, proposed: Iterable[Candidate]) -> None:
    """Write candidates down. Raises `StorageError`, `LockedError`."""
    _append(state_dir, [_row(one) for one in proposed])


def add_evidence(state_dir: str, id: str, said: Evidence) -> None:
    """Write down that a candidate was said again. Raises `StorageError`, `LockedError`."""
    _append(state_dir, [{"id": id, "evidence": [said._asdict()]}])


def mark(state_dir: str, id: str, status: Status, *, now: float, memory: str = "", transaction: int = 0) -> None:
    """Write down what became of a candidate. Raises `StorageError`, `LockedError`."""
    became = {"memory": memory, "transaction": transaction}
    _append(state_dir, [{"id": id, "status": status, "when": now, **{k: v for k, v in became.items() if v}}])


def follow(state_dir: str, transactions: Iterable[Transaction], *, now: float) -> None:
    """Follow what an undo or a redo took back: a candidate whose acceptance was undone waits again, one whose memory
    was made again is accepted. Raises `StorageError`, `LockedError`."""
    for one in candidates(state_dir).values():
        for taken in transactions if one.transaction else ():
            again = taken.redoes and any(change.path == one.memory for change in taken.changes)
            if one.status == "accepted" and (one.transaction == taken.number or again):
                mark(state_dir, one.id, "open", now=now)
            elif one.status == "open" and one.transaction in taken.undoes:
                mark(state_dir, one.id, "accepted", now=now)


def reject(state_dir: str, id: str, *, now: float) -> Candidate:
    """Reject the candidate that `id` means: it is not proposed again, however often it is said. Raises as
    `find_candidate` and `mark`."""
    found = find_candidate(state_dir, id)
    mark(state_dir, found.id, "rejected", now=now)
    return found._replace(status="rejected")


def snooze(state_dir: str, id: str, until: float, *, now: float) -> None:
    """Ask about a candidate again at `until` (seconds since the epoch). Raises `StorageError`, `LockedError`."""
    _append(state_dir, [{"id": id, "until": until, "when": now}])


def _path(state_dir: str) -> str:
    return os.path.join(state_dir, _FILE)


def _append(state_dir: str, rows: list[dict[str, object]]) -> None:
    if rows:
        with appending(_path(state_dir)) as file:
            file.write(*(dump(row) for row in rows))


def _row(one: Candidate) -> dict[str, object]:
    fields = {key: value for key, value in one._asdict().items() if value not in ("", ("", "")) and key != "until"}
    return {**fields, "evidence": [said._asdict() for said in one.evidence]}


def _take(found: dict[str, Candidate], row: Mapping[str, object]) -> None:
    """Add what one line says."""
    id = _text(row, "id")
    old = found.get(id)
    evidence = _evidence(row.get("evidence"))
    if old is None:
        new = _candidate(id, row, evidence)
        if new is not None:
            found[id] = new
        return
    status = _text(row, "status")
    merged = dict.fromkeys((*old.evidence, *evidence))
    found[id] = old._replace(
        evidence=tuple(merged),
        status=next((known for known in STATUSES if known == status), old.status) if "text" not in row else old.status,
        memory=_text(row, "memory") or old.memory,
        until=number(row.get("until")) or old.until,
        transaction=int(number(row.get("transaction")) or old.transaction),
    )


def _candidate(id: str, row: Mapping[str, object], evidence: tuple[Evidence, ...]) -> Candidate | None:
    text, type, category = _text(row, "text"), _text(row, "type"), _text(row, "category")
    confidence, values, status = row.get("confidence"), row.get("values"), _text(row, "status")
    if not id or not text or not evidence or type not in TYPES or category not in CATEGORIES:
        return None
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 <= confidence <= 1:
        return None
    pair = [str(value)[:_MAX_TEXT] for value in values] if isinstance(values, list) and len(values) == 2 else ["", ""]
    return Candidate(
        id, category, type, float(confidence), _text(row, "name"), _text(row, "description"), text, _text(row, "quote"),
        evidence, _text(row, "reason"), _text(row, "relation") or "new", _text(row, "about"), (pair[0], pair[1]),
        _text(row, "replaces"), _text(row, "how") or "rules", _text(row, "language"),
        next((known for known in STATUSES if known == status), "open"), _text(row, "memory"),
    )  # fmt: skip


def _evidence(value: object) -> tuple[Evidence, ...]:
    found = []
    for item in value if isinstance(value, list) else []:
        if isinstance(item, dict) and isinstance(item.get("session"), str):
            when = item.get("when")
            found.append(Evidence(item["session"][:512], str(item.get("turn", ""))[:512], number(when) or 0.0))
    return tuple(found)


def _text(row: Mapping[str, object], key: str) -> str:
    value = row.get(key)
    return value[:_MAX_TEXT] if isinstance(value, str) else ""
