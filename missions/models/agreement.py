"""How a statement is agreed on: candidates ranked, a draft criticised, consent asked."""

import uuid
from typing import ClassVar

from django.db import models

from feedback.models import Comment, Response, Round
from missions.models.mission import Draft, Mission, Voice
from programme.models import Membership, OrganisationOwned


class Candidate(OrganisationOwned):
    """A text put forward for ranking; nobody is told by whom."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="candidates")
    text = models.CharField(max_length=500)
    author = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    # Random: candidates are listed by it, so that their order tells nothing.
    shuffle = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        ordering: ClassVar = ["shuffle"]

    def __str__(self) -> str:
        return self.text[:60]


class Ranking(OrganisationOwned):
    """An ordinary feedback round in which one voice ranks the candidates."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="rankings")
    voice = models.CharField(max_length=10, choices=Voice)
    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="ranking")

    class Meta:
        ordering: ClassVar = ["-voice"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mission", "voice"], name="one_ranking_a_voice"),
        ]

    def __str__(self) -> str:
        return f"{self.voice} rank"


class Ballot(OrganisationOwned):
    """One leader's own ranking, given in the app while others rank; hidden until all is closed."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="ballots")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    # The key of each candidate's question (see `agreement.key_of`) to its place, 1 the best; two
    # may share one, and those left out come last.
    places = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mission", "membership"], name="one_ballot_each"),
        ]

    def __str__(self) -> str:
        return f"ballot {self.pk}"


class Critique(OrganisationOwned):
    """A draft laid open to suggestions, until it is frozen."""

    draft = models.OneToOneField(Draft, on_delete=models.CASCADE, related_name="critique")
    opened_at = models.DateTimeField(auto_now_add=True)
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]

    def __str__(self) -> str:
        return f"critique of {self.draft_id}"


class CritiqueRound(OrganisationOwned):
    """An ordinary feedback round in which one voice suggests changes to a draft."""

    critique = models.ForeignKey(Critique, on_delete=models.CASCADE, related_name="rounds")
    voice = models.CharField(max_length=10, choices=Voice)
    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="critique_round")

    class Meta:
        ordering: ClassVar = ["-voice"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["critique", "voice"], name="one_critique_round_each"),
        ]

    def __str__(self) -> str:
        return f"{self.voice} suggest"


class Suggestion(OrganisationOwned):
    """What one person would change in a draft, and what became of it."""

    class Weight(models.TextChoices):
        MUST = "must", "It must change"
        SHOULD = "should", "It would be better"

    class Outcome(models.TextChoices):
        TAKEN = "taken", "Taken"
        NOT_TAKEN = "not", "Not taken"

    critique = models.ForeignKey(Critique, on_delete=models.CASCADE, related_name="suggestions")
    voice = models.CharField(max_length=10, choices=Voice, default=Voice.STAFF)
    # A member who suggested it in the app.
    author = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Where it came through a round: gone with the answer when its writer asks for that.
    comment = models.OneToOneField(
        Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="suggestion"
    )
    weight = models.CharField(max_length=10, choices=Weight)
    text = models.TextField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    why = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Consent(OrganisationOwned):
    """One asking whether a draft may become the mission: members in the app and, through ordinary
    rounds, staff and customers. Nobody sees an answer of anyone else before it is closed."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="consents")
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="consents")
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]

    def __str__(self) -> str:
        return f"consent to {self.draft_id}"


class ConsentRound(OrganisationOwned):
    """An ordinary feedback round in which one voice answers whether it consents."""

    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="rounds")
    voice = models.CharField(max_length=10, choices=Voice)
    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="consent_round")

    class Meta:
        ordering: ClassVar = ["-voice"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consent", "voice"], name="one_consent_round_each"),
        ]

    def __str__(self) -> str:
        return f"{self.voice} consent"


class ConsentAnswer(OrganisationOwned):
    """One person's answer: a member's own, or one that came through a round.

    An objection stands until whoever made it withdraws it or a leader overrides it, which takes a
    reason that the public page shows.
    """

    class Choice(models.TextChoices):
        LOVE = "love", "I love it"
        LIVE = "live", "I can live with it"
        OBJECT = "object", "I object"

    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="answers")
    membership = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Gone with the answer to the round when its writer asks for that.
    response = models.OneToOneField(
        Response, null=True, blank=True, on_delete=models.CASCADE, related_name="consent_answer"
    )
    voice = models.CharField(max_length=10, choices=Voice, default=Voice.STAFF)
    choice = models.CharField(max_length=10, choices=Choice)
    reason = models.TextField(blank=True)
    change_asked = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    overridden_because = models.TextField(blank=True)
    overridden_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consent", "membership"], name="one_consent_each"),
        ]

    def __str__(self) -> str:
        return self.choice
