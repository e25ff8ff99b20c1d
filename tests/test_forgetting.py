"""What is held about a person, erasing them, and their own wish to be forgotten."""

import datetime as dt
import io
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from feedback.models import (
    Case,
    Change,
    Comment,
    Conversation,
    Invitation,
    Message,
    Response,
    Round,
    Told,
)
from feedback.queries.receipts import receipts_of
from feedback.services import (
    close_round,
    hash_of,
    open_case,
    open_round,
    publish_change,
    send_change,
    update_case,
    write_change,
)
from feedback.services.forgetting import CASE_TITLE
from keeping.models import Erasure, ErasureRequest
from keeping.services import WAITS_DAYS, erase_person, sweep_due
from missions.models import Contribution, Voice
from missions.services import ask_for_words, gather_contributions, start_mission
from outbox.models import Email
from outbox.services import NewEmail, write_emails
from programme.models import Forgotten, Membership, Organisation, Person
from programme.people_table import PersonRow
from programme.services import ProgrammeError, add_person, import_people, update_person
from reports.models import BoardReport
from tests import factories
from tests.test_keeping import night, of_all_tallies, rated_round

NAME, ADDRESS = "Quillon Vandermeer", "quillon@vandermeer.example"


@pytest.fixture
def person(organisation: Organisation) -> Person:
    return factories.customer(organisation, NAME, email=ADDRESS, yearly_value=9000)


def url(name: str, person: Person) -> str:
    return reverse(f"keeping:{name}", args=[person.organisation.slug, person.pk])


def places_that_say(*words: str) -> list[str]:
    """Every column of text or JSON, in every table, in which one of these stands."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'public'
              AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY')
            """
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE ANY(%s)',  # noqa: S608
                [[f"%{one}%" for one in words]],
            )
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return found


def a_life(person: Person, leader: Membership) -> Round:
    """Everything that may name them: a closed round with a comment and a case, an open one that
    waits, a word for a mission, an email to a colleague about them. The closed round."""
    organisation = person.organisation
    closed = rated_round(organisation)
    assert closed.invitations.filter(person=person).exists()
    comment = Comment.objects.get(response__invitation__person=person)
    Comment.objects.filter(pk=comment.pk).update(text=f"Call {NAME}, please")
    comment.refresh_from_db()
    case = open_case(organisation=organisation, title=f"{NAME} waits", comment=comment)
    update_case(
        case=case,
        title=case.title,
        owner=None,
        due_at=None,
        state="recovered",
        outcome=f"Wrote to {NAME} at {ADDRESS.upper()}; content again",
    )
    mission = start_mission(organisation=organisation, title="Ours", started_by=leader)
    asked = ask_for_words(
        mission=mission, voice=Voice.CUSTOMER, selection={}, message="", asked_by=leader
    )
    invitation = asked.round.invitations.get(person=person)
    factories.submitted(invitation, words="Come when you said", name=NAME)
    gather_contributions(mission=mission)
    assert Contribution.objects.get().signed_name == NAME
    write_emails(
        [
            NewEmail(
                "case",
                leader.user.email,
                "A case is late",
                f"{NAME} <{ADDRESS}> waits",
                organisation_id=organisation.pk,
            )
        ]
    )
    Email.objects.filter(key="case").update(state="sent")
    change = write_change(
        organisation=organisation,
        title=f"A call for {NAME}",
        said=f"{NAME.upper()} asked for a call.",
        did=f"We rang {ADDRESS}; the Quillons are others.",
        rounds=[closed],
        cases=[case],
        by=leader,
    )
    publish_change(change=change, by=leader)
    send_change(change=change)
    Email.objects.filter(key__startswith="change:").update(state="sent")
    talk = Conversation.objects.create(organisation=organisation, name=NAME, email=ADDRESS.upper())
    Message.objects.create(
        organisation=organisation, conversation=talk, from_us=False, text=f"{NAME} still waits"
    )
    return closed


def test_after_erasing_no_table_names_them_and_nothing_counted_moves(
    organisation: Organisation, person: Person, leader: Membership, as_leader: Client
) -> None:
    closed = a_life(person, leader)
    report = BoardReport.objects.create(
        organisation=organisation,
        period=closed.period,
        state="ready",
        figures={"n": 4},
        pdf=b"%PDF-1.7 frozen",
    )
    before = (of_all_tallies(), closed.results, bytes(report.pdf or b""), report.figures)
    counts = receipts_of([Round.objects.get(pk=closed.pk)])[0]
    assert len(places_that_say(NAME, ADDRESS)) > 5

    wrong = as_leader.post(url("person_erase", person), {"name": "Somebody"})
    assert wrong.status_code == 422
    assert f"type {NAME}" in wrong.text
    assert Person.objects.filter(pk=person.pk).exists()
    answer = as_leader.post(url("person_erase", person), {"name": NAME.lower()})
    assert answer.status_code == 302

    assert places_that_say(NAME, ADDRESS) == []
    closed, report = Round.objects.get(pk=closed.pk), BoardReport.objects.get()
    assert (of_all_tallies(), closed.results, bytes(report.pdf or b""), report.figures) == before
    after = receipts_of([closed])[0]
    assert (after.invited, after.sent, after.failed, after.answered) == (
        counts.invited,
        counts.sent,
        counts.failed,
        counts.answered,
    )
    change = Change.objects.get()
    assert change.title == "A call for someone"
    assert change.said == "someone asked for a call."
    assert change.did == "We rang someone; the Quillons are others."
    # The others were told, and stay so.
    told = Told.objects.filter(change=change)
    assert told.count() == change.sent_to - 1 == closed.invitations.count()
    case = Case.objects.get()
    assert (case.title, case.state) == (CASE_TITLE, "recovered")
    assert case.outcome == "Wrote to someone at someone; content again"
    assert not Contribution.objects.exists()
    assert Erasure.objects.get().counts == {
        "answers": 2,
        "invitations": 2,
        "cases": 1,
        "emails": 3,
    }
    # Another round of the quarter does not count the first anew.
    rated_round(organisation, people=0)
    assert [row for row in of_all_tallies() if row in before[0]] == before[0]


def test_an_open_confidential_round_does_not_say_whether_they_had_answered(
    organisation: Organisation, person: Person
) -> None:
    for _ in range(7):
        factories.customer(organisation)
    opened = factories.draft_round(organisation, confidential=True)
    open_round(round=opened)
    for invitation in opened.invitations.all():
        factories.submitted(invitation, recommend=9, comment=f"I am {NAME}")
    before = receipts_of([opened])[0]
    token_before = opened.invitations.get(person=person).token_hash
    erase_person(person=person, by=None)
    after = receipts_of([opened])[0]
    assert (after.invited, after.answered, after.opened) == (
        before.invited,
        before.answered,
        before.opened,
    )
    assert Response.objects.count() == 7
    empty = Invitation.objects.get(person=None)
    assert empty.token_hash != token_before
    assert close_round(round=opened).state == "closed"


def test_sealed_answers_stay_as_they_are(organisation: Organisation, person: Person) -> None:
    for _ in range(7):
        factories.customer(organisation)
    opened = factories.draft_round(organisation, confidential=True)
    open_round(round=opened)
    for invitation in opened.invitations.all():
        factories.submitted(invitation, recommend=9)
    closed = close_round(round=opened)
    sealed = list(Response.objects.order_by("pk").values_list())
    erase_person(person=person, by=None)
    assert list(Response.objects.order_by("pk").values_list()) == sealed
    assert Round.objects.get(pk=closed.pk).results == closed.results


def test_what_is_handed_over(
    organisation: Organisation, person: Person, leader: Membership, as_leader: Client
) -> None:
    a_life(person, leader)
    confidential = factories.draft_round(organisation, confidential=True, title="In confidence")
    open_round(round=confidential)
    factories.submitted(confidential.invitations.get(person=person), recommend=3, comment="Secret")
    held = json.loads(as_leader.get(url("held_json", person)).content)
    assert held["profile"]["Name"] == NAME
    by_title = {one["title"]: one for one in held["rounds"]}
    assert len(by_title) == 3
    secret = by_title["In confidence"]
    assert (secret["opened"], secret["answered"], secret["answers"]) == (None, None, [])
    assert "Secret" not in json.dumps(held)
    said = [answer["answer"] for one in held["rounds"] for answer in one["answers"]]
    assert {"5", "Kind and quick", "Come when you said"} <= set(said)
    assert held["words"] == [{"of": "words", "text": "Come when you said"}]
    assert held["cases"][0]["title"] == f"{NAME} waits"
    assert [(one["from_us"], one["text"]) for one in held["messages"]] == [
        (False, f"{NAME} still waits")
    ]
    assert len(held["emails"]) == 4
    assert held["told"] == [f"A call for {NAME}"]
    pdf = as_leader.get(url("held_pdf", person))
    assert pdf["Content-Disposition"].startswith("attachment")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.content)).pages)
    assert NAME in text
    assert "Come when you said" in text
    assert "still waits" in text
    assert "Told of what changed" in text
    assert "Secret" not in text
    page = as_leader.get(url("held", person)).text
    assert "1 confidential round of theirs" in page


def test_who_may(
    person: Person, as_manager: Client, as_auditor: Client, stranger_client: Client
) -> None:
    for name in ("held", "held_json", "held_pdf"):
        assert as_manager.get(url(name, person)).status_code == 403
        assert as_auditor.get(url(name, person)).status_code == 403
        assert stranger_client.get(url(name, person)).status_code == 404
    assert as_manager.post(url("person_erase", person), {"name": NAME}).status_code == 403
    assert Person.objects.filter(pk=person.pk).exists()


# Not by mistake again


def test_nobody_asks_them_again_by_mistake(
    organisation: Organisation, person: Person, as_leader: Client
) -> None:
    erase_person(person=person, by=None)
    rows = [
        PersonRow(
            number=number,
            name=name,
            email=email,
            kind="customer",
            team=None,
            segment=None,
            yearly_value=None,
            language=None,
        )
        for number, (name, email) in enumerate([(NAME, ADDRESS), ("Ada", "ada@b.example")], 2)
    ]
    outcome = import_people(organisation=organisation, rows=rows)
    assert (outcome.added, outcome.forgotten) == (1, 1)
    with pytest.raises(ProgrammeError, match="asked to be forgotten"):
        add_person(organisation=organisation, kind="customer", name=NAME, email=ADDRESS.upper())
    ada = Person.objects.get()
    with pytest.raises(ProgrammeError, match="asked to be forgotten"):
        update_person(
            person=ada,
            name="Ada",
            email=ADDRESS,
            team=None,
            segment=None,
            yearly_value=None,
            language="en",
        )
    elsewhere = factories.organisation()
    assert add_person(organisation=elsewhere, kind="customer", name=NAME, email=ADDRESS).pk
    lift = reverse("keeping:forgotten_lift", args=[organisation.slug])
    assert "not among those" in as_leader.post(lift, {"email": "x@y.example"}, follow=True).text
    assert "Enter an email address" in as_leader.post(lift, {"email": "x"}, follow=True).text
    assert Forgotten.objects.count() == 1
    assert "can be added again" in as_leader.post(lift, {"email": ADDRESS}, follow=True).text
    assert add_person(organisation=organisation, kind="customer", name=NAME, email=ADDRESS).pk


# At their own wish


def link_in(email: Email) -> str:
    found = re.search(r"/forget/sure/\S+", email.text)
    assert found
    return found[0]


def test_by_the_link_of_an_email_confirmed_by_another(
    organisation: Organisation, person: Person, as_leader: Client
) -> None:
    opened = factories.draft_round(organisation)
    open_round(round=opened)
    Invitation.objects.filter(person=person).update(token_hash=hash_of("theirs"))
    anyone = Client(enforce_csrf_checks=True)
    page = anyone.get("/unsubscribe/theirs/").text
    assert "/forget/theirs/" in page
    assert "Shall" in anyone.get("/forget/theirs/").text
    assert not Email.objects.filter(key__startswith="forget:").exists(), "looking sends nothing"
    for _ in range(2):
        assert "Please look at your emails" in anyone.post("/forget/theirs/").text
    email = Email.objects.get(key__startswith="forget:")
    assert email.to_email == ADDRESS
    link = link_in(email)
    assert "Delete everything about you?" in anyone.get(link).text
    assert not ErasureRequest.objects.exists(), "looking confirms nothing"
    assert "It will be deleted" in anyone.post(link).text
    assert "Delete everything" in anyone.post(link, {"keep": "yes"}).text
    assert not ErasureRequest.objects.exists()
    anyone.post(link)
    anyone.post(link)
    index = reverse("keeping:index", args=[organisation.slug])
    assert NAME in as_leader.get(index).text
    assert "asked to be forgotten on" in as_leader.get(url("held", person)).text

    sweep_due(now=night(WAITS_DAYS - 1))
    assert Person.objects.filter(pk=person.pk).exists()
    sweep_due(now=night(WAITS_DAYS + 1))
    assert places_that_say(NAME, ADDRESS) == []
    erasure = Erasure.objects.get()
    assert (erasure.was_asked, erasure.by) == (True, None)
    assert "at their own wish, by itself" in as_leader.get(index).text
    assert anyone.get(link).status_code == 404
    assert anyone.get("/forget/theirs/").status_code == 404


def test_links_that_do_not_work(organisation: Organisation, person: Person) -> None:
    assert Client().post("/forget/unknown/").status_code == 404
    assert Client().post("/forget/sure/forged/").status_code == 404
    assert not ErasureRequest.objects.exists()


def test_a_confirmation_is_for_the_address_it_went_to(
    organisation: Organisation, person: Person
) -> None:
    open_round(round=factories.draft_round(organisation))
    Invitation.objects.filter(person=person).update(token_hash=hash_of("theirs"))
    Client().post("/forget/theirs/")
    link = link_in(Email.objects.get(key__startswith="forget:"))
    Person.objects.filter(pk=person.pk).update(email="new@owner.example")
    assert Client().post(link).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_often_for_three_rounds_as_for_one(
    organisation: Organisation,
    person: Person,
    as_leader: Client,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(number):
        opened = factories.draft_round(organisation)
        open_round(round=opened)
        factories.submitted(opened.invitations.get(person=person), recommend=9)
    as_leader.get(url("held", person))
    # User, membership; the person, invitations, questions, emails, cases, three kinds of words,
    # what they were told of, the request; and for their emails, the rounds and changes they had.
    with django_assert_num_queries(16):
        answer = as_leader.get(url("held", person))
    assert answer.context["held"].answers == number
    assert answer.context["person"].created_at < timezone.now() + dt.timedelta(1)
