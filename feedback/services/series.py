"""Series: a round that comes again by itself, each occurrence once."""

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from feedback import recurrence
from feedback.models import Round, Series, Survey
from feedback.services.errors import FeedbackError
from feedback.services.opening import open_round
from feedback.services.rounds import REST_DAYS, create_round
from feedback.services.scheduling import tell_not_sent
from feedback.services.seen import Mark, check_seen, mark_of_series
from programme.models import Membership, Organisation
from programme.periods import Quarter
from programme.services import period_for

logger = logging.getLogger(__name__)


@transaction.atomic
def create_series(
    *,
    organisation: Organisation,
    survey: Survey,
    title: str,
    audience: str,
    confidential: bool,
    selection: Mapping[str, Any],
    cadence: str,
    rule: str,
    first_on: dt.date,
    opens_time: dt.time,
    days_open: int,
    reminder_days: Sequence[int] = (),
    message: str = "",
    created_by: Membership | None = None,
) -> Series:
    """Set up a recurring round; the first opens on `first_on` at `opens_time`, where the
    organisation is, and each is open for `days_open` days. `selection` is as `create_round` takes
    it."""
    _check(survey, cadence, audience, selection)
    made = Series(
        organisation=organisation,
        survey=survey,
        title=title,
        audience=audience,
        confidential=confidential,
        selection=dict(selection),
        message=message,
        reminder_days=sorted(set(reminder_days)),
        cadence=cadence,
        rule=rule,
        first_on=first_on,
        opens_time=opens_time,
        days_open=days_open,
        created_by=created_by,
    )
    made.next_at = made.recurrence.opens_at(0)
    if made.next_at <= timezone.now():
        raise FeedbackError("That time has passed. Choose a later one for the first round.")
    made.save()
    return made


@transaction.atomic
def change_series(
    *,
    series: Series,
    survey: Survey,
    title: str,
    audience: str,
    confidential: bool,
    selection: Mapping[str, Any],
    cadence: str,
    rule: str,
    next_on: dt.date,
    opens_time: dt.time,
    days_open: int,
    reminder_days: Sequence[int] = (),
    message: str = "",
    seen: Mark = "",
) -> Series:
    """Change the next round, which opens on `next_on`, and those after it; the rounds there were
    stay as they are. ChangedSinceError where it is no longer as it was `seen`."""
    locked = _locked(series)
    if locked.state == Series.State.ENDED:
        raise FeedbackError("This series has ended. Set up a new one to ask again.")
    check_seen(seen, mark_of_series(locked))
    _check(survey, cadence, audience, selection)
    locked.next_number = locked.coming_number(timezone.now())
    when = locked.recurrence.changed(
        number=locked.next_number, on=next_on, cadence=cadence, rule=rule, at=opens_time
    )
    next_at = when.opens_at(locked.next_number)
    if next_at <= timezone.now():
        raise FeedbackError("That time has passed. Choose a later one for the next round.")
    locked.survey, locked.title, locked.message = survey, title, message
    locked.audience, locked.confidential = audience, confidential
    locked.selection = dict(selection)
    locked.reminder_days = sorted(set(reminder_days))
    locked.cadence, locked.rule = when.cadence, when.rule
    locked.first_on, locked.first_number = when.first_on, when.first_number
    locked.opens_time, locked.days_open, locked.next_at = when.at, days_open, next_at
    locked.save()
    return locked


def _check(survey: Survey, cadence: str, audience: str, selection: Mapping[str, Any]) -> None:
    if not latest_version(survey).questions.exists():
        raise FeedbackError("This survey has no questions yet. Add one, then set the series up.")
    if (
        cadence == recurrence.MONTHLY
        and audience == Round.Audience.EXTERNAL
        and not selection.get("sample")
    ):
        raise FeedbackError(
            f"A customer is asked once in {REST_DAYS} days at most, so a monthly series for "
            "customers needs a random sample. Choose one, or ask less often."
        )


def latest_version(survey: Survey) -> Survey:
    """The newest version of a survey. FeedbackError where it has been archived."""
    newest = survey
    while (following := newest.next_versions.order_by("-version").first()) is not None:
        newest = following
    if newest.archived_at is not None:
        raise FeedbackError(f"The survey “{newest.title}” has been archived. Choose another one.")
    return newest


def pause_series(*, series: Series) -> Series:
    """Open no more rounds until it goes on; one that is open stays so."""
    return _moved(series, Series.State.PAUSED)


def resume_series(*, series: Series) -> Series:
    """Go on with the next occurrence that is still to come."""
    return _moved(series, Series.State.ACTIVE)


def end_series(*, series: Series) -> Series:
    """Open no more rounds, ever; those there were stay."""
    return _moved(series, Series.State.ENDED)


def open_due_series() -> None:
    """Open the round of each series that is due; one that fails does not hold up others."""
    due = Series.objects.filter(state=Series.State.ACTIVE, next_at__lte=timezone.now())
    for pk in due.values_list("pk", flat=True):
        try:
            _open_due(pk)
        except Exception:
            logger.exception("Series %s could not be opened; the next sweep tries again.", pk)


@transaction.atomic
def _open_due(pk: int) -> None:
    """Open the latest occurrence that is due, if its days are not over, and look to the next."""
    now = timezone.now()
    found = (
        Series.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("organisation", "survey", "created_by__user")
        .filter(pk=pk, state=Series.State.ACTIVE, next_at__lte=now)
        .first()
    )
    if found is None:
        return
    when = found.recurrence
    number = when.latest(now, since=found.next_number)
    if number is None:
        return
    found.trouble = ""
    try:
        with transaction.atomic():
            _open_occurrence(found, number)
    except FeedbackError as error:
        found.trouble = str(error)
        tell_not_sent(
            organisation=found.organisation,
            to=found.created_by,
            key=f"not-sent:series:{found.pk}:{number}",
            title=found.title,
            reason=str(error),
            path=reverse("feedback:series", args=[found.organisation.slug, found.pk]),
        )
    found.next_number = number + 1
    found.next_at = when.opens_at(number + 1)
    found.save(update_fields=["trouble", "next_number", "next_at"])


def _open_occurrence(found: Series, number: int) -> None:
    organisation, when = found.organisation, found.recurrence
    day, closes_at = when.day(number), when.closes_at(number, days_open=found.days_open)
    if closes_at <= timezone.now():
        raise FeedbackError(
            f"The {found.days_open} days from {day.day} {day:%B %Y} were over before we came to it."
        )
    quarter = Quarter.containing(day, first_month=organisation.financial_year_first_month)
    made = create_round(
        organisation=organisation,
        survey=latest_version(found.survey),
        title=title_of(found, day),
        audience=found.audience,
        confidential=found.confidential,
        period=period_for(organisation=organisation, quarter=quarter),
        selection=found.selection,
        message=found.message,
        created_by=found.created_by,
        opens_at=when.opens_at(number),
        closes_at=closes_at,
        reminder_days=found.reminder_days,
        rest_days=REST_DAYS,
        series=found,
        occurrence=number,
    )
    open_round(round=made)


def title_of(series: Series, day: dt.date) -> str:
    """What its round of that day is called: "How are we doing? May 2026", "The month, May 2026"."""
    comma = "" if series.title.endswith(("?", "!", ".", "…", ":", "？", "؟")) else ","
    return f"{series.title}{comma} {day:%B %Y}"


@transaction.atomic
def _moved(series: Series, state: str) -> Series:
    locked = _locked(series)
    if locked.state == Series.State.ENDED:
        raise FeedbackError("This series has ended. Set up a new one to ask again.")
    if state == Series.State.ACTIVE and locked.state != state:
        locked.next_number = locked.coming_number(timezone.now())
        locked.next_at = locked.recurrence.opens_at(locked.next_number)
    locked.state = state
    locked.save(update_fields=["state", "next_number", "next_at"])
    return locked


def _locked(series: Series) -> Series:
    return (
        Series.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=series.pk)
    )
