"""Comments of confidential rounds that may name someone: held, read, released or kept back."""

from django.db import transaction

from feedback.models import Comment, Round
from feedback.naming import may_name_someone
from feedback.queries import known_names
from feedback.services.errors import FeedbackError
from programme.models import Membership, Role


def hold_names(*, round: Round) -> int:
    """Hold a round's comments that may name someone of the organisation; returns how many."""
    names = known_names(round.organisation_id)
    comments = Comment.objects.filter(round=round).values_list("pk", "text")
    held = [pk for pk, text in comments.iterator() if may_name_someone(text, names)]
    return Comment.objects.filter(pk__in=held).update(released_at=None, review=Comment.Review.HELD)


@transaction.atomic
def review_comment(*, comment: Comment, release: bool, reviewed_by: Membership) -> None:
    """Release a held comment, or keep it back; either can be changed later by another review.

    It is released as of its round's close, so that its place among the others tells nothing.
    """
    if reviewed_by.role != Role.LEADER:
        raise FeedbackError("Only leaders read what is held.")
    found = (
        Comment.objects.select_for_update(of=("self",)).select_related("round").get(pk=comment.pk)
    )
    if not found.review:
        raise FeedbackError("This comment was never held.")
    found.review = Comment.Review.RELEASED if release else Comment.Review.KEPT_BACK
    found.released_at = found.round.closed_at if release else None
    found.reviewed_by = reviewed_by
    found.save(update_fields=["review", "released_at", "reviewed_by"])
