"""Decisions, each tested against the adopted mission."""

import re

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from missions import forms, queries, services, usage
from missions.models import Decision
from missions.views.pages import a_page, sent
from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.tables import write_csv, write_xlsx

COLUMNS = (
    "decided on",
    "decision",
    "what it changes for the customer",
    "held against the mission",
    "asked before deciding",
    "what came of it",
    "to be looked at again",
    "looked at again",
    "decided by",
    "mission",
)


@members()
def decisions(request: OrganisationRequest) -> HttpResponse:
    chosen, found = _chosen(request)
    everything = usage.register(request.organisation, today=queries.today(request.organisation))
    context = {
        "page": a_page(request, found),
        "adopted": queries.adopted(request.organisation),
        "weighings": usage.open_weighings(request.organisation),
        "share": usage.share_that_asked(everything),
        "years": usage.years(request.organisation),
        "fits": Decision.Fit.choices,
        "review_states": usage.REVIEW_STATES,
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "today": queries.today(request.organisation),
    }
    return render(request, "missions/decisions.html", context)


@members()
def decisions_table(request: OrganisationRequest, kind: str) -> HttpResponse:
    """The register as it is filtered, as a CSV or XLSX file."""
    if kind not in {"csv", "xlsx"}:
        raise Http404
    _, found = _chosen(request)
    rows = [_row(decision) for decision in found]
    if kind == "csv":
        answer = HttpResponse("".join(write_csv(COLUMNS, rows)), content_type="text/csv")
    else:
        answer = HttpResponse(
            write_xlsx(COLUMNS, rows),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    named = content_disposition_header(as_attachment=True, filename=f"decisions.{kind}")
    answer["Content-Disposition"] = named or "attachment"
    return answer


def _chosen(request: OrganisationRequest) -> tuple[dict[str, str], QuerySet[Decision]]:
    """What the register is narrowed to, nonsense left out, and what is then in it."""
    year, fit, reviewed = (request.GET.get(name, "") for name in ("year", "fit", "reviewed"))
    chosen = {
        "year": year if re.fullmatch(r"(19|20|21)\d\d", year, re.ASCII) else "",
        "fit": fit if fit in Decision.Fit.values else "",
        "reviewed": reviewed if reviewed in usage.REVIEW_STATES else "",
    }
    found = usage.register(
        request.organisation,
        today=queries.today(request.organisation),
        year=int(chosen["year"]) if chosen["year"] else None,
        fit=chosen["fit"],
        reviewed=chosen["reviewed"],
    )
    return chosen, found


def _row(decision: Decision) -> list[object]:
    asked = {True: "yes", False: "no", None: ""}[decision.asked_first]
    return [
        decision.decided_on,
        decision.title,
        decision.customer_change,
        decision.get_fit_display(),
        asked,
        decision.outcome,
        decision.review_on,
        decision.reviewed_on,
        decision.decided_by.user if decision.decided_by else "",
        decision.mission.title,
    ]


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
        for name in (
            *("title", "customer_change", "asked_first", "fit", "outcome"),
            *("decided_on", "review_on", "reviewed_on"),
        )
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
