"""Reads across surveys, rounds and what came back; each a fixed number of SQL queries."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from itertools import chain
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import MD5, Cast, Concat
from django.utils import timezone

from feedback.models import Comment, Invitation, Question, Response, Round, Series, Survey
from feedback.naming import names_of
from programme.models import Membership, Organisation, Period, Person, PersonQuerySet, Segment, Team
from touchpoints.models import Touchpoint

# Whom a round asks


def selected(
    *, organisation: Organisation, audience: str, selection: Mapping[str, Any]
) -> PersonQuerySet:
    """Everyone that a selection names, reachable or not; only so many of the most valuable, or of a
    random sample, are taken by `limited`."""
    people = Person.objects.filter(organisation=organisation).active()
    if selection.get("nobody"):  # it is answered at its places only
        return people.none()
    if selection.get("people"):
        people = people.filter(pk__in=selection["people"])
    if audience == Round.Audience.INTERNAL:
        people = people.staff()
        return people.filter(team__in=selection["teams"]) if selection.get("teams") else people
    people = people.customers()
    if selection.get("segments"):
        people = people.filter(segment__in=selection["segments"])
    if selection.get("at_least"):
        people = people.filter(yearly_value__gte=Decimal(selection["at_least"]))
    return people


def _limit_of(audience: str, selection: Mapping[str, Any]) -> int | None:
    """Of how many at most; None for everyone."""
    if selection.get("sample"):
        return int(selection["sample"])
    most_valuable = selection.get("most_valuable")
    return most_valuable if audience == Round.Audience.EXTERNAL else None


def _in_turn(people: PersonQuerySet, selection: Mapping[str, Any]) -> PersonQuerySet:
    """Those of a limited selection in the order in which they are taken: a sample's by a number
    drawn from its seed, always the same; otherwise the highest yearly value first."""
    if selection.get("sample"):
        return people.order_by(_drawn(selection), "pk")
    return people.filter(yearly_value__isnull=False).order_by("-yearly_value", "pk")


def _drawn(selection: Mapping[str, Any]) -> MD5:
    seed = Value(str(selection.get("seed", "")), output_field=TextField())
    return MD5(Concat(seed, Cast("pk", TextField())))


def _up_to(people: PersonQuerySet, selection: Mapping[str, Any]) -> PersonQuerySet:
    """Those of a limited selection who are taken no later than the last (see `last_taken`)."""
    place, pk = selection["last"]
    if selection.get("sample"):
        people = people.annotate(drawn=_drawn(selection))
        return people.filter(Q(drawn__lt=place) | Q(drawn=place, pk__lte=pk))
    return people.filter(Q(yearly_value__gt=place) | Q(yearly_value=place, pk__lte=pk))


def _asked_since(since: dt.datetime, *, but: Round | None = None) -> Exists:
    """Whether a customer was invited to a round, other than `but`, that opened since then."""
    invitations = Invitation.objects.filter(
        person=OuterRef("pk"), round__audience=Round.Audience.EXTERNAL, round__opened_at__gt=since
    )
    return Exists(invitations.exclude(round=but) if but is not None else invitations)


def invited(
    *,
    organisation: Organisation,
    audience: str,
    selection: Mapping[str, Any],
    rest_days: int = 0,
) -> PersonQuerySet:
    """Those of the selection who can be reached and were not asked in the last `rest_days`; where
    it asks for only so many, the most valuable customers or those drawn."""
    people = selected(organisation=organisation, audience=audience, selection=selection).reachable()
    if rest_days and audience == Round.Audience.EXTERNAL:
        people = people.exclude(_asked_since(timezone.now() - dt.timedelta(days=rest_days)))
    if limit := _limit_of(audience, selection):
        return _in_turn(people, selection)[:limit]
    return people.order_by("pk")


def last_taken(
    *, organisation: Organisation, audience: str, selection: Mapping[str, Any], rest_days: int
) -> tuple[str, int] | None:
    """The last of a limited selection, by number drawn or yearly value, and by key: who is to be
    invited can be told by it without sorting everyone again. None where nobody is left out."""
    limit = _limit_of(audience, selection)
    taken = invited(
        organisation=organisation, audience=audience, selection=selection, rest_days=rest_days
    )
    if not limit or taken.count() < limit:
        return None
    place = _drawn(selection) if selection.get("sample") else Cast("yearly_value", TextField())
    found: tuple[str, int] = taken.values_list(place, "pk")[limit - 1]
    return found


def next_invited(*, round: Round, size: int) -> list[Person]:
    """The next people, at most `size`, who are to be invited to a round and have not been."""
    invitations = Invitation.objects.filter(round=round)
    people = selected(
        organisation=round.organisation, audience=round.audience, selection=round.selection
    ).reachable()
    if round.rest_days and round.audience == Round.Audience.EXTERNAL:
        people = people.exclude(_asked_since(_rest_begins(round), but=round))
    # Invitations are written in the order of people, so that the last one tells how far they are.
    done = invitations.aggregate(last=Max("person"))["last"] or 0
    limit = _limit_of(round.audience, round.selection)
    if limit is None:
        return list(people.filter(pk__gt=done).order_by("pk")[:size])
    following: list[Person] = []
    if round.selection.get("last"):
        chosen = _up_to(people, round.selection).filter(pk__gt=done).order_by("pk")
        following = list(chosen[:size])
        if len(following) == size:
            return following
    # At the end, the next in turn for those who have dropped out since the round was opened.
    others = people.exclude(Exists(invitations.filter(person=OuterRef("pk"))))
    others = others.exclude(pk__in=[person.pk for person in following])
    left = max(0, limit - invitations.count() - len(following))
    left = min(left, size - len(following))
    return following + list(_in_turn(others, round.selection)[:left])


def _rest_begins(round: Round) -> dt.datetime:
    """Customers whom another round asked since then are left out of an opened round."""
    return (round.opened_at or timezone.now()) - dt.timedelta(days=round.rest_days)


def held_back(*, round: Round) -> tuple[int, int]:
    """How many of an opened round's selection were not invited, and how many of those only
    because another round had asked them recently."""
    people = selected(
        organisation=round.organisation, audience=round.audience, selection=round.selection
    )
    limit = _limit_of(round.audience, round.selection)
    invitations = Invitation.objects.filter(round=round)
    chosen = people.count()
    left_out = max(0, (min(chosen, limit) if limit else chosen) - invitations.count())
    if not (left_out and round.rest_days and round.audience == Round.Audience.EXTERNAL):
        return left_out, 0
    recent = people.reachable().filter(
        _asked_since(_rest_begins(round), but=round),
        ~Exists(invitations.filter(person=OuterRef("pk"))),
    )
    return left_out, min(left_out, recent.count())


def describe_selection(found: Round | Series) -> str:
    """Whom a round asks, in words."""
    chosen = found.selection
    if chosen.get("nobody"):
        return "Whoever comes by its places"
    names: list[str] = []
    if chosen.get("segments"):
        names = list(
            Segment.objects.filter(pk__in=chosen["segments"]).values_list("name", flat=True)
        )
    if chosen.get("teams"):
        names = list(Team.objects.filter(pk__in=chosen["teams"]).values_list("name", flat=True))
    whom = "Staff" if found.audience == Round.Audience.INTERNAL else "Customers"
    if chosen.get("most_valuable"):
        whom = f"The {chosen['most_valuable']} most valuable customers"
    elif chosen.get("people"):
        many = len(chosen["people"])
        one = "staff member" if found.audience == Round.Audience.INTERNAL else "customer"
        whom = f"{many} chosen {one}{'' if many == 1 else 's'}"
    if names:
        whom = f"{whom} in {', '.join(names)}"
    if chosen.get("at_least"):
        whom = f"{whom}, worth {Decimal(chosen['at_least']):,.0f} a year or more"
    if chosen.get("sample"):
        whom = f"A random sample of {chosen['sample']}: {whom[0].lower()}{whom[1:]}"
    return whom


# What became of a round


def stored_results(found: Round) -> dict[str, Any]:
    """What closing the round counted; see `feedback.services.close_round`."""
    return found.results or {"invited": 0, "opened": None, "answered": None, "questions": {}}


# Lists


def rounds(organisation: Organisation) -> QuerySet[Round]:
    return Round.objects.filter(organisation=organisation).select_related("survey", "period")


def all_series(organisation: Organisation) -> QuerySet[Series]:
    """Series, those that run first, the soonest due on top; `round_count` is how many were sent."""
    running = Case(
        When(state=Series.State.ACTIVE, then=0), When(state=Series.State.PAUSED, then=1), default=2
    )
    return (
        Series.objects.filter(organisation=organisation)
        .select_related("survey", "organisation", "created_by__user")
        .annotate(round_count=Count("rounds"))
        .order_by(running, "next_at", "pk")
    )


def surveys(organisation: Organisation, *, with_questions: bool = False) -> QuerySet[Survey]:
    """The newest version of each survey, with `question_count` and `used`, or of those only that
    have questions."""
    of_survey = Question.objects.filter(survey=OuterRef("pk"))
    in_rounds = Round.objects.filter(survey=OuterRef("pk"))
    found = Survey.objects.filter(
        organisation=organisation, next_versions=None, archived_at=None
    ).annotate(
        question_count=Subquery(
            of_survey.order_by().values("survey").annotate(n=Count("pk")).values("n")
        ),
        used=Exists(in_rounds),
    )
    return found.filter(Exists(of_survey)) if with_questions else found


def comments(*, round: Round) -> QuerySet[Comment]:
    """What a closed round may show of its comments, in an order that says nothing."""
    return (
        Comment.objects.filter(
            organisation=round.organisation_id, round=round, released_at__isnull=False
        )
        .select_related("question", "touchpoint", "segment", "response__invitation__person")
        .order_by("pk")
    )


def held_comments(organisation: Organisation, *, decided: bool = False) -> QuerySet[Comment]:
    """Comments that may name someone: those that wait to be read, or those decided on."""
    found = Comment.objects.filter(organisation=organisation)
    wanted = (
        found.exclude(review__in=["", Comment.Review.HELD])
        if decided
        else found.filter(review=Comment.Review.HELD)
    )
    return wanted.select_related("round", "question", "reviewed_by__user").order_by(
        "-round__closed_at", "pk"
    )


def touchpoint_comments(*, touchpoint: Touchpoint, period: Period | None) -> QuerySet[Comment]:
    """Released comments about one touchpoint, in one quarter or in all, the newest round's
    first."""
    found = Comment.objects.filter(
        organisation_id=touchpoint.organisation_id,
        touchpoint=touchpoint,
        released_at__isnull=False,
    ).select_related("segment", "round__period")
    if period is not None:
        rounds = Round.objects.filter(organisation=touchpoint.organisation_id, period=period)
        # Named one by one, they are found in the index by which comments are in turn.
        found = found.filter(round__in=list(rounds.values_list("pk", flat=True)))
    return found.order_by("-round_id", "pk")


def submitted(*, round: Round) -> QuerySet[Response]:
    return Response.objects.filter(round=round, submitted_at__isnull=False)


def known_names(organisation_id: int) -> frozenset[str]:
    """The words of the names of an organisation's staff and members (see `feedback.naming`)."""
    staff = Person.objects.filter(organisation=organisation_id).staff()
    members = Membership.objects.filter(organisation=organisation_id)
    return names_of(
        chain(
            staff.values_list("name", flat=True).iterator(),
            members.values_list("user__name", flat=True),
        )
    )
