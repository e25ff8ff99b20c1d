"""What a report is made from, as `reports.queries` gathers it. Plain values, but for the heatmaps
of `touchpoints.queries`, of which only fields are read."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feedback.loyalty import Counted
from programme.periods import Quarter
from reports.contents import MissionPart, RuleLine
from reports.words import Months, Passage, Said

if TYPE_CHECKING:
    from touchpoints.queries import Cell, Heatmap

QUARTERS = 8


@dataclass(frozen=True, slots=True)
class Recommend:
    """Answers to "would you recommend us", 0 to 10, in one quarter."""

    detractors: int
    passives: int
    promoters: int


@dataclass(frozen=True, slots=True)
class KnownImprovement:
    """An improvement as the report needs it; `state` is planned, doing or done."""

    touchpoint_id: int | None
    touchpoint: str | Said
    title: str
    cause: str
    state: str
    state_words: Said
    owner: str
    due_on: dt.date | None
    done_on: dt.date | None
    expected: Passage
    improvement_id: int | None = None
    hand_off_id: int | None = None
    expected_net: float | None = None

    def late(self, today: dt.date) -> bool:
        return self.state != "done" and self.due_on is not None and self.due_on < today


@dataclass(frozen=True, slots=True)
class KnownLink:
    """A hand-off and how it was rated."""

    hand_off_id: int
    name: str
    giver: str
    receiver: str
    touchpoint_id: int
    touchpoint: str
    cell: "Cell"


@dataclass(frozen=True, slots=True)
class KnownGap:
    """The customers' net less the staff's at one touchpoint, in points."""

    difference: float
    low: float
    high: float
    real: bool


@dataclass(frozen=True, slots=True)
class KnownComments:
    """What customers wrote about one touchpoint in the quarter: how many comments, and the words
    that several of them share."""

    n: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownWeight:
    """How much of what customers say of the whole a touchpoint explains, in percent."""

    explains: float | None


@dataclass(frozen=True, slots=True)
class KnownReceipt:
    """What became of one round; a count that is not known, or may not be shown, is None."""

    title: str
    audience: Said
    confidential: bool
    invited: int | None
    held_back: int | None
    sent: int | None
    failed: int | None
    answered: int | None
    published: bool
    round_id: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Everything. Sequences over quarters hold eight, oldest first, the report's own last.

    `customers` is the customers' heatmap compared with the quarter `before`; `history` says which
    quarters its rows' histories are; `first_month` begins the financial year. `owners`, `gaps`,
    `comments` and `weights` are by the touchpoint's id. `links` are rated in `links_quarter`.
    """

    organisation: str
    language: str
    first_month: int
    quarter: Quarter
    period_words: Months
    today: dt.date
    before: Quarter | None
    customers: "Heatmap"
    staff: "Heatmap"
    history: Sequence[Quarter]
    recommend: Sequence[Recommend | None]
    improvements: Sequence[KnownImprovement]
    owners: Mapping[int, str]
    receipts: Sequence[KnownReceipt]
    mission: MissionPart | None
    review_on: dt.date | None
    timezone: str = "UTC"
    links: Sequence[KnownLink] = ()
    links_quarter: Quarter | None = None
    gaps: Mapping[int, KnownGap] = field(default_factory=dict)
    comments: Mapping[int, KnownComments] = field(default_factory=dict)
    weights: Mapping[int, KnownWeight] = field(default_factory=dict)
    corners: Sequence[Counted] = ()
    rules: Sequence[RuleLine] = ()

    def codes(self) -> tuple[str, ...]:
        return tuple(self.quarter.shift(back).code for back in range(1 - QUARTERS, 1))
