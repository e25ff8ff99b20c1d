"""Improvements: listed by state, added from a cell, followed to their effect."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from programme.access import OrganisationRequest, members
from programme.models import Role
from touchpoints import services
from touchpoints.forms import ImprovementForm
from touchpoints.models import Improvement, Touchpoint
from touchpoints.queries import Effect, observed_effects


@dataclass(frozen=True, slots=True)
class _Line:
    improvement: Improvement
    late: bool
    effect: Effect | None


_SECTIONS = (
    (Improvement.State.UNDER_WAY, "Under way"),
    (Improvement.State.PLANNED, "Planned"),
    (Improvement.State.DONE, "Done"),
    (Improvement.State.DROPPED, "Dropped"),
)


@members()
def improvements(request: OrganisationRequest) -> HttpResponse:
    listed = list(
        Improvement.objects.filter(organisation=request.organisation).select_related(
            "touchpoint", "hand_off", "owner__user"
        )
    )
    effects = observed_effects(organisation=request.organisation, improvements=listed)
    today = _today(request)
    open_states = {Improvement.State.PLANNED, Improvement.State.UNDER_WAY}
    lines = [
        _Line(
            improvement=one,
            late=one.state in open_states and one.due_on is not None and one.due_on < today,
            effect=effects.get(one.pk),
        )
        for one in listed
    ]
    sections = [
        (state, title, [line for line in lines if line.improvement.state == state])
        for state, title in _SECTIONS
    ]
    context = {
        "sections": [section for section in sections if section[2]],
        "late": sum(line.late for line in lines),
    }
    return render(request, "touchpoints/improvements.html", context)


@members(Role.MANAGER)
def improvement_add(request: OrganisationRequest) -> HttpResponse:
    touchpoint = _chosen(request, request.POST.get("touchpoint") or request.GET.get("touchpoint"))
    form = ImprovementForm(
        request.POST or None,
        organisation=request.organisation,
        touchpoint=touchpoint,
        initial={"touchpoint": touchpoint, "owner": touchpoint.owner_id if touchpoint else None},
    )
    if request.method == "POST" and form.is_valid():
        try:
            added = services.add_improvement(organisation=request.organisation, **form.cleaned_data)
        except services.TouchpointsError as error:
            form.add_error("done_on", str(error))
        else:
            messages.success(request, f"“{added}” is on the list.")
            return _to_list(request)
    context = {"form": form, "touchpoint": touchpoint}
    return render(request, "touchpoints/improvement_form.html", context)


@members(Role.MANAGER)
def improvement_edit(request: OrganisationRequest, improvement: int) -> HttpResponse:
    found = _improvement(request, improvement)
    chosen = found.touchpoint
    if request.method == "POST":
        chosen = _chosen(request, request.POST.get("touchpoint"))
    form = ImprovementForm(
        request.POST or None,
        organisation=request.organisation,
        touchpoint=chosen,
        initial={name: getattr(found, name) for name in ImprovementForm.base_fields},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_improvement(
                improvement=found, **{"hand_off": None, **form.cleaned_data}
            )
        except services.TouchpointsError as error:
            form.add_error("done_on", str(error))
        else:
            messages.success(request, "The improvement is saved.")
            return _to_list(request)
    context = {"form": form, "improvement": found, "touchpoint": chosen}
    return render(request, "touchpoints/improvement_form.html", context)


@members(Role.MANAGER)
@require_POST
def improvement_done(request: OrganisationRequest, improvement: int) -> HttpResponse:
    found = _improvement(request, improvement)
    services.finish_improvement(improvement=found, done_on=_today(request))
    messages.success(
        request,
        f"“{found}” is done. Once a later quarter has ratings, you see here what it changed.",
    )
    return _to_list(request)


def _improvement(request: OrganisationRequest, pk: int) -> Improvement:
    return get_object_or_404(
        Improvement.objects.select_related("touchpoint"), pk=pk, organisation=request.organisation
    )


def _chosen(request: OrganisationRequest, pk: str | None) -> Touchpoint | None:
    """The organisation's touchpoint of that key, or none where it is not one."""
    if not pk or not pk.isdecimal() or len(pk) > 15:
        return None
    return Touchpoint.objects.filter(pk=int(pk), organisation=request.organisation).first()


def _today(request: OrganisationRequest) -> dt.date:
    return timezone.localdate(timezone=ZoneInfo(request.organisation.timezone))


def _to_list(request: OrganisationRequest) -> HttpResponse:
    return redirect("touchpoints:improvements", organisation=request.organisation.slug)
