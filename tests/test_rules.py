"""The register of rules in the way: named by anyone, taken on, lifted, told."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from email.message import EmailMessage

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from outbox.models import Email
from programme.models import Membership, Organisation, Role
from tests import factories
from tests.conftest import wait_until
from touchpoints.models import Improvement, Rule
from touchpoints.services import (
    TouchpointsError,
    keep_rule,
    lift_rule,
    move_improvement,
    name_rule,
    take_on_rule,
)

TODAY = dt.date(2026, 9, 1)


def _url(organisation: Organisation, name: str = "rules", **where: object) -> str:
    return reverse(f"touchpoints:{name}", kwargs={"organisation": organisation.slug, **where})


@pytest.fixture
def member(organisation: Organisation) -> Membership:
    return factories.member(organisation, Role.MEMBER)


@pytest.fixture
def rule(organisation: Organisation, member: Membership) -> Rule:
    return name_rule(
        organisation=organisation,
        name="Two signatures for a refund",
        hampered="the counter",
        by=member,
        example="Last Tuesday",
    )


def _told(rule: Rule) -> int:
    return Email.objects.filter(key__startswith=f"rule-lifted:{rule.pk}:").count()


def test_a_member_names_one_with_two_answers(
    member: Membership, as_user: Callable[[User], Client]
) -> None:
    client, organisation = as_user(member.user), member.organisation
    assert "Name a rule" in client.get(_url(organisation)).text
    sent = {"name": "Two <b>signatures</b>", "hampered": "the counter"}
    page = client.post(_url(organisation, "rule_add"), sent, follow=True).text
    made = Rule.objects.get()
    assert (made.named_by, made.state) == (member, "named")
    assert "Two &lt;b&gt;signatures&lt;/b&gt;" in page
    assert "Take it on" not in page


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"hampered": "the counter"}, "name"),
        ({"name": "Signatures"}, "hampered"),
        ({"name": "x" * 301, "hampered": "me"}, "name"),
        ({"name": "x", "hampered": "me\x00"}, "hampered"),
        ({"name": "x", "hampered": "me", "touchpoint": "99999"}, "touchpoint"),
    ],
)
def test_bad_input_is_told_at_its_field(
    as_member: Client, organisation: Organisation, sent: dict[str, str], field: str
) -> None:
    page = as_member.post(_url(organisation, "rule_add"), sent)
    assert list(page.context["form"].errors) == [field]
    assert page.status_code == 200
    assert not Rule.objects.exists()


def test_auditors_name_nothing_and_members_decide_nothing(
    as_auditor: Client, as_member: Client, organisation: Organisation, rule: Rule
) -> None:
    assert as_auditor.post(_url(organisation, "rule_add"), {}).status_code == 403
    for name in ("rule_edit", "rule_take_on", "rule_lift", "rule_keep"):
        address = _url(organisation, name, rule=rule.pk)
        assert as_member.post(address, {}).status_code == 403
        assert as_auditor.post(address, {}).status_code == 403


def test_taking_it_on_makes_an_improvement_once(
    as_manager: Client, manager: Membership, organisation: Organisation, rule: Rule
) -> None:
    address = _url(organisation, "rule_take_on", rule=rule.pk)
    for _ in range(2):
        as_manager.post(address)
    made = Improvement.objects.get()
    assert (made.kind, made.owner, made.state) == ("rule", manager, "planned")
    assert made.title == "Remove the rule: Two signatures for a refund"
    rule.refresh_from_db()
    assert (rule.improvement, rule.state) == (made, "taken_on")
    page = as_manager.get(_url(organisation, "improvement", improvement=made.pk)).text
    assert "It hampers the counter." in page
    assert f"#rule-{rule.pk}" in page


def test_finishing_the_improvement_lifts_it_and_tells_who_named_it_once(
    manager: Membership, rule: Rule, member: Membership
) -> None:
    made = take_on_rule(rule=rule, by=manager)
    for state in ("done", "doing", "done"):
        move_improvement(improvement=made, state=state, today=TODAY, by=manager)
        rule.refresh_from_db()
        assert rule.lifted_on == (TODAY if state == "done" else None)
    email = Email.objects.get(key=f"rule-lifted:{rule.pk}:{member.pk}")
    assert email.to_email == member.user.email
    assert "1 September 2026" in email.text


def test_lifting_it_finishes_the_improvement(
    as_manager: Client, manager: Membership, organisation: Organisation, rule: Rule
) -> None:
    made = take_on_rule(rule=rule, by=manager)
    address = _url(organisation, "rule_lift", rule=rule.pk)
    assert "told by email" in as_manager.get(address).text
    for day in ("", "yesterday", "2026-13-01"):
        assert as_manager.post(address, {"on": day}).context["form"].errors
    as_manager.post(address, {"on": "2026-09-01"})
    made.refresh_from_db()
    assert (made.state, made.done_on) == ("done", TODAY)
    rule.refresh_from_db()
    assert (rule.state, _told(rule)) == ("lifted", 1)
    sent = {"name": rule.name, "hampered": rule.hampered, "since": "The counter pays at once."}
    as_manager.post(_url(organisation, "rule_edit", rule=rule.pk), sent)
    assert "The counter pays at once." in as_manager.get(_url(organisation)).text


def test_it_may_stay_for_a_reason(
    as_manager: Client, manager: Membership, organisation: Organisation, rule: Rule
) -> None:
    address = _url(organisation, "rule_keep", rule=rule.pk)
    assert as_manager.post(address, {"because": " "}).context["form"].errors
    page = as_manager.post(address, {"because": "The law asks for it."}, follow=True).text
    assert "The law asks for it." in page
    with pytest.raises(TouchpointsError, match="Say why"):
        keep_rule(rule=rule, because="")
    # It may be lifted all the same, and then no longer stays.
    lift_rule(rule=rule, on=TODAY, by=manager)
    rule.refresh_from_db()
    assert (rule.state, rule.stays_because) == ("lifted", "")
    with pytest.raises(TouchpointsError, match="lifted already"):
        keep_rule(rule=rule, because="No")
    with pytest.raises(TouchpointsError, match="lifted already"):
        take_on_rule(rule=rule, by=manager)


def test_nobody_is_told_of_a_rule_whose_namer_has_left(
    manager: Membership, member: Membership, rule: Rule
) -> None:
    member.delete()
    rule.refresh_from_db()
    lift_rule(rule=rule, on=TODAY, by=manager)
    assert _told(rule) == 0


def test_filters_and_files(
    as_user: Callable[[User], Client], manager: Membership, member: Membership, rule: Rule
) -> None:
    organisation = rule.organisation
    other = name_rule(organisation=organisation, name="=Paper form", hampered="all", by=manager)
    lift_rule(rule=other, on=TODAY, by=manager)
    client = as_user(member.user)
    for query, names in (
        ("", [other.name, rule.name]),
        ("state=lifted", [other.name]),
        ("state=named", [rule.name]),
        ("state=taken_on", []),
        ("state=nonsense", [other.name, rule.name]),
        ("mine=yes", [rule.name]),
        ("q=COUNTER", [rule.name]),
    ):
        page = client.get(_url(organisation) + f"?{query}").text
        assert [name for name in (other.name, rule.name) if name in page] == names
        file = client.get(_url(organisation, "rules_csv") + f"?{query}").text
        rows = list(csv.DictReader(io.StringIO(file.removeprefix("\ufeff"))))
        assert [row["Rule"].removeprefix("'") for row in rows] == names
    assert "'=Paper form" in client.get(_url(organisation, "rules_csv")).text
    book = client.get(_url(organisation, "rules_xlsx")).content
    assert openpyxl.load_workbook(io.BytesIO(book)).worksheets[0].max_row == 3


@pytest.mark.parametrize("number", [1, 3])
def test_the_register_asks_as_often_for_three_as_for_one(
    as_manager: Client,
    manager: Membership,
    organisation: Organisation,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(number):
        made = name_rule(organisation=organisation, name=f"Rule {n}", hampered="all", by=manager)
        take_on_rule(rule=made, by=manager)
    with django_assert_num_queries(5):
        as_manager.get(_url(organisation))


def test_another_organisation_s_rule_is_not_found(
    as_manager: Client, organisation: Organisation
) -> None:
    other = factories.organisation()
    theirs = name_rule(organisation=other, name="X", hampered="Y", by=factories.member(other))
    for name in ("rule_edit", "rule_take_on", "rule_lift", "rule_keep"):
        address = _url(organisation, name, rule=theirs.pk)
        assert as_manager.post(address, {"on": "2026-01-01"}).status_code == 404
    assert theirs.name not in as_manager.get(_url(organisation)).text.split("<main")[1][-400:]


@pytest.mark.django_db(transaction=True)
def test_the_email_arrives(
    celery_worker: None,
    manager: Membership,
    rule: Rule,
    member: Membership,
    mailbox: Callable[[], list[EmailMessage]],
) -> None:
    lift_rule(rule=rule, on=TODAY, by=manager)
    (email,) = wait_until(mailbox)
    assert email["To"].addresses[0].addr_spec == member.user.email
    assert email["Subject"].endswith("a rule that you named is lifted")
    body = email.get_body(("plain",))
    assert body is not None
    assert "Two signatures for a refund" in body.get_content()
