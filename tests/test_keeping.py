"""How long things are kept: the nightly sweep, its page, and what stays."""

import datetime as dt
import os
import threading
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from feedback.models import Comment, ImportJob, Invitation, Response, Round
from feedback.queries.receipts import receipts_of
from feedback.services import QuestionSpec, close_round, open_round
from keeping.limits import LIMITS, counted_back
from keeping.models import Keeping, Sweep
from keeping.queries import LEFT
from keeping.services import change_keeping, sweep_due
from outbox.models import Attachment, Email
from outbox.services import NewEmail, write_emails
from programme.models import Membership, Organisation, Person
from programme.services import remove_person
from tests import factories
from touchpoints.models import RatingTally

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
SHORTEST = {limit.name: limit.least for limit in LIMITS}


def night(days: int = 0) -> dt.datetime:
    """Four in the morning, so many days from today."""
    today = timezone.now().replace(hour=4, minute=0)
    return today + dt.timedelta(days=days)


def url(name: str, of: Organisation) -> str:
    return reverse(f"keeping:{name}", args=[of.slug])


def rated_round(of: Organisation, people: int = 3, *, code: str = "2026Q3") -> Round:
    """A closed named round about a touchpoint, answered by everyone."""
    at = factories.touchpoint(of)
    survey = factories.survey(
        of,
        QuestionSpec("rating", "satisfaction-5", "How was it?", touchpoint_id=at.pk),
        QuestionSpec("comment", "text", "Why?"),
    )
    opened = factories.draft_round(of, survey=survey, period=factories.period(of, code))
    for _ in range(people):
        factories.customer(of)
    open_round(round=opened)
    for invitation in opened.invitations.all():
        factories.submitted(invitation, rating=5, comment="Kind and quick")
    return close_round(round=opened)


def everything_old() -> None:
    for model, field in ((Round, "closed_at"), (Email, "created_at"), (ImportJob, "created_at")):
        model.objects.filter(**{f"{field}__isnull": False}).update(**{field: LONG_AGO})
    Person.objects.filter(left_at__isnull=False).update(left_at=LONG_AGO)
    Email.objects.update(state="sent")


def of_all_tallies() -> list[tuple[object, ...]]:
    return list(RatingTally.objects.order_by("pk").values_list())


@pytest.mark.parametrize(
    ("n", "unit", "expected"),
    [
        (7, "days", dt.datetime(2028, 2, 22, tzinfo=dt.UTC)),
        (1, "months", dt.datetime(2028, 1, 29, tzinfo=dt.UTC)),
        (3, "months", dt.datetime(2027, 11, 29, tzinfo=dt.UTC)),
        (12, "months", dt.datetime(2027, 2, 28, tzinfo=dt.UTC)),
        (26, "months", dt.datetime(2025, 12, 29, tzinfo=dt.UTC)),
    ],
)
def test_counting_back(n: int, unit: str, expected: dt.datetime) -> None:
    assert counted_back(dt.datetime(2028, 2, 29, tzinfo=dt.UTC), n, unit) == expected


def test_what_is_over_goes_and_what_was_counted_stays(organisation: Organisation) -> None:
    closed = rated_round(organisation)
    left = factories.customer(organisation, "Ines Gone", yearly_value=1200)
    remove_person(person=left)
    carried = Attachment.objects.create(filename="a.pdf", content_type="x/y", content=b"1")
    write_emails(
        [
            NewEmail(
                "k",
                "a@b.example",
                "Hi",
                "text",
                "html",
                organisation_id=organisation.pk,
                attachments=(carried,),
            )
        ]
    )
    ImportJob.objects.create(organisation=organisation, filename="old.csv", mapping="")
    everything_old()
    tallies, results = of_all_tallies(), closed.results
    receipt = receipts_of([Round.objects.get(pk=closed.pk)])[0]
    # Nobody had sent the invitations when the round closed.
    assert (receipt.sent, receipt.failed, receipt.answered) == (0, 3, 3)

    assert sweep_due(now=night()) == 1
    assert not Response.objects.exists()
    assert not Comment.objects.exists()
    assert Invitation.objects.count() == 3
    left.refresh_from_db()
    assert (left.name, left.email, left.yearly_value) == (LEFT, "", None)
    assert not Email.objects.exists()
    assert not Attachment.objects.exists()
    assert not ImportJob.objects.exists()
    assert of_all_tallies() == tallies
    closed = Round.objects.get(pk=closed.pk)
    assert closed.results == results
    after = receipts_of([closed])[0]
    assert (after.sent, after.failed, after.answered) == (0, 3, 3)
    assert Sweep.objects.get().counts == {
        "answers_months": 3,
        "left_months": 1,
        "email_text_days": 4,
        "email_months": 4,
        "upload_days": 1,
    }


def test_a_later_round_of_the_quarter_does_not_count_a_thinned_one_anew(
    organisation: Organisation,
) -> None:
    rated_round(organisation)
    everything_old()
    sweep_due(now=night())
    before = of_all_tallies()
    assert before
    rated_round(organisation, people=1)
    assert of_all_tallies()[: len(before)] == before


def test_what_is_not_over_stays(organisation: Organisation) -> None:
    rated_round(organisation)
    confidential = factories.draft_round(organisation, confidential=True)
    open_round(round=confidential)
    for invitation in confidential.invitations.all():
        factories.submitted(invitation, recommend=9)
    apart = factories.draft_round(organisation, answers_apart=True)
    open_round(round=apart)
    factories.submitted(apart.invitations.all()[0], recommend=9)
    close_round(round=apart)
    before = Response.objects.count()
    Round.objects.filter(pk=apart.pk).update(closed_at=LONG_AGO)
    waiting = Email.objects.filter(state="queued")
    waiting.update(created_at=LONG_AGO)
    to_send = waiting.count()
    assert sweep_due(now=night()) == 1
    assert Response.objects.count() == before, "young, open, or words for a mission"
    assert waiting.count() == to_send > 0
    assert all(email.text for email in waiting)
    assert Sweep.objects.get().counts == {}


def test_texts_go_before_the_list_does(organisation: Organisation) -> None:
    write_emails([NewEmail("k", "a@b.example", "Hi", "t", "h", organisation_id=organisation.pk)])
    Email.objects.update(state="sent", created_at=timezone.now() - dt.timedelta(days=100))
    sweep_due(now=night())
    email = Email.objects.get()
    assert (email.text, email.html, email.headers) == ("", "", {})
    assert (email.subject, email.to_email) == ("Hi", "a@b.example")


def test_once_a_day_from_three_in_the_morning_where_the_organisation_is(
    organisation: Organisation,
) -> None:
    Organisation.objects.update(timezone="Asia/Tokyo")
    early = dt.datetime(2026, 11, 25, 17, 59, tzinfo=dt.UTC)
    assert sweep_due(now=early) == 0
    assert sweep_due(now=early + dt.timedelta(minutes=1)) == 1
    assert sweep_due(now=early + dt.timedelta(minutes=2)) == 0
    assert Sweep.objects.get().day == dt.date(2026, 11, 26)
    assert sweep_due(now=early + dt.timedelta(days=1, minutes=1)) == 1
    assert Sweep.objects.count() == 2


def test_in_batches_and_on_from_where_it_died(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    rated_round(organisation, people=5)
    everything_old()
    monkeypatch.setattr("keeping.services.sweeping._TURN_SECONDS", 0)
    assert sweep_due(now=night()) == 0
    assert Response.objects.count() == 5, "no time: nothing yet, and nothing is lost"
    monkeypatch.undo()
    died: list[int] = []

    def die_on_the_third(limit: object, keys: object) -> None:
        died.append(1)
        if len(died) == 3:
            raise RuntimeError
        let_go(limit, keys)

    from keeping.services import sweeping  # noqa: PLC0415  (the part that dies)

    let_go: Callable[..., None] = sweeping._let_go
    monkeypatch.setattr(sweeping, "_let_go", die_on_the_third)
    assert sweep_due(now=night(), batch=2) == 0
    monkeypatch.undo()
    assert Response.objects.count() == 1, "two batches were committed"
    assert sweep_due(now=night(), batch=2) == 1
    assert not Response.objects.exists()
    assert Sweep.objects.get().counts["answers_months"] == 5


@pytest.mark.django_db(transaction=True)
def test_two_workers_sweep_once() -> None:
    organisation = factories.organisation()
    rated_round(organisation, people=6)
    everything_old()
    done: list[int] = []

    def work() -> None:
        done.append(sweep_due(now=night(), batch=1))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    while not sum(done):
        done.append(sweep_due(now=night(), batch=1))
    assert sum(done) == 1
    assert Sweep.objects.get().counts["answers_months"] == 6


def test_another_organisation_keeps_its_own(organisation: Organisation) -> None:
    other = factories.organisation()
    Keeping.objects.create(organisation=other, answers_months=120)
    rated_round(other)
    old = timezone.now() - dt.timedelta(days=3 * 365)
    Round.objects.update(closed_at=old)
    sweep_due(now=night())
    assert Response.objects.count() == 3


def test_copies_in_the_mailbox_go_when_nobody_keeps_them(organisation: Organisation) -> None:
    assert settings.MAILBOX is not None
    old, young = settings.MAILBOX / "1-1.eml", settings.MAILBOX / "2-2.eml"
    for file in (old, young):
        file.write_text("Subject: hello\n\n")
    long_ago = (timezone.now() - dt.timedelta(days=91)).timestamp()
    os.utime(old, (long_ago, long_ago))
    write_emails([NewEmail("signin", "a@b.example", "Sign in", "link")])
    Email.objects.update(state="sent", created_at=LONG_AGO)
    sweep_due(now=night())
    assert not old.exists()
    assert young.exists()
    assert not Email.objects.exists()


# The pages


def test_shorter_times_are_saved_once_it_was_seen_what_goes(
    organisation: Organisation, as_leader: Client, as_manager: Client
) -> None:
    rated_round(organisation)
    Round.objects.update(closed_at=timezone.now() - dt.timedelta(days=200))
    edit = url("limits_edit", organisation)
    answer = as_leader.post(edit, SHORTEST)
    assert "Answers of named rounds: 3" in answer.text
    assert "Save, and let them go tonight" in answer.text
    assert not Keeping.objects.exists()
    assert as_leader.post(edit, {**SHORTEST, "seen": "yes"}).status_code == 302
    kept = Keeping.objects.get()
    assert kept.answers_months == 3
    assert kept.changed_by is not None
    assert Response.objects.count() == 3, "not before the night"
    assert "3 months" in as_manager.get(url("index", organisation)).text
    longer = {**SHORTEST, "answers_months": 36}
    assert as_leader.post(edit, longer).status_code == 302, "nothing more goes: saved at once"


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("answers_months", "2", "Enter 3 or more"),
        ("answers_months", "soon", "Enter a whole number"),
        ("left_months", "", "Enter a number"),
        ("email_text_days", "100", "their texts cannot stay longer"),
        ("upload_days", "99999999999", "Enter 365 or less"),
    ],
)
def test_a_time_that_cannot_be(
    organisation: Organisation, as_leader: Client, name: str, value: str, complaint: str
) -> None:
    answer = as_leader.post(url("limits_edit", organisation), {**SHORTEST, name: value})
    assert answer.status_code == 422
    assert complaint in answer.text
    assert not Keeping.objects.exists()


def test_the_database_knows_the_minimum(organisation: Organisation) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Keeping.objects.create(organisation=organisation, answers_months=2)


def test_who_may(
    organisation: Organisation,
    as_manager: Client,
    as_member: Client,
    as_auditor: Client,
    leader: Membership,
) -> None:
    change_keeping(organisation=organisation, by=leader, **SHORTEST)
    index, edit = url("index", organisation), url("limits_edit", organisation)
    assert [one.get(index).status_code for one in (as_manager, as_auditor, as_member)] == [
        200,
        200,
        403,
    ]
    assert {one.post(edit, SHORTEST).status_code for one in (as_manager, as_auditor)} == {403}


@pytest.mark.parametrize("nights", [1, 3])
def test_the_page_asks_as_often_for_three_nights_as_for_one(
    organisation: Organisation,
    as_leader: Client,
    nights: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    rated_round(organisation)
    everything_old()
    for back in range(nights):
        sweep_due(now=night(-back))
    as_leader.get(url("index", organisation))
    # User, membership; the limits, twice five counts, the nights, who asked, who was erased.
    with django_assert_num_queries(16):
        answer = as_leader.get(url("index", organisation))
    assert answer.text.count("Nothing was over") == nights - 1
    assert "Answers of named rounds: 3" in answer.text
