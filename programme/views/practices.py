"""Practices: rated with one tap each, shown when the quarter is over and enough have."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.refusals import refusals_told
from programme.access import OrganisationRequest, members
from programme.forms.charter import PracticeForm
from programme.models import Practice, PracticeRating, Role
from programme.queries.practices import standings
from programme.services import (
    ProgrammeError,
    add_practice,
    begin_practices,
    drop_practice,
    rate_practice,
)


@members()
def practices(request: OrganisationRequest) -> HttpResponse:
    return _page(request, PracticeForm())


def _page(request: OrganisationRequest, form: PracticeForm, *, status: int = 200) -> HttpResponse:
    quarter, listed = standings(request.membership)
    context = {
        "quarter": quarter,
        "last": quarter.shift(-1),
        "listed": listed,
        "left": sum(not one.own for one in listed),
        "answers": PracticeRating.Answer.choices,
        "may_rate": request.membership.role != Role.AUDITOR,
        "least": request.organisation.figures_from,
        "form": form,
    }
    return render(request, "programme/practices.html", context, status=status)


@members(Role.MANAGER, Role.MEMBER)
@require_POST
def practice_rate(request: OrganisationRequest, practice: int) -> HttpResponse:
    found = _practice(request, practice)
    with refusals_told(request, ProgrammeError):
        rate_practice(practice=found, by=request.membership, answer=request.POST.get("answer", ""))
    answer = _to_list(request)
    answer["Location"] += f"#practice-{found.pk}"
    return answer


@members(Role.MANAGER)
@require_POST
def practice_add(request: OrganisationRequest) -> HttpResponse:
    """One of their own; or, with nothing there yet, those that we suggest."""
    if request.POST.get("suggested") == "yes":
        begin_practices(organisation=request.organisation)
        return _to_list(request)
    form = PracticeForm(request.POST)
    if form.is_valid():
        try:
            add_practice(organisation=request.organisation, text=form.cleaned_data["text"])
        except ProgrammeError as problem:
            form.add_error("text", str(problem))
        else:
            messages.success(request, "The practice is in the list.")
            return _to_list(request)
    return _page(request, form, status=422)


@members(Role.MANAGER)
@require_POST
def practice_remove(request: OrganisationRequest, practice: int) -> HttpResponse:
    drop_practice(practice=_practice(request, practice))
    messages.success(request, "It is no longer asked about. What was rated is kept.")
    return _to_list(request)


def _practice(request: OrganisationRequest, practice: int) -> Practice:
    found = Practice.objects.select_related("organisation")
    return get_object_or_404(found, pk=practice, organisation=request.organisation)


def _to_list(request: OrganisationRequest) -> HttpResponse:
    return redirect("programme:practices", organisation=request.organisation.slug)
