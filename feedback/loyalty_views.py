"""Loyalty against retention: who would recommend us, beside who stayed."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.refusals import refusals_told
from feedback import loyalty_queries, services
from feedback.loyalty import Counted, corners_of
from programme.access import OrganisationRequest, members
from programme.models import Period, Role


@members()
@require_safe
def loyalty(request: OrganisationRequest) -> HttpResponse:
    """The four corners at the end of a quarter; the newest by default."""
    periods = loyalty_queries.periods_asked(request.organisation)
    wanted = request.GET.get("period", periods[0].code if periods else "")
    period = next((one for one in periods if one.code == wanted), None)
    if wanted and period is None:
        raise Http404
    counted = (
        services.know_loyalty(organisation=request.organisation, period=period) if period else None
    )
    corners = corners_of(Counted(**one) for one in counted.corners) if counted else ()
    context = {
        "periods": periods,
        "period": period,
        "counted": counted,
        "total": sum(one["n"] for one in counted.corners) if counted else 0,
        "corners": corners,
        "anyone_left": loyalty_queries.anyone_left(request.organisation),
    }
    template = "feedback/loyalty.html"
    if request.htmx and counted is None:
        template += "#counting"
    elif request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, template, context)


@members(Role.MANAGER)
@require_POST
def loyalty_count(request: OrganisationRequest, period: int) -> HttpResponse:
    """Count a quarter's corners anew."""
    found = get_object_or_404(Period, organisation=request.organisation, pk=period)
    with refusals_told(request, services.FeedbackError):
        services.recount_loyalty(organisation=request.organisation, period=found)
    address = reverse("feedback:loyalty", args=[request.organisation.slug])
    return redirect(f"{address}?period={found.code}")
