"""The map: by form, by upload, in order, for those who may."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from programme.models import Membership, Organisation, Team
from tests import factories
from tests.conftest import Url
from touchpoints.models import HandOff, Journey, Stage, Touchpoint
from touchpoints.services import archive


def _names(organisation: Organisation) -> list[str]:
    return [one.name for one in Touchpoint.objects.filter(organisation=organisation).current()]


def test_an_empty_map_offers_its_first_step(as_manager: Client, map_url: Url) -> None:
    page = as_manager.get(map_url("map")).text
    assert "Add the first journey" in page
    assert "Archived" not in page


def test_a_map_by_form(as_manager: Client, organisation: Organisation, map_url: Url) -> None:
    as_manager.post(map_url("journey_add"), {"name": "A stay"})
    journey = Journey.objects.get(organisation=organisation)
    as_manager.post(map_url("stage_add", journey=journey.pk), {"name": "Arriving"})
    stage = Stage.objects.get(journey=journey)
    fields = {"name": "Check-in <b>desk</b>", "stage": stage.pk, "importance": "5", "must_be": "on"}
    answer = as_manager.post(map_url("touchpoint_add"), fields, follow=True)
    found = Touchpoint.objects.get(organisation=organisation)
    assert (found.name, found.importance, found.must_be) == ("Check-in <b>desk</b>", 5, True)
    assert "Check-in &lt;b&gt;desk&lt;/b&gt;" in answer.text
    assert "<b>desk" not in answer.text
    again = as_manager.post(map_url("touchpoint_add"), {**fields, "name": "CHECK-IN <b>desk</b>"})
    assert "already has a touchpoint called" in again.text
    assert _names(organisation) == [found.name]


def test_a_touchpoint_without_a_stage_is_led_to_the_map(as_manager: Client, map_url: Url) -> None:
    answer = as_manager.get(map_url("touchpoint_add"), follow=True)
    assert "add a journey with a stage first" in answer.text


def test_archiving_keeps_ratings_and_can_be_undone(
    as_manager: Client, organisation: Organisation, map_url: Url
) -> None:
    at = factories.touchpoint(organisation, "Reception")
    factories.tally(at, factories.period(organisation), (1, 2, 3))
    where = {"kind": "touchpoint", "row": at.pk}
    page = as_manager.post(map_url("row_archive", **where), follow=True).text
    assert "Restore" in page
    assert _names(organisation) == []
    assert at.tallies.count() == 1
    taken = {"name": "reception", "stage": at.stage_id, "importance": "3"}
    assert "is archived" in as_manager.post(map_url("touchpoint_add"), taken).text
    as_manager.post(map_url("row_restore", **where))
    assert _names(organisation) == ["Reception"]


def test_changing_the_stage_puts_it_at_that_stage_s_end(
    as_manager: Client, organisation: Organisation, map_url: Url
) -> None:
    journey = factories.journey(organisation)
    one, two = (factories.stage(organisation, name, journey_of=journey) for name in "XY")
    at = factories.touchpoint(organisation, "A", on=one)
    factories.touchpoint(organisation, "B", on=two)
    fields = {"name": "A", "stage": two.pk, "importance": "2"}
    as_manager.post(map_url("touchpoint_edit", touchpoint=at.pk), fields)
    at.refresh_from_db()
    assert (at.stage, at.importance) == (two, 2)
    assert _names(organisation) == ["B", "A"]


def test_hand_offs_by_form(as_manager: Client, organisation: Organisation, map_url: Url) -> None:
    at = factories.touchpoint(organisation)
    giver, receiver = factories.team(organisation), factories.team(organisation)
    chain = map_url("hand_offs", touchpoint=at.pk)
    same = {"name": "Order", "giver": giver.pk, "receiver": giver.pk}
    assert "choose two teams" in as_manager.post(chain, same).text
    page = as_manager.post(chain, {**same, "receiver": receiver.pk}, follow=True).text
    made = HandOff.objects.get(touchpoint=at)
    assert f'Remove<span class="visually-hidden"> {made}' in page
    as_manager.post(map_url("hand_off_remove", hand_off=made.pk))
    assert not HandOff.objects.exists()


# Upload


def _upload(client: Client, address: str, content: bytes, name: str = "map.csv") -> str:
    return client.post(address, {"file": SimpleUploadedFile(name, content)}).text


def _signed(page: str) -> str:
    return page.split('name="rows" value="')[1].split('"', maxsplit=1)[0]


def test_an_upload_shows_a_preview_and_then_comes_in(
    as_manager: Client, manager: Membership, organisation: Organisation, map_url: Url
) -> None:
    team = factories.team(organisation, "Façade")
    content = (
        "Stage;Journey;Touchpoint;Channel;Owner email;Team;Importance;Must-be\r\n"
        f"Arrive;Trip;Café;shop;{manager.user.email.upper()};façade;5;yes\r\n"
        "Arrive;Trip;=1+1;;;;;\r\n"
    ).encode("cp1252")
    page = _upload(as_manager, map_url("map_import"), content)
    assert "Bring in 2 touchpoints" in page
    assert not Touchpoint.objects.exists()
    as_manager.post(map_url("map_import"), {"rows": _signed(page)})
    assert _names(organisation) == ["Café", "=1+1"]
    first = Touchpoint.objects.get(name="Café")
    assert (first.team, first.owner, first.importance, first.must_be) == (team, manager, 5, True)
    assert Touchpoint.objects.get(name="=1+1").importance == 3


def test_an_upload_from_a_workbook_brings_known_ones_up_to_date(
    as_manager: Client, organisation: Organisation, map_url: Url
) -> None:
    stage = factories.stage(organisation, "Arrive", journey_of=factories.journey(organisation, "T"))
    at = factories.touchpoint(organisation, "Gate", on=stage)
    Touchpoint.objects.filter(pk=at.pk).update(channel="in person", importance=4)
    book, file = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    for line in (["journey", "stage", "touchpoint", "importance"], ["t", "ARRIVE", "gate", 2]):
        sheet.append(line)
    book.save(file)
    page = _upload(as_manager, map_url("map_import"), file.getvalue(), "map.xlsx")
    assert "0 new touchpoints, 1 to bring up to date" in " ".join(page.split())
    assert "<del>4</del>" in page
    assert "<ins>2</ins>" in page
    as_manager.post(map_url("map_import"), {"rows": _signed(page)})
    at.refresh_from_db()
    assert (at.name, at.importance, at.channel) == ("Gate", 2, "in person")


def test_one_bad_row_keeps_all_out_and_each_problem_is_named(
    as_manager: Client, organisation: Organisation, map_url: Url
) -> None:
    content = (
        b"journey,stage,touchpoint,team,importance,must-be,owner email\n"
        b"T,A,Good,,3,no,\nT,A,good,,3,no,\nT,,Bad,Nobody,9,perhaps,who@example.com\n"
    )
    page = _upload(as_manager, map_url("map_import"), content)
    for words in (
        "Row 3: “good” is on that stage already, in row 2.",
        "Row 4: The stage is missing.",
        "Row 4: There is no team called “Nobody”.",
        "Row 4: No colleague here has the address “who@example.com”.",
        "Row 4: The importance is 1 to 5, not “9”.",
        "Row 4: Must-be is yes or no, not “perhaps”.",
    ):
        assert words in page
    assert 'name="rows"' not in page
    assert not Touchpoint.objects.filter(organisation=organisation).exists()


def test_what_is_exported_comes_back_as_it_was(
    as_manager: Client, manager: Membership, organisation: Organisation, map_url: Url
) -> None:
    team = factories.team(organisation, "+Sales")
    stage = factories.stage(organisation, "'Ask", journey_of=factories.journey(organisation, "=T"))
    at = factories.touchpoint(organisation, "x" * 300, on=stage)
    Touchpoint.objects.filter(pk=at.pk).update(
        channel="-phone",
        team=team,
        owner=manager,
        must_be=True,
        service_standard="In two days,\n“always”; never =later",
        description="@home",
    )
    archived = factories.touchpoint(organisation, "Gone", on=stage)
    archive(row=archived)
    for kind in ("csv", "xlsx"):
        sent = as_manager.get(map_url("map_export", kind=kind)).content
        assert b"Gone" not in sent
        page = _upload(as_manager, map_url("map_import"), sent, f"map.{kind}")
        words = " ".join(page.split())
        assert "0 new touchpoints, 0 to bring up to date, 1 as on the map already" in words
    assert as_manager.get(map_url("map_export", kind="pdf")).status_code == 404


def test_an_edited_export_changes_empties_and_adds(
    as_manager: Client, organisation: Organisation, map_url: Url
) -> None:
    stage = factories.stage(organisation, "S", journey_of=factories.journey(organisation, "J"))
    at = factories.touchpoint(organisation, "Till", on=stage)
    Touchpoint.objects.filter(pk=at.pk).update(
        channel="shop", description="Old", team=factories.team(organisation, "Sales")
    )
    lines = (
        as_manager.get(map_url("map_export", kind="csv")).content.decode("utf-8-sig").splitlines()
    )
    assert lines[1] == "J,S,Till,shop,,Sales,3,no,,Old"
    edited = [lines[0], "J,S,till,,,-,5,,Quick,–", "J,S,Door,shop,,,,,,", "J,New,Bell,,,,,,,"]
    page = _upload(as_manager, map_url("map_import"), "\n".join(edited).encode())
    assert "<em>emptied</em>" in page
    as_manager.post(map_url("map_import"), {"rows": _signed(page)})
    assert _names(organisation) == ["Till", "Door", "Bell"]
    at.refresh_from_db()
    assert (at.channel, at.team, at.importance) == ("shop", None, 5)
    assert (at.service_standard, at.description) == ("Quick", "")


def test_four_hundred_touchpoints_come_in_with_few_queries(
    as_manager: Client,
    organisation: Organisation,
    map_url: Url,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    rows = "".join(f"J,S{n % 8},Place {n},phone,,,{n % 5 + 1},no,,\n" for n in range(400))
    heads = "journey,stage,touchpoint,channel,owner email,team,importance,must-be,"
    heads += "what good looks like,description\n"
    page = _upload(as_manager, map_url("map_import"), (heads + rows).encode("utf-16"))
    with django_assert_max_num_queries(40):
        as_manager.post(map_url("map_import"), {"rows": _signed(page)})
    assert len(_names(organisation)) == 400
    assert as_manager.get(map_url("map")).status_code == 200
    again = _upload(as_manager, map_url("map_import"), (heads + rows).encode("utf-16"))
    assert 'type="submit"' not in again.split("Choose another file")[0].split('name="rows"')[1]


def test_what_is_archived_or_called_alike_is_named(
    as_manager: Client, organisation: Organisation, map_url: Url
) -> None:
    stage = factories.stage(organisation, "S", journey_of=factories.journey(organisation, "J"))
    gone = factories.touchpoint(organisation, "Till", on=stage)
    archive(row=gone)
    top = factories.team(organisation, "North")
    Team.objects.create(organisation=organisation, name="Sales", parent=top)
    factories.team(organisation, "Sales")
    content = b"journey,stage,touchpoint,team\nJ,S,till,\nJ,S,Door,sales\n"
    page = _upload(as_manager, map_url("map_import"), content)
    assert "Row 2: “Till” is archived: restore it first" in page
    assert "Row 3: There are 2 teams called “sales”" in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"journey,stage,touchpoint,Stage\nA,B,C,D\n", "two columns called “stage”"),
        (b"journey,stage\nA,B\n", "We did not find touchpoint"),
        (b"journey,stage,touchpoint\n", "no touchpoints under them"),
        (b"journey,stage,touchpoint\nA,B,C\x00\n", "is not a table"),
        (b"PK\x03\x04 not a workbook", "file"),
        (b"journey,stage,touchpoint\n" + b"".join(b"A,B,%d\n" % n for n in range(1001)), "1,000"),
    ],
)
def test_a_file_that_is_no_map_is_refused_in_words(
    as_manager: Client, map_url: Url, content: bytes, words: str
) -> None:
    page = _upload(as_manager, map_url("map_import"), content)
    assert words in page
    assert 'name="rows"' not in page


def test_a_preview_that_somebody_changed_brings_nothing_in(
    as_manager: Client, map_url: Url
) -> None:
    page = _upload(as_manager, map_url("map_import"), b"journey,stage,touchpoint\nA,B,C\n")
    answer = as_manager.post(
        map_url("map_import"), {"rows": _signed(page)[:-2] + "xx"}, follow=True
    )
    assert "send the file again" in answer.text
    assert not Touchpoint.objects.exists()


# Who may


def test_members_read_and_change_nothing(
    as_member: Client, as_auditor: Client, organisation: Organisation, map_url: Url
) -> None:
    at = factories.touchpoint(organisation, "Gate")
    for client in (as_member, as_auditor):
        page = client.get(map_url("map")).text
        assert "Gate" in page
        assert "Add a touchpoint" not in page
        assert client.post(map_url("row_archive", kind="touchpoint", row=at.pk)).status_code == 403
        assert client.get(map_url("touchpoint_edit", touchpoint=at.pk)).status_code == 403
    assert _names(organisation) == ["Gate"]


def test_another_organisation_s_rows_are_not_found(as_manager: Client, map_url: Url) -> None:
    other = factories.touchpoint(factories.organisation(), "Theirs")
    for name, where in (
        ("touchpoint_edit", {"touchpoint": other.pk}),
        ("hand_offs", {"touchpoint": other.pk}),
        ("stage_edit", {"stage": other.stage_id}),
        ("journey_edit", {"journey": other.stage.journey_id}),
    ):
        assert as_manager.get(map_url(name, **where)).status_code == 404
    assert as_manager.post(map_url("move", kind="touchpoint", row=other.pk)).status_code == 404


@pytest.mark.parametrize("name", ["\x00", "x" * 301, "y" * 100_000, "   "])
def test_bad_names_come_back_with_the_form(as_manager: Client, map_url: Url, name: str) -> None:
    answer = as_manager.post(map_url("journey_add"), {"name": name})
    assert answer.status_code in {200, 400}
    assert not Journey.objects.exists()
