"""Rounds of a survey: when and whom they ask, and the links that people answer by."""

import datetime
from typing import ClassVar

from django.db import models

from feedback import recurrence
from feedback.models.surveys import Survey
from programme.models import Membership, OrganisationOwned, Period, Person, Segment, Team


class Series(OrganisationOwned):
    """A recurring round: what is asked of whom, how often, and when next.

    Occurrences are counted from 0 and keep their numbers; `first_on` is the day of the one with
    which the present calendar begins (see `feedback.recurrence`).
    """

    class Cadence(models.TextChoices):
        MONTHLY = recurrence.MONTHLY, "Each month"
        QUARTERLY = recurrence.QUARTERLY, "Each quarter"
        HALF_YEARLY = recurrence.HALF_YEARLY, "Twice a year"
        YEARLY = recurrence.YEARLY, "Once a year"

    class Rule(models.TextChoices):
        SAME_DAY = recurrence.SAME_DAY, "On the same day of the month"
        SAME_WEEKDAY = recurrence.SAME_WEEKDAY, "On the same weekday, such as the second Tuesday"
        WORKING_DAY = recurrence.WORKING_DAY, "On the same day, or the nearest working day"

    class State(models.TextChoices):
        ACTIVE = "active", "Running"
        PAUSED = "paused", "Paused"
        ENDED = "ended", "Ended"

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="series")
    title = models.CharField(max_length=150)
    # As in Round; the survey is asked in its newest version.
    audience = models.CharField(max_length=10)
    confidential = models.BooleanField(default=False)
    selection = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    reminder_days = models.JSONField(default=list)
    cadence = models.CharField(max_length=12, choices=Cadence)
    rule = models.CharField(max_length=12, choices=Rule)
    first_on = models.DateField()
    first_number = models.PositiveIntegerField(default=0)
    opens_time = models.TimeField()
    days_open = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    next_number = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    # Why the last occurrence that was due was not sent; empty where it was.
    trouble = models.TextField(blank=True)
    created_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"], condition=models.Q(state="active"), name="series_to_open"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def next_day(self) -> datetime.date:
        """The day of the next occurrence, where the organisation is."""
        return self.recurrence.day(self.next_number)

    def coming_number(self, now: datetime.datetime) -> int:
        """The number of its next round: of one that rests, the first that is still to come."""
        if self.state == self.State.PAUSED:
            return self.recurrence.coming(now, since=self.next_number)
        return self.next_number

    @property
    def recurrence(self) -> recurrence.Recurrence:
        return recurrence.Recurrence(
            self.first_on,
            self.cadence,
            self.rule,
            self.opens_time,
            self.organisation.timezone,
            self.first_number,
        )


class Round(OrganisationOwned):
    """One sending of a survey to an audience."""

    class Audience(models.TextChoices):
        INTERNAL = "internal", "Staff"
        EXTERNAL = "external", "Customers"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SCHEDULED = "scheduled", "Waiting for its hour"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="rounds")
    title = models.CharField(max_length=200)
    audience = models.CharField(max_length=10, choices=Audience)
    confidential = models.BooleanField(default=False)
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="rounds")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    # Which people: {"segments": [..], "teams": [..], "people": [..], "at_least": "5000.00",
    # "most_valuable": 20, "sample": 50, "seed": ".."}; empty means everyone.
    selection = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    # Open, but a worker is still writing invitations; so many people are to get one.
    opening = models.BooleanField(default=False)
    expected = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)  # invitations so far, as the opening goes on
    # A customer asked within so many days by another round is left out; 0 asks everyone.
    rest_days = models.PositiveSmallIntegerField(default=0)
    # How many of the selection were not invited when it opened, and how many of them only because
    # they had been asked recently; the others had no address that works, or had unsubscribed.
    held_back = models.PositiveIntegerField(default=0)
    recently_asked = models.PositiveIntegerField(default=0)
    # Of how many answers on a confidential one shows figures, and comments: as the organisation had
    # it when this was prepared.
    figures_from = models.PositiveSmallIntegerField(default=5)
    comments_from = models.PositiveSmallIntegerField(default=10)
    # What came in is read where it was asked for, by those who may read it there: a mission's words
    # stay hidden until one's own are in.
    answers_apart = models.BooleanField(default=False)
    # What closing it counted (see `feedback.services.close_round`); empty while it is open.
    results = models.JSONField(null=True, blank=True)
    # What a worker has counted of it while it is open (see `feedback.queries.receipts.Live`), when,
    # and when it is to be counted again; empty before the first time, and once it is closed.
    counted = models.JSONField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    count_due_at = models.DateTimeField(null=True, blank=True)
    # An import names the file's own fingerprint, so that a second run finds the first.
    imported_from = models.CharField(max_length=100, blank=True)
    created_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    # Why it could not be opened when its hour came.
    not_opened_because = models.TextField(blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Since when some of its answers are gone: what it counted is never counted again.
    thinned_at = models.DateTimeField(null=True, blank=True)
    # What became of its invitations' emails, once those are deleted.
    emails_sent = models.PositiveIntegerField(null=True, blank=True)
    emails_failed = models.PositiveIntegerField(null=True, blank=True)
    emails_bounced = models.PositiveIntegerField(null=True, blank=True)
    # Of how many whom it had invited nobody can be found any more: they asked to be forgotten.
    forgotten = models.PositiveIntegerField(default=0)
    # How many days after the opening those are reminded who have not answered.
    reminder_days = models.JSONField(default=list)
    # How many of these reminders are written, and up to which invitation the next one is.
    reminded = models.PositiveSmallIntegerField(default=0)
    reminding_after = models.BigIntegerField(default=0)
    series = models.ForeignKey(
        Series, null=True, blank=True, on_delete=models.PROTECT, related_name="rounds"
    )
    occurrence = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["opens_at"], condition=models.Q(state="scheduled"), name="round_to_open"
            ),
            models.Index(
                fields=["closes_at"], condition=models.Q(state="open"), name="round_to_close"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(figures_from__gte=5, comments_from__gte=10),
                name="round_shows_no_few",
            ),
            models.UniqueConstraint(
                fields=["series", "occurrence"], name="one_round_an_occurrence"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Invitation(OrganisationOwned):
    """One person's place in one round, with a secret link kept hashed."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="invitations")
    person = models.ForeignKey(
        Person, null=True, on_delete=models.CASCADE, related_name="invitations"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    # Team and segment as they were when the round opened.
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    segment = models.ForeignKey(Segment, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "person"], name="one_invitation_each"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.round_id}"


class OpenLink(OrganisationOwned):
    """A round's link for a place without addresses: on a poster, or on a tablet that stays there.
    It hangs on a wall, so it is no secret."""

    class Use(models.TextChoices):
        OWN_DEVICE = "own", "People’s own phones: a poster with a code"
        KIOSK = "kiosk", "One device for everyone, such as a tablet at the exit"

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="open_links")
    place = models.CharField(max_length=100)
    use = models.CharField(max_length=10, choices=Use, default=Use.OWN_DEVICE)
    token = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    turned_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.place
