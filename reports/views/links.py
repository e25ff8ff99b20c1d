"""A report by its link: a page that says what it is, and the PDF."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import link_holders
from reports import languages, queries, services
from reports.models import BoardReport


@link_holders
@require_safe
@never_cache
def report_link(request: HttpRequest, token: str) -> HttpResponse:
    return _page(request, token)


@link_holders
@require_safe
@never_cache
def report_link_pdf(request: HttpRequest, token: str) -> HttpResponse:
    link = services.link_for(token)
    if link is None or not link.works:
        return _page(request, token)
    services.note_download(link=link)
    found = BoardReport.objects.only("pdf").get(pk=link.report_id)
    answer = HttpResponse(bytes(found.pdf or b""), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{link.report.filename}"'
    return answer


def _page(request: HttpRequest, token: str) -> HttpResponse:
    link = services.link_for(token)
    status = 404 if link is None else 200 if link.works else 410
    language = queries.language_of(link.report_id) if link else "en"
    context = {
        "link": link,
        "token": token,
        "language": language,
        "direction": languages.direction(language),
    }
    zone = ZoneInfo(link.report.organisation.timezone) if link else None
    with timezone.override(zone):
        return render(request, "reports/link.html", context, status=status)
