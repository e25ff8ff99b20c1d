"""Improvements: added from a cell, followed by state, listed and exported."""

import csv
import datetime as dt
import html
import io
import re

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from feedback.models import Case
from programme.models import Membership, Organisation
from tests import factories
from tests.improvements import FIELDS, finished, rate, url
from touchpoints.models import HandOff, Improvement, Touchpoint
from touchpoints.services import (
    TouchpointsError,
    add_improvement,
    change_improvement,
    move_improvement,
)


@pytest.fixture
def done(organisation: Organisation) -> Improvement:
    return finished(organisation)


def test_an_improvement_from_a_cell(
    as_manager: Client, manager: Membership, organisation: Organisation
) -> None:
    at = factories.touchpoint(organisation, "Invoice")
    form = as_manager.get(url(organisation, "improvement_add") + f"?touchpoint={at.pk}").text
    assert f'<option value="{at.pk}" selected>Invoice</option>' in form
    answer = as_manager.post(
        url(organisation, "improvement_add"),
        {**FIELDS, "touchpoint": at.pk, "owner": manager.pk, "due_on": "2020-02-01"},
        follow=True,
    )
    board = as_manager.get(url(organisation)).text
    made = Improvement.objects.get()
    assert (made.touchpoint, made.owner, made.kind) == (at, manager, "rule")
    assert (made.effort, made.impact, made.due_on) == (1, 3, dt.date(2020, 2, 1))
    assert '<span class="tag bad">late</span>' in answer.text
    assert '<span class="tag bad">late</span>' in board
    assert "due 1 February 2020" in board


def test_moved_by_its_buttons_and_done_only_once(
    as_manager: Client, manager: Membership, organisation: Organisation, done: Improvement
) -> None:
    open_one = add_improvement(organisation=organisation, title="Open", due_on=dt.date(2020, 1, 1))
    address = url(organisation, "improvement_move", improvement=open_one.pk)
    for state in ("doing", "done", "planned", "done"):
        page = as_manager.post(address, {"state": state}, follow=True).text
        open_one.refresh_from_db()
        assert open_one.state == state
        assert (open_one.done_on is not None) == (state == "done")
    assert "no evidence yet" in page
    assert "late" not in page.split("</header>")[1]
    log = [note.text for note in open_one.notes.all()]
    assert log[0] == "From planned to done."
    assert log[-1] == "Added."
    assert open_one.notes.all()[0].author == manager
    today = dt.date(2026, 9, 1)
    move_improvement(improvement=done, state="done", today=today, by=manager)
    done.refresh_from_db()
    assert done.done_on == dt.date(2026, 5, 15)
    assert "done or dropped" in as_manager.post(address, {"state": "lost"}, follow=True).text


def test_dropping_asks_first_and_can_be_taken_back(
    as_manager: Client, organisation: Organisation
) -> None:
    one = add_improvement(organisation=organisation, title="Open")
    asked = as_manager.post(
        url(organisation, "improvement_move", improvement=one.pk), {"state": "dropped"}
    )
    drop = url(organisation, "improvement_drop", improvement=one.pk)
    assert asked["Location"] == drop
    one.refresh_from_db()
    assert one.state == "planned"
    page = as_manager.post(drop, {"reason": "The shop closes."}, follow=True).text
    one.refresh_from_db()
    assert one.state == "dropped"
    assert "From planned to dropped. The shop closes." in page
    assert "Take up again" in page
    as_manager.post(url(organisation, "improvement_move", improvement=one.pk), {"state": "doing"})
    one.refresh_from_db()
    assert one.state == "doing"


def test_the_last_why_is_the_cause(as_manager: Client, organisation: Organisation) -> None:
    whys = {"why_1": "Late", "why_2": " ", "why_3": "No van", "why_5": "Nobody plans vans"}
    page = as_manager.post(
        url(organisation, "improvement_add"), {**FIELDS, **whys}, follow=True
    ).text
    made = Improvement.objects.get()
    assert made.whys == ["Late", "No van", "Nobody plans vans"]
    assert made.cause == "Nobody plans vans"
    assert page.index("No van") < page.index("Nobody plans vans") < page.index("the cause")
    edit = url(organisation, "improvement_edit", improvement=made.pk)
    assert 'value="No van"' in as_manager.get(edit).text
    as_manager.post(edit, {**FIELDS, "why_1": "Late"})
    made.refresh_from_db()
    assert (made.whys, made.cause) == (["Late"], "Late")
    with pytest.raises(TouchpointsError, match="at most 5"):
        add_improvement(organisation=organisation, title="X", whys=list("abcdef"))


def test_a_cause_without_whys_is_the_first_of_them(
    as_manager: Client, organisation: Organisation
) -> None:
    made = add_improvement(organisation=organisation, title="X", cause="A long cause")
    page = as_manager.get(url(organisation, "improvement_edit", improvement=made.pk)).text
    assert 'name="why_1" value="A long cause"' in page


def test_a_hand_off_starts_one(as_manager: Client, organisation: Organisation) -> None:
    link = HandOff.objects.create(
        organisation=organisation,
        touchpoint=factories.touchpoint(organisation, "Letter"),
        name="The order",
        giver=factories.team(organisation),
        receiver=factories.team(organisation),
    )
    page = as_manager.get(url(organisation, "improvement_add") + f"?hand_off={link.pk}").text
    assert f'<option value="{link.pk}" selected>The order</option>' in page
    sent = {**FIELDS, "touchpoint": link.touchpoint_id, "hand_off": link.pk}
    as_manager.post(url(organisation, "improvement_add"), sent)
    assert Improvement.objects.get().hand_off == link


def test_a_case_starts_one(as_manager: Client, organisation: Organisation) -> None:
    at = factories.touchpoint(organisation, "Letter")
    case = Case.objects.create(organisation=organisation, title="Never & ever", touchpoint=at)
    page = as_manager.get(reverse("feedback:case", args=[organisation.slug, case.pk])).text
    link = re.search(r'href="([^"]+)">Start an improvement', page)
    assert link
    form = as_manager.get(html.unescape(link[1])).text
    assert 'value="Never &amp; ever"' in form
    assert f'<option value="{at.pk}" selected>Letter</option>' in form


def test_the_log_keeps_who_when_and_what(
    as_member: Client, as_auditor: Client, organisation: Organisation
) -> None:
    one = add_improvement(organisation=organisation, title="X")
    address = url(organisation, "improvement_comment", improvement=one.pk)
    page = as_member.post(address, {"text": "Asked <b>the</b> shop."}, follow=True).text
    assert "Asked &lt;b&gt;the&lt;/b&gt; shop." in page
    assert str(one.notes.all()[0].author.user) in page  # type: ignore[union-attr]
    for empty in ("", "  ", "\n"):
        assert "Write a few words first." in as_member.post(address, {"text": empty}).text
    assert as_auditor.post(address, {"text": "Hello"}).status_code == 403
    assert one.notes.filter(is_change=False).count() == 1


def test_what_changed_is_in_the_log(organisation: Organisation, manager: Membership) -> None:
    one = add_improvement(organisation=organisation, title="X")
    due = dt.date(2027, 1, 31)
    change_improvement(
        improvement=one, title="Y", owner=manager, due_on=due, state="doing", by=manager
    )
    assert one.notes.all()[0].text == (
        f"From planned to under way. Owner: {manager.user}. Due 31 January 2027."
    )
    change_improvement(improvement=one, title="Z", by=manager)
    assert one.notes.count() == 2
    change_improvement(improvement=one, title="Z", owner=None, due_on=None, by=manager)
    assert one.notes.all()[0].text == "Owner: nobody. No due date any more."


@pytest.fixture
def several(organisation: Organisation, manager: Membership) -> dict[str, Improvement]:
    journey = factories.journey(organisation)
    stages = [factories.stage(organisation, name, journey_of=journey) for name in ("Buy", "Use")]
    at = [factories.touchpoint(organisation, str(stage), on=stage) for stage in stages]
    made = (
        ("Late", at[1], manager, dt.date(2020, 1, 1), "mend", 1, 3),
        ("Soon", at[0], None, dt.date(2099, 1, 1), "rule", 3, 3),
        ("=Some day", None, manager, None, "train", 2, 1),
    )
    return {
        title: add_improvement(
            organisation=organisation,
            title=title,
            touchpoint=where,
            owner=owner,
            due_on=due_on,
            kind=kind,
            effort=effort,
            impact=impact,
        )
        for title, where, owner, due_on, kind, effort, impact in made
    }


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Late", "Soon", "=Some day"]),
        ("owner={owner}", ["Late", "=Some day"]),
        ("owner=none", ["Soon"]),
        ("kind=train", ["=Some day"]),
        ("late=yes", ["Late"]),
        ("stage={stage}", ["Late"]),
        ("state=done", []),
        ("sort=worth", ["Late", "Soon", "=Some day"]),
        ("sort=newest", ["=Some day", "Soon", "Late"]),
        ("sort=map", ["Soon", "Late", "=Some day"]),
        ("owner=x&kind=y&stage=-1&state=z&sort=q&late=maybe", ["Late", "Soon", "=Some day"]),
        ("owner=99999999999999999999&stage=9", []),
    ],
)
def test_the_list_and_its_files_show_what_is_asked_for(
    as_member: Client,
    organisation: Organisation,
    manager: Membership,
    several: dict[str, Improvement],
    query: str,
    titles: list[str],
) -> None:
    stage = Touchpoint.objects.get(name="Use").stage_id
    asked = query.format(owner=manager.pk, stage=stage)
    if "99999" in asked:
        titles = []
    page = as_member.get(url(organisation) + f"?view=list&{asked}").text
    shown = re.findall(r'improvements/\d+/">([^<]+)</a>', page)
    assert shown == (titles if "99999" not in asked else [])
    csv_file = as_member.get(url(organisation, "improvements_csv") + f"?{asked}")
    rows = list(csv.DictReader(io.StringIO(csv_file.text.removeprefix("\ufeff"))))
    assert [row["Improvement"].removeprefix("'") for row in rows] == titles
    xlsx = as_member.get(url(organisation, "improvements_xlsx") + f"?{asked}")
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.content)).worksheets[0]
    values = [str(row[0]).removeprefix("'") for row in sheet.iter_rows(values_only=True)]
    assert values[1:] == titles


def test_a_formula_in_a_title_stays_text(
    as_member: Client, organisation: Organisation, several: dict[str, Improvement]
) -> None:
    file = as_member.get(url(organisation, "improvements_csv")).text
    assert "'=Some day" in file


@pytest.mark.parametrize("view", ["board", "list"])
@pytest.mark.parametrize("number", [1, 3])
def test_the_pages_ask_as_often_for_three_as_for_one(
    as_manager: Client,
    organisation: Organisation,
    view: str,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(number):
        one = add_improvement(
            organisation=organisation,
            title="Shorter letters",
            touchpoint=factories.touchpoint(organisation),
            state="done",
            done_on=dt.date(2026, 5, 15),
            expected_net=10,
            expected_in="2026Q3",
        )
        rate(one, {"2026Q1": (9, 9, 9), "2026Q3": (1, 1, 9)})
    queries = {"board": 9, "list": 10}[view]
    with django_assert_num_queries(queries):
        as_manager.get(url(organisation) + f"?view={view}")


def test_a_long_column_ends_in_the_list(as_manager: Client, organisation: Organisation) -> None:
    for number in range(33):
        add_improvement(organisation=organisation, title=f"Number {number}")
    page = as_manager.get(url(organisation)).text
    assert "3 more in the list" in page
    listed = as_manager.get(url(organisation) + "?view=list&page=2").text
    assert listed.count('<tr id="improvement-') == 8


@pytest.mark.parametrize(
    ("state", "done_on", "words"),
    [("done", "", "on which day it was done"), ("planned", "2026-01-01", "says otherwise")],
)
def test_a_day_and_a_state_that_do_not_fit(
    as_manager: Client, organisation: Organisation, state: str, done_on: str, words: str
) -> None:
    page = as_manager.post(
        url(organisation, "improvement_add"), {**FIELDS, "state": state, "done_on": done_on}
    ).text
    assert words in page
    assert "One page that names the order" in page, "nothing typed is lost"
    assert not Improvement.objects.exists()


def test_a_hand_off_belongs_to_its_touchpoint(organisation: Organisation) -> None:
    here, there = factories.touchpoint(organisation), factories.touchpoint(organisation)
    link = HandOff.objects.create(
        organisation=organisation,
        touchpoint=there,
        name="Order",
        giver=factories.team(organisation),
        receiver=factories.team(organisation),
    )
    with pytest.raises(TouchpointsError, match="another touchpoint"):
        add_improvement(organisation=organisation, title="X", touchpoint=here, hand_off=link)
    made = add_improvement(organisation=organisation, title="X", touchpoint=there, hand_off=link)
    change_improvement(improvement=made, title="Y", hand_off=None, state="doing")
    made.refresh_from_db()
    assert (made.title, made.hand_off, made.state) == ("Y", None, "doing")


def test_an_archived_touchpoint_s_improvement_can_still_be_changed(
    as_manager: Client, done: Improvement
) -> None:
    assert done.touchpoint is not None
    Touchpoint.objects.filter(pk=done.touchpoint.pk).update(archived_at="2026-01-01T00:00Z")
    address = url(done.organisation, "improvement_edit", improvement=done.pk)
    assert "Letter</option>" in as_manager.get(address).text
    sent = {**FIELDS, "touchpoint": done.touchpoint_id, "state": "dropped", "title": "Gone"}
    as_manager.post(address, sent)
    done.refresh_from_db()
    assert (done.title, done.state, done.done_on) == ("Gone", "dropped", None)


def test_members_read_and_change_nothing(as_member: Client, done: Improvement) -> None:
    page = as_member.get(url(done.organisation)).text
    assert "Shorter letters" in page
    assert "Add an improvement" not in page
    for name in ("improvement_edit", "improvement_move", "improvement_drop"):
        address = url(done.organisation, name, improvement=done.pk)
        assert as_member.post(address, FIELDS).status_code == 403


def test_another_organisation_s_improvement_is_not_found(
    stranger_client: Client, as_manager: Client, organisation: Organisation
) -> None:
    theirs = add_improvement(organisation=factories.organisation(), title="Theirs")
    for name in (
        *("improvement", "improvement_edit", "improvement_drop"),
        *("improvement_move", "improvement_comment"),
    ):
        address = url(organisation, name, improvement=theirs.pk)
        assert as_manager.post(address, {**FIELDS, "text": "Hello"}).status_code == 404
    foreign = factories.touchpoint(theirs.organisation)
    page = as_manager.post(
        url(organisation, "improvement_add"), {**FIELDS, "touchpoint": foreign.pk}
    )
    assert not Improvement.objects.filter(organisation=organisation).exists()
    assert page.status_code == 200
