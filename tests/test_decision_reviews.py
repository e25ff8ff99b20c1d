"""A decision looked at again, colleagues invited to judge, and the share that asked."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from feedback.models import Comment
from feedback.services import close_round, open_round
from missions import register, services
from missions.models import Decision, Mission, MissionRound, Weighing
from outbox.models import Email
from programme.models import Membership, Role
from tests import factories
from tests.missions import adopt, begin
from tests.test_compass import TODAY, at, decide, judge, page, put

YESTERDAY = TODAY - dt.timedelta(days=1)
LONG_AGO = TODAY - dt.timedelta(days=100)


@pytest.fixture
def adopted(leader: Membership) -> Mission:
    return adopt(begin(leader), leader, "Warm homes. In time.")


@pytest.fixture
def weighing(adopted: Mission, leader: Membership) -> Weighing:
    return put(adopted, leader)


def overdue(mission: Mission, by: Membership, title: str = "Open on Saturdays") -> Decision:
    return decide(mission, by, title, decided_on=LONG_AGO, review_on=YESTERDAY)


def review_page(decision: Decision) -> str:
    return reverse("missions:decision_review", args=[decision.organisation.slug, decision.pk])


# The question that is never skipped


@pytest.mark.parametrize("nothing", ["", "  \n\t ", "\u200b\u200d", "\u00a0"])
def test_no_way_around_the_customer_question(
    adopted: Mission, leader: Membership, as_leader: Client, nothing: str
) -> None:
    with pytest.raises(services.MissionsError):
        decide(adopted, leader, "Quick", customer_change=nothing)
    with pytest.raises(services.MissionsError):
        services.open_weighing(
            mission=adopted,
            kind="decision",
            question="Quick?",
            customer_change=nothing,
            options=["Yes", "No"],
            opened_by=leader,
        )
    data = {"title": "Quick", "customer_change": nothing, "fit": "helps", "decided_on": TODAY}
    posted = as_leader.post(page(adopted.organisation, "decision_add"), data)
    assert posted.status_code == 422
    assert not Decision.objects.exists()
    kept = decide(adopted, leader, "Slow")
    edit = reverse("missions:decision_edit", args=[adopted.organisation.slug, kept.pk])
    assert as_leader.post(edit, data).status_code == 422
    kept.refresh_from_db()
    assert kept.customer_change == "Sooner home"


@pytest.mark.parametrize("model", [Decision, Weighing])
def test_the_database_knows_the_question_too(
    weighing: Weighing, leader: Membership, model: type[Decision | Weighing]
) -> None:
    decide(weighing.mission, leader, "Slow")
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(customer_change=" \n ")


# Looking at it again


def test_whoever_decided_is_reminded_once(
    adopted: Mission, leader: Membership, manager: Membership, as_manager: Client
) -> None:
    decision = overdue(adopted, manager)
    decide(adopted, manager, "Not yet", review_on=TODAY + dt.timedelta(days=9))
    assert services.remind_of_decisions() == 1
    assert services.remind_of_decisions() == 0
    email = Email.objects.get()
    assert email.to_email == manager.user.email
    assert "Did it do for the customer what we said?" in email.subject
    assert "Sooner home" in email.text
    link = email.text[email.text.index("/o/") :].split()[0]
    assert link == review_page(decision)
    assert "Sooner home" in as_manager.get(link).content.decode()
    # Another date is another reminder.
    Decision.objects.filter(pk=decision.pk).update(review_on=TODAY)
    assert services.remind_of_decisions() == 1
    assert Email.objects.count() == 2


def test_many_that_are_due_are_one_email(adopted: Mission, manager: Membership) -> None:
    for n in range(30):
        overdue(adopted, manager, f"Number {n} <i>")
    assert services.remind_of_decisions() == 30
    email = Email.objects.get()
    assert email.subject == "30 decisions to look at again"
    assert "and 20 more" in email.text
    assert "reviewed=due" in email.text
    assert "<i>" not in email.html


def test_leaders_are_asked_where_the_decider_has_left(
    adopted: Mission, leader: Membership, manager: Membership
) -> None:
    overdue(adopted, manager)
    overdue(adopted, reader := factories.member(adopted.organisation), "Another")
    manager.delete()
    Membership.objects.filter(pk=reader.pk).update(role=Role.AUDITOR)
    services.remind_of_decisions()
    assert Email.objects.get().to_email == leader.user.email
    assert Email.objects.get().subject.startswith("2 ")


def test_what_came_of_it_is_kept(adopted: Mission, leader: Membership, as_leader: Client) -> None:
    decision = overdue(adopted, leader)
    for data in ({"outcome": "They came"}, {"kept": "yes"}, {"kept": "maybe", "outcome": "Well"}):
        answer = as_leader.post(review_page(decision), data)
        assert answer.status_code == 422
    assert "Well" in answer.content.decode()
    as_leader.post(review_page(decision), {"kept": "partly", "outcome": "Half of them came"})
    decision.refresh_from_db()
    assert (decision.kept, decision.outcome) == ("partly", "Half of them came")
    assert decision.reviewed_on is not None
    assert services.remind_of_decisions() == 0
    seen = as_leader.get(page(adopted.organisation, "decisions")).content.decode()
    assert "Did what we said: partly" in seen
    review = as_leader.get(page(adopted.organisation, "review")).content.decode()
    assert "1 partly" in review


def test_members_do_not_review(adopted: Mission, leader: Membership, as_member: Client) -> None:
    decision = overdue(adopted, leader)
    data = {"kept": "yes", "outcome": "They came"}
    assert as_member.post(review_page(decision), data).status_code == 403
    decision.refresh_from_db()
    assert decision.kept == ""


# Inviting to judge


def test_colleagues_are_asked_by_email_once(
    weighing: Weighing, manager: Membership, as_leader: Client, as_manager: Client
) -> None:
    invite = at(weighing, "weighing_invite")
    as_leader.post(invite, {"colleagues": [manager.pk]})
    as_leader.post(invite, {"colleagues": [manager.pk]})
    email = Email.objects.get()
    assert email.to_email == manager.user.email
    assert weighing.question in email.subject
    assert weighing.customer_change in email.text
    link = email.text[email.text.index("/o/") :].split()[0]
    assert link == at(weighing)
    assert "Judge it by yourself" in as_manager.get(link).content.decode()
    judge(weighing, manager, "helps")
    # Who has judged is told by nothing, only how many.
    assert "1 person has judged" in as_leader.get(at(weighing)).content.decode()


def test_who_cannot_be_asked(
    weighing: Weighing, leader: Membership, as_leader: Client, as_member: Client
) -> None:
    auditor = factories.member(weighing.organisation, Role.AUDITOR)
    stranger = factories.member(factories.organisation())
    for colleagues in ([auditor.pk], [stranger.pk], ["abc"], [], ["9" * 30]):
        invite = as_leader.post(at(weighing, "weighing_invite"), {"colleagues": colleagues})
        assert invite.status_code == 302
    assert as_member.post(at(weighing, "weighing_invite")).status_code == 403
    assert not Email.objects.exists()
    assert not weighing.invites.exists()


def test_nobody_is_asked_after_the_reveal(
    weighing: Weighing, leader: Membership, manager: Membership
) -> None:
    judge(weighing, leader, "helps")
    judge(weighing, manager, "helps")
    services.reveal(weighing=weighing)
    with pytest.raises(services.MissionsError):
        services.invite_judges(
            weighing=weighing,
            colleagues=[factories.member(weighing.organisation)],
            invited_by=leader,
        )
    assert not Email.objects.exists()


def test_strangers_and_auditors_judge_nothing(weighing: Weighing) -> None:
    for someone in (
        factories.member(factories.organisation()),
        factories.member(weighing.organisation, Role.AUDITOR),
    ):
        with pytest.raises(services.MissionsError):
            judge(weighing, someone, "helps")


def test_where_they_differ_is_said_first(
    weighing: Weighing, leader: Membership, manager: Membership, as_leader: Client
) -> None:
    judge(weighing, leader, "helps", "neutral", "helps", "neutral")
    judge(weighing, manager, "hurts", "neutral", "helps", "neutral")
    services.reveal(weighing=weighing)
    seen = as_leader.get(at(weighing)).content.decode()
    assert "You differ on 1 of 2 parts of the mission" in seen
    assert "This is where the disagreement lies" in seen


# The register


def test_the_register_is_searched(
    adopted: Mission, leader: Membership, manager: Membership, as_leader: Client
) -> None:
    decide(adopted, leader, "Open on Saturdays", asked_first=True)
    decide(adopted, manager, "Close at noon", customer_change="Nobody waits", asked_first=False)
    decide(adopted, manager, "Буря 100%", outcome="All of it")

    def shown(query: str) -> set[str]:
        seen = as_leader.get(page(adopted.organisation, "decisions") + query).content.decode()
        found = ("Open on Saturdays", "Close at noon", "Буря 100%")
        return {title for title in found if title in seen}

    assert shown("?q=saturdays+open") == {"Open on Saturdays"}
    assert shown("?q=NOBODY") == {"Close at noon"}
    assert shown("?q=all+of") == {"Буря 100%"}
    assert shown("?q=%25") == {"Буря 100%"}
    assert shown("?asked=yes") == {"Open on Saturdays"}
    assert shown("?asked=no") == {"Close at noon"}
    assert shown("?asked=unknown") == {"Буря 100%"}
    assert shown(f"?by={manager.pk}&asked=no") == {"Close at noon"}
    assert len(shown("?by=abc&asked=perhaps")) == 3
    assert shown(f"?q={'x' * 5000}") == set()


def test_the_share_by_quarter_goes_by_the_organisations_own_year(
    adopted: Mission, leader: Membership
) -> None:
    adopted.organisation.financial_year_first_month = 4
    for day, asked in (
        (dt.date(2026, 3, 31), True),
        (dt.date(2026, 4, 1), True),
        (dt.date(2026, 6, 30), False),
        (dt.date(2026, 7, 1), None),
    ):
        decide(adopted, leader, str(day), decided_on=day, asked_first=asked)
    quarters = register.share_by_quarter(adopted.organisation)
    assert [(one.quarter.code, one.share.asked, one.share.known) for one in quarters] == [
        ("2026Q4", 1, 1),
        ("2027Q1", 1, 2),
    ]


def test_the_register_in_print(adopted: Mission, leader: Membership, as_auditor: Client) -> None:
    decide(adopted, leader, "<b>Open</b> on Saturdays", asked_first=True)
    address = page(adopted.organisation, "decisions").rstrip("/") + "/table.pdf"
    answer = as_auditor.get(address + "?asked=yes")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_register(
    adopted: Mission,
    leader: Membership,
    as_leader: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for n in range(count):
        decide(adopted, leader, f"Number {n}", asked_first=True)
        put(adopted, leader, f"Question {n}")
    as_leader.get(page(adopted.organisation, "decisions"))
    with django_assert_num_queries(10):
        as_leader.get(page(adopted.organisation, "decisions"))


def test_a_thousand_decisions_are_paged(
    adopted: Mission, leader: Membership, as_leader: Client
) -> None:
    Decision.objects.bulk_create(
        Decision(
            organisation=adopted.organisation,
            mission=adopted,
            title=f"Number {n}",
            customer_change="Sooner home",
            fit="helps",
            decided_on=TODAY,
            decided_by=leader,
        )
        for n in range(1000)
    )
    seen = as_leader.get(page(adopted.organisation, "decisions")).content.decode()
    assert seen.count("<li>") < 100
    assert "Page 1 of 20" in seen
    table = page(adopted.organisation, "decisions").rstrip("/") + "/table.csv"
    assert as_leader.get(table).content.decode().count("Number ") == 1000
    print_it = as_leader.get(table.replace(".csv", ".pdf") + "?fit=helps", follow=True)
    assert "up to 200 decisions at once: these are 1000" in print_it.content.decode()
    assert print_it.redirect_chain[0][0].endswith("?fit=helps")


# The review


def test_the_review_gathers_what_customers_said_since(
    adopted: Mission, leader: Membership, as_leader: Client
) -> None:
    person = factories.customer(adopted.organisation)
    factories.customer(adopted.organisation)
    sent = factories.draft_round(adopted.organisation)
    open_round(round=sent)
    invitation = sent.invitations.get(person=person)
    factories.submitted(invitation, recommend=9, comment="<i>You came in time</i>")
    shown = "&lt;i&gt;You came in time"
    review = page(adopted.organisation, "review")
    assert shown not in as_leader.get(review).content.decode()
    close_round(round=sent)
    assert Comment.objects.get().released_at is not None
    assert shown in as_leader.get(review).content.decode()
    Mission.objects.update(adopted_on=timezone.localdate() + dt.timedelta(days=2))
    assert shown not in as_leader.get(review).content.decode()
    Mission.objects.update(adopted_on=TODAY)
    assert shown in as_leader.get(review).content.decode()
    # What a mission asks for itself is no evidence on how it does.
    MissionRound.objects.create(
        organisation=adopted.organisation, mission=adopted, voice="customer", round=sent
    )
    assert shown not in as_leader.get(review).content.decode()
