"""Telling owners that their improvements are late."""

import datetime as dt
from collections import defaultdict
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from outbox.emails import email_from
from outbox.services import NewEmail, write_emails
from programme.models import Membership, Organisation
from programme.services import reminder_headers, reminders_address
from touchpoints.models import OPEN_STATES, Improvement

_FROM_HOUR = 8


def remind_of_late() -> int:
    """One email to each owner of improvements that are late, from eight in the morning where the
    organisation is; each improvement is named once a week for a due date. How many emails."""
    now = timezone.now()
    late_somewhere = now.astimezone(ZoneInfo("Pacific/Kiritimati")).date()
    waiting = Improvement.objects.filter(
        state__in=OPEN_STATES, due_on__lt=late_somewhere, owner__wants_reminders=True
    )
    written = 0
    for organisation in Organisation.objects.filter(pk__in=waiting.values("organisation")):
        there = now.astimezone(ZoneInfo(organisation.timezone))
        if there.hour >= _FROM_HOUR:
            written += _remind(organisation, there.date())
    return written


@transaction.atomic
def _remind(organisation: Organisation, today: dt.date) -> int:
    found = _not_yet_told(organisation, today).select_for_update(of=("self",), skip_locked=True)
    by_owner: dict[Membership, list[Improvement]] = defaultdict(list)
    for one in found.select_related("owner__user", "owner__organisation", "touchpoint"):
        if one.owner is not None:
            by_owner[one.owner].append(one)
    write_emails(_email(owner, late, today) for owner, late in by_owner.items())
    told = [one.pk for late in by_owner.values() for one in late]
    Improvement.objects.filter(pk__in=told).update(reminded_of=F("due_on"), reminded_on=today)
    return len(by_owner)


def _not_yet_told(organisation: Organisation, today: dt.date) -> QuerySet[Improvement]:
    """Late, and not named for that due date since Monday."""
    monday = today - dt.timedelta(days=today.weekday())
    return Improvement.objects.filter(
        Q(reminded_of=None) | ~Q(reminded_of=F("due_on")) | Q(reminded_on__lt=monday),
        organisation=organisation,
        state__in=OPEN_STATES,
        due_on__lt=today,
        owner__wants_reminders=True,
    ).order_by("due_on", "pk")


def _email(owner: Membership, late: list[Improvement], today: dt.date) -> NewEmail:
    organisation = owner.organisation
    path = reverse("touchpoints:improvements", kwargs={"organisation": organisation.slug})
    context = {
        "late": late,
        "language": organisation.language,
        "link": urljoin(settings.BASE_URL, f"{path}?view=list&owner={owner.pk}&late=yes"),
        "unsubscribe": reminders_address(owner),
    }
    count = "An improvement is" if len(late) == 1 else f"{len(late)} improvements are"
    return email_from(
        organisation,
        "touchpoints/email/late",
        context,
        key=f"improvements-late:{owner.pk}:{today}:{late[0].pk}:{late[0].due_on}",
        to_email=owner.user.email,
        to_name=str(owner.user),
        subject=f"{organisation.name}: {count} late",
        headers=reminder_headers(owner),
    )
