"""The board report: one quarter, its figures and its print; and how an organisation wants them."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

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


class ReportSettings(OrganisationOwned):
    """How an organisation wants its reports; without a row, as the defaults say."""

    class Paper(models.TextChoices):
        A4 = "A4", "A4"
        LETTER = "letter", "US Letter"

    paper = models.CharField(max_length=10, choices=Paper, default=Paper.A4)
    automatic = models.BooleanField(default=True)
    days_after = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(45)]
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation"], name="one_report_settings_each"),
        ]

    def __str__(self) -> str:
        return f"{self.get_paper_display()}, {self.days_after} days after the quarter"
