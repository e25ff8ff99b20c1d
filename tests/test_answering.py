"""Answers: saved as a person goes, handed in once, never lost in silence."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from feedback.models import Comment, Invitation, Response
from feedback.queries.answering import answering
from feedback.services import (
    FeedbackError,
    MissingAnswerError,
    QuestionSpec,
    RoundClosedError,
    StaleAnswersError,
    close_round,
    open_round,
    save_answers,
    submit_response,
)
from programme.models import Organisation
from tests import factories
from tests.respondents import opened, sent_round

pytestmark = pytest.mark.django_db


# Saving and submitting


def test_answers_are_handed_in_thanked_for_and_can_be_changed(organisation: Organisation) -> None:
    _, link = sent_round(organisation)
    client, page = opened(link)
    sent_in = {"q-recommend": "9", "q-comment": " More light ", "version": "0", "move": "on"}
    answer = client.post(page, sent_in, follow=True)
    assert b"Thank you" in answer.content
    assert b"We read every answer" in answer.content
    response = Response.objects.get()
    assert response.answers == {"recommend": 9, "comment": "More light"}
    assert response.submitted_at is not None
    assert Comment.objects.get().text == "More light"
    assert Comment.objects.get().released_at is None

    change = {"q-recommend": "", "q-comment": "Less noise", "version": "1", "move": "on"}
    client.post(page, change)
    assert Response.objects.get().answers == {"comment": "Less noise"}
    assert Comment.objects.get().text == "Less noise"


def test_a_confidential_answer_is_final_and_unseen(organisation: Organisation) -> None:
    _, link = sent_round(organisation, confidential=True)
    client, page = opened(link)
    sent_in = {"q-recommend": "9", "q-comment": "Secret", "version": "0", "move": "on"}
    assert b"Thank you" in client.post(page, sent_in, follow=True).content
    assert b"Secret" not in client.get(page).content
    assert b"Your answers are in" in client.get(page).content
    client.post(page, {**sent_in, "q-recommend": "1", "version": "1"})
    assert Response.objects.get().answers["recommend"] == 9
    assert not Comment.objects.exists()


def _twelve(required: str = "") -> list[QuestionSpec]:
    return [
        QuestionSpec(f"q{n}", "satisfaction-5", f"Part {n}", required=f"q{n}" == required)
        for n in range(12)
    ]


def test_many_questions_come_five_at_a_time_and_each_page_is_kept(
    organisation: Organisation,
) -> None:
    _, link = sent_round(organisation, *_twelve())
    client, page = opened(link)
    first = client.get(page).content.decode()
    assert "Page 1 of 3" in first
    assert first.count("<fieldset") == 5
    answer = client.post(page + "?page=1", {"q-q0": "4", "version": "0", "move": "on"})
    assert answer["Location"] == page + "?page=2"
    assert Response.objects.get().answers == {"q0": 4}
    answer = client.post(
        page + "?page=2", {"q-q5": "2", "version": "1", "move": "back"}, follow=True
    )
    assert answer.redirect_chain == [(page + "?page=1", 303)]
    assert Response.objects.get().answers == {"q0": 4, "q5": 2}
    # On another device, by the same link, everything is still there.
    other, _ = opened(link)
    assert "checked" in other.get(page).content.decode()
    assert Response.objects.get().submitted_at is None


def test_a_question_that_needs_an_answer_is_asked_for(organisation: Organisation) -> None:
    _, link = sent_round(organisation, *_twelve(required="q1"))
    client, page = opened(link)
    answer = client.post(page + "?page=1", {"q-q0": "3", "version": "0", "move": "on"})
    assert answer.status_code == 422
    assert b"Please choose one of these" in answer.content
    # Jumping to the end does not get round it, and loses nothing.
    answer = client.post(
        page + "?page=3", {"q-q11": "3", "version": "0", "move": "on"}, follow=True
    )
    assert b"Please choose one of these" in answer.content
    assert b"Page 1 of 3" in answer.content
    assert Response.objects.get().submitted_at is None
    with pytest.raises(MissingAnswerError):
        submit_response(invitation=Invitation.objects.get(), answers={}, version=0)


def test_back_is_never_held_up_by_a_missing_answer(organisation: Organisation) -> None:
    _, link = sent_round(organisation, *_twelve(required="q6"))
    client, page = opened(link)
    answer = client.post(page + "?page=2", {"q-q7": "3", "version": "0", "move": "back"})
    assert answer.status_code == 303
    assert Response.objects.get().answers == {"q7": 3}


def test_two_tabs_never_overwrite_one_another_silently(organisation: Organisation) -> None:
    _, link = sent_round(organisation)
    client, page = opened(link)
    client.post(page, {"q-comment": "From the first tab", "version": "0", "move": "on"})
    late = client.post(page, {"q-comment": "From the second", "version": "0", "move": "on"})
    assert late.status_code == 409
    shown = late.content.decode()
    assert "From the second" in shown
    assert "Saved elsewhere: From the first tab" in shown
    assert Response.objects.get().answers == {"comment": "From the first tab"}
    again = client.post(page, {"q-comment": "From the second", "version": "1", "move": "on"})
    assert again.status_code == 303
    assert Response.objects.get().answers == {"comment": "From the second"}


def test_submitting_the_same_again_changes_nothing(organisation: Organisation) -> None:
    _, link = sent_round(organisation)
    client, page = opened(link)
    sent_in = {"q-recommend": "9", "q-comment": "Fine", "version": "0", "move": "on"}
    for _ in range(3):
        assert client.post(page, sent_in).status_code == 303
    assert Response.objects.get().version == 1
    assert Comment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("confidential", [False, True])
def test_fifty_at_once_leave_one_response(organisation: Organisation, confidential: bool) -> None:
    _, link = sent_round(organisation, confidential=confidential)
    client, page = opened(link)
    cookie = client.cookies["focusprog_answer"].value

    def submit(_: int) -> int:
        other = Client()
        other.cookies["focusprog_answer"] = cookie
        try:
            return other.post(
                page, {"q-recommend": "7", "q-comment": "Fine", "version": "0", "move": "on"}
            ).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(50) as pool:
        statuses = set(pool.map(submit, range(50)))
    assert statuses <= {303, 200}
    assert 303 in statuses
    response = Response.objects.get()
    assert response.answers == {"recommend": 7, "comment": "Fine"}
    assert Comment.objects.count() == (0 if confidential else 1)


@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_who_is_answering_and_then_nobody_gets_in(
    organisation: Organisation,
) -> None:
    """Everyone who was thanked is counted, and whoever was not is told so."""
    for _ in range(30):
        factories.customer(organisation)
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    invitations = list(Invitation.objects.all())

    def answer(invitation: Invitation) -> bool:
        try:
            factories.submitted(invitation, recommend=8)
        except RoundClosedError:
            return False
        finally:
            connections.close_all()
        return True

    def close() -> None:
        close_round(round=sent)
        connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        first = [pool.submit(answer, invitation) for invitation in invitations[:10]]
        closing = pool.submit(close)
        rest = [pool.submit(answer, invitation) for invitation in invitations[10:]]
        thanked = sum(found.result() for found in first + rest)
        closing.result()
    sent.refresh_from_db()
    assert sent.results is not None
    assert sent.results["answered"] == thanked
    assert Response.objects.filter(submitted_at__isnull=False).count() == thanked


# Bad input


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("q-recommend", "11"),
        ("q-recommend", "-1"),
        ("q-recommend", "nine"),
        ("q-recommend", "9\x00"),
        ("q-comment", "x" * 100_000),
        ("q-comment", "a\x00b"),
    ],
)
def test_what_is_not_offered_is_refused_and_nothing_is_lost(
    organisation: Organisation, field: str, value: str
) -> None:
    _, link = sent_round(organisation)
    client, page = opened(link)
    answer = client.post(page, {"q-comment": "Keep me", field: value, "move": "on"})
    assert answer.status_code == 422
    if field == "q-recommend":
        assert b"Keep me" in answer.content
    elif len(value) > 5_000:
        assert value.encode() in answer.content
        assert b"5,000" in answer.content
    assert not Response.objects.filter(submitted_at__isnull=False).exists()


def test_answers_of_another_survey_are_refused(organisation: Organisation) -> None:
    _, link = sent_round(organisation)
    client, page = opened(link)
    assert client.post(page, {"q-salary": "9", "move": "on"}).status_code == 400
    assert client.post(page, {"version": "x", "move": "on"}).status_code == 400
    invitation = Invitation.objects.get()
    with pytest.raises(FeedbackError, match="another survey"):
        save_answers(invitation=invitation, answers={"salary": 9}, version=0)
    with pytest.raises(FeedbackError, match="not among those offered"):
        save_answers(invitation=invitation, answers={"recommend": "9"}, version=0)
    assert not Response.objects.exists()


@pytest.mark.parametrize("number", ["0", "-1", "999", "x", "9" * 5_000])
def test_a_page_that_does_not_exist_shows_one_that_does(
    organisation: Organisation, number: str
) -> None:
    _, link = sent_round(organisation)
    client, page = opened(link)
    assert client.get(page, {"page": number}).status_code == 200


def test_stale_answers_are_refused_by_the_service(organisation: Organisation) -> None:
    sent_round(organisation)
    invitation = Invitation.objects.get()
    save_answers(invitation=invitation, answers={"recommend": 9}, version=0)
    with pytest.raises(StaleAnswersError) as caught:
        save_answers(invitation=invitation, answers={"recommend": 3}, version=0)
    assert caught.value.stored.answers == {"recommend": 9}


def test_what_was_read_before_someone_else_saved_is_not_trusted(
    organisation: Organisation,
) -> None:
    sent_round(organisation)
    invitation = Invitation.objects.get()
    before = answering(pk=invitation.pk)
    assert before is not None
    save_answers(invitation=invitation, answers={"recommend": 9}, version=0)
    # The same from another tab changes nothing; something else is refused, and nothing is lost.
    again = save_answers(invitation=invitation, answers={"recommend": 9}, version=0, seen=before)
    assert again.version == 1
    with pytest.raises(StaleAnswersError):
        save_answers(invitation=invitation, answers={"recommend": 3}, version=0, seen=before)
    begun = answering(pk=invitation.pk)
    assert begun is not None
    save_answers(invitation=invitation, answers={"recommend": 5}, version=1)
    with pytest.raises(StaleAnswersError):
        submit_response(invitation=invitation, answers={"recommend": 3}, version=1, seen=begun)
    begun = answering(pk=invitation.pk)
    submit_response(invitation=invitation, answers={}, version=2)
    first = Response.objects.get()
    # Handed in meanwhile: it was handed in once.
    submit_response(invitation=invitation, answers={}, version=2, seen=begun)
    (response,) = Response.objects.all()
    assert (response.answers, response.version) == ({"recommend": 5}, 2)
    assert response.submitted_at == first.submitted_at
