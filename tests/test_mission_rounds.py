"""Asking staff and customers for their words, and bringing in what they write."""

import datetime as dt
import re
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from feedback import services as feedback
from feedback.models import Comment, Invitation, Round
from missions import queries, services
from missions.models import Contribution, Mission, MissionRound, Voice
from missions.reach import NO_ADDRESS, NO_VALUE, UNSUBSCRIBED, reach
from missions.tasks import sweep
from outbox.models import Email
from programme.models import Membership, Person, Role
from tests import factories
from tests.conftest import at_once
from tests.missions import NEXT_YEAR, begin, draft, url


@pytest.fixture
def mission(leader: Membership) -> Mission:
    return begin(leader)


class Page(Protocol):
    """An answer of the test client."""

    @property
    def content(self) -> bytes: ...


def ask(mission: Mission, voice: str = "staff", most_valuable: int | None = None) -> MissionRound:
    assert mission.started_by is not None
    return services.ask_for_words(
        mission=mission,
        voice=voice,
        message="Tell us.",
        asked_by=mission.started_by,
        selection={"most_valuable": most_valuable} if most_valuable else None,
    )


def answer(asked: MissionRound, person: Person, text: str, name: str = "") -> None:
    invitation = Invitation.objects.get(round=asked.round, person=person)
    known = getattr(invitation, "response", None)
    answers = {"words": text, "name": name}
    feedback.submit_response(
        invitation=invitation, answers=answers, version=known.version if known else 0
    )


def html(page: Page) -> str:
    return " ".join(page.content.decode().split())


# Whom it reaches


def test_it_reaches_the_customers_of_most_value_that_can_be_reached(mission: Mission) -> None:
    owner = mission.organisation
    for name, value in (("Ada", 900), ("Bea", 500), ("Cy", 100), ("Dee", None)):
        factories.customer(owner, name, yearly_value=value)
    factories.customer(owner, "No address", yearly_value=5000, email="")
    factories.customer(factories.organisation(), "Elsewhere", yearly_value=9000)
    found = reach(organisation=owner, voice=Voice.CUSTOMER, selection={"most_valuable": 2})
    assert (found.people, found.least_value) == (2, Decimal(500))
    assert found.reasons == ((1, NO_ADDRESS), (1, NO_VALUE))
    assert [one.person.name for one in found.left_out] == ["No address", "Dee"]
    asked = ask(mission, "customer", most_valuable=2)
    invited = Invitation.objects.filter(round=asked.round)
    assert set(invited.values_list("person__name", flat=True)) == {"Ada", "Bea"}


def test_it_reaches_all_staff_that_can_be_reached(mission: Mission) -> None:
    factories.staff(mission.organisation, "Ida")
    factories.staff(mission.organisation, "Jo", email="")
    factories.customer(mission.organisation, "Kit", yearly_value=5)
    factories.staff(mission.organisation, "Lu", unsubscribed_at=timezone.now())
    found = reach(organisation=mission.organisation, voice=Voice.STAFF)
    assert (found.people, found.out_of_reach, found.least_value) == (1, 2, None)
    assert {one.person.name: one.why for one in found.left_out} == {
        "Jo": NO_ADDRESS,
        "Lu": UNSUBSCRIBED,
    }


# Asking


def test_asking_writes_one_email_each_with_a_link_and_the_message(mission: Mission) -> None:
    people = [factories.staff(mission.organisation) for _ in range(3)]
    asked = ask(mission)
    emails = Email.objects.filter(key__startswith=f"round:{asked.round.pk}:")
    assert {email.to_email for email in emails} == {person.email for person in people}
    for email in emails:
        assert "Tell us." in email.text
        assert re.search(r"/a/[\w-]{20,}", email.text)


def test_the_question_says_who_sees_what_and_that_the_name_is_optional(mission: Mission) -> None:
    factories.staff(mission.organisation)
    survey = ask(mission).round.survey
    assert mission.organisation.name in survey.introduction
    assert "{organisation}" not in survey.introduction + survey.title + survey.thanks
    assert "without your name, unless you add it below" in survey.introduction
    words, name, quote = survey.questions.all()
    assert (quote.key, quote.kind, quote.required) == ("quote", "yes-no", False)
    assert (words.key, words.kind, words.required) == ("words", "text", True)
    assert (name.key, name.kind, name.required) == ("name", "short", False)


def test_it_closes_at_the_end_of_a_day_two_weeks_on(mission: Mission) -> None:
    mission.organisation.timezone = "Pacific/Auckland"
    mission.organisation.save()
    factories.staff(mission.organisation)
    there = ZoneInfo("Pacific/Auckland")
    closes_at = ask(mission).round.closes_at
    assert closes_at is not None
    last = closes_at.astimezone(there)
    assert (last.hour, last.minute) == (23, 59)
    assert last.date() == timezone.localdate(timezone=there) + dt.timedelta(days=14)


def test_nobody_to_ask_is_said_and_nothing_is_left_behind(mission: Mission) -> None:
    with pytest.raises(services.MissionsError, match="Nobody would be asked"):
        ask(mission)
    assert not Round.objects.exists()
    assert not MissionRound.objects.exists()


def test_one_open_question_a_voice(mission: Mission) -> None:
    factories.staff(mission.organisation)
    factories.customer(mission.organisation, yearly_value=5)
    first = ask(mission)
    ask(mission, "customer", most_valuable=5)
    with pytest.raises(services.MissionsError, match="already"):
        ask(mission)
    services.close_asking(asked=first)
    assert ask(mission).pk != first.pk


@pytest.mark.django_db(transaction=True)
def test_a_double_click_asks_once() -> None:
    leader = factories.member(factories.organisation(), Role.LEADER)
    mission = begin(leader)
    factories.staff(leader.organisation)
    outcomes = at_once(lambda: ask(mission), lambda: ask(mission))
    assert [type(problem) for problem in outcomes if problem] == [services.MissionsError]
    assert Invitation.objects.filter(organisation=leader.organisation).count() == 1


# Gathering


def test_words_come_in_once_with_the_name_only_where_given(mission: Mission) -> None:
    ida, jo = (factories.staff(mission.organisation, name) for name in ("Ida Holm", "Jo Park"))
    asked = ask(mission)
    answer(asked, ida, "We turn up <b>early</b>")
    answer(asked, jo, "We listen 🫶🏽", name="Jo P.")
    assert services.gather_contributions(mission=mission) == 2
    assert services.gather_contributions(mission=mission) == 0
    kept = mission.contributions.values_list("voice", "text", "signed_name")
    assert set(kept) == {
        ("staff", "We turn up <b>early</b>", ""),
        ("staff", "We listen 🫶🏽", "Jo P."),
    }


@pytest.mark.django_db(transaction=True)
def test_two_who_look_at_once_bring_words_in_once() -> None:
    leader = factories.member(factories.organisation(), Role.LEADER)
    mission = begin(leader)
    people = [factories.staff(leader.organisation) for _ in range(20)]
    asked = ask(mission)
    for person in people:
        answer(asked, person, f"Words of {person.name}")

    def gather() -> object:
        return services.gather_contributions(mission=mission)

    assert at_once(gather, gather) == [None, None]
    assert mission.contributions.count() == 20


def test_the_pages_show_no_name_that_was_not_given(mission: Mission, as_leader: Client) -> None:
    ida = factories.staff(mission.organisation, "Ida Holm")
    answer(ask(mission), ida, "We turn up <b>early</b>")
    assert mission.started_by is not None
    services.add_words(mission=mission, author=mission.started_by, words={"feel": "Mine"})
    for name in ("words", "themes", "draft"):
        shown = html(as_leader.get(url(mission, name)))
        assert "We turn up &lt;b&gt;early&lt;/b&gt;" in shown
        assert "Ida" not in shown


def test_who_changes_an_answer_changes_that_contribution_alone(mission: Mission) -> None:
    ida = factories.staff(mission.organisation)
    asked = ask(mission)
    answer(asked, ida, "We turn up")
    services.gather_contributions(mission=mission)
    before = mission.contributions.get()
    theme = services.create_theme(mission=mission, name="Care", contributions=[before])
    answer(asked, ida, "We turn up early", name="Ida")
    services.gather_contributions(mission=mission)
    after = mission.contributions.get()
    assert (after.pk, after.text, after.signed_name) == (before.pk, "We turn up early", "Ida")
    assert list(theme.contributions.all()) == [after]


def test_a_very_long_name_is_cut_and_taken_once(mission: Mission) -> None:
    ida = factories.staff(mission.organisation)
    answer(ask(mission), ida, "We turn up", name="N" * 4000)
    assert services.gather_contributions(mission=mission) == 1
    assert services.gather_contributions(mission=mission) == 0
    assert mission.contributions.get().signed_name == "N" * 200


def test_a_contribution_goes_with_its_answer(mission: Mission) -> None:
    ida = factories.staff(mission.organisation)
    asked = ask(mission)
    answer(asked, ida, "We turn up")
    services.gather_contributions(mission=mission)
    Invitation.objects.get(person=ida).delete()
    assert not Contribution.objects.exists()


def test_words_of_a_confidential_round_wait_until_released(mission: Mission) -> None:
    ida = factories.staff(mission.organisation)
    asked = ask(mission)
    answer(asked, ida, "We turn up")
    Round.objects.filter(pk=asked.round.pk).update(confidential=True)
    assert services.gather_contributions(mission=mission) == 0
    Comment.objects.filter(round=asked.round).update(released_at=asked.round.created_at)
    assert services.gather_contributions(mission=mission) == 1


def test_the_sweep_brings_words_in_for_open_missions(mission: Mission) -> None:
    ida = factories.staff(mission.organisation)
    answer(ask(mission), ida, "We turn up")
    sweep()
    assert mission.contributions.get().text == "We turn up"


def test_closing_brings_in_the_last_words(mission: Mission, as_leader: Client) -> None:
    ida = factories.staff(mission.organisation)
    asked = ask(mission)
    answer(asked, ida, "We turn up")
    assert "1 of 1" in html(as_leader.get(url(mission, "asking")))
    as_leader.post(url(mission, "ask_close", asked=asked.pk))
    asked.round.refresh_from_db()
    assert asked.round.state == Round.State.CLOSED
    assert mission.contributions.get().text == "We turn up"
    services.close_asking(asked=asked)


def test_adopting_closes_what_is_open_and_takes_in_no_more(
    mission: Mission, leader: Membership
) -> None:
    ida = factories.staff(mission.organisation)
    asked = ask(mission)
    answer(asked, ida, "We turn up")
    adopted = services.adopt(mission=mission, draft=draft(mission, leader), review_on=NEXT_YEAR)
    asked.round.refresh_from_db()
    assert asked.round.state == Round.State.CLOSED
    assert adopted.contributions.get().text == "We turn up"
    Contribution.objects.all().delete()
    assert services.gather_contributions(mission=adopted) == 0
    assert list(queries.missions_that_asked()) == []


# The page


def test_the_page_says_how_many_and_sends_to_just_those(
    mission: Mission, as_leader: Client
) -> None:
    for value in (900, 500, 100):
        factories.customer(mission.organisation, yearly_value=value)
    address = url(mission, "ask", voice="customer")
    assert "Ask 3 people" in html(as_leader.get(address))
    message = "Dear <b>all</b>,\r\n\r\nplease write."
    looked = as_leader.post(address, {"most_valuable": 2, "message": message, "look": 1})
    assert looked.status_code == 200
    assert "Ask 2 people" in html(looked)
    assert "down to a yearly value of 500" in html(looked)
    assert "Dear &lt;b&gt;all&lt;/b&gt;,</p> <p>please write." in html(looked)
    assert not Round.objects.exists()
    data = {"most_valuable": 2, "message": message, "send": 1}
    assert as_leader.post(address, {**data, "shown": 3}).status_code == 422
    assert not Round.objects.exists()
    sent = as_leader.post(address, {**data, "shown": 2})
    assert sent["Location"] == url(mission, "asking")
    assert Invitation.objects.count() == 2
    assert Round.objects.get().message == "Dear <b>all</b>,\n\nplease write."
    again = as_leader.post(address, {**data, "shown": 2})
    assert "already" in html(again)
    assert Invitation.objects.count() == 2


@pytest.mark.parametrize(
    "data",
    [
        {"most_valuable": "", "message": "Hello"},
        {"most_valuable": "-1", "message": "Hello"},
        {"most_valuable": "99999999999999999999", "message": "Hello"},
        {"most_valuable": "many", "message": "Hello"},
        {"most_valuable": "3", "message": ""},
        {"most_valuable": "3", "message": "m" * 10_000},
        {"most_valuable": "3", "message": "nul \x00"},
    ],
)
def test_what_cannot_be_sent_comes_back(
    mission: Mission, as_leader: Client, data: dict[str, str]
) -> None:
    factories.customer(mission.organisation, yearly_value=5)
    answer = as_leader.post(url(mission, "ask", voice="customer"), {**data, "send": 1, "shown": 1})
    assert answer.status_code == 422
    assert data["message"] in answer.content.decode()
    assert not Round.objects.exists()


def test_there_are_two_voices_to_ask(mission: Mission, as_leader: Client) -> None:
    assert as_leader.get(url(mission, "ask", voice="leader")).status_code == 404
    assert as_leader.get(url(mission, "ask", voice="nobody")).status_code == 404
