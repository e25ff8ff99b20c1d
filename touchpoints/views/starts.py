"""Journeys from a template of ours: chosen, previewed, added."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from programme.access import OrganisationRequest, members
from programme.models import Role
from touchpoints import services
from touchpoints.forms.map import StartForm
from touchpoints.starts import starts


@members(Role.MANAGER)
@require_safe
def start_choose(request: OrganisationRequest) -> HttpResponse:
    return render(request, "touchpoints/starts.html", {"starts": starts()})


@members(Role.MANAGER)
def start_add(request: OrganisationRequest, start: str) -> HttpResponse:
    """What the template would put on the map; nothing is there before it is asked for."""
    found = next((one for one in starts() if one.slug == start), None)
    if found is None:
        raise Http404
    sent = request.POST if request.method == "POST" else None
    form = StartForm(sent, start=found, organisation=request.organisation)
    if request.method == "POST" and form.is_valid():
        added = services.add_from_start(
            organisation=request.organisation,
            start=found,
            journeys=form.cleaned_data["journeys"],
            teams=form.teams(),
        )
        names = " and ".join(f"“{one}”" for one in added)
        messages.success(request, f"{names} {'is' if len(added) == 1 else 'are'} on the map.")
        where = reverse("touchpoints:map", kwargs={"organisation": request.organisation.slug})
        return redirect(f"{where}#journey-{added[0].pk}")
    context = {"form": form, "start": found}
    status = 400 if form.errors else 200
    return render(request, "touchpoints/start.html", context, status=status)
