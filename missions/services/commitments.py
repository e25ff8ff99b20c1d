"""Commitments: how each clause is lived daily, by whom, and a weekly word on whether it was."""

import datetime as dt

from django.db import transaction

from missions.models import CheckIn, Commitment, Mission, StatementClause
from missions.services.errors import MissionsError
from programme.models import Membership, Role
from programme.queries import today_at

# So many weeks back a word can still be said.
WEEKS_BACK = 4


def make_commitment(*, clause: StatementClause, text: str, owner: Membership) -> Commitment:
    if clause.mission.state != Mission.State.ADOPTED:
        raise MissionsError("Commitments belong to the adopted mission.")
    _check_owner(clause.organisation_id, owner)
    return Commitment.objects.create(
        organisation_id=clause.organisation_id, clause=clause, text=text, owner=owner
    )


@transaction.atomic
def check_in(
    *, commitment: Commitment, done: bool, by: Membership, week: dt.date | None = None
) -> None:
    """Say whether it was lived in the week of that Monday, this week unless told; the last word
    counts."""
    held = Commitment.objects.select_for_update(no_key=True).get(pk=commitment.pk)
    if held.ended_on:
        raise MissionsError("This commitment has ended.")
    if held.organisation_id != by.organisation_id or by.role == Role.AUDITOR:
        raise MissionsError("Only colleagues who work here say how the week went.")
    if held.owner_id != by.pk and not by.can_edit:
        raise MissionsError("Its owner says how the week went, or a leader or manager.")
    this_week = monday(today_at(held.organisation))
    week = monday(week or this_week)
    if not this_week - dt.timedelta(weeks=WEEKS_BACK) <= week <= this_week:
        raise MissionsError("That week is too long ago to say how it went.")
    CheckIn.objects.update_or_create(
        commitment=held,
        week=week,
        defaults={"done": done, "by": by, "organisation_id": held.organisation_id},
    )


@transaction.atomic
def give_commitment(*, commitment: Commitment, owner: Membership) -> None:
    """It has another owner from now on; what was said of it stays."""
    held = Commitment.objects.select_for_update(no_key=True).get(pk=commitment.pk)
    if held.ended_on:
        raise MissionsError("This commitment has ended.")
    _check_owner(held.organisation_id, owner)
    held.owner = owner
    held.save(update_fields=["owner"])


def end_commitment(*, commitment: Commitment) -> None:
    """It is no longer asked about; what was said of it stays."""
    if commitment.ended_on is None:
        commitment.ended_on = today_at(commitment.organisation)
        commitment.save(update_fields=["ended_on"])


def _check_owner(organisation_id: int, owner: Membership) -> None:
    if owner.organisation_id != organisation_id or owner.role == Role.AUDITOR:
        raise MissionsError("Choose a colleague who works here as the owner.")


def monday(day: dt.date) -> dt.date:
    """The first day of its week."""
    return day - dt.timedelta(days=day.weekday())
