"""When the words of a memory were written, by its own file, and its words with the dates made absolute by that."""

from __future__ import annotations

import re
from typing import Final

from memdir.dates import parse_date
from memdir.errors import BadInputError
from memdir.model import Memory
from memdir.relative_dates import absolute_dates

ONE_TIME: Final = 36 * 3600.0
"""Seconds that creation and last change may lie apart for all words of a file to be of one time."""

_NAME_DATE = re.compile(r"\d{4}[-_]\d\d[-_]\d\d")
_HINT = re.compile(
    r"yester|\b(?:today|tonight|tomorrow|ago|weeks?|months?|quarters?|years?|gestern|heute|morgen|tage?n?"
    r"|wochen?|monate?n?|quartals?|jahre?n?s?|ayer|hoy|mañana|semanas?|mes(?:es)?|trimestre|años?|días?|days?"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|(?:mon|diens|donners|frei|sams|sonn)tags?|mittwoch|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo)\b",
    re.IGNORECASE,
)


def may_be_relative(text: str) -> bool:
    """False for a text that has no word of a relative date: most texts need no closer look."""
    return _HINT.search(text) is not None


def written(memory: Memory) -> tuple[float | None, bool]:
    """When the words were written (seconds since the epoch), and whether the file itself says so, in its fields or its
    name; None when they are of several times."""
    known = [date for text in (memory.created, memory.modified) if text and (date := seconds(text)) is not None]
    if not known:
        named = [seconds(text.replace("_", "-")) for text in _NAME_DATE.findall(memory.stem)]
        known = [date for date in named if date is not None]
    if known:
        return (known[-1] if max(known) - min(known) <= ONE_TIME else None), True
    return memory.mtime, False


def seconds(text: str) -> float | None:
    """A date of a file, None for what is none (`check` reports it)."""
    try:
        return parse_date(text)
    except BadInputError:
        return None


def dated(memory: Memory, text: str) -> str:
    """A text of the memory with its relative dates absolute."""
    when = written(memory)[0] if may_be_relative(text) else None
    return text if when is None else absolute_dates(text, when)
