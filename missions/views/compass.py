"""Weighing options against the mission: put, judged apart, revealed, decided."""

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.refusals import refusals_told
from missions import queries, services, usage
from missions.forms import use as use_forms
from missions.models import Decision, StatementClause, WeighedOption, Weighing
from missions.views.pages import LOOK_AGAIN_DAYS, sent
from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.queries import today_at


@dataclass(frozen=True, slots=True)
class Asked:
    """One option held against one clause: the name of its answer in the form, and the answer."""

    option: WeighedOption
    name: str
    answer: str


@members(Role.MANAGER)
def weighing_add(request: OrganisationRequest) -> HttpResponse:
    adopted = queries.adopted(request.organisation)
    if adopted is None:
        messages.info(request, "Options are weighed against an adopted mission: adopt one first.")
        return redirect("missions:decisions", organisation=request.organisation.slug)
    form = use_forms.WeighingForm(sent(request), initial={"kind": Weighing.Kind.DECISION})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.open_weighing(
                mission=adopted, opened_by=request.membership, **form.cleaned_data
            )
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "It is open. Judge it yourself, and ask colleagues to.")
            return _to(made)
    status = 422 if form.errors else 200
    context = {"form": form, "mission": adopted}
    return render(request, "missions/weighing_add.html", context, status=status)


@members()
def weighing(request: OrganisationRequest, weighing: int) -> HttpResponse:
    return _page(request, _find(request, weighing))


@members(Role.MANAGER, Role.MEMBER)
@require_POST
def weighing_judge(request: OrganisationRequest, weighing: int) -> HttpResponse:
    found = _find(request, weighing)
    given = {
        (option.pk, clause.pk): request.POST.get(_name(option, clause), "")
        for option in found.options.all()
        for clause in found.mission.statement_clauses.all()
    }
    said = {place: answer for place, answer in given.items() if answer in Decision.Fit.values}
    problem = ""
    if len(said) < len(given):
        left = len(given) - len(said)
        problem = f"{left} {'is' if left == 1 else 'are'} still open. What you chose is kept below."
    else:
        try:
            services.judge(weighing=found, membership=request.membership, answers=said)
        except services.MissionsError as error:
            problem = str(error)
        else:
            messages.success(request, "Your judgement is kept. Nobody sees it before the reveal.")
            return _to(found)
    return _page(request, found, said=said, problem=problem)


@members(Role.MANAGER)
@require_POST
def weighing_invite(request: OrganisationRequest, weighing: int) -> HttpResponse:
    found = _find(request, weighing)
    form = use_forms.JudgesForm(request.POST, organisation=request.organisation)
    if not form.is_valid():
        messages.error(request, str(form.errors["colleagues"][0]))
        return _to(found)
    with refusals_told(request, services.MissionsError):
        asked = services.invite_judges(
            weighing=found,
            colleagues=list(form.cleaned_data["colleagues"]),
            invited_by=request.membership,
        )
        people = "1 colleague has" if asked == 1 else f"{asked} colleagues have"
        messages.success(request, f"{people} been asked by email.")
    return _to(found)


@members(Role.MANAGER)
@require_POST
def weighing_reveal(request: OrganisationRequest, weighing: int) -> HttpResponse:
    found = _find(request, weighing)
    with refusals_told(request, services.MissionsError):
        services.reveal(weighing=found)
    return _to(found)


@members(Role.MANAGER)
@require_POST
def weighing_settle(request: OrganisationRequest, weighing: int) -> HttpResponse:
    found = _find(request, weighing)
    form = use_forms.SettleForm(request.POST, weighing=found)
    if form.is_valid():
        try:
            services.settle(weighing=found, decided_by=request.membership, **form.cleaned_data)
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "The decision is in the register.")
            return redirect("missions:decisions", organisation=request.organisation.slug)
    return _page(request, found, form=form)


def _find(request: OrganisationRequest, weighing: int) -> Weighing:
    return get_object_or_404(
        Weighing.objects.select_related("mission", "decision", "opened_by__user"),
        pk=weighing,
        organisation=request.organisation,
    )


def _page(
    request: OrganisationRequest,
    weighing: Weighing,
    *,
    said: dict[tuple[int, int], str] | None = None,
    problem: str = "",
    form: use_forms.SettleForm | None = None,
) -> HttpResponse:
    """Before the reveal one's own judgement and how many have judged, after it everyone's."""
    may_judge = request.membership.role != Role.AUDITOR and not weighing.revealed_at
    own = usage.judgement_of(weighing=weighing, membership=request.membership)
    answers = own if said is None else said
    can_settle = weighing.revealed_at and not weighing.decision_id and request.membership.can_edit
    if can_settle and form is None:
        today = today_at(request.organisation)
        initial = {"decided_on": today, "review_on": today + dt.timedelta(days=LOOK_AGAIN_DAYS)}
        form = use_forms.SettleForm(weighing=weighing, initial=initial)
    options = list(weighing.options.all())
    judges = usage.judges(weighing)
    missing = 0 if weighing.revealed_at else max(usage.judges_needed(weighing) - judges, 0)
    judged = usage.judged(weighing) if weighing.revealed_at else []
    may_invite = request.membership.can_edit and not weighing.revealed_at
    everyone = usage.invited(weighing) if may_invite else []
    colleagues = [one for one in everyone if one.membership != request.membership]
    context = {
        "weighing": weighing,
        "options": options,
        "judges": judges,
        "judges_missing": missing,
        "own": own,
        "problem": problem,
        "answers": Decision.Fit.choices,
        "may_invite": may_invite,
        "asked": [
            (
                clause,
                [
                    Asked(option, _name(option, clause), answers.get((option.pk, clause.pk), ""))
                    for option in options
                ],
            )
            for clause in (weighing.mission.statement_clauses.all() if may_judge else ())
        ],
        "judged": judged,
        "divided": [one for one in judged if one.divided],
        "colleagues": colleagues,
        "all_asked": all(one.is_asked for one in colleagues),
        "form": form if can_settle else None,
    }
    wrong = problem or (form is not None and form.errors)
    return render(request, "missions/weighing.html", context, status=422 if wrong else 200)


def _name(option: WeighedOption, clause: StatementClause) -> str:
    return f"judge-{option.pk}-{clause.pk}"


def _to(weighing: Weighing) -> HttpResponse:
    place = {"organisation": weighing.organisation.slug, "weighing": weighing.pk}
    return redirect(reverse("missions:weighing", kwargs=place))
