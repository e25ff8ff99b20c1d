"""Reminders: to those of an open round who have not answered, each once."""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from feedback import email_keys
from feedback.models import Invitation, Round
from feedback.services.invitation_emails import InvitationEmail
from feedback.services.link_secrets import reminder_token
from outbox.services import NewEmail, write_emails

logger = logging.getLogger(__name__)

_BATCH = 500


def remind_due_rounds() -> None:
    """Write the reminders whose day has come; a round that fails does not hold up others."""
    waiting = Round.objects.filter(state=Round.State.OPEN, opening=False, paused_at=None).exclude(
        reminder_days=[]
    )
    for pk in waiting.values_list("pk", flat=True):
        try:
            while _remind_batch(pk):
                pass
        except Exception:
            logger.exception("Round %s could not remind; the next sweep tries again.", pk)


def reminder_times(found: Round) -> list[dt.datetime]:
    """When each of an open round's reminders is due: so many days later at the hour of its opening,
    by the organisation's clock."""
    if found.opened_at is None:
        return []
    there = found.opened_at.astimezone(ZoneInfo(found.organisation.timezone))
    return [
        (there + dt.timedelta(days=days)).astimezone(dt.UTC) for days in sorted(found.reminder_days)
    ]


@transaction.atomic
def _remind_batch(pk: int) -> bool:
    """The next people of the latest reminder that is due; False when there is nothing left."""
    # No key is changed, so that people answer while others are being reminded.
    found = (
        Round.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .select_related("organisation", "survey", "created_by__user")
        .filter(pk=pk, state=Round.State.OPEN, opening=False, paused_at=None)
        .first()
    )
    now = timezone.now()
    if found is None or (found.closes_at is not None and found.closes_at <= now):
        return False
    due = sum(moment <= now for moment in reminder_times(found))
    if due <= found.reminded:
        return False
    waiting = list(
        Invitation.objects.filter(
            round=found,
            pk__gt=found.reminding_after,
            answered_at=None,
            person__left_at=None,
            person__unsubscribed_at=None,
            person__bounced_at=None,
        )
        .exclude(person__email="")
        .select_related("person")
        .order_by("pk")[:_BATCH]
    )
    write_emails(_reminders(found, waiting, number=due))
    more = len(waiting) == _BATCH
    if more:
        found.reminding_after = waiting[-1].pk
    else:
        # Where several days were missed, the latest reminder stands for those before it.
        found.reminded, found.reminding_after = due, 0
    found.save(update_fields=["reminded", "reminding_after"])
    return more


def _reminders(
    found: Round, invitations: Sequence[Invitation], *, number: int
) -> Iterator[NewEmail]:
    email = InvitationEmail(found, reminder=True)
    for invitation in invitations:
        if invitation.person is None:
            continue
        token = reminder_token(invitation.token_hash)
        yield email.to(
            key=email_keys.in_round(found.pk, invitation.person_id) + email_keys.reminder(number),
            name=invitation.person.name,
            address=invitation.person.email,
            language=invitation.person.language,
            link=urljoin(settings.BASE_URL, reverse("answer_link", args=[token])),
            unsubscribe=urljoin(settings.BASE_URL, reverse("unsubscribe", args=[token])),
        )
