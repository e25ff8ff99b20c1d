"""Segments of customers, and teams."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError

from programme.models import Organisation, Segment, Team
from programme.services.errors import ProgrammeError


def ensure_segment(*, organisation: Organisation, name: str) -> Segment:
    """The segment of that name, whatever its capitals; made at the end where missing."""
    found = Segment.objects.filter(organisation=organisation, name__iexact=name).first()
    return found or Segment.objects.create(
        organisation=organisation, name=name, position=_end(organisation)
    )


def ensure_team(*, organisation: Organisation, name: str) -> Team:
    """The team of that name, whatever its capitals; made at the top where missing."""
    found = Team.objects.filter(organisation=organisation, name__iexact=name).first()
    return found or Team.objects.create(organisation=organisation, name=name)


def _end(organisation: Organisation) -> int:
    last = Segment.objects.filter(organisation=organisation).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def add_segment(*, organisation: Organisation, name: str, is_target: bool = False) -> Segment:
    """Add one at the end. Raises ProgrammeError where the name is taken."""
    segment = Segment(organisation=organisation, position=_end(organisation))
    return change_segment(segment=segment, name=name, is_target=is_target)


def change_segment(*, segment: Segment, name: str, is_target: bool) -> Segment:
    """Rename it, mark it as a target or not."""
    segment.name, segment.is_target = name, is_target
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError as error:
        raise ProgrammeError(f"There is already a segment called {name}.") from error
    return segment


@transaction.atomic
def move_segment(*, segment: Segment, up: bool) -> None:
    """One place up or down; at the end it stays."""
    Organisation.objects.select_for_update().get(pk=segment.organisation_id)
    ordered = list(Segment.objects.filter(organisation=segment.organisation_id))
    at = ordered.index(segment)
    to = at - 1 if up else at + 1
    if 0 <= to < len(ordered):
        ordered[at], ordered[to] = ordered[to], ordered[at]
    for position, each in enumerate(ordered):
        each.position = position
    Segment.objects.bulk_update(ordered, ["position"])


@transaction.atomic
def delete_segment(*, segment: Segment) -> None:
    """Only while nothing uses it: figures of the past keep their segment."""
    Segment.objects.select_for_update().get(pk=segment.pk)
    try:
        segment.delete()
    except ProtectedError as error:
        raise ProgrammeError(
            f"{segment.name} has customers or figures, so it stays. You can rename it."
        ) from error


@transaction.atomic
def save_team(
    *,
    organisation: Organisation,
    team: Team | None,
    name: str,
    parent: Team | None,
    supplies: Iterable[Team],
) -> Team:
    """Add a team (`team` is None) or change one: its name, whom it is part of, whom it supplies.
    Raises ProgrammeError where the name is taken there, or the tree would become a circle."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    parents = dict(Team.objects.filter(organisation=organisation).values_list("pk", "parent_id"))
    above = parent.pk if parent else None
    while above is not None:
        if team and above == team.pk:
            raise ProgrammeError(f"{name} cannot be part of itself or of a team within it.")
        above = parents.get(above)
    supplied = list(supplies)
    if team and team in supplied:
        raise ProgrammeError(f"{name} cannot supply itself.")
    saved = team or Team(organisation=organisation)
    saved.name, saved.parent = name, parent
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        raise ProgrammeError(f"There is already a team called {name} there.") from error
    saved.supplies.set(supplied)
    return saved
