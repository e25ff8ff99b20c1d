"""The open door as someone outside meets it: a form that lay open for a while, sent back."""

import datetime as dt

import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback.models import OpenDoorItem
from feedback.services import new_mark
from programme.models import Organisation


def mark(*, seconds_ago: int = 30) -> str:
    """The signed number of a form that was opened so long ago."""
    with time_machine.travel(timezone.now() - dt.timedelta(seconds=seconds_ago), tick=False):
        return new_mark()


def typed(**fields: str) -> dict[str, str]:
    """A complaint, as it is sent."""
    return {"kind": "complaint", "text": "Nobody came.", "mark": mark(), "website": "", **fields}


def left(organisation: Organisation, client: Client | None = None, **fields: str) -> OpenDoorItem:
    """What somebody left, by the page."""
    sent = typed(**fields)
    answer = (client or Client()).post(reverse("say", args=[organisation.slug]), sent)
    assert answer.status_code == 303, answer.text
    return OpenDoorItem.objects.get(organisation=organisation, text=sent["text"].strip())
