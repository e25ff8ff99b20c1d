"""What people answered."""

import uuid
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from feedback.models.rounds import Invitation, OpenLink, Round
from feedback.models.surveys import Question
from feedback.searching import words_of
from programme.models import Membership, OrganisationOwned, Segment, Team
from touchpoints.models import Touchpoint


class Response(OrganisationOwned):
    """One person's answers to a round, saved as they go; `answers` maps a question's key to
    its answer (see `feedback.kinds`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="responses")
    invitation = models.OneToOneField(
        Invitation, null=True, blank=True, on_delete=models.CASCADE, related_name="response"
    )
    # The link of a place by which it came, where it came without an invitation.
    open_link = models.ForeignKey(
        OpenLink, null=True, blank=True, on_delete=models.SET_NULL, related_name="responses"
    )
    # An imported row's own id, so that a repeated import finds it.
    external_id = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answers = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["round", "external_id"], name="one_response_an_external_id"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Comment(OrganisationOwned):
    """One free-text answer, kept as it was written.

    Shown once it is released. One of a confidential round that may name someone is held until a
    leader has read it, and then released or kept back.
    """

    class Review(models.TextChoices):
        HELD = "held", "Waiting to be read"
        RELEASED = "released", "Released"
        KEPT_BACK = "kept", "Kept back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="comments")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="comments")
    # Kept for named rounds only; empty once a confidential round is sealed.
    response = models.ForeignKey(
        Response, null=True, blank=True, on_delete=models.CASCADE, related_name="comments"
    )
    touchpoint = models.ForeignKey(
        Touchpoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="comments"
    )
    segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField()
    # That of the survey which asked, without its region, for looking for words.
    language = models.CharField(max_length=10, default="en", db_default="en")
    # What its writer answered where it is about (see `feedback.services.moments`); never known of a
    # confidential round's.
    moment = models.CharField(max_length=10, blank=True, db_default="")
    released_at = models.DateTimeField(null=True, blank=True)
    review = models.CharField(max_length=10, choices=Review, blank=True)
    reviewed_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "touchpoint"], name="comment_touchpoint"),
            models.Index(
                "organisation",
                models.F("round").desc(),
                "id",
                condition=models.Q(released_at__isnull=False),
                name="comment_in_turn",
            ),
            GinIndex(words_of("text", "language"), name="comment_words"),
            models.Index(
                fields=["organisation"], condition=models.Q(review="held"), name="comment_held"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["response", "question"], name="one_comment_a_question"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
