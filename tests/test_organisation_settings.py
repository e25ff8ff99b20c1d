"""The organisation's settings, segments and teams."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from programme.models import Organisation, Segment, Team
from programme.services import ProgrammeError, ensure_segment, ensure_team, save_team
from tests import factories


def _url(name: str, of: Organisation, **kwargs: object) -> str:
    return reverse(f"programme:{name}", kwargs={"organisation": of.slug, **kwargs})


SETTINGS = {
    "organisation": "New name",
    "timezone": "Asia/Tokyo",
    "language": "de",
    "financial_year_first_month": "1",
    "figures_from": "5",
    "comments_from": "10",
}


def test_settings(organisation: Organisation, as_manager: Client) -> None:
    slug = organisation.slug
    assert as_manager.post(_url("settings", organisation), SETTINGS).status_code == 302
    organisation.refresh_from_db()
    assert (organisation.name, organisation.slug) == ("New name", slug)
    assert (organisation.timezone, organisation.language) == ("Asia/Tokyo", "de")


def test_the_financial_year_is_fixed_once_there_are_quarters(
    organisation: Organisation, as_manager: Client
) -> None:
    moved = SETTINGS | {"financial_year_first_month": "4"}
    as_manager.post(_url("settings", organisation), moved)
    organisation.refresh_from_db()
    assert organisation.financial_year_first_month == 4
    factories.period(organisation)
    answer = as_manager.post(_url("settings", organisation), SETTINGS)
    assert "cannot move" in answer.context["form"].errors["financial_year_first_month"][0]
    organisation.refresh_from_db()
    assert organisation.financial_year_first_month == 4


@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("segments", 3), ("teams", 4)])
def test_lists_take_a_fixed_number_of_queries(
    name: str,
    queries: int,
    many: int,
    organisation: Organisation,
    as_manager: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(many):
        factories.segment(organisation)
        factories.team(organisation)
    as_manager.get(_url(name, organisation))
    with django_assert_num_queries(queries):
        assert as_manager.get(_url(name, organisation)).status_code == 200


def test_segments(organisation: Organisation, as_manager: Client) -> None:
    for name in ("Hotels", "Clinics"):
        as_manager.post(_url("segment_add", organisation), {"name": name})
    hotels, clinics = Segment.objects.filter(organisation=organisation)
    taken = as_manager.post(_url("segment_add", organisation), {"name": "HOTELS"})
    assert "already a segment" in taken.context["form"].errors["name"][0]
    as_manager.post(_url("segment_move", organisation, segment=clinics.pk), {"direction": "up"})
    assert list(Segment.objects.filter(organisation=organisation)) == [clinics, hotels]
    as_manager.post(
        _url("segment_edit", organisation, segment=hotels.pk), {"name": "Inns", "is_target": "on"}
    )
    hotels.refresh_from_db()
    assert (hotels.name, hotels.is_target) == ("Inns", True)


def test_only_an_unused_segment_goes(organisation: Organisation, as_manager: Client) -> None:
    used, unused = factories.segment(organisation), factories.segment(organisation)
    factories.customer(organisation, segment=used)
    for segment in (used, unused):
        as_manager.post(_url("segment_delete", organisation, segment=segment.pk))
    assert list(Segment.objects.all()) == [used]


def test_teams(organisation: Organisation, as_manager: Client) -> None:
    desk = factories.team(organisation, "Service desk")
    field = factories.team(organisation, "Field work")
    as_manager.post(
        _url("team_add", organisation),
        {"name": "Parts", "parent": desk.pk, "supplies": [desk.pk, field.pk]},
    )
    parts = Team.objects.get(name="Parts")
    assert parts.parent == desk
    assert set(parts.supplies.all()) == {desk, field}
    circle = as_manager.post(
        _url("team_edit", organisation, team=desk.pk), {"name": "Desk", "parent": parts.pk}
    )
    assert "cannot be part of itself" in str(circle.context["form"].errors)
    as_manager.post(_url("team_edit", organisation, team=parts.pk), {"name": "Spare parts"})
    renamed = Team.objects.get(pk=parts.pk)
    assert renamed.name == "Spare parts"
    assert renamed.parent is None
    assert not renamed.supplies.exists()


def test_a_teams_name_is_there_once_a_parent(organisation: Organisation) -> None:
    factories.team(organisation, "Desk")
    with pytest.raises(ProgrammeError, match="already a team called desk"):
        save_team(organisation=organisation, team=None, name="desk", parent=None, supplies=[])


def test_made_when_first_named(organisation: Organisation) -> None:
    assert ensure_segment(organisation=organisation, name="Hotels") == ensure_segment(
        organisation=organisation, name="hotels"
    )
    assert ensure_team(organisation=organisation, name="Desk") == ensure_team(
        organisation=organisation, name="DESK"
    )
    assert ensure_segment(organisation=organisation, name="Clinics").position == 1


def test_members_look_but_do_not_touch(organisation: Organisation, as_member: Client) -> None:
    assert as_member.get(_url("segments", organisation)).status_code == 200
    assert as_member.get(_url("teams", organisation)).status_code == 200
    for name in ("settings", "segment_add", "team_add", "people_import", "person_add"):
        assert as_member.post(_url(name, organisation)).status_code == 403
