"""Whom a question of a mission would reach, whom it leaves out, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When

from feedback import queries as feedback
from feedback.models import Round
from missions.models import Voice
from programme.models import Organisation, Person

LEFT_OUT_SHOWN = 10
FOUND_SHOWN = 20

NO_ADDRESS = "no address that works"
UNSUBSCRIBED = "asked not to be emailed"
NO_VALUE = "no yearly value, so we cannot tell their place"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Someone of those chosen who is not asked."""

    person: Person
    why: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How many a question reaches, the least yearly value among them (None where nobody was
    chosen by value), and how many of those chosen it leaves out for each reason, with the first
    few of them."""

    people: int
    least_value: Decimal | None
    no_address: int
    unsubscribed: int
    no_value: int
    left_out: tuple[LeftOut, ...]

    @property
    def out_of_reach(self) -> int:
        return self.no_address + self.unsubscribed + self.no_value

    @property
    def reasons(self) -> tuple[tuple[int, str], ...]:
        """How many for which reason; reasons of nobody are not named."""
        counted = (
            (self.no_address, NO_ADDRESS),
            (self.unsubscribed, UNSUBSCRIBED),
            (self.no_value, NO_VALUE),
        )
        return tuple((many, why) for many, why in counted if many)


def audience_of(voice: str) -> Round.Audience:
    return Round.Audience.EXTERNAL if voice == Voice.CUSTOMER else Round.Audience.INTERNAL


def reach(
    *, organisation: Organisation, voice: str, selection: Mapping[str, Any] | None = None
) -> Reach:
    """Whom asking that voice would reach, by a selection as rounds take it; in 4 SQL queries."""
    audience, chosen = audience_of(voice), selection or {}
    by_value = bool(chosen.get("most_valuable"))
    asked = feedback.invited(organisation=organisation, audience=audience, selection=chosen)
    values = list(asked.values_list("yearly_value", flat=True))
    why = Case(
        When(unsubscribed_at__isnull=False, then=Value(UNSUBSCRIBED)),
        When(Q(email="") | Q(bounced_at__isnull=False), then=Value(NO_ADDRESS)),
        *([When(yearly_value=None, then=Value(NO_VALUE))] if by_value else ()),
        default=Value(""),
        output_field=CharField(),
    )
    everyone = feedback.selected(organisation=organisation, audience=audience, selection=chosen)
    out = everyone.annotate(why=why).exclude(why="")
    reasons = (NO_ADDRESS, UNSUBSCRIBED, NO_VALUE)
    counts = out.aggregate(
        **{f"n{place}": Count("pk", filter=Q(why=reason)) for place, reason in enumerate(reasons)}
    )
    first = out.order_by(F("yearly_value").desc(nulls_last=True), "name", "pk")[:LEFT_OUT_SHOWN]
    whys = first.values_list("why", flat=True)
    return Reach(
        people=len(values),
        least_value=values[-1] if values and by_value else None,
        no_address=counts["n0"],
        unsubscribed=counts["n1"],
        no_value=counts["n2"],
        left_out=tuple(LeftOut(person, why) for person, why in zip(first, whys, strict=True)),
    )


def find_customers(
    organisation: Organisation, *, words: str, but: QuerySet[Person]
) -> QuerySet[Person]:
    """The first customers whose name, address or segment has these words, other than `but`; the
    most valuable first, and of no words all."""
    found = feedback.selected(
        organisation=organisation, audience=Round.Audience.EXTERNAL, selection={}
    ).reachable()
    for word in words.split():
        found = found.filter(
            Q(name__icontains=word) | Q(email__icontains=word) | Q(segment__name__icontains=word)
        )
    chosen = but.values_list("pk", flat=True)
    return (
        found.exclude(pk__in=list(chosen))
        .select_related("segment")
        .order_by(F("yearly_value").desc(nulls_last=True), "name", "pk")[:FOUND_SHOWN]
    )
