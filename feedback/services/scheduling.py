"""Rounds by the calendar: opened at a set time, paused, gone on with, and closed later."""

import datetime as dt
import logging
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone

from feedback import email_keys, queries
from feedback.models import Conversation, Round
from feedback.services.errors import FeedbackError
from feedback.services.opening import open_round, wake_opening
from feedback.services.stopping import cancel_waiting
from outbox.emails import email_from
from outbox.models import Email, EmailState
from outbox.services import hold_emails, readdress_email, release_emails, write_emails
from programme.models import Membership, Organisation, Person

logger = logging.getLogger(__name__)


@transaction.atomic
def schedule_round(*, round: Round) -> Round:
    """Let a prepared round open by itself when its hour comes."""
    locked = _locked(round)
    if locked.state != Round.State.DRAFT:
        raise FeedbackError("This round has been sent or is waiting for its hour already.")
    if locked.opens_at is None or locked.opens_at <= timezone.now():
        raise FeedbackError("The time at which it was to open has passed. Send it now instead.")
    if not queries.invited(
        organisation=locked.organisation, audience=locked.audience, selection=locked.selection
    ).exists():
        raise FeedbackError(
            "Nobody would be asked: none of the people chosen has an email address that works."
        )
    locked.state = Round.State.SCHEDULED
    locked.not_opened_because = ""
    locked.save(update_fields=["state", "not_opened_because"])
    return locked


@transaction.atomic
def unschedule_round(*, round: Round) -> Round:
    """Back to a draft: it opens when someone sends it."""
    locked = _locked(round)
    if locked.state != Round.State.SCHEDULED:
        raise FeedbackError("This round is not waiting for its hour.")
    locked.state = Round.State.DRAFT
    locked.opens_at = None
    locked.save(update_fields=["state", "opens_at"])
    return locked


def open_due_rounds() -> None:
    """Open the rounds whose hour has come; one that cannot be opened is a draft again and says why,
    and its owner is told."""
    due = Round.objects.filter(state=Round.State.SCHEDULED, opens_at__lte=timezone.now())
    for pk in due.values_list("pk", flat=True):
        try:
            _open_due(pk)
        except Exception:
            logger.exception("Round %s could not be opened; the next sweep tries again.", pk)


@transaction.atomic
def _open_due(pk: int) -> None:
    found = (
        Round.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("organisation", "created_by__user")
        .filter(pk=pk, state=Round.State.SCHEDULED)
        .first()
    )
    if found is None:
        return
    try:
        open_round(round=found)
    except FeedbackError as error:
        found.state = Round.State.DRAFT
        found.not_opened_because = str(error)
        found.save(update_fields=["state", "not_opened_because"])
        tell_not_sent(
            organisation=found.organisation,
            to=found.created_by,
            key=f"not-sent:round:{found.pk}:{found.opens_at:%Y%m%d%H%M}",
            title=found.title,
            reason=str(error),
            path=reverse("feedback:round", args=[found.organisation.slug, found.pk]),
        )


def tell_not_sent(
    *,
    organisation: Organisation,
    to: Membership | None,
    key: str,
    title: str,
    reason: str,
    path: str,
) -> None:
    """Tell whoever prepared it that something was due and was not sent."""
    if to is None:
        return
    context = {
        "name": to.user.get_short_name(),
        "title": title,
        "reason": reason,
        "link": urljoin(settings.BASE_URL, path),
    }
    email = email_from(
        organisation,
        "feedback/email/not_sent",
        context,
        key=key,
        to_email=to.user.email,
        to_name=to.user.get_short_name(),
        subject=f"Not sent: {title}",
    )
    write_emails([email])


@transaction.atomic
def pause_round(*, round: Round) -> Round:
    """Send no emails of an open round, and let its links say so, until it goes on."""
    locked = _open(round)
    if locked.paused_at is None:
        locked.paused_at = timezone.now()
        locked.save(update_fields=["paused_at"])
        hold_emails(email_keys.of_round(locked.pk))
    return locked


@transaction.atomic
def resume_round(*, round: Round) -> Round:
    """Go on where a round was paused: send what waits, and show the questions again."""
    locked = _open(round)
    if locked.paused_at is not None:
        locked.paused_at = None
        locked.save(update_fields=["paused_at"])
        _bring_up_to_date(locked)
        release_emails(email_keys.of_round(locked.pk))
        transaction.on_commit(wake_opening)
    return locked


def _bring_up_to_date(resumed: Round) -> None:
    """What was held for days goes to nobody who can no longer be asked, and to the addresses that
    people have now."""
    invited = Person.objects.filter(invitations__round=resumed)
    cancel_waiting(
        people=invited.exclude(pk__in=Person.objects.reachable()),
        outside=Conversation.objects.none(),
    )
    for kind in email_keys.kinds(resumed.reminder_days):
        key = Concat(
            Value(email_keys.of_round(resumed.pk)), Cast("pk", CharField()), Value(f":{kind}")
        )
        waiting = Email.objects.filter(key=OuterRef("key"), state=EmailState.QUEUED)
        moved = invited.annotate(key=key).filter(
            Exists(waiting.exclude(to_email__iexact=OuterRef("email")))
        )
        for written, email in moved.values_list("key", "email"):
            readdress_email(written, to_email=email)


@transaction.atomic
def extend_round(*, round: Round, closes_at: dt.datetime) -> Round:
    """Give a round that has not closed another last moment."""
    locked = _locked(round)
    if locked.state == Round.State.CLOSED:
        raise FeedbackError("This round is closed. Prepare a new one to ask again.")
    begins = timezone.now()
    if locked.state != Round.State.OPEN and locked.opens_at is not None:
        begins = max(begins, locked.opens_at)
    if closes_at <= begins:
        raise FeedbackError("That day is over before anyone could answer. Choose a later one.")
    locked.closes_at = closes_at
    locked.save(update_fields=["closes_at"])
    return locked


def _open(round: Round) -> Round:
    locked = _locked(round)
    if locked.state != Round.State.OPEN:
        raise FeedbackError("Only a round that is open can be paused or gone on with.")
    return locked


def _locked(round: Round) -> Round:
    return (
        Round.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=round.pk)
    )
