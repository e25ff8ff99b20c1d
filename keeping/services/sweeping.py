"""The nightly sweep: what is over goes, batch by batch, once a day (docs/decisions/0028)."""

import datetime as dt
import logging
import time
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from feedback.models import ImportJob
from feedback.services import let_answers_go, write_down_receipts
from keeping.limits import LIMITS, Limit, counted_back
from keeping.models import Keeping, Sweep
from keeping.queries import LEFT, keeping_of, over
from keeping.services.erasing import erase_due
from outbox.models import Email
from outbox.services import empty_emails
from programme.models import Organisation, Person

logger = logging.getLogger(__name__)

FROM_HOUR = 3
BATCH = 500
# After so long a run leaves the rest to the next minute's.
_TURN_SECONDS = 20
# Emails about an account belong to no organisation; their links have long run out by then.
ACCOUNT_EMAIL_DAYS = 30


def sweep_due(*, now: dt.datetime | None = None, batch: int = BATCH) -> int:
    """Sweep every organisation where it is past three at night and today's sweep is not finished;
    how many were finished. What a run does not manage, the next one takes over."""
    now = now or timezone.now()
    ends = time.monotonic() + _TURN_SECONDS
    finished = 0
    for organisation in Organisation.objects.order_by("pk"):
        try:
            finished += _sweep(organisation, now, batch, ends)
        except Exception:
            # One organisation's trouble holds up no other; the next minute tries again.
            logger.exception("The sweep of organisation %s did not end", organisation.pk)
    return finished


def _sweep(organisation: Organisation, now: dt.datetime, batch: int, ends: float) -> bool:
    there = now.astimezone(ZoneInfo(organisation.timezone))
    if there.hour < FROM_HOUR:
        return False
    begun, _ = Sweep.objects.get_or_create(organisation=organisation, day=there.date())
    if begun.finished_at is not None:
        return False
    while time.monotonic() < ends:
        with transaction.atomic():
            # Another worker's sweep is left to it.
            waiting = Sweep.objects.select_for_update(skip_locked=True, no_key=True)
            sweep = waiting.filter(pk=begun.pk, finished_at=None).first()
            if sweep is None:
                return False
            if _take_a_batch(sweep, now, batch):
                return True
    return False


def _take_a_batch(sweep: Sweep, now: dt.datetime, batch: int) -> bool:
    """Delete some of what is over and note how many, or go on to the next thing; whether that was
    the last."""
    if sweep.step < len(LIMITS):
        limit = LIMITS[sweep.step]
        keeping = keeping_of(sweep.organisation)
        found = list(over(keeping, limit, now).order_by("pk").values_list("pk", flat=True)[:batch])
        if found:
            _let_go(limit, found)
            sweep.counts[limit.name] = sweep.counts.get(limit.name, 0) + len(found)
        if len(found) < batch:
            sweep.step += 1
    if sweep.step == len(LIMITS):
        erase_due(organisation=sweep.organisation, now=now)
        _let_common_things_go(now)
        sweep.finished_at = timezone.now()
    sweep.save(update_fields=["step", "counts", "finished_at"])
    return sweep.finished_at is not None


def _let_go(limit: Limit, keys: Sequence[Any]) -> None:
    match limit.name:
        case "answers_months":
            let_answers_go(keys=keys)
        case "left_months":
            Person.objects.filter(pk__in=keys).update(
                name=LEFT, email="", yearly_value=None, unsubscribed_at=None, bounced_at=None
            )
        case "email_text_days":
            empty_emails(keys=keys)
        case "email_months":
            write_down_receipts(emails=keys)
            empty_emails(keys=keys)
            Email.objects.filter(pk__in=keys).delete()
        case "upload_days":
            ImportJob.objects.filter(pk__in=keys).delete()


def _let_common_things_go(now: dt.datetime) -> None:
    """What belongs to no organisation: emails about accounts, and the copies in the embedded
    mailbox once none of the organisations here would still keep them."""
    accounts = counted_back(now, ACCOUNT_EMAIL_DAYS, "days")
    old = Email.objects.filter(organisation_id=None, created_at__lt=accounts)
    old.exclude(state="queued").delete()
    if settings.MAILBOX is None:
        return
    longest = Keeping.objects.aggregate(longest=Max("email_text_days"))["longest"] or 0
    default: int = Keeping._meta.get_field("email_text_days").default
    if Organisation.objects.filter(keeping=None).exists():
        longest = max(longest, default)
    since = counted_back(now, longest, "days").timestamp()
    for file in settings.MAILBOX.glob("*.eml"):
        if file.stat().st_mtime < since:
            file.unlink(missing_ok=True)
