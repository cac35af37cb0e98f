"""What an agent answered, as claims: the seed's lines (`MEMORY: category | 0-10 | fact`) or JSON. Nothing else in an
answer counts, and no answer is believed: every claim still passes the gates of any other.

The seed's parser (formats/cersei.md §1.7) takes NaN and clamps 95 to 1.0, and refuses `- MEMORY:` and `**MEMORY:**`;
here a number outside 0 to 10 is no confidence, and bullets, emphasis and fences do not hide a line.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Final

from .prose import plain_line
from .utterance_rules import TYPE_OF, Category
from .utterances import Claim

MAX_CLAIMS: Final = 50
MAX_FACT: Final = 1_000
"""Characters of one fact; a longer one is no fact but a document."""
MIN_CONFIDENCE: Final = 0.5

_LINE: Final = re.compile(r"^[\s>*_`#-]*(?:\d{1,3}[.)]\s*)?[*_`]*MEMORY[*_`]*\s*:[*_`]*\s*(.*)$", re.IGNORECASE)
_ALIASES: Final[dict[str, Category]] = {
    "preference": "preference", "userpreference": "preference", "feedback": "preference", "user": "preference",
    "project": "project", "projectfact": "project", "reference": "project", "pattern": "pattern",
    "codepattern": "pattern", "decision": "decision", "constraint": "constraint",
}  # fmt: skip
_TYPES: Final = {"user": "user", "reference": "reference"}
_KEYS: Final = ("fact", "text", "content", "memory")


def parse_answer(answer: str) -> list[Claim]:
    """The claims of an answer in order, each fact once. Empty for an answer that holds none."""
    found: dict[str, Claim] = {}
    for claim in (*_from_json(answer), *_from_lines(answer)):
        if len(found) >= MAX_CLAIMS:
            break
        found.setdefault(claim.fact.casefold(), claim)
    return list(found.values())


def _from_lines(answer: str) -> Iterator[Claim]:
    for line in answer.splitlines():
        match = _LINE.match(line[: 2 * MAX_FACT])
        fields = match[1].split("|", 2) if match else []
        if len(fields) == 3 and len(line) <= 2 * MAX_FACT:
            try:
                number = float(fields[1].strip().strip("*_`"))
            except ValueError:
                continue
            yield from _claim(fields[0], number / 10, fields[2])


def _from_json(answer: str) -> Iterator[Claim]:
    """JSON anywhere in the answer: an object, a list of them, or one list below a key."""
    for value in _values(answer):
        rows = value if isinstance(value, list) else [value]
        if isinstance(value, dict) and "category" not in value and "type" not in value:
            rows = next((item for item in value.values() if isinstance(item, list)), [])
        for row in rows:
            if not isinstance(row, dict):
                continue
            category, sure = row.get("category", row.get("type")), row.get("confidence")
            fact = next((row[key] for key in _KEYS if isinstance(row.get(key), str)), None)
            if isinstance(sure, bool) or not isinstance(sure, int | float):
                continue
            if isinstance(category, str) and fact is not None:
                share = isinstance(sure, float) and sure <= 1
                yield from _claim(category, sure if share else sure / 10, fact)


def _values(answer: str) -> Iterator[object]:
    decoder = json.JSONDecoder()
    place, tries = 0, 0
    while tries < 20:
        starts = [at for at in (answer.find("[", place), answer.find("{", place)) if at >= 0]
        if not starts:
            return
        tries += 1
        try:
            value, end = decoder.raw_decode(answer, min(starts))
        except (ValueError, RecursionError):
            place = min(starts) + 1
            continue
        yield value
        place = end


def _claim(category: str, confidence: float, fact: str) -> Iterator[Claim]:
    key = re.sub(r"[^a-z]", "", category.casefold())
    known = _ALIASES.get(key)
    text = plain_line(fact).strip("*_`\"' ")
    if known is None or not math.isfinite(confidence) or not 0 <= confidence <= 1:
        return
    if not 10 <= len(text) <= MAX_FACT or len(text.split()) < 2 or confidence < MIN_CONFIDENCE:
        return
    yield Claim(known, _TYPES.get(key, TYPE_OF[known]), round(confidence, 2), "", text, rule="agent")
