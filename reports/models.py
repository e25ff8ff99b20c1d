"""The board report: one quarter, its figures and its print; and how an organisation wants them."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from programme.models import Membership, Organisation, OrganisationOwned, Period


class BoardReportQuerySet(models.QuerySet["BoardReport"]):
    def of(self, organisation: Organisation) -> "BoardReportQuerySet":
        return self.filter(organisation=organisation).select_related("period", "organisation")

    def without_print(self) -> "BoardReportQuerySet":
        """For lists: the PDF and the figures stay in the database."""
        return self.defer("pdf", "figures")


class BoardReport(OrganisationOwned):
    """One building of one quarter's report. The figures and the PDF are kept as built; both
    live in the database, so that a backup has them and any web process can hand them out.

    `state` says how far its making is, `approval` how far its approval. A frozen report is printed
    once more, from the figures it has, and never changes again."""

    class State(models.TextChoices):
        BUILDING = "building", "Building"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    class Approval(models.TextChoices):
        DRAFT = "draft", "Draft"
        REVIEWED = "reviewed", "Reviewed"
        FROZEN = "frozen", "Frozen"

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="reports")
    edition = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.BUILDING)
    progress = models.PositiveSmallIntegerField(default=0, help_text="percent")
    step = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    figures = models.JSONField(default=dict)
    pdf = models.BinaryField(null=True)
    pages = models.PositiveSmallIntegerField(null=True)
    missing_letters = models.CharField(
        max_length=200,
        blank=True,
        help_text="that a sign stands for in the print, for want of a font",
    )
    sha256 = models.CharField(max_length=64, blank=True)
    built_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    approval = models.CharField(max_length=10, choices=Approval, default=Approval.DRAFT)
    reviewed_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    frozen_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    frozen_at = models.DateTimeField(null=True, blank=True)
    correction = models.CharField(max_length=500, blank=True)
    scheduled = models.BooleanField(default=False, help_text="built by itself after the quarter")

    objects = BoardReportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-period__year", "-period__number", "-edition"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "period", "edition"], name="one_report_an_edition"
            ),
            models.UniqueConstraint(
                fields=["organisation", "period"],
                condition=models.Q(state="building"),
                name="one_building_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["organisation", "period"],
                condition=models.Q(scheduled=True),
                name="one_scheduled_a_quarter",
            ),
            models.CheckConstraint(
                condition=~models.Q(approval="frozen") | models.Q(frozen_at__isnull=False),
                name="frozen_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} edition {self.edition}"

    @property
    def frozen(self) -> bool:
        return self.approval == self.Approval.FROZEN

    @property
    def filename(self) -> str:
        """What the PDF is called when it is downloaded or sent."""
        return f"{self.organisation.slug}-board-report-{self.period.code}.pdf"


class Delivery(models.TextChoices):
    ATTACHMENT = "attachment", "As an attachment"
    LINK = "link", "As a link that ends"


class ReportLink(OrganisationOwned):
    """One address's way to one frozen report; the secret in it is stored hashed."""

    report = models.ForeignKey(BoardReport, on_delete=models.CASCADE, related_name="links")
    to_email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    downloads = models.PositiveIntegerField(default=0)
    downloaded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "to_email"], name="one_link_an_address"),
        ]

    def __str__(self) -> str:
        return f"{self.report} for {self.to_email}"

    @property
    def works(self) -> bool:
        return self.withdrawn_at is None and self.expires_at > timezone.now()


class ReportSettings(OrganisationOwned):
    """How an organisation wants its reports; without a row, as the defaults say."""

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        GERMAN = "de", "Deutsch"
        FRENCH = "fr", "Français"
        SPANISH = "es", "Español"
        ARABIC = "ar", "العربية"

    automatic = models.BooleanField(default=True)
    days_after = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(45)]
    )
    language = models.CharField(max_length=10, choices=Language, blank=True)
    board_emails = models.TextField(blank=True)
    when_frozen = models.CharField(max_length=10, choices=Delivery, blank=True)
    link_days = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation"], name="one_report_settings_each"),
        ]

    def __str__(self) -> str:
        return f"{self.days_after} days after the quarter"

    def board_list(self) -> list[str]:
        """The addresses that the board is reached at, as they were checked when saved."""
        return self.board_emails.split()
