"""Eight quarters of the sample's rounds, outside and inside, and the ones that are open now."""

import datetime as dt
import random
import secrets
from collections.abc import Sequence
from email.utils import make_msgid

from django.utils import timezone

from feedback import email_keys, services
from feedback.models import Comment, Invitation, Question, Response, Round, Series, Survey
from feedback.services import QuestionSpec
from focusprog.sample import company, words
from focusprog.sample.company import Place
from focusprog.sample.people import Cast
from outbox.models import Email, EmailState
from programme.models import Period, Person, Role
from programme.queries import end_of_day

_CUSTOMERS_ANSWERING, _STAFF_ANSWERING = 0.52, 0.78
_RECOMMENDING = tuple(range(11))


def make_surveys(cast: Cast) -> tuple[Survey, Survey]:
    """The survey for customers and the one for staff."""
    moments = [
        QuestionSpec(
            key=f"touchpoint-{touchpoint.pk}",
            kind=Question.Kind.MOMENT,
            text=touchpoint.name,
            touchpoint_id=touchpoint.pk,
        )
        for touchpoint in cast.touchpoints.values()
    ]
    outside = services.create_survey(
        organisation=cast.organisation,
        title="How are we doing?",
        introduction="Three minutes, and it changes what we mend next. Leave out what you have "
        "not come by.",
        thanks="Thank you. You will hear from us what came of it.",
        questions=[
            *moments,
            QuestionSpec(
                key="recommend",
                kind=Question.Kind.RECOMMEND,
                text="How likely are you to recommend us to someone in your place?",
            ),
            QuestionSpec(key="comment", kind=Question.Kind.LONG_TEXT, text="What should we know?"),
        ],
    )
    inside = services.create_survey(
        organisation=cast.organisation,
        title="How do our customers find us?",
        introduction="Rate what our customers get from us, as you see it from your place.",
        thanks="Thank you. The results come to everyone at once, never by person.",
        questions=[
            *moments,
            QuestionSpec(
                key="recommend",
                kind=Question.Kind.RECOMMEND,
                text="How likely are you to recommend working here?",
            ),
            QuestionSpec(
                key="comment",
                kind=Question.Kind.LONG_TEXT,
                text="What stands between you and a happy customer?",
            ),
        ],
    )
    return outside, inside


def make_series(
    cast: Cast, surveys: tuple[Survey, Survey], quarters: Sequence[Period]
) -> tuple[Series, Series]:
    """A round each quarter for customers, and one for staff, since the first of `quarters`; the
    next of each is still to come."""
    outside, inside = (
        services.create_series(
            organisation=cast.organisation,
            survey=survey,
            title=survey.title,
            audience=Round.Audience.INTERNAL if inside else Round.Audience.EXTERNAL,
            confidential=inside,
            selection={},
            cadence="quarterly",
            rule="working-day",
            first_on=timezone.localdate() + dt.timedelta(days=7),
            opens_time=dt.time(9),
            days_open=14,
            reminder_days=[4, 9],
            created_by=cast.members[Role.MANAGER],
        )
        for survey, inside in zip(surveys, (False, True), strict=True)
    )
    for series, days in ((outside, 40), (inside, 60)):
        # It began long ago, which the service would not let anyone say.
        series.first_on = quarters[0].starts_on + dt.timedelta(days=days)
        series.next_number = series.recurrence.coming(timezone.now(), since=len(quarters))
        series.next_at = series.recurrence.opens_at(series.next_number)
        series.save()
    return outside, inside


def make_past_rounds(
    cast: Cast, both: tuple[Series, Series], quarters: Sequence[Period], luck: random.Random
) -> None:
    """One closed round of each series in each of `quarters`, oldest first."""
    for number, period in enumerate(quarters):
        for series, inside in zip(both, (False, True), strict=True):
            opened = series.recurrence.opens_at(number)
            closed = series.recurrence.closes_at(number, days_open=series.days_open)
            round_ = _make_round(cast, series.survey, period, inside=inside, of=(series, number))
            people = list(
                Person.objects.filter(organisation=cast.organisation)
                .filter(kind="staff" if inside else "customer")
                .order_by("pk")
            )
            _answer(cast, round_, people, number, inside=inside, luck=luck, at=opened)
            services.close_round(round=round_)
            Round.objects.filter(pk=round_.pk).update(
                created_at=opened, opened_at=opened, closes_at=closed, closed_at=closed
            )


def make_open_rounds(cast: Cast, surveys: tuple[Survey, Survey], period: Period) -> None:
    """A round that waits for answers right now, with real emails in the mailbox."""
    opening = _make_round(cast, surveys[0], period, inside=False, most_valuable=12)
    services.open_round(round=opening)


def _make_round(
    cast: Cast,
    survey: Survey,
    period: Period,
    *,
    inside: bool,
    most_valuable: int | None = None,
    of: tuple[Series, int] | None = None,
) -> Round:
    series, occurrence = of or (None, None)
    title = f"Our {most_valuable} most valuable customers, {period.code}"
    if series is not None and occurrence is not None:
        title = services.title_of(series, series.recurrence.day(occurrence))
    return services.create_round(
        organisation=cast.organisation,
        survey=survey,
        title=title,
        audience=Round.Audience.INTERNAL if inside else Round.Audience.EXTERNAL,
        confidential=inside,
        period=period,
        selection={"most_valuable": most_valuable} if most_valuable else {},
        created_by=cast.members[Role.MANAGER],
        closes_at=end_of_day(cast.organisation, timezone.localdate() + dt.timedelta(days=10)),
        series=series,
        occurrence=occurrence,
    )


def _answer(
    cast: Cast,
    round_: Round,
    people: Sequence[Person],
    quarter: int,
    *,
    inside: bool,
    luck: random.Random,
    at: dt.datetime,
) -> None:
    """Open the round as of `at` without sending anything, and let some of the people answer."""
    Round.objects.filter(pk=round_.pk).update(state=Round.State.OPEN, opened_at=at)
    round_.refresh_from_db()
    segment_names = {segment.pk: name for name, segment in cast.segments.items()}
    invitations, responses, comments = [], [], []
    asked = Question.objects.get(survey=round_.survey, key="comment")
    spoken = list(words.STAFF_COMMENTS if inside else words.GENERAL_COMMENTS)
    about = list(words.COMMENTS)
    luck.shuffle(about)
    for person in people:
        invitation = Invitation(
            organisation=cast.organisation,
            round=round_,
            person=person,
            token_hash=secrets.token_hex(32),
            team_id=person.team_id,
            segment_id=person.segment_id,
        )
        invitations.append(invitation)
        if luck.random() > (_STAFF_ANSWERING if inside else _CUSTOMERS_ANSWERING):
            continue
        moment = at + dt.timedelta(minutes=luck.randrange(5, 60 * 24 * 12))
        invitation.seen_at = invitation.answered_at = moment
        segment = segment_names.get(person.segment_id or 0, "")
        answers: dict[str, object] = {}
        feelings = []
        for name, place in cast.places.items():
            if luck.random() > place.reach:
                continue
            felt = _feeling(place, quarter, segment, inside=inside, luck=luck)
            answers[f"touchpoint-{cast.touchpoints[name].pk}"] = felt
            feelings.append(felt)
        answers["recommend"] = _recommendation(feelings, luck)
        response = Response(
            organisation=cast.organisation,
            round=round_,
            invitation=invitation,
            team_id=person.team_id,
            segment_id=person.segment_id,
            answers=answers,
            started_at=moment - dt.timedelta(minutes=3),
            submitted_at=moment,
        )
        responses.append(response)
        comment = _comment(cast, answers, about, spoken, inside=inside, luck=luck)
        if comment:
            text, touchpoint_id = comment
            answers["comment"] = text
            if inside:
                continue  # the seal takes a confidential round's comments out of its answers
            comments.append(
                Comment(
                    organisation=cast.organisation,
                    round=round_,
                    question=asked,
                    response=response,
                    touchpoint_id=touchpoint_id,
                    segment_id=person.segment_id,
                    text=text,
                )
            )
    Invitation.objects.bulk_create(invitations)
    Email.objects.bulk_create(
        Email(
            organisation_id=cast.organisation.pk,
            key=email_keys.in_round(round_.pk, person.pk) + email_keys.INVITE,
            to_email=person.email,
            to_name=person.name,
            from_name=cast.organisation.name,
            subject=round_.title,
            text=round_.survey.introduction,
            message_id=make_msgid(domain=company.EMAIL_DOMAIN),
            state=EmailState.SENT,
            attempts=1,
            due_at=at,
            sent_at=at,
        )
        for person in people
    )
    Response.objects.bulk_create(responses)
    Comment.objects.bulk_create(comments)


def _feeling(place: Place, quarter: int, segment: str, *, inside: bool, luck: random.Random) -> str:
    """One person's moment: the place's shares, shifted by what happened and by who asks."""
    shift = sum(points for since, points in place.events.items() if since <= quarter)
    shift += place.segments.get(segment, 0)
    shift += place.staff if inside else 0
    misery = min(90.0, max(2.0, place.misery - shift / 2))
    magic = min(90.0, max(2.0, place.magic + shift / 2))
    drawn = luck.random() * max(100.0, misery + magic)
    if drawn < misery:
        return "misery"
    return "magic" if drawn < misery + magic else "mediocrity"


def _recommendation(feelings: list[str], luck: random.Random) -> int:
    """0 to 10, as the moments went, with a will of its own."""
    if not feelings:
        return luck.choice(_RECOMMENDING[4:])
    net = (feelings.count("magic") - feelings.count("misery")) / len(feelings)
    return min(10, max(0, round(7.4 + 3.4 * net + luck.gauss(0, 1.5))))


def _comment(
    cast: Cast,
    answers: dict[str, object],
    about: list[tuple[str, str, str]],
    spoken: list[str],
    *,
    inside: bool,
    luck: random.Random,
) -> tuple[str, int | None] | None:
    """Some people write: about a touchpoint, if it went for them as the words say."""
    if inside:
        return (spoken.pop(), None) if spoken and luck.random() < 0.3 else None
    for number, (name, felt, text) in enumerate(about):
        touchpoint = cast.touchpoints[name]
        if answers.get(f"touchpoint-{touchpoint.pk}") == felt and luck.random() < 0.08:
            del about[number]
            return text, touchpoint.pk
    return (luck.choice(spoken), None) if luck.random() < 0.04 else None
