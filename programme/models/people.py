"""Whom an organisation can ask, by team and by segment."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from programme.models.organisation import OrganisationOwned


class Team(OrganisationOwned):
    """A department, in a tree; the teams it supplies are its internal customers."""

    name = models.CharField(max_length=200)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    supplies = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="suppliers"
    )

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "organisation", Lower("name"), "parent", name="one_team_each", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Segment(OrganisationOwned):
    """A group of customers; one or more are the target."""

    name = models.CharField(max_length=200)
    is_target = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["position", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint("organisation", Lower("name"), name="one_segment_each"),
        ]

    def __str__(self) -> str:
        return self.name


class PersonKind(models.TextChoices):
    STAFF = "staff", "Staff"
    CUSTOMER = "customer", "Customer"


class PersonQuerySet(models.QuerySet["Person"]):
    def active(self) -> "PersonQuerySet":
        """Those still with the organisation."""
        return self.filter(left_at=None)

    def reachable(self) -> "PersonQuerySet":
        """Those who have an address and have not asked to be left alone."""
        return self.active().exclude(email="").filter(unsubscribed_at=None, bounced_at=None)

    def at_address(self, organisation_id: int, address: str) -> "PersonQuerySet":
        """Of an organisation's people those with that address, in capitals or not."""
        # In the words of the constraint, whose index finds them among a million.
        inbox = self.alias(inbox=Lower("email")).exclude(email="")
        return inbox.filter(
            organisation=organisation_id, kind__in=PersonKind.values, inbox=address.lower()
        )

    def staff(self) -> "PersonQuerySet":
        return self.filter(kind=PersonKind.STAFF)

    def customers(self) -> "PersonQuerySet":
        return self.filter(kind=PersonKind.CUSTOMER)


class Person(OrganisationOwned):
    """Someone who can be asked; no account needed."""

    kind = models.CharField(max_length=10, choices=PersonKind)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    yearly_value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    language = models.CharField(max_length=10, default="en")
    created_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "organisation",
                "kind",
                Lower("email"),
                condition=~models.Q(email=""),
                name="one_person_an_address",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="staff", segment=None, yearly_value=None)
                | models.Q(kind="customer", team=None),
                name="person_fits_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(yearly_value=None) | models.Q(yearly_value__gte=0),
                name="yearly_value_not_negative",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "kind", "name", "id"], name="person_list"),
            models.Index(
                fields=["organisation", "kind"],
                condition=models.Q(left_at__isnull=False),
                name="person_left",
            ),
            models.Index(
                fields=["organisation", "-yearly_value"],
                condition=models.Q(kind="customer"),
                name="most_valuable",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Forgotten(OrganisationOwned):
    """An address that asked to be forgotten, as a keyed hash: it is not asked again by mistake."""

    address_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "address_hash"], name="forgotten_once"),
        ]

    def __str__(self) -> str:
        return f"forgotten on {self.created_at:%Y-%m-%d}"
