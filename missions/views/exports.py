"""A mission's tables as CSV and XLSX, and its book as a PDF."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from missions import book as books
from missions import exports, queries, services
from missions.models import Mission
from missions.views.pages import find_mission, to
from programme.access import OrganisationRequest, members
from programme.printing import PrintError
from programme.tables import write_csv, write_xlsx

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@members()
def mission_table(
    request: OrganisationRequest, mission: int, sheet: str, kind: str
) -> HttpResponse:
    """One of the mission's tables, for those who see it on the pages."""
    found = find_mission(request, mission)
    if sheet not in exports.SHEETS or kind not in {"csv", "xlsx"}:
        raise Http404
    if not queries.may_see_words(mission=found, membership=request.membership):
        return _not_yet(request, found)
    _bring_in(found)
    table = exports.SHEETS[sheet](found)
    if kind == "csv":
        content: str | bytes = "".join(write_csv(table.headings, table.rows))
        return _file(content, "text/csv", f"mission-{table.name}.csv")
    return _file(write_xlsx(table.headings, list(table.rows)), _XLSX, f"mission-{table.name}.xlsx")


@members()
def book(request: OrganisationRequest, mission: int) -> HttpResponse:
    """How the mission came about, whole, to print and to keep."""
    found = find_mission(request, mission)
    if not queries.may_see_words(mission=found, membership=request.membership):
        return _not_yet(request, found)
    _bring_in(found)
    try:
        pdf = books.book(mission=found)
    except PrintError as problem:
        context = {"mission": found, "problem": str(problem)}
        return render(request, "missions/poster_failed.html", context, status=503)
    return _file(
        pdf, "application/pdf", f"mission-book-{request.organisation.slug}.pdf", attached=False
    )


def _bring_in(mission: Mission) -> None:
    services.gather_contributions(mission=mission)
    services.gather_suggestions(mission=mission)
    services.settle_consent(mission=mission)


def _not_yet(request: OrganisationRequest, mission: Mission) -> HttpResponse:
    messages.info(request, "Write your own words first: then you can take others’ with you.")
    return to("words", mission)


def _file(content: str | bytes, kind: str, name: str, *, attached: bool = True) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=attached, filename=name) or "attachment"
    )
    return answer
