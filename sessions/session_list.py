"""How many sessions there were since the last consolidation, looked up at most every ten minutes.

A session is a `*.jsonl` directly in a transcripts directory whose mtime is later. Sub-agents' files are part of their
session, and so are the predecessor's `_part2` files. Files with a time in the future are left out: after a clock that
jumped they would count at every run.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from memdir.errors import StorageError
from memdir.state_file import number, read_state, write_state

from .session_parts import stem_of

LIST_EVERY: Final = 600.0
"""Seconds between two listings (formats/claude-code.md §5.2)."""
_MAX_KEPT: Final = 1000
_SKEW: Final = 60.0


class Listing(NamedTuple):
    """The ids of sessions since then, sorted; when they were listed (seconds since the epoch), and how many files of
    the future were left out."""

    sessions: tuple[str, ...]
    taken: float
    future: int = 0


def sessions_since(
    directories: Sequence[str], since: float, now: float, *, kept_in: str | None, without: Collection[str] = ()
) -> Listing:
    """The sessions later than `since`. A listing that is younger than ten minutes, for the same `since` and
    directories, is taken from the file `kept_in`; a new one is kept there. `without` are ids not to be counted."""
    key = [f"{since:.3f}", *directories]
    kept = read_state(kept_in) if kept_in else {}
    taken = number(kept.get("taken"))
    if taken is not None and kept.get("key") == key and 0 <= now - taken < LIST_EVERY:
        names = kept.get("sessions")
        ids = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        listing = Listing(tuple(ids), taken, int(number(kept.get("future")) or 0))
    else:
        listing = _listed(directories, since, now)
        if kept_in:
            _keep(kept_in, key, listing)
    return listing._replace(sessions=tuple(id for id in listing.sessions if id not in without))


def _listed(directories: Sequence[str], since: float, now: float) -> Listing:
    found: set[str] = set()
    future = 0
    for directory in directories:
        try:
            with os.scandir(directory) as entries:
                for entry in entries:
                    if not entry.name.endswith(".jsonl") or entry.name.startswith("agent-") or not entry.is_file():
                        continue
                    mtime = entry.stat().st_mtime
                    if mtime > now + _SKEW:
                        future += 1
                    elif mtime > since:
                        found.add(stem_of(entry.name))
        except OSError:
            continue  # no transcripts there: no sessions
    return Listing(tuple(sorted(found)), now, future)


def _keep(path: str, key: list[str], listing: Listing) -> None:
    sessions = list(listing.sessions[:_MAX_KEPT])
    value = {"key": key, "taken": listing.taken, "sessions": sessions, "future": listing.future}
    try:
        write_state(path, value, synced=False)
    except StorageError:
        return  # it is listed again next time
