"""What an email service tells of the emails that it sent for us: bounces and complaints.

django-anymail reads each service's own messages and checks their secret or signature.
"""

from collections.abc import Callable
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.module_loading import import_string

from outbox.models import AddressReport
from outbox.services import note_report

# The setting by which a service's messages are signed, where it signs them.
_SIGNED_BY = {
    "mailersend": "MAILERSEND_SIGNING_SECRET",
    "mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY",
    "mandrill": "MANDRILL_WEBHOOK_KEY",
    "postal": "POSTAL_WEBHOOK_KEY",
    "resend": "RESEND_SIGNING_SECRET",
    "sendgrid": "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY",
}
_REFUSED_FOR_THE_ADDRESS = {RejectReason.BOUNCED, RejectReason.INVALID}
_UNWANTED = {EventType.COMPLAINED, EventType.UNSUBSCRIBED}


def tracking_view() -> Callable[[HttpRequest], HttpResponseBase] | None:
    """The view for the service that sends our emails; None where none does, or where nothing would
    prove that a message is the service's own."""
    backend = settings.MAILERS["default"]["BACKEND"]
    if not backend.startswith("anymail.backends."):
        return None
    service = backend.split(".")[2]
    secrets = settings.ANYMAIL
    if not (secrets.get("WEBHOOK_SECRET") or secrets.get(_SIGNED_BY.get(service, ""))):
        return None
    names = {f"{service}_tracking_webhook", f"{service}_webhook"}
    for pattern in import_string("anymail.urls.urlpatterns"):
        if pattern.name in names:
            view: Callable[[HttpRequest], HttpResponseBase] = pattern.callback
            return view
    return None


def on_tracking(event: AnymailTrackingEvent, **kwargs: Any) -> None:
    """Take one event in, if it says that an address does not work or that an email was unwanted."""
    kind = ""
    if event.event_type in _UNWANTED:
        kind = AddressReport.Kind.COMPLAINT
    elif event.event_type == EventType.BOUNCED or (
        event.event_type == EventType.REJECTED and event.reject_reason in _REFUSED_FOR_THE_ADDRESS
    ):
        kind = AddressReport.Kind.BOUNCE
    if kind:
        said = event.mta_response or event.description or ""
        note_report(message_id=str((event.metadata or {}).get("email", "")), kind=kind, said=said)
