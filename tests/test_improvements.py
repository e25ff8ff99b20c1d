"""Improvements: added from a cell, followed by state, held against what came."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from programme.models import Membership, Organisation
from tests import factories
from touchpoints.models import HandOff, Improvement, Touchpoint, Voice
from touchpoints.queries import observed_effects
from touchpoints.services import (
    TouchpointsError,
    add_improvement,
    change_improvement,
    finish_improvement,
)


def _url(organisation: Organisation, name: str = "improvements", **where: object) -> str:
    return reverse(f"touchpoints:{name}", kwargs={"organisation": organisation.slug, **where})


FIELDS = {
    "title": "One page that names the order",
    "kind": "rule",
    "effort": "1",
    "impact": "3",
    "state": "planned",
}


@pytest.fixture
def done(organisation: Organisation) -> Improvement:
    """Done in the middle of 2026Q2, at a touchpoint that nobody has rated."""
    return add_improvement(
        organisation=organisation,
        title="Shorter letters",
        touchpoint=factories.touchpoint(organisation, "Letter"),
        state="done",
        done_on=dt.date(2026, 5, 15),
    )


def _rate(improvement: Improvement, quarters: dict[str, tuple[int, int, int]]) -> None:
    assert improvement.touchpoint is not None
    for code, counts in quarters.items():
        when = factories.period(improvement.organisation, code)
        factories.tally(improvement.touchpoint, when, counts, source=code)


def test_an_improvement_from_a_cell(
    as_manager: Client, manager: Membership, organisation: Organisation
) -> None:
    at = factories.touchpoint(organisation, "Invoice")
    form = as_manager.get(_url(organisation, "improvement_add") + f"?touchpoint={at.pk}").text
    assert f'<option value="{at.pk}" selected>Invoice</option>' in form
    answer = as_manager.post(
        _url(organisation, "improvement_add"),
        {**FIELDS, "touchpoint": at.pk, "owner": manager.pk, "due_on": "2020-02-01"},
        follow=True,
    )
    made = Improvement.objects.get()
    assert (made.touchpoint, made.owner, made.kind) == (at, manager, "rule")
    assert (made.effort, made.impact, made.due_on) == (1, 3, dt.date(2020, 2, 1))
    assert '<span class="tag bad">late</span>' in answer.text
    assert "due 1 February 2020" in answer.text


def test_done_by_one_button_and_never_again(
    as_manager: Client, organisation: Organisation, done: Improvement
) -> None:
    open_one = add_improvement(organisation=organisation, title="Open", due_on=dt.date(2020, 1, 1))
    page = as_manager.post(
        _url(organisation, "improvement_done", improvement=open_one.pk), follow=True
    ).text
    open_one.refresh_from_db()
    assert open_one.state == Improvement.State.DONE
    assert open_one.done_on is not None
    assert "tag bad" not in page, "what is done is not late"
    finish_improvement(improvement=done, done_on=dt.date(2026, 9, 1))
    done.refresh_from_db()
    assert done.done_on == dt.date(2026, 5, 15)


@pytest.mark.parametrize(
    ("state", "done_on", "words"),
    [("done", "", "on which day it was done"), ("planned", "2026-01-01", "says otherwise")],
)
def test_a_day_and_a_state_that_do_not_fit(
    as_manager: Client, organisation: Organisation, state: str, done_on: str, words: str
) -> None:
    page = as_manager.post(
        _url(organisation, "improvement_add"), {**FIELDS, "state": state, "done_on": done_on}
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


def test_the_observed_effect_is_before_against_after(done: Improvement) -> None:
    _rate(
        done,
        {
            "2025Q4": (0, 0, 90),
            "2026Q1": (60, 10, 10),
            "2026Q2": (0, 90, 0),  # the quarter in which it happened says neither
            "2026Q3": (10, 10, 60),
        },
    )
    effect = observed_effects(organisation=done.organisation, improvements=[done])[done.pk]
    assert (effect.before.code, effect.after.code) == ("2026Q1", "2026Q3")
    assert effect.real
    assert effect.words == "up 120 points"
    assert effect.low < effect.difference < effect.high


@pytest.mark.parametrize(
    "quarters",
    [
        {},
        {"2026Q1": (9, 9, 9)},
        {"2026Q3": (9, 9, 9)},
        {"2026Q1": (9, 9, 9), "2026Q3": (1, 1, 2)},
    ],
)
def test_no_evidence_yet(
    as_manager: Client, done: Improvement, quarters: dict[str, tuple[int, int, int]]
) -> None:
    _rate(done, quarters)
    assert observed_effects(organisation=done.organisation, improvements=[done]) == {}
    assert "no evidence yet" in as_manager.get(_url(done.organisation)).text


def test_staff_ratings_are_no_evidence_of_what_customers_felt(done: Improvement) -> None:
    assert done.touchpoint is not None
    for code, counts in {"2026Q1": (60, 10, 10), "2026Q3": (10, 10, 60)}.items():
        when = factories.period(done.organisation, code)
        factories.tally(done.touchpoint, when, counts, source=code, voice=Voice.STAFF)
    assert observed_effects(organisation=done.organisation, improvements=[done]) == {}


def test_chance_is_called_chance(as_manager: Client, done: Improvement) -> None:
    _rate(done, {"2026Q1": (12, 10, 8), "2026Q3": (6, 10, 14)})
    page = as_manager.get(_url(done.organisation)).text
    assert "<strong>no detectable change</strong>" in page
    assert "−1 to +74" in page


def test_an_archived_touchpoint_s_improvement_can_still_be_changed(
    as_manager: Client, done: Improvement
) -> None:
    assert done.touchpoint is not None
    Touchpoint.objects.filter(pk=done.touchpoint.pk).update(archived_at="2026-01-01T00:00Z")
    address = _url(done.organisation, "improvement_edit", improvement=done.pk)
    assert "Letter</option>" in as_manager.get(address).text
    sent = {**FIELDS, "touchpoint": done.touchpoint_id, "state": "dropped", "title": "Gone"}
    as_manager.post(address, sent)
    done.refresh_from_db()
    assert (done.title, done.state, done.done_on) == ("Gone", "dropped", None)


def test_members_read_and_change_nothing(as_member: Client, done: Improvement) -> None:
    page = as_member.get(_url(done.organisation)).text
    assert "Shorter letters" in page
    assert "Add an improvement" not in page
    for name in ("improvement_edit", "improvement_done"):
        address = _url(done.organisation, name, improvement=done.pk)
        assert as_member.post(address, FIELDS).status_code == 403


def test_another_organisation_s_improvement_is_not_found(
    stranger_client: Client, as_manager: Client, organisation: Organisation
) -> None:
    theirs = add_improvement(organisation=factories.organisation(), title="Theirs")
    for name in ("improvement_edit", "improvement_done"):
        address = _url(organisation, name, improvement=theirs.pk)
        assert as_manager.post(address, FIELDS).status_code == 404
    foreign = factories.touchpoint(theirs.organisation)
    page = as_manager.post(
        _url(organisation, "improvement_add"), {**FIELDS, "touchpoint": foreign.pk}
    )
    assert not Improvement.objects.filter(organisation=organisation).exists()
    assert page.status_code == 200
