"""A low answer of a named customer opens a case by itself, where the organisation wants that."""

from collections.abc import Mapping, Sequence
from typing import Any

from feedback import kinds
from feedback.models import Case, Question, Response, Round, ServiceStandard
from feedback.services.cases import open_case
from touchpoints.moments import moment_of

_LOW_RECOMMEND = 6


def open_for_low_answer(
    *, sent: Round, response: Response, questions: Sequence[Question]
) -> Case | None:
    """The case that these answers open, the first time that any is low; otherwise None.

    The response is held by the caller, so that two of its submissions come one after the other.
    """
    if sent.confidential or sent.answers_apart or sent.audience != Round.Audience.EXTERNAL:
        return None
    if response.invitation_id is None:
        return None
    low = lowest(questions, response.answers)
    if low is None:
        return None
    wanted = ServiceStandard.objects.filter(
        organisation_id=sent.organisation_id, from_low_scores=True
    )
    if not wanted.exists() or Case.objects.filter(response=response).exists():
        return None
    return open_case(
        organisation=sent.organisation,
        title=_title(low, response.answers),
        response=response,
        touchpoint=low.touchpoint,
    )


def lowest(questions: Sequence[Question], answers: Mapping[str, Any]) -> Question | None:
    """The first question answered with a misery, otherwise one of recommending with 0 to 6."""
    unlikely = None
    for question in questions:
        value = answers.get(question.key)
        if value is None:
            continue
        if question.kind == kinds.RECOMMEND and question.touchpoint_id is None:
            if value <= _LOW_RECOMMEND:
                unlikely = unlikely or question
        elif question.kind in kinds.RATING and question.touchpoint_id is not None:
            scale = question.scale
            if moment_of(scale, value) == "misery":
                return question
    return unlikely


def _title(low: Question, answers: Mapping[str, Any]) -> str:
    if low.kind == kinds.RECOMMEND and low.touchpoint_id is None:
        return f"Would recommend us with {answers[low.key]} of 10"
    about = low.touchpoint.name if low.touchpoint is not None else low.text
    return f"A misery: {about}"[:300]
