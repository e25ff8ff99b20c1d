"""What is said to and fro with one person, and what came by the open door."""

import uuid
from typing import ClassVar

from django.db import models

from programme.models import Membership, OrganisationOwned, Person, Recognition
from touchpoints.models import Touchpoint

MOST_CHARACTERS = 5_000


class Conversation(OrganisationOwned):
    """Between us and someone outside: a person of ours, or whoever left a name or an address."""

    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, default="en")
    created_at = models.DateTimeField(auto_now_add=True)
    # Of somebody who is not among our people: no more news, and an address that does not work.
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.called or "Somebody"

    @property
    def called(self) -> str:
        return self.person.name if self.person is not None else self.name

    @property
    def address(self) -> str:
        """Where answers go by email; empty where they are only read on the page."""
        return self.person.email if self.person is not None else self.email


class Message(OrganisationOwned):
    """One message of a conversation; both sides see it."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages"
    )
    from_us = models.BooleanField()
    author = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField()
    by_email = models.BooleanField(default=False)
    # Of an email that came in: where from, if not from where we write to, and how many files came
    # along, which are not kept.
    sender = models.EmailField(blank=True)
    attachments = models.PositiveSmallIntegerField(default=0)
    # The Message-ID of an email that came in, or the form's own number: it is kept once.
    external_id = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["sent_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["conversation", "external_id"],
                condition=~models.Q(external_id=""),
                name="one_message_an_external_id",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class OpenDoorItem(OrganisationOwned):
    """One compliment, complaint or suggestion, as it was written."""

    class Kind(models.TextChoices):
        COMPLIMENT = "compliment", "Compliment"
        COMPLAINT = "complaint", "Complaint"
        SUGGESTION = "suggestion", "Suggestion"

    class State(models.TextChoices):
        WAITING = "waiting", "To look at"
        CASE = "case", "A case"
        RECOGNITION = "recognition", "Thanks passed on"
        ASIDE = "aside", "Set aside"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What both sides call it, on the telephone too; it opens nothing.
    reference = models.CharField(max_length=9)
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.TextField(max_length=MOST_CHARACTERS)
    whom = models.CharField(max_length=200, blank=True)
    touchpoint = models.ForeignKey(
        Touchpoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="door_items"
    )
    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="item")
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    recognition = models.OneToOneField(
        Recognition, null=True, blank=True, on_delete=models.SET_NULL, related_name="item"
    )
    handled_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-created_at"], name="door_item_newest"),
            models.Index(fields=["touchpoint", "-created_at"], name="door_item_touchpoint"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "reference"], name="one_item_a_reference"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]
