"""The map to be printed, with its emotional curve: as a page and as a PDF."""

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from programme.access import OrganisationRequest, members
from programme.models import Period
from programme.printing import PrintError, print_once
from touchpoints.curve import Stop, Strip, strips
from touchpoints.models import Journey, Touchpoint
from touchpoints.queries import Cell, Known, heatmap, known, weak_touchpoints


@dataclass(frozen=True, slots=True)
class Line:
    """A touchpoint with everyone's rating; `cell` is None before anything was rated."""

    touchpoint: Touchpoint
    cell: Cell | None
    weak: bool


@dataclass(frozen=True, slots=True)
class JourneySheet:
    """A journey: its curve in strips, and the same as lines of a table."""

    journey: Journey
    strips: tuple[Strip, ...]
    lines: tuple[Line, ...]


@members()
@require_safe
def map_print(request: OrganisationRequest) -> HttpResponse:
    return render(request, "touchpoints/map_print.html", _context(request))


@members()
@require_safe
def map_pdf(request: OrganisationRequest) -> HttpResponse:
    """The same on paper, across."""
    context = _context(request)
    html = render_to_string("touchpoints/map_sheet.html", context)
    of = request.organisation
    at = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    try:
        pdf = print_once(html, organisation=of, at=at, paper=f"{of.paper} landscape")
    except PrintError as error:
        messages.error(request, str(error))
        return redirect("touchpoints:map_print", organisation=of.slug)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="map.pdf"'
    return response


def _context(request: OrganisationRequest) -> dict[str, object]:
    of = known(request.organisation)
    wanted = request.GET.get("period", "").upper()
    period = next((one for one in of.rated if one.code == wanted), next(iter(of.rated), None))
    return {
        "organisation": request.organisation,
        "sheets": _sheets(of, period),
        "period": period,
        "periods": of.rated,
    }


def _sheets(of: Known, period: Period | None) -> list[JourneySheet]:
    """Every journey with touchpoints, in the map's order."""
    rated: dict[int, Cell] = {}
    if period is not None:
        shown = heatmap(organisation=of, period=period)
        rated = {row.touchpoint.pk: row.total for row in shown.rows()}
    weak = weak_touchpoints(of, period)
    lines: dict[Journey, list[Line]] = {}
    for pk, touchpoint in of.touchpoints.items():
        line = Line(touchpoint, rated.get(pk), pk in weak)
        lines.setdefault(touchpoint.stage.journey, []).append(line)
    return [
        JourneySheet(journey, tuple(strips([_stop(one) for one in found])), tuple(found))
        for journey, found in lines.items()
    ]


def _stop(line: Line) -> Stop:
    at, cell = line.touchpoint, line.cell
    if cell is None:
        return Stop(at.stage.name, at.name, "hidden", "not rated", "", None, None, None)
    return Stop(
        at.stage.name, at.name, cell.label, cell.word, cell.cue, cell.net, cell.low, cell.high
    )
