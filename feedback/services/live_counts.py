"""Counting what grows too large to be counted at each look: open rounds, and the emails of changes
(docs/decisions/0039)."""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.db.models import Q
from django.utils import timezone

from feedback.models import Change, Round
from feedback.queries.changes import count_emails
from feedback.queries.receipts import MOST_AT_ONCE, count_live

# How long a number stays before it is counted anew; and since counting reads everything, it takes
# no more than a hundredth of a worker's time.
_WHILE_IT_MOVES = dt.timedelta(minutes=1)
_AT_REST = dt.timedelta(hours=1)
_SHARE = 100


def count_what_is_due() -> None:
    """Count open rounds and large changes anew where it is time, and keep what was counted."""
    due = Q(count_due_at=None) | Q(count_due_at__lte=timezone.now())
    for sent in Round.objects.filter(due, state=Round.State.OPEN).order_by("count_due_at", "pk"):
        _count_round(sent)
    for change in Change.objects.filter(due, sent_to__gt=MOST_AT_ONCE).order_by("pk"):
        _count_change(change)


def _count_round(sent: Round) -> None:
    counted, kept = _timed(lambda: asdict(count_live([sent.pk])[sent.pk]))
    # One that was closed meanwhile has its receipt.
    Round.objects.filter(pk=sent.pk, state=Round.State.OPEN).update(counted=counted, **kept)


def _count_change(change: Change) -> None:
    """While emails wait to be sent, often; later one may still come back."""
    counted, kept = _timed(lambda: {"told": change.sent_to, "emails": asdict(count_emails(change))})
    if not (change.sending or counted["emails"]["waiting"]):
        kept["count_due_at"] = kept["counted_at"] + _AT_REST
    Change.objects.filter(pk=change.pk).update(counted=counted, **kept)


def _timed(count: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], dict[str, dt.datetime]]:
    """What was counted; when, and when it is due again."""
    at, began = timezone.now(), time.monotonic()
    counted = count()
    took = dt.timedelta(seconds=time.monotonic() - began)
    return counted, {"counted_at": at, "count_due_at": at + max(_WHILE_IT_MOVES, _SHARE * took)}
