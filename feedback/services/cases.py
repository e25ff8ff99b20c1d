"""Cases: a piece of feedback that someone must follow up."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from feedback.models import Case, Comment
from feedback.services.errors import FeedbackError
from programme.models import Membership, Organisation


@transaction.atomic
def open_case(
    *,
    organisation: Organisation,
    title: str,
    comment: Comment | None = None,
    owner: Membership | None = None,
    due_at: dt.datetime | None = None,
) -> Case:
    """Open a case, from a comment or by hand. A comment of a named round brings its person."""
    person = None
    if comment is not None:
        if comment.released_at is None:
            raise FeedbackError("This comment can be followed up once its round is closed.")
        if comment.response is not None and comment.response.invitation is not None:
            person = comment.response.invitation.person
    return Case.objects.create(
        organisation=organisation,
        title=title,
        comment=comment,
        person=person,
        touchpoint=comment.touchpoint if comment is not None else None,
        owner=owner,
        due_at=due_at,
    )


@transaction.atomic
def update_case(
    *,
    case: Case,
    title: str,
    owner: Membership | None,
    due_at: dt.datetime | None,
    state: str,
    outcome: str,
) -> Case:
    """Change a case; it is closed with its outcome said, and can be opened again."""
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if state != Case.State.OPEN and not outcome.strip():
        raise FeedbackError("Say what came of it before you close the case.")
    locked.title, locked.owner, locked.due_at = title, owner, due_at
    locked.state, locked.outcome = state, outcome
    if state == Case.State.OPEN:
        locked.closed_at = None
    else:
        locked.closed_at = locked.closed_at or timezone.now()
    locked.save()
    return locked
