"""Addresses that asked to be forgotten: known by a keyed hash, so that nobody asks them again by
mistake (docs/decisions/0028)."""

from collections.abc import Iterable

from django.utils.crypto import salted_hmac

from programme.models import Forgotten, Organisation
from programme.services.errors import ProgrammeError


def _hash(organisation: Organisation, email: str) -> str:
    salt = f"programme.forgotten.{organisation.pk}"
    return salted_hmac(salt, email.strip().lower(), algorithm="sha256").hexdigest()


def remember_forgotten(*, organisation: Organisation, email: str) -> None:
    """Never ask this address again by mistake."""
    Forgotten.objects.get_or_create(
        organisation=organisation, address_hash=_hash(organisation, email)
    )


def forgotten_among(*, organisation: Organisation, emails: Iterable[str]) -> set[str]:
    """Those of these addresses that asked to be forgotten, as they were given."""
    known = set(
        Forgotten.objects.filter(organisation=organisation).values_list("address_hash", flat=True)
    )
    if not known:
        return set()
    return {email for email in emails if email and _hash(organisation, email) in known}


def lift_forgotten(*, organisation: Organisation, email: str) -> None:
    """Let an address be added again, at its owner's wish. Raises ProgrammeError where it has not
    asked to be forgotten."""
    found = Forgotten.objects.filter(
        organisation=organisation, address_hash=_hash(organisation, email)
    )
    if not found.delete()[0]:
        raise ProgrammeError("This address is not among those that asked to be forgotten.")


def refuse_forgotten(*, organisation: Organisation, email: str) -> None:
    """Raises ProgrammeError where this address asked to be forgotten."""
    if forgotten_among(organisation=organisation, emails=[email]):
        raise ProgrammeError(
            "This address asked to be forgotten, so it is not added. Has its owner changed their "
            "mind? A leader can let it in again: Settings, What is kept."
        )
