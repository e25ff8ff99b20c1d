"""Critique: suggestions on a draft, frozen, each told what became of it."""

from django.db import transaction
from django.utils import timezone

from missions.models import Critique, Draft, Mission, Suggestion
from missions.services.errors import MissionsError, locked
from programme.models import Membership


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
def suggest(*, critique: Critique, author: Membership, weight: str, text: str) -> Suggestion:
    found = _held(critique)
    if found.frozen_at is not None:
        raise MissionsError("Suggestions on this version are frozen. Wait for the next version.")
    return Suggestion.objects.create(
        organisation_id=found.organisation_id,
        critique=found,
        author=author,
        weight=weight,
        text=text,
    )


@transaction.atomic
def freeze_critique(*, critique: Critique) -> None:
    """Take no more suggestions; frozen, it stays so."""
    found = _held(critique)
    if found.frozen_at is None:
        found.frozen_at = timezone.now()
        found.save(update_fields=["frozen_at"])


@transaction.atomic
def settle_suggestion(*, suggestion: Suggestion, outcome: str, why: str) -> None:
    """Say what became of a suggestion, and why; it may be put right later."""
    found = _held(suggestion.critique)
    if found.frozen_at is None:
        raise MissionsError("Freeze the suggestions first, so that all are weighed together.")
    if outcome == Suggestion.Outcome.NOT_TAKEN and not why.strip():
        raise MissionsError("Say why it was not taken: whoever suggested it reads this.")
    suggestion.outcome = outcome
    suggestion.why = why
    suggestion.save(update_fields=["outcome", "why"])


def _held(critique: Critique) -> Critique:
    locked(critique.draft.mission)
    return Critique.objects.get(pk=critique.pk)
