"""Comments that someone says which touchpoint they are about."""

from django.db import transaction

from feedback.models import Comment
from feedback.services.errors import FeedbackError
from feedback.services.moments import set_moments_of
from touchpoints.models import Touchpoint


@transaction.atomic
def tie_comment(*, comment: Comment, touchpoint: Touchpoint | None) -> Comment:
    """Say which touchpoint a released comment is about, or with None that it is about no one of
    them. Its ratings stay where they were given."""
    found = Comment.objects.select_for_update().get(pk=comment.pk)
    if found.released_at is None:
        raise FeedbackError("This comment can be sorted once its round is closed.")
    if touchpoint is not None and touchpoint.organisation_id != found.organisation_id:
        raise FeedbackError("That touchpoint is not on this map.")
    found.touchpoint = touchpoint
    found.save(update_fields=["touchpoint"])
    set_moments_of(comments=[found.pk])
    return found
