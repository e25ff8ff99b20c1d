"""Surveys and their questions."""

from typing import ClassVar

from django.db import models

from feedback import kinds
from programme.models import OrganisationOwned
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
    # What the lowest and the highest value of its scale mean; empty keeps our own words.
    low_end = models.CharField(max_length=60, blank=True)
    high_end = models.CharField(max_length=60, blank=True)
    # [{"key": .., "text": ..}] in their order; a key outlives versions, as the question's does.
    options = models.JSONField(default=list, blank=True)
    # {"key": .., "test": .., "value": ..}: see `feedback.kinds.Condition`; empty shows it always.
    show_if = models.JSONField(default=dict, blank=True)
    starts_page = models.BooleanField(default=False)
    # {language: {"text": .., "hint": .., "low_end": .., "high_end": .., "options": {key: text}}},
    # each part optional.
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
