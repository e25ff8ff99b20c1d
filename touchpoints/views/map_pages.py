"""The map: seen by everyone in the organisation, changed by leaders and managers."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from programme.access import OrganisationRequest, members
from programme.models import Role
from touchpoints import services
from touchpoints.forms import JourneyForm, StageForm, TouchpointForm
from touchpoints.models import Journey, Stage, Touchpoint
from touchpoints.queries import whole_map

_KINDS: dict[str, type[Journey | Stage | Touchpoint]] = {
    "journey": Journey,
    "stage": Stage,
    "touchpoint": Touchpoint,
}


@members()
def whole(request: OrganisationRequest) -> HttpResponse:
    archived = (
        Touchpoint.objects.filter(organisation=request.organisation)
        .exclude(archived_at=None)
        .select_related("stage__journey")
        .order_by("-archived_at")
    )
    journeys = whole_map(request.organisation)
    context = {
        "journeys": journeys,
        "archived": archived,
        "touchpoints": sum(journey.count for journey in journeys),
    }
    return render(request, "touchpoints/map.html", context)


@members(Role.MANAGER)
def journey_add(request: OrganisationRequest) -> HttpResponse:
    form = JourneyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            journey = services.add_journey(organisation=request.organisation, **form.cleaned_data)
        except services.TouchpointsError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"“{journey}” is on the map. Now add its first stage.")
            return _to_map(request, f"journey-{journey.pk}")
    return render(request, "touchpoints/journey_form.html", {"form": form})


@members(Role.MANAGER)
def journey_edit(request: OrganisationRequest, journey: int) -> HttpResponse:
    found = get_object_or_404(Journey, pk=journey, organisation=request.organisation)
    form = JourneyForm(
        request.POST or None, initial={"name": found.name, "description": found.description}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_journey(journey=found, **form.cleaned_data)
        except services.TouchpointsError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, "The journey is saved.")
            return _to_map(request, f"journey-{found.pk}")
    return render(request, "touchpoints/journey_form.html", {"form": form, "journey": found})


@members(Role.MANAGER)
def stage_add(request: OrganisationRequest, journey: int) -> HttpResponse:
    found = get_object_or_404(Journey, pk=journey, organisation=request.organisation)
    form = StageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            stage = services.add_stage(journey=found, name=form.cleaned_data["name"])
        except services.TouchpointsError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"“{stage}” is on the map. Now add its touchpoints.")
            return _to_map(request, f"stage-{stage.pk}")
    return render(request, "touchpoints/stage_form.html", {"form": form, "journey": found})


@members(Role.MANAGER)
def stage_edit(request: OrganisationRequest, stage: int) -> HttpResponse:
    found = get_object_or_404(
        Stage.objects.select_related("journey"), pk=stage, organisation=request.organisation
    )
    form = StageForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_stage(stage=found, name=form.cleaned_data["name"])
        except services.TouchpointsError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, "The stage is saved.")
            return _to_map(request, f"stage-{found.pk}")
    context = {"form": form, "journey": found.journey, "stage": found}
    return render(request, "touchpoints/stage_form.html", context)


@members(Role.MANAGER)
@require_POST
def move(request: OrganisationRequest, kind: str, row: int) -> HttpResponse:
    """One place up or down, as the button that was pressed says."""
    if kind not in _KINDS:
        raise Http404
    found: Any = get_object_or_404(_KINDS[kind], pk=row, organisation=request.organisation)
    services.move(row=found, up=request.POST.get("to") == "up")
    return _to_map(request, f"{kind}-{found.pk}")


@members(Role.MANAGER)
def touchpoint_add(request: OrganisationRequest) -> HttpResponse:
    if not Stage.objects.filter(
        organisation=request.organisation, journey__archived_at=None
    ).exists():
        messages.info(request, "A touchpoint lies on a stage: add a journey with a stage first.")
        return _to_map(request)
    initial = {"stage": request.GET.get("stage", "")}
    form = TouchpointForm(request.POST or None, organisation=request.organisation, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            added = services.add_touchpoint(**form.cleaned_data)
        except services.TouchpointsError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"“{added}” is on the map.")
            if "another" in request.POST:
                again = _url(request, "touchpoint_add")
                return redirect(f"{again}?stage={added.stage_id}")
            return _to_map(request, f"touchpoint-{added.pk}")
    return render(request, "touchpoints/touchpoint_form.html", {"form": form})


@members(Role.MANAGER)
def touchpoint_edit(request: OrganisationRequest, touchpoint: int) -> HttpResponse:
    found = _touchpoint(request, touchpoint)
    initial = {name: getattr(found, name) for name in TouchpointForm.base_fields}
    form = TouchpointForm(request.POST or None, organisation=request.organisation, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_touchpoint(touchpoint=found, **form.cleaned_data)
        except services.TouchpointsError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, "The touchpoint is saved.")
            return _to_map(request, f"touchpoint-{found.pk}")
    context = {"form": form, "touchpoint": found}
    return render(request, "touchpoints/touchpoint_form.html", context)


@members(Role.MANAGER)
@require_POST
def touchpoint_archive(request: OrganisationRequest, touchpoint: int) -> HttpResponse:
    found = _touchpoint(request, touchpoint)
    services.archive_touchpoint(touchpoint=found)
    messages.success(
        request,
        f"“{found}” is off the map; its ratings are kept. You can restore it from the map’s end.",
    )
    return _to_map(request, "archived")


@members(Role.MANAGER)
@require_POST
def touchpoint_restore(request: OrganisationRequest, touchpoint: int) -> HttpResponse:
    found = _touchpoint(request, touchpoint)
    services.restore_touchpoint(touchpoint=found)
    messages.success(request, f"“{found}” is back on the map.")
    return _to_map(request, f"touchpoint-{found.pk}")


def _touchpoint(request: OrganisationRequest, pk: int) -> Touchpoint:
    return get_object_or_404(
        Touchpoint.objects.select_related("stage__journey"),
        pk=pk,
        organisation=request.organisation,
    )


def _url(request: OrganisationRequest, name: str) -> str:
    return reverse(f"touchpoints:{name}", kwargs={"organisation": request.organisation.slug})


def _to_map(request: OrganisationRequest, place: str = "") -> HttpResponse:
    return redirect(_url(request, "map") + (f"#{place}" if place else ""))
