"""Candidates, put forward by leaders and ranked by staff and by customers."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from feedback import services as feedback
from feedback.models import Question, Round
from missions import agreement, questions
from missions.models import Ballot, Candidate, Mission, Ranking
from missions.services.asking import open_mission_round
from missions.services.errors import MissionsError, locked
from programme.models import Membership, Role

FEWEST, MOST = 3, 6


@transaction.atomic
def add_candidate(*, mission: Mission, text: str, author: Membership) -> Candidate:
    """Put a text forward, until the ranking begins."""
    mission = locked(mission)
    _refuse_ranked(mission)
    if mission.candidates.count() >= MOST:
        raise MissionsError(f"{MOST} candidates are the most that people can rank with care.")
    if mission.candidates.filter(text__iexact=text).exists():
        raise MissionsError("That text is among the candidates already.")
    return Candidate.objects.create(
        organisation_id=mission.organisation_id, mission=mission, text=text, author=author
    )


@transaction.atomic
def take_back_candidate(*, candidate: Candidate, author: Membership) -> None:
    """Take one's own candidate back, until the ranking begins."""
    mission = locked(candidate.mission)
    _refuse_ranked(mission)
    if candidate.author_id != author.pk:
        raise MissionsError("Only whoever put a candidate forward can take it back.")
    candidate.delete()


@transaction.atomic
def ask_to_rank(
    *,
    mission: Mission,
    voice: str,
    message: str,
    asked_by: Membership,
    selection: Mapping[str, Any] | None = None,
) -> Ranking:
    """Ask that voice, or those of them that `selection` names, to rank the candidates by email.
    The order in which a voice reads them is drawn by lot."""
    mission = locked(mission)
    if mission.rankings.filter(voice=voice).exists():
        raise MissionsError("They have been asked already.")
    candidates = list(mission.candidates.all())
    if len(candidates) < FEWEST:
        raise MissionsError(f"Put forward at least {FEWEST} candidates before you ask.")
    secrets.SystemRandom().shuffle(candidates)
    opened = open_mission_round(
        mission=mission,
        voice=voice,
        asked=questions.to_rank(organisation_name=mission.organisation.name),
        specs=[
            feedback.QuestionSpec(
                key=agreement.key_of(candidate), kind=Question.Kind.PLACE, text=candidate.text
            )
            for candidate in candidates
        ],
        message=message,
        asked_by=asked_by,
        selection=selection,
    )
    return Ranking.objects.create(
        organisation_id=mission.organisation_id, mission=mission, voice=voice, round=opened
    )


@transaction.atomic
def cast_ballot(*, mission: Mission, membership: Membership, places: Mapping[str, int]) -> None:
    """Keep a leader's own ranking; they may change it until the close. `places` maps a candidate's
    key to its place, 1 the best."""
    mission = locked(mission)
    if membership.role != Role.LEADER:
        raise MissionsError("Leaders rank here; staff and customers are asked by email.")
    if not mission.rankings.filter(round__state=Round.State.OPEN).exists():
        raise MissionsError("Nothing is being ranked now.")
    known = {agreement.key_of(candidate) for candidate in mission.candidates.all()}
    if not places or not known.issuperset(places):
        raise MissionsError("Give at least one of the candidates a place.")
    Ballot.objects.update_or_create(
        mission=mission,
        membership=membership,
        defaults={"organisation_id": mission.organisation_id, "places": dict(places)},
    )


@transaction.atomic
def close_rankings(*, mission: Mission) -> None:
    """Close every ranking that is still open; from then on all results show, side by side."""
    for ranking in mission.rankings.filter(round__state=Round.State.OPEN).select_related("round"):
        try:
            feedback.close_round(round=ranking.round)
        except feedback.FeedbackError as problem:
            raise MissionsError(str(problem)) from problem


def _refuse_ranked(mission: Mission) -> None:
    if mission.rankings.exists():
        raise MissionsError("The ranking has begun, so the candidates stay as they are.")
