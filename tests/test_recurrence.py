"""The days of a series, as arithmetic on a calendar."""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.recurrence import MONTHS, RULES, Recurrence


def _series(first: str, cadence: str, rule: str, zone: str = "Europe/Berlin") -> Recurrence:
    return Recurrence(dt.date.fromisoformat(first), cadence, rule, dt.time(9), zone)


@pytest.mark.parametrize(
    ("first", "cadence", "rule", "days"),
    [
        ("2026-01-31", "monthly", "day", ["01-31", "02-28", "03-31", "04-30"]),
        ("2027-11-30", "quarterly", "day", ["11-30", "02-29", "05-30", "08-30"]),
        ("2026-01-13", "monthly", "weekday", ["01-13", "02-10", "03-10", "04-14"]),
        ("2026-01-30", "monthly", "weekday", ["01-30", "02-27", "03-27", "04-24"]),
        ("2026-01-15", "half-yearly", "working-day", ["01-15", "07-15", "01-15", "07-15"]),
        ("2026-02-28", "monthly", "working-day", ["02-27", "03-30", "04-28", "05-28"]),
        ("2026-08-01", "monthly", "working-day", ["08-03", "09-01", "10-01", "11-02"]),
        ("2028-02-29", "yearly", "day", ["02-29", "02-28", "02-28", "02-28", "02-29"]),
    ],
)
def test_the_days(first: str, cadence: str, rule: str, days: list[str]) -> None:
    series = _series(first, cadence, rule)
    assert [f"{series.day(number):%m-%d}" for number in range(len(days))] == days


def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change() -> None:
    series = _series("2026-01-29", "monthly", "day")
    moments = [series.opens_at(number) for number in range(12)]
    local = [moment.astimezone(ZoneInfo("Europe/Berlin")) for moment in moments]
    assert {f"{moment:%H:%M}" for moment in local} == {"09:00"}
    assert {f"{moment:%H}" for moment in moments} == {"08", "07"}


def test_an_hour_that_is_skipped_or_comes_twice_is_one_moment() -> None:
    skipped = Recurrence(dt.date(2026, 3, 29), "yearly", "day", dt.time(2, 30), "Europe/Berlin")
    assert skipped.opens_at(0) == dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)
    twice = Recurrence(dt.date(2026, 10, 25), "yearly", "day", dt.time(2, 30), "Europe/Berlin")
    assert twice.opens_at(0) == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)


@given(
    first=st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)),
    cadence=st.sampled_from(sorted(MONTHS)),
    rule=st.sampled_from(RULES),
    at=st.builds(dt.time, st.integers(0, 23), st.integers(0, 59)),
    zone=st.sampled_from(sorted(zone for zone in available_timezones() if "/" in zone)),
    number=st.integers(0, 60),
)
def test_occurrences_follow_one_another_once_a_period(
    first: dt.date, cadence: str, rule: str, at: dt.time, zone: str, number: int
) -> None:
    series = Recurrence(first, cadence, rule, at, zone)
    here, following = series.opens_at(number), series.opens_at(number + 1)
    assert here < following
    assert series.latest(here, since=0) == number
    assert series.latest(here - dt.timedelta(microseconds=1), since=number) is None
    months = (series.day(number + 1).year - series.day(number).year) * 12
    months += series.day(number + 1).month - series.day(number).month
    assert months == MONTHS[cadence]
    if rule == "weekday":
        assert series.day(number).weekday() == first.weekday()
    if rule == "working-day":
        assert series.day(number).weekday() < 5
