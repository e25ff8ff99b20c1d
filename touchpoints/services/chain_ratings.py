"""Ratings of hand-offs, handed over by whoever counted them; never together with touchpoints'."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from programme.models import Organisation, Period
from touchpoints.models import HandOffTally
from touchpoints.moments import CUT_POINTS_VERSION
from touchpoints.services.errors import TouchpointsError


@dataclass(frozen=True, slots=True)
class LinkTally:
    """Counts of one hand-off on one scale, among the team that receives."""

    hand_off_id: int
    scale: str
    misery: int
    mediocrity: int
    magic: int


@transaction.atomic
def add_hand_off_ratings(
    *, organisation: Organisation, source: str, period: Period, tallies: Iterable[LinkTally]
) -> None:
    """Replace all that `source` has given by `tallies`; the same twice is as once. Raises
    TouchpointsError where that would change a closed period."""
    period = Period.objects.select_for_update().get(pk=period.pk, organisation=organisation)
    new: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for tally in tallies:
        counts = new[tally.hand_off_id, tally.scale]
        for column, count in enumerate((tally.misery, tally.mediocrity, tally.magic)):
            counts[column] += count
    rows = HandOffTally.objects.filter(organisation=organisation, source=source)
    if not new and not rows.exists():
        return
    touched = Period.objects.filter(hand_off_tallies__in=rows) | Period.objects.filter(pk=period.pk)
    if closed := touched.exclude(closed_at=None).first():
        raise TouchpointsError(f"{closed} is closed: its ratings do not change any more.")
    rows.delete()
    HandOffTally.objects.bulk_create(
        HandOffTally(
            organisation=organisation,
            hand_off_id=hand_off_id,
            period=period,
            source=source,
            scale=scale,
            cut_points=CUT_POINTS_VERSION,
            misery=misery,
            mediocrity=mediocrity,
            magic=magic,
        )
        for (hand_off_id, scale), (misery, mediocrity, magic) in new.items()
        if misery + mediocrity + magic
    )
