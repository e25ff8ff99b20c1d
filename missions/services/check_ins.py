"""The weekly question to owners of commitments (docs/decisions/0019): asked once, answered by a
link, and stopped as every reminder is."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from missions.models import Commitment, Mission, WeekAsked
from missions.services.commitments import monday
from outbox.emails import email_from
from outbox.services import NewEmail, write_emails
from programme.models import Membership, Organisation, Role
from programme.services import reminder_headers, reminders_address

ASKED_FROM_HOUR = 8  # of Monday, where the organisation is
_LAST_WEEKDAY = 1  # Tuesday: a worker that was down still asks, later would not be gentle
_SALT = "missions.check-in"
_LINK_LASTS = dt.timedelta(weeks=3)


@dataclass(frozen=True, slots=True)
class CheckInLink:
    """Whom a link belongs to, and the Monday of the week that it asks about."""

    membership: Membership
    week: dt.date


def ask_owners(*, now: dt.datetime | None = None) -> int:
    """Ask every owner about last week where it is Monday morning; how many were written to."""
    now = now or timezone.now()
    living = Commitment.objects.filter(
        ended_on=None, owner__isnull=False, clause__mission__state=Mission.State.ADOPTED
    )
    organisations = Organisation.objects.filter(pk__in=living.order_by().values("organisation"))
    return sum(_ask(organisation, now) for organisation in organisations)


@transaction.atomic
def _ask(organisation: Organisation, now: dt.datetime) -> int:
    here = now.astimezone(ZoneInfo(organisation.timezone))
    too_early = here.weekday() == 0 and here.hour < ASKED_FROM_HOUR
    if here.weekday() > _LAST_WEEKDAY or too_early:
        return 0
    week = monday(here.date()) - dt.timedelta(weeks=1)
    if WeekAsked.objects.filter(organisation=organisation, week=week).exists():
        return 0
    _, is_first = WeekAsked.objects.get_or_create(organisation=organisation, week=week)
    if not is_first:
        return 0
    emails = [
        _question(owner, commitments, week)
        for owner, commitments in _owners(organisation, week).items()
    ]
    write_emails(emails)
    return len(emails)


def _owners(organisation: Organisation, week: dt.date) -> dict[Membership, list[Commitment]]:
    """Who is asked, about what: commitments that lived before that week was over."""
    over = week + dt.timedelta(weeks=1)
    found = (
        Commitment.objects.filter(
            organisation=organisation,
            ended_on=None,
            owner__wants_reminders=True,
            clause__mission__state=Mission.State.ADOPTED,
        )
        .exclude(owner__role=Role.AUDITOR)
        .select_related("owner__user", "owner__organisation", "clause")
    )
    zone = ZoneInfo(organisation.timezone)
    owners: dict[Membership, list[Commitment]] = {}
    for commitment in found:
        if commitment.owner and commitment.created_at.astimezone(zone).date() < over:
            owners.setdefault(commitment.owner, []).append(commitment)
    return owners


def _question(owner: Membership, commitments: list[Commitment], week: dt.date) -> NewEmail:
    organisation = owner.organisation
    token = link_token(membership=owner, week=week)
    context = {
        "language": organisation.language,
        "name": owner.user.name,
        "commitments": commitments,
        "week": week,
        "week_ends": week + dt.timedelta(days=6),
        "link": urljoin(settings.BASE_URL, reverse("check_in", args=[token])),
        "unsubscribe": reminders_address(owner),
    }
    return email_from(
        organisation,
        "missions/check_in_email",
        context,
        key=f"check-in:{organisation.pk}:{week}:{owner.pk}",
        to_email=owner.user.email,
        to_name=owner.user.name,
        subject="How did last week go?",
        headers=reminder_headers(owner),
    )


def link_token(*, membership: Membership, week: dt.date) -> str:
    """What a personal link carries; signed, so that nobody can make one for somebody else."""
    return signing.dumps([membership.pk, week.isoformat()], salt=_SALT)


def read_link(token: str) -> CheckInLink | None:
    """Whose link it is; None for one that is forged, older than three weeks, or of someone who has
    left or may only read."""
    try:
        key, week = signing.loads(token, salt=_SALT, max_age=_LINK_LASTS)
    except signing.BadSignature:
        return None
    found = Membership.objects.select_related("organisation", "user").exclude(role=Role.AUDITOR)
    membership = found.filter(pk=key).first()
    return CheckInLink(membership, dt.date.fromisoformat(week)) if membership else None
