"""How the mission is lived: commitments, and the week's word on each."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.refusals import refusals_told
from missions import queries, services, usage
from missions.forms import use as use_forms
from missions.models import Commitment
from missions.services.commitments import monday
from missions.views.pages import sent
from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.queries import today_at

ENDED_SHOWN = 50


@members()
def commitments(request: OrganisationRequest) -> HttpResponse:
    adopted = queries.adopted(request.organisation)
    this_week = monday(today_at(request.organisation))
    lived = usage.commitments(adopted, this_week=this_week) if adopted else []
    context = {
        "mission": adopted,
        "lived": lived,
        "ended": usage.ended_commitments(adopted)[:ENDED_SHOWN] if adopted else (),
        "this_week": this_week,
        "said": sum(one.this_week is not None for one in lived),
        "owns": any(one.commitment.owner_id == request.membership.pk for one in lived),
    }
    return render(request, "missions/commitments.html", context)


@members(Role.MANAGER)
def commitment_add(request: OrganisationRequest) -> HttpResponse:
    adopted = queries.adopted(request.organisation)
    if adopted is None:
        messages.info(request, "Commitments belong to an adopted mission: adopt one first.")
        return _to_list(request)
    services.number_clauses(mission=adopted)
    form = use_forms.CommitmentForm(
        sent(request), mission=adopted, initial={"owner": request.membership}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.make_commitment(**form.cleaned_data)
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(
                request, "The commitment is made. Each week has room for a word on it."
            )
            return _to_list(request)
    status = 422 if form.errors else 200
    context = {"form": form, "mission": adopted}
    return render(request, "missions/commitment_add.html", context, status=status)


@members(Role.MANAGER, Role.MEMBER)
@require_POST
def commitment_check(request: OrganisationRequest, commitment: int) -> HttpResponse:
    found = _find(request, commitment)
    if (done := request.POST.get("done")) not in {"yes", "no"}:
        messages.error(request, "Choose “Done” or “Not this week”.")
        return _to_list(request)
    with refusals_told(request, services.MissionsError):
        services.check_in(commitment=found, done=done == "yes", by=request.membership)
    return _to_list(request)


@members(Role.MANAGER)
def commitment_close(request: OrganisationRequest, commitment: int) -> HttpResponse:
    found = _find(request, commitment)
    if request.method == "POST":
        services.end_commitment(commitment=found)
        messages.success(request, "The commitment has ended. What was said of it is kept.")
        return _to_list(request)
    return render(request, "missions/commitment_close.html", {"commitment": found})


@members(Role.MANAGER)
def commitment_give(request: OrganisationRequest, commitment: int) -> HttpResponse:
    """To another owner, or to one where nobody is left."""
    found = _find(request, commitment)
    form = use_forms.GiveForm(
        sent(request), organisation=request.organisation, initial={"owner": found.owner_id}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.give_commitment(commitment=found, owner=form.cleaned_data["owner"])
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "The commitment has its owner.")
            return _to_list(request)
    status = 422 if form.errors else 200
    context = {"commitment": found, "form": form}
    return render(request, "missions/commitment_give.html", context, status=status)


def _find(request: OrganisationRequest, commitment: int) -> Commitment:
    return get_object_or_404(
        Commitment.objects.select_related("organisation", "owner__user"),
        pk=commitment,
        organisation=request.organisation,
    )


def _to_list(request: OrganisationRequest) -> HttpResponse:
    return redirect("missions:commitments", organisation=request.organisation.slug)
