"""What leaves the map: archived and restored; deleted only where nothing hangs on it; copied."""

from collections.abc import Callable

import pytest
from django.db.models import ProtectedError
from django.test import Client

from feedback.services import QuestionSpec
from programme.models import Organisation
from tests import factories
from tests.conftest import Url
from touchpoints.models import HandOff, Improvement, Journey, Stage, Touchpoint
from touchpoints.services import (
    TouchpointsError,
    add_hand_off,
    archive,
    copy_journey,
    delete,
    remove_hand_off,
    restore,
)


@pytest.fixture
def gate(organisation: Organisation) -> Touchpoint:
    journey = factories.journey(organisation, "A trip")
    stage = factories.stage(organisation, "Leaving", journey_of=journey)
    return factories.touchpoint(organisation, "Gate", on=stage)


def _link(at: Touchpoint) -> HandOff:
    giver, receiver = factories.team(at.organisation), factories.team(at.organisation)
    return add_hand_off(touchpoint=at, name="The list", giver=giver, receiver=receiver)


@pytest.mark.parametrize("kind", ["journey", "stage"])
def test_what_lies_on_it_goes_and_comes_back_with_it(
    as_manager: Client, organisation: Organisation, map_url: Url, gate: Touchpoint, kind: str
) -> None:
    row = gate.stage if kind == "stage" else gate.stage.journey
    page = as_manager.post(map_url("row_archive", kind=kind, row=row.pk), follow=True).text
    assert "1 touchpoint, archived on" in page
    assert not Touchpoint.objects.filter(organisation=organisation).current().exists()
    assert "Gate" not in as_manager.get(map_url("map")).text
    assert "Archive (1)" in as_manager.get(map_url("map")).text
    as_manager.post(map_url("row_restore", kind=kind, row=row.pk))
    assert list(Touchpoint.objects.filter(organisation=organisation).current()) == [gate]


def test_nothing_is_restored_onto_what_is_archived(
    as_manager: Client, map_url: Url, gate: Touchpoint
) -> None:
    link = _link(gate)
    archive(row=link)
    archive(row=gate)
    archive(row=gate.stage)
    for row, kind in ((gate, "touchpoint"), (link, "hand-off")):
        where = map_url("row_restore", kind=kind, row=row.pk)
        assert "which is archived: restore that first" in as_manager.post(where, follow=True).text
    restore(row=Stage.objects.get())
    restore(row=Touchpoint.objects.get())
    restore(row=HandOff.objects.get())
    assert HandOff.objects.get().archived_at is None


def test_deleting_asks_first_and_takes_the_journey_along(
    as_manager: Client, map_url: Url, gate: Touchpoint
) -> None:
    _link(gate)
    where = map_url("row_delete", kind="journey", row=gate.stage.journey_id)
    page = as_manager.get(where).text
    assert "Its 1 touchpoint goes with it" in page
    assert Journey.objects.exists()
    as_manager.post(where)
    assert not Journey.objects.exists()
    assert not HandOff.objects.exists()


@pytest.mark.parametrize("by", ["tally", "question", "improvement", "hand-off question"])
def test_what_anything_hangs_on_is_never_deleted(
    as_manager: Client, organisation: Organisation, map_url: Url, gate: Touchpoint, by: str
) -> None:
    link = _link(gate)
    if by == "tally":
        factories.tally(gate, factories.period(organisation), (1, 0, 0))
    elif by == "question":
        asked = QuestionSpec("gate", "moment", "The gate?", touchpoint_id=gate.pk)
        factories.survey(organisation, asked)
    elif by == "improvement":
        Improvement.objects.create(organisation=organisation, title="Wider", touchpoint=gate)
    else:
        asked = QuestionSpec("list", "moment", "The list?", hand_off_id=link.pk)
        factories.survey(organisation, asked)
    rows: list[tuple[str, Journey | Stage | Touchpoint]] = [
        ("journey", gate.stage.journey),
        ("stage", gate.stage),
        ("touchpoint", gate),
    ]
    for kind, row in rows:
        where = map_url("row_delete", kind=kind, row=row.pk)
        assert "never deleted" in as_manager.get(where).text
        assert "archived, never deleted" in as_manager.post(where).text
        with pytest.raises(TouchpointsError):
            delete(row=row)
    assert Touchpoint.objects.filter(pk=gate.pk).exists()
    if by == "hand-off question":
        assert remove_hand_off(hand_off=link)
        link.refresh_from_db()
        assert link.archived_at is not None
        assert "The list" in as_manager.get(map_url("archived")).text
        assert "The list" not in as_manager.get(map_url("hand_offs", touchpoint=gate.pk)).text


def test_a_team_that_hands_over_is_not_lost(gate: Touchpoint) -> None:
    link = _link(gate)
    with pytest.raises(ProtectedError):
        link.giver.delete()
    gate.team = link.giver
    gate.save()
    remove_hand_off(hand_off=link)
    link.giver.delete()
    gate.refresh_from_db()
    assert gate.team is None


def test_a_copy_has_everything_but_what_people_said(
    as_manager: Client, organisation: Organisation, map_url: Url, gate: Touchpoint
) -> None:
    Touchpoint.objects.filter(pk=gate.pk).update(
        channel="in person", must_be=True, importance=5, service_standard="In two minutes"
    )
    link = _link(gate)
    factories.tally(gate, factories.period(organisation), (1, 2, 3))
    archive(row=factories.touchpoint(organisation, "Old gate", on=gate.stage))
    where = map_url("journey_copy", journey=gate.stage.journey_id)
    assert 'value="A trip, copy"' in as_manager.get(where).text
    assert "already a journey" in as_manager.post(where, {"name": "a TRIP"}).text
    as_manager.post(where, {"name": "A trip abroad"})
    copied = Touchpoint.objects.get(stage__journey__name="A trip abroad")
    assert (copied.name, copied.channel, copied.must_be, copied.importance) == (
        *("Gate", "in person", True, 5),
    )
    assert (copied.service_standard, copied.tallies.count()) == ("In two minutes", 0)
    assert copied.hand_offs.get().giver == link.giver
    assert gate.hand_offs.count() == 1


def test_an_empty_journey_and_a_long_name_can_be_copied(organisation: Organisation) -> None:
    journey = factories.journey(organisation, "x" * 300)
    assert copy_journey(journey=journey, name="y" * 300).stages.count() == 0


@pytest.mark.parametrize("more", [1, 3])
def test_the_archive_takes_so_many_queries(
    as_manager: Client,
    organisation: Organisation,
    map_url: Url,
    django_assert_num_queries: Callable[[int], object],
    more: int,
) -> None:
    for _ in range(more):
        gone = factories.touchpoint(organisation)
        archive(row=gone)
        link = _link(factories.touchpoint(organisation))
        archive(row=link)
        archive(row=factories.stage(organisation))
        archive(row=factories.journey(organisation))
    with django_assert_num_queries(6):  # type: ignore[attr-defined]
        as_manager.get(map_url("archived"))


@pytest.mark.parametrize("more", [1, 3])
def test_the_map_takes_so_many_queries(
    as_manager: Client,
    organisation: Organisation,
    map_url: Url,
    django_assert_num_queries: Callable[[int], object],
    more: int,
) -> None:
    for _ in range(more):
        _link(factories.touchpoint(organisation))
    with django_assert_num_queries(11):  # type: ignore[attr-defined]
        as_manager.get(map_url("map"))
