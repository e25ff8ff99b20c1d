"""The organisation's quarters: what counts into each, and closing one for good."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from feedback import services
from feedback.forms.periods import PeriodCloseForm
from feedback.queries.periods import period_lines
from programme.access import OrganisationRequest, members
from programme.models import Period, Role


@members()
@require_safe
def periods(request: OrganisationRequest) -> HttpResponse:
    context = {"lines": period_lines(request.organisation), "is_leader": _is_leader(request)}
    return render(request, "feedback/periods.html", context)


@members(Role.LEADER)
@require_http_methods(["GET", "HEAD", "POST"])
def period_close(request: OrganisationRequest, period: int) -> HttpResponse:
    """What will no longer change, and the code to type."""
    found = get_object_or_404(Period, organisation=request.organisation, pk=period)
    form = PeriodCloseForm(request.POST or None, period=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.close_period(period=found, by=request.membership)
        except services.FeedbackError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{found.code} is closed: its ratings stay as they are.")
            return redirect("feedback:periods", request.organisation.slug)
    line = next(one for one in period_lines(request.organisation) if one.period.pk == found.pk)
    return render(request, "feedback/period_close.html", {"form": form, "line": line})


def _is_leader(request: OrganisationRequest) -> bool:
    return request.membership.role == Role.LEADER
