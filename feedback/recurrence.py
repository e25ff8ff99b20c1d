"""When a series is due: days and hours on the organisation's own calendar. Pure."""

import calendar
import datetime as dt
from dataclasses import dataclass, replace
from itertools import pairwise
from zoneinfo import ZoneInfo

MONTHLY, QUARTERLY, HALF_YEARLY, YEARLY = "monthly", "quarterly", "half-yearly", "yearly"
MONTHS = {MONTHLY: 1, QUARTERLY: 3, HALF_YEARLY: 6, YEARLY: 12}
SAME_DAY, SAME_WEEKDAY, WORKING_DAY = "day", "weekday", "working-day"
RULES = (SAME_DAY, SAME_WEEKDAY, WORKING_DAY)

_NTH = ("first", "second", "third", "fourth", "last")


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The first day, how often, and how the later days are found.

    `first_on` is the day of occurrence `first_number`. `rule` is the same day of the month (its
    last where it has no such day), the same weekday (such as its second Tuesday), or the same day
    moved to the nearest working day of that month.
    """

    first_on: dt.date
    cadence: str
    rule: str
    at: dt.time
    timezone: str
    first_number: int = 0

    def changed(
        self, *, number: int, on: dt.date, cadence: str, rule: str, at: dt.time
    ) -> "Recurrence":
        """The calendar from occurrence `number`, which is on the day `on`. Where that day, cadence
        and rule are what they were, it is not begun anew: the 31st stays the 31st."""
        if (on, cadence, rule) == (self.day(number), self.cadence, self.rule):
            return replace(self, at=at)
        return Recurrence(on, cadence, rule, at, self.timezone, number)

    def day(self, number: int) -> dt.date:
        """The day of an occurrence, from `first_number` on."""
        ahead = (number - self.first_number) * MONTHS[self.cadence]
        months = self.first_on.month - 1 + ahead
        year, month = self.first_on.year + months // 12, months % 12 + 1
        if self.rule == SAME_WEEKDAY:
            return _same_weekday(self.first_on, year, month)
        last = calendar.monthrange(year, month)[1]
        day = dt.date(year, month, min(self.first_on.day, last))
        return _working_day(day) if self.rule == WORKING_DAY else day

    def opens_at(self, number: int) -> dt.datetime:
        """Its moment in UTC. An hour that a clock skips is the one after; of one that a clock has
        twice it is the first."""
        return local(self.day(number), self.at, self.timezone)

    def closes_at(self, number: int, *, days_open: int) -> dt.datetime:
        """The last minute of its last day."""
        return local(
            self.day(number) + dt.timedelta(days=days_open), dt.time(23, 59), self.timezone
        )

    def latest(self, now: dt.datetime, *, since: int) -> int | None:
        """The last occurrence from number `since` on whose moment has come; None before that."""
        found = None
        number = since
        while self.opens_at(number) <= now:
            found = number
            number += 1
        return found

    def coming(self, now: dt.datetime, *, since: int) -> int:
        """The first occurrence from number `since` on whose moment is still to come."""
        latest = self.latest(now, since=since)
        return since if latest is None else latest + 1

    def longest_open(self, *, since: int) -> int:
        """For how many days a round can stay open before the next one of the series opens, over
        the thirteen from number `since` on."""
        days = [self.day(number) for number in range(since, since + 14)]
        return min((later - day).days for day, later in pairwise(days)) - 1

    def in_words(self) -> str:
        """Such as "on the second Tuesday"."""
        if self.rule == SAME_WEEKDAY:
            nth = _NTH[(self.first_on.day - 1) // 7]
            return f"on the {nth} {self.first_on:%A}"
        day = f"on day {self.first_on.day}"
        return f"{day}, or the nearest working day" if self.rule == WORKING_DAY else day


def local(day: dt.date, at: dt.time, timezone: str) -> dt.datetime:
    """A day and an hour somewhere, as a moment in UTC."""
    return dt.datetime.combine(day, at, ZoneInfo(timezone)).astimezone(dt.UTC)


def _same_weekday(first: dt.date, year: int, month: int) -> dt.date:
    """The first, second ... of that weekday in a month; a fifth one means the last."""
    begins = dt.date(year, month, 1)
    day = begins + dt.timedelta(days=(first.weekday() - begins.weekday()) % 7)
    day += dt.timedelta(weeks=(first.day - 1) // 7)
    return day if day.month == month else day - dt.timedelta(weeks=1)


def _working_day(day: dt.date) -> dt.date:
    """Monday to Friday, in the same month: the next such day, or the one before at its end."""
    later = day
    while later.weekday() > 4:
        later += dt.timedelta(days=1)
    if later.month == day.month:
        return later
    while day.weekday() > 4:
        day -= dt.timedelta(days=1)
    return day
