"""Loyalty against retention: who would recommend us, beside who stayed."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.refusals import refusals_told
from feedback import services
from feedback.loyalty import Corner, Counted, corners_by_group, corners_of
from feedback.models import LoyaltyCount
from feedback.queries import loyalty as loyalty_queries
from programme.access import OrganisationRequest, members
from programme.models import Period, Role, Segment


@members()
@require_safe
def loyalty(request: OrganisationRequest) -> HttpResponse:
    """The four corners at the end of a quarter, the newest by default; of everyone, or of one
    segment."""
    periods = loyalty_queries.periods_asked(request.organisation)
    wanted = request.GET.get("period", periods[0].code if periods else "")
    period = next((one for one in periods if one.code == wanted), None)
    if wanted and period is None:
        raise Http404
    counted = (
        services.know_loyalty(organisation=request.organisation, period=period) if period else None
    )
    corners = corners_of(Counted(**one) for one in counted.corners) if counted else ()
    by_segment = _by_segment(counted) if counted and corners else {}
    segments = [
        found
        for found in Segment.objects.filter(organisation=request.organisation)
        if found.pk in by_segment
    ]
    segment = _chosen(request)
    if segment is not None:
        corners = by_segment.get(segment.pk, ())
    context = {
        "segments": segments,
        "segment": segment,
        "periods": periods,
        "period": period,
        "counted": counted,
        "total": _total(counted, segment) if counted else 0,
        "corners": corners,
        "anyone_left": loyalty_queries.anyone_left(request.organisation),
    }
    template = "feedback/loyalty.html"
    if request.htmx and counted is None:
        template += "#counting"
    elif request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, template, context)


def _by_segment(counted: LoyaltyCount) -> dict[int, tuple[Corner, ...]]:
    """The corners of each segment that can be shown by itself."""
    rows = []
    for one in counted.by_segment:
        values = dict(one)
        rows.append((values.pop("segment"), Counted(**values)))
    return corners_by_group(rows)


def _chosen(request: OrganisationRequest) -> Segment | None:
    """The segment that the address names; 404 for one that is not there."""
    wanted = request.GET.get("segment", "")
    if not wanted:
        return None
    if not wanted.isascii() or not wanted.isdecimal():
        raise Http404
    return get_object_or_404(Segment, organisation=request.organisation, pk=int(wanted[:18]))


def _total(counted: LoyaltyCount, segment: Segment | None) -> int:
    if segment is None:
        return sum(one["n"] for one in counted.corners)
    return sum(one["n"] for one in counted.by_segment if one["segment"] == segment.pk)


@members(Role.MANAGER)
@require_POST
def loyalty_count(request: OrganisationRequest, period: int) -> HttpResponse:
    """Count a quarter's corners anew."""
    found = get_object_or_404(Period, organisation=request.organisation, pk=period)
    with refusals_told(request, services.FeedbackError):
        services.recount_loyalty(organisation=request.organisation, period=found)
    address = reverse("feedback:loyalty", args=[request.organisation.slug])
    return redirect(f"{address}?period={found.code}")
