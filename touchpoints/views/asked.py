"""What a link to the heatmap asks for, read leniently: what makes no sense is left out."""

from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

from programme.models import Period
from touchpoints.models import Voice

SHOWS = ("customer", "staff", "gap")
SORTS = ("map", "priority", "net", "change")
_NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Asked:
    """One view of the heatmap; `query()` is the link that restores it."""

    period: Period
    compare_with: Period | None
    show: str = "customer"
    only_changes: bool = False
    sort: str = "map"
    as_list: bool = False
    closed: frozenset[int] = frozenset()

    @property
    def voice(self) -> str:
        return Voice.STAFF if self.show == "staff" else Voice.CUSTOMER

    @classmethod
    def read(cls, given: QueryDict, rated: list[Period]) -> Self:
        """`rated` are the quarters that have ratings, newest first, at least one. The latest and
        the one before it are meant where nothing else is said."""
        by_code = {period.code: period for period in rated}
        period = by_code.get(given.get("period", "").upper(), rated[0])
        older = [one for one in rated if one.quarter < period.quarter]
        wanted = given.get("compare", "")
        compare_with = older[0] if older else None
        if wanted == _NOTHING:
            compare_with = None
        elif wanted.upper() in by_code and wanted.upper() != period.code:
            compare_with = by_code[wanted.upper()]
        show, sort = given.get("show", ""), given.get("sort", "")
        return cls(
            period=period,
            compare_with=compare_with,
            show=show if show in SHOWS else SHOWS[0],
            only_changes=given.get("changed") == "1" and show != "gap",
            sort=sort if sort in SORTS else SORTS[0],
            as_list=given.get("view") == "list",
            closed=frozenset(
                int(one) for one in given.getlist("closed") if one.isdecimal() and len(one) < 16
            ),
        )

    def query(self) -> str:
        """Everything that is not as it would be anyway, and always the quarters."""
        pairs = [("period", self.period.code)]
        pairs.append(("compare", self.compare_with.code if self.compare_with else _NOTHING))
        if self.show != SHOWS[0]:
            pairs.append(("show", self.show))
        if self.only_changes:
            pairs.append(("changed", "1"))
        if self.sort != SORTS[0]:
            pairs.append(("sort", self.sort))
        if self.as_list:
            pairs.append(("view", "list"))
        pairs += [("closed", str(pk)) for pk in sorted(self.closed)]
        return urlencode(pairs)

    def toggled(self, stage: int) -> "Asked":
        """The same with that stage opened or closed."""
        return replace(self, closed=self.closed ^ {stage})

    def listed(self, *, as_list: bool) -> "Asked":
        """The same as a list, or as a table."""
        return replace(self, as_list=as_list)
