"""Missions as their tests begin them, and their pages as they are asked for."""

import datetime as dt
from typing import Protocol

from django.contrib.messages import get_messages
from django.core.handlers.wsgi import WSGIRequest
from django.urls import reverse
from django.utils import timezone

from missions import services
from missions.models import Contribution, Draft, Mission, Theme
from programme.models import Membership, Organisation

NEXT_YEAR = timezone.localdate() + dt.timedelta(days=365)
MARKUP = "<script>alert(1)</script> =1+1"


def begin(leader: Membership, *, felt: str = "") -> Mission:
    """A mission that was just started, with what its leader wants people to feel where given."""
    begun = services.start_mission(
        organisation=leader.organisation, title="Our mission", started_by=leader
    )
    if felt:
        services.add_words(mission=begun, author=leader, words={"feel": felt})
    return begun


def draft(mission: Mission, author: Membership, text: str = "We carry everyone.") -> Draft:
    current = mission.drafts.first()
    saved, _ = services.save_draft(
        mission=mission,
        text=text,
        based_on_version=current.version if current else 0,
        author=author,
    )
    return saved


def adopt(mission: Mission, author: Membership, text: str) -> Mission:
    """With that text as its statement, until a year from now."""
    return services.adopt(mission=mission, draft=draft(mission, author, text), review_on=NEXT_YEAR)


def say(mission: Mission, *texts: str, voice: str = "customer") -> list[Contribution]:
    return Contribution.objects.bulk_create(
        Contribution(
            organisation_id=mission.organisation_id, mission=mission, voice=voice, text=text
        )
        for text in texts
    )


def theme(mission: Mission, name: str, *words: Contribution) -> Theme:
    return services.create_theme(mission=mission, name=name, contributions=words)


def board_of(mission: Mission) -> list[tuple[int, str, list[int]]]:
    """Every theme in order, with its words."""
    return [
        (one.pk, one.name, sorted(one.contributions.values_list("pk", flat=True)))
        for one in mission.themes.all()
    ]


def url(mission: Mission, name: str = "mission", **where: object) -> str:
    place = {"organisation": mission.organisation.slug, "mission": mission.pk, **where}
    return reverse(f"missions:{name}", kwargs=place)


def page(organisation: Organisation, name: str) -> str:
    return reverse(f"missions:{name}", args=[organisation.slug])


class Page(Protocol):
    """An answer of the test client."""

    @property
    def content(self) -> bytes: ...
    @property
    def wsgi_request(self) -> WSGIRequest: ...


def said(answer: Page) -> list[str]:
    """The messages that wait for the next page."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def html(answer: Page) -> str:
    return answer.content.decode()
