"""A room that rates, and its pages."""

from uuid import uuid4

from django.urls import reverse

from programme.models import Organisation
from touchpoints.models import Touchpoint, Workshop
from touchpoints.services import save_votes


def url(of: Workshop, name: str = "workshop", **where: object) -> str:
    return reverse(
        f"touchpoints:{name}",
        kwargs={"organisation": of.organisation.slug, "workshop": of.pk, **where},
    )


def all_of(of: Organisation, name: str = "workshops") -> str:
    return reverse(f"touchpoints:{name}", args=[of.slug])


def rate_page(of: Workshop) -> str:
    return reverse("workshop_rate", args=[of.token])


def room(workshop: Workshop, at: list[Touchpoint], *people: str) -> None:
    """One word a person: x misery, 0 mediocrity, + magic, - no vote, a sign a touchpoint."""
    moments = {"x": "misery", "0": "mediocrity", "+": "magic", "-": ""}
    for signs in people:
        votes = {one.pk: moments[sign] for one, sign in zip(at, signs, strict=True)}
        save_votes(workshop=workshop, device=uuid4(), votes=votes, finished=True)
