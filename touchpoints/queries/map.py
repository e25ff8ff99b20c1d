"""The map as a whole: journeys, their stages, their touchpoints."""

from collections import defaultdict
from dataclasses import dataclass

from programme.models import Organisation
from touchpoints.models import Journey, Stage, Touchpoint


@dataclass(frozen=True, slots=True)
class MapStage:
    """A stage and its current touchpoints in order."""

    stage: Stage
    touchpoints: tuple[Touchpoint, ...]


@dataclass(frozen=True, slots=True)
class MapJourney:
    """A journey and its stages in order."""

    journey: Journey
    stages: tuple[MapStage, ...]

    @property
    def count(self) -> int:
        return sum(len(stage.touchpoints) for stage in self.stages)


def whole_map(organisation: Organisation) -> tuple[MapJourney, ...]:
    """Every current journey, in four queries."""
    by_stage: dict[int, list[Touchpoint]] = defaultdict(list)
    for touchpoint in (
        Touchpoint.objects.filter(organisation=organisation)
        .current()
        .select_related("owner__user", "team")
        .prefetch_related("hand_offs")
    ):
        by_stage[touchpoint.stage_id].append(touchpoint)
    by_journey: dict[int, list[MapStage]] = defaultdict(list)
    for stage in Stage.objects.filter(organisation=organisation).order_by("position", "pk"):
        by_journey[stage.journey_id].append(MapStage(stage, tuple(by_stage[stage.pk])))
    return tuple(
        MapJourney(journey, tuple(by_journey[journey.pk]))
        for journey in Journey.objects.filter(organisation=organisation, archived_at=None)
    )
