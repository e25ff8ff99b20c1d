"""Workshops: a room rates privately, sees everything at once, and keeps it or not."""

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from programme.models import Membership, Organisation
from programme.queries import current_quarter
from programme.services import period_for
from touchpoints.models import Touchpoint, Voice, Workshop, WorkshopRater
from touchpoints.moments import DEFAULT, MOMENTS
from touchpoints.services.errors import TouchpointsError
from touchpoints.services.ratings import Tally, add_ratings

MOST_TOUCHPOINTS = 60
MOST_RATERS = 200
LASTS = dt.timedelta(hours=12)
_SCALE = "moment-3"


class WorkshopOverError(TouchpointsError):
    """It takes no votes any more."""


@transaction.atomic
def start_workshop(
    *,
    organisation: Organisation,
    title: str,
    touchpoints: Sequence[Touchpoint],
    by: Membership | None = None,
) -> Workshop:
    """Open it for votes, for twelve hours, in the quarter that today falls in. Raises
    TouchpointsError for no touchpoint, or more than sixty."""
    if not touchpoints:
        raise TouchpointsError("Choose at least one touchpoint.")
    if len(touchpoints) > MOST_TOUCHPOINTS:
        raise TouchpointsError(
            f"That is {len(touchpoints)} touchpoints: people manage at most {MOST_TOUCHPOINTS}."
        )
    workshop = Workshop.objects.create(
        organisation=organisation,
        title=title,
        token=secrets.token_urlsafe(9),
        period=period_for(organisation=organisation, quarter=current_quarter(organisation)),
        started_by=by,
        expires_at=timezone.now() + LASTS,
    )
    workshop.touchpoints.set(touchpoints)
    return workshop


@transaction.atomic
def save_votes(
    *, workshop: Workshop, device: UUID, votes: Mapping[int, str], finished: bool = False
) -> WorkshopRater:
    """Keep one browser's votes, by touchpoint; an empty word takes one back. Those not named
    stay, and so does having finished.

    Raises WorkshopOverError once it is revealed or too old, and TouchpointsError for more people
    than fit a room.
    """
    # The reveal takes the same lock: a vote is counted, or refused, never lost.
    locked = Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)
    if is_over(locked):
        raise WorkshopOverError("This workshop takes no more ratings.")
    rater = WorkshopRater.objects.filter(workshop=locked, device=device).first()
    if rater is None:
        if locked.raters.count() >= MOST_RATERS:
            raise TouchpointsError(f"More than {MOST_RATERS} people are rating already.")
        rater = WorkshopRater(
            organisation_id=locked.organisation_id, workshop=locked, device=device
        )
    shown = {str(pk) for pk in locked.touchpoints.values_list("pk", flat=True)}
    kept = {**rater.votes, **{str(pk): vote for pk, vote in votes.items()}}
    rater.votes = {pk: vote for pk, vote in kept.items() if vote in MOMENTS and pk in shown}
    rater.finished = rater.finished or finished
    rater.save()
    return rater


@transaction.atomic
def reveal_workshop(*, workshop: Workshop) -> Workshop:
    """Count the votes and delete the raters; what is revealed stays as it was. Raises
    TouchpointsError while nobody has rated anything."""
    locked = Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)
    if locked.revealed_at is not None:
        return locked
    raters = [rater for rater in locked.raters.all() if rater.votes]
    if not raters:
        raise TouchpointsError("Nobody has rated anything yet: there is nothing to reveal.")
    counts = Counter(vote for rater in raters for vote in rater.votes.items())
    locked.results = {
        str(pk): [counts[str(pk), moment] for moment in MOMENTS]
        for pk in locked.touchpoints.values_list("pk", flat=True)
    }
    locked.rated_by = len(raters)
    locked.revealed_at = timezone.now()
    locked.save(update_fields=["results", "rated_by", "revealed_at"])
    locked.raters.all().delete()
    return locked


@transaction.atomic
def keep_workshop(*, workshop: Workshop) -> int:
    """Hand over what may stand on the heatmap as the staff's ratings of its quarter, once; how
    many touchpoints. Raises TouchpointsError before the reveal, for a closed quarter, and where
    nothing may stand there."""
    locked = Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)
    if locked.revealed_at is None:
        raise TouchpointsError("Reveal it first.")
    tallies = [
        Tally(int(pk), None, None, _SCALE, *counts)
        for pk, counts in locked.results.items()
        if may_be_kept(counts)
    ]
    if locked.kept_at is not None:
        return len(tallies)
    if not tallies:
        raise TouchpointsError(
            f"No touchpoint was rated by {DEFAULT.least_shown} people who did not all say the "
            "same: there is nothing that the heatmap may show."
        )
    add_ratings(
        organisation=locked.organisation,
        source=locked.source,
        period=locked.period,
        voice=Voice.STAFF,
        tallies=tallies,
    )
    locked.kept_at = timezone.now()
    locked.save(update_fields=["kept_at"])
    return len(tallies)


def may_be_kept(counts: Sequence[int]) -> bool:
    """Whether the heatmap may show them: enough people, who did not all say the same."""
    return sum(counts) >= DEFAULT.least_shown and sum(1 for count in counts if count) > 1


def is_over(workshop: Workshop) -> bool:
    """Whether it takes no votes any more."""
    return workshop.revealed_at is not None or workshop.expires_at <= timezone.now()
