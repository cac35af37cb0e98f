"""Relative dates made absolute: "yesterday" in a memory means nothing a month later (Claude Code's own memories follow
the same rule, formats/claude-code.md §5.4).

English, German, Spanish and Portuguese. Days become `2026-03-05`, months `2026-03`, weeks the week of their Monday.
What may mean a habit stays: "never deploy on Fridays", "tokens expire in 7 days", "jeden Morgen", "por la mañana"; so
does code.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final, Literal, NamedTuple

Unit = Literal["day", "week", "month", "quarter", "year"]

_WEEKDAYS: Final = {
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "de": ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "pt": ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo"),
}
_NUMBERS: Final = {
    word: value
    for words, value in (
        ("a an one ein eine einem einer einen un una um uma", 1),
        ("two couple zwei zwo dos dois duas", 2),
        ("three drei tres três", 3),
        ("four vier cuatro quatro", 4),
        ("five fünf cinco", 5),
        ("six sechs seis", 6),
        ("seven sieben siete sete", 7),
        ("eight acht ocho oito", 8),
        ("nine neun nueve nove", 9),
        ("ten zehn diez dez", 10),
        ("fourteen vierzehn catorce", 14),
    )
    for word in words.split()
}
_UNITS: Final[tuple[tuple[str, Unit], ...]] = (
    ("day", "day"), ("tag", "day"), ("día", "day"), ("dia", "day"), ("week", "week"), ("woche", "week"),
    ("semana", "week"), ("month", "month"), ("monat", "month"), ("mes", "month"), ("quarter", "quarter"),
    ("quartal", "quarter"), ("trimestre", "quarter"), ("year", "year"), ("jahr", "year"), ("año", "year"),
    ("mês", "month"), ("ano", "year"),
)  # fmt: skip
_PREPOSITION: Final = {
    "en": re.compile(
        r"\b(?:since|until|till|by|from|before|after|for|of|to|through|on|in|as of|until after)\s+$", re.I
    ),
    "de": re.compile(r"\b(?:seit|bis|ab|vor|nach|von|vom|am|im|in|zum|bis zum|für|spätestens)\s+$", re.I),
    "es": re.compile(r"\b(?:desde|hasta|para|antes de|después de|de|a partir de|el|la|en)\s+$", re.I),
    "pt": re.compile(r"\b(?:desde|até|para|antes de|depois de|de|a partir de|em|por)\s+$", re.I),
}
_BEFORE: Final[dict[tuple[str, str], str]] = {
    ("en", "day"): "on ", ("en", "week"): "in ", ("en", "month"): "in ", ("en", "quarter"): "in ",
    ("en", "year"): "in ", ("de", "day"): "am ", ("de", "week"): "in ", ("de", "month"): "im Monat ",
    ("de", "quarter"): "im Quartal ", ("de", "year"): "im Jahr ", ("es", "day"): "el ", ("es", "week"): "en ",
    ("es", "month"): "en ", ("es", "quarter"): "en ", ("es", "year"): "en ", ("pt", "day"): "em ",
    ("pt", "week"): "n", ("pt", "month"): "em ", ("pt", "quarter"): "em ", ("pt", "year"): "em ",
}  # fmt: skip
_WEEK_OF: Final = {"en": "the week of ", "de": "der Woche vom ", "es": "la semana del ", "pt": "a semana de "}
_HABIT: Final = re.compile(
    r"\b(?:always|never|every|each|whenever|usually|per|expires?d?|rotates?d?|ttl|immer|nie|niemals|jede[nrsm]?|"
    r"pro|läuft ab|laufen ab|siempre|nunca|cada|todos los|todas las|caducan?|expiran?|"
    r"sempre|todos os|todas as|expiram?)\b",
    re.IGNORECASE,
)
_CODE: Final = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]+`|https?://\S+", re.DOTALL)
_SENTENCE_END: Final = re.compile(r"[.!?](?=\s)|\n")


class Dated(NamedTuple):
    """A relative date at `text[start:end]`, and the words that say it absolutely."""

    start: int
    end: int
    absolute: str


def absolute_dates(text: str, when: float) -> str:
    """The text as it was said at `when` (seconds since the epoch), its relative dates absolute in the local calendar;
    the very same object where there is none."""
    parts: list[str] = []
    place = 0
    for found in relative_dates(text, when):
        parts += (text[place : found.start], found.absolute)
        place = found.end
    return "".join(parts) + text[place:] if parts else text


def relative_dates(text: str, when: float) -> list[Dated]:
    """The relative dates of a text said at `when`, in order. Empty for a time that no calendar has."""
    try:
        today = datetime.fromtimestamp(when).astimezone().date()
    except (ValueError, OverflowError, OSError):
        return []
    code = [match.span() for match in _CODE.finditer(text)]
    found: list[Dated] = []
    for language, pattern, meaning in _rules():
        for match in pattern.finditer(text):
            before = bisect_right(code, (match.end(),)) - 1
            if before >= 0 and match.start() < code[before][1]:
                continue
            said = meaning(match, today, _sentence_around(text, match.start()))
            if said is not None:
                found.append(_worded(text, match, language, *said))
    found.sort(key=lambda one: (one.start, -one.end))
    return list(_apart(found))


Meaning = Callable[[re.Match[str], date, str], "tuple[date, Unit] | None"]


def _apart(found: list[Dated]) -> Iterator[Dated]:
    end = 0
    for one in found:
        if one.start >= end:
            yield one
            end = one.end


def _sentence_around(text: str, place: int) -> str:
    start = max((match.end() for match in _SENTENCE_END.finditer(text, max(0, place - 400), place)), default=0)
    after = _SENTENCE_END.search(text, place, place + 400)
    return text[start : after.start() if after else place + 400]


def _worded(text: str, match: re.Match[str], language: str, day: date, unit: Unit) -> Dated:
    """The date in words that fit where the relative one stood."""
    before = text[max(0, match.start() - 16) : match.start()]
    joined = match.groupdict().get("before")
    words = _written(day, unit)
    if unit == "week":
        words = _WEEK_OF[language] + words
    possessive = text[match.end() : match.end() + 2] in ("'s", "’s")
    bare = possessive or _PREPOSITION[language].search(before) is not None
    lead = joined if joined else "" if bare else _BEFORE[language, unit]
    first = not before.strip() or before.rstrip()[-1] in ".!?:"
    if lead and not joined and first and match.group()[0].isupper():
        lead = lead[0].upper() + lead[1:]
    return Dated(match.start(), match.end(), lead + words)


def _written(day: date, unit: Unit) -> str:
    if unit == "year":
        return f"{day.year:04d}"
    if unit == "quarter":
        return f"{day.year:04d}-Q{(day.month + 2) // 3}"
    return day.isoformat()[:7] if unit == "month" else day.isoformat()


def _moved(day: date, unit: Unit, count: int) -> date | None:
    """The day `count` units later; for a month, quarter or year its first day. None outside the calendar."""
    try:
        if unit in ("day", "week"):
            return day + timedelta(days=count * (7 if unit == "week" else 1))
        months = {"month": 1, "quarter": 3, "year": 12}[unit]
        total = day.year * 12 + day.month - 1 + count * months
        if unit == "year":
            total -= total % 12
        if unit == "quarter":
            total -= total % 3
        return date(total // 12, total % 12 + 1, 1)
    except (ValueError, OverflowError):
        return None


def _unit(word: str) -> Unit:
    low = word.lower()
    return next(unit for stem, unit in _UNITS if low.startswith(stem))


def _number(word: str) -> int | None:
    return int(word) if word.isdigit() else _NUMBERS.get(word.lower())


def _day(shift: int) -> Meaning:
    def meaning(match: re.Match[str], today: date, sentence: str) -> tuple[date, Unit] | None:
        moved = _moved(today, "day", shift)
        return None if moved is None else (moved, "day")

    return meaning


def _counted(sign: int) -> Meaning:
    """`3 days ago`, `in two weeks`. A count into the future inside a habit is a span, not a date."""

    def meaning(match: re.Match[str], today: date, sentence: str) -> tuple[date, Unit] | None:
        count = _number(match["count"])
        if count is None or (sign > 0 and _HABIT.search(sentence)):
            return None
        unit = _unit(match["unit"])
        if unit == "year" and sign > 0 and count > 50:
            return None
        moved = _moved(today, unit, sign * count)
        return None if moved is None else (moved, "day" if unit == "week" else unit)

    return meaning


def _neighbour(shift: int) -> Meaning:
    """`last week`, `next month`, `this year`."""

    def meaning(match: re.Match[str], today: date, sentence: str) -> tuple[date, Unit] | None:
        unit = _unit(match["unit"])
        base = today - timedelta(days=today.weekday()) if unit == "week" else today
        moved = _moved(base, unit, shift)
        return None if moved is None else (moved, unit)

    return meaning


def _weekday(names: tuple[str, ...], which: Literal["next", "last", "coming"]) -> Meaning:
    """The nearest such day after today, or before it. A day named in a habit ("always merge by Friday") stays."""

    def meaning(match: re.Match[str], today: date, sentence: str) -> tuple[date, Unit] | None:
        wanted = names.index(match["day"].lower())
        if which == "coming" and _HABIT.search(sentence):
            return None
        ahead = (wanted - today.weekday()) % 7
        if which == "last":
            return today - timedelta(days=(-ahead) % 7 or 7), "day"
        if which == "next" and ahead and today.weekday() < wanted:
            return (today + timedelta(days=ahead + 7), "day") if match["next"].lower() == "next" else (
                today + timedelta(days=ahead), "day")  # fmt: skip
        return today + timedelta(days=ahead or 7), "day"

    return meaning


def _end_of(match: re.Match[str], today: date, sentence: str) -> tuple[date, Unit] | None:
    """`end of the month`: its last day; of a week its Friday."""
    if _HABIT.search(sentence):
        return None
    unit = _unit(match["unit"])
    if unit == "week":
        return today + timedelta(days=max(0, 4 - today.weekday())), "day"
    after = _moved(today, unit, 1)
    return None if after is None else (after - timedelta(days=1), "day")


_Rule = tuple[str, Meaning]
_COUNT: Final = r"(?P<count>\d{1,4}|" + "|".join(_NUMBERS) + ")"


@cache
def _rules() -> tuple[tuple[str, re.Pattern[str], Meaning], ...]:
    """The rules of all languages, compiled on need."""
    table = {"en": _english, "de": _german, "es": _spanish, "pt": _portuguese}
    return tuple(
        (language, re.compile(pattern, re.IGNORECASE), meaning)
        for language, rules in table.items()
        for pattern, meaning in rules(r"(?P<day>" + "|".join(_WEEKDAYS[language]) + r")\b")
    )


def _english(day: str) -> tuple[_Rule, ...]:
    unit = r"(?P<unit>days?|weeks?|months?|years?)\b"
    return (
        (r"\bthe day before yesterday\b", _day(-2)),
        (r"\byesterday\b", _day(-1)),
        (r"(?<!-)\b(?:today|tonight)\b(?!-)", _day(0)),
        (r"\bthe day after tomorrow\b", _day(2)),
        (r"\btomorrow\b", _day(1)),
        (rf"\b{_COUNT} (?:of )?{unit} ago\b", _counted(-1)),
        (rf"\bin (?:a )?{_COUNT} (?:of )?{unit}(?!['’])", _counted(1)),
        (rf"\b{_COUNT} {unit} from now\b", _counted(1)),
        (r"\blast (?P<unit>week|month|quarter|year)\b", _neighbour(-1)),
        (r"\bthis (?P<unit>week|month|quarter|year)\b", _neighbour(0)),
        (r"\bnext (?P<unit>week|month|quarter|year)\b", _neighbour(1)),
        (rf"\blast {day}(?!s\b)", _weekday(_WEEKDAYS["en"], "last")),
        (rf"\b(?:on )?(?P<next>next|this|coming) {day}", _weekday(_WEEKDAYS["en"], "next")),
        (rf"\b(?P<before>(?:by|until|till|due|before|starting|from) )(?:on )?{day}(?! \d)",
         _weekday(_WEEKDAYS["en"], "coming")),
        (r"\b(?:the )?end of (?:the |this )?(?P<unit>week|month|quarter|year)\b", _end_of),
    )  # fmt: skip


def _german(day: str) -> tuple[_Rule, ...]:
    unit = r"(?P<unit>tage?n?|wochen?|monate?n?|jahre?n?)\b"
    return (
        (r"\bvorgestern\b", _day(-2)),
        (r"\bgestern\b", _day(-1)),
        (r"\bheute\b(?! (?:früh|morgen|abend|nacht))", _day(0)),
        (r"\bheute (?:früh|morgen|abend|nacht)\b", _day(0)),
        (r"\bübermorgen\b", _day(2)),
        (r"(?<!heute )(?<!gestern )(?<!jeden )(?<!guten )\bmorgen\b(?-i:(?<=morgen))", _day(1)),
        (rf"\bvor {_COUNT} {unit}", _counted(-1)),
        (rf"\bin {_COUNT} {unit}", _counted(1)),
        (r"\b(?:letzte[nsrm]?|vorige[nsrm]?|vergangene[nsrm]?) (?P<unit>woche|monat|quartal|jahr)\b",
         _neighbour(-1)),
        (r"\bdiese[nsrm]? (?P<unit>woche|monat|quartal|jahr)\b", _neighbour(0)),
        (r"\b(?:nächste[nsrm]?|kommende[nsrm]?) (?P<unit>woche|monat|quartal|jahr)\b", _neighbour(1)),
        (rf"\b(?:letzte[nr]?|vorige[nr]?) {day}", _weekday(_WEEKDAYS["de"], "last")),
        (rf"\b(?:am )?(?P<next>nächste[nr]?|kommende[nr]?|diese[nr]?) {day}",
         _weekday(_WEEKDAYS["de"], "next")),
        (rf"\b(?P<before>(?:bis zum|bis|ab|spätestens am|spätestens) ){day}",
         _weekday(_WEEKDAYS["de"], "coming")),
        (r"\bende (?:der|dieser|des|dieses) (?P<unit>woche|monat|quartal|jahr)(?:e?s)?\b", _end_of),
    )  # fmt: skip


def _spanish(day: str) -> tuple[_Rule, ...]:
    unit = r"(?P<unit>días?|dias?|semanas?|meses|mes|años?)\b"
    return (
        (r"\banteayer\b", _day(-2)),
        (r"\bayer\b", _day(-1)),
        (r"\bhoy\b(?! (?:en )?día)", _day(0)),
        (r"\bpasado mañana\b", _day(2)),
        (r"(?<!la )(?<!esta )(?<!cada )(?<!una )\bmañana\b", _day(1)),
        (rf"\bhace {_COUNT} {unit}", _counted(-1)),
        (rf"\b(?:en|dentro de) {_COUNT} {unit}", _counted(1)),
        (r"\b(?:la|el) (?P<unit>semana|mes|trimestre|año) (?:pasad[oa]|anterior)\b", _neighbour(-1)),
        (r"\best[ea] (?P<unit>semana|mes|trimestre|año)\b", _neighbour(0)),
        (r"\b(?:la|el) (?:próxim[oa] (?P<unit>semana|mes|trimestre|año))\b", _neighbour(1)),
        (r"\b(?:la|el) (?P<unit>semana|mes|trimestre|año) (?:que viene|próxim[oa])\b", _neighbour(1)),
        (rf"\bel {day} pasado\b", _weekday(_WEEKDAYS["es"], "last")),
        (rf"\b(?:el )?(?P<next>próximo) {day}", _weekday(_WEEKDAYS["es"], "next")),
        (rf"\bel {day} que viene\b", _weekday(_WEEKDAYS["es"], "coming")),
        (rf"\b(?P<before>(?:hasta|antes de|para|desde|a partir de)(?: el|l)? ){day}(?! \d)",
         _weekday(_WEEKDAYS["es"], "coming")),
        (r"\b(?:fin|final|finales) de (?:la |este |esta )?(?P<unit>semana|mes|trimestre|año)\b", _end_of),
    )  # fmt: skip


def _portuguese(day: str) -> tuple[_Rule, ...]:
    unit = r"(?P<unit>dias?|semanas?|meses|mês|mes|anos?)\b"
    return (
        (r"\banteontem\b", _day(-2)),
        (r"\bontem\b", _day(-1)),
        (r"\bhoje\b(?! em dia)", _day(0)),
        (r"\bdepois de amanhã\b", _day(2)),
        (r"\bamanhã\b", _day(1)),
        (rf"\bhá {_COUNT} {unit}(?: atrás)?", _counted(-1)),
        (rf"\b{_COUNT} {unit} atrás\b", _counted(-1)),
        (rf"\b(?:daqui a|dentro de) {_COUNT} {unit}", _counted(1)),
        (r"\bn[ao] (?P<unit>semana|mês|trimestre|ano) passad[oa]\b", _neighbour(-1)),
        (r"\bnest[ea] (?P<unit>semana|mês|trimestre|ano)\b", _neighbour(0)),
        (r"\bn[ao] próxim[oa] (?P<unit>semana|mês|trimestre|ano)\b", _neighbour(1)),
        (r"\bn[ao] (?P<unit>semana|mês|trimestre|ano) que vem\b", _neighbour(1)),
        (rf"\bn[ao] {day}(?:-feira)? passad[oa]\b", _weekday(_WEEKDAYS["pt"], "last")),
        (rf"\bn[ao] (?P<next>próxim[oa]) {day}(?:-feira)?\b", _weekday(_WEEKDAYS["pt"], "next")),
        (rf"\b(?P<before>até )(?:[ao] )?{day}(?:-feira)?\b", _weekday(_WEEKDAYS["pt"], "coming")),
    )  # fmt: skip
