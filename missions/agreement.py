"""Reading how far a statement is agreed on."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from feedback import queries as feedback
from feedback.models import Round
from missions.models import Candidate, Consent, ConsentAnswer, Critique, Mission, Ranking, Voice
from missions.ranking import pairwise, schulze
from programme.models import Membership

_PLURAL: dict[str, str] = {
    Voice.LEADER: "Leaders",
    Voice.STAFF: "Staff",
    Voice.CUSTOMER: "Customers",
}
# Characters of a candidate that stand in a sentence.
_SHORT = 60


@dataclass(frozen=True, slots=True)
class Order:
    """The order of one voice: places from best to worst, each with the candidates that share it,
    how many ballots it was counted from, and for each pair of candidates how many of these put
    the first before the second."""

    voice: str
    ballots: int
    places: tuple[tuple[Candidate, ...], ...]
    pairs: tuple[tuple[Candidate, Candidate, int], ...]

    @property
    def label(self) -> str:
        return _PLURAL[self.voice]

    def place_of(self, candidate: Candidate) -> int:
        """Its place, 1 the best."""
        return next(at for at, place in enumerate(self.places, 1) if candidate in place)


@dataclass(frozen=True, slots=True)
class VoiceConsent:
    """What one voice answered."""

    voice: str
    love: int
    live: int
    objections: int

    @property
    def label(self) -> str:
        return _PLURAL[self.voice]

    @property
    def total(self) -> int:
        return self.love + self.live + self.objections


@dataclass(frozen=True, slots=True)
class ConsentResult:
    """What was answered to a closed asking: voice by voice, and every objection."""

    voices: tuple[VoiceConsent, ...]
    objections: tuple[ConsentAnswer, ...]

    @property
    def love(self) -> int:
        return sum(voice.love for voice in self.voices)

    @property
    def live(self) -> int:
        return sum(voice.live for voice in self.voices)

    @property
    def total(self) -> int:
        return self.love + self.live + len(self.objections)

    @property
    def standing(self) -> int:
        return sum(not one.withdrawn_at and not one.overridden_because for one in self.objections)


def key_of(candidate: Candidate) -> str:
    """The key of a candidate's question in a ranking: it says nothing of its author."""
    return f"candidate-{candidate.shuffle.hex}"


def rankings(mission: Mission) -> list[Ranking]:
    """Its rankings, staff before customers, each with `invited` and `answered`."""
    answered = Q(round__invitations__answered_at__isnull=False)
    return list(
        mission.rankings.select_related("round")
        .annotate(
            invited=Count("round__invitations"),
            answered=Count("round__invitations", filter=answered),
        )
        # Grouping sets the model's own order aside.
        .order_by("-voice")
    )


def orders(mission: Mission, found: list[Ranking], candidates: list[Candidate]) -> list[Order]:
    """Each voice's order by Schulze's method, leaders first, in a query each; none while one is
    still open, so that no voice hears of another's."""
    if not found or any(ranking.round.state != Round.State.CLOSED for ranking in found):
        return []
    own = [ballot.places for ballot in mission.ballots.all()]
    leaders = [_order(Voice.LEADER, own, candidates)] if own else []
    return leaders + [
        _order(
            ranking.voice,
            [response.answers for response in feedback.submitted(round=ranking.round)],
            candidates,
        )
        for ranking in found
    ]


def _order(voice: str, said: Sequence[Mapping[str, Any]], candidates: list[Candidate]) -> Order:
    by_key = {key_of(candidate): candidate for candidate in candidates}
    ballots = []
    for answers in said:
        places = defaultdict(set)
        for key, place in answers.items():
            if key in by_key:
                places[place].add(key)
        if places:
            left_out = by_key.keys() - set().union(*places.values())
            ballots.append([*(places[place] for place in sorted(places)), left_out])
    return Order(
        voice=voice,
        ballots=len(ballots),
        places=tuple(tuple(by_key[key] for key in sorted(place)) for place in schulze(ballots)),
        pairs=tuple(
            (by_key[one], by_key[other], count) for (one, other), count in pairwise(ballots).items()
        ),
    )


def comparison(orders: list[Order]) -> str:
    """In words, whether the voices agree on what comes first; empty where only one has spoken."""
    heard = [order for order in orders if order.ballots]
    if len(heard) < 2:
        return ""
    who = _listed([order.label for order in heard])
    firsts = [{candidate.pk for candidate in order.places[0]} for order in heard]
    if all(first == firsts[0] for first in firsts):
        return f"{who} agree on what comes first."
    if set.intersection(*firsts):
        return f"{who} agree in part on what comes first: what they share is a start."
    return (
        f"{who} disagree on what comes first. Read {'both' if len(heard) == 2 else 'all of them'}: "
        "what does one voice hear in it that the other does not?"
    )


def disagreements(orders: list[Order]) -> list[str]:
    """What each voice puts first and where the others have it, where that is further down."""
    heard = [order for order in orders if order.ballots]
    found = []
    for order in heard:
        for candidate in order.places[0]:
            lower = [
                f"{other.label.lower()} have it in place {other.place_of(candidate)}"
                for other in heard
                if other.place_of(candidate) > 1
            ]
            if lower:
                text = f"{order.label} put “{_short(candidate.text)}” first; {_listed(lower)}."
                found.append(text)
    return found


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT].rstrip()}…"


def _listed(names: list[str]) -> str:
    """As in a sentence: Leaders, staff and customers."""
    first, *rest = names
    rest = [name[:1].lower() + name[1:] for name in rest]
    return first if not rest else f"{', '.join([first, *rest[:-1]])} and {rest[-1]}"


def critiques(mission: Mission) -> QuerySet[Critique]:
    """Its critiques, the latest first, with their drafts and suggestions."""
    return (
        Critique.objects.filter(draft__mission=mission)
        .select_related("draft")
        .prefetch_related("suggestions__author__user")
    )


def latest_consent(mission: Mission) -> Consent | None:
    """The latest asking, the only one that counts, with its draft."""
    return mission.consents.select_related("draft").first()


def asked_by_email(of: "Critique | Consent") -> list[Any]:
    """The rounds of a critique or of an asking for consent, staff before customers, each with
    `invited` and `answered`."""
    answered = Q(round__invitations__answered_at__isnull=False)
    return list(
        of.rounds.select_related("round")
        .annotate(
            invited=Count("round__invitations"),
            answered=Count("round__invitations", filter=answered),
        )
        .order_by("-voice")
    )


def consent_result(consent: Consent) -> ConsentResult | None:
    """What everyone answered, in 1 SQL query; nothing before the close."""
    if consent.closed_at is None:
        return None
    answers = list(consent.answers.select_related("membership__user", "overridden_by__user"))
    counts = Counter((answer.voice, answer.choice) for answer in answers)
    voices = (
        VoiceConsent(voice, counts[voice, "love"], counts[voice, "live"], counts[voice, "object"])
        for voice in Voice.values
    )
    return ConsentResult(
        tuple(voice for voice in voices if voice.total),
        tuple(one for one in answers if one.choice == "object"),
    )


def own_answer(consent: Consent, membership: Membership) -> ConsentAnswer | None:
    return consent.answers.filter(membership=membership).first()


def visible_objections(mission: Mission) -> QuerySet[ConsentAnswer]:
    """Objections of closed askings."""
    return ConsentAnswer.objects.filter(
        consent__mission=mission, consent__closed_at__isnull=False, choice="object"
    )


def became_of(answer: ConsentAnswer) -> str:
    """What became of an objection, in words; empty for any other answer."""
    if answer.choice != ConsentAnswer.Choice.OBJECT:
        return ""
    if answer.withdrawn_at:
        return "withdrawn"
    return f"overridden: {answer.overridden_because}" if answer.overridden_because else "stands"


def standing(consent: Consent) -> QuerySet[ConsentAnswer]:
    """Objections neither withdrawn nor overridden."""
    return consent.answers.filter(choice="object", withdrawn_at=None, overridden_because="")


def overridden(mission: Mission) -> QuerySet[ConsentAnswer]:
    """Objections to an adopted mission that a leader overrode, for the public page."""
    return ConsentAnswer.objects.filter(consent=mission.consents.first()).exclude(
        overridden_because=""
    )
