"""Rounds: prepared and tested, and the email that they send."""

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from feedback import kinds
from feedback.days import day_said
from feedback.models import Question, Round, Series, Survey
from feedback.services.errors import FeedbackError
from programme.models import Membership, Organisation, Period

# A round prepared in the browser leaves out customers whom another asked in so many days.
REST_DAYS = 30
MOST_REMINDERS = 3


@transaction.atomic
def create_round(
    *,
    organisation: Organisation,
    survey: Survey,
    title: str,
    audience: str,
    confidential: bool,
    period: Period,
    selection: Mapping[str, Any],
    message: str = "",
    created_by: Membership | None = None,
    opens_at: dt.datetime | None = None,
    closes_at: dt.datetime | None = None,
    reminder_days: Sequence[int] = (),
    rest_days: int = 0,
    answers_apart: bool = False,
    series: Series | None = None,
    occurrence: int | None = None,
) -> Round:
    """Prepare a round; nothing is sent before `open_round`.

    `selection` is {"segments": [ids], "teams": [ids], "people": [ids], "at_least": "yearly value",
    "most_valuable": n, "sample": n}, each optional; an empty one means everyone of the audience,
    and a sample gets a "seed" that is kept. `reminder_days` count from the opening. Where
    `answers_apart`, the round's own page shows what became of it and nothing of what was answered.
    From here on the survey is never edited. Customers whom another round asked in the last
    `rest_days` are left out (docs/decisions/0014).
    """
    if not survey.questions.exists():
        raise FeedbackError("This survey has no questions yet. Add one, then send it.")
    if period.closed_at is not None:
        raise FeedbackError(f"{period.code} is closed: its figures no longer change.")
    if closes_at is not None and opens_at is not None and closes_at <= opens_at:
        raise FeedbackError("The last day for answers is before the round opens.")
    if len(reminder_days) > MOST_REMINDERS or any(days < 1 for days in reminder_days):
        raise FeedbackError(
            f"A round reminds at most {MOST_REMINDERS} times, from the day after its opening on."
        )
    chosen = dict(selection)
    if chosen.get("sample"):
        chosen.setdefault("seed", secrets.token_hex(8))
    return Round.objects.create(
        organisation=organisation,
        survey=survey,
        title=title,
        audience=audience,
        confidential=confidential,
        period=period,
        selection=chosen,
        message=message,
        created_by=created_by,
        opens_at=opens_at,
        closes_at=closes_at,
        reminder_days=sorted(set(reminder_days)),
        series=series,
        occurrence=occurrence,
        rest_days=rest_days,
        figures_from=organisation.figures_from,
        comments_from=organisation.comments_from,
        answers_apart=answers_apart,
    )


@transaction.atomic
def discard_round(*, round: Round) -> None:
    """Forget a round that was never sent."""
    locked = Round.objects.select_for_update().get(pk=round.pk)
    if locked.state not in {Round.State.DRAFT, Round.State.SCHEDULED}:
        raise FeedbackError("This round has been sent, so it cannot be discarded.")
    locked.delete()


def asked(sent: Round, key: str) -> bool:
    """Whether a round asks the question: a confidential one never asks for a name."""
    return not (sent.confidential and key == Question.SIGNATURE)


def last_day(sent: Round, language: str = "en") -> str:
    """Until when answers count, by the organisation's clock; empty for no such day."""
    if sent.closes_at is None:
        return ""
    there = sent.closes_at.astimezone(ZoneInfo(sent.organisation.timezone))
    return day_said(there, language, time=(there.hour, there.minute) != (23, 59))


def there(organisation: Organisation, moment: dt.datetime) -> dt.datetime:
    """A moment by the organisation's clock, for a page to show: without a zone, which templates
    would turn it into another one by."""
    return moment.astimezone(ZoneInfo(organisation.timezone)).replace(tzinfo=None)


def minutes_for(questions: Iterable[Question]) -> int:
    """About how long these questions take, in whole minutes."""
    seconds = sum(kinds.seconds_for(found.kind, len(found.options)) for found in questions)
    return max(1, -(-seconds // 60))
