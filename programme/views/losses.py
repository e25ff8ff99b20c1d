"""Customers lost: the list with its totals, and one recorded by hand."""

from collections.abc import Iterable, Iterator

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from programme.access import OrganisationRequest, members
from programme.forms.losses import LossForm
from programme.models import Loss, Role
from programme.queries import loss_totals, today_at
from programme.queries import losses as losses_of
from programme.services import record_loss, remove_loss
from programme.tables import write_csv, write_xlsx

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_HEADINGS = ("Customer", "Segment", "Lost on", "Why", "What happened", "Worth a year")


@members()
@require_safe
def losses(request: OrganisationRequest) -> HttpResponse:
    """Every loss, newest first, and what they add up to; names only for those who act."""
    found = losses_of(request.organisation)
    context = {
        "page_obj": Paginator(found, 25).get_page(request.GET.get("page")),
        "totals": loss_totals(request.organisation),
    }
    return render(request, "programme/losses.html", context)


@members()
@require_safe
def losses_export(request: OrganisationRequest, kind: str) -> HttpResponse:
    """All of them as a file; names only for those who act."""
    rows = list(_rows(losses_of(request.organisation), names=request.membership.can_edit))
    content = write_xlsx(_HEADINGS, rows) if kind == "xlsx" else "".join(write_csv(_HEADINGS, rows))
    response = HttpResponse(content, content_type=_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="losses.{kind}"'
    return response


def _rows(found: Iterable[Loss], *, names: bool) -> Iterator[list[object]]:
    for loss in found:
        yield [
            loss.called if names else "A customer",
            loss.segment.name if loss.segment is not None else "",
            f"{loss.lost_on:%Y-%m-%d}",
            loss.get_reason_display(),
            loss.story,
            float(loss.worth) if loss.worth is not None else "",
        ]


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def loss_add(request: OrganisationRequest) -> HttpResponse:
    """Record a loss by hand."""
    today = today_at(request.organisation)
    form = LossForm(request.organisation, data=request.POST or None, initial={"lost_on": today})
    if request.method == "POST" and form.is_valid():
        record_loss(organisation=request.organisation, by=request.membership, **form.cleaned_data)
        messages.success(request, "The loss is recorded.")
        return redirect("programme:losses", request.organisation.slug)
    return render(request, "programme/loss_add.html", {"form": form})


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def loss_remove(request: OrganisationRequest, loss: int) -> HttpResponse:
    """Take back a loss that was recorded by mistake; asked first."""
    found = get_object_or_404(
        Loss.objects.select_related("customer"), organisation=request.organisation, pk=loss
    )
    if request.method == "POST":
        remove_loss(loss=found)
        messages.success(request, "The loss is taken back.")
        return redirect("programme:losses", request.organisation.slug)
    return render(request, "programme/loss_remove.html", {"loss": found})
