"""What can be printed of the programme beside its report."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from programme.access import OrganisationRequest, members
from programme.models import Period
from programme.printing import PrintError
from reports.fact_sheet import fact_sheet, print_fact_sheet
from reports.heatmap_print import print_heatmap
from touchpoints.models import Touchpoint
from touchpoints.queries import known


@members()
@require_safe
def heatmap_pdf(request: OrganisationRequest) -> HttpResponse:
    """The heatmap alone, of the quarter asked for or of the latest that has ratings."""
    period = _period(request)
    if period is None:
        raise Http404
    try:
        pdf = print_heatmap(request.organisation, period)
    except PrintError as error:
        messages.error(request, str(error))
        return redirect("touchpoints:index", request.organisation.slug)
    return _inline(pdf, f"heatmap-{period.code}")


@members()
@require_safe
def touchpoint_pdf(request: OrganisationRequest, touchpoint: int) -> HttpResponse:
    """A touchpoint on one page."""
    found = get_object_or_404(
        Touchpoint.objects.current().select_related("stage__journey", "team", "owner__user"),
        organisation=request.organisation,
        pk=touchpoint,
    )
    try:
        pdf = print_fact_sheet(fact_sheet(found, _period(request)))
    except PrintError as error:
        messages.error(request, str(error))
        return redirect("touchpoints:touchpoint_edit", request.organisation.slug, found.pk)
    return _inline(pdf, slugify(found.name)[:60] or "touchpoint")


def _period(request: OrganisationRequest) -> Period | None:
    rated = known(request.organisation).rated
    wanted = request.GET.get("period", "").upper()
    return next((one for one in rated if one.code == wanted), next(iter(rated), None))


def _inline(pdf: bytes, name: str) -> HttpResponse:
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
