"""Cases: a piece of feedback that someone follows up until it is settled."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from feedback.models import Case, Comment, Invitation
from feedback.services import FeedbackError, close_round, open_case, open_round, update_case
from programme.models import Membership, Organisation, Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment(organisation: Organisation) -> Comment:
    """A released comment of a named round."""
    factories.customer(organisation, "Ada Lovelace")
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    factories.submitted(Invitation.objects.get(), recommend=2, comment="Nobody called back.")
    close_round(round=sent)
    return Comment.objects.get()


def test_a_case_from_a_named_comment_knows_whom_to_answer(
    organisation: Organisation, comment: Comment
) -> None:
    case = open_case(organisation=organisation, title="Call back", comment=comment)
    assert case.person is not None
    assert case.person.name == "Ada Lovelace"
    assert case.state == "open"


def test_a_comment_waits_for_its_rounds_close(organisation: Organisation) -> None:
    factories.customer(organisation)
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    factories.submitted(Invitation.objects.get(), comment="Early")
    with pytest.raises(FeedbackError, match="once its round is closed"):
        open_case(organisation=organisation, title="T", comment=Comment.objects.get())


def test_a_case_closes_with_its_outcome_and_can_be_opened_again(
    organisation: Organisation, manager: Membership
) -> None:
    case = open_case(organisation=organisation, title="Call back", owner=manager)
    fields: dict[str, Any] = {"case": case, "title": "Call back", "owner": manager, "due_at": None}
    with pytest.raises(FeedbackError, match="what came of it"):
        update_case(**fields, state="recovered", outcome=" ")
    closed = update_case(**fields, state="recovered", outcome="Called; she stays.")
    assert closed.closed_at is not None
    assert update_case(**fields, state="open", outcome="Called").closed_at is None


def test_a_case_is_opened_and_closed_in_the_browser(
    organisation: Organisation, comment: Comment, manager: Membership, as_manager: Client
) -> None:
    add = reverse("feedback:case_add", args=[organisation.slug])
    shown = as_manager.get(f"{add}?comment={comment.pk}")
    assert b"Nobody called back." in shown.content
    form = {"title": "Call back", "owner": manager.pk, "due_on": "2027-01-08"}
    as_manager.post(f"{add}?comment={comment.pk}", form)
    case = Case.objects.get()
    assert (case.comment, case.owner) == (comment, manager)
    assert case.due_at is not None
    assert case.due_at.isoformat() == "2027-01-08T17:00:00+00:00"
    edit = reverse("feedback:case_edit", args=[organisation.slug, case.pk])
    refused = as_manager.post(edit, {**form, "state": "closed", "outcome": ""})
    assert "outcome" in refused.context["form"].errors
    as_manager.post(edit, {**form, "state": "closed", "outcome": "Called."})
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "Called.")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 301),
        ("title", "a\x00b"),
        ("owner", "987654321"),
        ("due_on", "soon"),
    ],
)
def test_bad_input_is_an_error_at_its_field(
    organisation: Organisation, as_manager: Client, field: str, value: str
) -> None:
    add = reverse("feedback:case_add", args=[organisation.slug])
    shown = as_manager.post(add, {"title": "T", field: value})
    assert list(shown.context["form"].errors) == [field]
    assert not Case.objects.exists()


def test_nothing_of_another_organisation_can_be_named(
    organisation: Organisation, comment: Comment, as_manager: Client, stranger_client: Client
) -> None:
    add = reverse("feedback:case_add", args=[organisation.slug])
    for given in ("x", "00000000-0000-4000-8000-000000000000"):
        assert as_manager.get(f"{add}?comment={given}").status_code == 404
    other = factories.organisation()
    theirs = open_case(organisation=other, title="Theirs")
    edit = reverse("feedback:case_edit", args=[organisation.slug, theirs.pk])
    assert as_manager.get(edit).status_code == 404
    their_owner = factories.member(other, Role.MANAGER)
    shown = as_manager.post(add, {"title": "T", "owner": their_owner.pk})
    assert list(shown.context["form"].errors) == ["owner"]
    assert stranger_client.get(add).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    organisation: Organisation,
    manager: Membership,
    as_manager: Client,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(rows):
        open_case(organisation=organisation, title=f"Case {number}", owner=manager)
    with django_assert_num_queries(6):
        shown = as_manager.get(reverse("feedback:cases", args=[organisation.slug]))
    assert shown.content.count(b"Case ") >= rows
