"""Improvements: what is changed at a touchpoint, by whom, until when, and how it went."""

import datetime as dt
from collections.abc import Sequence
from typing import TypedDict, Unpack

from django.db import transaction

from programme.models import Membership, Organisation
from programme.periods import Quarter
from touchpoints.models import HandOff, Improvement, ImprovementNote, Rule, Touchpoint
from touchpoints.services.errors import TouchpointsError
from touchpoints.services.rules import mark_lifted

MOST_WHYS = 5


class ImprovementFields(TypedDict, total=False):
    """What is said of an improvement beside its title. `whys` ends with the cause; without any,
    `cause` says it."""

    touchpoint: Touchpoint | None
    hand_off: HandOff | None
    whys: Sequence[str]
    cause: str
    kind: str
    state: str
    effort: int
    impact: int
    owner: Membership | None
    due_on: dt.date | None
    expected_effect: str
    expected_net: int | None
    expected_in: str
    done_on: dt.date | None


@transaction.atomic
def add_improvement(
    *,
    organisation: Organisation,
    title: str,
    by: Membership | None = None,
    **fields: Unpack[ImprovementFields],
) -> Improvement:
    """Raises TouchpointsError where it is done without a day, or not done with one, or expects a
    net without a quarter."""
    improvement = Improvement(organisation=organisation, title=title)
    _set(improvement, fields)
    improvement.save()
    _note(improvement, by, "Added.")
    return improvement


@transaction.atomic
def change_improvement(
    *,
    improvement: Improvement,
    title: str,
    by: Membership | None = None,
    **fields: Unpack[ImprovementFields],
) -> None:
    """Raises TouchpointsError as `add_improvement` does. The log says what changed in state, owner
    and due date."""
    locked = Improvement.objects.select_for_update(of=("self",)).get(pk=improvement.pk)
    before = (locked.state, locked.owner_id, locked.due_on)
    locked.title = title
    _set(locked, fields)
    locked.save()
    changed = _changes(locked, *before)
    if changed:
        _note(locked, by, " ".join(changed))
    _follow_rule(locked)


@transaction.atomic
def move_improvement(
    *, improvement: Improvement, state: str, today: dt.date, by: Membership, reason: str = ""
) -> Improvement:
    """Put it into another state, done as of `today`; where it is there already nothing happens.

    Raises TouchpointsError for a state that does not exist.
    """
    if state not in Improvement.State.values:
        raise TouchpointsError("An improvement is planned, under way, done or dropped.")
    locked = Improvement.objects.select_for_update(of=("self",)).get(pk=improvement.pk)
    if locked.state == state:
        return locked
    before = (locked.state, locked.owner_id, locked.due_on)
    locked.state = state
    locked.done_on = today if state == Improvement.State.DONE else None
    locked.save(update_fields=["state", "done_on"])
    words = _changes(locked, *before)
    _note(locked, by, " ".join([*words, reason.strip()]).strip())
    _follow_rule(locked)
    return locked


@transaction.atomic
def comment_on_improvement(*, improvement: Improvement, by: Membership, text: str) -> None:
    """Write into its log. Raises TouchpointsError for no words."""
    if not text.strip():
        raise TouchpointsError("Write a few words first.")
    ImprovementNote.objects.create(
        organisation_id=improvement.organisation_id,
        improvement=improvement,
        author=by,
        text=text.strip(),
    )


def _set(improvement: Improvement, fields: ImprovementFields) -> None:
    for field, value in fields.items():
        setattr(improvement, field, value)
    if "whys" in fields:
        improvement.whys = [why.strip() for why in fields["whys"] if why.strip()]
        if len(improvement.whys) > MOST_WHYS:
            raise TouchpointsError(f"Ask why at most {MOST_WHYS} times.")
        improvement.cause = improvement.whys[-1] if improvement.whys else ""
    _check(improvement)


def _check(improvement: Improvement) -> None:
    done = improvement.state == Improvement.State.DONE
    if done and improvement.done_on is None:
        raise TouchpointsError("Say on which day it was done: its effect is measured from there.")
    if not done and improvement.done_on is not None:
        raise TouchpointsError("It has a day on which it was done, but its state says otherwise.")
    hand_off = improvement.hand_off
    if hand_off is not None and hand_off.touchpoint_id != improvement.touchpoint_id:
        raise TouchpointsError("That hand-off belongs to another touchpoint.")
    if (improvement.expected_net is None) != (not improvement.expected_in):
        raise TouchpointsError("Say both which net you expect and in which quarter, or neither.")
    if improvement.expected_in:
        try:
            improvement.expected_in = Quarter.parse(improvement.expected_in).code
        except ValueError as error:
            raise TouchpointsError(str(error)) from error


def _changes(
    improvement: Improvement, state: str, owner_id: int | None, due_on: dt.date | None
) -> list[str]:
    """What is different from before, a sentence each."""
    said = []
    if improvement.state != state:
        before = Improvement.State(state).label.lower()
        now = Improvement.State(improvement.state).label.lower()
        said.append(f"From {before} to {now}.")
    if improvement.owner_id != owner_id:
        owner = improvement.owner
        said.append(f"Owner: {owner.user if owner else 'nobody'}.")
    if improvement.due_on != due_on:
        due = improvement.due_on
        said.append(f"Due {due:%-d %B %Y}." if due else "No due date any more.")
    return said


def _note(improvement: Improvement, by: Membership | None, text: str) -> None:
    ImprovementNote.objects.create(
        organisation_id=improvement.organisation_id,
        improvement=improvement,
        author=by,
        text=text,
        is_change=True,
    )


def _follow_rule(improvement: Improvement) -> None:
    """Where it removes a rule of the register: the rule is lifted while the improvement is done."""
    rule = Rule.objects.select_for_update(of=("self",)).filter(improvement=improvement).first()
    if rule is not None:
        mark_lifted(rule=rule, on=improvement.done_on)
