"""Every change to an organisation, its people, segments and teams."""

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
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

_SLUG_LENGTH = 50


class ProgrammeError(Exception):
    """What cannot be done, in words for the person who tried."""


@transaction.atomic
def create_organisation(
    *,
    name: str,
    leader: User,
    timezone: str = "Europe/London",
    language: str = "en",
    financial_year_first_month: int = 1,
) -> Organisation:
    """Make an organisation with its first leader; its address is made from its name."""
    organisation = Organisation.objects.create(
        name=name,
        slug=_free_slug(name),
        timezone=timezone,
        language=language,
        financial_year_first_month=financial_year_first_month,
    )
    Membership.objects.create(organisation=organisation, user=leader, role=Role.LEADER)
    return organisation


def _free_slug(name: str) -> str:
    """The name as an address, with a number where it is taken; names in other scripts, whose
    letters an address cannot show, become "organisation"."""
    base = slugify(name)[:_SLUG_LENGTH].strip("-") or "organisation"
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def period_for(*, organisation: Organisation, quarter: Quarter) -> Period:
    """The organisation's row for that quarter, made when first asked for."""
    starts_on, ends_on = quarter.bounds(first_month=organisation.financial_year_first_month)
    period, _ = Period.objects.get_or_create(
        organisation=organisation,
        year=quarter.year,
        number=quarter.number,
        defaults={"starts_on": starts_on, "ends_on": ends_on},
    )
    return period


def ensure_segment(*, organisation: Organisation, name: str) -> Segment:
    """The segment of that name, whatever its capitals; made at the end where missing."""
    found = Segment.objects.filter(organisation=organisation, name__iexact=name).first()
    if found:
        return found
    position = Segment.objects.filter(organisation=organisation).count()
    return Segment.objects.create(organisation=organisation, name=name, position=position)


def ensure_team(*, organisation: Organisation, name: str) -> Team:
    """The team of that name, whatever its capitals; made at the top where missing."""
    found = Team.objects.filter(organisation=organisation, name__iexact=name).first()
    return found or Team.objects.create(organisation=organisation, name=name)


def add_person(
    *,
    organisation: Organisation,
    kind: str,
    name: str,
    email: str = "",
    team: Team | None = None,
    segment: Segment | None = None,
    yearly_value: Decimal | None = None,
    language: str = "en",
) -> Person:
    """Add someone who can be asked. Raises ProgrammeError where the address is taken."""
    person = Person(organisation=organisation, kind=kind, name=name, email=email.lower())
    person.language = language
    return _save_person(person, team=team, segment=segment, yearly_value=yearly_value)


def update_person(
    *,
    person: Person,
    name: str,
    email: str,
    team: Team | None,
    segment: Segment | None,
    yearly_value: Decimal | None,
    language: str,
) -> Person:
    """Change what is known of someone; their kind stays."""
    person.name, person.email, person.language = name, email.lower(), language
    return _save_person(person, team=team, segment=segment, yearly_value=yearly_value)


def _save_person(
    person: Person, *, team: Team | None, segment: Segment | None, yearly_value: Decimal | None
) -> Person:
    is_staff = person.kind == PersonKind.STAFF
    person.team = team if is_staff else None
    person.segment = None if is_staff else segment
    person.yearly_value = None if is_staff else yearly_value
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        kind = PersonKind(person.kind).label.lower()
        raise ProgrammeError(
            f"{person.email} is already in your list of {kind}: open that entry instead."
        ) from error
    return person


def remove_person(*, person: Person) -> None:
    """They have left: nobody asks them again, their past answers stay."""
    person.left_at = timezone.now()
    person.save(update_fields=["left_at"])


def restore_person(*, person: Person) -> None:
    """They have not left after all."""
    person.left_at = None
    person.save(update_fields=["left_at"])
