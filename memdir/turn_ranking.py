"""The numbers of the ranking of turns and sessions. How they were chosen, and what each is worth, stands in
docs/recall.md (Transcripts)."""

from __future__ import annotations

from typing import Final

ASKING: Final = "asks"
"""The status of a turn that ends in a question (`Facts.status`); its description is the name of its speaker."""

POOL: Final = 60
"""Turns that are looked at closely because of their words; with them their neighbours are."""

NEAR: Final = ((-1, 0.7), (1, 0.6), (-2, 0.5), (2, 0.4))
"""What of a word's gain in another turn of the same file counts for a turn: of the turn before, after, ... The one
before counts most: an answer follows its question, and does not repeat its words."""
REPEATED: Final = 0.4
"""A word counts once, by the nearest turn that has it, and with this share again for each other one: a turn whose
neighbourhood has all the words comes before one whose neighbourhood repeats a single word."""

SESSION: Final = 0.4
"""What the session of the most session-wide word score gives its turns, as a share of the best turn's words; those
below are additions in the same unit."""
OWN: Final = 0.3
"""Having all words of the question in the turn itself."""
SPEAKER: Final = 0.2
"""Being said by whom the question names first."""
ANSWER: Final = 0.1
"""Following a turn that ends in a question."""
ASKS: Final = 0.15
"""Taken from a turn that ends in a question."""
FIRST: Final = 0.2
"""Being the first turn of its session, which says what it is about."""
DATE: Final = 1.0
"""Being of the day the question names."""
LONG: Final = 0.07
"""Being e times as long as the average turn; taken from a short one."""

BEST_TURN: Final = 1.0
"""What the best turn of a session counts for it, and what its word score as a whole does:"""
WHOLE: Final = 0.5
