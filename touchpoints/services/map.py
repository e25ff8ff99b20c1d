"""Changes to the map: journeys, stages and touchpoints.

Everything that gives a place in an order locks the organisation first, so that two managers who
move or add at once leave one order behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from programme.models import Membership, Organisation, Team
from touchpoints.models import Journey, Stage, Touchpoint
from touchpoints.services.errors import StaleError, TouchpointsError
from touchpoints.versions import version_of

# What a change of it can overwrite; a page sends these back as one version.
SEEN_FIELDS: dict[type[Journey | Stage | Touchpoint], tuple[str, ...]] = {
    Journey: ("name", "description"),
    Stage: ("name",),
    Touchpoint: (
        *("name", "stage_id", "channel", "team_id", "owner_id", "importance", "must_be"),
        *("service_standard", "description"),
    ),
}


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
    locked(organisation)
    with refusing(f"There is already a journey called “{name}”."):
        return Journey.objects.create(
            organisation=organisation,
            name=name,
            description=description,
            position=next_position(Journey.objects.filter(organisation=organisation)),
        )


@transaction.atomic
def change_journey(*, journey: Journey, name: str, description: str, seen: str = "") -> None:
    """Raises TouchpointsError where the name is taken, StaleError where it is no longer as
    `seen`."""
    _as_seen(Journey, journey.pk, seen)
    with refusing(f"There is already a journey called “{name}”."):
        Journey.objects.filter(pk=journey.pk).update(name=name, description=description)


@transaction.atomic
def add_stage(*, journey: Journey, name: str) -> Stage:
    """Add a stage at the journey's end. Raises TouchpointsError where the name is taken."""
    locked(journey.organisation)
    with refusing(f"“{journey}” already has a stage called “{name}”."):
        return Stage.objects.create(
            organisation=journey.organisation,
            journey=journey,
            name=name,
            position=next_position(journey.stages.all()),
        )


@transaction.atomic
def change_stage(*, stage: Stage, name: str, seen: str = "") -> None:
    """Raises TouchpointsError where the name is taken, StaleError where it is no longer as
    `seen`."""
    _as_seen(Stage, stage.pk, seen)
    with refusing(f"“{stage.journey}” already has a stage called “{name}”."):
        Stage.objects.filter(pk=stage.pk).update(name=name)


@transaction.atomic
def add_touchpoint(*, stage: Stage, name: str, **fields: Unpack[TouchpointFields]) -> Touchpoint:
    """Add a touchpoint at the stage's end. Raises TouchpointsError where the name is taken."""
    locked(stage.organisation)
    with refusing(_taken(stage, name)):
        return Touchpoint.objects.create(
            organisation=stage.organisation,
            stage=stage,
            name=name,
            position=next_position(stage.touchpoints.all()),
            **fields,
        )


@transaction.atomic
def change_touchpoint(
    *,
    touchpoint: Touchpoint,
    stage: Stage,
    name: str,
    seen: str = "",
    **fields: Unpack[TouchpointFields],
) -> None:
    """Change it, and put it at the end of `stage` where that is another one. Raises
    TouchpointsError where the name is taken there, StaleError where it is no longer as `seen`."""
    locked(touchpoint.organisation)
    _as_seen(Touchpoint, touchpoint.pk, seen)
    touchpoint = Touchpoint.objects.select_for_update().get(pk=touchpoint.pk)
    if touchpoint.stage_id != stage.pk:
        touchpoint.stage, touchpoint.position = stage, next_position(stage.touchpoints.all())
    touchpoint.name = name
    for field, value in fields.items():
        setattr(touchpoint, field, value)
    with refusing(_taken(stage, name)):
        touchpoint.save()


@transaction.atomic
def ensure_touchpoint(
    *, organisation: Organisation, journey: str, stage: str, name: str
) -> Touchpoint:
    """The touchpoint of that name on that stage of that journey, made at the end where missing."""
    locked(organisation)
    on_journey = Journey.objects.filter(organisation=organisation, name__iexact=journey).first()
    on_journey = on_journey or add_journey(organisation=organisation, name=journey)
    on_stage = on_journey.stages.filter(name__iexact=stage).first()
    on_stage = on_stage or add_stage(journey=on_journey, name=stage)
    found = on_stage.touchpoints.filter(name__iexact=name).first()
    return found or add_touchpoint(stage=on_stage, name=name)


def locked(organisation: Organisation) -> None:
    """Hold the organisation's map until the transaction ends."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)


def next_position(rows: QuerySet[Any]) -> int:
    """The position after the last of `rows`."""
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def seen_version(row: Journey | Stage | Touchpoint) -> str:
    """What a page that shows the row's fields sends back with a change."""
    return version_of(getattr(row, field) for field in SEEN_FIELDS[type(row)])


def _as_seen(model: type[Journey | Stage | Touchpoint], pk: int, seen: str) -> None:
    """A change made from no page (an import) has seen nothing, and is let through."""
    stored = model._default_manager.select_for_update().get(pk=pk)
    if seen and seen_version(stored) != seen:
        raise StaleError(
            "Somebody else has changed this while you were writing. Nothing is saved yet and what "
            "you wrote is still here: compare it with what is stored now, then save again."
        )


@contextmanager
def refusing(words: str) -> Iterator[None]:
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
