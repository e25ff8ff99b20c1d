"""The heatmap and the drawer of its cells."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.timezone import localdate
from django_htmx.middleware import HtmxDetails

from programme.access import OrganisationRequest, members
from programme.models import Period
from programme.tables import write_csv, write_xlsx
from touchpoints.models import Touchpoint
from touchpoints.queries import cell_detail, gaps, heatmap, known
from touchpoints.views.asked import NOBODY, Asked
from touchpoints.views.export import HEATMAP_HEADINGS, heatmap_lines
from touchpoints.views.grid import chosen_rows, grid
from touchpoints.words import CUES, WORDS

_LEGEND = [(key, key.replace("_", "-"), CUES[key], WORDS[key]) for key in WORDS]
_SORTS = [
    ("map", "Order of the map"),
    ("priority", "Priority, highest first"),
    ("net", "Net, lowest first"),
    ("change", "Change, greatest first"),
]
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SHOWS = [("customer", "Customers"), ("staff", "Staff"), ("gap", "Gap between them")]


@members()
def index(request: OrganisationRequest) -> HttpResponse:
    of = known(request.organisation)
    if not of.rated:
        mapped = Touchpoint.objects.filter(organisation=request.organisation).current()
        return render(request, "touchpoints/nothing_yet.html", {"touchpoints": mapped.count()})
    asked = Asked.read(request.GET, of.rated)
    shown = heatmap(
        organisation=of,
        period=asked.period,
        compare_with=asked.compare_with,
        voice=asked.voice,
    )
    where = {"organisation": request.organisation.slug}
    context = {
        "asked": asked,
        "grid": grid(organisation=request.organisation, shown=shown, asked=asked),
        "heatmap": shown,
        "exports": [("csv", "CSV"), ("xlsx", "Excel")],
        "index": reverse("touchpoints:index", kwargs=where),
        "legend": _LEGEND,
        "nobody": NOBODY,
        "periods": of.rated,
        "shows": _SHOWS,
        "sorts": _SORTS,
        "query": asked.query(),
        "table_query": asked.viewed("table").query(),
        "list_query": asked.viewed("list").query(),
        "all_query": asked.unfiltered().query(),
        "unknown_period": _unknown(request, asked.period),
    }
    response = render(request, "touchpoints/index.html", context)
    patch_vary_headers(response, ["HX-Request"])
    htmx: HtmxDetails = request.htmx
    if htmx and not htmx.history_restore_request:
        # What the address bar gets is the short link, not each field of the form.
        response["HX-Push-Url"] = f"{context['index']}?{context['query']}"
    return response


@members()
def export(request: OrganisationRequest, kind: str) -> HttpResponse:
    """What the heatmap shows, as a file: one line a cell."""
    of = known(request.organisation)
    if not of.rated or kind not in _TYPES:
        raise Http404
    asked = Asked.read(request.GET, of.rated)
    shown = heatmap(
        organisation=of,
        period=asked.period,
        compare_with=asked.compare_with,
        voice=asked.voice,
    )
    between = gaps(shown) if asked.show == "gap" else {}
    lines = list(heatmap_lines(chosen_rows(shown, asked, between), shown, between))
    content = (
        write_xlsx(HEATMAP_HEADINGS, lines)
        if kind == "xlsx"
        else "".join(write_csv(HEATMAP_HEADINGS, lines))
    )
    response = HttpResponse(content, content_type=_TYPES[kind])
    name = f"touchpoints-{asked.period.code}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _unknown(request: OrganisationRequest, period: Period) -> str:
    """The quarter that was asked for, where it has no ratings."""
    wanted = request.GET.get("period", "").upper()[:20]
    return wanted if wanted and wanted != period.code else ""


@members()
def cell(request: OrganisationRequest, touchpoint: int) -> HttpResponse:
    """One cell opened: a drawer for htmx, else a page of its own."""
    of = known(request.organisation)
    segment = request.GET.get("segment", "all")
    if not of.rated or not (segment == "all" or (segment.isdecimal() and len(segment) < 16)):
        raise Http404
    given = request.GET.copy()
    given["show"] = given.get("voice", "")
    asked = Asked.read(given, of.rated)
    detail = cell_detail(
        of=of,
        touchpoint=touchpoint,
        period=asked.period,
        compare_with=asked.compare_with,
        voice=asked.voice,
        segment_id=None if segment == "all" else int(segment),
    )
    if detail is None:
        raise Http404
    htmx: HtmxDetails = request.htmx
    in_drawer = bool(htmx) and not htmx.history_restore_request
    where = {"organisation": request.organisation.slug}
    context = {
        "asked": asked,
        "touchpoint": detail.touchpoint,
        "segment": detail.segment,
        "in_drawer": in_drawer,
    }
    # What is in it stays the same for this member until something changes, or the day is over.
    asker = {"organisation": request.organisation, "membership": request.membership}
    inside = of.remember(
        (
            "detail",
            touchpoint,
            segment,
            asked,
            in_drawer,
            localdate(),
            *asker.values(),
            *where.values(),
        ),
        lambda: render_to_string(
            "touchpoints/_detail.html", {**context, "detail": detail, "request": asker}
        ),
    )
    response = render(
        request,
        "touchpoints/_drawer.html" if in_drawer else "touchpoints/cell.html",
        {
            **context,
            "inside": inside,
            "back": f"{reverse('touchpoints:index', kwargs=where)}?{asked.query()}",
        },
    )
    patch_vary_headers(response, ["HX-Request"])
    return response
