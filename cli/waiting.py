"""How many candidates for memories wait for a person: for the status, and for the start of a session."""

from __future__ import annotations

import os

CANDIDATES = "candidates.jsonl"
"""Where `memdir.sessions.candidates` keeps them."""


def waiting(state_dir: str, now: float) -> int:
    """The candidates of a directory, by its state, that nobody decided on or put off beyond `now`. Quick where there
    never were any."""
    if not os.path.lexists(os.path.join(state_dir, CANDIDATES)):
        return 0
    from memdir.sessions.candidates import open_candidates  # 10 ms

    return sum(one.until <= now for one in open_candidates(state_dir))
