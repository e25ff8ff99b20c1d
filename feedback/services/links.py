"""Links for places without addresses: made, turned off and on again."""

import secrets

from django.db import transaction
from django.utils import timezone

from feedback.models import OpenLink, Round
from feedback.services.errors import FeedbackError

MOST_LINKS = 50


@transaction.atomic
def make_link(*, round: Round, place: str, use: str) -> OpenLink:
    """Make a link by which people at a place answer the round without an invitation; it takes
    answers while the round is open."""
    locked = Round.objects.select_for_update(no_key=True).get(pk=round.pk)
    if locked.state == Round.State.CLOSED:
        raise FeedbackError("This round is closed: a link to it would lead nowhere.")
    if locked.open_links.count() >= MOST_LINKS:
        raise FeedbackError(f"A round has at most {MOST_LINKS} places. Turn one off, or use two.")
    return OpenLink.objects.create(
        organisation_id=locked.organisation_id,
        round=locked,
        place=place,
        use=use,
        token=secrets.token_urlsafe(12),
    )


@transaction.atomic
def turn_link(*, link: OpenLink, on: bool) -> None:
    """Let a link take answers, or no more; whoever is answering just now is waited for."""
    locked = OpenLink.objects.select_for_update(no_key=True).get(pk=link.pk)
    if on:
        locked.turned_off_at = None
    else:
        locked.turned_off_at = locked.turned_off_at or timezone.now()
    locked.save(update_fields=["turned_off_at"])


@transaction.atomic
def invite_by_email(*, round: Round, invited: bool) -> None:
    """Whether a round that is not sent yet invites anyone by email, or is for its places only."""
    locked = Round.objects.select_for_update().get(pk=round.pk)
    if locked.state != Round.State.DRAFT:
        raise FeedbackError("This round has been sent: whom it invites no longer changes.")
    rest = {name: value for name, value in locked.selection.items() if name != "nobody"}
    locked.selection = rest if invited else {**rest, "nobody": True}
    locked.save(update_fields=["selection"])
