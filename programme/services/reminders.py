"""Emails that remind a member, and the one way to turn them off."""

from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.urls import reverse

from programme.models import Membership

_SALT = "programme.reminders"


def set_reminders(*, membership: Membership, wanted: bool) -> None:
    """Whether this membership is sent reminders: of improvements, reviews and the like."""
    Membership.objects.filter(pk=membership.pk).update(wants_reminders=wanted)


def reminders_address(membership: Membership) -> str:
    """The address where reminders are turned off and on without signing in."""
    token = signing.dumps(membership.pk, salt=_SALT)
    return urljoin(settings.BASE_URL, reverse("programme:reminders", args=[token]))


def reminder_headers(membership: Membership) -> dict[str, str]:
    """Headers by which a mail program offers to turn them off with one press."""
    return one_click(reminders_address(membership))


def one_click(address: str) -> dict[str, str]:
    """Headers of an email that a POST to `address` stops (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{address}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def reminders_of(token: str) -> Membership | None:
    """The membership that such an address belongs to."""
    try:
        pk = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return Membership.objects.select_related("organisation", "user").filter(pk=pk).first()
