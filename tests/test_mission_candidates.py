"""Candidates ranked by voice, and suggestions on a draft."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from feedback import services as feedback
from feedback.forms.questions import QuestionForm
from feedback.models import Invitation, Question
from missions import agreement, services
from missions.models import Candidate, Critique, Mission, Ranking, Suggestion
from outbox.models import Email
from programme.models import Membership, Person
from tests import factories
from tests.missions import MARKUP, NEXT_YEAR, begin, draft, html, said, url


@pytest.fixture
def mission(leader: Membership) -> Mission:
    return begin(leader, felt="Proud")


def put_forward(mission: Mission, author: Membership, *texts: str) -> list[Candidate]:
    return [
        services.add_candidate(mission=mission, text=text, author=author)
        for text in texts or ("Ferry", "Quay", "Tide")
    ]


def ask(mission: Mission, voice: str) -> Ranking:
    by = mission.started_by
    assert by is not None
    return services.ask_to_rank(mission=mission, voice=voice, message="Which?", asked_by=by)


def rank(asked: Ranking, person: Person, *best_first: Candidate) -> None:
    invitation = Invitation.objects.get(round=asked.round, person=person)
    answers = {agreement.key_of(one): place for place, one in enumerate(best_first, 1)}
    feedback.submit_response(invitation=invitation, answers=answers, version=0)


def found_orders(mission: Mission) -> list[agreement.Order]:
    return agreement.orders(mission, agreement.rankings(mission), list(mission.candidates.all()))


def firsts(orders: list[agreement.Order]) -> dict[str, list[list[str]]]:
    return {
        order.voice: [sorted(one.text for one in place) for place in order.places]
        for order in orders
    }


# Candidates


def test_voices_are_counted_apart_and_their_disagreement_is_said(
    mission: Mission, leader: Membership
) -> None:
    ferry, quay, tide = put_forward(mission, leader)
    staff = [factories.staff(mission.organisation) for _ in range(3)]
    customers = [factories.customer(mission.organisation, yearly_value=9) for _ in range(3)]
    by_staff, by_customers = ask(mission, "staff"), ask(mission, "customer")
    for person in staff:
        rank(by_staff, person, ferry, quay)
    rank(by_customers, customers[0], tide, ferry, quay)
    rank(by_customers, customers[1], tide, quay, ferry)
    feedback.close_round(round=by_staff.round)
    assert found_orders(mission) == []
    services.close_rankings(mission=mission)
    orders = found_orders(mission)
    assert firsts(orders) == {
        "staff": [["Ferry"], ["Quay"], ["Tide"]],
        "customer": [["Tide"], ["Ferry", "Quay"]],
    }
    assert [order.ballots for order in orders] == [3, 2]
    assert agreement.comparison(orders).startswith("Staff and customers disagree")
    assert agreement.comparison(orders[:1]) == ""


def test_from_three_to_six_and_none_twice(mission: Mission, leader: Membership) -> None:
    factories.staff(mission.organisation)
    put_forward(mission, leader, "One", "Two")
    with pytest.raises(services.MissionsError, match="at least 3"):
        ask(mission, "staff")
    with pytest.raises(services.MissionsError, match="already"):
        put_forward(mission, leader, "one")
    put_forward(mission, leader, "Three", "Four", "Five", "Six")
    with pytest.raises(services.MissionsError, match="6 candidates"):
        put_forward(mission, leader, "Seven")


def test_the_ranking_fixes_the_candidates(mission: Mission, leader: Membership) -> None:
    factories.staff(mission.organisation)
    first, *_ = put_forward(mission, leader)
    ask(mission, "staff")
    with pytest.raises(services.MissionsError, match="has begun"):
        put_forward(mission, leader, "Late")
    with pytest.raises(services.MissionsError, match="has begun"):
        services.take_back_candidate(candidate=first, author=leader)
    with pytest.raises(services.MissionsError, match="asked already"):
        ask(mission, "staff")


def test_a_leader_takes_back_only_their_own(
    mission: Mission, leader: Membership, manager: Membership
) -> None:
    first, *_ = put_forward(mission, leader)
    with pytest.raises(services.MissionsError, match="Only whoever"):
        services.take_back_candidate(candidate=first, author=manager)
    services.take_back_candidate(candidate=first, author=leader)
    assert mission.candidates.count() == 2


def test_the_email_leads_to_as_many_places_as_candidates_and_no_author(
    mission: Mission, leader: Membership, client: Client
) -> None:
    factories.staff(mission.organisation)
    put_forward(mission, leader, "Ferry", "Quay", MARKUP)
    asked = ask(mission, "staff")
    sent = Email.objects.get(key__startswith=f"round:{asked.round.pk}:")
    token = re.search(r"/a/([\w-]{20,})", sent.text)
    assert token is not None
    page = client.get(reverse("answer_link", args=[token[1]]), follow=True)
    shown = html(page)
    assert shown.count('value="3"') == 3
    assert 'value="4"' not in shown
    assert "&lt;script&gt;" in shown
    assert leader.user.name not in shown
    keys = list(asked.round.survey.questions.values_list("key", flat=True))
    address = page.redirect_chain[-1][0]
    done = client.post(address, {f"q-{keys[0]}": "2", f"q-{keys[1]}": "1", "version": "0"})
    assert done.status_code in {302, 303}
    services.close_rankings(mission=mission)
    (order,) = found_orders(mission)
    assert [len(place) for place in order.places] == [1, 1, 1]
    assert agreement.key_of(order.places[0][0]) == keys[1]
    # The round's own page counts places without taking them for moments.
    round_page = reverse("feedback:round", args=[mission.organisation.slug, asked.round.pk])
    client.force_login(leader.user)
    assert client.get(round_page).status_code == 200


def test_no_survey_of_ones_own_asks_for_places() -> None:
    offered = dict(QuestionForm.base_fields["kind"].choices)  # type: ignore[attr-defined]
    assert Question.Kind.RECOMMEND in offered
    assert not offered.keys() & set(Question.MISSION_KINDS)


def test_from_the_page_to_the_draft(
    mission: Mission, leader: Membership, as_leader: Client
) -> None:
    person = factories.staff(mission.organisation)
    for text in ("Ferry", "Quay", "Tide"):
        assert as_leader.post(url(mission, "candidates"), {"text": text}).status_code == 302
    sent = {"message": "Which?", "send": 1, "shown": 1}
    assert as_leader.post(url(mission, "rank_ask", voice="staff"), sent).status_code == 302
    ranking = Ranking.objects.get()
    best = Candidate.objects.get(text="Quay")
    rank(ranking, person, best)
    assert "Being ranked" in html(as_leader.get(url(mission, "candidates")))
    as_leader.post(url(mission, "rank_close"))
    shown = html(as_leader.get(url(mission, "candidates")))
    assert "From 1 ballot." in " ".join(shown.split())
    assert leader.user.name not in shown[shown.index("How they were ranked") :]
    as_leader.post(url(mission, "candidate_draft", candidate=best.pk))
    assert mission.drafts.get().text == "Quay"


@pytest.mark.parametrize("text", ["", "x" * 501, "a\x00b", "y" * 100_000])
def test_a_wrong_candidate_is_said(mission: Mission, as_leader: Client, text: str) -> None:
    assert as_leader.post(url(mission, "candidates"), {"text": text}).status_code == 422
    assert not mission.candidates.exists()


def test_members_read_candidates_and_change_none(
    mission: Mission, leader: Membership, manager: Membership, as_manager: Client
) -> None:
    first, *_ = put_forward(mission, leader)
    assert as_manager.get(url(mission, "candidates")).status_code == 302
    services.add_words(mission=mission, author=manager, words={"feel": "Mine"})
    assert "Ferry" in html(as_manager.get(url(mission, "candidates")))
    answer = as_manager.post(url(mission, "candidates"), {"text": "Mine"})
    assert said(answer) == ["Leaders put candidates forward."]
    for name, where in (
        ("candidate_take_back", {"candidate": first.pk}),
        ("candidate_draft", {"candidate": first.pk}),
        ("rank_ask", {"voice": "staff"}),
        ("rank_close", {}),
    ):
        assert as_manager.post(url(mission, name, **where)).status_code == 403
    assert mission.candidates.count() == 3


# Critique


@pytest.fixture
def critique(mission: Mission, leader: Membership) -> Critique:
    return services.open_critique(mission=mission, draft=draft(mission, leader, "We carry all."))


def suggestion(critique: Critique, author: Membership) -> Suggestion:
    return services.suggest(critique=critique, author=author, weight="must", text="Say whom")


def test_each_suggestion_is_told_what_became_of_it(
    mission: Mission, critique: Critique, manager: Membership, as_leader: Client
) -> None:
    one = suggestion(critique, manager)
    with pytest.raises(services.MissionsError, match="Freeze"):
        services.settle_suggestion(suggestion=one, outcome="taken", why="")
    as_leader.post(url(mission, "critique_freeze", critique=critique.pk))
    with pytest.raises(services.MissionsError, match="frozen"):
        suggestion(critique, manager)
    address = url(mission, "suggestion_outcome", suggestion=one.pk)
    assert as_leader.post(address, {"outcome": "not", "why": ""}).status_code == 422
    assert as_leader.post(address, {"outcome": "not", "why": MARKUP}).status_code == 302
    shown = html(as_leader.get(url(mission, "suggestions")))
    assert "Not taken" in shown
    assert "&lt;script&gt;" in shown


def test_the_next_version_is_shown_word_by_word(
    mission: Mission, critique: Critique, leader: Membership, as_leader: Client
) -> None:
    services.freeze_critique(critique=critique)
    draft(mission, leader, "We carry everyone.")
    shown = html(as_leader.get(url(mission, "suggestions")))
    assert "<del>all</del>" in shown
    assert "<ins>everyone</ins>" in shown


def test_one_critique_at_a_time_and_one_a_version(
    mission: Mission, critique: Critique, leader: Membership
) -> None:
    with pytest.raises(services.MissionsError, match="open to suggestions already"):
        services.open_critique(mission=mission, draft=draft(mission, leader, "Next"))
    services.freeze_critique(critique=critique)
    with pytest.raises(services.MissionsError, match="has had its suggestions"):
        services.open_critique(mission=mission, draft=critique.draft)


def test_members_suggest_and_auditors_only_read(
    mission: Mission,
    critique: Critique,
    manager: Membership,
    as_manager: Client,
    as_auditor: Client,
) -> None:
    services.add_words(mission=mission, author=manager, words={"feel": "Mine"})
    sent = {"weight": "should", "text": "Plainer"}
    as_manager.post(url(mission, "suggestions"), sent)
    assert said(as_auditor.post(url(mission, "suggestions"), sent)) == ["Auditors read only."]
    assert critique.suggestions.get().author == manager
    assert as_manager.post(url(mission, "suggestions"), {"text": "x" * 4000}).status_code == 422
    for name, where in (("critique_open", {}), ("critique_freeze", {"critique": critique.pk})):
        assert as_manager.post(url(mission, name, **where)).status_code == 403


def test_an_adopted_mission_takes_no_more_of_either(
    mission: Mission, critique: Critique, leader: Membership
) -> None:
    services.adopt(mission=mission, draft=critique.draft, review_on=NEXT_YEAR)
    with pytest.raises(services.MissionsError, match="adopted"):
        suggestion(critique, leader)
    with pytest.raises(services.MissionsError, match="adopted"):
        put_forward(mission, leader)


def test_suggestions_and_orders_cost_few_queries(
    mission: Mission,
    critique: Critique,
    leader: Membership,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(4):
        suggestion(critique, factories.member(mission.organisation))
    with django_assert_num_queries(4):
        (found,) = agreement.critiques(mission)
        assert len({str(one.author and one.author.user) for one in found.suggestions.all()}) == 4
    put_forward(mission, leader)
    factories.staff(mission.organisation)
    factories.customer(mission.organisation, yearly_value=1)
    ask(mission, "staff")
    ask(mission, "customer")
    services.close_rankings(mission=mission)
    listed = list(mission.candidates.all())
    with django_assert_num_queries(4):
        assert len(agreement.orders(mission, agreement.rankings(mission), listed)) == 2
