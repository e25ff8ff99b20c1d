"""Ratings, handed over by whoever counted them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from programme.models import Organisation, Period
from touchpoints.importance import PairSums
from touchpoints.models import RatingPairs, RatingTally
from touchpoints.moments import CUT_POINTS_VERSION
from touchpoints.services.errors import TouchpointsError


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
def add_pairs(
    *,
    organisation: Organisation,
    source: str,
    period: Period,
    touchpoints: Sequence[int],
    sums: PairSums,
) -> None:
    """Replace what `source` has given about which ratings go together; the first question of `sums`
    is about the whole, the others about `touchpoints`; none of them takes it back.

    Raises TouchpointsError where that would change a closed period.
    """
    period = Period.objects.select_for_update().get(pk=period.pk, organisation=organisation)
    if period.closed_at is not None:
        raise TouchpointsError(f"{period} is closed: its ratings do not change any more.")
    if not touchpoints:
        RatingPairs.objects.filter(organisation=organisation, source=source).delete()
        return
    RatingPairs.objects.update_or_create(
        organisation=organisation,
        source=source,
        defaults={"period": period, "touchpoints": list(touchpoints), "sums": sums.as_json()},
    )
