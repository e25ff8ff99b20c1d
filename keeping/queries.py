"""What is kept, and what is over."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from feedback.models import ImportJob, Response, Round
from keeping.limits import LIMITS, Limit, counted_back
from keeping.models import Keeping, Sweep
from outbox.models import Email, EmailState
from programme.models import Organisation, Person

LEFT = "Someone who left"
SOON = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Kept:
    """One limit as it is set, and how much of it goes next."""

    limit: Limit
    length: int
    tonight: int
    soon: int  # within 30 days, tonight's among them


@dataclass(frozen=True, slots=True)
class Gone:
    """What one sweep deleted, by the limits' titles; empty where nothing was over."""

    sweep: Sweep
    lines: tuple[tuple[str, int], ...]


def keeping_of(organisation: Organisation) -> Keeping:
    """How long it keeps things; a row with the defaults, not saved, where nobody has said."""
    found = Keeping.objects.filter(organisation=organisation).first()
    return found or Keeping(organisation=organisation)


def over(keeping: Keeping, limit: Limit, at: dt.datetime) -> QuerySet[Any]:
    """The rows that are over at that moment."""
    since = counted_back(at, getattr(keeping, limit.name), limit.unit)
    return {
        "answers_months": _answers,
        "left_months": _people,
        "email_text_days": _texts,
        "email_months": _emails,
        "upload_days": _uploads,
    }[limit.name](keeping.organisation_id, since)


def _answers(organisation: int, since: dt.datetime) -> QuerySet[Response]:
    return Response.objects.filter(
        organisation=organisation,
        round__state=Round.State.CLOSED,
        round__confidential=False,
        round__answers_apart=False,
        round__closed_at__lt=since,
    )


def _people(organisation: int, since: dt.datetime) -> QuerySet[Person]:
    gone = Q(name=LEFT, email="", yearly_value=None)
    return Person.objects.filter(organisation=organisation, left_at__lt=since).exclude(gone)


def _done(organisation: int, since: dt.datetime) -> QuerySet[Email]:
    """Emails that wait are not among them."""
    return Email.objects.filter(organisation_id=organisation, created_at__lt=since).exclude(
        state=EmailState.QUEUED
    )


def _texts(organisation: int, since: dt.datetime) -> QuerySet[Email]:
    return _done(organisation, since).exclude(text="", html="")


def _emails(organisation: int, since: dt.datetime) -> QuerySet[Email]:
    return _done(organisation, since)


def _uploads(organisation: int, since: dt.datetime) -> QuerySet[ImportJob]:
    return ImportJob.objects.filter(organisation=organisation, created_at__lt=since)


def kept(keeping: Keeping) -> list[Kept]:
    """Every limit with what goes next; two queries each."""
    tomorrow = timezone.now() + dt.timedelta(days=1)
    return [
        Kept(
            limit,
            getattr(keeping, limit.name),
            over(keeping, limit, tomorrow).count(),
            over(keeping, limit, tomorrow + SOON).count(),
        )
        for limit in LIMITS
    ]


def sweeps(organisation: Organisation, n: int) -> list[Gone]:
    """The last nights, newest first."""
    found = Sweep.objects.filter(organisation=organisation)[:n]
    return [
        Gone(
            sweep,
            tuple(
                (limit.title, sweep.counts[limit.name])
                for limit in LIMITS
                if sweep.counts.get(limit.name)
            ),
        )
        for sweep in found
    ]
