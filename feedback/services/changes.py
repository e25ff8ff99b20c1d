"""You said, we did: a change is written, published and withdrawn (docs/decisions/0031)."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from feedback.models import Case, Change, Comment, Round
from feedback.services.errors import FeedbackError
from feedback.services.seen import Mark, check_seen, links_of, mark_of_change
from programme.models import Membership, Organisation, Role
from touchpoints.models import Improvement


@transaction.atomic
def write_change(
    *,
    organisation: Organisation,
    title: str,
    said: str,
    did: str,
    staff_only: bool = False,
    rounds: Collection[Round] = (),
    cases: Collection[Case] = (),
    comments: Collection[Comment] = (),
    improvements: Collection[Improvement] = (),
    by: Membership,
    change: Change | None = None,
    seen: Mark = "",
) -> Change:
    """Write a change down, or write it anew; what is published only a leader writes anew.
    ChangedSinceError where it is no longer as it was `seen`.

    A comment of a confidential round, or a case opened from one, brings its whole round. What was
    sent keeps all that it came from, and whether it is for staff only: those people have been told.
    """
    if change is None:
        written = Change(organisation=organisation, written_by=by)
    else:
        written = Change.objects.select_for_update().get(pk=change.pk)
        if written.published_at is not None and by.role != Role.LEADER:
            raise FeedbackError("It is published: only a leader changes what everyone may read.")
        if written.sending:
            raise FeedbackError("It is being sent at this moment. Please wait until that is done.")
        check_seen(seen, mark_of_change(written, links_of(written)))
    written.title, written.said, written.did = title, said, did
    sent = written.sent_at is not None
    if not sent:
        written.staff_only = staff_only
    written.save()
    whole = Round.objects.filter(
        Q(comments__in=comments) | Q(comments__cases__in=cases), confidential=True
    )
    told_of = [*rounds, *whole.distinct()]
    if sent:
        written.rounds.add(*told_of)
        written.cases.add(*cases)
        written.comments.add(*comments)
    else:
        written.rounds.set(told_of)
        written.cases.set(cases)
        written.comments.set(comments)
    written.improvements.set(improvements)
    return written


@transaction.atomic
def publish_change(*, change: Change, by: Membership) -> Change:
    """Show it to everyone, or to staff where it is for staff only."""
    locked = _lock(change, by)
    if locked.published_at is None:
        locked.published_at = timezone.now()
        locked.save(update_fields=["published_at"])
    return locked


@transaction.atomic
def withdraw_change(*, change: Change, by: Membership) -> Change:
    """Show it no longer, and write no further emails of it; those written leave."""
    locked = _lock(change, by)
    locked.published_at, locked.sending = None, False
    locked.save(update_fields=["published_at", "sending"])
    return locked


@transaction.atomic
def discard_change(*, change: Change) -> None:
    """Forget a change that nobody outside has seen."""
    locked = Change.objects.select_for_update().get(pk=change.pk)
    if locked.published_at is not None or locked.sent_at is not None:
        raise FeedbackError("People have read it, so it cannot be discarded.")
    locked.delete()


def _lock(change: Change, by: Membership) -> Change:
    if by.role != Role.LEADER:
        raise FeedbackError("Only a leader decides what everyone may read.")
    return Change.objects.select_for_update().get(pk=change.pk)
