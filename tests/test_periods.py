"""Quarters of any financial year."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programme.models import Organisation
from programme.periods import Quarter
from programme.queries import current_quarter, quarters_back
from programme.services import period_for


@pytest.mark.parametrize(
    ("day", "first_month", "code"),
    [
        (dt.date(2026, 1, 1), 1, "2026Q1"),
        (dt.date(2026, 12, 31), 1, "2026Q4"),
        (dt.date(2026, 3, 31), 4, "2026Q4"),
        (dt.date(2026, 4, 1), 4, "2027Q1"),
        (dt.date(2026, 9, 30), 10, "2026Q4"),
        (dt.date(2026, 10, 1), 10, "2027Q1"),
    ],
)
def test_the_quarter_of_a_day(day: dt.date, first_month: int, code: str) -> None:
    assert Quarter.containing(day, first_month=first_month).code == code


@given(st.dates(dt.date(1950, 1, 1), dt.date(2200, 1, 1)), st.integers(1, 12))
def test_a_day_lies_within_its_quarter(day: dt.date, first_month: int) -> None:
    quarter = Quarter.containing(day, first_month=first_month)
    first, last = quarter.bounds(first_month=first_month)
    assert first <= day <= last
    assert quarter.shift(1).bounds(first_month=first_month)[0] == last + dt.timedelta(days=1)
    assert Quarter.parse(quarter.code) == quarter


@pytest.mark.parametrize("code", ["", "2026", "2026Q5", "2026Q0", "26Q1", "2026Q1x", "0000Q1"])
def test_what_is_no_quarter(code: str) -> None:
    with pytest.raises(ValueError, match="is not a quarter"):
        Quarter.parse(code)


def test_an_organisations_quarters(organisation: Organisation) -> None:
    organisation.financial_year_first_month = 4
    period = period_for(organisation=organisation, quarter=Quarter(2027, 1))
    assert (period.starts_on, period.ends_on) == (dt.date(2026, 4, 1), dt.date(2026, 6, 30))
    assert period_for(organisation=organisation, quarter=Quarter(2027, 1)) == period
    back = quarters_back(organisation, 5)
    assert back[0] == current_quarter(organisation)
    assert back[4].shift(4) == back[0]
