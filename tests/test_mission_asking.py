"""Whom a mission asks, who may be quoted, and where what was answered can be read."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from feedback import services as feedback
from feedback.models import Invitation, Round
from missions import services, usage
from missions.models import Contribution, Mission, Reaction
from missions.reach import reach
from outbox.models import Email
from programme.models import Membership
from tests import factories
from tests.missions import NEXT_YEAR, begin, draft, url
from tests.respondents import link_of, opened
from tests.test_mission_rounds import answer, ask, html


@pytest.fixture
def mission(leader: Membership) -> Mission:
    return begin(leader)


# Whom


def test_customers_of_chosen_segments_target_ones_first(
    mission: Mission, as_leader: Client
) -> None:
    owner = mission.organisation
    rest, target = factories.segment(owner, "All others"), factories.segment(owner, "Walkers")
    target.is_target = True
    target.save()
    inside = factories.customer(owner, segment=target)
    factories.customer(owner, segment=rest)
    address = url(mission, "ask", voice="customer")
    page = html(as_leader.get(address))
    assert page.index("Walkers (target)") < page.index("All others")
    sent = {"whom": "segments", "segments": target.pk, "message": "Tell us."}
    assert "Ask 1 person" in html(as_leader.post(address, {**sent, "look": 1}))
    assert as_leader.post(address, {**sent, "send": 1, "shown": 1}).status_code == 302
    assert Invitation.objects.get().person == inside
    assert Round.objects.get().selection == {"segments": [target.pk]}


def test_customers_found_by_name_and_ticked(mission: Mission, as_leader: Client) -> None:
    owner = mission.organisation
    ada, bea = factories.customer(owner, "Ada Quay"), factories.customer(owner, "Bea Shore")
    factories.customer(factories.organisation(), "Ada Elsewhere")
    address = url(mission, "ask", voice="customer")
    sent = {"whom": "picked", "search": "quay", "message": "Tell us."}
    found = html(as_leader.post(address, {**sent, "look": 1}, headers={"HX-Request": "true"}))
    assert f'id="pick-{ada.pk}"' in found
    assert f'id="pick-{bea.pk}"' not in found
    assert "Ask 0 people" in found
    # Whoever is ticked stays while others are looked for.
    picked = {**sent, "search": "shore", "people": [ada.pk]}
    looked = html(as_leader.post(address, {**picked, "look": 1}))
    assert "1 picked" in looked
    assert f'id="pick-{bea.pk}"' in looked
    picked["people"] = [ada.pk, bea.pk]
    assert as_leader.post(address, {**picked, "send": 1, "shown": 2}).status_code == 302
    assert {one.person for one in Invitation.objects.all()} == {ada, bea}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"whom": "segments"}, "Choose at least one segment."),
        ({"whom": "picked"}, "tick them"),
        ({"whom": "picked", "people": "987654"}, "no longer among your customers"),
        ({"whom": "picked", "people": "x"}, "no longer among your customers"),
        ({"whom": "everyone"}, "Choose again".lower()),
    ],
)
def test_a_choice_of_nobody_asks_nobody(
    mission: Mission, as_leader: Client, data: dict[str, str], problem: str
) -> None:
    factories.customer(mission.organisation, yearly_value=5)
    sent = {**data, "message": "Kept as typed", "send": 1, "shown": 1}
    refused = as_leader.post(url(mission, "ask", voice="customer"), sent)
    assert refused.status_code == 422
    assert problem in html(refused)
    assert "Kept as typed" in html(refused)
    assert not Round.objects.exists()


def test_another_organisations_customers_cannot_be_picked(
    mission: Mission, as_leader: Client
) -> None:
    stranger = factories.customer(factories.organisation())
    sent = {"whom": "picked", "people": stranger.pk, "message": "Hello", "send": 1, "shown": 1}
    assert as_leader.post(url(mission, "ask", voice="customer"), sent).status_code == 422
    assert not Invitation.objects.exists()


def test_the_preview_names_whom_it_leaves_out_and_why(mission: Mission, as_leader: Client) -> None:
    owner = mission.organisation
    factories.customer(owner, "Ada", yearly_value=5)
    factories.customer(owner, "Nobody’s <b>post</b>", email="", yearly_value=9)
    page = html(as_leader.get(url(mission, "ask", voice="customer")))
    assert "1 left out" in page
    assert "1: no address that works" in page
    assert "Nobody’s &lt;b&gt;post&lt;/b&gt;" in page


@pytest.mark.parametrize("many", [1, 3])
def test_the_preview_costs_as_many_queries_for_many(
    mission: Mission, django_assert_num_queries: DjangoAssertNumQueries, many: int
) -> None:
    for _ in range(many):
        factories.customer(mission.organisation, yearly_value=5)
        factories.customer(mission.organisation, email="")
    with django_assert_num_queries(4):
        reach(organisation=mission.organisation, voice="customer", selection={"most_valuable": 20})


# Who may be quoted


def _answer(mission: Mission, **said: str) -> tuple[Client, str, Contribution]:
    """One member of staff who answers on the page, as in a browser."""
    person = factories.staff(mission.organisation)
    asked = ask(mission)
    client, address = opened(link_of(person, asked.round))
    data = {f"q-{key}": value for key, value in said.items()}
    assert client.post(address, {**data, "version": "0"}).status_code == 303
    services.gather_contributions(mission=mission)
    return client, address, Contribution.objects.get()


def test_a_yes_can_be_changed_until_the_close(mission: Mission) -> None:
    client, address, said = _answer(mission, words="We turn up", quote="yes")
    assert said.quotable
    changed = {"q-words": "We turn up", "q-quote": "no", "version": "1"}
    client.post(address, changed)
    services.gather_contributions(mission=mission)
    assert [one.quotable for one in Contribution.objects.all()] == [False]


@pytest.mark.parametrize("said", [{}, {"quote": "-"}, {"quote": "no"}])
def test_no_answer_is_a_no(mission: Mission, said: dict[str, str]) -> None:
    _, _, kept = _answer(mission, words="We turn up", **said)
    assert not kept.quotable


def test_a_quote_is_taken_off_later_and_stays_off(
    mission: Mission, leader: Membership, as_manager: Client
) -> None:
    _, _, said = _answer(mission, words="We turn up", quote="yes")
    adopted = services.adopt(mission=mission, draft=draft(mission, leader), review_on=NEXT_YEAR)
    assert list(usage.quotes(adopted)) == [said]
    assert "Do not quote" in html(as_manager.get(url(mission, "words")))
    taken = as_manager.post(url(mission, "words_take_off", contribution=said.pk))
    assert taken.status_code == 302
    services.gather_contributions(mission=mission)
    assert list(usage.quotes(adopted)) == []
    public = Client().get(reverse("public_mission", args=[mission.organisation.slug]))
    assert "We turn up" not in public.content.decode()


def test_members_take_no_quote_off(mission: Mission, as_member: Client, as_auditor: Client) -> None:
    _, _, said = _answer(mission, words="We turn up", quote="yes")
    for client in (as_member, as_auditor):
        refused = client.post(url(mission, "words_take_off", contribution=said.pk))
        assert refused.status_code == 403


# Where answers are read


def test_the_rounds_own_page_shows_nothing_of_what_was_answered(
    mission: Mission, as_manager: Client
) -> None:
    """Whoever has not written sees others' words nowhere: not on the round's page either."""
    person = factories.staff(mission.organisation)
    asked = ask(mission)
    answer(asked, person, "We turn up")
    services.close_asking(asked=asked)
    page = html(
        as_manager.get(reverse("feedback:round", args=[mission.organisation.slug, asked.round.pk]))
    )
    assert "We turn up" not in page
    assert "is read there" in page


def test_a_link_after_the_close_says_so(mission: Mission) -> None:
    person = factories.staff(mission.organisation)
    asked = ask(mission)
    client, address = opened(link_of(person, asked.round))
    services.close_asking(asked=asked)
    late = client.post(address, {"q-words": "Too late", "version": "0"})
    assert late.status_code == 410
    assert client.get(address).status_code == 410
    services.gather_contributions(mission=mission)
    assert not Contribution.objects.exists()


def test_the_same_person_twice_counts_once(mission: Mission) -> None:
    person = factories.staff(mission.organisation)
    asked = ask(mission)
    for version, text in enumerate(("Once", "Twice")):
        client, address = opened(link_of(person, asked.round))
        client.post(address, {"q-words": text, "version": str(version)})
        services.gather_contributions(mission=mission)
    assert [one.text for one in Contribution.objects.all()] == ["Twice"]
    assert Email.objects.filter(to_email=person.email).count() == 1


# What the examples do to a leader


def test_reactions_are_the_leaders_own_and_no_contribution(
    mission: Mission, as_leader: Client, as_manager: Client
) -> None:
    reacted = as_leader.post(
        url(mission, "words_react"), {"react-ferry": "moves"}, headers={"HX-Request": "true"}
    )
    assert reacted.status_code == 204
    words = {"feel": "Proud", "readiness": "felt", "react-laundry": "cold"}
    assert as_leader.post(url(mission, "words_save"), words).status_code == 302
    assert {one.example: one.moves for one in Reaction.objects.all()} == {
        "ferry": True,
        "laundry": False,
    }
    assert Contribution.objects.count() == 1
    own = html(as_leader.get(url(mission, "words")))
    assert "This moved you" in own
    assert "nobody is left on the quay" in own
    as_manager.post(url(mission, "words_save"), {"feel": "Calm"})
    assert "nobody is left on the quay" not in html(as_manager.get(url(mission, "words")))


def test_reactions_come_back_with_a_form_that_is_wrong(mission: Mission, as_leader: Client) -> None:
    wrong = as_leader.post(url(mission, "words_save"), {"react-ferry": "cold"})
    assert wrong.status_code == 422
    page = html(wrong)
    at = page.index('name="react-ferry" value="cold"')
    assert "checked" in page[at : at + 60]


def test_only_leaders_react(mission: Mission, as_manager: Client) -> None:
    assert as_manager.post(url(mission, "words_react"), {"react-ferry": "moves"}).status_code == 403
    services.react(mission=mission, membership=_leader(mission), reactions={"ferry": None})
    with pytest.raises(services.MissionsError, match="no such example"):
        services.react(mission=mission, membership=_leader(mission), reactions={"nothing": True})
    assert not Reaction.objects.exists()


def _leader(mission: Mission) -> Membership:
    assert mission.started_by is not None
    return mission.started_by


def test_what_a_person_says_of_staff_and_of_customers_is_asked_apart(mission: Mission) -> None:
    """A person who is both is two people to ask, each once."""
    owner = mission.organisation
    address = "both@example.com"
    factories.staff(owner, email=address)
    factories.customer(owner, email=address, yearly_value=5)
    ask(mission)
    ask(mission, "customer", most_valuable=1)
    assert Email.objects.filter(to_email=address).count() == 2
    with pytest.raises(feedback.FeedbackError):
        feedback.save_answers(
            invitation=Invitation.objects.all()[0], answers={"quote": "perhaps"}, version=0
        )
