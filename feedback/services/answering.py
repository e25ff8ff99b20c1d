"""Answers: saved as a person goes, submitted once."""

from collections.abc import Mapping

from django.db import connection, transaction
from django.utils import timezone

from feedback.models import Comment, Invitation, Question, Response, Round
from feedback.services.errors import FeedbackError
from feedback.services.rounds import asked
from programme.models import Person

type Answers = Mapping[str, str | int | None]


class RoundClosedError(FeedbackError):
    """The round no longer takes answers."""


class StaleAnswersError(FeedbackError):
    """The answers were changed elsewhere since the page was shown; `stored` is what they are."""

    def __init__(self, stored: Response) -> None:
        super().__init__(
            "These answers were changed in another tab or on another device since this page was "
            "opened. Nothing is lost: below is what you have just entered. Send it again to keep "
            "this instead."
        )
        self.stored = stored


class MissingAnswerError(FeedbackError):
    """A question that needs an answer has none; `key` is the first such question's."""

    def __init__(self, key: str) -> None:
        super().__init__("One question still needs your answer.")
        self.key = key


def mark_seen(*, invitation: Invitation) -> None:
    """Remember that the page was opened; only the first time counts."""
    Invitation.objects.filter(pk=invitation.pk, seen_at=None).update(seen_at=timezone.now())


@transaction.atomic
def save_answers(*, invitation: Invitation, answers: Answers, version: int) -> Response:
    """Keep one page's answers; None takes an answer back.

    `version` is that of the response when the page was shown, 0 before there was one. Saving the
    same answers again changes nothing, whatever the version.

    Raises:
        RoundClosedError: the round is closed, or confidential and answered already.
        StaleAnswersError: someone saved something else in between.
        FeedbackError: an answer that its question does not allow.
    """
    sent = _open_round(invitation)
    questions = {found.key: found for found in sent.survey.questions.all()}
    for key, value in answers.items():
        _check(sent, questions.get(key), value)
    response = _locked_response(invitation, sent)
    changed = {**response.answers, **answers}
    changed = {key: value for key, value in changed.items() if value not in (None, "")}
    if changed == response.answers:
        return response
    if sent.confidential and response.submitted_at is not None:
        raise RoundClosedError("Your answers are in already, and cannot be changed.")
    if response.version != version:
        raise StaleAnswersError(response)
    response.answers = changed
    response.version += 1
    response.save(update_fields=["answers", "version"])
    if response.submitted_at is not None:
        _keep_comments(sent, response, questions)
    return response


def submit_response(*, invitation: Invitation, answers: Answers, version: int) -> Response:
    """Save the last page's answers and hand all of them in; doing it again changes nothing.

    What is saved stays saved where the handing in is refused. Raises what `save_answers` raises,
    and MissingAnswerError.
    """
    save_answers(invitation=invitation, answers=answers, version=version)
    with transaction.atomic():
        sent = _open_round(invitation)
        response = _locked_response(invitation, sent)
        if response.submitted_at is not None:
            return response
        questions = {found.key: found for found in sent.survey.questions.all()}
        for key, question in questions.items():
            if question.required and asked(sent, key) and key not in response.answers:
                raise MissingAnswerError(key)
        response.submitted_at = timezone.now()
        response.save(update_fields=["submitted_at"])
        Invitation.objects.filter(pk=invitation.pk).update(answered_at=response.submitted_at)
        if not sent.confidential:
            _keep_comments(sent, response, questions)
    return response


def set_unsubscribed(*, invitation: Invitation, unsubscribed: bool) -> None:
    """Stop, or start again, asking the person whom an invitation was for."""
    Person.objects.filter(invitations=invitation).update(
        unsubscribed_at=timezone.now() if unsubscribed else None
    )


def _open_round(invitation: Invitation) -> Round:
    """The invitation's round, held open until this transaction ends.

    FOR KEY SHARE lets everyone answer at once and makes closing wait: after it, whoever waited
    here sees the round closed. So no "thank you" is ever shown for an answer that came too late.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state FROM feedback_round WHERE id = %s FOR KEY SHARE", [invitation.round_id]
        )
        row = cursor.fetchone()
    if row is None or row[0] != Round.State.OPEN:
        raise RoundClosedError("This round is closed and takes no more answers.")
    return Round.objects.select_related("survey").get(pk=invitation.round_id)


def _locked_response(invitation: Invitation, sent: Round) -> Response:
    """The invitation's one response, made where there is none, locked for this transaction."""
    response, _ = Response.objects.select_for_update().get_or_create(
        invitation=invitation,
        defaults={
            "organisation_id": invitation.organisation_id,
            "round": sent,
            "team_id": invitation.team_id,
            "segment_id": invitation.segment_id,
            "started_at": timezone.now(),
        },
    )
    return response


def _check(sent: Round, question: Question | None, value: str | int | None) -> None:
    if question is None or not asked(sent, question.key):
        raise FeedbackError("One of the answers belongs to another survey. Nothing was changed.")
    if value is None:
        return
    if question.is_text:
        if not isinstance(value, str) or len(value) > Response.TEXT_LIMIT or "\x00" in value:
            raise FeedbackError(f"A text may have at most {Response.TEXT_LIMIT:,} characters.")
    elif value not in Question.VALUES[question.kind]:
        raise FeedbackError("One of the answers is not among those offered. Nothing was changed.")


def _keep_comments(sent: Round, response: Response, questions: Mapping[str, Question]) -> None:
    """Make the comments of a named round's response those of its answers."""
    texts = {
        question.pk: response.answers[key]
        for key, question in questions.items()
        if question.is_text and key != Question.SIGNATURE and key in response.answers
    }
    response.comments.exclude(question__in=texts).delete()
    touchpoints = {question.pk: question.touchpoint_id for question in questions.values()}
    for question_id, text in texts.items():
        Comment.objects.update_or_create(
            response=response,
            question_id=question_id,
            defaults={
                "organisation_id": response.organisation_id,
                "round": sent,
                "touchpoint_id": touchpoints[question_id],
                "segment_id": response.segment_id,
                "text": text,
            },
        )
