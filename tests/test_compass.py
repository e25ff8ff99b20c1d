"""The compass: options weighed apart and then together, the register, the review of clauses."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from missions import register, services, usage
from missions.models import Decision, Judgement, Mission, StatementClause, Weighing
from programme.models import Membership, Organisation, Role
from programme.tables import read_table
from tests import factories
from tests.missions import adopt, begin

TODAY = timezone.localdate()
STATEMENT = "Warm homes for everyone. We come when we said we would."


@pytest.fixture
def adopted(leader: Membership) -> Mission:
    return adopt(begin(leader), leader, STATEMENT)


@pytest.fixture
def weighing(adopted: Mission, leader: Membership) -> Weighing:
    return put(adopted, leader)


def put(mission: Mission, by: Membership, question: str = "Do we open on Saturdays?") -> Weighing:
    return services.open_weighing(
        mission=mission,
        kind="disagreement",
        question=question,
        customer_change="They can be at home",
        options=["Open", "Leave it"],
        opened_by=by,
    )


def places(weighing: Weighing) -> list[tuple[int, int]]:
    return [
        (option.pk, clause.pk)
        for option in weighing.options.all()
        for clause in weighing.mission.statement_clauses.all()
    ]


def judge(weighing: Weighing, by: Membership, *answers: str) -> None:
    """Answers by option, then by clause; one stands for all."""
    given = answers * (len(places(weighing)) // len(answers))
    services.judge(
        weighing=weighing,
        membership=by,
        answers=dict(zip(places(weighing), given, strict=True)),
    )


def at(weighing: Weighing, name: str = "weighing") -> str:
    return reverse(f"missions:{name}", args=[weighing.organisation.slug, weighing.pk])


def page(organisation: Organisation, name: str) -> str:
    return reverse(f"missions:{name}", args=[organisation.slug])


def decide(mission: Mission, by: Membership, title: str, **fields: object) -> Decision:
    given: dict[str, object] = {
        "customer_change": "Sooner home",
        "fit": "helps",
        "outcome": "",
        "decided_on": TODAY,
        **fields,
    }
    return services.record_decision(mission=mission, title=title, decided_by=by, **given)  # type: ignore[arg-type]


# Clauses


def test_clauses_are_numbered_once(adopted: Mission) -> None:
    first = services.number_clauses(mission=adopted)
    assert [one.text for one in first] == [
        "Warm homes for everyone",
        "We come when we said we would",
    ]
    assert services.number_clauses(mission=adopted) == first
    assert StatementClause.objects.count() == 2


def test_a_statement_without_clauses_is_one(adopted: Mission) -> None:
    StatementClause.objects.all().delete()
    adopted.statement = "…"
    (only,) = services.number_clauses(mission=adopted)
    assert only.text == "…"


def test_only_an_adopted_mission_is_a_compass(leader: Membership) -> None:
    mission = begin(leader)
    with pytest.raises(services.MissionsError):
        put(mission, leader)
    assert not Weighing.objects.exists()


# Apart, then together


def test_what_others_said_is_hidden_until_the_reveal(
    weighing: Weighing, leader: Membership, manager: Membership, as_manager: Client
) -> None:
    judge(weighing, leader, "hurts")
    before = as_manager.get(at(weighing)).content.decode()
    assert "1 hurts" not in before
    assert "checked" not in before
    judge(weighing, manager, "helps")
    services.reveal(weighing=weighing)
    after = as_manager.get(at(weighing)).content.decode()
    assert after.count("1 hurts") == 4
    assert after.count("1 helps") == 4
    assert after.count("You differ here") == 4


def test_a_single_judgement_is_not_revealed(
    weighing: Weighing, leader: Membership, manager: Membership, as_leader: Client
) -> None:
    judge(weighing, leader, "helps")
    as_leader.post(at(weighing, "weighing_reveal"))
    weighing.refresh_from_db()
    assert weighing.revealed_at is None
    judge(weighing, manager, "helps")
    as_leader.post(at(weighing, "weighing_reveal"))
    weighing.refresh_from_db()
    assert weighing.revealed_at is not None


def test_who_works_alone_may_reveal_alone(weighing: Weighing, leader: Membership) -> None:
    factories.member(leader.organisation, Role.AUDITOR)
    judge(weighing, leader, "helps")
    services.reveal(weighing=weighing)
    weighing.refresh_from_db()
    assert weighing.revealed_at is not None


def test_a_judgement_is_changed_until_the_reveal_and_never_after(
    weighing: Weighing, leader: Membership
) -> None:
    judge(weighing, leader, "helps")
    judge(weighing, leader, "hurts")
    assert set(Judgement.objects.values_list("answer", flat=True)) == {"hurts"}
    assert Judgement.objects.count() == 4
    services.reveal(weighing=weighing)
    with pytest.raises(services.MissionsError):
        judge(weighing, leader, "helps")
    assert set(Judgement.objects.values_list("answer", flat=True)) == {"hurts"}


def test_half_a_judgement_is_given_back_as_it_was(weighing: Weighing, as_member: Client) -> None:
    (first, *_) = places(weighing)
    name = f"judge-{first[0]}-{first[1]}"
    answer = as_member.post(at(weighing, "weighing_judge"), {name: "hurts"})
    assert answer.status_code == 422
    assert "3 are still open" in answer.content.decode()
    assert answer.content.decode().count("checked") == 1
    assert not Judgement.objects.exists()


@pytest.mark.parametrize("value", ["", "loves", "\x00", "x" * 100_000])
def test_a_judgement_is_one_of_three(weighing: Weighing, as_member: Client, value: str) -> None:
    data = {f"judge-{option}-{clause}": value for option, clause in places(weighing)}
    assert as_member.post(at(weighing, "weighing_judge"), data).status_code == 422
    assert not Judgement.objects.exists()


# Putting a question, deciding


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("customer_change", " "),
        ("question", ""),
        ("kind", "war"),
        ("options", "Only one"),
        ("options", "Same\nsame"),
        ("options", "\n".join("abcdefg")),
        ("options", f"Short\n{'x' * 301}"),
        ("options", "a\x00b\nc"),
    ],
)
def test_a_question_that_cannot_be_put_comes_back(
    adopted: Mission, as_manager: Client, field: str, value: str
) -> None:
    data = {
        "kind": "decision",
        "question": "Do we open?",
        "customer_change": "They can be at home",
        "options": "Yes\nNo",
    }
    address = page(adopted.organisation, "weighing_add")
    answer = as_manager.post(address, {**data, field: value})
    assert answer.status_code == 422
    assert "They can be at home" in answer.content.decode() or field == "customer_change"
    assert not Weighing.objects.exists()
    assert as_manager.post(address, data).status_code == 302
    assert [one.text for one in Weighing.objects.get().options.all()] == ["Yes", "No"]


def test_what_is_decided_enters_the_register(
    weighing: Weighing, leader: Membership, as_leader: Client
) -> None:
    first = weighing.options.all()[0]
    data = {"option": first.pk, "fit": "helps", "decided_on": TODAY, "review_on": ""}
    early = as_leader.post(at(weighing, "weighing_settle"), data)
    assert early.status_code == 422
    judge(weighing, leader, "helps")
    services.reveal(weighing=weighing)
    as_leader.post(at(weighing, "weighing_settle"), data)
    decision = Decision.objects.get()
    assert decision.title == "Do we open on Saturdays? – Open"
    assert decision.customer_change == "They can be at home"
    assert decision.asked_first is True
    as_leader.post(at(weighing, "weighing_settle"), data)
    assert Decision.objects.count() == 1
    register = as_leader.get(page(weighing.organisation, "decisions")).content.decode()
    assert at(weighing) in register


@pytest.mark.parametrize(
    ("field", "value"),
    [("option", "abc"), ("option", "0"), ("fit", ""), ("decided_on", "0001-01-01")],
)
def test_a_decision_needs_an_option_of_its_own(
    weighing: Weighing, leader: Membership, as_leader: Client, field: str, value: str
) -> None:
    judge(weighing, leader, "helps")
    services.reveal(weighing=weighing)
    option = weighing.options.all()[0].pk
    data = {"option": option, "fit": "helps", "decided_on": TODAY, field: value}
    assert as_leader.post(at(weighing, "weighing_settle"), data).status_code == 422
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("weighing_judge", {Role.LEADER, Role.MANAGER, Role.MEMBER}),
        ("weighing_reveal", {Role.LEADER, Role.MANAGER}),
        ("weighing_settle", {Role.LEADER, Role.MANAGER}),
    ],
)
def test_who_may(
    weighing: Weighing, as_user: Callable[[User], Client], name: str, may: set[Role]
) -> None:
    for role in Role:
        client = as_user(factories.member(weighing.organisation, role).user)
        allowed = client.post(at(weighing, name)).status_code != 403
        assert allowed == (role in may), role
        assert client.get(at(weighing)).status_code == 200


def test_auditors_are_offered_nothing(weighing: Weighing, as_auditor: Client) -> None:
    seen = as_auditor.get(at(weighing)).content.decode()
    assert "<fieldset" not in seen
    assert 'class="button' not in seen


# The register


def test_the_register_narrows(adopted: Mission, leader: Membership, as_leader: Client) -> None:
    old = decide(adopted, leader, "Old one", decided_on=dt.date(2020, 5, 1))
    services.review_decision(decision=old, kept="yes", outcome="They came", reviewed_on=TODAY)
    decide(
        adopted,
        leader,
        "Overdue",
        fit="hurts",
        decided_on=dt.date(2021, 5, 1),
        review_on=TODAY - dt.timedelta(days=1),
    )
    decide(adopted, leader, "Fresh", fit="neutral")

    def shown(query: str) -> set[str]:
        seen = as_leader.get(page(adopted.organisation, "decisions") + query).content.decode()
        return {title for title in ("Old one", "Overdue", "Fresh") if title in seen}

    assert shown("") == {"Old one", "Overdue", "Fresh"}
    assert shown("?year=2020") == {"Old one"}
    assert shown("?fit=hurts") == {"Overdue"}
    assert shown("?reviewed=yes") == {"Old one"}
    assert shown("?reviewed=due") == {"Overdue"}
    assert shown("?reviewed=no") == {"Overdue", "Fresh"}
    assert shown("?year=2020&fit=hurts") == set()
    for nonsense in ("99999999999999", "²020", "-1", "x" * 5000):
        assert shown(f"?year={nonsense}&fit={nonsense}&reviewed={nonsense}") == shown("")


def test_the_share_leaves_out_what_is_not_known(adopted: Mission, leader: Membership) -> None:
    for n, asked in enumerate((True, True, False, None)):
        decide(adopted, leader, f"No {n}", asked_first=asked)
    share = register.share_that_asked(register.register(adopted.organisation, today=TODAY))
    assert (share.asked, share.known, share.percent) == (2, 3, 67)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_register_is_a_table_without_formulas(
    adopted: Mission, leader: Membership, as_auditor: Client, kind: str
) -> None:
    decide(adopted, leader, "=1+1", fit="hurts")
    decide(adopted, leader, "Another")
    address = page(adopted.organisation, "decisions").rstrip("/") + f"/table.{kind}"
    answer = as_auditor.get(address + "?fit=hurts")
    assert f"decisions.{kind}" in answer["Content-Disposition"]
    table = read_table(answer.content, f"decisions.{kind}")
    assert len(table.rows) == 1
    assert "'=1+1" in table.rows[0]
    assert as_auditor.get(address.replace(f".{kind}", ".exe")).status_code == 404


# The review


def test_a_clause_that_never_tells_options_apart_is_flagged(
    adopted: Mission, leader: Membership, as_leader: Client
) -> None:
    for n in range(3):
        one = put(adopted, leader, f"Question {n}")
        # The first clause says the same of both options, the second does not.
        judge(one, leader, "helps", "helps", "helps", "hurts")
        assert not any(use.settles_nothing for use in usage.clause_use(adopted))
        services.reveal(weighing=one)
    same, telling = usage.clause_use(adopted)
    assert (same.settled, same.weighed, same.settles_nothing) == (0, 3, True)
    assert (telling.settled, telling.weighed, telling.settles_nothing) == (3, 3, False)
    seen = as_leader.get(page(adopted.organisation, "review")).content.decode()
    assert seen.count("Settles nothing so far") == 1


def test_the_review_of_nothing_says_so(organisation: Organisation, as_member: Client) -> None:
    assert "Nothing to look at yet" in as_member.get(page(organisation, "review")).content.decode()


# Queries


@pytest.mark.parametrize("count", [1, 4])
def test_queries(
    adopted: Mission,
    leader: Membership,
    as_leader: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    judges = [leader, *(factories.member(leader.organisation) for _ in range(count))]
    for n in range(count):
        one = put(adopted, leader, f"Question {n}")
        for who in judges:
            judge(one, who, "helps")
        services.reveal(weighing=one)
    as_leader.get(at(one))
    with django_assert_num_queries(10):
        as_leader.get(at(one))
    with django_assert_num_queries(13):
        as_leader.get(page(adopted.organisation, "review"))
