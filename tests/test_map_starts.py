"""Templates to start from: every file of ours, the preview, and what comes onto the map."""

import pytest
from django.test import Client

from programme.models import Organisation
from tests import factories
from tests.conftest import Url
from touchpoints.models import HandOff, Journey, Touchpoint
from touchpoints.services import TouchpointsError, add_from_start
from touchpoints.starts import Start, matching_team, starts

_LEAST, _MOST = 10, 25  # touchpoints of a template


def _start(slug: str) -> Start:
    return next(one for one in starts() if one.slug == slug)


def test_there_are_templates_for_many_kinds() -> None:
    assert len(starts()) >= 6
    assert [one.position for one in starts()] == list(range(1, len(starts()) + 1))


@pytest.mark.parametrize("start", starts(), ids=lambda start: start.slug)
def test_every_template_is_whole(start: Start) -> None:
    assert _LEAST <= start.count <= _MOST
    names = [journey.name for journey in start.journeys]
    assert len({name.lower() for name in names}) == len(names)
    used = set()
    for journey in start.journeys:
        stages = [stage.name.lower() for stage in journey.stages]
        assert len(set(stages)) == len(stages)
        for stage in journey.stages:
            inside = [touchpoint.name.lower() for touchpoint in stage.touchpoints]
            assert len(set(inside)) == len(inside)
            for at in stage.touchpoints:
                assert 1 <= at.importance <= 5
                assert at.channel
                assert len(at.good) > 15
                assert at.good.endswith(".")
                used |= {at.team}
                for link in at.hand_offs:
                    assert link.giver != link.receiver
                    used |= {link.giver, link.receiver}
    assert used == set(start.teams)
    touchpoints = [at for j in start.journeys for stage in j.stages for at in stage.touchpoints]
    assert any(at.must_be for at in touchpoints)
    assert any(at.hand_offs for at in touchpoints)


@pytest.mark.parametrize(
    ("name", "own", "found"),
    [
        ("Fitters", ["Sales", "Field engineers"], "Field engineers"),
        ("Fitters", ["fitters", "Field engineers"], "fitters"),
        ("Accounts", ["Invoicing", "Sales"], "Invoicing"),
        ("Stores", ["Bookstores", "Sales"], None),
        ("Office", [], None),
    ],
)
def test_teams_are_matched_or_left_out(name: str, own: list[str], found: str | None) -> None:
    assert matching_team(_start("trade"), name, own) == found


def test_an_empty_map_begins_with_a_template(
    as_manager: Client, organisation: Organisation, map_url: Url
) -> None:
    office, fitters = (factories.team(organisation, name) for name in ("Dispatch", "Fitters"))
    assert "Start from a template" in as_manager.get(map_url("map")).text
    assert "A hotel or guest house" in as_manager.get(map_url("start_choose")).text
    preview = as_manager.get(map_url("start_add", start="trade")).text
    assert "A person answers within five rings" in preview
    assert f'<option value="{office.pk}" selected>' in preview
    assert not Journey.objects.exists()
    chosen = {"journeys": ["A repair"], "team-0": office.pk, "team-1": fitters.pk}
    page = as_manager.post(map_url("start_add", start="trade"), chosen, follow=True).text
    assert "“A repair” is on the map" in page
    repair = next(one for one in _start("trade").journeys if one.name == "A repair")
    found = list(Touchpoint.objects.filter(organisation=organisation).current())
    assert [one.name for one in found] == [
        at.name for stage in repair.stages for at in stage.touchpoints
    ]
    assert found[0].must_be
    assert found[0].service_standard.startswith("A person answers")
    assert {one.team for one in found} == {office, fitters, None}
    links = HandOff.objects.filter(organisation=organisation)
    assert [(one.giver, one.receiver) for one in links] == [(office, fitters)]


def test_a_template_twice_and_one_team_for_two(organisation: Organisation) -> None:
    team, start = factories.team(organisation), _start("trade")
    everyone = dict.fromkeys(start.teams, team)
    names = [journey.name for journey in start.journeys]
    for _ in range(2):
        add_from_start(organisation=organisation, start=start, journeys=names, teams=everyone)
    assert {one.name for one in Journey.objects.all()} == {*names, *(f"{one} 2" for one in names)}
    assert not HandOff.objects.exists()
    with pytest.raises(TouchpointsError, match="at least one"):
        add_from_start(organisation=organisation, start=start, journeys=["Nothing"], teams={})


def test_what_is_not_offered_adds_nothing(
    as_manager: Client, as_member: Client, map_url: Url
) -> None:
    theirs = factories.team(factories.organisation())
    where = map_url("start_add", start="trade")
    for wrong in ({}, {"journeys": ["No such"]}):
        assert as_manager.post(where, wrong).status_code == 400
    as_manager.post(where, {"journeys": ["A repair"], "team-0": theirs.pk})
    assert not Touchpoint.objects.filter(team=theirs).exists()
    assert as_manager.get(map_url("start_add", start="planet")).status_code == 404
    assert as_member.get(where).status_code == 403
