"""Counting loyalty against retention, and letting a worker do it where it takes long."""

import logging
from dataclasses import asdict

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from feedback.models import LoyaltyCount
from feedback.queries import loyalty as loyalty_queries
from feedback.services.errors import FeedbackError
from programme.models import Organisation, Period

logger = logging.getLogger(__name__)

# So many answers are read while one waits for the page; more take a worker.
MOST_AT_ONCE = 20_000


@transaction.atomic
def count_loyalty(*, period: Period) -> LoyaltyCount:
    """Count the corners at the end of a quarter; a closed quarter's stay as they were counted."""
    held = Period.objects.select_for_update().select_related("organisation").get(pk=period.pk)
    known = LoyaltyCount.objects.filter(period=held).first()
    if known is not None and held.closed_at is not None:
        return known
    counted = loyalty_queries.segments_counted(organisation=held.organisation, period=held)
    made, _ = LoyaltyCount.objects.update_or_create(
        organisation=held.organisation,
        period=held,
        defaults={
            "corners": [asdict(one) for one in loyalty_queries.together(counted)],
            "by_segment": [{"segment": segment, **asdict(one)} for segment, one in counted],
            "counted_at": timezone.now(),
        },
    )
    return made


def know_loyalty(*, organisation: Organisation, period: Period) -> LoyaltyCount | None:
    """What is counted of a quarter; counted now where that is quick, otherwise None, and a worker
    is asked for it."""
    known = loyalty_queries.counted_loyalty(organisation=organisation, period=period)
    if known is not None:
        return known
    if loyalty_queries.answers_within(organisation=organisation, period=period) <= MOST_AT_ONCE:
        return count_loyalty(period=period)
    try:
        current_app.send_task("feedback.tasks.count_loyalty", [period.pk])
    except OperationalError:
        logger.warning("The queue is not to be reached: loyalty is counted on the next look.")
    return None


@transaction.atomic
def recount_loyalty(*, organisation: Organisation, period: Period) -> None:
    """Let a quarter be counted anew, as customers may have left since."""
    if period.closed_at is not None:
        raise FeedbackError("This quarter is closed: its figures stay as they were counted.")
    LoyaltyCount.objects.filter(organisation=organisation, period=period).delete()


def forget_loyalty(*, organisation_id: int) -> None:
    """A round was closed: what was counted of quarters that are not closed is no longer right."""
    LoyaltyCount.objects.filter(
        organisation=organisation_id, period__closed_at__isnull=True
    ).delete()
