"""The sample's organisation, users, teams, segments, people and map."""

import random
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import User
from focusprog.sample import company, words
from programme import services
from programme.models import Membership, Organisation, Person, PersonKind, Role, Segment, Team
from touchpoints.models import HandOff, Journey, Stage, Touchpoint


@dataclass(frozen=True, slots=True)
class Cast:
    """Everyone and every place of the sample, by name."""

    organisation: Organisation
    members: dict[Role, Membership]
    teams: dict[str, Team]
    segments: dict[str, Segment]
    touchpoints: dict[str, Touchpoint]
    places: dict[str, company.Place]


def make_cast(luck: random.Random) -> Cast:
    """Write them into the database."""
    users = {
        Role(role): User.objects.create_user(
            f"{name.split()[0].lower()}@{company.EMAIL_DOMAIN}", name=name
        )
        for name, role in company.USERS
    }
    organisation = services.create_organisation(name=company.NAME, leader=users[Role.LEADER])
    others = [
        Membership(organisation=organisation, user=user, role=role)
        for role, user in users.items()
        if role != Role.LEADER
    ]
    Membership.objects.bulk_create(others)
    members = {Role(m.role): m for m in Membership.objects.filter(organisation=organisation)}
    teams = {
        team.name: team
        for team in Team.objects.bulk_create(
            Team(organisation=organisation, name=name) for name, _ in company.TEAMS
        )
    }
    for supplier, supplied in company.SUPPLIES:
        teams[supplier].supplies.add(teams[supplied])
    segments = {
        segment.name: segment
        for segment in Segment.objects.bulk_create(
            Segment(organisation=organisation, name=name, is_target=target, position=position)
            for position, (name, target, _, _) in enumerate(company.SEGMENTS)
        )
    }
    _make_people(organisation, teams, segments, luck)
    touchpoints = _make_map(organisation, teams, members)
    places = {place.name: place for _, stage in company.STAGES for place in stage}
    return Cast(organisation, members, teams, segments, touchpoints, places)


def _make_people(
    organisation: Organisation,
    teams: dict[str, Team],
    segments: dict[str, Segment],
    luck: random.Random,
) -> None:
    names = [f"{given} {family}" for given in words.GIVEN_NAMES for family in words.FAMILY_NAMES]
    luck.shuffle(names)
    people = []
    for team, size in company.TEAMS:
        for number in range(1, size + 1):
            address = f"{team.split()[0].lower()}{number}@{company.EMAIL_DOMAIN}"
            people.append(
                Person(
                    organisation=organisation,
                    kind=PersonKind.STAFF,
                    name=names.pop(),
                    email=address,
                    team=teams[team],
                )
            )
    for segment, _, size, usual_value in company.SEGMENTS:
        for _ in range(size):
            value = usual_value * luck.lognormvariate(0, 0.6)
            people.append(
                Person(
                    organisation=organisation,
                    kind=PersonKind.CUSTOMER,
                    name=names.pop(),
                    email=f"customer{len(people)}@customers.example",
                    segment=segments[segment],
                    yearly_value=Decimal(round(value / 50) * 50),
                )
            )
    Person.objects.bulk_create(people)


def _make_map(
    organisation: Organisation, teams: dict[str, Team], members: dict[Role, Membership]
) -> dict[str, Touchpoint]:
    journey = Journey.objects.create(organisation=organisation, name="With us, from first to last")
    owners = [members[Role.LEADER], members[Role.MANAGER]]
    touchpoints: list[Touchpoint] = []
    for position, (name, places) in enumerate(company.STAGES):
        stage = Stage.objects.create(
            organisation=organisation, journey=journey, name=name, position=position
        )
        touchpoints += [
            Touchpoint(
                organisation=organisation,
                stage=stage,
                name=place.name,
                channel=place.channel,
                service_standard=place.standard,
                team=teams[place.team],
                owner=owners[(position + row) % 2],
                importance=place.importance,
                must_be=place.must_be,
                position=row,
            )
            for row, place in enumerate(places)
        ]
    made = {one.name: one for one in Touchpoint.objects.bulk_create(touchpoints)}
    HandOff.objects.bulk_create(
        HandOff(
            organisation=organisation,
            touchpoint=made[touchpoint],
            name=name,
            giver=teams[giver],
            receiver=teams[receiver],
            position=position,
        )
        for position, (touchpoint, name, giver, receiver) in enumerate(company.HAND_OFFS)
    )
    return made
