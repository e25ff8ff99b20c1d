"""The missions of an organisation, the start of a new one, and the public page."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.access import public
from missions import agreement, drafting, queries, services, usage
from missions.book import story
from missions.forms import drafting as forms
from missions.models import Contribution, Mission
from missions.poster import sizes_of
from missions.views.pages import find_mission, mission_page, sent, to
from programme.access import OrganisationRequest, members
from programme.models import Organisation, Role
from programme.queries import today_at


@members()
def index(request: OrganisationRequest) -> HttpResponse:
    missions = list(queries.missions_with_counts(request.organisation))
    adopted = next((m for m in missions if m.state == Mission.State.ADOPTED), None)
    return render(
        request,
        "missions/index.html",
        {
            "adopted": adopted,
            "in_drafting": [m for m in missions if m.is_open],
            "earlier": [m for m in missions if m.state == Mission.State.RETIRED],
            "posters": sizes_of(request.organisation),
            "is_leader": request.membership.role == Role.LEADER,
        },
    )


@members(Role.LEADER)
def mission_add(request: OrganisationRequest) -> HttpResponse:
    form = forms.MissionForm(sent(request))
    usual = f"Mission {today_at(request.organisation):%Y}"
    if request.method == "POST" and form.is_valid():
        mission = services.start_mission(
            organisation=request.organisation,
            title=form.cleaned_data["title"] or usual,
            started_by=request.membership,
        )
        messages.success(request, "Your mission has begun. First, your own words.")
        return to("words", mission)
    form.fields["title"].widget.attrs["placeholder"] = usual
    return render(request, "missions/mission_add.html", {"form": form})


@members()
def mission(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    # Once it is adopted, how it came about stands here whole, for good.
    told = {} if found.is_open else {"story": story(found)}
    return mission_page(request, "missions/mission.html", found, told)


@public
def public_mission(request: HttpRequest, organisation: str) -> HttpResponse:
    """The adopted statement and whose words it came from: counts, themes, and the quotes
    that their writers agreed to; never names."""
    owner = get_object_or_404(Organisation, slug=organisation)
    adopted = queries.adopted(owner)
    if adopted is None:
        raise Http404
    contributions = Contribution.objects.filter(mission=adopted)
    return render(
        request,
        "missions/public.html",
        {
            "owner": owner,
            "mission": adopted,
            "counts": queries.voice_counts(contributions),
            "themes": queries.themes(adopted),
            "clause_sources": drafting.sources(adopted),
            "quotes": usage.quotes(adopted),
            "overridden": agreement.overridden(adopted),
            "earlier": usage.earlier_missions(owner),
        },
    )
