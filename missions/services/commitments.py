"""Commitments: how each clause is lived daily, by whom, and a weekly word on whether it was."""

import datetime as dt

from django.db import transaction

from missions import queries
from missions.models import CheckIn, Commitment, Mission, StatementClause
from missions.services.errors import MissionsError
from programme.models import Membership, Role


def make_commitment(*, clause: StatementClause, text: str, owner: Membership) -> Commitment:
    if clause.mission.state != Mission.State.ADOPTED:
        raise MissionsError("Commitments belong to the adopted mission.")
    if owner.organisation_id != clause.organisation_id or owner.role == Role.AUDITOR:
        raise MissionsError("Choose a colleague who works here as the owner.")
    return Commitment.objects.create(
        organisation_id=clause.organisation_id, clause=clause, text=text, owner=owner
    )


@transaction.atomic
def check_in(*, commitment: Commitment, done: bool, by: Membership) -> None:
    """Say whether it was lived this week; the week's last word counts."""
    held = Commitment.objects.select_for_update(no_key=True).get(pk=commitment.pk)
    if held.ended_on:
        raise MissionsError("This commitment has ended.")
    if held.owner_id != by.pk and not by.can_edit:
        raise MissionsError("Its owner says how the week went, or a leader or manager.")
    CheckIn.objects.update_or_create(
        commitment=held,
        week=monday(queries.today(held.organisation)),
        defaults={"done": done, "by": by, "organisation_id": held.organisation_id},
    )


def end_commitment(*, commitment: Commitment) -> None:
    """It is no longer asked about; what was said of it stays."""
    if commitment.ended_on is None:
        commitment.ended_on = queries.today(commitment.organisation)
        commitment.save(update_fields=["ended_on"])


def monday(day: dt.date) -> dt.date:
    """The first day of its week."""
    return day - dt.timedelta(days=day.weekday())
