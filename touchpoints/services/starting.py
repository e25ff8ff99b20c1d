"""Journeys from a template of ours."""

from collections.abc import Collection, Mapping

from django.db import transaction

from programme.models import Organisation, Team
from touchpoints.models import HandOff, Journey, Stage, Touchpoint
from touchpoints.services.errors import TouchpointsError
from touchpoints.services.map import add_journey, locked
from touchpoints.starts import Start, StartJourney


@transaction.atomic
def add_from_start(
    *,
    organisation: Organisation,
    start: Start,
    journeys: Collection[str],
    teams: Mapping[str, Team],
) -> list[Journey]:
    """Add the template's journeys of those names at the map's end. `teams` says which team of the
    organisation stands for which of the template; a hand-off with a team that none stands for is
    left out. A journey whose name is taken gets a number. Raises TouchpointsError where nothing
    is chosen."""
    locked(organisation)
    chosen = [one for one in start.journeys if one.name in journeys]
    if not chosen:
        raise TouchpointsError("Choose at least one journey.")
    own = Journey.objects.filter(organisation=organisation).values_list("name", flat=True)
    taken = {name.lower() for name in own}
    added = []
    for one in chosen:
        name, number = one.name, 1
        while name.lower() in taken:
            number += 1
            name = f"{one.name} {number}"
        added.append(_add(organisation, one, name, teams))
    return added


def _add(
    organisation: Organisation, start: StartJourney, name: str, teams: Mapping[str, Team]
) -> Journey:
    journey = add_journey(organisation=organisation, name=name, description=start.description)
    stages = Stage.objects.bulk_create(
        Stage(organisation=organisation, journey=journey, name=one.name, position=at)
        for at, one in enumerate(start.stages)
    )
    wanted = [
        (stage, at, one)
        for stage, begun in zip(stages, start.stages, strict=True)
        for at, one in enumerate(begun.touchpoints)
    ]
    touchpoints = Touchpoint.objects.bulk_create(
        Touchpoint(
            organisation=organisation,
            stage=stage,
            name=one.name,
            channel=one.channel,
            service_standard=one.good,
            team=teams.get(one.team),
            importance=one.importance,
            must_be=one.must_be,
            position=at,
        )
        for stage, at, one in wanted
    )
    HandOff.objects.bulk_create(
        HandOff(
            organisation=organisation,
            touchpoint=touchpoint,
            name=link.what,
            giver=teams[link.giver],
            receiver=teams[link.receiver],
            position=at,
        )
        for touchpoint, (_, _, one) in zip(touchpoints, wanted, strict=True)
        for at, link in enumerate(one.hand_offs)
        if link.giver in teams
        and link.receiver in teams
        and teams[link.giver] != teams[link.receiver]
    )
    return journey
