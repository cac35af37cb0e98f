"""Dates as people write them, and back."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memdir.dates import DAY, age_days, age_text, freshness_text, parse_date, rfc3339
from memdir.errors import BadInputError

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC).timestamp()


@pytest.fixture(params=["UTC", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The local zone of the process."""
    if not hasattr(time, "tzset"):
        pytest.skip("the zone cannot be set here")
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-05T12:00:00Z", "2026-03-05T12:00:00.000Z"),
        ("2026-03-05t12:00:00.42z", "2026-03-05T12:00:00.420Z"),
        ("2026-03-05T12:00:00.123456789Z", "2026-03-05T12:00:00.123Z"),
        ("2026-03-05T12:00:00+01:00", "2026-03-05T11:00:00.000Z"),
        ("2026-03-05 12:00-0330", "2026-03-05T15:30:00.000Z"),
        ("2026-03-05 12:00:00 +01", "2026-03-05T11:00:00.000Z"),
        ("2026-03-05 12:00 UTC", "2026-03-05T12:00:00.000Z"),
        ("20260305T120000Z", "2026-03-05T12:00:00.000Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
        (" '2026-03-05T12:00:00Z' ", "2026-03-05T12:00:00.000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_times_with_a_zone(text: str, expected: str) -> None:
    assert rfc3339(parse_date(text)) == expected
    assert parse_date(text, end=True) == parse_date(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-03-05", (2026, 3, 5), (2026, 3, 6)),
        ("2026/3/5", (2026, 3, 5), (2026, 3, 6)),
        ("2026.03.05", (2026, 3, 5), (2026, 3, 6)),
        ("20260305", (2026, 3, 5), (2026, 3, 6)),
        ("2024-02-29", (2024, 2, 29), (2024, 3, 1)),
        ("2026-12", (2026, 12, 1), (2027, 1, 1)),
        ("2026-02", (2026, 2, 1), (2026, 3, 1)),
        ("2026", (2026, 1, 1), (2027, 1, 1)),
    ],
)
def test_bare_dates_are_local_days(
    zone: str, text: str, start: tuple[int, int, int], end: tuple[int, int, int]
) -> None:
    def local(day: tuple[int, int, int]) -> float:
        return time.mktime((*day, 0, 0, 0, 0, 0, -1))

    assert parse_date(text) == local(start)
    assert parse_date(text, end=True) == local(end)


def test_a_time_without_a_zone_is_local(zone: str) -> None:
    assert parse_date("2026-03-05T12:30") == time.mktime((2026, 3, 5, 12, 30, 0, 0, 0, -1))


@pytest.mark.parametrize(
    "text",
    ["", " ", "soon", "2026-13-01", "2026-02-30", "2025-02-29", "2026-3-5-1", "26-03-05", "2026-03-05T25:00Z",
     "١٢٣٤-٠١-٠١",
     "2026-03-05T12:61Z", "2026-03-05T12:00:61Z", "2026-03-05T12:00+25:00", "2026-03-05x", "2026-03T10:00",
     "0000-01-01",
     "9999", "nan", "1e9", "2026-03/05", "\0", "2026-03-05\n2026", "x" * 10_000],
)  # fmt: skip
def test_what_is_no_date_is_said(text: str) -> None:
    with pytest.raises(BadInputError) as caught:
        parse_date(text, end=True)
    assert caught.value.code == "bad-date"
    assert len(str(caught.value)) < 200


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=30) | st.from_regex(r"[0-9TZ:.+ /-]{0,25}", fullmatch=True))
def test_any_text_is_a_date_or_bad_input(text: str) -> None:
    for end in (False, True):
        with contextlib.suppress(BadInputError):
            assert isinstance(parse_date(text, end=end), float)


@settings(derandomize=True, deadline=None)
@given(st.integers(min_value=-62_135_596_800_000, max_value=253_402_300_799_999))
@example(-1)
@example(1)
def test_milliseconds_survive(milliseconds: int) -> None:
    text = rfc3339(milliseconds / 1000)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    assert text == moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    assert round(parse_date(text) * 1000) == milliseconds
    assert len(text) == 24


@pytest.mark.parametrize("seconds", [float("inf"), float("-inf"), float("nan"), 1e18, -1e18, 253_402_300_799.9999])
def test_impossible_times_still_print(seconds: float) -> None:
    assert len(rfc3339(seconds)) == 24


@pytest.mark.parametrize(
    ("ago", "days", "text"),
    [
        (-5 * DAY, 0, "today"),
        (0, 0, "today"),
        (DAY - 1, 0, "today"),
        (DAY, 1, "yesterday"),
        (2 * DAY - 1, 1, "yesterday"),
        (2 * DAY, 2, "2 days ago"),
        (5 * DAY, 5, "5 days ago"),
        (400 * DAY, 400, "400 days ago"),
    ],
)
def test_ages(ago: float, days: int, text: str) -> None:
    assert age_days(NOON - ago, NOON) == days
    assert age_text(NOON - ago, NOON) == text
    fresh = freshness_text(NOON - ago, NOON)
    assert (fresh is None) == (days < 2)
    assert fresh is None or text in fresh
