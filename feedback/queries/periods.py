"""An organisation's quarters, with what counts into each."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import F, Sum

from feedback.models import Round
from programme.models import Organisation, Period
from programme.queries import today_at
from touchpoints.models import RatingTally


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One quarter: its ratings, its rounds that were sent, and those that still take answers."""

    period: Period
    ratings: int
    rounds: int
    open_rounds: int
    ended: bool

    @property
    def can_close(self) -> bool:
        return self.ended and self.period.closed_at is None and not self.open_rounds


def period_lines(organisation: Organisation) -> list[PeriodLine]:
    """Every quarter that something was made for, newest first, in three queries."""
    periods = Period.objects.filter(organisation=organisation).select_related("closed_by__user")
    ratings = dict(
        RatingTally.objects.filter(organisation=organisation)
        .order_by()
        .values_list("period")
        .annotate(n=Sum(F("misery") + F("mediocrity") + F("magic")))
    )
    sent: Counter[int] = Counter()
    taking: Counter[int] = Counter()
    rounds = Round.objects.filter(organisation=organisation).exclude(state=Round.State.DRAFT)
    for period, state in rounds.values_list("period_id", "state"):
        sent[period] += 1
        taking[period] += state == Round.State.OPEN
    today = today_at(organisation)
    return [
        PeriodLine(
            period=period,
            ratings=ratings.get(period.pk, 0),
            rounds=sent[period.pk],
            open_rounds=taking[period.pk],
            ended=period.ends_on < today,
        )
        for period in periods
    ]
