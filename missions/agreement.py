"""Reading how far a statement is agreed on."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from feedback import queries as feedback
from feedback.models import Round
from missions.models import Candidate, Consent, ConsentAnswer, Critique, Mission, Ranking
from missions.ranking import schulze
from programme.models import Membership


@dataclass(frozen=True, slots=True)
class Order:
    """The order of one voice: places from best to worst, each with the candidates that share it,
    and how many ballots it was counted from."""

    voice: str
    ballots: int
    places: tuple[tuple[Candidate, ...], ...]


@dataclass(frozen=True, slots=True)
class ConsentResult:
    """What was answered to a closed asking: how many of each, and every objection."""

    love: int
    live: int
    objections: tuple[ConsentAnswer, ...]

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


def orders(found: list[Ranking], candidates: list[Candidate]) -> list[Order]:
    """Each voice's order by Schulze's method, in a query each; none while one is still open, so
    that no voice hears of another's."""
    if any(ranking.round.state != Round.State.CLOSED for ranking in found):
        return []
    return [_order(ranking, candidates) for ranking in found]


def _order(ranking: Ranking, candidates: list[Candidate]) -> Order:
    by_key = {key_of(candidate): candidate for candidate in candidates}
    ballots = []
    for response in feedback.submitted(round=ranking.round):
        places = defaultdict(set)
        for key, place in response.answers.items():
            if key in by_key:
                places[place].add(key)
        if places:
            left_out = by_key.keys() - set().union(*places.values())
            ballots.append([*(places[place] for place in sorted(places)), left_out])
    places_found = tuple(tuple(by_key[key] for key in sorted(place)) for place in schulze(ballots))
    return Order(ranking.voice, len(ballots), places_found)


def comparison(orders: list[Order]) -> str:
    """In words, whether the voices agree on what comes first; empty where only one has spoken."""
    heard = [order for order in orders if order.ballots]
    if len(heard) < 2:
        return ""
    firsts = [{candidate.pk for candidate in order.places[0]} for order in heard]
    if firsts[0] == firsts[1]:
        return "Staff and customers agree on what comes first."
    if firsts[0] & firsts[1]:
        return "Staff and customers agree in part on what comes first: what they share is a start."
    return (
        "Staff and customers disagree on what comes first. Read both: what does one voice hear "
        "in it that the other does not?"
    )


def critiques(mission: Mission) -> QuerySet[Critique]:
    """Its critiques, the latest first, with their drafts and suggestions."""
    return (
        Critique.objects.filter(draft__mission=mission)
        .select_related("draft")
        .prefetch_related("suggestions__author__user")
    )


def latest_consent(mission: Mission) -> Consent | None:
    """The latest asking, the only one that counts, with its draft and round."""
    return mission.consents.select_related("draft", "round").first()


def consent_result(consent: Consent) -> ConsentResult | None:
    """What everyone answered, in 1 SQL query; nothing before the close."""
    if consent.closed_at is None:
        return None
    answers = list(consent.answers.select_related("membership__user", "overridden_by__user"))
    counts = Counter(answer.choice for answer in answers)
    return ConsentResult(
        counts["love"], counts["live"], tuple(one for one in answers if one.choice == "object")
    )


def own_answer(consent: Consent, membership: Membership) -> ConsentAnswer | None:
    return consent.answers.filter(membership=membership).first()


def visible_objections(mission: Mission) -> QuerySet[ConsentAnswer]:
    """Objections of closed askings."""
    return ConsentAnswer.objects.filter(
        consent__mission=mission, consent__closed_at__isnull=False, choice="object"
    )


def standing(consent: Consent) -> QuerySet[ConsentAnswer]:
    """Objections neither withdrawn nor overridden."""
    return consent.answers.filter(choice="object", withdrawn_at=None, overridden_because="")


def overridden(mission: Mission) -> QuerySet[ConsentAnswer]:
    """Objections to an adopted mission that a leader overrode, for the public page."""
    return ConsentAnswer.objects.filter(consent=mission.consents.first()).exclude(
        overridden_because=""
    )
