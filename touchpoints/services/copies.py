"""A journey as the beginning of another one."""

from django.db import transaction

from touchpoints.models import HandOff, Journey, Stage, Touchpoint
from touchpoints.services.map import add_journey, locked


@transaction.atomic
def copy_journey(*, journey: Journey, name: str) -> Journey:
    """Everything of it that is not archived, hand-offs too, under a new name at the map's end;
    ratings, questions and improvements stay with the old one. Raises TouchpointsError where the
    name is taken."""
    locked(journey.organisation)
    copy = add_journey(
        organisation=journey.organisation, name=name, description=journey.description
    )
    old_stages = list(journey.stages.filter(archived_at=None).order_by("position", "pk"))
    stages = Stage.objects.bulk_create(
        Stage(organisation_id=copy.organisation_id, journey=copy, name=one.name, position=at)
        for at, one in enumerate(old_stages)
    )
    on = {old.pk: new for old, new in zip(old_stages, stages, strict=True)}
    old = list(
        Touchpoint.objects.filter(stage__in=old_stages, archived_at=None).order_by("position", "pk")
    )
    touchpoints = Touchpoint.objects.bulk_create(
        Touchpoint(
            organisation_id=copy.organisation_id,
            stage=on[one.stage_id],
            name=one.name,
            channel=one.channel,
            description=one.description,
            service_standard=one.service_standard,
            team_id=one.team_id,
            owner_id=one.owner_id,
            importance=one.importance,
            must_be=one.must_be,
            position=one.position,
        )
        for one in old
    )
    at_new = {one.pk: new for one, new in zip(old, touchpoints, strict=True)}
    HandOff.objects.bulk_create(
        HandOff(
            organisation_id=copy.organisation_id,
            touchpoint=at_new[one.touchpoint_id],
            name=one.name,
            giver_id=one.giver_id,
            receiver_id=one.receiver_id,
            position=one.position,
        )
        for one in HandOff.objects.filter(touchpoint__in=old, archived_at=None)
    )
    return copy
