"""Taking things off the map and back on. What people rated, asked or wrote about is never
deleted."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from touchpoints.models import HandOff, Journey, Stage, Touchpoint
from touchpoints.services.errors import TouchpointsError
from touchpoints.services.map import locked

type Archivable = Journey | Stage | Touchpoint | HandOff


@transaction.atomic
def archive(*, row: Archivable) -> None:
    """Take it off the map, with what lies on it; ratings stay. Archiving it again changes
    nothing."""
    locked(row.organisation)
    type(row)._default_manager.filter(pk=row.pk, archived_at=None).update(
        archived_at=timezone.now()
    )


@transaction.atomic
def restore(*, row: Archivable) -> None:
    """Put it back where it was. Raises TouchpointsError where what it lies on is archived."""
    locked(row.organisation)
    above: list[Journey | Stage | Touchpoint] = []
    if isinstance(row, HandOff):
        above = [row.touchpoint.stage.journey, row.touchpoint.stage, row.touchpoint]
    elif isinstance(row, Touchpoint):
        above = [row.stage.journey, row.stage]
    elif isinstance(row, Stage):
        above = [row.journey]
    gone = next((one for one in above if one.archived_at is not None), None)
    if gone is not None:
        raise TouchpointsError(f"“{row}” lies on “{gone}”, which is archived: restore that first.")
    type(row)._default_manager.filter(pk=row.pk).update(archived_at=None)


@transaction.atomic
def delete(*, row: Archivable) -> None:
    """Delete it with what lies on it. Raises TouchpointsError where anything of it was ever rated,
    asked about, written about or worked on."""
    locked(row.organisation)
    if is_used(row):
        raise TouchpointsError(
            f"“{row}” was rated, asked about or worked on, so it is archived, never deleted."
        )
    if isinstance(row, Journey):
        Touchpoint.objects.filter(stage__journey=row).delete()
    elif isinstance(row, Stage):
        row.touchpoints.all().delete()
    row.delete()


def is_used(row: Archivable) -> bool:
    """Whether anything points at it, or at what lies on it, beside the map itself."""
    if isinstance(row, HandOff):
        return _pointed_at(HandOff, HandOff.objects.filter(pk=row.pk), ())
    touchpoints = Touchpoint.objects.all()
    if isinstance(row, Journey):
        touchpoints = touchpoints.filter(stage__journey=row)
    elif isinstance(row, Stage):
        touchpoints = touchpoints.filter(stage=row)
    else:
        touchpoints = touchpoints.filter(pk=row.pk)
    return _pointed_at(Touchpoint, touchpoints, (HandOff,)) or _pointed_at(
        HandOff, HandOff.objects.filter(touchpoint__in=touchpoints), ()
    )


def _pointed_at(
    model: type[models.Model], rows: models.QuerySet[Any], but: Iterable[type[models.Model]]
) -> bool:
    """By any table at all, so that whoever adds one need not come here."""
    return any(
        relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": rows}).exists()
        for relation in model._meta.related_objects
        if relation.related_model not in but
    )
