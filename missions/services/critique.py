"""Critique: suggestions on a draft, frozen, each told what became of it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from feedback import services as feedback
from feedback.models import Comment, Question, Round
from missions import questions
from missions.models import Critique, CritiqueRound, Draft, Mission, Suggestion, Voice
from missions.services.asking import open_mission_round
from missions.services.errors import MissionsError, locked
from missions.services.telling import tell_suggester
from programme.models import Membership, Role

# Of a round's two questions, each is one weight.
ASKED_FOR = {
    Suggestion.Weight.MUST: "What must change, so that it is right?",
    Suggestion.Weight.SHOULD: "What would make it better?",
}
ASKED_HINT = "The words you would use instead, and why. Leave it empty if there is nothing."


@transaction.atomic
def open_critique(*, mission: Mission, draft: Draft) -> Critique:
    """Lay a draft open to suggestions; one draft at a time."""
    mission = locked(mission)
    if draft.mission_id != mission.pk:
        raise MissionsError("That draft belongs to another mission.")
    if Critique.objects.filter(draft__mission=mission, frozen_at=None).exists():
        raise MissionsError("A draft is open to suggestions already: freeze those first.")
    if Critique.objects.filter(draft=draft).exists():
        raise MissionsError("This version has had its suggestions. Write the next version first.")
    return Critique.objects.create(organisation_id=mission.organisation_id, draft=draft)


@transaction.atomic
def ask_to_criticise(
    *,
    critique: Critique,
    voice: str,
    message: str,
    asked_by: Membership,
    selection: Mapping[str, Any] | None = None,
) -> CritiqueRound:
    """Ask that voice, or those of them that `selection` names, for suggestions by email."""
    found = _held(critique)
    _refuse_frozen(found)
    if found.rounds.filter(voice=voice).exists():
        raise MissionsError("They have been asked already.")
    draft = found.draft
    opened = open_mission_round(
        mission=draft.mission,
        voice=voice,
        asked=questions.to_criticise(
            organisation_name=draft.mission.organisation.name, statement=draft.text
        ),
        specs=[
            feedback.QuestionSpec(
                key=str(weight), kind=Question.Kind.LONG_TEXT, text=text, hint=ASKED_HINT
            )
            for weight, text in ASKED_FOR.items()
        ],
        message=message,
        asked_by=asked_by,
        selection=selection,
    )
    return CritiqueRound.objects.create(
        organisation_id=found.organisation_id, critique=found, voice=voice, round=opened
    )


@transaction.atomic
def suggest(*, critique: Critique, author: Membership, weight: str, text: str) -> Suggestion:
    found = _held(critique)
    _refuse_frozen(found)
    return Suggestion.objects.create(
        organisation_id=found.organisation_id,
        critique=found,
        author=author,
        voice=Voice.LEADER if author.role == Role.LEADER else Voice.STAFF,
        weight=weight,
        text=text,
    )


def gather_suggestions(*, mission: Mission) -> None:
    """Bring in what came by link, and follow those who changed their own answer; a frozen
    critique takes in no more."""
    if not _not_yet_taken(mission).exists():
        return
    with transaction.atomic():
        mission = Mission.objects.select_for_update(no_key=True).get(pk=mission.pk)
        if mission.is_open:
            _take_in(mission)


def _take_in(mission: Mission) -> None:
    for comment in _not_yet_taken(mission).select_related(
        "round__critique_round", "question", "suggestion"
    ):
        asked = comment.round.critique_round
        Suggestion.objects.update_or_create(
            comment=comment,
            defaults={"text": comment.text},
            create_defaults={
                "organisation_id": mission.organisation_id,
                "critique_id": asked.critique_id,
                "voice": asked.voice,
                "weight": comment.question.key,
                "text": comment.text,
            },
        )


def _not_yet_taken(mission: Mission) -> QuerySet[Comment]:
    """Comments of its open critiques that no suggestion holds as they are, in random order: it
    tells nobody who was first."""
    received = Comment.objects.filter(
        round__critique_round__critique__draft__mission=mission,
        round__critique_round__critique__frozen_at=None,
        question__key__in=[str(weight) for weight in ASKED_FOR],
    ).exclude(text="")
    return received.exclude(Q(suggestion__isnull=False) & Q(suggestion__text=F("text"))).order_by(
        "pk"
    )


@transaction.atomic
def freeze_critique(*, critique: Critique) -> None:
    """Take no more suggestions, also by link; frozen, it stays so."""
    found = _held(critique)
    if found.frozen_at is not None:
        return
    for asked in found.rounds.filter(round__state=Round.State.OPEN).select_related("round"):
        try:
            feedback.close_round(round=asked.round)
        except feedback.FeedbackError as problem:
            raise MissionsError(str(problem)) from problem
    _take_in(found.draft.mission)
    found.frozen_at = timezone.now()
    found.save(update_fields=["frozen_at"])


@transaction.atomic
def close_critiques(*, mission: Mission) -> None:
    """Freeze what is still open to suggestions."""
    for critique in Critique.objects.filter(draft__mission=mission, frozen_at=None):
        freeze_critique(critique=critique)


@transaction.atomic
def settle_suggestion(*, suggestion: Suggestion, outcome: str, why: str) -> None:
    """Say what became of a suggestion, and why; it may be put right later. Whoever made it by
    link is told by email."""
    # Also of an adopted mission: nobody is left without an answer.
    Mission.objects.select_for_update(no_key=True).get(pk=suggestion.critique.draft.mission_id)
    found = Critique.objects.get(pk=suggestion.critique_id)
    if found.frozen_at is None:
        raise MissionsError("Freeze the suggestions first, so that all are weighed together.")
    if outcome == Suggestion.Outcome.NOT_TAKEN and not why.strip():
        raise MissionsError("Say why it was not taken: whoever suggested it reads this.")
    suggestion.outcome = outcome
    suggestion.why = why
    suggestion.save(update_fields=["outcome", "why"])
    tell_suggester(suggestion=suggestion)


def _refuse_frozen(critique: Critique) -> None:
    if critique.frozen_at is not None:
        raise MissionsError("Suggestions on this version are frozen. Wait for the next version.")


def _held(critique: Critique) -> Critique:
    locked(critique.draft.mission)
    return Critique.objects.select_related("draft__mission__organisation").get(pk=critique.pk)
