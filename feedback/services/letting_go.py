"""Letting answers and emails of rounds go, so that what was counted from them stands
(docs/decisions/0028)."""

import re
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from feedback.models import Response, Round
from feedback.receipt_queries import receipts_of
from outbox.models import Email

_INVITE = re.compile(r"round:(\d+):\d+:invite")


@transaction.atomic
def let_answers_go(*, keys: Sequence[UUID]) -> None:
    """Delete these responses of closed named rounds with their comments; the rounds' results stay
    as they were counted, and are never handed over anew."""
    going = Response.objects.filter(pk__in=keys)
    mark_thinned(rounds=list(going.order_by().values_list("round", flat=True).distinct()))
    going.delete()


def mark_thinned(*, rounds: Sequence[int]) -> None:
    """Remember that answers of these closed rounds are gone."""
    Round.objects.filter(pk__in=rounds, state=Round.State.CLOSED, thinned_at=None).update(
        thinned_at=timezone.now()
    )


def write_down_receipts(*, emails: Sequence[int]) -> None:
    """Before these emails go: keep how many of the rounds' invitations were sent, and failed."""
    keys = Email.objects.filter(pk__in=emails, key__startswith="round:").values_list(
        "key", flat=True
    )
    rounds = {int(found[1]) for key in keys if (found := _INVITE.fullmatch(key))}
    write_down_rounds(rounds=list(rounds))


def write_down_rounds(*, rounds: Sequence[int]) -> None:
    """Keep what became of the emails of these rounds; what is written down stays as it is. Rounds
    still being opened are left, as their emails are still to come."""
    found = list(Round.objects.filter(pk__in=rounds, emails_sent=None, opening=False))
    for receipt in receipts_of(found):
        receipt.round.emails_sent, receipt.round.emails_failed = receipt.sent, receipt.failed
        receipt.round.emails_bounced = receipt.bounced
    Round.objects.bulk_update(found, ["emails_sent", "emails_failed", "emails_bounced"])
