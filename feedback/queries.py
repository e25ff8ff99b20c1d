"""Reads across surveys, rounds and what came back; each a fixed number of SQL queries."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    Count,
    Exists,
    Max,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import MD5, Cast, Concat
from django.utils import timezone

from feedback.models import Comment, Invitation, Question, Response, Round, Series, Survey
from programme.models import Organisation, Period, Person, PersonQuerySet, Segment, Team
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
        drawn = MD5(Concat(Value(str(selection.get("seed", ""))), Cast("pk", TextField())))
        return people.order_by(drawn, "pk")
    return people.filter(yearly_value__isnull=False).order_by("-yearly_value", "pk")


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


def next_invited(*, round: Round, size: int) -> list[Person]:
    """The next people, at most `size`, who are to be invited to a round and have not been."""
    invitations = Invitation.objects.filter(round=round)
    people = selected(
        organisation=round.organisation, audience=round.audience, selection=round.selection
    ).reachable()
    if round.rest_days and round.audience == Round.Audience.EXTERNAL:
        people = people.exclude(_asked_since(_rest_begins(round), but=round))
    if limit := _limit_of(round.audience, round.selection):
        others = people.exclude(Exists(invitations.filter(person=OuterRef("pk"))))
        left = max(0, limit - invitations.count())
        return list(_in_turn(others, round.selection)[: min(size, left)])
    # Invitations are written in the order of people, so that the last one tells how far they are.
    last = invitations.aggregate(last=Max("person"))["last"] or 0
    return list(people.filter(pk__gt=last).order_by("pk")[:size])


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


# Answering


@dataclass(frozen=True, slots=True)
class Answering:
    """An invitation whose link was opened, with what was answered so far. Its rows have only what
    the answer page needs; anything else is fetched when it is asked for."""

    invitation: Invitation
    response: Response | None


_INVITATION = (
    *("id", "organisation_id", "round_id", "person_id", "team_id", "segment_id"),
    *("seen_at", "answered_at"),
)
_ROUND = (
    *("id", "organisation_id", "survey_id", "confidential", "state", "closes_at"),
    *("paused_at", "figures_from", "comments_from"),
)
_ORGANISATION = ("id", "name", "timezone", "language", "logo", "colour")
_PERSON = ("id", "language", "unsubscribed_at")
_RESPONSE = ("id", "answers", "version", "submitted_at")
# Written out, since composing these joins anew would be most of what the answer page costs.
_ANSWERING = """
    SELECT i.id, i.organisation_id, i.round_id, i.person_id, i.team_id, i.segment_id,
           i.seen_at, i.answered_at,
           d.id, d.organisation_id, d.survey_id, d.confidential, d.state, d.closes_at, d.paused_at,
           d.figures_from, d.comments_from,
           o.id, o.name, o.timezone, o.language, o.logo, o.colour,
           p.id, p.language, p.unsubscribed_at,
           r.id, r.answers, r.version, r.submitted_at
    FROM feedback_invitation i
    JOIN feedback_round d ON d.id = i.round_id
    JOIN programme_organisation o ON o.id = d.organisation_id
    LEFT JOIN programme_person p ON p.id = i.person_id
    LEFT JOIN feedback_response r ON r.invitation_id = i.id
"""
_BY_PK, _BY_HASH = _ANSWERING + "WHERE i.id = %s", _ANSWERING + "WHERE i.token_hash = %s"


def answering(*, pk: int | None = None, token_hash: str = "") -> Answering | None:
    """The invitation of that key, or of the link with that hash, in one SQL query."""
    with connection.cursor() as cursor:
        if pk is None:
            cursor.execute(_BY_HASH, [token_hash])
        else:
            cursor.execute(_BY_PK, [pk])
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    invitation = _loaded(Invitation, _INVITATION, values)
    invitation.round = _loaded(Round, _ROUND, values)
    invitation.round.survey = used_survey(invitation.round.survey_id)
    invitation.round.organisation = _loaded(Organisation, _ORGANISATION, values)
    person = _loaded(Person, _PERSON, values)
    invitation.person = person if invitation.person_id is not None else None
    response = _loaded(Response, _RESPONSE, values)
    if row[-len(_RESPONSE)] is None:
        return Answering(invitation, None)
    response.answers = json.loads(response.answers)
    return Answering(invitation, response)


def _loaded[M: Model](model: type[M], columns: Sequence[str], values: Iterator[Any]) -> M:
    """A row of which only these columns were read; they are taken off the front of the values."""
    given = dict(zip(columns, islice(values, len(columns)), strict=True))
    ordered = [field.attname for field in model._meta.concrete_fields if field.attname in given]
    return model.from_db("default", ordered, [given[name] for name in ordered])


@lru_cache(maxsize=256)
def used_survey(pk: int) -> Survey:
    """A survey that a round has used: it never changes, so that it is read once."""
    return Survey.objects.get(pk=pk)


@lru_cache(maxsize=256)
def used_questions(survey_id: int) -> tuple[Question, ...]:
    """The questions of a survey that a round has used; as with `used_survey`."""
    return tuple(Question.objects.filter(survey=survey_id))


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
        Comment.objects.filter(round=round, released_at__isnull=False)
        .select_related("question", "touchpoint", "segment", "response__invitation__person")
        .order_by("pk")
    )


def released_comments(organisation: Organisation) -> QuerySet[Comment]:
    """Everything that people wrote and members may read, the newest round's first, and in it in an
    order that says nothing. What was asked for a mission is read there."""
    return (
        Comment.objects.filter(
            organisation=organisation, released_at__isnull=False, round__answers_apart=False
        )
        .select_related(
            "question", "touchpoint", "segment", "round__period", "response__invitation__person"
        )
        .order_by("-round__closed_at", "-round", "pk")
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
    """Released comments about one touchpoint, in one quarter or in all."""
    found = Comment.objects.filter(
        organisation_id=touchpoint.organisation_id,
        touchpoint=touchpoint,
        released_at__isnull=False,
    ).select_related("segment", "round__period")
    if period is not None:
        found = found.filter(round__period=period)
    return found.order_by("-round__closed_at", "pk")


def submitted(*, round: Round) -> QuerySet[Response]:
    return Response.objects.filter(round=round, submitted_at__isnull=False)
