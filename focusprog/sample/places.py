"""The sample's rounds without addresses: residents answer by a code beside the lift's buttons."""

import datetime as dt
import random

from django.utils import timezone

from feedback import services
from feedback.kinds import Condition
from feedback.models import Comment, OpenLink, Question, Response, Round, Survey
from feedback.services import QuestionSpec
from focusprog.sample.people import Cast
from programme.models import Period, Role
from programme.queries import end_of_day

_SEED = 11
_BEFORE, _NOW = 64, 23
_WISHES = (
    ("say", "Say when the engineer comes"),
    ("sign", "A sign when the lift is out"),
    ("clean", "Leave it clean"),
    ("quiet", "Work more quietly"),
)
_WHY = (
    "It stood for three days and nobody told us until when.",
    "The doors still close too fast for my mother.",
    "I had to ring twice: the first call was not on record.",
    "Mended on Friday, out again on Monday.",
    "It stops a hand below the floor, and my walking frame catches.",
    "The light inside flickers since the repair.",
    "It still smells of oil on every floor.",
    "The alarm button answers in a language nobody here speaks.",
    "It runs, but it waits on the fourth floor with its doors open.",
    "The notice says Tuesday. Which Tuesday?",
    "The button for the second floor has to be pressed twice.",
    "It shakes when it starts, worse than before.",
)


def ask_at_the_lifts(cast: Cast, period: Period) -> None:
    """A round that was closed, and one that is open at the same place."""
    luck = random.Random(_SEED)  # noqa: S311  (a story, not a secret)
    survey = _survey(cast)
    now = timezone.now()
    before = _round(cast, survey, period, "Residents, before the new signs")
    _answer(cast, before, _BEFORE, luck, easy=4, until=now - dt.timedelta(days=3))
    services.close_round(round=before)
    after = _round(cast, survey, period, "Residents, with the new signs")
    # Sheets on paper are handed in here, and typed in on the caretaker's tablet.
    services.make_link(round=after, place="The caretaker’s office", use=OpenLink.Use.KIOSK)
    _answer(cast, after, _NOW, luck, easy=5, until=now)


def _survey(cast: Cast) -> Survey:
    return services.create_survey(
        organisation=cast.organisation,
        title="How was our visit to your lift?",
        introduction="One minute, and nobody asks who you are.",
        thanks="Thank you. The next engineer reads this before the visit.",
        questions=[
            QuestionSpec("running", "yes-no", "Is the lift running again?", required=True),
            QuestionSpec(
                "open", "text", "What is wrong still?", condition=Condition("running", "is", "no")
            ),
            QuestionSpec("effort", "effort-7", "How easy was it to find out what was going on?"),
            QuestionSpec("told", "agreement-5", "I knew when the lift would run again."),
            QuestionSpec(
                "how",
                "one",
                "How did you hear of the repair?",
                options=(
                    ("notice", "A notice at the door"),
                    ("neighbour", "A neighbour"),
                    ("nothing", "Not at all"),
                ),
            ),
            QuestionSpec("wishes", "several", "What would have helped?", options=_WISHES),
            QuestionSpec(
                "order", "ranking", "Which matters most? Put them in order.", options=_WISHES[:3]
            ),
            QuestionSpec("house", "short", "Which house is it?"),
        ],
    )


def _round(cast: Cast, survey: Survey, period: Period, title: str) -> Round:
    return services.create_round(
        organisation=cast.organisation,
        survey=survey,
        title=title,
        audience=Round.Audience.EXTERNAL,
        confidential=False,
        period=period,
        selection={"nobody": True},
        created_by=cast.members[Role.MANAGER],
        closes_at=end_of_day(cast.organisation, timezone.localdate() + dt.timedelta(days=20)),
    )


def _answer(
    cast: Cast, asked: Round, people: int, luck: random.Random, *, easy: int, until: dt.datetime
) -> None:
    """Put the code up, and let so many people answer in the two weeks before `until`."""
    link = services.make_link(
        round=asked, place="Beside the lift’s buttons", use=OpenLink.Use.OWN_DEVICE
    )
    services.open_round(round=asked)
    asked.refresh_from_db()
    responses = []
    for _ in range(people):
        at = until - dt.timedelta(minutes=luck.randrange(5, 60 * 24 * 14))
        responses.append(
            Response(
                organisation=cast.organisation,
                round=asked,
                open_link=link,
                answers=_answers(luck, easy),
                version=1,
                started_at=at - dt.timedelta(minutes=1),
                submitted_at=at,
            )
        )
    Response.objects.bulk_create(responses)
    texts = Question.objects.filter(survey=asked.survey, kind__in=("text", "short"))
    Comment.objects.bulk_create(
        Comment(
            organisation=cast.organisation,
            round=asked,
            question=question,
            response=response,
            text=response.answers[question.key],
        )
        for question in texts
        for response in responses
        if question.key in response.answers
    )


def _answers(luck: random.Random, easy: int) -> dict[str, object]:
    runs = luck.random() < 0.15 * easy
    order = [key for key, _ in _WISHES[:3]]
    luck.shuffle(order)
    answers: dict[str, object] = {
        "running": "yes" if runs else "no",
        "effort": min(7, max(1, round(luck.gauss(easy, 1.5)))),
        "told": min(5, max(1, round(luck.gauss(easy - 1.5, 1)))),
        "how": luck.choices(("notice", "neighbour", "nothing"), (easy, 3, 3))[0],
        "order": order,
    }
    if wishes := [key for key, _ in _WISHES if luck.random() < 0.35]:
        answers["wishes"] = wishes
    if not runs and luck.random() < 0.5:
        answers["open"] = luck.choice(_WHY)
    return answers
