"""Decisions, each tested against the adopted mission."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from missions import forms, queries, services
from missions.models import Decision
from missions.views.pages import a_page, sent
from programme.access import OrganisationRequest, members
from programme.models import Role


@members()
def decisions(request: OrganisationRequest) -> HttpResponse:
    context = {
        "page": a_page(request, queries.decisions(request.organisation)),
        "adopted": queries.adopted(request.organisation),
    }
    return render(request, "missions/decisions.html", context)


@members(Role.MANAGER)
def decision_add(request: OrganisationRequest) -> HttpResponse:
    adopted = queries.adopted(request.organisation)
    if adopted is None:
        messages.info(request, "Decisions are tested against an adopted mission: adopt one first.")
        return _to_register(request)
    form = forms.DecisionForm(
        sent(request), initial={"decided_on": queries.today(request.organisation)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.record_decision(
                mission=adopted, decided_by=request.membership, **form.cleaned_data
            )
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "The decision is in the register.")
            return _to_register(request)
    context = {"form": form, "mission": adopted, "decision": None}
    status = 422 if form.errors else 200
    return render(request, "missions/decision_form.html", context, status=status)


@members(Role.MANAGER)
def decision_edit(request: OrganisationRequest, decision: int) -> HttpResponse:
    """Say what came of it, or put a word right; the mission it was tested against stays."""
    found = get_object_or_404(
        Decision.objects.select_related("mission"), pk=decision, organisation=request.organisation
    )
    initial = {
        name: getattr(found, name)
        for name in ("title", "customer_change", "fit", "outcome", "decided_on")
    }
    form = forms.DecisionForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        services.change_decision(decision=found, **form.cleaned_data)
        messages.success(request, "The decision has been changed.")
        return _to_register(request)
    context = {"form": form, "mission": found.mission, "decision": found}
    status = 422 if form.errors else 200
    return render(request, "missions/decision_form.html", context, status=status)


def _to_register(request: OrganisationRequest) -> HttpResponse:
    where = {"organisation": request.organisation.slug}
    return redirect(reverse("missions:decisions", kwargs=where))
