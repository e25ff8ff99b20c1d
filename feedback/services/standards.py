"""An organisation's service standard: in how many working hours it answers."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from feedback.models import ServiceStandard
from feedback.working_hours import WorkingHours
from programme.models import Membership, Organisation


def standard_of(organisation: Organisation) -> ServiceStandard:
    """The organisation's own, or what holds until it sets one."""
    found = ServiceStandard.objects.filter(organisation=organisation).first()
    return found or ServiceStandard(organisation=organisation)


def due_after(standard: ServiceStandard, moment: dt.datetime) -> dt.datetime:
    """When an answer is due to what was said at that moment."""
    return working_hours(standard).after(moment, standard.hours)


def working_hours(standard: ServiceStandard) -> WorkingHours:
    return WorkingHours(
        days=frozenset(standard.days),
        starts=standard.day_starts,
        ends=standard.day_ends,
        zone=ZoneInfo(standard.organisation.timezone),
    )


@transaction.atomic
def set_standard(
    *,
    organisation: Organisation,
    hours: int,
    days: Sequence[int],
    day_starts: dt.time,
    day_ends: dt.time,
    first_owner: Membership | None,
    from_low_scores: bool,
) -> ServiceStandard:
    """Set it for cases opened from now on; those that are open keep their day."""
    standard = _locked(organisation)
    standard.hours, standard.days = hours, sorted(days)
    standard.day_starts, standard.day_ends = day_starts, day_ends
    standard.first_owner, standard.from_low_scores = first_owner, from_low_scores
    standard.save()
    return standard


@transaction.atomic
def pause_door(*, organisation: Organisation, paused: bool) -> None:
    """Take nothing at the open door, or again; doing it twice changes nothing."""
    standard = _locked(organisation)
    if paused != (standard.door_paused_at is not None):
        standard.door_paused_at = timezone.now() if paused else None
        standard.save()


def _locked(organisation: Organisation) -> ServiceStandard:
    ServiceStandard.objects.get_or_create(organisation=organisation)
    return ServiceStandard.objects.select_for_update().get(organisation=organisation)
