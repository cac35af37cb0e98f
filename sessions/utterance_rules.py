"""What a rule for statements is: a language's words that make a sentence outlive its session, and those that forbid it.

The languages are data (`utterances_english`, `utterances_german`, `utterances_spanish`); `utterances` applies them.
Categories and ranges of confidence are the seed's (its documentation "Session Memory Extraction"): preference 0.7-1.0,
project 0.8-1.0, pattern 0.5-0.8, decision 0.7-0.9, constraint 0.8-1.0.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, Literal, NamedTuple

Category = Literal["preference", "project", "pattern", "decision", "constraint"]

CATEGORIES: Final[tuple[Category, ...]] = ("preference", "project", "pattern", "decision", "constraint")
RANGES: Final[dict[Category, tuple[float, float]]] = {
    "preference": (0.7, 1.0),
    "project": (0.8, 1.0),
    "pattern": (0.5, 0.8),
    "decision": (0.7, 0.9),
    "constraint": (0.8, 1.0),
}
TYPE_OF: Final[dict[Category, str]] = {
    "preference": "feedback",
    "project": "project",
    "pattern": "feedback",
    "decision": "project",
    "constraint": "project",
}
"""The memory type of a category where nothing more is known. A preference that says who somebody is, is `user`; a
project fact that says where something is kept, is `reference`."""


class Rule(NamedTuple):
    """A sentence in which `pattern` is found, and `unless` is not, is a statement of this category and type. A `strong`
    rule says by its own words that it lasts ("always", "from now on") and counts in long prompts too."""

    name: str
    category: Category
    type: str
    confidence: float
    pattern: str
    unless: str = ""
    strong: bool = False


class Language(NamedTuple):
    """One language: its commonest words (to tell it by), what may stand before a statement, what turns a question into
    a request, where a reason begins, what forbids a statement, and the rules in the order in which they are tried."""

    name: str
    words: frozenset[str]
    lead: str
    polite: str
    reason: str
    vetoes: tuple[tuple[str, str], ...]
    rules: tuple[Rule, ...]


def within(category: Category, confidence: float) -> float:
    """The confidence inside its category's range."""
    low, high = RANGES[category]
    return round(min(max(confidence, low), high), 2)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of the tables, case not counting."""
    return re.compile(pattern, re.IGNORECASE)
