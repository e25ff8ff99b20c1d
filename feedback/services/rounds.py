"""Rounds: prepared and tested, and the email that they send."""

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape

from feedback import kinds
from feedback.models import Question, Round, Series, Survey
from feedback.services.errors import FeedbackError
from feedback.spoken import ends_of, label_of
from outbox.services import NewEmail, one_line, write_emails
from programme.models import Membership, Organisation, Period

# A round prepared in the browser leaves out customers whom another asked in so many days.
REST_DAYS = 30
MOST_REMINDERS = 3
# The part of a link's address that carries the score pressed in an email.
CHOSEN = "score"
# Kinds of which each value fits a button in an email.
_BUTTONS = (kinds.MOMENT, *kinds.NUMBERS, kinds.YES_NO)


@dataclass(frozen=True, slots=True)
class Score:
    """One value of an email's question: `value` as the link carries it, `shown` on its button, and
    what it means in words where it is the end of a row of numbers."""

    value: str
    shown: str
    words: str = ""


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


class InvitationEmail:
    """One round's email, rendered once and filled in for each person.

    The places to fill are marked with words that nobody can guess, so that no text of a user's
    can name them.
    """

    def __init__(self, sent: Round, *, test: bool = False, reminder: bool = False) -> None:
        self._round = sent
        self._marks = {
            name: f"{name}-{secrets.token_hex(8)}" for name in ("name", "link", "unsubscribe")
        }
        questions = [found for found in sent.survey.questions.all() if asked(sent, found.key)]
        question = first_scored(questions)
        context = {
            **self._marks,
            "test": test,
            "reminder": reminder,
            "question": question,
            "chosen": CHOSEN,
            "scores": scores_of(question, sent.survey.language) if question is not None else [],
            "round": sent,
            "sender": sent.organisation.name,
            "closes": last_day(sent),
            "minutes": minutes_for(questions),
        }
        self._subject = f"Reminder: {sent.title}" if reminder else sent.title
        self._text = render_to_string("feedback/email/invitation.txt", context)
        self._html = render_to_string("feedback/email/invitation.html", context)

    def to(self, *, key: str, name: str, address: str, link: str, unsubscribe: str) -> NewEmail:
        sender = self._round.created_by
        filling = {
            self._marks["name"]: one_line(name),
            self._marks["link"]: link,
            self._marks["unsubscribe"]: unsubscribe,
        }
        text, html = str(self._text), str(self._html)
        for mark, words in filling.items():
            text = text.replace(mark, words)
            html = html.replace(mark, escape(words))
        return NewEmail(
            key=key,
            organisation_id=self._round.organisation_id,
            to_email=address,
            to_name=name,
            from_name=self._round.organisation.name,
            reply_to=sender.user.email if sender is not None else "",
            subject=self._subject,
            text=text,
            html=html,
            headers={
                "List-Unsubscribe": f"<{unsubscribe}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            }
            if unsubscribe
            else {},
        )


def first_scored(questions: Sequence[Question]) -> Question | None:
    """The first question, if its answer is one press."""
    first = questions[0] if questions else None
    return first if first is not None and first.kind in _BUTTONS else None


def scores_of(question: Question, language: str) -> list[Score]:
    """Its values as buttons: numbers as such, with words at their ends."""
    values = [str(value) for value in kinds.values_of(question)]
    if question.kind not in kinds.NUMBERS:
        return [Score(value, label_of(language, question.kind, value)) for value in values]
    low, high = ends_of(language, question.kind)
    words = {values[0]: question.low_end or low, values[-1]: question.high_end or high}
    return [Score(value, value, words.get(value, "")) for value in values]


def asked(sent: Round, key: str) -> bool:
    """Whether a round asks the question: a confidential one never asks for a name."""
    return not (sent.confidential and key == Question.SIGNATURE)


def last_day(sent: Round) -> str:
    """Until when answers count, as the organisation's people say it; empty for no such day."""
    if sent.closes_at is None:
        return ""
    there = sent.closes_at.astimezone(ZoneInfo(sent.organisation.timezone))
    return date_format(there, "l j F, H:i" if (there.hour, there.minute) != (23, 59) else "l j F")


def there(organisation: Organisation, moment: dt.datetime) -> dt.datetime:
    """A moment by the organisation's clock, for a page to show: without a zone, which templates
    would turn it into another one by."""
    return moment.astimezone(ZoneInfo(organisation.timezone)).replace(tzinfo=None)


def minutes_for(questions: Iterable[Question]) -> int:
    """About how long these questions take, in whole minutes."""
    seconds = sum(kinds.seconds_for(found.kind, len(found.options)) for found in questions)
    return max(1, -(-seconds // 60))


def send_test(*, round: Round, to: Membership) -> None:
    """Send the round's email to a colleague; its link leads to the preview, not to an answer."""
    preview = reverse("feedback:survey_preview", args=[round.organisation.slug, round.survey_id])
    email = InvitationEmail(round, test=True).to(
        key=f"round:{round.pk}:test:{secrets.token_hex(8)}",
        name=to.user.get_short_name(),
        address=to.user.email,
        link=urljoin(settings.BASE_URL, preview),
        unsubscribe="",
    )
    write_emails([email])
