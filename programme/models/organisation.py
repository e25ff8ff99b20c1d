"""The organisation, who belongs to it, and its quarters."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower

from programme.colours import ACCENT
from programme.periods import Quarter


class Paper(models.TextChoices):
    """What prints are on; the values are sizes as CSS names them."""

    A4 = "A4", "A4"
    LETTER = "letter", "US Letter"


class Organisation(models.Model):
    """A tenant: everything below belongs to exactly one."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=60, unique=True)
    timezone = models.CharField(max_length=64, default="Europe/London")
    language = models.CharField(max_length=10, default="en")
    financial_year_first_month = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    # Of how many answers on confidential rounds show figures, and comments; never fewer than these.
    figures_from = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(5), MaxValueValidator(100)]
    )
    comments_from = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(10), MaxValueValidator(100)]
    )
    # How its prints look; `logo` is the name of a Logo, or blank.
    colour = models.CharField(max_length=7, default=ACCENT)
    logo = models.CharField(max_length=80, blank=True)
    paper = models.CharField(max_length=10, choices=Paper, default=Paper.A4)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(figures_from__gte=5, comments_from__gte=10),
                name="organisation_shows_no_few",
            ),
            models.CheckConstraint(
                condition=models.Q(colour__regex=r"^#[0-9a-f]{6}$"),
                name="organisation_colour",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationOwned(models.Model):
    """Whatever belongs to one organisation carries it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True


class Logo(OrganisationOwned):
    """A logo as it is printed, under its own fingerprint and never changed, so that what was
    frozen with it can be printed again; see `programme.logos`."""

    name = models.CharField(max_length=80)
    content = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_logo_each"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    LEADER = "leader", "Leader"
    MANAGER = "manager", "Manager"
    MEMBER = "member", "Member"
    AUDITOR = "auditor", "Auditor"


class Membership(OrganisationOwned):
    """A user's role in an organisation."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role)
    wants_reminders = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_each"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    @property
    def can_edit(self) -> bool:
        """Whether they may change the programme: leaders and managers."""
        return self.role in {Role.LEADER, Role.MANAGER}


class ColleagueInvite(OrganisationOwned):
    """A colleague asked to join with a role; the link in the email is stored hashed."""

    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=models.Q(accepted_at=None),
                name="one_open_invite_each",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"


class Period(OrganisationOwned):
    """A quarter of the organisation's own financial year; closed, it never changes."""

    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-year", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "year", "number"], name="one_period_each"
            ),
            models.CheckConstraint(
                condition=models.Q(number__gte=1, number__lte=4), name="period_is_a_quarter"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def quarter(self) -> Quarter:
        return Quarter(self.year, self.number)

    @property
    def code(self) -> str:
        return self.quarter.code
