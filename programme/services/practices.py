"""Practices: stated by managers, rated by members each quarter."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from programme.models import Membership, Organisation, Practice, PracticeRating
from programme.practices import PRACTICES
from programme.queries import current_quarter
from programme.services.errors import ProgrammeError
from programme.services.organisations import period_for


@transaction.atomic
def begin_practices(*, organisation: Organisation) -> None:
    """Add the statements that we suggest; those that are there already stay one."""
    Practice.objects.bulk_create(
        [Practice(organisation=organisation, text=text) for text in PRACTICES],
        ignore_conflicts=True,
    )


def add_practice(*, organisation: Organisation, text: str) -> Practice:
    """Add a statement of one's own. Raises ProgrammeError where it is there already."""
    try:
        with transaction.atomic():
            return Practice.objects.create(organisation=organisation, text=text)
    except IntegrityError as problem:
        raise ProgrammeError("This practice is in your list already.") from problem


def drop_practice(*, practice: Practice) -> None:
    """Ask about it no more; what was rated stays."""
    Practice.objects.filter(pk=practice.pk, dropped_at=None).update(dropped_at=timezone.now())


@transaction.atomic
def rate_practice(*, practice: Practice, by: Membership, answer: str) -> PracticeRating:
    """How a member finds it this quarter; again, it replaces what they said."""
    if answer not in PracticeRating.Answer.values:
        raise ProgrammeError("Choose routine, sometimes or never.")
    if practice.dropped_at is not None:
        raise ProgrammeError("This practice is no longer asked about.")
    organisation = practice.organisation
    period = period_for(organisation=organisation, quarter=current_quarter(organisation))
    rating, _ = PracticeRating.objects.update_or_create(
        practice=practice,
        period=period,
        membership=by,
        defaults={"answer": answer, "organisation": organisation},
    )
    return rating
