"""Working hours: weekends, days that clocks change on, and moments outside them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.working_hours import WorkingHours

LONDON = ZoneInfo("Europe/London")
WEEK = WorkingHours(frozenset(range(5)), dt.time(9), dt.time(17), LONDON)


def _london(*when: int) -> dt.datetime:
    return dt.datetime(*when, tzinfo=LONDON)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("said", "hours", "due"),
    [
        # Within a day; over a night; over a weekend.
        (_london(2026, 11, 25, 10, 30), 4, _london(2026, 11, 25, 14, 30)),
        (_london(2026, 11, 25, 15, 0), 4, _london(2026, 11, 26, 11, 0)),
        (_london(2026, 11, 27, 16, 0), 2, _london(2026, 11, 30, 10, 0)),
        (_london(2026, 11, 27, 9, 0), 16, _london(2026, 11, 30, 17, 0)),
        # Said at night, on a Saturday, before work: the clock starts when work does.
        (_london(2026, 11, 25, 23, 0), 1, _london(2026, 11, 26, 10, 0)),
        (_london(2026, 11, 28, 12, 0), 8, _london(2026, 11, 30, 17, 0)),
        (_london(2026, 11, 25, 3, 0), 1, _london(2026, 11, 25, 10, 0)),
        # Over the weekends on which clocks go forward and back.
        (_london(2026, 3, 27, 16, 0), 2, _london(2026, 3, 30, 10, 0)),
        (_london(2026, 10, 23, 16, 0), 2, _london(2026, 10, 26, 10, 0)),
        # Exactly at the end of a day it starts with the next.
        (_london(2026, 11, 25, 17, 0), 1, _london(2026, 11, 26, 10, 0)),
    ],
)
def test_due(said: dt.datetime, hours: int, due: dt.datetime) -> None:
    assert WEEK.after(said, hours) == due


def test_a_working_day_on_which_clocks_change_is_as_long_as_it_was_lived() -> None:
    nights = WorkingHours(frozenset(range(7)), dt.time(0), dt.time(6), LONDON)
    # On 29 March 2026 there is no hour from one to two; on 25 October it comes twice.
    assert nights.after(_london(2026, 3, 29, 0, 0), 5) == _london(2026, 3, 29, 6, 0)
    assert nights.after(_london(2026, 10, 25, 0, 0), 7) == _london(2026, 10, 25, 6, 0)


def test_elsewhere_the_same_moment_is_another_hour_of_work() -> None:
    tokyo = WorkingHours(frozenset(range(5)), dt.time(9), dt.time(17), ZoneInfo("Asia/Tokyo"))
    said = dt.datetime(2026, 11, 25, 1, 0, tzinfo=dt.UTC)  # ten in the morning there
    assert tokyo.after(said, 3) == dt.datetime(2026, 11, 25, 4, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(("days", "ends"), [((), 17), ((9,), 17), ((1,), 9), ((1,), 8)])
def test_hours_that_never_come_are_refused(days: tuple[int, ...], ends: int) -> None:
    with pytest.raises(ValueError, match="working day"):
        WorkingHours(days, dt.time(9), dt.time(ends), LONDON)


@settings(max_examples=200)
@given(
    st.integers(1_704_067_200, 1_830_297_600),
    st.integers(1, 80),
    st.sets(st.integers(0, 6), min_size=1),
)
def test_it_is_due_within_work_and_later_for_more_hours(
    said: int, hours: int, days: set[int]
) -> None:
    clock = WorkingHours(days, dt.time(8), dt.time(18), LONDON)
    at = dt.datetime.fromtimestamp(said, dt.UTC)
    due = clock.after(at, hours)
    there = due.astimezone(LONDON)
    assert at < due < clock.after(at, hours + 1)
    assert there.weekday() in days
    assert dt.time(8) <= there.time() <= dt.time(18)
