"""Letting answers and emails of rounds go, so that what was counted from them stands
(docs/decisions/0028)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from feedback.models import Response, Round
from feedback.queries.receipts import emails_of
from outbox.models import Email
from outbox.queries import Fates

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
    _write_down(found, emails_of([one.pk for one in found]))


def write_down_settled(*, limit: int = 20) -> None:
    """Write down the receipts of closed rounds of whose emails none is on its way any more."""
    found = list(
        Round.objects.filter(
            state=Round.State.CLOSED, emails_sent=None, imported_from="", opening=False
        ).order_by("closed_at")[:limit]
    )
    settle(rounds=found)


def settle(*, rounds: Sequence[Round]) -> None:
    """Write down what became of these closed rounds' emails, but where one may still leave."""
    emails = emails_of([one.pk for one in rounds])
    _write_down([one for one in rounds if not emails[one.pk].waiting], emails)


def recount_receipts(*, rounds: Iterable[Round]) -> None:
    """Write the receipts of these rounds down anew, since an email of theirs came back late; not
    where some of the emails are gone by now."""
    found = [one for one in rounds if one.emails_sent is not None]
    emails = emails_of([one.pk for one in found])
    _write_down([one for one in found if _are_all_there(one, emails[one.pk])], emails)


def _are_all_there(found: Round, now: Fates) -> bool:
    written = (found.emails_sent, found.emails_failed, found.emails_bounced)
    return now.sent + now.failed + now.bounced >= sum(n or 0 for n in written)


def _write_down(rounds: Sequence[Round], emails: Mapping[int, Fates]) -> None:
    for found in rounds:
        counts = emails[found.pk]
        found.emails_sent, found.emails_failed = counts.sent, counts.failed
        found.emails_bounced = counts.bounced
    Round.objects.bulk_update(rounds, ["emails_sent", "emails_failed", "emails_bounced"])
