"""The organisation itself: its settings, segments and teams."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.refusals import refusals_told
from programme.access import OrganisationRequest, members
from programme.forms.organisation import SegmentForm, SettingsForm, TeamForm
from programme.models import Organisation, Role, Segment, Team
from programme.queries import segments_with_counts, teams_with_counts
from programme.services import (
    ProgrammeError,
    add_segment,
    change_organisation,
    change_segment,
    delete_segment,
    move_segment,
    save_team,
)


@members(Role.MANAGER)
def settings(request: OrganisationRequest) -> HttpResponse:
    organisation = request.organisation
    initial = {
        "organisation": organisation.name,
        "timezone": organisation.timezone,
        "language": organisation.language,
        "financial_year_first_month": organisation.financial_year_first_month,
        "figures_from": organisation.figures_from,
        "comments_from": organisation.comments_from,
    }
    form = SettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        name = values.pop("organisation")
        try:
            change_organisation(organisation=Organisation(pk=organisation.pk), name=name, **values)
        except ProgrammeError as error:
            form.add_error("financial_year_first_month", str(error))
        else:
            messages.success(request, "The settings are saved.")
            return redirect("programme:settings", organisation=organisation.slug)
    return render(request, "programme/settings.html", {"form": form})


@members()
def segments(request: OrganisationRequest) -> HttpResponse:
    context = {"segments": segments_with_counts(request.organisation)}
    return render(request, "programme/segments.html", context)


@members(Role.MANAGER)
def segment_add(request: OrganisationRequest) -> HttpResponse:
    form = SegmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            segment = add_segment(organisation=request.organisation, **form.cleaned_data)
        except ProgrammeError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"The segment {segment.name} is added.")
            return _to_segments(request)
    return render(request, "programme/segment_form.html", {"form": form})


@members(Role.MANAGER)
def segment_edit(request: OrganisationRequest, segment: int) -> HttpResponse:
    found = get_object_or_404(Segment, pk=segment, organisation=request.organisation)
    initial = {"name": found.name, "is_target": found.is_target}
    form = SegmentForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_segment(segment=found, **form.cleaned_data)
        except ProgrammeError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"The segment {found.name} is saved.")
            return _to_segments(request)
    context = {"form": form, "segment": found, "name": initial["name"]}
    return render(request, "programme/segment_form.html", context)


@members(Role.MANAGER)
@require_POST
def segment_move(request: OrganisationRequest, segment: int) -> HttpResponse:
    found = get_object_or_404(Segment, pk=segment, organisation=request.organisation)
    move_segment(segment=found, up=request.POST.get("direction") == "up")
    return _to_segments(request)


@members(Role.MANAGER)
@require_POST
def segment_delete(request: OrganisationRequest, segment: int) -> HttpResponse:
    found = get_object_or_404(Segment, pk=segment, organisation=request.organisation)
    with refusals_told(request, ProgrammeError):
        delete_segment(segment=found)
        messages.success(request, f"The segment {found.name} is deleted.")
    return _to_segments(request)


def _to_segments(request: OrganisationRequest) -> HttpResponse:
    return redirect("programme:segments", organisation=request.organisation.slug)


@members()
def teams(request: OrganisationRequest) -> HttpResponse:
    context = {"teams": teams_with_counts(request.organisation)}
    return render(request, "programme/teams.html", context)


@members(Role.MANAGER)
def team_add(request: OrganisationRequest) -> HttpResponse:
    return _team(request, None)


@members(Role.MANAGER)
def team_edit(request: OrganisationRequest, team: int) -> HttpResponse:
    return _team(request, get_object_or_404(Team, pk=team, organisation=request.organisation))


def _team(request: OrganisationRequest, team: Team | None) -> HttpResponse:
    name = team.name if team else ""
    form = TeamForm(request.POST or None, organisation=request.organisation, team=team)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_team(organisation=request.organisation, team=team, **form.cleaned_data)
        except ProgrammeError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"The team {saved.name} is saved.")
            return redirect("programme:teams", organisation=request.organisation.slug)
    return render(request, "programme/team_form.html", {"form": form, "team": team, "name": name})
