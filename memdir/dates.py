"""Dates: reading what people and programs write, printing RFC 3339, and saying how old something is.

Times are seconds since the epoch (float). A date without a time is that local day: its start, or with `end` the start
of the next day, so that `[valid_from, valid_until)` includes the last day (design §3). The clock is always an argument.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .errors import BadInputError

if TYPE_CHECKING:
    from datetime import datetime, timezone

DAY: Final = 86_400.0
"""Seconds; ages are counted in days of 24 hours, as Claude Code does (formats/claude-code §1.8)."""

_DATE: Final = (
    r"(?P<year>\d{4})(?:(?P<sep>[-/.]?)(?P<month>\d{1,2})(?:(?P=sep)(?P<day>\d{1,2}))?)?"
    r"(?:(?:[Tt]|[ ]+)(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?"
    r"[ ]*(?P<zone>[Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?"
)
_MAX_SECONDS: Final = 253_402_300_799.999
"""The last millisecond of the year 9999."""
_MIN_SECONDS: Final = -62_135_596_800.0


def parse_date(text: str, *, end: bool = False) -> float:
    """Seconds since the epoch for an RFC 3339 time, `2026-03-05 10:30`, `2026-03-05`, `2026/3/5`, `20260305`, `2026-03`
    or `2026`. Without a zone the time is local. With `end` a bare day, month or year means its end.

    Raises `BadInputError` for anything else and for days that no calendar has.
    """
    from datetime import datetime  # 1 ms, and recall prints dates much oftener than it reads one

    match = re.fullmatch(_DATE, text.strip().strip("\"'"), re.ASCII)
    if match is None or (match["hour"] and not match["day"]):
        raise _bad(text)
    year, month, day = int(match["year"]), int(match["month"] or 1), int(match["day"] or 1)
    try:
        if match["hour"] is None:
            moment = datetime(year, month, day)  # noqa: DTZ001 - a bare date is a local day
            return (_next(moment, match) if end else moment).timestamp()
        second = int(match["second"] or 0)
        moment = datetime(year, month, day, int(match["hour"]), int(match["minute"]), tzinfo=_zone(match["zone"]))
        if second > 60:
            raise _bad(text)
        return moment.timestamp() + second + float(f"0.{match['fraction'] or 0}")
    except (ValueError, OverflowError, OSError) as error:
        raise _bad(text) from error


def rfc3339(seconds: float) -> str:
    """`2026-07-29T13:16:34.420Z`: UTC in milliseconds, the form of Claude Code's own `metadata.modified`.

    Times outside the years 1 to 9999 (a file's time can be anything) become the nearest that can be written.
    """
    whole = min(max(seconds, _MIN_SECONDS), _MAX_SECONDS) if seconds == seconds else 0.0  # NaN is unequal to itself
    days, milliseconds = divmod(round(whole * 1000), 86_400_000)
    # The day's date in the Gregorian calendar by arithmetic alone: Howard Hinnant, "chrono-Compatible Low-Level Date
    # Algorithms", civil_from_days.
    era, day = divmod(days + 719_468, 146_097)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5 - 1
    month += 3 if month < 10 else -9
    year += era * 400 + (month < 3)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    second, fraction = divmod(milliseconds, 1000)
    return f"{year:04d}-{month:02d}-{day:02d}T{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}.{fraction:03d}Z"


def local_text(seconds: float) -> str:
    """`2026-07-29 15:16`: for people, in their own zone, in which a date without one is read, too."""
    from datetime import datetime

    try:
        moment = datetime.fromtimestamp(seconds)  # noqa: DTZ006 - local time is wanted
    except (ValueError, OverflowError, OSError):  # beyond what the system's calendar knows
        return rfc3339(seconds)[:16].replace("T", " ")
    return f"{moment.year:04d}-{moment.month:02d}-{moment.day:02d} {moment.hour:02d}:{moment.minute:02d}"


def age_days(then: float, now: float) -> int:
    """Whole days between two times; 0 for a time in the future."""
    return max(0, int((now - then) // DAY))


def age_text(then: float, now: float) -> str:
    """`today`, `yesterday` or `5 days ago`."""
    return days_text(age_days(then, now))


def days_text(days: int) -> str:
    """`today`, `yesterday` or `5 days ago`, from whole days."""
    return ("today", "yesterday")[days] if days < 2 else f"{days} days ago"


def freshness_text(then: float, now: float) -> str | None:
    """What to tell an agent about a memory two days old or older; None for a fresh one."""
    if age_days(then, now) < 2:
        return None
    return f"Last updated {age_text(then, now)}: true then, check that it still holds before relying on it."


def _next(moment: datetime, match: re.Match[str]) -> datetime:
    """The start of the day, month or year after the one written."""
    from datetime import timedelta

    if match["day"]:
        return moment + timedelta(days=1)
    if match["month"]:
        return moment.replace(year=moment.year + moment.month // 12, month=moment.month % 12 + 1)
    return moment.replace(year=moment.year + 1)


def _zone(text: str | None) -> timezone | None:
    """The offset written, None for local time."""
    from datetime import UTC, timedelta, timezone

    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[3:].lstrip(":") or 0)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _bad(text: str) -> BadInputError:
    shown = text if len(text) <= 40 else text[:37] + "..."
    return BadInputError(f"not a date: {shown!r}", hint="write 2026-03-05 or 2026-03-05T10:30:00Z", code="bad-date")
