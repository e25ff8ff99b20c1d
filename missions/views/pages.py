"""What every page of a mission shares."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from missions import queries
from missions.models import Mission
from programme.access import OrganisationRequest
from programme.models import Role

WORDS_A_PAGE = 50
# A decision is looked at again after a quarter, unless one says otherwise.
LOOK_AGAIN_DAYS = 90


def find_mission(request: OrganisationRequest, mission: int) -> Mission:
    """The organisation's own mission of that number, or 404."""
    return get_object_or_404(
        Mission.objects.select_related("organisation"),
        pk=mission,
        organisation=request.organisation,
    )


def mission_page(
    request: OrganisationRequest,
    template: str,
    mission: Mission,
    context: Mapping[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of that mission, with its steps on top."""
    shared = {
        "mission": mission,
        "progress": queries.progress(mission),
        "is_leader": request.membership.role == Role.LEADER,
        "gives_words": request.membership.role != Role.AUDITOR,
    }
    return render(request, template, {**shared, **context}, status=status)


def to(name: str, mission: Mission, query: str = "", **where: object) -> HttpResponse:
    """Go on to that page of the mission."""
    place = {"organisation": mission.organisation.slug, "mission": mission.pk, **where}
    return redirect(reverse(f"missions:{name}", kwargs=place) + (f"?{query}" if query else ""))


def sent(request: OrganisationRequest) -> QueryDict | None:
    """What was sent with a form, even where it is nothing; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def a_page[T: "QuerySet[Any]"](request: OrganisationRequest, found: T) -> Page[Any]:
    """The page of a list that the address asks for; any nonsense is its first or last."""
    return Paginator(found, WORDS_A_PAGE).get_page(request.GET.get("page"))
