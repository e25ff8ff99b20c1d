"""How answers to our emails reach us, if they do."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from outbox.hooks import inbound_view
from outbox.inbox import inbox_of
from outbox.models import Inbox


@dataclass(frozen=True, slots=True)
class WayIn:
    """`by` is "service", "mailbox" or "sink"; a mailbox was looked into at `looked_at`, and
    `trouble` is what that met with, in its server's own words."""

    by: str
    where: str = ""
    looked_at: dt.datetime | None = None
    trouble: str = ""


def way_in() -> WayIn | None:
    """None where an answer by email would come to nobody."""
    if not settings.REPLY_ADDRESS:
        return None
    if settings.INBOX_URL:
        return WayIn("mailbox", inbox_of(settings.INBOX_URL))
    if inbound_view() is not None:
        return WayIn("service")
    return WayIn("sink") if settings.SINK_TAKES_REPLIES else None


def way_in_of_late() -> WayIn | None:
    """The same, with what the last look into a mailbox met with."""
    way = way_in()
    if way is None or way.by != "mailbox":
        return way
    box = Inbox.objects.filter(address=way.where).first()
    if box is None:
        return way
    return WayIn(way.by, way.where, box.looked_at, box.trouble)
