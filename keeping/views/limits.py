"""How long things are kept, what goes next, and what went."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from keeping import queries, services
from keeping.erase_forms import LiftForm
from keeping.forms import KeepingForm
from keeping.models import Erasure, ErasureRequest, Keeping
from programme.access import OrganisationRequest, members
from programme.models import Role

NIGHTS = 30


@members(Role.MANAGER, Role.AUDITOR)
def index(request: OrganisationRequest) -> HttpResponse:
    context = {
        "kept": queries.kept(queries.keeping_of(request.organisation)),
        "gone": queries.sweeps(request.organisation, NIGHTS),
        "asked": ErasureRequest.objects.filter(organisation=request.organisation).select_related(
            "person"
        ),
        "erased": Erasure.objects.filter(organisation=request.organisation).select_related(
            "by__user"
        )[:NIGHTS],
        "days": services.WAITS_DAYS,
        "lift": LiftForm(),
        "is_leader": request.membership.role == Role.LEADER,
    }
    return render(request, "keeping/index.html", context)


@members(Role.LEADER)
def limits_edit(request: OrganisationRequest) -> HttpResponse:
    """Shorter limits are saved once it was seen what goes by them tonight."""
    now = queries.keeping_of(request.organisation)
    form = KeepingForm(request.POST if request.method == "POST" else None, keeping=now)
    going: list[queries.Kept] = []
    if request.method == "POST" and form.is_valid():
        before = {one.limit: one.tonight for one in queries.kept(now)}
        wanted = Keeping(organisation=request.organisation, **form.cleaned_data)
        going = [one for one in queries.kept(wanted) if one.tonight > before[one.limit]]
        if not going or request.POST.get("seen") == "yes":
            services.change_keeping(
                organisation=request.organisation, by=request.membership, **form.cleaned_data
            )
            messages.success(request, "How long things are kept is saved.")
            return redirect("keeping:index", organisation=request.organisation.slug)
    context = {"form": form, "going": going}
    status = 422 if form.errors else 200
    return render(request, "keeping/limits_edit.html", context, status=status)
