"""The dates a question speaks of: "on 7 May", "in May 2023", "2023-05-07", "last week", and how near a moment is.

A date without a year is meant in every year. What is relative ("yesterday") is made absolute first, from `now`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .dates import DAY

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?P<{}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY: Final = r"(?P<{}>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR: Final = r"(?:,?\s+(?P<{}>(?:19|20)\d\d))"
_PATTERN: Final = "|".join(
    (
        r"(?P<week>\bweek of\s+)?\b(?P<y1>(?:19|20)\d\d)[-/.](?P<m1>[01]?\d)(?:[-/.](?P<d1>[0-3]?\d))?\b",
        rf"\b{_DAY.format('d2')}(?:\s+of)?\s+{_MONTH.format('m2')}\b{_YEAR.format('y2')}?",
        rf"\b{_MONTH.format('m3')}\.?\s+{_DAY.format('d3')}\b(?!\d){_YEAR.format('y3')}?",
        rf"\b{_MONTH.format('m4')}\.?{_YEAR.format('y4')}\b",
        rf"\b(?:in|of|since|during|by|until|before|after|from|early|late|mid|last|this)\s+{_MONTH.format('m5')}\b"
        rf"{_YEAR.format('y5')}?",
        r"\b(?:in|of|since|during|from)\s+(?P<y6>(?:19|20)\d\d)\b(?![-/.]\d)",
    )
)
_HINT: Final = re.compile(
    r"\d|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|apr|aug|sep"
    r"|oct|nov|dec|yesterday|today|ago|last|this|gestern|heute|vor|letzt|vorig|diese|ayer|hoy|hace|pasad|est[ea]",
    re.IGNORECASE,
)
_RELATIVE: Final = re.compile(
    r"\b(?:yesterday|today|tonight|ago|last|this|earlier|gestern|vorgestern|heute|vor|letzte\w*|vorige\w*|diese\w*"
    r"|ayer|anteayer|hoy|hace|pasad[oa]|est[ea])\b",
    re.IGNORECASE,
)

AFTER: Final = 7.0
"""Days after a date within which it is still spoken of."""
BEFORE: Final = 7.0
"""Days before."""
_WORTH: Final = {"day": 1.0, "week": 0.8, "month": 0.6, "year": 0.2}


class Asked(NamedTuple):
    """A date of a question: what of it is said (None: not), and whether it is the week that begins then."""

    year: int | None
    month: int | None
    day: int | None
    week: bool = False

    @property
    def unit(self) -> str:
        """What it names: a day, week, month or year."""
        if self.week:
            return "week"
        return "day" if self.day else "month" if self.month else "year"


def asked_dates(text: str, now: float) -> tuple[Asked, ...]:
    """The dates in a question asked at `now` (seconds since the epoch)."""
    if not _HINT.search(text):
        return ()
    if _RELATIVE.search(text):
        from .relative_dates import absolute_dates  # compiles many patterns

        text = absolute_dates(text, now)
    found: dict[Asked, None] = {}
    for match in re.finditer(_PATTERN, text, re.IGNORECASE):
        groups = match.groupdict()
        year, month, day = (next((groups[f"{k}{n}"] for n in range(1, 7) if groups.get(f"{k}{n}")), "") for k in "ymd")
        number = _MONTHS.index(month[:3].lower()) + 1 if month[:1].isalpha() else int(month or 0)
        if number <= 12 and int(day or 0) <= 31:
            found[Asked(int(year or 0) or None, number or None, int(day or 0) or None, bool(groups["week"]))] = None
    return tuple(found)


def nearness(asked: tuple[Asked, ...], moment: float) -> float:
    """How near a moment is to what was asked for, 0 to 1: a day is worth more than a month or a year, as it says more.
    Days are local."""
    if not asked or moment <= 0:
        return 0.0
    from datetime import datetime

    try:
        then = datetime.fromtimestamp(moment)  # noqa: DTZ006 - a date in a question is a local day
    except (ValueError, OverflowError, OSError):
        return 0.0
    return max(_near(one, then, moment) for one in asked)


def _near(asked: Asked, then: object, moment: float) -> float:
    from datetime import datetime

    assert isinstance(then, datetime)
    unit = asked.unit
    if asked.year and unit == "year":
        return _WORTH["year"] if then.year == asked.year else 0.0
    if unit == "month":
        return _WORTH["month"] if then.month == asked.month and asked.year in (None, then.year) else 0.0
    best = 0.0
    for year in (asked.year,) if asked.year else (then.year - 1, then.year, then.year + 1):
        try:
            start = datetime(year, asked.month or 1, asked.day or 1).timestamp()  # noqa: DTZ001
        except (ValueError, OverflowError, OSError):
            continue
        end = start + (7 if asked.week else 1) * DAY
        far = max(0.0, (start - moment) / DAY / BEFORE, (moment - end) / DAY / AFTER)
        best = max(best, _WORTH[unit] * (1 - far))
    return best
