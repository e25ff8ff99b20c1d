"""What an email service tells us: bounces and complaints of emails that it sent, and emails that
came in for us.

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

# The setting by which a service's reports are signed, where it signs them.
_SIGNED_BY = {
    "mailersend": "MAILERSEND_SIGNING_SECRET",
    "mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY",
    "mandrill": "MANDRILL_WEBHOOK_KEY",
    "postal": "POSTAL_WEBHOOK_KEY",
    "resend": "RESEND_SIGNING_SECRET",
    "sendgrid": "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY",
}
# The same for the emails that it brings.
_BROUGHT_SIGNED_BY = {
    "mailersend": "MAILERSEND_INBOUND_SECRET",
    "mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY",
    "mailtrap": "MAILTRAP_INBOUND_SECRET",
    "mandrill": "MANDRILL_WEBHOOK_KEY",
    "postal": "POSTAL_WEBHOOK_KEY",
    "resend": "RESEND_INBOUND_SECRET",
}
_REFUSED_FOR_THE_ADDRESS = {RejectReason.BOUNCED, RejectReason.INVALID}
_UNWANTED = {EventType.COMPLAINED, EventType.UNSUBSCRIBED}


type HookView = Callable[[HttpRequest], HttpResponseBase]


def tracking_view() -> HookView | None:
    """The view for the service that sends our emails; None where none does, or where nothing would
    prove that a message is the service's own."""
    return _view("tracking_webhook", _SIGNED_BY)


def inbound_view() -> HookView | None:
    """The view for emails that the service brings, on the same terms."""
    return _view("inbound_webhook", _BROUGHT_SIGNED_BY)


def _view(name: str, signed_by: dict[str, str]) -> HookView | None:
    backend = settings.MAILERS["default"]["BACKEND"]
    if not backend.startswith("anymail.backends."):
        return None
    service = backend.split(".")[2]
    secrets = settings.ANYMAIL
    if not (secrets.get("WEBHOOK_SECRET") or secrets.get(signed_by.get(service, ""))):
        return None
    # One service has one address for both.
    names = {f"{service}_{name}", f"{service}_webhook"}
    for pattern in import_string("anymail.urls.urlpatterns"):
        if pattern.name in names:
            view: HookView = pattern.callback
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
