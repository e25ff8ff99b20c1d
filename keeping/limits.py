"""How long things may be kept: the five limits, in words, and dates counted back. Pure."""

import calendar
import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """One kind of thing that is kept for a while; `name` is the field that says how long.

    `goes` says what is deleted and `stays` what is not, for the person who sets it.
    """

    name: str
    title: str
    unit: str
    default: int
    least: int
    most: int
    goes: str
    stays: str


LIMITS = (
    Limit(
        "answers_months",
        "Answers of named rounds",
        "months",
        default=24,
        least=3,
        most=120,
        goes="Who answered what, and their comments, counted from the day the round closed.",
        stays="Results, the heatmap and reports stay as they are. So do words given for a mission.",
    ),
    Limit(
        "left_months",
        "People who left",
        "months",
        default=12,
        least=1,
        most=120,
        goes="Name, address and yearly value, counted from the day they were taken off the list.",
        stays="That someone was asked stays as a number.",
    ),
    Limit(
        "email_text_days",
        "Texts of emails",
        "days",
        default=90,
        least=7,
        most=3650,
        goes="What we wrote, with its links and attachments, once it was sent or had failed.",
        stays="To whom, when and under which subject stays a while longer: see below.",
    ),
    Limit(
        "email_months",
        "The list of emails sent",
        "months",
        default=13,
        least=3,
        most=120,
        goes="To whom, when and under which subject.",
        stays="How many a round sent, and how many failed, stays on its receipt.",
    ),
    Limit(
        "upload_days",
        "Files of past answers",
        "days",
        default=30,
        least=1,
        most=365,
        goes="The uploads and what was said of them, whether they came in or not.",
        stays="Answers that came in stay, as those of a round.",
    ),
)


def counted_back(now: dt.datetime, n: int, unit: str) -> dt.datetime:
    """The moment `n` days or calendar months before; a day that a month lacks is its last."""
    if unit == "days":
        return now - dt.timedelta(days=n)
    month = now.year * 12 + now.month - 1 - n
    year, month = divmod(month, 12)
    day = min(now.day, calendar.monthrange(year, month + 1)[1])
    return now.replace(year=year, month=month + 1, day=day)
