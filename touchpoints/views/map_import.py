"""The map from a spreadsheet, a preview first, then all or nothing; and into one."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.tables import write_csv, write_xlsx
from touchpoints import services
from touchpoints.forms.map import MapUploadForm, signed_rows, unsigned_rows

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@members()
@require_safe
def map_export(request: OrganisationRequest, kind: str) -> HttpResponse:
    """The map as the import reads it."""
    lines = list(services.map_lines(request.organisation))
    if kind not in _TYPES or not lines:
        raise Http404
    content = (
        write_xlsx(services.COLUMNS, lines)
        if kind == "xlsx"
        else "".join(write_csv(services.COLUMNS, lines))
    )
    response = HttpResponse(content, content_type=_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="map.{kind}"'
    return response


@members(Role.MANAGER)
def map_import(request: OrganisationRequest) -> HttpResponse:
    if "rows" in request.POST:
        return _bring_in(request)
    form = MapUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        rows = form.cleaned_data["file"]
        check = services.check_map(organisation=request.organisation, rows=rows)
        wrong = sum(bool(line.problems) for line in check.lines)
        context = {
            "check": check,
            "wrong_rows": wrong,
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
    messages.success(
        request,
        f"{done.new} new {touchpoints}, {done.changed} brought up to date, {done.same} as before.",
    )
    return redirect("touchpoints:map", organisation=request.organisation.slug)
