"""Rounds: whom they ask, what is sent, and that it is sent once."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from feedback.models import Invitation, Round
from feedback.queries.receipts import receipts
from feedback.services import (
    FeedbackError,
    close_due_rounds,
    create_round,
    discard_round,
    hash_of,
    open_round,
    send_test,
)
from outbox.models import Email
from programme.models import Membership, Organisation
from tests import factories

pytestmark = pytest.mark.django_db


def _asked(sent: Round) -> set[str]:
    return set(Invitation.objects.filter(round=sent).values_list("person__name", flat=True))


def test_a_round_asks_only_those_chosen_who_can_be_reached(organisation: Organisation) -> None:
    offices, homes = factories.segment(organisation), factories.segment(organisation)
    factories.customer(organisation, "Ada", segment=offices)
    factories.customer(organisation, "Bea", segment=homes)
    factories.customer(organisation, "Cal", segment=offices, email="")
    factories.customer(organisation, "Dov", segment=offices, unsubscribed_at=timezone.now())
    factories.customer(organisation, "Eva", segment=offices, bounced_at=timezone.now())
    factories.customer(organisation, "Fay", segment=offices, left_at=timezone.now())
    factories.staff(organisation, "Gus")
    factories.customer(factories.organisation(), "Hal")

    sent = factories.draft_round(organisation, selection={"segments": [offices.pk]})
    receipt = open_round(round=sent)

    assert _asked(sent) == {"Ada"}
    assert (receipt.invited, receipt.held_back) == (1, 3)
    assert list(Email.objects.values_list("to_name", flat=True)) == ["Ada"]


def test_the_most_valuable_are_those_with_the_highest_yearly_value(
    organisation: Organisation,
) -> None:
    for name, value in (("Low", 10), ("High", 90), ("Middle", 50), ("None", None)):
        factories.customer(
            organisation, name, yearly_value=None if value is None else Decimal(value)
        )
    sent = factories.draft_round(organisation, selection={"most_valuable": 2})
    open_round(round=sent)
    assert _asked(sent) == {"High", "Middle"}


def test_team_and_segment_stay_as_they_were_at_opening(organisation: Organisation) -> None:
    kitchen, hall = factories.team(organisation), factories.team(organisation)
    someone = factories.staff(organisation, team=kitchen)
    sent = factories.draft_round(
        organisation, audience="internal", selection={"teams": [kitchen.pk]}
    )
    open_round(round=sent)
    someone.team = hall
    someone.save()
    assert Invitation.objects.get().team == kitchen


def test_each_person_gets_one_email_with_a_secret_that_only_it_holds(
    organisation: Organisation, manager: Membership
) -> None:
    person = factories.customer(organisation, "Ada <b>Lovelace</b>\r\nBcc: x@example.com")
    sent = factories.draft_round(
        organisation,
        title="How was your year?",
        message="Dear {{ organisation }}, <i>tell us</i>.",
        created_by=manager,
    )
    open_round(round=sent)

    email = Email.objects.get()
    assert email.key == f"round:{sent.pk}:{person.pk}:invite"
    assert email.subject == "How was your year?"
    assert email.from_name == organisation.name
    assert email.reply_to == manager.user.email
    found = re.search(r"/a/([\w-]+)/", email.text)
    assert found
    token = found[1]
    assert len(token) >= 22  # 128 bits or more
    assert f"/a/{token}/" in email.html
    invitation = Invitation.objects.get()
    assert invitation.token_hash == hash_of(token)
    assert token not in str(list(Invitation.objects.values()))
    # Text from people is text, in both parts and in the headers.
    assert "{{ organisation }}, <i>tell us</i>" in email.text
    assert "{{ organisation }}, &lt;i&gt;tell us" in email.html
    assert "Ada &lt;b&gt;Lovelace&lt;/b&gt; Bcc: x@example.com" in email.html
    assert "\n" not in email.to_name
    assert email.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert email.headers["List-Unsubscribe"].endswith(f"/unsubscribe/{token}/>")


def test_opening_twice_sends_once(organisation: Organisation) -> None:
    factories.customer(organisation)
    sent = factories.draft_round(organisation)
    first, second = open_round(round=sent), open_round(round=sent)
    assert first.invited == second.invited == 1
    assert Email.objects.count() == Invitation.objects.count() == 1


def test_a_round_for_nobody_sends_nothing_and_says_why(organisation: Organisation) -> None:
    sent = factories.draft_round(organisation)
    with pytest.raises(FeedbackError, match="Nobody would be asked"):
        open_round(round=sent)
    sent.refresh_from_db()
    assert sent.state == "draft"


def test_what_cannot_be_sent_is_refused(organisation: Organisation) -> None:
    factories.customer(organisation)
    empty = factories.survey(organisation)
    empty.questions.all().delete()
    with pytest.raises(FeedbackError, match="no questions"):
        factories.draft_round(organisation, survey=empty)
    closed_quarter = factories.period(organisation, "2020Q1")
    closed_quarter.closed_at = timezone.now()
    closed_quarter.save()
    with pytest.raises(FeedbackError, match="2020Q1 is closed"):
        factories.draft_round(organisation, period=closed_quarter)
    late = factories.draft_round(organisation, closes_at=timezone.now() - dt.timedelta(hours=1))
    with pytest.raises(FeedbackError, match="has passed"):
        open_round(round=late)
    assert not Email.objects.exists()


def test_a_draft_can_be_discarded_and_a_sent_round_cannot(organisation: Organisation) -> None:
    factories.customer(organisation)
    sent = factories.draft_round(organisation)
    discard_round(round=factories.draft_round(organisation))
    open_round(round=sent)
    with pytest.raises(FeedbackError, match="cannot be discarded"):
        discard_round(round=sent)
    assert list(Round.objects.all()) == [sent]


def test_discarding_in_the_browser_asks_first(
    organisation: Organisation, as_manager: Client
) -> None:
    factories.customer(organisation)
    draft, sent = factories.draft_round(organisation), factories.draft_round(organisation)
    open_round(round=sent)

    def discard(found: Round) -> str:
        return reverse("feedback:round_discard", args=[organisation.slug, found.pk])

    assert b"Discard the round" in as_manager.get(discard(draft)).content
    assert Round.objects.filter(pk=draft.pk).exists()
    as_manager.post(discard(draft))
    assert not Round.objects.filter(pk=draft.pk).exists()
    page = reverse("feedback:round", args=[organisation.slug, sent.pk])
    assert as_manager.get(discard(sent))["Location"] == page
    as_manager.post(discard(sent))
    assert Round.objects.filter(pk=sent.pk).exists()


def test_rounds_close_when_their_last_moment_has_passed(organisation: Organisation) -> None:
    factories.customer(organisation)
    later = timezone.now() + dt.timedelta(days=1)
    due, open_still = (factories.draft_round(organisation, closes_at=later) for _ in range(2))
    for sent in (due, open_still):
        open_round(round=sent)
    Round.objects.filter(pk=due.pk).update(closes_at=timezone.now())
    assert close_due_rounds() == 1
    assert close_due_rounds() == 0
    assert list(Round.objects.filter(state="closed")) == [due]


def test_the_receipt_counts_and_names_nobody(organisation: Organisation) -> None:
    for _ in range(3):
        factories.customer(organisation)
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    first, second = Email.objects.order_by("pk")[:2]
    Email.objects.filter(pk=first.pk).update(state="sent")
    Email.objects.filter(pk=second.pk).update(state="failed")
    invitation = Invitation.objects.order_by("pk")[0]
    Invitation.objects.filter(pk=invitation.pk).update(seen_at=timezone.now())
    factories.submitted(invitation, recommend=9)

    (receipt,) = receipts(organisation=organisation, period=sent.period)
    assert (receipt.invited, receipt.sent, receipt.failed) == (3, 1, 1)
    assert (receipt.opened, receipt.answered, receipt.published) == (1, 1, 0)


def test_a_confidential_receipt_tells_nothing_of_few(organisation: Organisation) -> None:
    for _ in range(6):
        factories.staff(organisation)
    sent = factories.draft_round(organisation, audience="internal", confidential=True)
    open_round(round=sent)
    for n, invitation in enumerate(Invitation.objects.all()[:5]):
        (receipt,) = receipts(organisation=organisation, period=sent.period)
        assert receipt.answered is None, n
        assert receipt.opened is None
        factories.submitted(invitation, recommend=9)
    (receipt,) = receipts(organisation=organisation, period=sent.period)
    assert receipt.answered == 5


# Pages


def _form(sent_to: Organisation, **fields: object) -> dict[str, object]:
    return {
        "survey": factories.survey(sent_to).pk,
        "title": "Autumn round",
        "audience": "external",
        "privacy": "named",
        "period": factories.period(sent_to, "2026Q4").code,
        "closes_on": (timezone.now() + dt.timedelta(days=9)).date().isoformat(),
        "message": "Please tell us.",
        **fields,
    }


def test_a_round_is_prepared_confirmed_sent_and_closed_in_the_browser(
    organisation: Organisation, as_manager: Client
) -> None:
    for _ in range(3):
        factories.customer(organisation)
    add = reverse("feedback:round_add", args=[organisation.slug])
    assert b"Make the first survey" in as_manager.get(add).content
    factories.survey(organisation)
    assert b"Send to 3 people" in as_manager.get(add).content
    answer = as_manager.post(add, _form(organisation))
    made = Round.objects.get()
    confirm = reverse("feedback:round_open", args=[organisation.slug, made.pk])
    assert answer.status_code == 302
    assert answer["Location"] == confirm
    assert not Email.objects.exists()
    assert b"Send to 3 people" in as_manager.get(confirm).content
    shown = as_manager.post(confirm, follow=True)
    assert b"on its way to 3 people" in shown.content
    assert Email.objects.count() == 3
    made.refresh_from_db()
    assert made.state == "open"
    assert made.created_by is not None

    close = reverse("feedback:round_close", args=[organisation.slug, made.pk])
    assert as_manager.get(close).status_code == 200
    made.refresh_from_db()
    assert made.state == "open"
    shown = as_manager.post(close, follow=True)
    assert shown.status_code == 200
    made.refresh_from_db()
    assert made.state == "closed"


def test_the_count_follows_the_choices(organisation: Organisation, as_manager: Client) -> None:
    offices = factories.segment(organisation)
    for value in (10, 20):
        factories.customer(organisation, segment=offices, yearly_value=value)
    factories.customer(organisation)
    factories.staff(organisation)
    count = reverse("feedback:round_audience", args=[organisation.slug])
    shown = as_manager.get(f"{count}?audience=external&segments={offices.pk}")
    assert b"Send to 2 people" in shown.content
    assert b"<html" not in shown.content
    assert b"Send to 1 person" in as_manager.get(count, {"audience": "internal"}).content
    shown = as_manager.get(count, {"audience": "external", "most_valuable": "1"})
    assert b"Send to 1 person" in shown.content


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("survey", "987654321"),
        ("survey", "x"),
        ("title", "x" * 201),
        ("title", "a\x00b"),
        ("audience", "everyone"),
        ("privacy", "anonymous"),
        ("segments", "987654321"),
        ("most_valuable", "-1"),
        ("period", "2026Q9"),
        ("closes_on", "2001-01-01"),
        ("closes_on", "soon"),
        ("message", "x" * 100_000),
    ],
)
def test_bad_input_is_an_error_at_its_field(
    organisation: Organisation, as_manager: Client, field: str, value: str
) -> None:
    add = reverse("feedback:round_add", args=[organisation.slug])
    shown = as_manager.post(add, _form(organisation, **{field: value}))
    assert shown.status_code == 200
    assert list(shown.context["form"].errors) == [field]
    assert not Round.objects.exists()


def test_another_organisations_rows_cannot_be_chosen(
    organisation: Organisation, as_manager: Client
) -> None:
    other = factories.organisation()
    add = reverse("feedback:round_add", args=[organisation.slug])
    shown = as_manager.post(
        add,
        _form(
            organisation,
            survey=factories.survey(other).pk,
            segments=[factories.segment(other).pk],
            teams=[factories.team(other).pk],
        ),
    )
    assert set(shown.context["form"].errors) == {"survey", "segments", "teams"}
    theirs = factories.draft_round(other)
    for name in ("round", "round_open", "round_close"):
        address = reverse(f"feedback:{name}", args=[organisation.slug, theirs.pk])
        assert as_manager.get(address).status_code == 404


def test_a_test_goes_to_whoever_asks_and_takes_no_answers(
    organisation: Organisation, manager: Membership, as_manager: Client
) -> None:
    sent = factories.draft_round(organisation)
    address = reverse("feedback:round_test", args=[organisation.slug, sent.pk])
    as_manager.post(address)
    email = Email.objects.get()
    assert email.to_email == manager.user.email
    assert "This is a test" in email.text
    assert "/a/" not in email.text
    assert "List-Unsubscribe" not in email.headers
    send_test(round=sent, to=manager)
    assert Email.objects.count() == 2


def test_members_look_and_auditors_too_but_only_managers_send(
    organisation: Organisation, as_member: Client, as_auditor: Client
) -> None:
    factories.customer(organisation)
    sent = factories.draft_round(organisation)
    for client in (as_member, as_auditor):
        page = reverse("feedback:round", args=[organisation.slug, sent.pk])
        assert client.get(page).status_code == 200
        for name in ("round_open", "round_close", "round_discard", "round_test"):
            address = reverse(f"feedback:{name}", args=[organisation.slug, sent.pk])
            assert client.post(address).status_code == 403
    assert not Email.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    organisation: Organisation,
    as_manager: Client,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    factories.customer(organisation)
    for _ in range(rows):
        open_round(round=factories.draft_round(organisation))
        factories.series(organisation)
    with django_assert_num_queries(10):
        shown = as_manager.get(reverse("feedback:index", args=[organisation.slug]))
    assert shown.content.count(b"0 of 1") == rows


def test_create_round_keeps_what_is_named(
    organisation: Organisation, as_user: Callable[..., Client]
) -> None:
    survey = factories.survey(organisation)
    made = create_round(
        organisation=organisation,
        survey=survey,
        title="T",
        audience="internal",
        confidential=True,
        period=factories.period(organisation),
        selection={"teams": [3]},
    )
    made.refresh_from_db()
    assert (made.state, made.selection, made.results) == ("draft", {"teams": [3]}, None)
