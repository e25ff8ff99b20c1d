"""Closing a quarter, after which its ratings never change."""

from django.db import transaction
from django.utils import timezone

from feedback.models import Round
from feedback.services.errors import FeedbackError
from programme.models import Membership, Period
from programme.queries import today_at


@transaction.atomic
def close_period(*, period: Period, by: Membership) -> Period:
    """Close a quarter for good; a closed one stays as it was closed.

    Raises FeedbackError while the quarter lasts, where the organisation is, and while a round
    that counts into it takes answers.
    """
    locked = Period.objects.select_for_update(of=("self",)).get(pk=period.pk)
    if locked.closed_at is not None:
        return locked
    today = today_at(locked.organisation)
    if locked.ends_on >= today:
        raise FeedbackError(
            f"{locked.code} lasts until {locked.ends_on:%-d %B %Y}: close it after that day."
        )
    still_open = Round.objects.filter(period=locked, state=Round.State.OPEN).first()
    if still_open is not None:
        raise FeedbackError(
            f"The round “{still_open.title}” still takes answers that count into {locked.code}: "
            "close it first."
        )
    locked.closed_at, locked.closed_by = timezone.now(), by
    locked.save(update_fields=["closed_at", "closed_by"])
    return locked
