"""Quarters of an organisation's own financial year, as pure arithmetic.

A period is written "2016Q2": the second quarter of the financial year that is named after the
calendar year in which it begins when it begins in January, and in which it ends otherwise.
"""

import datetime as dt
import re
from dataclasses import dataclass

_CODE = re.compile(r"(\d{4})Q([1-4])")


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """One quarter: `year` is the financial year's name, `number` is 1 to 4."""

    year: int
    number: int

    @property
    def code(self) -> str:
        return f"{self.year}Q{self.number}"

    @classmethod
    def parse(cls, code: str) -> "Quarter":
        """Read "2016Q2"; anything else is a ValueError."""
        found = _CODE.fullmatch(code.strip().upper())
        if not found or not 1900 <= int(found[1]) <= 9000:
            raise ValueError(f"“{code[:20]}” is not a quarter: write it like 2016Q2.")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def containing(cls, day: dt.date, *, first_month: int = 1) -> "Quarter":
        """The quarter that `day` falls in, for a financial year that begins in `first_month`."""
        months = (day.month - first_month) % 12
        year = day.year - (day.month < first_month) + (first_month > 1)
        return cls(year, months // 3 + 1)

    def shift(self, quarters: int) -> "Quarter":
        """The quarter that many quarters later, or earlier for a negative number."""
        index = self.year * 4 + self.number - 1 + quarters
        return Quarter(index // 4, index % 4 + 1)

    def bounds(self, *, first_month: int = 1) -> tuple[dt.date, dt.date]:
        """Its first and its last day, both included."""
        return self._start(first_month), self.shift(1)._start(first_month) - dt.timedelta(days=1)

    def _start(self, first_month: int) -> dt.date:
        month = first_month - 1 + (self.number - 1) * 3
        year = self.year - (first_month > 1) + month // 12
        return dt.date(year, month % 12 + 1, 1)
