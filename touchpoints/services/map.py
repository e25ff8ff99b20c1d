"""Changes to the map: journeys, stages, touchpoints and their hand-offs.

Everything that gives a place in an order locks the organisation first, so that two managers who
move or add at once leave one order behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from programme.models import Membership, Organisation, Team
from touchpoints.models import HandOff, Journey, Stage, Touchpoint
from touchpoints.services.errors import TouchpointsError


class TouchpointFields(TypedDict, total=False):
    """What can be said of a touchpoint beside its name and stage."""

    channel: str
    description: str
    service_standard: str
    team: Team | None
    owner: Membership | None
    importance: int
    must_be: bool


@transaction.atomic
def add_journey(*, organisation: Organisation, name: str, description: str = "") -> Journey:
    """Add a journey at the end. Raises TouchpointsError where the name is taken."""
    _locked(organisation)
    with _refusing(f"There is already a journey called “{name}”."):
        return Journey.objects.create(
            organisation=organisation,
            name=name,
            description=description,
            position=_next(Journey.objects.filter(organisation=organisation)),
        )


@transaction.atomic
def change_journey(*, journey: Journey, name: str, description: str) -> None:
    """Raises TouchpointsError where the name is taken."""
    with _refusing(f"There is already a journey called “{name}”."):
        Journey.objects.filter(pk=journey.pk).update(name=name, description=description)


@transaction.atomic
def add_stage(*, journey: Journey, name: str) -> Stage:
    """Add a stage at the journey's end. Raises TouchpointsError where the name is taken."""
    _locked(journey.organisation)
    with _refusing(f"“{journey}” already has a stage called “{name}”."):
        return Stage.objects.create(
            organisation=journey.organisation,
            journey=journey,
            name=name,
            position=_next(journey.stages.all()),
        )


@transaction.atomic
def change_stage(*, stage: Stage, name: str) -> None:
    """Raises TouchpointsError where the name is taken."""
    with _refusing(f"“{stage.journey}” already has a stage called “{name}”."):
        Stage.objects.filter(pk=stage.pk).update(name=name)


@transaction.atomic
def add_touchpoint(*, stage: Stage, name: str, **fields: Unpack[TouchpointFields]) -> Touchpoint:
    """Add a touchpoint at the stage's end. Raises TouchpointsError where the name is taken."""
    _locked(stage.organisation)
    with _refusing(_taken(stage, name)):
        return Touchpoint.objects.create(
            organisation=stage.organisation,
            stage=stage,
            name=name,
            position=_next(stage.touchpoints.all()),
            **fields,
        )


@transaction.atomic
def change_touchpoint(
    *, touchpoint: Touchpoint, stage: Stage, name: str, **fields: Unpack[TouchpointFields]
) -> None:
    """Change it, and put it at the end of `stage` where that is another one. Raises
    TouchpointsError where the name is taken there."""
    _locked(touchpoint.organisation)
    touchpoint = Touchpoint.objects.select_for_update().get(pk=touchpoint.pk)
    if touchpoint.stage_id != stage.pk:
        touchpoint.stage, touchpoint.position = stage, _next(stage.touchpoints.all())
    touchpoint.name = name
    for field, value in fields.items():
        setattr(touchpoint, field, value)
    with _refusing(_taken(stage, name)):
        touchpoint.save()


def archive_touchpoint(*, touchpoint: Touchpoint) -> None:
    """Take it off the map; its ratings stay."""
    Touchpoint.objects.filter(pk=touchpoint.pk, archived_at=None).update(archived_at=timezone.now())


def restore_touchpoint(*, touchpoint: Touchpoint) -> None:
    """Put it back on the map."""
    Touchpoint.objects.filter(pk=touchpoint.pk).update(archived_at=None)


@transaction.atomic
def move(*, row: Journey | Stage | Touchpoint, up: bool) -> None:
    """Change places with the neighbour above or below; at the end of its list it stays."""
    _locked(row.organisation)
    siblings: QuerySet[Any]
    if isinstance(row, Journey):
        siblings = Journey.objects.filter(organisation=row.organisation_id, archived_at=None)
    elif isinstance(row, Stage):
        siblings = Stage.objects.filter(journey=row.journey_id)
    else:
        siblings = Touchpoint.objects.filter(stage=row.stage_id, archived_at=None)
    order: list[Any] = list(siblings.order_by("position", "pk"))
    here = next((place for place, one in enumerate(order) if one.pk == row.pk), None)
    if here is None:
        return
    there = here + (-1 if up else 1)
    if 0 <= there < len(order):
        order[here], order[there] = order[there], order[here]
    for place, one in enumerate(order):
        one.position = place
    siblings.bulk_update(order, ["position"])


@transaction.atomic
def ensure_touchpoint(
    *, organisation: Organisation, journey: str, stage: str, name: str
) -> Touchpoint:
    """The touchpoint of that name on that stage of that journey, made at the end where missing."""
    _locked(organisation)
    on_journey = Journey.objects.filter(organisation=organisation, name__iexact=journey).first()
    on_journey = on_journey or add_journey(organisation=organisation, name=journey)
    on_stage = on_journey.stages.filter(name__iexact=stage).first()
    on_stage = on_stage or add_stage(journey=on_journey, name=stage)
    found = on_stage.touchpoints.filter(name__iexact=name).first()
    return found or add_touchpoint(stage=on_stage, name=name)


@transaction.atomic
def add_hand_off(*, touchpoint: Touchpoint, name: str, giver: Team, receiver: Team) -> HandOff:
    """Add a link at the end of the touchpoint's delivery chain. Raises TouchpointsError where a
    team would hand over to itself."""
    if giver.pk == receiver.pk:
        raise TouchpointsError("A hand-off goes from one team to another: choose two teams.")
    _locked(touchpoint.organisation)
    return HandOff.objects.create(
        organisation=touchpoint.organisation,
        touchpoint=touchpoint,
        name=name,
        giver=giver,
        receiver=receiver,
        position=_next(touchpoint.hand_offs.all()),
    )


def remove_hand_off(*, hand_off: HandOff) -> None:
    """Take the link out of the chain; improvements that named it stay with the touchpoint."""
    hand_off.delete()


def _locked(organisation: Organisation) -> None:
    Organisation.objects.select_for_update().get(pk=organisation.pk)


def _next(rows: QuerySet[Any]) -> int:
    """The position after the last of `rows`."""
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


@contextmanager
def _refusing(words: str) -> Iterator[None]:
    """Say a broken uniqueness in words, leaving the transaction usable."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise TouchpointsError(words) from error


def _taken(stage: Stage, name: str) -> str:
    archived = stage.touchpoints.filter(name__iexact=name).exclude(archived_at=None).exists()
    if archived:
        return f"“{name}” on “{stage}” is archived: restore it on the map, or use another name."
    return f"“{stage}” already has a touchpoint called “{name}”."
