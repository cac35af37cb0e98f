"""Relative dates: what becomes absolute in four languages, and what only looks like a date."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.relative_dates import absolute_dates, relative_dates

SAID = datetime(2026, 3, 5, 12).timestamp()  # noqa: DTZ001 - a Thursday of the local calendar

DATED = [
    ("Merge freeze begins next Friday.", "Merge freeze begins on 2026-03-13."),
    ("We decided yesterday to use Kuzu", "We decided on 2026-03-04 to use Kuzu"),
    ("Yesterday we chose Kuzu", "On 2026-03-04 we chose Kuzu"),
    ("we ship in two weeks", "we ship on 2026-03-19"),
    ("The key was rotated 3 days ago", "The key was rotated on 2026-03-02"),
    ("frozen until tomorrow", "frozen until 2026-03-06"),
    ("by Monday we freeze", "by 2026-03-09 we freeze"),
    ("in force since last month", "in force since 2026-02"),
    ("the release is this quarter", "the release is in 2026-Q1"),
    ("we moved last year", "we moved in 2025"),
    ("due end of the month", "due on 2026-03-31"),
    ("the offsite is next week", "the offsite is in the week of 2026-03-09"),
    ("yesterday's meeting", "2026-03-04's meeting"),
    ("last Monday", "on 2026-03-02"),
    ("Wir haben gestern entschieden", "Wir haben am 2026-03-04 entschieden"),
    ("Ab nächster Woche gilt der Freeze", "Ab der Woche vom 2026-03-09 gilt der Freeze"),
    ("bis Freitag", "bis 2026-03-06"),
    ("seit vorgestern", "seit 2026-03-03"),
    ("morgen beginnt der Freeze", "am 2026-03-06 beginnt der Freeze"),
    ("vor zwei Monaten umgestellt", "im Monat 2026-01 umgestellt"),
    ("ayer decidimos usar Kuzu", "el 2026-03-04 decidimos usar Kuzu"),
    ("mañana lanzamos", "el 2026-03-06 lanzamos"),
    ("congelado hasta el viernes", "congelado hasta el 2026-03-06"),
    ("hace 3 días", "el 2026-03-02"),
    ("desde la semana pasada", "desde la semana del 2026-02-23"),
    ("ontem decidimos usar Kuzu", "em 2026-03-04 decidimos usar Kuzu"),
    ("caiu há 3 dias", "caiu em 2026-03-02"),
    ("congelado até sexta-feira", "congelado até 2026-03-06"),
    ("na semana passada caiu", "na semana de 2026-02-23 caiu"),
]
KEPT = [
    "Never deploy on Fridays.",
    "Tokens expire in 7 days.",
    "Always merge by Friday.",
    "Jeden Morgen läuft der Import.",
    "Guten Morgen",
    "Am Morgen läuft der Import.",
    "Corre por la mañana.",
    "El informe sale cada mañana.",
    "Hoy en día usamos pnpm.",
    "Hoje em dia usamos pnpm.",
    "A semana passada foi dura.",
    "Run `git log --since yesterday`.",
    "```\nyesterday\n```",
    "https://example.org/today/tomorrow",
    "The field is called last_month.",
    "",
]


@pytest.mark.parametrize(("said", "dated"), DATED)
def test_a_relative_date_becomes_absolute(said: str, dated: str) -> None:
    assert absolute_dates(said, SAID) == dated


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_date_stays(text: str) -> None:
    assert absolute_dates(text, SAID) is text


@pytest.mark.parametrize("when", [float("inf"), float("nan"), 1e300, -1e300])
def test_a_time_outside_the_calendar_changes_nothing(when: float) -> None:
    assert absolute_dates("yesterday", when) == "yesterday"


@pytest.mark.parametrize("when", [-62_135_500_000.0, 253_402_200_000.0])
def test_the_ends_of_the_calendar(when: float) -> None:
    assert absolute_dates("9999 years ago, in 9999 weeks, last week, next month, next year, yesterday, tomorrow", when)


@given(st.lists(st.sampled_from([text for text, _ in DATED] + KEPT), max_size=6), st.floats(0, 4e9))
@settings(derandomize=True, deadline=None)
def test_made_absolute_twice_is_made_absolute_once(parts: list[str], when: float) -> None:
    once = absolute_dates(". ".join(parts), when)
    assert absolute_dates(once, when + 10 * 86_400) == once
    places = [(found.start, found.end) for found in relative_dates(". ".join(parts), when)]
    assert places == sorted(places)
