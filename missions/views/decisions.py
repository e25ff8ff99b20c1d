"""Decisions, each tested against the adopted mission: the register, and a second look."""

import datetime as dt
import re

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from missions import decisions_print, queries, services, usage
from missions import register as registers
from missions.forms import drafting as forms
from missions.forms import use as use_forms
from missions.models import Decision
from missions.views.pages import LOOK_AGAIN_DAYS, a_page, sent
from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.printing import PrintError
from programme.queries import today_at
from programme.tables import write_csv, write_xlsx

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_SEARCH = 200


@members()
def decisions(request: OrganisationRequest) -> HttpResponse:
    narrowed, found = _narrowed(request)
    today = today_at(request.organisation)
    everything = registers.register(request.organisation, today=today)
    context = {
        "page": a_page(request, found),
        "adopted": queries.adopted(request.organisation),
        "weighings": usage.open_weighings(request.organisation),
        "share": registers.share_that_asked(everything),
        "quarters": registers.share_by_quarter(request.organisation),
        "years": registers.years(request.organisation),
        "deciders": registers.deciders(request.organisation),
        "fits": Decision.Fit.choices,
        "review_states": registers.REVIEW_STATES,
        "asked_states": registers.ASKED_STATES,
        "narrowed": narrowed,
        "filtered": narrowed != registers.Narrowed(),
        "today": today,
    }
    return render(request, "missions/decisions.html", context)


@members()
def decisions_table(request: OrganisationRequest, kind: str) -> HttpResponse:
    """The register as it is filtered, as a CSV, XLSX or PDF file."""
    if kind not in {"csv", "xlsx", "pdf"}:
        raise Http404
    narrowed, found = _narrowed(request)
    if kind == "csv":
        table = "".join(write_csv(registers.COLUMNS, registers.rows(found)))
        answer = HttpResponse(table, content_type="text/csv")
    elif kind == "xlsx":
        book = write_xlsx(registers.COLUMNS, registers.rows(found))
        answer = HttpResponse(book, content_type=_XLSX)
    else:
        try:
            pdf = decisions_print.printed(
                organisation=request.organisation,
                decisions=found,
                is_all=narrowed == registers.Narrowed(),
            )
        except PrintError as problem:
            advice = "Narrow the register, for example to a year, or take the XLSX file."
            messages.error(request, f"{problem} {advice}")
            return _to_register(request, request.GET.urlencode())
        answer = HttpResponse(pdf, content_type="application/pdf")
    named = content_disposition_header(as_attachment=kind != "pdf", filename=f"decisions.{kind}")
    answer["Content-Disposition"] = named or "attachment"
    return answer


def _narrowed(request: OrganisationRequest) -> tuple[registers.Narrowed, QuerySet[Decision]]:
    """What the register is narrowed to, nonsense left out, and what is then in it."""
    given = {name: request.GET.get(name, "") for name in ("year", "fit", "reviewed", "asked", "by")}
    narrowed = registers.Narrowed(
        year=_number(given["year"], r"(19|20|21)\d\d"),
        fit=given["fit"] if given["fit"] in Decision.Fit.values else "",
        reviewed=given["reviewed"] if given["reviewed"] in registers.REVIEW_STATES else "",
        asked=given["asked"] if given["asked"] in registers.ASKED_STATES else "",
        by=_number(given["by"], r"[1-9]\d{0,15}"),
        text=request.GET.get("q", "").strip()[:_LONGEST_SEARCH],
    )
    today = today_at(request.organisation)
    return narrowed, registers.register(request.organisation, today=today, narrowed=narrowed)


def _number(text: str, form: str) -> int | None:
    return int(text) if re.fullmatch(form, text, re.ASCII) else None


@members(Role.MANAGER)
def decision_add(request: OrganisationRequest) -> HttpResponse:
    adopted = queries.adopted(request.organisation)
    if adopted is None:
        messages.info(request, "Decisions are tested against an adopted mission: adopt one first.")
        return _to_register(request)
    today = today_at(request.organisation)
    initial = {"decided_on": today, "review_on": today + dt.timedelta(days=LOOK_AGAIN_DAYS)}
    form = forms.DecisionForm(sent(request), initial=initial)
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
    """Put a word right; the mission it was tested against stays."""
    found = _find(request, decision)
    names = ("title", "customer_change", "asked_first", "fit", "outcome", "decided_on", "review_on")
    form = forms.DecisionForm(sent(request), initial={name: getattr(found, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_decision(decision=found, **form.cleaned_data)
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "The decision has been changed.")
            return _to_register(request)
    context = {"form": form, "mission": found.mission, "decision": found}
    status = 422 if form.errors else 200
    return render(request, "missions/decision_form.html", context, status=status)


@members(Role.MANAGER)
def decision_review(request: OrganisationRequest, decision: int) -> HttpResponse:
    """The second look: did it do for the customer what we said?"""
    found = _find(request, decision)
    initial = {"kept": found.kept, "outcome": found.outcome}
    form = use_forms.DecisionReviewForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        today = today_at(request.organisation)
        try:
            services.review_decision(decision=found, reviewed_on=today, **form.cleaned_data)
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "What came of it is in the register.")
            return _to_register(request)
    context = {"form": form, "decision": found}
    status = 422 if form.errors else 200
    return render(request, "missions/decision_review.html", context, status=status)


def _find(request: OrganisationRequest, decision: int) -> Decision:
    return get_object_or_404(
        Decision.objects.select_related("mission", "decided_by__user"),
        pk=decision,
        organisation=request.organisation,
    )


def _to_register(request: OrganisationRequest, query: str = "") -> HttpResponse:
    where = {"organisation": request.organisation.slug}
    return redirect(reverse("missions:decisions", kwargs=where) + (f"?{query}" if query else ""))
