"""Consent: hidden until the close, and objections that block adoption."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from feedback import services as feedback
from feedback.models import Invitation, Response
from missions import agreement, queries, services
from missions.models import Consent, ConsentAnswer, ConsentRound, Mission
from programme.models import Membership, Person, Role
from tests import factories
from tests.missions import MARKUP, NEXT_YEAR, begin, draft, html, said, url

OBJECTS = {"choice": "object", "reason": "Too long", "change_asked": "Half of it"}
LOVES = {"choice": "love", "reason": "", "change_asked": ""}


@pytest.fixture
def mission(leader: Membership) -> Mission:
    made = begin(leader, felt="Proud")
    draft(made, leader)
    return made


def ask(mission: Mission, *, ask_staff: bool = False) -> Consent:
    drafted, by = mission.drafts.first(), mission.started_by
    assert drafted is not None
    assert by is not None
    asked = services.open_consent(mission=mission, draft=drafted)
    if ask_staff:
        services.ask_consent(consent=asked, voice="staff", message="Well?", asked_by=by)
    return asked


def adopt(mission: Mission) -> Mission:
    drafted = mission.drafts.first()
    assert drafted is not None
    return services.adopt(mission=mission, draft=drafted, review_on=NEXT_YEAR)


def objection(mission: Mission, by: Membership) -> ConsentAnswer:
    """Of a closed asking."""
    asked = ask(mission)
    services.answer_consent(consent=asked, membership=by, **OBJECTS)
    services.close_consent(consent=asked)
    return asked.answers.get()


def by_email(asked: Consent, person: Person, **answers: str) -> None:
    invitation = Invitation.objects.get(round__consent_round__consent=asked, person=person)
    feedback.submit_response(invitation=invitation, answers=answers, version=0)


def test_a_mission_that_asks_nobody_is_adopted_all_the_same(mission: Mission) -> None:
    step = queries.progress(mission).next_step
    assert step is not None
    assert step.label == "Ask others"
    assert next(s for s in queries.progress(mission).steps if s.label == "Agree").optional
    assert adopt(mission).state == Mission.State.ADOPTED


def test_adoption_waits_for_the_close(mission: Mission, leader: Membership) -> None:
    asked = ask(mission)
    services.answer_consent(consent=asked, membership=leader, **LOVES)
    with pytest.raises(services.MissionsError, match="still being asked"):
        adopt(mission)
    services.close_consent(consent=asked)
    assert adopt(mission).state == Mission.State.ADOPTED


def test_an_objection_blocks_every_version_until_it_is_withdrawn(
    mission: Mission, leader: Membership, manager: Membership
) -> None:
    found = objection(mission, manager)
    draft(mission, leader, "Another text")
    with pytest.raises(services.MissionsError, match="1 objection stands"):
        adopt(mission)
    with pytest.raises(services.MissionsError, match="Only whoever objected"):
        services.withdraw_objection(answer=found, membership=leader)
    services.withdraw_objection(answer=found, membership=manager)
    assert adopt(mission).state == Mission.State.ADOPTED


def test_asking_again_about_a_new_version_answers_an_objection(
    mission: Mission, leader: Membership, manager: Membership
) -> None:
    objection(mission, manager)
    draft(mission, leader, "Half of it")
    again = ask(mission)
    services.answer_consent(consent=again, membership=manager, **LOVES)
    services.close_consent(consent=again)
    assert adopt(mission).statement == "Half of it"


def test_an_override_needs_a_reason_and_the_public_page_shows_it(
    mission: Mission, leader: Membership, manager: Membership, client: Client
) -> None:
    found = objection(mission, manager)
    with pytest.raises(services.MissionsError, match="public page"):
        services.override_objection(answer=found, because=" ", by=leader)
    services.override_objection(answer=found, because=f"We heard it. {MARKUP}", by=leader)
    adopt(mission)
    shown = html(client.get(reverse("public_mission", args=[mission.organisation.slug])))
    assert "We heard it. &lt;script&gt;" in shown
    assert "Too long" not in shown


def test_an_objection_cannot_be_overridden_before_the_close(
    mission: Mission, leader: Membership
) -> None:
    asked = ask(mission)
    services.answer_consent(consent=asked, membership=leader, **OBJECTS)
    with pytest.raises(services.MissionsError, match="no objection here"):
        services.override_objection(answer=asked.answers.get(), because="Now", by=leader)


def test_an_objection_needs_reason_and_change(mission: Mission, leader: Membership) -> None:
    asked = ask(mission)
    with pytest.raises(services.MissionsError, match="needs its reason"):
        services.answer_consent(
            consent=asked, membership=leader, choice="object", reason="No", change_asked=" "
        )
    assert not asked.answers.exists()


def test_staff_answer_by_email_and_count_once(mission: Mission, leader: Membership) -> None:
    owner = mission.organisation
    both = factories.staff(owner, email=leader.user.email.upper())
    ida, jo = factories.staff(owner, "Ida"), factories.staff(owner, "Jo")
    asked = ask(mission, ask_staff=True)
    services.answer_consent(consent=asked, membership=leader, **LOVES)
    by_email(asked, both, consent="object", reason="Twice")
    by_email(asked, ida, consent="object", reason="Too grand", change="Plainer")
    by_email(asked, jo, consent="live")
    assert agreement.consent_result(asked) is None
    services.close_consent(consent=asked)
    asked.refresh_from_db()
    result = agreement.consent_result(asked)
    assert result is not None
    assert (result.love, result.live) == (1, 1)
    assert [(one.reason, one.change_asked) for one in result.objections] == [
        ("Too grand", "Plainer")
    ]
    Response.objects.filter(invitation__person=ida).delete()
    assert asked.answers.count() == 2


def test_a_round_that_closes_by_itself_closes_the_consent(
    mission: Mission, leader: Membership
) -> None:
    ida = factories.staff(mission.organisation, "Ida")
    asked = ask(mission, ask_staff=True)
    by_email(asked, ida, consent="object")
    feedback.close_round(round=asked.rounds.get().round)
    with pytest.raises(services.MissionsError, match="1 objection stands"):
        adopt(mission)
    services.settle_consent(mission=mission)
    assert asked.answers.get().reason == "No reason was given."
    with pytest.raises(services.MissionsError, match="closed"):
        services.answer_consent(consent=asked, membership=leader, **LOVES)


def test_one_asking_at_a_time(mission: Mission) -> None:
    ask(mission)
    with pytest.raises(services.MissionsError, match="already"):
        ask(mission)


def test_nobody_on_the_staff_list_is_said_and_nothing_is_kept(mission: Mission) -> None:
    with pytest.raises(services.MissionsError, match="Nobody would be asked"):
        ask(mission, ask_staff=True)
    assert not ConsentRound.objects.exists()


# Pages


def test_answers_stay_hidden_until_the_close(
    mission: Mission, manager: Membership, as_leader: Client
) -> None:
    assert as_leader.post(url(mission, "consent_open"), {"message": ""}).status_code == 302
    asked = Consent.objects.get()
    services.answer_consent(consent=asked, membership=manager, **OBJECTS)
    assert "Too long" not in html(as_leader.get(url(mission, "consent")))
    as_leader.post(url(mission, "consent_close", consent=asked.pk))
    shown = html(as_leader.get(url(mission, "consent")))
    assert "Too long" in shown
    assert "1 objection stands" in shown
    answer = as_leader.post(url(mission, "adopt"), {"version": 1, "review_on": NEXT_YEAR})
    assert answer.status_code == 422
    assert "1 objection stands" in html(answer)
    over = url(mission, "objection_override", answer=asked.answers.get().pk)
    assert as_leader.post(over, {"because": ""}).status_code == 422
    assert as_leader.post(over, {"because": "We read it."}).status_code == 302
    answer = as_leader.post(url(mission, "adopt"), {"version": 1, "review_on": NEXT_YEAR})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"choice": "object", "reason": "Typed", "change_asked": ""},
        {"choice": "adore"},
        {"choice": "object", "reason": "a\x00b", "change_asked": "x"},
        {"choice": "object", "reason": "x" * 100_000, "change_asked": "x"},
    ],
)
def test_a_wrong_answer_is_said_and_kept_in_the_form(
    mission: Mission, as_leader: Client, sent: dict[str, str]
) -> None:
    asked = ask(mission)
    answer = as_leader.post(url(mission, "consent_answer", consent=asked.pk), sent)
    assert answer.status_code == 422
    if sent.get("reason") == "Typed":
        assert "Typed</textarea>" in html(answer)
    assert not asked.answers.exists()


def test_only_leaders_ask_close_and_override(
    mission: Mission, manager: Membership, as_manager: Client, as_auditor: Client
) -> None:
    services.add_words(mission=mission, author=manager, words={"feel": "Mine"})
    found = objection(mission, manager)
    for client in (as_manager, as_auditor):
        assert client.get(url(mission, "consent")).status_code == 200
        for name, where in (
            ("consent_open", {}),
            ("consent_close", {"consent": found.consent_id}),
            ("objection_override", {"answer": found.pk}),
        ):
            assert client.post(url(mission, name, **where)).status_code == 403
    answer = as_auditor.post(url(mission, "consent_answer", consent=found.consent_id), LOVES)
    assert answer.status_code == 403
    withdrawn = as_manager.post(url(mission, "objection_withdraw", answer=found.pk))
    assert said(withdrawn) == ["Your objection is withdrawn. It stays on record as that."]


def test_others_organisations_see_nothing(
    mission: Mission, as_user: Callable[[User], Client]
) -> None:
    stranger = factories.member(factories.organisation(), Role.LEADER)
    asked = ask(mission)
    address = reverse(
        "missions:consent_answer", args=[stranger.organisation.slug, mission.pk, asked.pk]
    )
    assert as_user(stranger.user).post(address, LOVES).status_code == 404


def test_the_page_costs_as_many_queries_with_many_objections(
    mission: Mission, as_leader: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asked = ask(mission)
    for _ in range(5):
        member = factories.member(mission.organisation)
        services.answer_consent(consent=asked, membership=member, **OBJECTS)
    services.close_consent(consent=asked)
    asked = Consent.objects.get()
    with django_assert_num_queries(1):
        result = agreement.consent_result(asked)
        assert result is not None
        assert len({one.membership.user.name for one in result.objections if one.membership}) == 5
    address = url(mission, "consent")
    with django_assert_num_queries(11):
        as_leader.get(address)
