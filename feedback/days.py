"""A day as people of a language say it."""

import datetime as dt

from django.utils import translation
from django.utils.formats import date_format

from feedback.spoken import base_of

_PATTERNS = {"de": "l, j. F", "es": r"l j \d\e F"}


def day_said(moment: dt.datetime, language: str = "en", *, time: bool = False) -> str:
    """Weekday, day and month, with the time where it is wanted; `moment` is on the right clock."""
    pattern = _PATTERNS.get(base_of(language), "l j F")
    with translation.override(language):
        return date_format(moment, f"{pattern}, H:i" if time else pattern)
