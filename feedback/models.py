"""Surveys, the rounds that send them, and what came back."""

import uuid
from typing import ClassVar

from django.db import models

from programme.models import Membership, OrganisationOwned, Period, Person, Segment, Team
from touchpoints.models import HandOff, Touchpoint


class Survey(OrganisationOwned):
    """What is asked. Once a round has used it, it is only ever followed by a new version."""

    title = models.CharField(max_length=200)
    introduction = models.TextField(blank=True)
    thanks = models.TextField(blank=True)
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
        MOMENT = "moment", "Moment: magic, mediocrity or misery"
        RECOMMEND = "recommend-10", "How likely to recommend, 0 to 10"
        SATISFACTION = "satisfaction-5", "How satisfied, 1 to 5"
        EXPECTED = "expected-5", "Compared with what was expected, 1 to 5"
        SHORT_TEXT = "short", "Short text"
        LONG_TEXT = "text", "Long text"
        PLACE = "place", "A place in a ranking"
        CONSENT = "consent", "Consent: love, live with or object"
        YES_NO = "yes-no", "Yes or no"

    # What each kind may be answered with; text is not listed.
    VALUES: ClassVar[dict[str, tuple[str | int, ...]]] = {
        Kind.MOMENT: ("magic", "mediocrity", "misery"),
        Kind.RECOMMEND: tuple(range(11)),
        Kind.SATISFACTION: (1, 2, 3, 4, 5),
        Kind.EXPECTED: (1, 2, 3, 4, 5),
        Kind.PLACE: (1, 2, 3, 4, 5, 6),
        Kind.CONSENT: ("love", "live", "object"),
        Kind.YES_NO: ("yes", "no"),
    }
    TEXT_KINDS: ClassVar = (Kind.SHORT_TEXT, Kind.LONG_TEXT)
    # Only a mission asks these; each place question is one of the things ranked, and two may share
    # a place.
    MISSION_KINDS: ClassVar = (Kind.PLACE, Kind.CONSENT)
    # Counted, but they rate nothing: no moments and no touchpoint.
    CHOOSING_KINDS: ClassVar = (*MISSION_KINDS, Kind.YES_NO)
    # A question with this key asks for a name: never a comment, never asked confidentially.
    SIGNATURE: ClassVar = "name"

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="questions")
    key = models.SlugField(max_length=60)
    kind = models.CharField(max_length=20, choices=Kind)
    text = models.CharField(max_length=500)
    hint = models.CharField(max_length=500, blank=True)
    required = models.BooleanField(default=False)
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


class Round(OrganisationOwned):
    """One sending of a survey to an audience."""

    class Audience(models.TextChoices):
        INTERNAL = "internal", "Staff"
        EXTERNAL = "external", "Customers"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="rounds")
    title = models.CharField(max_length=200)
    audience = models.CharField(max_length=10, choices=Audience)
    confidential = models.BooleanField(default=False)
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="rounds")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    # Which people: {"segments": [..], "teams": [..], "most_valuable": 20, "people": [..]}; empty
    # means everyone.
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
    opened_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["closes_at"], condition=models.Q(state="open"), name="round_to_close"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(figures_from__gte=5, comments_from__gte=10),
                name="round_shows_no_few",
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


class Response(OrganisationOwned):
    """One person's answers to a round, saved as they go; `answers` maps a question's key to
    its value: a number for scales, "magic", "mediocrity" or "misery" for moments, or text."""

    TEXT_LIMIT: ClassVar = 5_000

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="responses")
    invitation = models.OneToOneField(
        Invitation, null=True, blank=True, on_delete=models.CASCADE, related_name="response"
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
    released_at = models.DateTimeField(null=True, blank=True)
    review = models.CharField(max_length=10, choices=Review, blank=True)
    reviewed_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "touchpoint"], name="comment_touchpoint"),
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
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    due_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["due_at", "pk"]

    def __str__(self) -> str:
        return self.title


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
