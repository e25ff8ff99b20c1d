"""What a link to the heatmap asks for, read leniently: what makes no sense is left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

from programme.models import Period
from touchpoints.models import Voice
from touchpoints.words import WORDS

SHOWS = ("customer", "staff", "gap")
SORTS = ("map", "priority", "net", "change")
# Without a wish it is a table where there is room, and a list on a phone.
VIEWS = ("", "table", "list")
NOBODY = "none"
_NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Asked:
    """One view of the heatmap; `query()` is the link that restores it. `owner` is a membership's
    key or NOBODY, `stage` a key, `moment` a class that everyone's total has; `usual` is what the
    quarter is compared with where nothing is said."""

    period: Period
    compare_with: Period | None
    show: str = "customer"
    only_changes: bool = False
    sort: str = "map"
    view: str = ""
    owner: int | str | None = None
    stage: int | None = None
    moment: str = ""
    closed: frozenset[int] = frozenset()
    usual: Period | None = None

    @property
    def voice(self) -> str:
        return Voice.STAFF if self.show == "staff" else Voice.CUSTOMER

    @classmethod
    def read(cls, given: QueryDict, rated: Sequence[Period]) -> Self:
        """`rated` are the quarters that have ratings, newest first, at least one. The latest and
        the one before it are meant where nothing else is said."""
        by_code = {period.code: period for period in rated}
        period = by_code.get(given.get("period", "").upper(), rated[0])
        older = [one for one in rated if one.quarter < period.quarter]
        wanted = given.get("compare", "")
        usual = compare_with = older[0] if older else None
        if wanted == _NOTHING:
            compare_with = None
        elif wanted.upper() in by_code and wanted.upper() != period.code:
            compare_with = by_code[wanted.upper()]
        show, sort, view = (given.get(name, "") for name in ("show", "sort", "view"))
        owner, moment = given.get("owner", ""), given.get("moment", "")
        return cls(
            period=period,
            compare_with=compare_with,
            show=show if show in SHOWS else SHOWS[0],
            only_changes=given.get("changed") == "1" and show != "gap",
            sort=sort if sort in SORTS else SORTS[0],
            view=view if view in VIEWS else VIEWS[0],
            owner=NOBODY if owner == NOBODY else _key(owner),
            stage=_key(given.get("stage", "")),
            moment=moment if moment in WORDS else "",
            closed=frozenset(key for one in given.getlist("closed") if (key := _key(one))),
            usual=usual,
        )

    @property
    def filtered(self) -> bool:
        return bool(self.owner or self.stage or self.moment)

    def quarters(self) -> str:
        """The quarter, and what it is compared with where that is not the one before it."""
        pairs = [("period", self.period.code)]
        if self.compare_with != self.usual:
            pairs.append(("compare", self.compare_with.code if self.compare_with else _NOTHING))
        return urlencode(pairs)

    def query(self) -> str:
        """Everything that is not as it would be anyway, and always the quarter."""
        pairs = [
            ("show", self.show if self.show != SHOWS[0] else ""),
            ("changed", "1" if self.only_changes else ""),
            ("sort", self.sort if self.sort != SORTS[0] else ""),
            ("owner", self.owner),
            ("stage", self.stage),
            ("moment", self.moment),
            ("view", self.view),
            *(("closed", pk) for pk in sorted(self.closed)),
        ]
        rest = urlencode([(name, value) for name, value in pairs if value])
        return f"{self.quarters()}&{rest}" if rest else self.quarters()

    def toggled(self, stage: int) -> "Asked":
        """The same with that stage opened or closed."""
        return replace(self, closed=self.closed ^ {stage})

    def viewed(self, view: str) -> "Asked":
        """The same as a list, or as a table."""
        return replace(self, view=view)

    def unfiltered(self) -> "Asked":
        """The same with every touchpoint."""
        return replace(self, owner=None, stage=None, moment="", only_changes=False)


def _key(text: str) -> int | None:
    """A primary key, or None where the text cannot be one."""
    return int(text) or None if text.isdecimal() and len(text) < 16 else None
