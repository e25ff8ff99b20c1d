"""Reads about the organisation and its people."""

from zoneinfo import ZoneInfo

from django.utils import timezone

from programme.models import Organisation
from programme.periods import Quarter


def current_quarter(organisation: Organisation) -> Quarter:
    """The quarter that today falls in, where the organisation is."""
    today = timezone.localdate(timezone=ZoneInfo(organisation.timezone))
    return Quarter.containing(today, first_month=organisation.financial_year_first_month)


def quarters_back(organisation: Organisation, n: int) -> list[Quarter]:
    """The current quarter and those before it, `n` in all, newest first."""
    current = current_quarter(organisation)
    return [current.shift(-back) for back in range(n)]
