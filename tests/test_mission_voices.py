"""Suggestions and consent by link for every voice, what became of them by email, and words of
every kind on the respondent's page."""

import datetime as dt
import re

import pytest
from django.test import Client

from feedback import services as feedback
from feedback.models import Invitation, Response
from missions import agreement, services
from missions.models import (
    Ballot,
    Consent,
    ConsentAnswer,
    Contribution,
    Critique,
    Mission,
    Suggestion,
)
from missions.tasks import sweep
from outbox.models import Email
from programme.models import Membership, Person
from programme.queries import today_at
from tests import factories
from tests.missions import begin, draft, url
from tests.respondents import link_of, opened
from tests.test_mission_rounds import ask, html


@pytest.fixture
def mission(leader: Membership) -> Mission:
    made = begin(leader, felt="Proud")
    draft(made, leader, "We carry everyone.")
    return made


def by_link(person: Person, **answers: str) -> None:
    invitation = Invitation.objects.filter(person=person).latest("pk")
    known = Response.objects.filter(invitation=invitation).first()
    feedback.submit_response(
        invitation=invitation, answers=answers, version=known.version if known else 0
    )


def told(person: Person) -> list[str]:
    return [
        email.text
        for email in Email.objects.filter(
            key__startswith="mission-", to_email=person.email
        ).order_by("pk")
    ]


# Suggestions


def critique_by_email(mission: Mission, leader: Membership, *voices: str) -> Critique:
    critique = services.open_critique(mission=mission, draft=mission.drafts.all()[0])
    for voice in voices:
        services.ask_to_criticise(critique=critique, voice=voice, message="?", asked_by=leader)
    return critique


def test_suggestions_by_link_stand_without_a_name(
    mission: Mission, leader: Membership, as_leader: Client
) -> None:
    ida = factories.staff(mission.organisation, "Ida Hidden")
    kit = factories.customer(mission.organisation, "Kit Hidden")
    critique = critique_by_email(mission, leader, "staff", "customer")
    by_link(ida, must="Say <b>whom</b>.", should="Shorter.")
    by_link(kit, should="Say when.")
    page = html(as_leader.get(url(mission, "suggestions")))
    for said in ("Say &lt;b&gt;whom&lt;/b&gt;.", "Shorter.", "A customer", "Someone on your staff"):
        assert said in page
    assert "Hidden" not in page
    by_link(kit, should="Say when, please.")
    sweep()
    assert sorted(one.text for one in Suggestion.objects.filter(voice="customer")) == [
        "Say when, please."
    ]
    services.freeze_critique(critique=critique)
    with pytest.raises(feedback.RoundClosedError):
        by_link(kit, should="Too late.")
    assert Suggestion.objects.count() == 3
    Response.objects.filter(invitation__person=ida).delete()
    assert Suggestion.objects.count() == 1


def test_each_who_came_by_link_is_told_once_what_became_of_it(
    mission: Mission, leader: Membership
) -> None:
    kit = factories.customer(mission.organisation)
    critique = critique_by_email(mission, leader, "customer")
    by_link(kit, must="Say whom.")
    services.freeze_critique(critique=critique)
    one = Suggestion.objects.get()
    for _ in range(2):
        services.settle_suggestion(suggestion=one, outcome="not", why="<i>Everyone</i> is meant.")
    (text,) = told(kit)
    for said in ("Say whom.", "We have not taken it up.", "<i>Everyone</i> is meant."):
        assert said in text
    assert "&lt;i&gt;Everyone" in Email.objects.get(text=text).html
    services.settle_suggestion(suggestion=one, outcome="taken", why="")
    assert len(told(kit)) == 2


def test_who_unsubscribed_is_left_alone(mission: Mission, leader: Membership) -> None:
    kit = factories.customer(mission.organisation)
    critique = critique_by_email(mission, leader, "customer")
    by_link(kit, must="Say whom.")
    feedback.set_unsubscribed(receiver=kit, unsubscribed=True)
    services.freeze_critique(critique=critique)
    services.settle_suggestion(suggestion=Suggestion.objects.get(), outcome="taken", why="")
    assert told(kit) == []


# Consent


def consent_by_email(mission: Mission, leader: Membership) -> tuple[Person, Person]:
    """Closed: staff love it, a customer objects."""
    ida, kit = factories.staff(mission.organisation), factories.customer(mission.organisation)
    asked = services.open_consent(mission=mission, draft=mission.drafts.all()[0])
    for voice in ("staff", "customer"):
        services.ask_consent(consent=asked, voice=voice, message="?", asked_by=leader)
    by_link(ida, consent="love")
    by_link(kit, consent="object", reason="Too grand", change="Plainer")
    services.answer_consent(
        consent=asked, membership=leader, choice="live", reason="", change_asked=""
    )
    services.close_consent(consent=asked)
    return ida, kit


def test_consent_is_counted_by_voice(
    mission: Mission, leader: Membership, as_leader: Client
) -> None:
    consent_by_email(mission, leader)
    latest = agreement.latest_consent(mission)
    assert latest is not None
    result = agreement.consent_result(latest)
    assert result is not None
    assert [(one.label, one.love, one.live, one.objections) for one in result.voices] == [
        ("Leaders", 0, 1, 0),
        ("Staff", 1, 0, 0),
        ("Customers", 0, 0, 1),
    ]
    assert "A customer objects" in html(as_leader.get(url(mission, "consent")))


def test_it_is_closed_only_with_the_last_of_its_rounds(
    mission: Mission, leader: Membership
) -> None:
    factories.staff(mission.organisation)
    kit = factories.customer(mission.organisation)
    asked = services.open_consent(mission=mission, draft=mission.drafts.all()[0])
    first, last = (
        services.ask_consent(consent=asked, voice=voice, message="?", asked_by=leader)
        for voice in ("staff", "customer")
    )
    feedback.close_round(round=first.round)
    services.settle_consent(mission=mission)
    by_link(kit, consent="love")
    assert Consent.objects.filter(closed_at=None).exists()
    feedback.close_round(round=last.round)
    services.settle_consent(mission=mission)
    assert not Consent.objects.filter(closed_at=None).exists()
    assert ConsentAnswer.objects.get().voice == "customer"


def test_an_objector_by_link_is_told_of_the_override(mission: Mission, leader: Membership) -> None:
    ida, kit = consent_by_email(mission, leader)
    services.override_objection(
        answer=ConsentAnswer.objects.get(choice="object"), because="It must be grand.", by=leader
    )
    _, text = told(kit)
    assert "Too grand" in text
    assert "It must be grand." in text
    assert told(ida) == []


def test_an_objector_by_link_is_told_of_a_new_version(mission: Mission, leader: Membership) -> None:
    _, kit = consent_by_email(mission, leader)
    again = draft(mission, leader, "We get you there.")
    services.open_consent(mission=mission, draft=again)
    _, text = told(kit)
    assert "We get you there." in text


def test_an_objector_by_link_may_withdraw_until_the_adoption(
    mission: Mission, leader: Membership
) -> None:
    ida, kit = consent_by_email(mission, leader)
    (text,) = told(kit)
    assert told(ida) == []
    assert "your objection stands" in text
    link = re.search(r"/objection/\S+", text)
    assert link is not None
    anyone = Client()
    shown = anyone.get(link[0])
    assert "Too grand" in shown.text
    assert services.what_holds_up(mission=mission)  # reading withdraws nothing
    assert anyone.get(f"{link[0][:-3]}xx/").status_code == 404
    assert anyone.post(link[0]).status_code == 303
    assert "Your objection is withdrawn" in anyone.get(link[0]).text
    assert not services.what_holds_up(mission=mission)


def test_after_the_adoption_an_objection_stays_on_record(
    mission: Mission, leader: Membership
) -> None:
    _, kit = consent_by_email(mission, leader)
    found = ConsentAnswer.objects.get(choice="object")
    services.override_objection(answer=found, because="It must be grand.", by=leader)
    services.adopt(
        mission=mission,
        draft=mission.drafts.all()[0],
        review_on=today_at(mission.organisation) + dt.timedelta(30),
    )
    link = re.search(r"/objection/\S+", told(kit)[0])
    assert link is not None
    assert Client().post(link[0]).status_code == 409
    assert "Withdraw my objection" not in Client().get(link[0]).text
    found.refresh_from_db()
    assert found.withdrawn_at is None


# Leaders rank too


def test_leaders_rank_in_the_app_and_are_counted_apart(
    mission: Mission, leader: Membership, as_leader: Client, as_manager: Client
) -> None:
    ida = factories.staff(mission.organisation)
    made = [
        services.add_candidate(mission=mission, text=text, author=leader)
        for text in ("Ferry", "Quay", "Tide")
    ]
    ferry, quay, _ = (agreement.key_of(one) for one in made)
    assert as_leader.post(url(mission, "rank_own"), {ferry: "1"}).status_code == 422
    services.ask_to_rank(mission=mission, voice="staff", message="?", asked_by=leader)
    assert "Give my ranking" in html(as_leader.get(url(mission, "candidates")))
    for wrong in ({}, {ferry: "9"}, {ferry: "x"}):
        assert as_leader.post(url(mission, "rank_own"), wrong).status_code == 422
    assert as_leader.post(url(mission, "rank_own"), {ferry: "1"}).status_code == 302
    assert as_manager.post(url(mission, "rank_own"), {ferry: "1"}).status_code == 403
    assert Ballot.objects.get().places == {ferry: 1}
    feedback.submit_response(
        invitation=Invitation.objects.get(person=ida), answers={quay: 1}, version=0
    )
    assert "Leaders" not in html(as_leader.get(url(mission, "candidates")))
    services.close_rankings(mission=mission)
    page = html(as_leader.get(url(mission, "candidates")))
    assert "Leaders and staff disagree on what comes first." in page
    assert "Leaders put “Ferry” first; staff have it in place 2." in page
    with pytest.raises(services.MissionsError, match="Nothing is being ranked"):
        services.cast_ballot(mission=mission, membership=leader, places={ferry: 2})


# Words of every kind, on the respondent's page


KINDS = [
    pytest.param("Kindness", id="one word"),
    pytest.param("🎉🎉🎉", id="only emoji"),
    pytest.param("אנחנו מקשיבים", id="right to left"),
    pytest.param("我们把每个人送到对岸", id="Chinese"),
    pytest.param("This bloody shambles", id="profanity"),
    pytest.param("<script>alert(1)</script>", id="markup"),
    pytest.param('=HYPERLINK("x")', id="a formula"),
    pytest.param("{{ 7|add:7 }} {% now %}", id="a template"),
]


@pytest.mark.parametrize("text", KINDS)
def test_words_of_any_kind_are_kept_as_they_are(
    mission: Mission, as_leader: Client, text: str
) -> None:
    ida = factories.staff(mission.organisation)
    client, address = opened(link_of(ida, ask(mission).round))
    assert client.post(address, {"q-words": text, "version": "0"}).status_code == 303
    page = as_leader.get(url(mission, "words")).content.decode()
    assert Contribution.objects.get(author=None).text == text
    assert "<script>alert" not in page
    shown = re.sub(r"\s+", " ", page)
    assert text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;") in shown


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_000])
def test_words_that_cannot_be_kept_are_said_at_the_field(mission: Mission, text: str) -> None:
    ida = factories.staff(mission.organisation)
    client, address = opened(link_of(ida, ask(mission).round))
    refused = client.post(address, {"q-words": text, "version": "0"})
    assert refused.status_code == 422
    page = refused.content.decode()
    field = page[page.index('class="question wrong"') :]
    assert 'class="error"' in field[: field.index("<textarea")]
    assert text.strip() in page
    services.gather_contributions(mission=mission)
    assert not Contribution.objects.filter(author=None).exists()
