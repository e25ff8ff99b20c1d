"""Not too often: customers whom another round asked recently are left out, and counted."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback.models import Invitation, Round
from feedback.services import REST_DAYS, FeedbackError, open_round
from programme.models import Organisation
from tests import factories

pytestmark = pytest.mark.django_db


def _asked(sent: Round) -> set[str]:
    return set(Invitation.objects.filter(round=sent).values_list("person__name", flat=True))


def _opened_days_ago(sent: Round, days: int) -> None:
    Round.objects.filter(pk=sent.pk).update(opened_at=timezone.now() - dt.timedelta(days=days))


def test_a_customer_asked_within_the_rest_days_is_left_out_and_counted(
    organisation: Organisation,
) -> None:
    offices = factories.segment(organisation)
    factories.customer(organisation, "Ada", segment=offices)
    before = factories.draft_round(organisation, selection={"segments": [offices.pk]})
    open_round(round=before)
    factories.customer(organisation, "Bea")
    factories.customer(organisation, "Cal", email="")
    _opened_days_ago(before, 29)

    sent = factories.draft_round(organisation, rest_days=30)
    receipt = open_round(round=sent)
    assert _asked(sent) == {"Bea"}
    assert (receipt.invited, receipt.held_back, receipt.recently_asked) == (1, 2, 1)

    _opened_days_ago(before, 31)
    _opened_days_ago(sent, 31)
    later = factories.draft_round(organisation, rest_days=30)
    receipt = open_round(round=later)
    assert _asked(later) == {"Ada", "Bea"}
    assert (receipt.held_back, receipt.recently_asked) == (1, 0)


def test_rounds_that_ask_everyone_count_for_those_after_them(organisation: Organisation) -> None:
    """What a mission asks reaches whoever was just asked, and then they are left in peace."""
    factories.customer(organisation, "Ada")
    open_round(round=factories.draft_round(organisation))
    asks_everyone = factories.draft_round(organisation)
    assert open_round(round=asks_everyone).invited == 1
    with pytest.raises(FeedbackError, match="asked by another round in the last 30 days"):
        open_round(round=factories.draft_round(organisation, rest_days=30))


def test_staff_have_no_rest_days(organisation: Organisation) -> None:
    factories.staff(organisation)
    for _ in range(2):
        sent = factories.draft_round(organisation, audience="internal", rest_days=30)
        assert open_round(round=sent).invited == 1


def test_the_next_most_valuable_stand_in_for_those_asked_recently(
    organisation: Organisation,
) -> None:
    for name, value in (("High", 90), ("Middle", 50), ("Low", 10)):
        factories.customer(organisation, name, yearly_value=Decimal(value))
    open_round(round=factories.draft_round(organisation, selection={"most_valuable": 1}))
    sent = factories.draft_round(organisation, selection={"most_valuable": 2}, rest_days=30)
    receipt = open_round(round=sent)
    assert _asked(sent) == {"Middle", "Low"}
    assert (receipt.held_back, receipt.recently_asked) == (0, 0)


def test_the_pages_say_who_is_left_in_peace(organisation: Organisation, as_manager: Client) -> None:
    offices = factories.segment(organisation)
    factories.customer(organisation, segment=offices)
    open_round(round=factories.draft_round(organisation, selection={"segments": [offices.pk]}))
    factories.customer(organisation)
    survey = factories.survey(organisation)
    add = reverse("feedback:round_add", args=[organisation.slug])
    assert b"Send to 1 person" in as_manager.get(add).content
    form = {
        "survey": survey.pk,
        "title": "Autumn round",
        "audience": "external",
        "privacy": "named",
        "period": factories.period(organisation, "2026Q4").code,
        "closes_on": (timezone.now() + dt.timedelta(days=9)).date().isoformat(),
    }
    as_manager.post(add, form)
    made = Round.objects.get(state="draft")
    assert made.rest_days == REST_DAYS == 30
    confirm = reverse("feedback:round_open", args=[organisation.slug, made.pk])
    assert b"1 is left out this time, asked in the last 30 days" in as_manager.get(confirm).content
    shown = as_manager.post(confirm, follow=True)
    receipt = " ".join(shown.content.decode().split())
    assert "<dt>held back: asked in the 30 days before</dt> <dd> 1 </dd>" in receipt
    as_manager.post(add, form)
    again = Round.objects.get(state="draft")
    confirm = reverse("feedback:round_open", args=[organisation.slug, again.pk])
    shown = as_manager.get(confirm)
    assert b"Everyone chosen was asked by another round" in shown.content
    assert b"Send to" not in shown.content
