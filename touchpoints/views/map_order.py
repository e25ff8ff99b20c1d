"""Moving things on the map, and taking them off it and back on."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.refusals import refusals_told
from programme.access import OrganisationRequest, members
from programme.models import Role
from touchpoints import services
from touchpoints.models import HandOff, Journey, Stage, Touchpoint
from touchpoints.queries import archived
from touchpoints.views.map_pages import map_page, to_map

_KINDS: dict[str, type[Journey | Stage | Touchpoint | HandOff]] = {
    "journey": Journey,
    "stage": Stage,
    "touchpoint": Touchpoint,
    "hand-off": HandOff,
}
_PARENTS: dict[str, type[Journey | Stage]] = {"stage": Journey, "touchpoint": Stage}


@members(Role.MANAGER)
@require_POST
def move(request: OrganisationRequest, kind: str, row: int) -> HttpResponse:
    """To the place that was dropped on or that the button names; script asks for JSON."""
    found = _row(request, kind, row)
    if isinstance(found, HandOff):
        raise Http404
    into: Any = None
    if chosen := request.POST.get("into", ""):
        parent = _PARENTS.get(kind)
        if parent is None:
            raise BadRequest("A journey lies on nothing else.")
        into = get_object_or_404(parent, pk=_number(chosen), organisation=request.organisation)
    by_script = request.headers.get("Accept", "").startswith("application/json")
    try:
        changed = services.place(
            row=found,
            at=_number(request.POST.get("at", "")),
            seen=request.POST.get("seen", ""),
            into=into,
            seen_there=request.POST.get("seen_there", ""),
        )
    except services.TouchpointsError as error:
        if by_script:
            return JsonResponse({"words": str(error)}, status=409)
        messages.error(request, str(error))
        return map_page(request, status=409)
    if by_script:
        return JsonResponse({"lists": changed})
    return to_map(request, f"{kind}-{found.pk}")


@members()
@require_safe
def archive_page(request: OrganisationRequest) -> HttpResponse:
    """What was taken off the map."""
    context = {"archived": archived(request.organisation)}
    return render(request, "touchpoints/archive.html", context)


@members(Role.MANAGER)
@require_POST
def row_archive(request: OrganisationRequest, kind: str, row: int) -> HttpResponse:
    found = _row(request, kind, row)
    services.archive(row=found)
    messages.success(
        request, f"“{found}” is off the map. Its ratings are kept, and you can restore it here."
    )
    return redirect("touchpoints:archived", organisation=request.organisation.slug)


@members(Role.MANAGER)
@require_POST
def row_restore(request: OrganisationRequest, kind: str, row: int) -> HttpResponse:
    found = _row(request, kind, row)
    try:
        services.restore(row=found)
    except services.TouchpointsError as error:
        messages.error(request, str(error))
        return redirect("touchpoints:archived", organisation=request.organisation.slug)
    messages.success(request, f"“{found}” is back on the map.")
    if isinstance(found, HandOff):
        return to_map(request, f"touchpoint-{found.touchpoint_id}")
    return to_map(request, f"{kind}-{found.pk}")


@members(Role.MANAGER)
def row_delete(request: OrganisationRequest, kind: str, row: int) -> HttpResponse:
    """Asks first; only for what nothing hangs on."""
    found = _row(request, kind, row)
    if request.method == "POST":
        with refusals_told(request, services.TouchpointsError):
            services.delete(row=found)
            messages.success(request, f"“{found}” is deleted.")
            return to_map(request)
    words = {"journey": "journey", "stage": "stage", "touchpoint": "touchpoint"}
    context = {
        "row": found,
        "kind": kind,
        "word": words.get(kind, "hand-off"),
        "used": services.is_used(found),
        "held": _held(found),
    }
    return render(request, "touchpoints/row_delete.html", context)


def _held(row: Journey | Stage | Touchpoint | HandOff) -> int:
    """How many touchpoints would go with it."""
    if isinstance(row, Journey):
        return Touchpoint.objects.filter(stage__journey=row).count()
    return row.touchpoints.count() if isinstance(row, Stage) else 0


def _row(request: OrganisationRequest, kind: str, pk: int) -> Any:
    if kind not in _KINDS:
        raise Http404
    return get_object_or_404(
        _KINDS[kind].objects.select_related("organisation"),
        pk=pk,
        organisation=request.organisation,
    )


def _number(text: str) -> int:
    try:
        return int(text[:20])
    except ValueError as error:
        raise BadRequest("That is not a place on the map.") from error
