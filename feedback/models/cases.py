"""What must be followed up."""

import datetime as dt
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from feedback.models.answers import Comment, Response
from feedback.models.conversations import Conversation, OpenDoorItem
from programme.models import Loss, Membership, OrganisationOwned, Person
from touchpoints.models import Touchpoint


def _weekdays() -> list[int]:
    """Monday to Friday."""
    return [0, 1, 2, 3, 4]


class ServiceStandard(OrganisationOwned):
    """In how many working hours an organisation answers, and what opens a case by itself."""

    hours = models.PositiveSmallIntegerField(
        default=16, validators=[MinValueValidator(1), MaxValueValidator(400)]
    )
    # 0 is Monday.
    days = models.JSONField(default=_weekdays)
    day_starts = models.TimeField(default=dt.time(9, 0))
    day_ends = models.TimeField(default=dt.time(17, 0))
    # Whose a new case is, where its touchpoint has no owner.
    first_owner = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    from_low_scores = models.BooleanField(default=False)
    # While this is set the open door takes nothing.
    door_paused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation"], name="one_service_standard"),
            models.CheckConstraint(
                condition=models.Q(day_ends__gt=models.F("day_starts")), name="day_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hours} working hours"


class Case(OrganisationOwned):
    """A piece of feedback that someone must follow up."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        RECOVERED = "recovered", "Recovered"
        LOST = "lost", "Lost"
        CLOSED = "closed", "Closed"

    title = models.CharField(max_length=300)
    comment = models.ForeignKey(
        Comment, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    touchpoint = models.ForeignKey(
        Touchpoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    owner = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    # What it came from, where that was a low answer or the open door; once each.
    response = models.OneToOneField(
        Response, null=True, blank=True, on_delete=models.SET_NULL, related_name="case"
    )
    item = models.OneToOneField(
        OpenDoorItem, null=True, blank=True, on_delete=models.SET_NULL, related_name="case"
    )
    conversation = models.OneToOneField(
        Conversation, null=True, blank=True, on_delete=models.SET_NULL, related_name="case"
    )
    # Whether the other side spoke last.
    waits_for_us = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    due_at = models.DateTimeField(null=True, blank=True)
    cause = models.TextField(blank=True)
    outcome = models.TextField(blank=True)
    help_asked_at = models.DateTimeField(null=True, blank=True)
    helped = models.BooleanField(null=True, blank=True)
    loss = models.OneToOneField(
        Loss, null=True, blank=True, on_delete=models.SET_NULL, related_name="case"
    )
    # When owner and leaders were told that it is late, for the due moment that it has now.
    owner_told_at = models.DateTimeField(null=True, blank=True)
    leaders_told_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["due_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(state="open"), name="case_due"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_at is not None and self.due_at <= timezone.now()

    @property
    def source(self) -> str:
        """What it came from, in words."""
        if self.item_id is not None:
            return "The open door"
        if self.response_id is not None:
            return "A low answer"
        return "A comment" if self.comment_id is not None else "By hand"


class CaseNote(OrganisationOwned):
    """A line of a case's timeline that only we see: a note, or what was changed."""

    case = models.ForeignKey("feedback.Case", on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_change = models.BooleanField(default=False)
    text = models.TextField()
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["written_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]
