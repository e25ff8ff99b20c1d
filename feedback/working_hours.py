"""Working hours: when an answer is due that was promised within so many of them. Pure.

Days and hours are those of a clock on a wall in a time zone; how long a working day really is, is
counted in universal time, so that a day on which clocks change is as long as it was lived.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """On which weekdays (0 is Monday), from when to when, and where."""

    days: Collection[int]
    starts: dt.time
    ends: dt.time
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if not set(self.days) & set(range(7)):
            raise ValueError("A week needs a working day.")
        if self.ends <= self.starts:
            raise ValueError("A working day ends after it starts.")

    def after(self, moment: dt.datetime, hours: float) -> dt.datetime:
        """The moment at which so many working hours have passed since `moment` (aware), in UTC."""
        left = dt.timedelta(hours=hours)
        at = moment.astimezone(dt.UTC)
        day = moment.astimezone(self.zone).date()
        while True:
            if day.weekday() in self.days:
                opens, closes = self._moment(day, self.starts), self._moment(day, self.ends)
                begins = max(at, opens)
                if begins < closes:
                    if left <= closes - begins:
                        return begins + left
                    left -= closes - begins
            day += dt.timedelta(days=1)

    def _moment(self, day: dt.date, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(day, time, self.zone).astimezone(dt.UTC)
