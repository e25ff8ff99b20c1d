"""Decisions, tested against the adopted mission."""

import datetime as dt

from missions.models import Decision, Mission
from missions.services.errors import MissionsError
from programme.models import Membership


def record_decision(
    *,
    mission: Mission,
    title: str,
    customer_change: str,
    fit: str,
    outcome: str,
    decided_on: dt.date,
    decided_by: Membership,
    asked_first: bool | None = None,
    review_on: dt.date | None = None,
    reviewed_on: dt.date | None = None,
) -> Decision:
    """Keep a decision that was tested against the adopted mission."""
    if mission.state != Mission.State.ADOPTED:
        raise MissionsError("Decisions are tested against the adopted mission. Adopt one first.")
    return Decision.objects.create(
        organisation_id=mission.organisation_id,
        mission=mission,
        title=title,
        customer_change=customer_change,
        fit=fit,
        outcome=outcome,
        asked_first=asked_first,
        decided_on=decided_on,
        decided_by=decided_by,
        review_on=review_on,
        reviewed_on=reviewed_on,
    )


def change_decision(
    *,
    decision: Decision,
    title: str,
    customer_change: str,
    fit: str,
    outcome: str,
    decided_on: dt.date,
    asked_first: bool | None = None,
    review_on: dt.date | None = None,
    reviewed_on: dt.date | None = None,
) -> None:
    decision.title = title
    decision.customer_change = customer_change
    decision.fit = fit
    decision.outcome = outcome
    decision.asked_first = asked_first
    decision.decided_on = decided_on
    decision.review_on = review_on
    decision.reviewed_on = reviewed_on
    decision.save()
