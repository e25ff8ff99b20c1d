"""You said, we did, in the sample: told to customers, to staff, and one still being written."""

import datetime as dt

from django.utils import timezone

from feedback import services
from feedback.models import Case, Change, Round, Told
from focusprog.sample import words
from focusprog.sample.people import Cast
from outbox.models import Email, EmailState
from programme.models import Role
from touchpoints.models import Improvement


def make_changes(cast: Cast) -> None:
    """The newest one is a draft; the others were told weeks ago, and nobody is written to now."""
    organisation = cast.organisation
    leader, manager = cast.members[Role.LEADER], cast.members[Role.MANAGER]
    closed = Round.objects.filter(
        organisation=organisation, state=Round.State.CLOSED, invitations__isnull=False
    ).order_by("-period__starts_on", "pk")
    done = Improvement.objects.filter(organisation=organisation, state=Improvement.State.DONE)
    recovered = Case.objects.filter(organisation=organisation, state=Case.State.RECOVERED)
    for audience, title, said, did, days in words.CHANGES:
        staff_only = audience == Round.Audience.INTERNAL
        change = services.write_change(
            organisation=organisation,
            title=title,
            said=said,
            did=did,
            staff_only=staff_only,
            rounds=closed.filter(audience=audience).distinct()[:1],
            cases=recovered if not days else recovered.none(),
            improvements=done.none() if staff_only else done[:1],
            by=manager,
        )
        if not days:
            continue
        services.publish_change(change=change, by=leader)
        services.send_change(change=change)
        at = timezone.now() - dt.timedelta(days=days)
        Change.objects.filter(pk=change.pk).update(created_at=at, published_at=at, sent_at=at)
        Told.objects.filter(change=change).update(written_at=at)
        Email.objects.filter(key__startswith=f"change:{change.pk}:").update(
            state=EmailState.SENT, created_at=at, due_at=at, sent_at=at
        )
