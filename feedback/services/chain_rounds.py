"""Rounds that ask each receiving team about the hand-offs that it gets, and about no others."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from feedback.models import Question, Round, Survey
from feedback.services.errors import FeedbackError
from feedback.services.question_specs import QuestionSpec
from feedback.services.rounds import create_round
from feedback.services.surveys import create_survey
from programme.models import Membership, Organisation, Period, Team
from touchpoints.models import HandOff

_LONGEST_TEXT, _LONGEST_TITLE = 500, 200


@dataclass(frozen=True, slots=True)
class ChainRound:
    """What one round of a chain is made from: a team and the hand-offs that it receives."""

    team: Team
    hand_offs: Sequence[HandOff]


@transaction.atomic
def prepare_chain_rounds(
    *,
    organisation: Organisation,
    asked: Collection[ChainRound],
    confidential: bool,
    period: Period,
    closes_at: dt.datetime,
    created_by: Membership,
    message: str = "",
) -> list[Round]:
    """Prepare a round for each of those teams and the teams within it; nothing is sent before
    `open_round`. A survey that asks just these hand-offs already is used again. Raises
    FeedbackError where no team is chosen or the quarter is closed."""
    if not asked:
        raise FeedbackError("Choose at least one team.")
    parents = dict(Team.objects.filter(organisation=organisation).values_list("pk", "parent_id"))
    return [
        create_round(
            organisation=organisation,
            survey=_survey(organisation, one),
            title=f"What {one.team} receives"[:_LONGEST_TITLE],
            audience=Round.Audience.INTERNAL,
            confidential=confidential,
            period=period,
            selection={"teams": _within(one.team.pk, parents)},
            message=message,
            created_by=created_by,
            closes_at=closes_at,
        )
        for one in asked
    ]


def _survey(organisation: Organisation, asked: ChainRound) -> Survey:
    wanted = {one.pk for one in asked.hand_offs}
    earlier = Survey.objects.filter(
        organisation=organisation,
        archived_at=None,
        next_versions=None,
        questions__hand_off__in=wanted,
    )
    for survey in earlier.distinct().prefetch_related("questions"):
        questions = [one for one in survey.questions.all() if not one.is_text]
        texts = {one.hand_off_id: one.text for one in questions}
        if texts == {one.pk: _text(one) for one in asked.hand_offs}:
            return survey
    return create_survey(
        organisation=organisation,
        title=f"What {asked.team} receives"[:_LONGEST_TITLE],
        introduction="Think of the last three months, and of what other teams hand to you. Was it "
        "better than you hoped, as it should be, or did it let you down? Leave out what you have "
        "not come across.",
        thanks="Thank you. The results go to both teams, together with what will change.",
        questions=[
            *(
                QuestionSpec(
                    key=f"hand-off-{one.pk}",
                    kind=Question.Kind.MOMENT,
                    text=_text(one),
                    hint=f"For the customers’ sake: {one.touchpoint}"[:_LONGEST_TEXT],
                    hand_off_id=one.pk,
                )
                for one in asked.hand_offs
            ),
            QuestionSpec(
                key="comment",
                kind=Question.Kind.LONG_TEXT,
                text="What one thing should change in what you receive?",
            ),
        ],
    )


def _text(hand_off: HandOff) -> str:
    return f"{hand_off}, from {hand_off.giver}"[:_LONGEST_TEXT]


def _within(team: int, parents: Mapping[int, int | None]) -> list[int]:
    """The team and all teams within it."""
    found = [team]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found
