"""The map as a whole: journeys, their stages, their touchpoints; and what was taken off it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from programme.models import Organisation
from touchpoints.models import HandOff, Journey, Stage, Touchpoint
from touchpoints.versions import version_of


@dataclass(frozen=True, slots=True)
class MapStage:
    """A stage and its current touchpoints in order."""

    stage: Stage
    touchpoints: tuple[Touchpoint, ...]

    @property
    def version(self) -> str:
        """Of the order of its touchpoints."""
        return version_of(one.pk for one in self.touchpoints)


@dataclass(frozen=True, slots=True)
class MapJourney:
    """A journey and its current stages in order."""

    journey: Journey
    stages: tuple[MapStage, ...]

    @property
    def count(self) -> int:
        return sum(len(stage.touchpoints) for stage in self.stages)

    @property
    def version(self) -> str:
        """Of the order of its stages."""
        return version_of(one.stage.pk for one in self.stages)


@dataclass(frozen=True, slots=True)
class Archived:
    """What is off the map, each only where it was archived by itself."""

    journeys: Sequence[Journey]  # each with `held`: how many touchpoints lie on it
    stages: Sequence[Stage]  # likewise
    touchpoints: Sequence[Touchpoint]
    hand_offs: Sequence[HandOff]

    @property
    def count(self) -> int:
        return sum(map(len, (self.journeys, self.stages, self.touchpoints, self.hand_offs)))


def whole_map(organisation: Organisation) -> tuple[MapJourney, ...]:
    """Every current journey, in four queries."""
    by_stage: dict[int, list[Touchpoint]] = defaultdict(list)
    chain = HandOff.objects.filter(archived_at=None)
    for touchpoint in (
        Touchpoint.objects.filter(organisation=organisation)
        .current()
        .select_related("owner__user", "team")
        .prefetch_related(Prefetch("hand_offs", queryset=chain))
    ):
        by_stage[touchpoint.stage_id].append(touchpoint)
    by_journey: dict[int, list[MapStage]] = defaultdict(list)
    stages = Stage.objects.filter(organisation=organisation, archived_at=None)
    for stage in stages.order_by("position", "pk"):
        by_journey[stage.journey_id].append(MapStage(stage, tuple(by_stage[stage.pk])))
    return tuple(
        MapJourney(journey, tuple(by_journey[journey.pk]))
        for journey in Journey.objects.filter(organisation=organisation, archived_at=None)
    )


def current_stages(organisation: Organisation) -> QuerySet[Stage]:
    """Those that a touchpoint can lie on, in the order of the map."""
    stages = Stage.objects.filter(
        organisation=organisation, archived_at=None, journey__archived_at=None
    )
    return stages.select_related("journey")


def archived(organisation: Organisation) -> Archived:
    """What can be restored, the latest first, in four queries."""
    own = {"organisation": organisation}
    stages = Stage.objects.filter(**own, journey__archived_at=None)
    touchpoints = Touchpoint.objects.filter(
        **own, stage__archived_at=None, stage__journey__archived_at=None
    )
    hand_offs = HandOff.objects.filter(touchpoint__in=touchpoints.filter(archived_at=None))
    gone = Q(archived_at__isnull=False)
    return Archived(
        journeys=list(
            Journey.objects.filter(gone, **own)
            .annotate(held=Count("stages__touchpoints"))
            .order_by("-archived_at")
        ),
        stages=list(
            stages.filter(gone)
            .annotate(held=Count("touchpoints"))
            .select_related("journey")
            .order_by("-archived_at")
        ),
        touchpoints=list(
            touchpoints.filter(gone).select_related("stage__journey").order_by("-archived_at")
        ),
        hand_offs=list(
            hand_offs.filter(gone)
            .select_related("touchpoint", "giver", "receiver")
            .order_by("-archived_at")
        ),
    )
