"""The numbers of the ranking of turns and sessions. What each is worth stands in docs/recall.md (Transcripts). All but
the first few are shares of the most that words give to a turn of the answer."""

from __future__ import annotations

from typing import Final

ASKING: Final = "asks"
"""The status of a turn that ends in a question (`Facts.status`); its description is the name of its speaker."""

POOL: Final = 40
"""Turns that are looked at closely because of their words; with them their neighbours are."""

NEAR: Final = ((-1, 0.7), (1, 0.6), (-2, 0.5), (2, 0.4))
"""What of a word's gain in another turn of the same file counts for a turn: of the turn before, after, ... The one
before counts most: an answer follows its question, and does not repeat its words."""
REPEATED: Final = 0.4
"""A word counts by the turn that gives most of it, and with this share again for each other one: a turn around which
all the words are comes before one around which one word is repeated."""

SESSION: Final = 0.4
"""For the session of the highest word score as a whole; for the others by their share of it."""
SESSION_K1: Final = 5.0
SESSION_B: Final = 0.9
"""BM25's parameters for whole sessions, which are long and of very different lengths."""

SPEAKER: Final = 0.2
"""For being said by whom the question names first."""
FILE: Final = 0.3
"""For touching the file that the question names."""
DATE: Final = 1.0
"""For being of the day that the question names."""
ANSWER: Final = 0.1
"""For following a turn that ends in a question."""
ASKS: Final = 0.15
"""Taken from a turn that ends in a question."""
FIRST: Final = 0.2
"""For being the first turn of its session, which says what it is about."""

AGAIN: Final = 0.97
LEAST: Final = 0.5
"""What is left of a turn's total for each better turn of its session, and at least: several sessions say more than
one."""

SAID: Final = ("words", "neighbours", "speaker", "date")
BEST_TURN: Final = 1.0
WHOLE: Final = 0.5
"""What these steps give its best turn counts for a session, and its word score as a whole does."""
