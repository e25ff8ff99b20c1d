"""The map from a spreadsheet: a preview first, then all or nothing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from programme.access import OrganisationRequest, members
from programme.models import Role
from touchpoints import services
from touchpoints.forms import MapUploadForm, signed_rows, unsigned_rows


@members(Role.MANAGER)
def map_import(request: OrganisationRequest) -> HttpResponse:
    if "rows" in request.POST:
        return _bring_in(request)
    form = MapUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        rows = form.cleaned_data["file"]
        check = services.check_map(organisation=request.organisation, rows=rows)
        wrong: dict[int, list[str]] = {}
        for problem in check.problems:
            wrong.setdefault(problem.number, []).append(problem.words)
        context = {
            "check": check,
            "lines": [(row, wrong.get(row.number, [])) for row in rows],
            "wrong_rows": len(wrong),
            "signed": "" if wrong else signed_rows(rows),
            "form": MapUploadForm(),
        }
        return render(request, "touchpoints/map_preview.html", context)
    return render(
        request, "touchpoints/map_import.html", {"form": form}, status=400 if form.errors else 200
    )


def _bring_in(request: OrganisationRequest) -> HttpResponse:
    rows = unsigned_rows(request.POST["rows"])
    if rows is None:
        messages.error(request, "That preview is too old. Nothing came in: send the file again.")
        return redirect("touchpoints:map_import", organisation=request.organisation.slug)
    try:
        done = services.import_map(organisation=request.organisation, rows=rows)
    except services.TouchpointsError as error:
        messages.error(request, str(error))
        return redirect("touchpoints:map_import", organisation=request.organisation.slug)
    touchpoints = "touchpoint" if done.new == 1 else "touchpoints"
    messages.success(request, f"{done.new} new {touchpoints}, {done.known} brought up to date.")
    return redirect("touchpoints:map", organisation=request.organisation.slug)
