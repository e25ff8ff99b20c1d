"""Reads about the organisation and its people."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from programme.models import (
    ColleagueInvite,
    Logo,
    Loss,
    Membership,
    Organisation,
    Person,
    PersonKind,
    Recognition,
    Segment,
    Team,
)
from programme.periods import Quarter


def logo_pictures(organisation_id: int, name: str) -> dict[str, bytes]:
    """The organisation's logo of that name as the press wants it: by the address that a page for
    print gives it; none for a blank name."""
    found = Logo.objects.filter(organisation=organisation_id, name=name) if name else []
    return {f"logos/{logo.name}": bytes(logo.content) for logo in found}


def today_at(organisation: Organisation) -> dt.date:
    """The day that it is where the organisation is."""
    return timezone.localdate(timezone=ZoneInfo(organisation.timezone))


def end_of_day(organisation: Organisation, day: dt.date) -> dt.datetime:
    """The last minute of a day, where the organisation is."""
    return dt.datetime.combine(day, dt.time(23, 59), ZoneInfo(organisation.timezone))


def current_quarter(organisation: Organisation) -> Quarter:
    """The quarter that today falls in, where the organisation is."""
    today = today_at(organisation)
    return Quarter.containing(today, first_month=organisation.financial_year_first_month)


def quarters_back(organisation: Organisation, n: int) -> list[Quarter]:
    """The current quarter and those before it, `n` in all, newest first."""
    current = current_quarter(organisation)
    return [current.shift(-back) for back in range(n)]


def people_list(
    *, organisation: Organisation, kind: str, words: str = "", group: int | None = None
) -> QuerySet[Person]:
    """Those who have not left, by name; `words` are sought in name and address, `group` is a
    team's key for staff and a segment's for customers."""
    people = Person.objects.active().filter(organisation=organisation, kind=kind)
    people = people.select_related("team", "segment")
    if words:
        people = people.filter(Q(name__icontains=words) | Q(email__icontains=words))
    if group is not None:
        at = {"team": group} if kind == PersonKind.STAFF else {"segment": group}
        people = people.filter(**at)
    return people


def people_counts(organisation: Organisation) -> dict[str, int]:
    """How many of each kind have not left."""
    kinds = Person.objects.active().filter(organisation=organisation).values_list("kind")
    found = dict(kinds.order_by("kind").annotate(n=Count("pk")))
    return {kind: found.get(kind, 0) for kind in PersonKind.values}


def members_of(organisation: Organisation) -> QuerySet[Membership]:
    """By name, with their users."""
    members = Membership.objects.filter(organisation=organisation).select_related("user")
    return members.order_by("user__name", "user__email")


def open_invites(organisation: Organisation) -> QuerySet[ColleagueInvite]:
    """Those nobody has accepted yet, expired ones too, newest first."""
    invites = ColleagueInvite.objects.filter(organisation=organisation, accepted_at=None)
    return invites.order_by("-created_at")


def memberships_of(user_id: int) -> list[Membership]:
    """A user's organisations, by name."""
    own = Membership.objects.filter(user=user_id).select_related("organisation")
    return list(own.order_by("organisation__name"))


def segments_with_counts(organisation: Organisation) -> QuerySet[Segment]:
    """In order, each with `customers`: how many it has."""
    active = Count("people", filter=Q(people__left_at=None))
    return Segment.objects.filter(organisation=organisation).annotate(customers=active)


def teams_with_counts(organisation: Organisation) -> QuerySet[Team]:
    """By name, each with its parent, whom it supplies, and `staff`: how many it has."""
    active = Count("people", filter=Q(people__left_at=None))
    teams = Team.objects.filter(organisation=organisation).annotate(staff=active)
    return teams.select_related("parent").prefetch_related("supplies")


def recognitions(organisation: Organisation) -> QuerySet[Recognition]:
    """Newest first, with whom they thank and who thanks."""
    return Recognition.objects.filter(organisation=organisation).select_related(
        "colleague__team", "team", "given_by__user"
    )


def losses(organisation: Organisation) -> QuerySet[Loss]:
    """Newest first."""
    return Loss.objects.filter(organisation=organisation).select_related("customer", "segment")


@dataclass(frozen=True, slots=True)
class LossTotal:
    """Customers lost for one reason, or for all: how many, their yearly worth where it is known,
    and of how many it is known."""

    reason: str
    n: int
    worth: Decimal
    known: int


def loss_totals(organisation: Organisation) -> list[LossTotal]:
    """By reason, the most worth first; the last one is all of them. Empty where there is none."""
    rows = (
        Loss.objects.filter(organisation=organisation)
        .order_by()
        .values_list("reason")
        .annotate(n=Count("pk"), known=Count("worth"), total=Sum("worth"))
    )
    found = [
        LossTotal(Loss.Reason(reason).label, n, worth or Decimal(0), known)
        for reason, n, known, worth in rows
    ]
    if not found:
        return []
    found.sort(key=lambda one: (-one.worth, -one.n, one.reason))
    whole = LossTotal(
        "All",
        sum(one.n for one in found),
        sum((one.worth for one in found), Decimal(0)),
        sum(one.known for one in found),
    )
    return [*found, whole]
