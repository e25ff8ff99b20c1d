"""You said, we did."""

from typing import ClassVar

from django.db import models

from feedback.models.conversations import Conversation
from programme.models import Membership, OrganisationOwned, Person
from touchpoints.models import Improvement


class Change(OrganisationOwned):
    """You said, we did: a change written once, and what it came from (docs/decisions/0031)."""

    title = models.CharField(max_length=200)
    said = models.TextField(max_length=2_000)
    did = models.TextField(max_length=2_000)
    improvements = models.ManyToManyField(Improvement, blank=True, related_name="+")
    cases = models.ManyToManyField("feedback.Case", blank=True, related_name="changes")
    comments = models.ManyToManyField("feedback.Comment", blank=True, related_name="+")
    rounds = models.ManyToManyField("feedback.Round", blank=True, related_name="changes")
    written_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # Told to staff, and shown where staff answer; never on the public page.
    staff_only = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True, blank=True)
    # When it was first sent, and to how many in all.
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_to = models.PositiveIntegerField(default=0)
    # A worker is still writing its emails; so many were to get it when that began.
    sending = models.BooleanField(default=False)
    expected = models.PositiveIntegerField(default=0)
    # What a worker has counted of its emails where they are many, when, and when it is to count
    # them again; empty before the first time.
    counted = models.JSONField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    count_due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-published_at", "-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "-published_at", "-id"],
                condition=models.Q(published_at__isnull=False),
                name="change_newest",
            ),
            models.Index(fields=["id"], condition=models.Q(sending=True), name="change_being_sent"),
        ]

    def __str__(self) -> str:
        return self.title


class Told(OrganisationOwned):
    """Somebody who was told of a change: a person, or somebody else of a conversation. It outlasts
    the email, so that nobody is ever told twice."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="told")
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    conversation = models.ForeignKey(
        Conversation, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["change", "person"], name="person_told_once"),
            models.UniqueConstraint(
                fields=["change", "conversation"], name="conversation_told_once"
            ),
            models.CheckConstraint(
                condition=models.Q(person=None) ^ models.Q(conversation=None),
                name="told_is_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"told of {self.change_id}"
