"""The order of the map: one service for dragging, for the keyboard and for the buttons."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from programme.models import Organisation
from touchpoints.models import Journey, Stage, Touchpoint
from touchpoints.services.errors import StaleError, TouchpointsError
from touchpoints.services.map import locked, refusing
from touchpoints.versions import version_of

type MapRow = Journey | Stage | Touchpoint


@transaction.atomic
def place(
    *,
    row: MapRow,
    at: int,
    seen: str,
    into: Journey | Stage | None = None,
    seen_there: str = "",
) -> dict[str, str]:
    """Put it at place `at` (from 0, the nearest there is) of its list, or of `into`'s: a stage's
    new journey, a touchpoint's new stage.

    `seen` and `seen_there` are the versions of the lists that it was decided on (see
    docs/decisions/0020). Returns the versions of the lists that changed, by their names. Raises
    StaleError where a list is no longer as seen, TouchpointsError where it cannot lie there.
    """
    locked(row.organisation)
    moved = type(row)._default_manager.get(pk=row.pk)
    old_list = _list_of(moved)
    here: list[Any] = list(children(old_list))
    if moved.archived_at is not None or _version(here) != seen:
        raise StaleError(
            f"Somebody else has just changed this list, so “{moved}” stays where it is now. Look "
            "at the new order, then move it again."
        )
    target = old_list if into is None else into
    _check(moved, target)
    here.remove(moved)
    changed = {list_name(old_list): here}
    there = here
    if target != old_list:
        there = list(children(target))
        if _version(there) != seen_there:
            raise StaleError(
                f"Somebody else has just changed “{target}”, so “{moved}” stays where it was. Look "
                "at the new order, then move it again."
            )
        changed[list_name(target)] = there
        with refusing(f"“{target}” already has one called “{moved}”, perhaps archived."):
            type(moved)._default_manager.filter(pk=moved.pk).update(
                **{"journey" if isinstance(moved, Stage) else "stage": target}
            )
    there.insert(min(max(at, 0), len(there)), moved)
    for rows in changed.values():
        for position, one in enumerate(rows):
            one.position = position
        if rows:
            type(moved)._default_manager.bulk_update(rows, ["position"])
    return {name: _version(rows) for name, rows in changed.items()}


def children(of: Organisation | Journey | Stage) -> QuerySet[Any]:
    """What a list of the map shows, in order: journeys, a journey's stages, a stage's
    touchpoints."""
    if isinstance(of, Organisation):
        rows: QuerySet[Any] = Journey.objects.filter(organisation=of)
    else:
        rows = of.stages.all() if isinstance(of, Journey) else of.touchpoints.all()
    return rows.filter(archived_at=None).order_by("position", "pk")


def list_name(of: Organisation | Journey | Stage) -> str:
    """What a list is called in the page: journeys, journey-3, stage-7."""
    if isinstance(of, Organisation):
        return "journeys"
    return f"journey-{of.pk}" if isinstance(of, Journey) else f"stage-{of.pk}"


def _list_of(row: MapRow) -> Organisation | Journey | Stage:
    if isinstance(row, Journey):
        return row.organisation
    return row.journey if isinstance(row, Stage) else row.stage


def _version(rows: Sequence[MapRow]) -> str:
    return version_of(row.pk for row in rows)


def _check(row: MapRow, target: Organisation | Journey | Stage) -> None:
    fits: dict[type, type] = {Journey: Organisation, Stage: Journey, Touchpoint: Stage}
    if not isinstance(target, fits[type(row)]):
        raise TouchpointsError("A stage lies on a journey, and a touchpoint on a stage.")
    if isinstance(target, Organisation):
        return
    on_journey = target if isinstance(target, Journey) else target.journey
    if target.archived_at is not None or on_journey.archived_at is not None:
        raise TouchpointsError(f"“{target}” is archived: restore it first.")
