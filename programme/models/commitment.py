"""What the organisation committed itself to, and how it keeps to it."""

from typing import ClassVar

from django.db import models

from programme.models.organisation import Membership, Organisation, OrganisationOwned, Period


class Charter(OrganisationOwned):
    """Answers to the nine questions of commitment, as far as they are written (see
    `programme.charter`); members see what was last published."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="charter"
    )
    # {question's key: text}, and the keys of what is ticked of the readiness check.
    answers = models.JSONField(default=dict)
    ready = models.JSONField(default=list)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"charter of {self.organisation_id}"


class CharterVersion(OrganisationOwned):
    """The charter as it was published; never changed."""

    charter = models.ForeignKey(Charter, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    answers = models.JSONField()
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(
        Membership, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["charter", "number"], name="one_charter_a_number"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class Practice(OrganisationOwned):
    """A statement that members rate each quarter; let go, it keeps its ratings."""

    text = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "text"],
                condition=models.Q(dropped_at=None),
                name="one_practice_a_text",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class PracticeRating(OrganisationOwned):
    """How one member finds a practice in one quarter."""

    class Answer(models.TextChoices):
        ROUTINE = "routine", "Routine"
        SOMETIMES = "sometimes", "Sometimes"
        NEVER = "never", "Never"

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="ratings")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["practice", "period", "membership"], name="one_practice_rating_each"
            ),
            models.CheckConstraint(
                condition=models.Q(answer__in=["routine", "sometimes", "never"]),
                name="practice_rating",
            ),
        ]

    def __str__(self) -> str:
        return self.answer
