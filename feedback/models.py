"""Surveys, the rounds that send them, and what came back."""

import datetime
import uuid
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from feedback import kinds, recurrence
from feedback.follow_up_models import Conversation, OpenDoorItem
from feedback.searching import words_of
from programme.models import Loss, Membership, OrganisationOwned, Period, Person, Segment, Team
from touchpoints.models import HandOff, Touchpoint


class Survey(OrganisationOwned):
    """What is asked. Once a round has used it, it is only ever followed by a new version."""

    title = models.CharField(max_length=200)
    introduction = models.TextField(blank=True)
    thanks = models.TextField(blank=True)
    # What came of the answers given last time; the thank-you says it.
    since_last_time = models.TextField(blank=True)
    # The language of its own texts; the others are {language: {"title": .., "introduction": ..,
    # "thanks": .., "since_last_time": ..}}, each part optional.
    language = models.CharField(max_length=10, default="en")
    translations = models.JSONField(default=dict, blank=True)
    on_one_page = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    previous = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="next_versions"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class Question(OrganisationOwned):
    """One question; its key outlives versions, so that its trend does."""

    class Kind(models.TextChoices):
        MOMENT = kinds.MOMENT, "Moment: magic, mediocrity or misery"
        RECOMMEND = kinds.RECOMMEND, "How likely to recommend, 0 to 10"
        SATISFACTION = kinds.SATISFACTION, "How satisfied, 1 to 5"
        EXPECTED = kinds.EXPECTED, "Compared with what was expected, 1 to 5"
        AGREEMENT = kinds.AGREEMENT, "How far they agree, 1 to 5"
        EFFORT = kinds.EFFORT, "How easy it was, 1 to 7"
        YES_NO = kinds.YES_NO, "Yes or no"
        ONE = kinds.ONE, "One of many"
        SEVERAL = kinds.SEVERAL, "Several of many"
        RANKING = kinds.RANKING, "Ranking: put in order"
        SHORT_TEXT = kinds.SHORT_TEXT, "Short text"
        LONG_TEXT = kinds.LONG_TEXT, "Long text"
        PLACE = kinds.PLACE, "A place in a ranking"
        CONSENT = kinds.CONSENT, "Consent: love, live with or object"

    # What each kind may be answered with; texts and kinds with options of their own are not listed.
    VALUES: ClassVar = kinds.VALUES
    TEXT_KINDS: ClassVar = (Kind.SHORT_TEXT, Kind.LONG_TEXT)
    # Only a mission asks these; each place question is one of the things ranked, and two may share
    # a place.
    MISSION_KINDS: ClassVar = (Kind.PLACE, Kind.CONSENT)
    # Counted, but their values are in no order.
    CHOOSING_KINDS: ClassVar = (*MISSION_KINDS, Kind.YES_NO, Kind.ONE)
    # A question with this key asks for a name: never a comment, never asked confidentially.
    SIGNATURE: ClassVar = "name"

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="questions")
    key = models.SlugField(max_length=60)
    kind = models.CharField(max_length=20, choices=Kind)
    text = models.CharField(max_length=500)
    hint = models.CharField(max_length=500, blank=True)
    required = models.BooleanField(default=False)
    # [{"key": .., "text": ..}] in their order; a key outlives versions, as the question's does.
    options = models.JSONField(default=list, blank=True)
    # {"key": .., "test": .., "value": ..}: see `feedback.kinds.Condition`; empty shows it always.
    show_if = models.JSONField(default=dict, blank=True)
    starts_page = models.BooleanField(default=False)
    # {language: {"text": .., "hint": .., "options": {key: text}}}, each part optional.
    translations = models.JSONField(default=dict, blank=True)
    position = models.PositiveIntegerField(default=0)
    touchpoint = models.ForeignKey(
        Touchpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="questions"
    )
    hand_off = models.ForeignKey(
        HandOff, null=True, blank=True, on_delete=models.PROTECT, related_name="questions"
    )

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["survey", "key"], name="one_question_key_a_survey"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_text(self) -> bool:
        return self.kind in self.TEXT_KINDS

    @property
    def scale(self) -> str:
        """The name of its scale in `touchpoints.moments`; empty for text."""
        if self.is_text:
            return ""
        return "moment-3" if self.kind == self.Kind.MOMENT else self.kind

    @property
    def option_keys(self) -> tuple[str, ...]:
        return tuple(option["key"] for option in self.options)

    @property
    def condition(self) -> kinds.Condition | None:
        return kinds.Condition(**self.show_if) if self.show_if else None


class Series(OrganisationOwned):
    """A recurring round: what is asked of whom, how often, and when next.

    Occurrences are counted from 0, the one on `first_on` (see `feedback.recurrence`).
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

    @property
    def recurrence(self) -> recurrence.Recurrence:
        return recurrence.Recurrence(
            self.first_on, self.cadence, self.rule, self.opens_time, self.organisation.timezone
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


class Response(OrganisationOwned):
    """One person's answers to a round, saved as they go; `answers` maps a question's key to
    its answer (see `feedback.kinds`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="responses")
    invitation = models.OneToOneField(
        Invitation, null=True, blank=True, on_delete=models.CASCADE, related_name="response"
    )
    # The link of a place by which it came, where it came without an invitation.
    open_link = models.ForeignKey(
        OpenLink, null=True, blank=True, on_delete=models.SET_NULL, related_name="responses"
    )
    # An imported row's own id, so that a repeated import finds it.
    external_id = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answers = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["round", "external_id"], name="one_response_an_external_id"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Comment(OrganisationOwned):
    """One free-text answer, kept as it was written.

    Shown once it is released. One of a confidential round that may name someone is held until a
    leader has read it, and then released or kept back.
    """

    class Review(models.TextChoices):
        HELD = "held", "Waiting to be read"
        RELEASED = "released", "Released"
        KEPT_BACK = "kept", "Kept back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="comments")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="comments")
    # Kept for named rounds only; empty once a confidential round is sealed.
    response = models.ForeignKey(
        Response, null=True, blank=True, on_delete=models.CASCADE, related_name="comments"
    )
    touchpoint = models.ForeignKey(
        Touchpoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="comments"
    )
    segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField()
    # That of the survey which asked, without its region, for looking for words.
    language = models.CharField(max_length=10, default="en", db_default="en")
    released_at = models.DateTimeField(null=True, blank=True)
    review = models.CharField(max_length=10, choices=Review, blank=True)
    reviewed_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "touchpoint"], name="comment_touchpoint"),
            GinIndex(words_of("text", "language"), name="comment_words"),
            models.Index(
                fields=["organisation"], condition=models.Q(review="held"), name="comment_held"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["response", "question"], name="one_comment_a_question"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


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


class ImportJob(OrganisationOwned):
    """A file of past answers that someone uploaded; a worker brings it in and lets it go."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        FAILED = "failed", "Not brought in"

    filename = models.CharField(max_length=200)
    content = models.BinaryField(default=b"")  # compressed by zlib
    mapping = models.TextField()
    strict = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # What the import counted (see `feedback.import_rows.ImportSummary.as_json`).
    summary = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.filename
