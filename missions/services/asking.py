"""Asking staff and customers for words, through ordinary feedback rounds."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Left

from feedback import services as feedback
from feedback.models import Comment, Question, Round
from missions import questions
from missions.models import Contribution, Mission, MissionRound
from missions.reach import audience_of
from missions.services.errors import MissionsError, locked
from programme.models import Membership, Organisation
from programme.queries import current_quarter, end_of_day, today_at
from programme.services import period_for

WORDS_KEY = "words"
QUOTE_KEY = "quote"
DAYS_TO_ANSWER = 14
LONGEST_NAME = 200


@transaction.atomic
def ask_for_words(
    *,
    mission: Mission,
    voice: str,
    message: str,
    asked_by: Membership,
    selection: Mapping[str, Any] | None = None,
) -> MissionRound:
    """Ask that voice for their words, or those of them that `selection` names (as a round's does):
    write the survey, open its round and with it every email.

    The round is named, so that someone can change or withdraw what they wrote; the page says so,
    and the mission shows no name that was not given (docs/decisions/0010).
    """
    mission = locked(mission)
    if mission.rounds.filter(voice=voice, round__state=Round.State.OPEN).exists():
        raise MissionsError("You are asking them already: close that round before you ask again.")
    asked = questions.of_voice(voice=voice, organisation_name=mission.organisation.name)
    opened = open_mission_round(
        mission=mission,
        voice=voice,
        asked=asked,
        specs=[
            feedback.QuestionSpec(
                key=WORDS_KEY,
                kind=Question.Kind.LONG_TEXT,
                text=asked.question,
                hint=asked.hint,
                required=True,
            ),
            feedback.QuestionSpec(
                key=Question.SIGNATURE,
                kind=Question.Kind.SHORT_TEXT,
                text=asked.name_question,
                hint=asked.name_hint,
            ),
            feedback.QuestionSpec(
                key=QUOTE_KEY,
                kind=Question.Kind.YES_NO,
                text=asked.quote_question,
                hint=asked.quote_hint,
            ),
        ],
        message=message,
        asked_by=asked_by,
        selection=selection,
    )
    return MissionRound.objects.create(
        organisation=mission.organisation, mission=mission, round=opened, voice=voice
    )


def open_mission_round(
    *,
    mission: Mission,
    voice: str,
    asked: questions.Around,
    specs: Sequence[feedback.QuestionSpec],
    message: str,
    asked_by: Membership,
    selection: Mapping[str, Any] | None = None,
) -> Round:
    """Write the survey, open a named round of it for that voice, and with it every email. What is
    answered shows on the mission's pages alone."""
    organisation = mission.organisation
    try:
        survey = feedback.create_survey(
            organisation=organisation,
            title=asked.title,
            introduction=asked.introduction,
            thanks=asked.thanks,
            questions=specs,
        )
        opened = feedback.create_round(
            organisation=organisation,
            survey=survey,
            title=asked.title,
            audience=audience_of(voice),
            confidential=False,
            period=period_for(organisation=organisation, quarter=current_quarter(organisation)),
            selection=selection or {},
            message=message,
            created_by=asked_by,
            closes_at=_last_moment(organisation),
            answers_apart=True,
        )
        feedback.open_round(round=opened)
        opened.refresh_from_db()
    except feedback.FeedbackError as problem:
        raise MissionsError(str(problem)) from problem
    return opened


def _last_moment(organisation: Organisation) -> dt.datetime:
    """The end of the last day for answers, where the organisation is."""
    day = today_at(organisation) + dt.timedelta(days=DAYS_TO_ANSWER)
    return end_of_day(organisation, day)


@transaction.atomic
def close_asking(*, asked: MissionRound) -> None:
    """Close a mission's round now and bring in the last of its words; closed, it stays so."""
    # The mission before its round, as adoption does: neither waits for the other in turn.
    Mission.objects.select_for_update(no_key=True).get(pk=asked.mission_id)
    try:
        feedback.close_round(round=asked.round)
    except feedback.FeedbackError as problem:
        raise MissionsError(str(problem)) from problem
    gather_contributions(mission=asked.mission)


def gather_contributions(*, mission: Mission) -> int:
    """Bring what its rounds have received into the mission's contributions; returns how many are
    new. Run again it adds nothing, and follows those who changed their own answer.

    Answers to named rounds are taken as they come, those to confidential ones once released. An
    adopted mission takes in no more.
    """
    if not _not_yet_taken(mission).exists():
        return 0
    with transaction.atomic():
        mission = Mission.objects.select_for_update(no_key=True).get(pk=mission.pk)
        if not mission.is_open:
            return 0
        new = []
        waiting = _not_yet_taken(mission).select_related("response", "round__mission_round")
        known = Contribution.objects.filter(comment__in=_not_yet_taken(mission)).in_bulk(
            field_name="comment_id"
        )
        for comment in waiting:
            contribution = known.get(comment.pk)
            if contribution is not None:
                contribution.text = comment.text
                contribution.signed_name = _signed(comment)
                contribution.quotable = _may_be_quoted(comment)
                contribution.save(update_fields=["text", "signed_name", "quotable"])
                continue
            new.append(
                Contribution(
                    organisation_id=mission.organisation_id,
                    mission=mission,
                    voice=comment.round.mission_round.voice,
                    text=comment.text,
                    comment=comment,
                    signed_name=_signed(comment),
                    quotable=_may_be_quoted(comment),
                )
            )
        Contribution.objects.bulk_create(new, batch_size=500)
        return len(new)


def _not_yet_taken(mission: Mission) -> QuerySet[Comment]:
    """Comments of its rounds whose words, name or permission no contribution holds as they are."""
    given = KeyTextTransform(Question.SIGNATURE, "response__answers")
    name = Left(Coalesce(given, Value("")), LONGEST_NAME)
    said = KeyTextTransform(QUOTE_KEY, "response__answers")
    quote = Coalesce(said, Value(""), output_field=TextField())
    received = (
        Comment.objects.filter(round__mission_round__mission=mission, question__key=WORDS_KEY)
        .filter(Q(round__confidential=False) | Q(released_at__isnull=False))
        .exclude(text="")
    )
    as_taken = received.annotate(name=name, quote=quote).filter(
        Q(quote="yes", contribution__quotable=True)
        | (~Q(quote="yes") & Q(contribution__quotable=False)),
        contribution__text=F("text"),
        contribution__signed_name=F("name"),
    )
    return received.exclude(pk__in=as_taken)


def _signed(comment: Comment) -> str:
    """The name that its writer chose to give, if any."""
    given = comment.response.answers.get(Question.SIGNATURE) if comment.response else None
    return str(given or "")[:LONGEST_NAME]


def _may_be_quoted(comment: Comment) -> bool:
    """Whether its writer said yes; no answer is a no."""
    return bool(comment.response and comment.response.answers.get(QUOTE_KEY) == "yes")
