"""What members say of the practices, as far as it may be seen."""

from collections import defaultdict
from dataclasses import dataclass

from programme.models import Membership, Practice, PracticeRating
from programme.periods import Quarter
from programme.queries import current_quarter


@dataclass(frozen=True, slots=True)
class Said:
    """How many found it so in one quarter."""

    routine: int
    sometimes: int
    never: int

    @property
    def n(self) -> int:
        return self.routine + self.sometimes + self.never

    @property
    def share(self) -> int:
        """Of a hundred, how many said routine."""
        return round(100 * self.routine / self.n)


@dataclass(frozen=True, slots=True)
class Standing:
    """One practice: this member's own rating and how many rated it this quarter, and what was said
    in the last quarter and in the one before. Figures are those of quarters that are over: in one
    that runs, each further rating could be told by comparing the figures before and after it. None
    where fewer than the organisation's least said something."""

    practice: Practice
    own: str
    raters: int
    last: Said | None
    before: Said | None

    @property
    def change(self) -> str:
        """Against the quarter before, in words; nothing where one of the two is not shown."""
        if self.last is None or self.before is None:
            return ""
        points = self.last.share - self.before.share
        if points == 0:
            return f"as before, {self.before.share} %"
        return f"{'up' if points > 0 else 'down'} from {self.before.share} %"


def standings(membership: Membership) -> tuple[Quarter, list[Standing]]:
    """The current quarter, and every practice asked about; two queries."""
    organisation = membership.organisation
    quarter = current_quarter(organisation)
    last, before = quarter.shift(-1), quarter.shift(-2)
    given: dict[tuple[int, Quarter], list[PracticeRating]] = defaultdict(list)
    ratings = PracticeRating.objects.filter(
        organisation=organisation, period__year__in={quarter.year, last.year, before.year}
    )
    for rating in ratings.select_related("period"):
        given[rating.practice_id, rating.period.quarter].append(rating)
    least = organisation.figures_from
    practices = Practice.objects.filter(organisation=organisation, dropped_at=None)
    return quarter, [
        Standing(
            practice=one,
            own=_own(given[one.pk, quarter], membership),
            raters=len(given[one.pk, quarter]),
            last=_said(given[one.pk, last], least),
            before=_said(given[one.pk, before], least),
        )
        for one in practices
    ]


def _own(ratings: list[PracticeRating], membership: Membership) -> str:
    return next((one.answer for one in ratings if one.membership_id == membership.pk), "")


def _said(ratings: list[PracticeRating], least: int) -> Said | None:
    if len(ratings) < least:
        return None
    answers = [one.answer for one in ratings]
    kinds = PracticeRating.Answer
    return Said(*(answers.count(kind) for kind in (kinds.ROUTINE, kinds.SOMETIMES, kinds.NEVER)))
