"""What a board report holds: plain values and what is said, which become a language's words when
it is frozen as JSON, to be printed again.

Nets and their bounds are points from -100 to +100, shares are percent, both rounded to one
decimal. Whatever may not be shown is absent, not zero.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from reports.wording import in_words
from reports.words import Months, Passage, Said

# Raised when figures get what older ones lack; a draft with less is offered to be built anew.
LAYOUT = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """One measure in one quarter: its value, its 95 % interval, the answers behind it."""

    period: str
    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Measure:
    """One of the summary's four figures. `history` runs over eight quarters, oldest first."""

    key: str
    title: Said
    explains: Said
    unit: str
    now: Reading | None
    last_quarter: Reading | None
    last_year: Reading | None
    since_quarter: Said
    since_year: Said
    history: tuple[Reading | None, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A gain or a worry: one touchpoint that really changed, or whose class is firm; `why` says
    which, where the note above does not. Names are shortened, so that page one stays one page."""

    touchpoint: str
    stage: str
    label: str
    net: float
    low: float
    high: float
    n: int
    why: Said | None
    touchpoint_id: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One real change at one touchpoint; `causes` are sentences on what may lie behind it."""

    touchpoint: str
    stage: str
    difference: float
    low: float
    high: float
    n: int
    causes: tuple[Said, ...]
    touchpoint_id: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A decision that the board is asked for, and why."""

    title: Said
    why: Said


@dataclass(frozen=True, slots=True)
class Priority:
    """One of the ten; `top_five` is the chance in percent that it belongs to the first five.

    `importance`, of 5, is what the organisation states; it ranks together with what customers'
    answers tell, of which `explains` says how much, in percent.
    """

    rank: int
    touchpoint: str
    stage: str
    importance: int
    explains: float | None
    must_be: bool
    label: str
    net: float
    low: float
    high: float
    n: int
    indicative: bool
    top_five: float | None
    owner: str
    due_on: dt.date | None
    improvement: str
    touchpoint_id: int | None = None


@dataclass(frozen=True, slots=True)
class HeatmapCell:
    """One cell; a hidden one has no figures."""

    label: str
    net: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    misery: int | None = None
    mediocrity: int | None = None
    magic: int | None = None
    indicative: bool = False
    change: str = ""


@dataclass(frozen=True, slots=True)
class HeatmapRow:
    touchpoint: str
    cells: tuple[HeatmapCell, ...]
    total: HeatmapCell
    staff: HeatmapCell
    blind_spot: bool
    touchpoint_id: int | None = None


@dataclass(frozen=True, slots=True)
class HeatmapStage:
    name: str
    rows: tuple[HeatmapRow, ...]


@dataclass(frozen=True, slots=True)
class HeatmapTable:
    """The appendix: stages of touchpoints by segments."""

    segments: tuple[str, ...]
    stages: tuple[HeatmapStage, ...]
    has_staff: bool
    segment_ids: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A hand-off as the team that receives it rated it; `rank` 1 is the weakest. `outside` is how
    customers find the touchpoint that it feeds."""

    rank: int
    name: str
    giver: str
    receiver: str
    touchpoint: str
    cell: HeatmapCell
    outside: HeatmapCell
    improvement: str
    owner: str
    due_on: dt.date | None
    touchpoint_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChainPart:
    """The delivery chain: of `hand_offs` on the map, `rated` in the quarter `period`, which may be
    an earlier one; the weakest are listed."""

    period: str
    hand_offs: int
    rated: int
    links: tuple[ChainLink, ...]


@dataclass(frozen=True, slots=True)
class InsideRow:
    """A touchpoint as customers and as staff see it; `gap` is the customers' net less the staff's,
    and `gap_words` says it, with "no detectable gap" where it is not real."""

    touchpoint: str
    stage: str
    customers: HeatmapCell
    staff: HeatmapCell
    gap: float
    low: float
    high: float
    gap_words: Said
    mark: Said | None
    touchpoint_id: int | None = None
    real: bool = False


@dataclass(frozen=True, slots=True)
class InsidePart:
    """Inside against outside: of `compared` touchpoints that both rated, those that differ."""

    compared: int
    rows: tuple[InsideRow, ...]


@dataclass(frozen=True, slots=True)
class Corner:
    """One of the four corners of loyalty and retention, as `feedback.loyalty` counts them."""

    key: str
    title: Said
    explains: Said
    n: int | None
    share: float | None
    low: float | None
    high: float | None
    value: float | None
    valued: int | None = None


@dataclass(frozen=True, slots=True)
class ImprovementLine:
    """One improvement. `before` is its touchpoint's net in the last quarter before it was finished,
    `now` the report's quarter's with its interval, `plan` the net to reach."""

    title: str
    touchpoint: str | Said
    cause: str
    state: Said
    owner: str
    due_on: dt.date | None
    late: bool
    expected: Passage
    observed: Said | None
    improvement_id: int | None = None
    done: bool = False
    before: float | None = None
    now: float | None = None
    low: float | None = None
    high: float | None = None
    plan: float | None = None


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule that was lifted in the quarter."""

    name: str
    hampered: str
    touchpoint: str
    since: str
    lifted_on: dt.date | None
    rule_id: int | None = None


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """How much of what could be measured was: `part` of `whole`."""

    what: Said
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What became of one round; `rate` is answered of invited in percent, with its interval."""

    title: str
    audience: Said
    confidential: bool
    invited: int | None
    held_back: int | None
    sent: int | None
    failed: int | None
    answered: int | None
    published: bool
    rate: Reading | None
    round_id: int | None = None


@dataclass(frozen=True, slots=True)
class DecisionLine:
    title: str
    customer_change: str
    fit: Said
    outcome: str
    decided_on: dt.date
    asked_first: Said | None = None


@dataclass(frozen=True, slots=True)
class MissionPart:
    """The adopted mission and the quarter's decisions: of `asked_known` that say so, `asked` first
    asked what they change for the customer."""

    statement: str
    adopted_on: dt.date | None
    review_on: dt.date | None
    decisions: tuple[DecisionLine, ...]
    asked: int = 0
    asked_known: int = 0


@dataclass(frozen=True, slots=True)
class LeaderWords:
    """What the leader wrote before freezing: their own headline, their own paragraph, passages
    in place of the report's own by the part they open, their name. Blank, or not there, where they
    left the report's own words."""

    headline: str
    paragraph: str
    author: str
    passages: dict[str, str]


@dataclass(frozen=True, slots=True)
class Correction:
    """Of a new edition: which one it corrects, why in a person's words, and what differs."""

    edition: int
    why: str
    differences: tuple[Said | Passage, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One quarter's report, ready to print. `passages` open its parts, by the part's name; `sure`
    says on page one how sure it all is, `as_of` of which day its improvements are; days are those
    of `timezone`."""

    organisation: str
    language: str
    period: str
    period_words: Months
    compared_with: str
    headline: Said
    standfirst: Passage
    passages: dict[str, Passage]
    measures: tuple[Measure, ...]
    quarters: tuple[str, ...]
    gains: tuple[Finding, ...]
    gains_note: Said | None
    worries: tuple[Finding, ...]
    worries_note: Said | None
    asks: tuple[Ask, ...]
    as_of: Said | None
    sure: Passage
    changes: tuple[Change, ...]
    priorities: tuple[Priority, ...]
    chain: ChainPart
    loyalty: tuple[Corner, ...]
    inside: InsidePart
    heatmap: HeatmapTable
    improvements: tuple[ImprovementLine, ...]
    improvements_left_out: int
    rules: tuple[RuleLine, ...]
    coverage: tuple[CoverageLine, ...]
    receipts: tuple[ReceiptLine, ...]
    cannot_say: tuple[Said, ...]
    mission: MissionPart | None
    words: LeaderWords | None = None
    correction: Correction | None = None
    paper: str = "A4"
    colour: str = ""
    logo: str = ""
    timezone: str = "UTC"
    layout: int = LAYOUT

    def as_json(self) -> dict[str, Any]:
        """The same in the report's language, as the database gives it back."""
        frozen: dict[str, Any] = in_words(self, self.language)
        return frozen
