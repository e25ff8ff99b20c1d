"""Rounds by the calendar: opened at their hour, reminded of, paused, extended; their receipt."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback import tasks
from feedback.models import Invitation, Response, Round
from feedback.queries import invited
from feedback.queries.receipts import receipts_of
from feedback.services import (
    FeedbackError,
    close_round,
    create_round,
    extend_round,
    hash_of,
    open_round,
    pause_round,
    resume_round,
    schedule_round,
    unschedule_round,
)
from outbox.models import Email
from outbox.tasks import send_due
from programme.models import Membership, Organisation
from tests import factories

pytestmark = pytest.mark.django_db


def _asked(sent: Round) -> set[str]:
    return set(Invitation.objects.filter(round=sent).values_list("person__name", flat=True))


def _reminded(sent: Round, number: int) -> set[str]:
    keys = Email.objects.filter(
        key__startswith=f"round:{sent.pk}:", key__endswith=f":reminder:{number}"
    )
    return set(keys.values_list("to_name", flat=True))


def _later(**by: float) -> "time_machine.travel":
    return time_machine.travel(timezone.now() + dt.timedelta(**by), tick=True)


# Whom


def test_a_round_asks_those_worth_at_least_so_much(organisation: Organisation) -> None:
    for name, value in (("Low", 10), ("Edge", 50), ("High", 90), ("None", None)):
        factories.customer(
            organisation, name, yearly_value=None if value is None else Decimal(value)
        )
    sent = factories.draft_round(organisation, selection={"at_least": "50"})
    open_round(round=sent)
    assert _asked(sent) == {"Edge", "High"}


def test_a_picked_list_asks_just_these_staff(organisation: Organisation) -> None:
    ada, _bea = factories.staff(organisation, "Ada"), factories.staff(organisation, "Bea")
    sent = factories.draft_round(organisation, audience="internal", selection={"people": [ada.pk]})
    open_round(round=sent)
    assert _asked(sent) == {"Ada"}


def test_a_sample_is_drawn_by_chance_and_the_same_each_time(organisation: Organisation) -> None:
    for _ in range(40):
        factories.customer(organisation)
    rounds = [factories.draft_round(organisation, selection={"sample": 10}) for _ in range(2)]
    who = [
        set(
            invited(
                organisation=organisation, audience="external", selection=one.selection
            ).values_list("pk", flat=True)
        )
        for one in rounds
    ]
    open_round(round=rounds[0])
    asked = Invitation.objects.filter(round=rounds[0]).values_list("person", flat=True)
    assert set(asked) == who[0]
    assert [len(people) for people in who] == [10, 10]
    assert who[0] != who[1]
    (receipt,) = receipts_of([Round.objects.get(pk=rounds[0].pk)])
    assert (receipt.invited, receipt.held_back) == (10, 0)


# When


def test_a_round_opens_by_itself_once_its_hour_has_come(organisation: Organisation) -> None:
    factories.customer(organisation)
    hour = timezone.now() + dt.timedelta(hours=2)
    sent = factories.draft_round(organisation, opens_at=hour)
    schedule_round(round=sent)
    tasks.sweep()
    assert not Email.objects.exists()
    with _later(hours=3):
        tasks.sweep()
        tasks.sweep()
    sent.refresh_from_db()
    assert sent.state == "open"
    assert Email.objects.count() == 1


def test_one_that_cannot_open_is_a_draft_again_and_its_owner_is_told(
    organisation: Organisation, manager: Membership
) -> None:
    person = factories.customer(organisation)
    sent = factories.draft_round(
        organisation, opens_at=timezone.now() + dt.timedelta(hours=2), created_by=manager
    )
    schedule_round(round=sent)
    person.unsubscribed_at = timezone.now()
    person.save()
    with _later(hours=3):
        tasks.sweep()
        tasks.sweep()
    sent.refresh_from_db()
    assert sent.state == "draft"
    assert "Nobody would be asked" in sent.not_opened_because
    told = Email.objects.get()
    assert told.to_email == manager.user.email
    assert "Nobody would be asked" in told.text


def test_whoever_changes_their_mind_before_the_hour_sends_nothing(
    organisation: Organisation,
) -> None:
    factories.customer(organisation)
    sent = factories.draft_round(organisation, opens_at=timezone.now() + dt.timedelta(hours=2))
    schedule_round(round=sent)
    unschedule_round(round=sent)
    with _later(hours=3):
        tasks.sweep()
    assert not Email.objects.exists()
    with pytest.raises(FeedbackError):
        unschedule_round(round=sent)


def test_a_round_never_closes_before_it_opens(organisation: Organisation) -> None:
    now = timezone.now()
    with pytest.raises(FeedbackError, match="before the round opens"):
        create_round(
            organisation=organisation,
            survey=factories.survey(organisation),
            title="T",
            audience="external",
            confidential=False,
            period=factories.period(organisation),
            selection={},
            opens_at=now + dt.timedelta(days=3),
            closes_at=now + dt.timedelta(days=2),
        )


# Reminders


def test_only_who_has_not_answered_is_reminded_each_time_once(organisation: Organisation) -> None:
    for name in ("Ada", "Bea", "Cal", "Dov"):
        factories.customer(organisation, name)
    sent = factories.draft_round(organisation, reminder_days=[3, 7])
    open_round(round=sent)
    ada, bea, cal, _ = Invitation.objects.order_by("pk")
    factories.submitted(ada, recommend=9)
    with _later(days=2, hours=23):
        tasks.sweep()
        assert not _reminded(sent, 1)
    with _later(days=3, hours=1):
        tasks.sweep()
        tasks.sweep()
        assert _reminded(sent, 1) == {"Bea", "Cal", "Dov"}
    factories.submitted(bea, recommend=9)
    assert cal.person is not None
    cal.person.unsubscribed_at = timezone.now()
    cal.person.save()
    with _later(days=8):
        tasks.sweep()
        assert _reminded(sent, 2) == {"Dov"}
    assert Email.objects.count() == 4 + 3 + 1


def test_of_reminders_that_were_missed_only_the_latest_goes(organisation: Organisation) -> None:
    factories.customer(organisation)
    sent = factories.draft_round(organisation, reminder_days=[2, 4, 6])
    open_round(round=sent)
    with _later(days=5):
        tasks.sweep()
    assert (len(_reminded(sent, 1)), len(_reminded(sent, 2))) == (0, 1)


def test_a_reminders_link_leads_to_the_same_questions_and_a_forged_one_nowhere(
    organisation: Organisation, client: Client
) -> None:
    factories.customer(organisation)
    sent = factories.draft_round(organisation, reminder_days=[1])
    open_round(round=sent)
    with _later(days=2):
        tasks.sweep()
    first, reminder = Email.objects.order_by("pk")
    tokens = [email.text.split("/a/")[1].split("/")[0] for email in (first, reminder)]
    assert tokens[0] != tokens[1]
    assert hash_of(tokens[0]) == hash_of(tokens[1]) == Invitation.objects.get().token_hash
    assert reminder.subject.startswith("Reminder: ")
    forged = tokens[1][:-3] + ("aaa" if tokens[1][-3:] != "aaa" else "bbb")
    assert client.get(reverse("answer_link", args=[forged])).status_code == 404
    assert client.get(reverse("answer_link", args=["x.y"])).status_code == 404
    page = client.get(reverse("answer_link", args=[tokens[1]]), follow=True)
    assert page.status_code == 200
    assert b"Would you recommend us?" in page.content
    stop = reminder.headers["List-Unsubscribe"].strip("<>")
    assert client.post(stop[stop.index("/unsubscribe") :]).status_code == 200
    assert Invitation.objects.get().person.unsubscribed_at is not None  # type: ignore[union-attr]


def test_nobody_sees_who_is_reminded_in_a_confidential_round(
    organisation: Organisation, as_leader: Client
) -> None:
    for _ in range(6):
        factories.staff(organisation)
    sent = factories.draft_round(
        organisation, audience="internal", confidential=True, reminder_days=[1]
    )
    open_round(round=sent)
    for invitation in Invitation.objects.all()[:5]:
        factories.submitted(invitation, recommend=9)
    page = reverse("feedback:round", args=[organisation.slug, sent.pk])
    before = receipts_of([sent])[0].lines
    with _later(days=2):
        tasks.sweep()
        assert len(_reminded(sent, 1)) == 1
        assert receipts_of([sent])[0].lines == before
        assert b"Nobody sees who that is" in as_leader.get(page).content
    close_round(round=sent)
    # Whoever was reminded had not answered: that is gone with the rest.
    assert not Email.objects.filter(key__contains=":reminder:").exists()


# Pause, extend


def test_a_paused_round_sends_nothing_and_its_links_say_so(
    organisation: Organisation, client: Client
) -> None:
    factories.customer(organisation)
    sent = factories.draft_round(organisation, reminder_days=[1])
    open_round(round=sent)
    pause_round(round=sent)
    send_due()
    assert Email.objects.get().attempts == 0
    with _later(days=2):
        tasks.sweep()
        assert not _reminded(sent, 1)
        email = Email.objects.get()
        link = reverse("answer_link", args=[email.text.split("/a/")[1].split("/")[0]])
        rests = client.get(link, follow=True)
        assert (rests.status_code, b"A short pause" in rests.content) == (200, True)
        resume_round(round=sent)
        send_due()
        assert Email.objects.get().state == "sent"
        assert b"Would you recommend us?" in client.get(link, follow=True).content
        tasks.sweep()
        assert len(_reminded(sent, 1)) == 1


def test_what_was_being_typed_when_a_round_paused_is_kept(
    organisation: Organisation, client: Client
) -> None:
    factories.customer(organisation)
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    link = reverse("answer_link", args=[Email.objects.get().text.split("/a/")[1].split("/")[0]])
    page = client.get(link, follow=True)
    pause_round(round=sent)
    client.post(
        page.request["PATH_INFO"], {"q-recommend": "9", "q-comment": "Fine", "version": "0"}
    )
    assert Response.objects.get().answers == {"recommend": 9, "comment": "Fine"}


def test_a_pause_in_the_middle_of_a_large_opening_holds_the_rest(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feedback.services import continue_opening, opening  # noqa: PLC0415

    monkeypatch.setattr(opening, "BATCH", 3)
    monkeypatch.setattr(opening, "_TURN_SECONDS", -1)
    for _ in range(8):
        factories.customer(organisation)
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    continue_opening(round_id=sent.pk)
    pause_round(round=sent)
    continue_opening(round_id=sent.pk)
    assert Invitation.objects.count() == 3
    resume_round(round=sent)
    for _ in range(3):
        continue_opening(round_id=sent.pk)
    assert Invitation.objects.count() == 8
    assert not Email.objects.filter(on_hold=True).exists()


def test_a_round_is_given_another_last_day(organisation: Organisation) -> None:
    factories.customer(organisation)
    soon = timezone.now() + dt.timedelta(days=1)
    sent = factories.draft_round(organisation, closes_at=soon)
    open_round(round=sent)
    with pytest.raises(FeedbackError, match="over before anyone"):
        extend_round(round=sent, closes_at=timezone.now() - dt.timedelta(hours=1))
    extend_round(round=sent, closes_at=soon + dt.timedelta(days=5))
    with _later(days=2):
        tasks.sweep()
        assert Round.objects.get(pk=sent.pk).state == "open"
    with _later(days=7):
        tasks.sweep()
        sent.refresh_from_db()
        assert sent.state == "closed"
        with pytest.raises(FeedbackError, match="closed"):
            extend_round(round=sent, closes_at=timezone.now() + dt.timedelta(days=5))


# The receipt


def test_the_receipt_adds_up_and_can_be_taken_along(
    organisation: Organisation, as_auditor: Client
) -> None:
    for _ in range(8):
        factories.customer(organisation)
    factories.customer(organisation, email="")
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    emails = list(Email.objects.order_by("pk"))
    states = ["sent"] * 4 + ["bounced", "bounced", "failed", "queued"]
    for email, state in zip(emails, states, strict=True):
        Email.objects.filter(pk=email.pk).update(state=state)
    factories.submitted(Invitation.objects.order_by("pk")[0], recommend=9)

    def table() -> dict[str, str]:
        here = [organisation.slug, sent.pk, "csv"]
        got = as_auditor.get(reverse("feedback:round_receipt_table", args=here))
        rows = list(csv.reader(io.StringIO(got.content.decode("utf-8-sig"))))
        return dict(rows[1:])

    now = table()
    assert now["chosen"] == "9"
    assert now["invited"] == "8"
    assert [now[name] for name in ("waiting to be sent", "bounced", "failed", "delivered")] == [
        *("1", "2", "1", "4")
    ]
    assert (now["answered"], now["published"]) == ("1", "")
    close_round(round=sent)
    then = table()
    emails_then = ("waiting to be sent", "bounced", "failed", "delivered")
    assert sum(int(then[name]) for name in emails_then) == int(then["invited"]) == 8
    assert then["waiting to be sent"] == "0"  # what had not left by the close never leaves
    assert int(then["published"]) + int(then["hidden"]) == int(then["answered"]) == 1
    xlsx = reverse("feedback:round_receipt_table", args=[organisation.slug, sent.pk, "xlsx"])
    assert as_auditor.get(xlsx).content.startswith(b"PK")
    odd = reverse("feedback:round_receipt_table", args=[organisation.slug, sent.pk, "doc"])
    assert as_auditor.get(odd).status_code == 404


# In the browser


def _form(of: Organisation, **fields: object) -> dict[str, object]:
    return {
        "survey": factories.survey(of).pk,
        "title": "Autumn round",
        "audience": "external",
        "privacy": "named",
        "period": factories.period(of, "2026Q4").code,
        "closes_on": (timezone.now() + dt.timedelta(days=9)).date().isoformat(),
        **fields,
    }


def test_a_round_is_scheduled_paused_and_extended_in_the_browser(
    organisation: Organisation, as_manager: Client
) -> None:
    factories.customer(organisation)
    hour = (timezone.now() + dt.timedelta(days=2)).strftime("%Y-%m-%dT09:30")
    add = reverse("feedback:round_add", args=[organisation.slug])
    shown = as_manager.post(add, _form(organisation, opens_at=hour, reminders="6, 3"), follow=True)
    assert b"Let it open by itself" in shown.content
    made = Round.objects.get()
    assert made.reminder_days == [3, 6]

    def do(name: str, **data: object) -> bytes:
        where = reverse(f"feedback:{name}", args=[organisation.slug, made.pk])
        return bytes(as_manager.post(where, data, follow=True).content)

    assert b"Opens on" in do("round_open")
    assert not Email.objects.exists()
    assert b"It waits for you to send it" in do("round_unschedule")
    do("round_open")
    assert Round.objects.get().state == "open"
    assert b"No emails go out" in do("round_pause")
    assert b"The round goes on" in do("round_resume")
    day = (timezone.now() + dt.timedelta(days=30)).date()
    assert b"is changed" in do("round_extend", closes_on=day.isoformat())
    closes = Round.objects.get().closes_at
    assert closes is not None
    assert closes.date() == day
    shown_again = do("round_extend", closes_on="2001-01-01")
    assert b"over before anyone could answer" in shown_again


def test_people_are_picked_by_their_addresses_however_they_are_written(
    organisation: Organisation, as_manager: Client
) -> None:
    factories.customer(organisation, "Ada", email="ada+news@example.com")
    factories.customer(organisation, "Jörg", email="Jörg@BÜCHER.example")
    factories.customer(organisation, "Cal")
    add = reverse("feedback:round_add", args=[organisation.slug])
    picked = "ADA+NEWS@example.com\nada+news@Example.com, <jörg@bücher.example>"
    as_manager.post(add, _form(organisation, picked=picked))
    made = Round.objects.get()
    open_round(round=made)
    assert _asked(made) == {"Ada", "Jörg"}
    unknown = as_manager.post(add, _form(organisation, picked="nobody@example.com; not-one"))
    assert list(unknown.context["form"].errors) == ["picked"]
    assert b"nobody@example.com" in unknown.content


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("opens_at", "2001-01-01T09:00"),
        ("opens_at", "0001-01-01T00:00"),
        ("opens_at", "9999-12-31T23:59"),
        ("opens_at", "tomorrow"),
        ("closes_on", "9999-12-31"),
        ("reminders", "1, 2, 3, 4"),
        ("reminders", "0"),
        ("reminders", "-3"),
        ("reminders", "soon"),
        ("reminders", "٣"),
        ("at_least", "-1"),
        ("at_least", "NaN"),
        ("sample", "0"),
        ("sample", "1.5"),
        ("picked", "{{ settings.SECRET_KEY }}"),
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
