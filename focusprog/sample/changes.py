"""You said, we did, in the sample: told to customers, to staff, and one still being written."""

import datetime as dt

from django.utils import timezone

from feedback import email_keys, services
from feedback.models import Case, Change, Round, Told
from focusprog.sample import words
from focusprog.sample.people import Cast
from outbox.models import Email, EmailState
from programme.models import Role
from touchpoints.models import Improvement


def make_changes(cast: Cast) -> None:
    """Two were told weeks ago, and one is a draft; nobody is written to now."""
    organisation = cast.organisation
    leader, manager = cast.members[Role.LEADER], cast.members[Role.MANAGER]
    closed = Round.objects.filter(
        organisation=organisation, state=Round.State.CLOSED, invitations__isnull=False
    ).order_by("-period__starts_on", "pk")
    for audience, touchpoint, title, said, did, days in words.CHANGES:
        about = {"organisation": organisation, "touchpoint": cast.touchpoints[touchpoint]}
        change = services.write_change(
            organisation=organisation,
            title=title,
            said=said,
            did=did,
            staff_only=audience == Round.Audience.INTERNAL,
            rounds=closed.filter(audience=audience).distinct()[:1],
            cases=Case.objects.filter(**about).exclude(state=Case.State.OPEN),
            improvements=Improvement.objects.filter(**about, state=Improvement.State.DONE),
            by=manager,
        )
        if not days:
            continue
        services.publish_change(change=change, by=leader)
        services.send_change(change=change)
        at = timezone.now() - dt.timedelta(days=days)
        Change.objects.filter(pk=change.pk).update(created_at=at, published_at=at, sent_at=at)
        Told.objects.filter(change=change).update(written_at=at)
        Email.objects.filter(key__startswith=email_keys.of_change(change.pk)).update(
            state=EmailState.SENT, created_at=at, due_at=at, sent_at=at
        )
