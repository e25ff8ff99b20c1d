"""What came of it: colleagues recognised, customers lost."""

from typing import ClassVar

from django.db import models

from programme.models.organisation import Membership, OrganisationOwned
from programme.models.people import Person, Segment, Team


class Recognition(OrganisationOwned):
    """Thanks to a colleague or a team for serving or saving a customer."""

    class Kind(models.TextChoices):
        SERVING = "serving", "Serving a customer"
        SAVING = "saving", "Saving a customer"

    colleague = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="recognitions"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="recognitions"
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SERVING)
    text = models.TextField(max_length=5_000)
    # Who thanks: a member in their own name, or one who passes a customer's thanks on.
    given_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    from_customer = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(colleague=None) ^ models.Q(team=None),
                name="recognition_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"Thanks to {self.colleague or self.team}"


class Loss(OrganisationOwned):
    """A customer lost: when, why, worth."""

    class Reason(models.TextChoices):
        SERVICE = "service", "How we served them"
        PRODUCT = "product", "What we offer"
        PRICE = "price", "The price"
        COMPETITOR = "competitor", "A better offer elsewhere"
        GONE = "gone", "They closed, moved or no longer need it"
        UNKNOWN = "unknown", "We do not know"

    customer = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="losses"
    )
    # For one who is not among our people.
    name = models.CharField(max_length=200, blank=True)
    segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    lost_on = models.DateField()
    reason = models.CharField(max_length=10, choices=Reason)
    story = models.TextField(max_length=2_000, blank=True)
    # What they were worth a year, where it is known.
    worth = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    recorded_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-lost_on", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(worth=None) | models.Q(worth__gte=0),
                name="loss_worth_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.called

    @property
    def called(self) -> str:
        return self.customer.name if self.customer is not None else self.name or "A customer"
