"""Themes that were suggested, and what was done with them."""

from typing import ClassVar

from django.db import models

from feedback.models import Round
from missions.models.mission import Mission
from programme.models import OrganisationOwned


class ThemeSuggestion(OrganisationOwned):
    """The themes last suggested for the words in a mission's tray, or for those comments of a round
    that are in no theme."""

    class State(models.TextChoices):
        FINDING = "finding", "Being found"
        READY = "ready", "Ready to look at"
        FAILED = "failed", "Not found"

    mission = models.OneToOneField(
        Mission, null=True, on_delete=models.CASCADE, related_name="theme_suggestion"
    )
    round = models.OneToOneField(
        Round, null=True, on_delete=models.CASCADE, related_name="theme_suggestion"
    )
    state = models.CharField(max_length=10, choices=State, default=State.FINDING)
    # Of 100.
    progress = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    # When the worker last said something.
    heard_at = models.DateTimeField()
    # {step of the slider: [{"name": text, "contributions": [keys, the most typical first]}]}; of a
    # round the keys are those of comments.
    groups = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(mission=None) ^ models.Q(round=None),
                name="suggestion_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"themes suggested, {self.state}"
