"""An Email row as the message that goes over the wire."""

from collections.abc import Callable, Iterable
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.policy import SMTP, EmailPolicy, Policy
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from outbox.models import Attachment, Email


class OutgoingMessage(EmailMultiAlternatives):
    """A message whose headers survive Python's folding.

    The standard library, when it folds a long line, drops the quotes around a name with a comma
    (so that one recipient becomes several) and hides a long List-Unsubscribe address in encoded
    words that no mail program follows. Lines as long as RFC 5322 allows never need folding; only
    a subject can be longer, and is folded by the older, correct code.
    """

    # What an email service keeps with the email (django-anymail reads it here).
    metadata: dict[str, str]

    def message(self, *, policy: "Policy[Message] | None" = None) -> EmailMessage:
        asked = policy if isinstance(policy, EmailPolicy) else SMTP
        made = super().message(policy=asked.clone(max_line_length=998, refold_source="none"))
        del made["Subject"]
        folded = Header(str(self.subject), header_name="Subject").encode(linesep=asked.linesep)
        made.set_raw("Subject", folded)
        return made


def message_for(row: Email, attachments: Iterable[Callable[[], Attachment]]) -> OutgoingMessage:
    """Text, HTML beside it where there is one, and attachments, which are fetched one at a time.

    Raises ValueError for an address that is none.
    """
    message = OutgoingMessage(
        subject=row.subject,
        body=row.text,
        from_email=_sender(row.from_name),
        to=[_mailbox(row.to_name, row.to_email)],
        reply_to=[row.reply_to] if row.reply_to else None,
        headers={
            "Message-ID": row.message_id,
            "Auto-Submitted": "auto-generated",
            **row.headers,
        },
    )
    # An email service hands this back with whatever becomes of the email.
    message.metadata = {"email": row.message_id}
    if row.html:
        message.attach_alternative(row.html, "text/html")
    for fetch in attachments:
        attachment = fetch()
        message.attach(attachment.filename, bytes(attachment.content), attachment.content_type)
    return message


def _sender(name: str) -> str:
    """The installation's own address, under the organisation's name where it has one."""
    if not name:
        return settings.DEFAULT_FROM_EMAIL
    return _mailbox(name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])


def _mailbox(name: str, address: str) -> str:
    user, at, domain = address.rpartition("@")
    if not (user and at and domain):
        raise ValueError(f"“{address}” is not an email address.")
    return str(Address(display_name=name, username=user, domain=domain)) if name else address
