"""The organisation, who belongs to it, and whom it can ask."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower

from programme.colours import ACCENT
from programme.periods import Quarter


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
