"""People who can be asked."""

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from programme.models import Organisation, Person, PersonKind, Segment, Team
from programme.services.errors import ProgrammeError
from programme.services.forgotten import refuse_forgotten


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
    """Add someone who can be asked; whoever left and comes back is the same person. Raises
    ProgrammeError where the address is taken."""
    refuse_forgotten(organisation=organisation, email=email)
    left = Person.objects.filter(
        organisation=organisation, kind=kind, email=email.lower(), left_at__isnull=False
    )
    person = (left.first() if email else None) or Person(organisation=organisation, kind=kind)
    person.name, person.email, person.language = name, email.lower(), language
    person.left_at = None
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
    if email.lower() != person.email:
        refuse_forgotten(organisation=person.organisation, email=email)
        # It was the address before that did not work.
        person.bounced_at = None
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
