"""Improvements: what is changed at a touchpoint, by whom, until when."""

import datetime as dt
from typing import TypedDict, Unpack

from django.db import transaction

from programme.models import Membership, Organisation
from touchpoints.models import HandOff, Improvement, Touchpoint
from touchpoints.services.errors import TouchpointsError


class ImprovementFields(TypedDict, total=False):
    """What is said of an improvement beside its title."""

    touchpoint: Touchpoint | None
    hand_off: HandOff | None
    cause: str
    kind: str
    state: str
    effort: int
    impact: int
    owner: Membership | None
    due_on: dt.date | None
    expected_effect: str
    done_on: dt.date | None


@transaction.atomic
def add_improvement(
    *, organisation: Organisation, title: str, **fields: Unpack[ImprovementFields]
) -> Improvement:
    """Raises TouchpointsError where it is done without a day, or not done with one."""
    improvement = Improvement(organisation=organisation, title=title, **fields)
    _check(improvement)
    improvement.save()
    return improvement


@transaction.atomic
def change_improvement(
    *, improvement: Improvement, title: str, **fields: Unpack[ImprovementFields]
) -> None:
    """Raises TouchpointsError where it is done without a day, or not done with one."""
    improvement = Improvement.objects.select_for_update().get(pk=improvement.pk)
    improvement.title = title
    for field, value in fields.items():
        setattr(improvement, field, value)
    _check(improvement)
    improvement.save()


def finish_improvement(*, improvement: Improvement, done_on: dt.date) -> None:
    """Mark it done; one that is done already keeps its day."""
    Improvement.objects.filter(pk=improvement.pk).exclude(state=Improvement.State.DONE).update(
        state=Improvement.State.DONE, done_on=done_on
    )


def _check(improvement: Improvement) -> None:
    done = improvement.state == Improvement.State.DONE
    if done and improvement.done_on is None:
        raise TouchpointsError("Say on which day it was done: its effect is measured from there.")
    if not done and improvement.done_on is not None:
        raise TouchpointsError("It has a day on which it was done, but its state says otherwise.")
    hand_off = improvement.hand_off
    if hand_off is not None and hand_off.touchpoint_id != improvement.touchpoint_id:
        raise TouchpointsError("That hand-off belongs to another touchpoint.")
