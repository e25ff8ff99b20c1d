"""Workshops as managers run them: started, projected, revealed, kept."""

from urllib.parse import urljoin

import segno
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.refusals import refusals_told
from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.tables import write_csv
from touchpoints import services
from touchpoints.forms.workshops import WorkshopForm
from touchpoints.models import Touchpoint, Workshop
from touchpoints.queries.workshops import raters_now, workshop_opinions
from touchpoints.services.workshops import is_over, may_be_kept

_A_PAGE = 25
_FEW = 5
_HEADINGS = (
    *("Journey", "Stage", "Touchpoint", "People", "Misery", "Mediocrity", "Magic"),
    *("Agreement", "In words"),
)


@members()
@require_safe
def workshops(request: OrganisationRequest) -> HttpResponse:
    found = Workshop.objects.filter(organisation=request.organisation)
    found = found.select_related("started_by__user", "period")
    mapped = Touchpoint.objects.filter(organisation=request.organisation).current().exists()
    page = Paginator(found, _A_PAGE).get_page(request.GET.get("page"))
    return render(request, "touchpoints/workshops.html", {"page_obj": page, "mapped": mapped})


@members(Role.MANAGER)
def workshop_add(request: OrganisationRequest) -> HttpResponse:
    form = WorkshopForm(
        request.POST or None,
        organisation=request.organisation,
        initial={"stages": request.GET.getlist("stage")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.start_workshop(
                organisation=request.organisation,
                title=form.cleaned_data["title"],
                touchpoints=form.chosen(),
                by=request.membership,
            )
        except services.TouchpointsError as error:
            form.add_error("stages", str(error))
        else:
            return _to_workshop(request, made)
    return render(request, "touchpoints/workshop_form.html", {"form": form})


@members()
@require_safe
@never_cache
def workshop(request: OrganisationRequest, workshop: int) -> HttpResponse:
    """Projected: the code and a count before the reveal, everything after it."""
    found = _workshop(request, workshop)
    if found.revealed_at is None:
        address = urljoin(settings.BASE_URL, reverse("workshop_rate", args=[found.token]))
        code = segno.make_qr(address, error="m")
        context = {
            "workshop": found,
            "address": address,
            # Drawn from an address alone.
            "code": mark_safe(code.svg_inline(border=3, dark="#000", light="#fff", omitsize=True)),  # noqa: S308
            "over": is_over(found),
            **_count(found),
        }
        return render(request, "touchpoints/workshop.html", context)
    opinions = workshop_opinions(found)
    kept = sum(may_be_kept(counts) for counts in found.results.values())
    context = {
        "workshop": found,
        "opinions": opinions,
        "few": found.rated_by < _FEW,
        "may_keep": kept,
        "left_out": len(opinions) - kept,
    }
    return render(request, "touchpoints/workshop_results.html", context)


@members()
@require_safe
@never_cache
def workshop_count(request: OrganisationRequest, workshop: int) -> HttpResponse:
    """A part of the projected page: how many have finished, and nothing more."""
    found = _workshop(request, workshop)
    context = {"workshop": found, "over": is_over(found), **_count(found)}
    return render(request, "touchpoints/workshop.html#count", context)


@members(Role.MANAGER)
@require_POST
def workshop_reveal(request: OrganisationRequest, workshop: int) -> HttpResponse:
    found = _workshop(request, workshop)
    with refusals_told(request, services.TouchpointsError):
        services.reveal_workshop(workshop=found)
    return _to_workshop(request, found)


@members(Role.MANAGER)
@require_POST
def workshop_keep(request: OrganisationRequest, workshop: int) -> HttpResponse:
    found = _workshop(request, workshop)
    with refusals_told(request, services.TouchpointsError):
        number = services.keep_workshop(workshop=found)
        ending = "" if number == 1 else "s"
        messages.success(
            request,
            f"{number} touchpoint{ending} now have the room’s ratings among the staff’s of "
            f"{found.period.code}.",
        )
    return _to_workshop(request, found)


@members()
@require_safe
def workshop_csv(request: OrganisationRequest, workshop: int) -> HttpResponse:
    found = _workshop(request, workshop)
    if found.revealed_at is None:
        raise Http404
    rows = [
        [
            *(one.touchpoint.stage.journey.name, one.touchpoint.stage.name, one.touchpoint.name),
            *(one.n, one.misery, one.mediocrity, one.magic),
            *(round(one.agreement, 2) if one.n else "", one.words),
        ]
        for one in workshop_opinions(found)
    ]
    response = HttpResponse(
        "".join(write_csv(_HEADINGS, rows)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{found.source}.csv"'
    return response


def _count(found: Workshop) -> dict[str, int]:
    begun, finished = raters_now(found)
    return {"begun": begun, "finished": finished}


def _workshop(request: OrganisationRequest, pk: int) -> Workshop:
    return get_object_or_404(
        Workshop.objects.select_related("period", "organisation"),
        pk=pk,
        organisation=request.organisation,
    )


def _to_workshop(request: OrganisationRequest, found: Workshop) -> HttpResponse:
    return redirect("touchpoints:workshop", request.organisation.slug, found.pk)
