"""What is wrong with the words: secrets, dates that move, text that is hidden or wants to steer an agent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .check_directory import Directory
from .markdown_blocks import lines
from .model import Finding
from .secrets import find_secrets

_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_SPAN = rf"(?:week(?:end)?|month|year|quarter|sprint|summer|winter|spring|autumn|fall|night|{_DAY}|{_MONTH})"
_NUMBER = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|a few|a couple of|several)"
_RELATIVE = (
    r"(?i)(?<![\w'\"“`/.-])(?:(?:the day before |since |until |by )?yesterday|(?:the day after |until |by )?tomorrow|"
    r"(?:earlier |later |as of )today|tonight|this (?:morning|afternoon|evening)|the other day|"
    rf"(?:earlier|later|late|early|end of|beginning of) (?:this|last|next) {_SPAN}|{_DAY} (?:next|last) week|"
    rf"(?<!the )(?<!every )(?<!each )(?:last|next|coming|past) {_SPAN}|"
    rf"this (?:{_DAY}|week(?:end)?|month|quarter|sprint)|"
    rf"{_NUMBER} (?:days?|weeks?|months?|years?) ago|{_NUMBER} (?:days|weeks|months) from now)"
    r"(?!['’](?!s\b)|[\w\"”`/-])"
    r"|\b(?:gestern|vorgestern|(?:letzte|nächste) Woche|ontem|semana passada|próxima semana|ayer|semana pasada|"
    r"semaine (?:dernière|prochaine)|вчера|завтра|hôm qua|tuần (?:trước|sau))\b"
    r"|昨天|明天|上周|下周|昨日|先週|来週|어제|지난주|다음 ?주"
)
"""A text, as the other patterns that a gate stands before: `re` compiles it when a page first needs it (1.6 ms)."""
_RELATIVE_GATE = re.compile(
    r"yesterday|tomorrow|(?:earlier|later|as of) today|tonight|other day|"
    r"(?:last|next|coming|past|this) (?:week|month|year|quarter|sprint|summer|winter|spring|autumn|fall|night|morning|"
    r"afternoon|evening|[a-z]{3,6}day|[jfmasond][a-z]{2,8}\b)|(?:ago|from now)\b|"
    r"gestern|woche|ontem|semana|ayer|semaine|вчера|завтра|hôm|tuần|昨|明|上周|下周|先週|来週|어제|지난|다음"
)
"""Over lower-cased text, where the set of first letters is looked for at once; `(?i)` would try every alternative."""
_ABSOLUTE = r"\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b"
_CODE = r"`[^`]*`|\"[^\"]{0,80}\"|“[^”]{0,80}”|\*[^*]{0,40}\*(?!\*)"
_HIDDEN = "[\u200b\u2060\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]|(?<=.)\ufeff"
_STEERING = re.compile(
    r"(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|every\s+|the\s+|your\s+|of\s+){0,3}"
    r"(?:previous|prior|above|earlier|preceding|system)\s+(?:instructions?|prompts?|rules|messages|context)\b"
    r"|<\|(?:im_start|im_end|system|endoftext)\|>|\[/?inst\]|</?system-reminder>"
    r"|do not (?:tell|inform|mention (?:this|it) to) the user\b"
)  # over lower-cased text


def secrets(directory: Directory) -> Iterator[Finding]:
    """Secret values, by kind, never quoted."""
    for id, text in _texts(directory):
        for secret in find_secrets(text):
            message = f"a secret value ({secret.kind}): keep it elsewhere and replace it where it was used"
            yield directory.finding("secret", id, secret.line, message)


def relative_dates(directory: Directory) -> Iterator[Finding]:
    """Dates that count from the day of writing, outside code and quotation, on lines without a real date."""
    for page in directory.pages:
        memory = page.memory
        if memory.description and _relative(memory.description):
            yield directory.finding("relative-date", memory.id, 1, _relative_message(memory.description))
        if not _RELATIVE_GATE.search(page.low):
            continue
        suspects = {n for n, line in enumerate(memory.body.split("\n"), 1) if _relative(line)}
        for line in lines(memory.body) if suspects else ():
            if line.number in suspects and line.kind == "text" and _relative(line.text):
                at = memory.body_line + line.number - 1
                yield directory.finding("relative-date", memory.id, at, _relative_message(line.text))


def hidden(directory: Directory) -> Iterator[Finding]:
    """Characters that nobody sees, one finding a line."""
    for id, text in _texts(directory):
        if text.isascii() or not re.search(_HIDDEN, text):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            found = sorted({f"U+{ord(c):04X}" for c in re.findall(_HIDDEN, line)})
            if found:
                yield directory.finding("hidden-text", id, number, f"invisible characters: {', '.join(found)}")


def steering(directory: Directory) -> Iterator[Finding]:
    """Sentences that speak to an agent about its instructions. Named, never dropped."""
    for id, text in _texts(directory):
        low = text.lower()
        if not _STEERING.search(low):
            continue
        for number, line in enumerate(low.split("\n"), 1):
            match = _STEERING.search(re.sub(_CODE, "", line))
            if match:
                yield directory.finding("steering-text", id, number, f"reads as an order to an agent: {match[0]!r}")


def _texts(directory: Directory) -> Iterator[tuple[str, str]]:
    for page in directory.pages:
        yield page.memory.id, page.text
    for index in directory.indexes:
        yield index.stat.id, index.text


def _relative(text: str) -> re.Match[str] | None:
    if not _RELATIVE_GATE.search(text.lower()) or re.search(_ABSOLUTE, text):
        return None
    return re.search(_RELATIVE, re.sub(_CODE, "", text))


def _relative_message(text: str) -> str:
    match = _relative(text)
    return f"{match[0]!r} will mean another day: write the date" if match else ""


CHECKS = (secrets, relative_dates, hidden, steering)
