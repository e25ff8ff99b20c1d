"""Forgetting a person: by a leader, or at their own wish (docs/decisions/0028)."""

import datetime as dt
import logging
from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from feedback.services import forget
from feedback.spoken import filled, speech
from keeping.models import Erasure, ErasureRequest
from outbox.emails import email_from
from outbox.services import write_emails
from programme.models import Membership, Organisation, Person

logger = logging.getLogger(__name__)

# A confirmed request that no leader has carried out is carried out after so many days.
WAITS_DAYS = 7
_LINK_LASTS = dt.timedelta(days=7)
_SALT = "keeping.forget"


@transaction.atomic
def erase_person(*, person: Person, by: Membership | None) -> Erasure:
    """Delete everything about a person that can still be found; `by` is None where their own
    request has come due."""
    organisation = person.organisation
    was_asked = ErasureRequest.objects.filter(person=person).exists()
    gone = forget(person=person)
    return Erasure.objects.create(
        organisation=organisation, by=by, was_asked=was_asked, counts=dict(gone)
    )


def erase_due(*, organisation: Organisation, now: dt.datetime) -> int:
    """Carry out the requests whose days are over; how many."""
    due = ErasureRequest.objects.filter(
        organisation=organisation, asked_at__lt=now - dt.timedelta(days=WAITS_DAYS)
    )
    people = list(Person.objects.filter(pk__in=due.values("person")).select_related("organisation"))
    for person in people:
        erase_person(person=person, by=None)
    return len(people)


def ask_to_be_forgotten(*, person: Person) -> None:
    """Write to the person's address with the link that confirms; once a day at most."""
    organisation = person.organisation
    spoken = speech(person.language)
    words = filled(spoken.email, organisation=organisation.name, days=WAITS_DAYS)
    context = {
        "language": spoken.language,
        "direction": spoken.direction,
        "words": words,
        "link": urljoin(settings.BASE_URL, reverse("forget_sure", args=[token_of(person)])),
    }
    email = email_from(
        organisation,
        "keeping/email/forget",
        context,
        key=f"forget:{person.pk}:{timezone.now():%Y-%m-%d}",
        to_email=person.email,
        subject=words["forget_subject"],
    )
    write_emails([email])


def token_of(person: Person) -> str:
    """What the confirming link carries."""
    return signing.dumps([person.pk, person.email], salt=_SALT)


def person_of(token: str) -> Person | None:
    """Whose confirmation it is; None for one forged, older than seven days, or to an address that
    is no longer theirs."""
    try:
        key, email = signing.loads(token, salt=_SALT, max_age=_LINK_LASTS)
    except signing.BadSignature:
        return None
    return Person.objects.select_related("organisation").filter(pk=key, email=email).first()


def confirm_request(*, person: Person) -> ErasureRequest:
    """The person wants to be forgotten; saying so again changes nothing."""
    request, _ = ErasureRequest.objects.get_or_create(
        person=person, defaults={"organisation_id": person.organisation_id}
    )
    return request


def take_request_back(*, person: Person) -> None:
    """They have thought better of it."""
    ErasureRequest.objects.filter(person=person).delete()
