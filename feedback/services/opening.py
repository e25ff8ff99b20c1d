"""Opening a round: small ones at once, large ones batch by batch in a worker."""

import secrets
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from feedback import email_keys, queries
from feedback.models import Invitation, Round
from feedback.queries.receipts import Receipt, receipts_of
from feedback.services.errors import FeedbackError
from feedback.services.invitation_emails import InvitationEmail
from feedback.services.link_secrets import hash_of
from feedback.services.waking import wake
from outbox.services import NewEmail, write_emails
from programme.models import Period, Person

# Up to so many people are invited within the call that opens the round; a worker takes as many
# at a time.
BATCH = 500
# After so long a worker lets others have their turn, and is woken again; one that is asked to stop
# has as long to end its turn.
_TURN_SECONDS = 5


@transaction.atomic
def open_round(*, round: Round) -> Receipt:
    """Send the round: one invitation and one email for each person.

    Up to `BATCH` people are invited in this one transaction. For more, the round is marked as
    `opening` and a worker writes them (see `continue_opening`). Opening a round that is open
    already changes nothing.
    """
    opened = _rounds().select_for_update(of=("self",)).get(pk=round.pk)
    if opened.state == Round.State.CLOSED:
        raise FeedbackError("This round is closed. Prepare a new one to ask again.")
    if opened.state in {Round.State.DRAFT, Round.State.SCHEDULED}:
        _begin(opened)
    return receipts_of([opened])[0]


def continue_opening(*, round_id: int) -> None:
    """Write the invitations that are still missing, a batch in each transaction.

    Whatever was committed stays, and what was not is written by whoever comes next. A round in
    another worker's hands is left to it.
    """
    ends = time.monotonic() + _TURN_SECONDS
    while True:
        with transaction.atomic():
            # No key is changed, so that people answer while others are still being invited.
            opened = (
                _rounds()
                .select_for_update(of=("self",), skip_locked=True, no_key=True)
                .filter(pk=round_id, state=Round.State.OPEN, opening=True, paused_at=None)
                .first()
            )
            if opened is None:
                return
            _invite_batch(opened)
        if opened.opening and time.monotonic() > ends:
            _wake_worker(round_id)
            return


def wake_opening() -> None:
    """Wake workers for rounds being opened: what a wiped queue or a dead worker left."""
    found = Round.objects.filter(state=Round.State.OPEN, opening=True, paused_at=None)
    for round_id in found.values_list("pk", flat=True):
        _wake_worker(round_id)


def _rounds() -> QuerySet[Round]:
    return Round.objects.select_related("organisation", "survey", "created_by__user")


def _begin(opened: Round) -> None:
    if opened.closes_at is not None and opened.closes_at <= timezone.now():
        raise FeedbackError("The last day for answers has passed. Choose a later one.")
    # Whoever closes the quarter holds the same lock: a round never opens into a closed one.
    period = Period.objects.select_for_update().get(pk=opened.period_id)
    if period.closed_at is not None:
        raise FeedbackError(
            f"{period.code} is closed: its figures no longer change. Nothing was sent. Prepare the "
            "round again for a later quarter."
        )
    _alone_with_customers(opened)
    who = {
        "organisation": opened.organisation,
        "audience": opened.audience,
        "selection": opened.selection,
    }
    opened.expected = queries.invited(**who, rest_days=opened.rest_days).count()
    if not opened.expected and not opened.open_links.filter(turned_off_at=None).exists():
        if opened.rest_days and queries.invited(**who).exists():
            raise FeedbackError(
                "Nobody would be asked: everyone chosen was asked by another round in the last "
                f"{opened.rest_days} days. Nothing was sent."
            )
        raise FeedbackError(
            "Nobody would be asked: none of the people chosen has an email address that works. "
            "Nothing was sent."
        )
    if opened.expected > BATCH:
        last = queries.last_taken(**who, rest_days=opened.rest_days)
        opened.selection = opened.selection | ({"last": last} if last is not None else {})
    opened.state = Round.State.OPEN
    opened.opened_at = timezone.now()
    opened.opening = True
    opened.not_opened_because = ""
    opened.save(
        update_fields=[
            *("expected", "selection", "state", "opened_at", "opening", "not_opened_because")
        ]
    )
    if opened.expected <= BATCH:
        while opened.opening:
            _invite_batch(opened)
    else:
        transaction.on_commit(lambda: _wake_worker(opened.pk))


def _alone_with_customers(opened: Round) -> None:
    """Wait until no other round is about to ask customers of this organisation, and keep others
    waiting until this transaction ends: each sees whom the other asked (docs/decisions/0024)."""
    if opened.audience == Round.Audience.EXTERNAL:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext('feedback.customers'), %s)",
                [opened.organisation_id],
            )


def _invite_batch(opened: Round) -> None:
    """Invite the next people; where none is left, the round is opened wholly."""
    _alone_with_customers(opened)
    people = queries.next_invited(round=opened, size=BATCH)
    write_emails(_invite(opened, people))
    opened.written += len(people)
    if len(people) == BATCH:
        opened.save(update_fields=["written"])
        return
    opened.opening = False
    opened.held_back, opened.recently_asked = queries.held_back(round=opened)
    opened.save(update_fields=["written", "opening", "held_back", "recently_asked"])


def _invite(opened: Round, people: Sequence[Person]) -> Iterator[NewEmail]:
    tokens = [secrets.token_urlsafe(24) for _ in people]
    Invitation.objects.bulk_create(
        Invitation(
            organisation_id=opened.organisation_id,
            round=opened,
            person=person,
            token_hash=hash_of(token),
            team_id=person.team_id,
            segment_id=person.segment_id,
        )
        for person, token in zip(people, tokens, strict=True)
    )
    email = InvitationEmail(opened)
    for person, token in zip(people, tokens, strict=True):
        yield email.to(
            key=email_keys.in_round(opened.pk, person.pk) + email_keys.INVITE,
            name=person.name,
            address=person.email,
            language=person.language,
            link=urljoin(settings.BASE_URL, reverse("answer_link", args=[token])),
            unsubscribe=urljoin(settings.BASE_URL, reverse("unsubscribe", args=[token])),
        )


def _wake_worker(round_id: int) -> None:
    wake("feedback.tasks.continue_opening", round_id)
