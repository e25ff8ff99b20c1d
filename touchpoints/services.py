"""Every change to the map, its ratings and its improvements."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from programme.models import Organisation, Period
from touchpoints.models import Journey, RatingTally, Stage, Touchpoint
from touchpoints.moments import CUT_POINTS_VERSION


class TouchpointsError(Exception):
    """What cannot be done, in words for the person who tried."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one touchpoint on one scale in one slice: the customers' segment or the staff's
    team, or neither."""

    touchpoint_id: int
    segment_id: int | None
    team_id: int | None
    scale: str
    misery: int
    mediocrity: int
    magic: int


type _Slice = tuple[int, int | None, int | None, str]


@transaction.atomic
def add_ratings(
    *,
    organisation: Organisation,
    source: str,
    period: Period,
    voice: str,
    tallies: Iterable[Tally],
) -> None:
    """Replace all that `source` has given for `voice` by `tallies`; the same twice is as once.

    Raises TouchpointsError where that would change a closed period.
    """
    period = Period.objects.select_for_update().get(pk=period.pk, organisation=organisation)
    new: dict[_Slice, list[int]] = defaultdict(lambda: [0, 0, 0])
    for tally in tallies:
        counts = new[(tally.touchpoint_id, tally.segment_id, tally.team_id, tally.scale)]
        for column, count in enumerate((tally.misery, tally.mediocrity, tally.magic)):
            counts[column] += count
    rows = RatingTally.objects.filter(organisation=organisation, source=source, voice=voice)
    old = {
        (row.touchpoint_id, row.segment_id, row.team_id, row.scale): [
            row.misery,
            row.mediocrity,
            row.magic,
        ]
        for row in rows
    }
    if old == dict(new) and not rows.exclude(period=period).exists():
        return
    touched = Period.objects.filter(tallies__in=rows) | Period.objects.filter(pk=period.pk)
    if closed := touched.exclude(closed_at=None).first():
        raise TouchpointsError(f"{closed} is closed: its ratings do not change any more.")
    rows.delete()
    RatingTally.objects.bulk_create(
        RatingTally(
            organisation=organisation,
            touchpoint_id=touchpoint_id,
            period=period,
            voice=voice,
            segment_id=segment_id,
            team_id=team_id,
            source=source,
            scale=scale,
            cut_points=CUT_POINTS_VERSION,
            misery=misery,
            mediocrity=mediocrity,
            magic=magic,
        )
        for (touchpoint_id, segment_id, team_id, scale), (misery, mediocrity, magic) in new.items()
        if misery + mediocrity + magic
    )


@transaction.atomic
def ensure_touchpoint(
    *, organisation: Organisation, journey: str, stage: str, name: str
) -> Touchpoint:
    """The touchpoint of that name on that stage of that journey, made at the end where missing."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    on_journey = Journey.objects.filter(organisation=organisation, name__iexact=journey).first()
    if on_journey is None:
        on_journey = Journey.objects.create(
            organisation=organisation,
            name=journey,
            position=_next(Journey.objects.filter(organisation=organisation)),
        )
    on_stage = on_journey.stages.filter(name__iexact=stage).first()
    if on_stage is None:
        on_stage = Stage.objects.create(
            organisation=organisation,
            journey=on_journey,
            name=stage,
            position=_next(on_journey.stages.all()),
        )
    found = on_stage.touchpoints.filter(name__iexact=name).first()
    if found is None:
        found = Touchpoint.objects.create(
            organisation=organisation,
            stage=on_stage,
            name=name,
            position=_next(on_stage.touchpoints.all()),
        )
    return found


def _next(rows: QuerySet[Any]) -> int:
    """The position after the last of `rows`."""
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1
