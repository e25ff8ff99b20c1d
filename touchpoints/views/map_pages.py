"""The map: seen by everyone in the organisation, changed by leaders and managers."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from programme.access import OrganisationRequest, members
from programme.models import Role
from touchpoints import services
from touchpoints.forms.map import JourneyCopyForm, JourneyForm, SeenForm, StageForm, TouchpointForm
from touchpoints.models import Journey, Stage, Touchpoint
from touchpoints.queries import (
    archived,
    chain_periods,
    current_stages,
    known,
    weak_touchpoints,
    whole_map,
)
from touchpoints.versions import version_of


@members()
def whole(request: OrganisationRequest) -> HttpResponse:
    return map_page(request)


def map_page(request: OrganisationRequest, *, status: int = 200) -> HttpResponse:
    """The map as it is now."""
    journeys = whole_map(request.organisation)
    rated = chain_periods(request.organisation)
    context = {
        "weak": weak_touchpoints(known(request.organisation), rated[0]) if rated else (),
        "journeys": journeys,
        "version": version_of(entry.journey.pk for entry in journeys),
        "archived": archived(request.organisation).count,
        "touchpoints": sum(journey.count for journey in journeys),
    }
    return render(request, "touchpoints/map.html", context, status=status)


@members(Role.MANAGER)
def journey_add(request: OrganisationRequest) -> HttpResponse:
    form = JourneyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            journey = services.add_journey(
                organisation=request.organisation, **_without_seen(form.cleaned_data)
            )
        except services.TouchpointsError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"“{journey}” is on the map. Now add its first stage.")
            return to_map(request, f"journey-{journey.pk}")
    return render(request, "touchpoints/journey_form.html", {"form": form})


@members(Role.MANAGER)
def journey_edit(request: OrganisationRequest, journey: int) -> HttpResponse:
    found = get_object_or_404(Journey, pk=journey, organisation=request.organisation)
    initial = {"name": found.name, "description": found.description}
    form = JourneyForm(request.POST or None, initial=initial | _seen(found))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.change_journey(journey=found, **form.cleaned_data)
        except services.StaleError as error:
            status = _stale(form, found, error)
        except services.TouchpointsError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, "The journey is saved.")
            return to_map(request, f"journey-{found.pk}")
    context = {"form": form, "journey": found}
    return render(request, "touchpoints/journey_form.html", context, status=status)


@members(Role.MANAGER)
def journey_copy(request: OrganisationRequest, journey: int) -> HttpResponse:
    """The same stages, touchpoints and hand-offs under another name, without any rating."""
    found = get_object_or_404(Journey, pk=journey, organisation=request.organisation)
    form = JourneyCopyForm(request.POST or None, initial={"name": f"{found.name[:290]}, copy"})
    if request.method == "POST" and form.is_valid():
        try:
            copy = services.copy_journey(journey=found, name=form.cleaned_data["name"])
        except services.TouchpointsError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"“{copy}” is on the map, at its end.")
            return to_map(request, f"journey-{copy.pk}")
    return render(request, "touchpoints/journey_copy.html", {"form": form, "journey": found})


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
            return to_map(request, f"stage-{stage.pk}")
    return render(request, "touchpoints/stage_form.html", {"form": form, "journey": found})


@members(Role.MANAGER)
def stage_edit(request: OrganisationRequest, stage: int) -> HttpResponse:
    found = get_object_or_404(
        Stage.objects.select_related("journey"), pk=stage, organisation=request.organisation
    )
    form = StageForm(request.POST or None, initial={"name": found.name} | _seen(found))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.change_stage(stage=found, **form.cleaned_data)
        except services.StaleError as error:
            status = _stale(form, found, error)
        except services.TouchpointsError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, "The stage is saved.")
            return to_map(request, f"stage-{found.pk}")
    context = {"form": form, "journey": found.journey, "stage": found}
    return render(request, "touchpoints/stage_form.html", context, status=status)


@members(Role.MANAGER)
def touchpoint_add(request: OrganisationRequest) -> HttpResponse:
    if not current_stages(request.organisation).exists():
        messages.info(request, "A touchpoint lies on a stage: add a journey with a stage first.")
        return to_map(request)
    initial = {"stage": request.GET.get("stage", "")}
    form = TouchpointForm(request.POST or None, organisation=request.organisation, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            added = services.add_touchpoint(**_without_seen(form.cleaned_data))
        except services.TouchpointsError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"“{added}” is on the map.")
            if "another" in request.POST:
                again = _url(request, "touchpoint_add")
                return redirect(f"{again}?stage={added.stage_id}")
            return to_map(request, f"touchpoint-{added.pk}")
    return render(request, "touchpoints/touchpoint_form.html", {"form": form})


@members(Role.MANAGER)
def touchpoint_edit(request: OrganisationRequest, touchpoint: int) -> HttpResponse:
    found = get_object_or_404(
        Touchpoint.objects.select_related("stage__journey"),
        pk=touchpoint,
        organisation=request.organisation,
    )
    fields = [name for name in TouchpointForm.base_fields if name != "seen"]
    initial = {name: getattr(found, name) for name in fields} | _seen(found)
    form = TouchpointForm(request.POST or None, organisation=request.organisation, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.change_touchpoint(touchpoint=found, **form.cleaned_data)
        except services.StaleError as error:
            status = _stale(form, found, error)
        except services.TouchpointsError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, "The touchpoint is saved.")
            return to_map(request, f"touchpoint-{found.pk}")
    context = {"form": form, "touchpoint": found}
    return render(request, "touchpoints/touchpoint_form.html", context, status=status)


def _seen(row: Journey | Stage | Touchpoint) -> dict[str, str]:
    return {"seen": services.seen_version(row)}


def _without_seen(cleaned: dict[str, Any]) -> dict[str, Any]:
    """A new row was never shown before."""
    return {name: value for name, value in cleaned.items() if name != "seen"}


def _stale(form: SeenForm, stored: Journey | Stage | Touchpoint, error: services.StaleError) -> int:
    """Say what somebody else stored meanwhile, field by field; the answer's status."""
    stored.refresh_from_db()
    differing = {}
    for name, typed in form.cleaned_data.items():
        if name != "seen" and getattr(stored, name) != typed:
            value = getattr(stored, name)
            words = {True: "yes", False: "no", None: ""}.get(value, str(value))
            differing[name] = words[:200]
    form.renew(services.seen_version(stored), differing)
    form.add_error(None, str(error))
    return 409


def _url(request: OrganisationRequest, name: str) -> str:
    return reverse(f"touchpoints:{name}", kwargs={"organisation": request.organisation.slug})


def to_map(request: OrganisationRequest, place: str = "") -> HttpResponse:
    """Back to the map, at that row."""
    return redirect(_url(request, "map") + (f"#{place}" if place else ""))
