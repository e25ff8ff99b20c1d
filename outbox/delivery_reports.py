"""What a mail server sends back about an email of ours (RFC 3464), and what a provider sends when
somebody called one unwanted (RFC 5965). Pure."""

import re
from dataclasses import dataclass
from email.message import EmailMessage, Message

from outbox.reading import bytes_of, headers_of, leaves, parsed
from outbox.refusals import is_about_the_address

_ID = re.compile(r"^message-id:\s*(<[^<>\s]{1,300}>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """`message_id` is that of the email it is about, empty where it does not say."""

    message_id: str
    said: str
    of_the_address: bool = False
    unwanted: bool = False


def is_report(message: EmailMessage) -> bool:
    return message.get_content_type() == "multipart/report"


def read_report(message: EmailMessage) -> DeliveryReport | None:
    """What it says, if it says that an email was refused for good or is unwanted: one that only
    came late, or has arrived, is none of our business."""
    unwanted, refusals = False, []
    message_id = ""
    for part in leaves(message):
        kind = part.get_content_type()
        if kind == "message/feedback-report":
            unwanted = True
        elif kind == "message/delivery-status":
            refusals += _refusals(part)
        elif kind in {"message/rfc822", "text/rfc822-headers", "message/global-headers"}:
            message_id = message_id or _id_in(part)
    if unwanted:
        return DeliveryReport(message_id, "", unwanted=True)
    if not refusals:
        return None
    status, said = refusals[0]
    return DeliveryReport(
        message_id,
        f"The mail server sent it back: {said or status}"[:500],
        of_the_address=is_about_the_address(f"{status} {said}"),
    )


def _refusals(part: "Message[str, str]") -> list[tuple[str, str]]:
    """Status and words of each recipient that was refused for good."""
    found = []
    blocks = part.get_payload() if part.is_multipart() else [parsed(bytes_of(part))]
    for block in blocks:
        if not isinstance(block, Message):
            continue
        action = " ".join(headers_of(block, "Action")).strip().lower()
        status = " ".join(headers_of(block, "Status")).strip()
        if action == "failed" and (not status or status.startswith("5")):
            words = " ".join(headers_of(block, "Diagnostic-Code"))
            found.append((status, words.partition(";")[2].strip() or words))
    return found


def _id_in(part: "Message[str, str]") -> str:
    """The Message-ID of the email that is returned, whole or only its headers."""
    content = bytes_of(part)[:100_000].decode("ascii", "replace")
    # Long ones may stand on a line of their own.
    found = _ID.search(re.sub(r"\r?\n[ \t]+", " ", content))
    return found[1] if found else ""
