"""Answers: saved as a person goes, handed in once."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from accounts.prepared import prepared_cursor
from feedback import kinds
from feedback.models import Invitation, OpenLink, Question, Response, Round
from feedback.queries.answering import Answering, held_response, used_questions
from feedback.services.errors import FeedbackError
from feedback.services.low_scores import open_for_low_answer
from feedback.services.rounds import asked
from feedback.spoken import base_of

type Answers = Mapping[str, kinds.Answer | None]


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


@dataclass(frozen=True, slots=True)
class _Seat:
    """One place in a round: an invitation's, or one device's at a link for a place.

    Of an invitation `seen` is what was stored a moment ago, as long as `trusted`: nearly always it
    still is, and writing tells where it is not.
    """

    round: Round
    response_id: uuid.UUID
    invitation: Invitation | None = None
    link: OpenLink | None = None
    seen: Response | None = None
    trusted: bool = False

    def stored(self) -> Response | None:
        """What this seat has answered; where that cannot be trusted or is in already, held until
        the transaction ends."""
        if self.trusted and (self.seen is None or self.seen.submitted_at is None):
            return self.seen
        return held_response(
            round_id=self.round.pk,
            invitation_id=self.invitation.pk if self.invitation is not None else None,
            device=self.response_id,
        )


def mark_seen(*, invitation: Invitation) -> None:
    """Remember that the page was opened; only the first time counts."""
    Invitation.objects.filter(pk=invitation.pk, seen_at=None).update(seen_at=timezone.now())


def save_answers(
    *, invitation: Invitation, answers: Answers, version: int, seen: Answering | None = None
) -> Response:
    """Keep one page's answers; None takes an answer back.

    `version` is that of the response when the page was shown, 0 before there was one. Saving the
    same answers again changes nothing, whatever the version. `seen` is what the caller has just
    read of the invitation, which spares reading it again.

    Raises:
        RoundClosedError: the round is closed, or confidential and answered already.
        StaleAnswersError: someone saved something else in between.
        FeedbackError: an answer that its question does not allow.
    """
    return _keep(_invited(invitation, seen), answers, version, hand_in=False)


def submit_response(
    *, invitation: Invitation, answers: Answers, version: int, seen: Answering | None = None
) -> Response:
    """Save the last page's answers and hand all of them in; doing it again changes nothing.

    What is saved stays saved where the handing in is refused. Answers to questions that the others
    have hidden are let go. Raises what `save_answers` raises, and MissingAnswerError.
    """
    return _keep(_invited(invitation, seen), answers, version, hand_in=True)


def save_open_answers(
    *, link: OpenLink, device: uuid.UUID, answers: Answers, version: int
) -> Response:
    """As `save_answers`, for a device at a link for a place; RoundClosedError where it is off."""
    return _keep(_Seat(link.round, device, link=link), answers, version, hand_in=False)


def submit_open_response(
    *, link: OpenLink, device: uuid.UUID, answers: Answers, version: int
) -> Response:
    """As `submit_response`, for a device at a link for a place."""
    return _keep(_Seat(link.round, device, link=link), answers, version, hand_in=True)


def questions_of(sent: Round) -> tuple[Question, ...]:
    """The questions that a round asks. What a round has used never changes, so they are read from
    the database once."""
    found = used_questions(sent.survey_id)
    if not sent.confidential:  # which alone leaves any out, and most are not
        return found
    return tuple(question for question in found if asked(sent, question.key))


def _invited(invitation: Invitation, seen: Answering | None) -> _Seat:
    return _Seat(
        invitation.round,
        uuid.uuid4(),
        invitation=invitation,
        seen=seen.response if seen is not None else None,
        trusted=seen is not None,
    )


def _keep(seat: _Seat, answers: Answers, version: int, *, hand_in: bool) -> Response:
    """One transaction; a required answer that is missing is told after what was saved is."""
    while True:
        try:
            with transaction.atomic():
                response, missing = _keep_locked(seat, answers, version, hand_in=hand_in)
        except _OtherFirstError:
            seat = replace(seat, trusted=False)
            continue
        if missing is not None:
            raise MissingAnswerError(missing)
        return response


class _OtherFirstError(Exception):
    """The same seat's answers were stored in between: look again."""


def _keep_locked(
    seat: _Seat, answers: Answers, version: int, *, hand_in: bool
) -> tuple[Response, str | None]:
    """The response as it is now, and the question that still needs an answer."""
    _hold_open(seat)
    questions = questions_of(seat.round)
    _check(questions, answers)
    response = seat.stored()
    is_new = response is None
    if response is None:
        response = _new_response(seat)
    changed = {**response.answers, **answers}
    changed = {key: value for key, value in changed.items() if value not in (None, "", [])}
    was_in, was = response.submitted_at is not None, response.version
    if changed == response.answers and (was_in or not hand_in):
        return response, None
    if changed != response.answers:
        if seat.round.confidential and was_in:
            raise RoundClosedError("Your answers are in already, and cannot be changed.")
        if response.version != version:
            raise StaleAnswersError(response)
        response.answers = kinds.handed_in(questions, changed) if was_in else changed
        response.version += 1
    missing = None
    if hand_in and not was_in:
        missing = kinds.first_missing(questions, response.answers)
        if missing is None:
            response.answers = kinds.handed_in(questions, response.answers)
            response.submitted_at = timezone.now()
    if is_new:
        _write_first(response)
    else:
        _write(response, was=was, was_in=was_in)
    if response.submitted_at is not None:
        _follow(seat, response, questions, first=not was_in)
    return response, missing


def _hold_open(seat: _Seat) -> None:
    """Hold the round open until this transaction ends.

    FOR KEY SHARE lets everyone answer at once and makes closing wait: after it, whoever waited
    here sees the round closed. So no "thank you" is ever shown for an answer that came too late.
    """
    with prepared_cursor() as cursor:
        cursor.execute(
            "SELECT state FROM feedback_round WHERE id = %s FOR KEY SHARE", [seat.round.pk]
        )
        row = cursor.fetchone()
    if row is None or row[0] != Round.State.OPEN:
        raise RoundClosedError("This round is closed and takes no more answers.")
    if seat.link is not None:
        with prepared_cursor() as cursor:
            # Shared, so that turning the link off waits as closing does.
            cursor.execute(
                "SELECT turned_off_at FROM feedback_openlink WHERE id = %s FOR SHARE",
                [seat.link.pk],
            )
            row = cursor.fetchone()
        if row is None or row[0] is not None:
            raise RoundClosedError("This link has been turned off and takes no more answers.")


def _new_response(seat: _Seat) -> Response:
    return Response(
        id=seat.response_id,
        organisation_id=seat.round.organisation_id,
        round=seat.round,
        invitation=seat.invitation,
        open_link=seat.link,
        team_id=seat.invitation.team_id if seat.invitation is not None else None,
        segment_id=seat.invitation.segment_id if seat.invitation is not None else None,
        started_at=timezone.now(),
    )


def _write(response: Response, *, was: int, was_in: bool) -> None:
    """_OtherFirstError where the row is no longer as it was."""
    with prepared_cursor() as cursor:
        cursor.execute(
            "UPDATE feedback_response SET answers = %s, version = %s, submitted_at = %s "
            "WHERE id = %s AND version = %s AND (submitted_at IS NOT NULL) = %s",
            [
                json.dumps(response.answers),
                response.version,
                response.submitted_at,
                response.pk,
                was,
                was_in,
            ],
        )
        if cursor.rowcount == 0:
            raise _OtherFirstError


def _write_first(response: Response) -> None:
    """_OtherFirstError where the seat has answered meanwhile."""
    # One statement, where a savepoint and a look for what is there would take four.
    with prepared_cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO feedback_response (id, organisation_id, round_id, invitation_id,
                open_link_id, team_id, segment_id, answers, version, started_at, submitted_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT DO NOTHING RETURNING id
            """,
            [
                response.pk,
                response.organisation_id,
                response.round_id,
                response.invitation_id,
                response.open_link_id,
                response.team_id,
                response.segment_id,
                json.dumps(response.answers),
                response.version,
                response.started_at,
                response.submitted_at,
            ],
        )
        if cursor.fetchone() is None:
            raise _OtherFirstError


def _follow(seat: _Seat, response: Response, questions: Sequence[Question], *, first: bool) -> None:
    """What else an answer that is in changes: its invitation, and a named round's comments."""
    if first and seat.invitation is not None:
        with prepared_cursor() as cursor:
            cursor.execute(
                "UPDATE feedback_invitation SET answered_at = %s WHERE id = %s",
                [response.submitted_at, seat.invitation.pk],
            )
    if not seat.round.confidential:
        _keep_comments(seat.round, response, questions, first=first)
        open_for_low_answer(sent=seat.round, response=response, questions=questions)


def _check(questions: Sequence[Question], answers: Answers) -> None:
    by_key = {found.key: found for found in questions}
    for key, value in answers.items():
        question = by_key.get(key)
        if question is None:
            raise FeedbackError(
                "One of the answers belongs to another survey. Nothing was changed."
            )
        if value is None or value == [] or kinds.is_offered(question, value):
            continue
        if question.is_text:
            raise FeedbackError(f"A text may have at most {kinds.TEXT_LIMIT:,} characters.")
        raise FeedbackError("One of the answers is not among those offered. Nothing was changed.")


def _keep_comments(
    sent: Round, response: Response, questions: Sequence[Question], *, first: bool
) -> None:
    """Make the comments of a named round's response those of its answers."""
    texts = {
        question: response.answers[question.key]
        for question in questions
        if question.is_text
        and question.key != Question.SIGNATURE
        and question.key in response.answers
    }
    if not first:
        response.comments.exclude(question__in=texts).delete()
    with prepared_cursor() as cursor:
        for question, text in texts.items():
            cursor.execute(
                """
                INSERT INTO feedback_comment (id, organisation_id, round_id, response_id,
                    question_id, touchpoint_id, segment_id, text, language, review)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, '')
                ON CONFLICT (response_id, question_id) DO UPDATE SET text = excluded.text
                """,
                [
                    uuid.uuid4(),
                    response.organisation_id,
                    sent.pk,
                    response.pk,
                    question.pk,
                    question.touchpoint_id,
                    response.segment_id,
                    text,
                    base_of(sent.survey.language),
                ],
            )
