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
    """One practice this quarter. `now` and `before` are None where fewer than the organisation's
    least said something: their ratings are nobody else's business."""

    practice: Practice
    own: str
    raters: int
    now: Said | None
    before: Said | None

    @property
    def change(self) -> str:
        """Against the quarter before, in words; nothing where one of the two is not shown."""
        if self.now is None or self.before is None:
            return ""
        points = self.now.share - self.before.share
        if points == 0:
            return f"as before, {self.before.share} %"
        return f"{'up' if points > 0 else 'down'} from {self.before.share} %"


def standings(membership: Membership) -> tuple[Quarter, list[Standing]]:
    """The current quarter, and every practice asked about, with this member's own rating; two
    queries."""
    organisation = membership.organisation
    quarter = current_quarter(organisation)
    before = quarter.shift(-1)
    given: dict[tuple[int, Quarter], list[PracticeRating]] = defaultdict(list)
    ratings = PracticeRating.objects.filter(
        organisation=organisation, period__year__in={quarter.year, before.year}
    )
    for rating in ratings.select_related("period"):
        given[rating.practice_id, rating.period.quarter].append(rating)
    practices = Practice.objects.filter(organisation=organisation, dropped_at=None)
    return quarter, [
        _standing(
            one,
            membership,
            given[one.pk, quarter],
            given[one.pk, before],
            organisation.figures_from,
        )
        for one in practices
    ]


def _standing(
    practice: Practice,
    membership: Membership,
    now: list[PracticeRating],
    before: list[PracticeRating],
    least: int,
) -> Standing:
    own = next((one.answer for one in now if one.membership_id == membership.pk), "")
    return Standing(practice, own, len(now), _said(now, least), _said(before, least))


def _said(ratings: list[PracticeRating], least: int) -> Said | None:
    if len(ratings) < least:
        return None
    answers = [one.answer for one in ratings]
    kinds = PracticeRating.Answer
    return Said(*(answers.count(kind) for kind in (kinds.ROUTINE, kinds.SOMETIMES, kinds.NEVER)))
