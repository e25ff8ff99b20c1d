"""Small makers of rows for tests; each gives something valid with nothing said."""

import datetime as dt
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import User
from feedback.models import Invitation, Response, Round, Series, Survey
from feedback.services import (
    QuestionSpec,
    create_round,
    create_series,
    create_survey,
    submit_response,
)
from programme.models import (
    Membership,
    Organisation,
    Period,
    Person,
    PersonKind,
    Role,
    Segment,
    Team,
)
from programme.periods import Quarter
from touchpoints.models import Journey, RatingTally, Stage, Touchpoint, Voice

_number = count(1)


def organisation(name: str = "") -> Organisation:
    n = next(_number)
    return Organisation.objects.create(name=name or f"Organisation {n}", slug=f"organisation-{n}")


def user(email: str = "", *, name: str = "Alex Morgan", password: str | None = None) -> User:
    return User.objects.create_user(
        email or f"user{next(_number)}@example.com", password, name=name
    )


def member(of: Organisation, role: Role = Role.MANAGER, *, name: str = "") -> Membership:
    someone = user(name=name or f"{role.label} {next(_number)}")
    return Membership.objects.create(organisation=of, user=someone, role=role)


def period(of: Organisation, code: str = "2026Q3") -> Period:
    quarter = Quarter.parse(code)
    starts_on, ends_on = quarter.bounds()
    made, _ = Period.objects.get_or_create(
        organisation=of,
        year=quarter.year,
        number=quarter.number,
        defaults={"starts_on": starts_on, "ends_on": ends_on},
    )
    return made


def segment(of: Organisation, name: str = "") -> Segment:
    return Segment.objects.create(organisation=of, name=name or f"Segment {next(_number)}")


def team(of: Organisation, name: str = "") -> Team:
    return Team.objects.create(organisation=of, name=name or f"Team {next(_number)}")


def staff(of: Organisation, name: str = "", **fields: object) -> Person:
    n = next(_number)
    values = {"email": f"staff{n}@example.com", **fields}
    return Person.objects.create(
        organisation=of, kind=PersonKind.STAFF, name=name or f"Staff {n}", **values
    )


def customer(of: Organisation, name: str = "", **fields: object) -> Person:
    n = next(_number)
    values = {"email": f"customer{n}@example.com", **fields}
    return Person.objects.create(
        organisation=of, kind=PersonKind.CUSTOMER, name=name or f"Customer {n}", **values
    )


def journey(of: Organisation, name: str = "") -> Journey:
    return Journey.objects.create(organisation=of, name=name or f"Journey {next(_number)}")


def stage(of: Organisation, name: str = "", *, journey_of: Journey | None = None) -> Stage:
    return Stage.objects.create(
        organisation=of,
        journey=journey_of or journey(of),
        name=name or f"Stage {next(_number)}",
    )


def touchpoint(of: Organisation, name: str = "", *, on: Stage | None = None) -> Touchpoint:
    return Touchpoint.objects.create(
        organisation=of, stage=on or stage(of), name=name or f"Touchpoint {next(_number)}"
    )


def tally(
    at: Touchpoint,
    when: Period,
    counts: tuple[int, int, int],
    *,
    segment: Segment | None = None,
    team: Team | None = None,
    voice: Voice = Voice.CUSTOMER,
    source: str = "round-1",
) -> RatingTally:
    """Counts are misery, mediocrity, magic."""
    misery, mediocrity, magic = counts
    return RatingTally.objects.create(
        organisation=at.organisation,
        touchpoint=at,
        period=when,
        voice=voice,
        segment=segment,
        team=team,
        source=source,
        scale="satisfaction-5",
        misery=misery,
        mediocrity=mediocrity,
        magic=magic,
    )


def survey(of: Organisation, *questions: QuestionSpec, title: str = "How are we doing?") -> Survey:
    """A survey with the given questions, or with recommend and a comment."""
    return create_survey(
        organisation=of,
        title=title,
        introduction="Think of the last three months.",
        thanks="We read every answer.",
        questions=questions
        or (
            QuestionSpec("recommend", "recommend-10", "Would you recommend us?"),
            QuestionSpec("comment", "text", "What should we change?"),
        ),
    )


def draft_round(of: Organisation, **fields: Any) -> Round:
    """A prepared customer round in 2026Q3; `fields` as `create_round` takes them."""
    values: dict[str, Any] = {
        "title": f"Round {next(_number)}",
        "audience": "external",
        "confidential": False,
        "selection": {},
        **fields,
    }
    values.setdefault("survey", None)
    values["survey"] = values["survey"] or survey(of)
    values["period"] = values.get("period") or period(of)
    return create_round(organisation=of, **values)


def series(of: Organisation, **fields: Any) -> Series:
    """A quarterly series for customers, its first round a week from now at nine; `fields` as
    `create_series` takes them."""
    there = timezone.now().astimezone(ZoneInfo(of.timezone))
    values: dict[str, Any] = {
        "title": f"Series {next(_number)}",
        "audience": "external",
        "confidential": False,
        "selection": {},
        "cadence": "quarterly",
        "rule": "day",
        "first_on": there.date() + dt.timedelta(days=7),
        "opens_time": dt.time(9),
        "days_open": 14,
        **fields,
    }
    values.setdefault("survey", None)
    values["survey"] = values["survey"] or survey(of)
    return create_series(organisation=of, **values)


def submitted(invitation: Invitation, **answers: str | int | None) -> Response:
    """Answers handed in; the keys' underscores stand for hyphens."""
    return submit_response(
        invitation=invitation,
        answers={key.replace("_", "-"): value for key, value in answers.items()},
        version=0,
    )
