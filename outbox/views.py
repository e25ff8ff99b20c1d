"""/mailbox/: what the embedded run's mail sink has kept. Elsewhere there is no such page."""

from pathlib import Path

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from accounts.access import public
from outbox import mailbox as box

_PER_PAGE = 25
# An email's own page: nothing runs, nothing is fetched, nothing is sent; links open a new tab.
_EMAIL_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "img-src": ["data:"],
    "style-src": [CSP.UNSAFE_INLINE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


@public
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The list, newest first; `?address=` narrows it."""
    folder = _folder()
    address = request.GET.get("address", "").strip()[:200]
    names = box.matching(folder, address) if address else box.names(folder)
    page = Paginator(names, _PER_PAGE).get_page(request.GET.get("page"))
    emails = [found for name in page if (found := box.summarise(folder, name))]
    return render(
        request, "outbox/mailbox.html", {"page_obj": page, "emails": emails, "address": address}
    )


@public
@require_safe
def email(request: HttpRequest, name: str) -> HttpResponse:
    """One email as a person would see it."""
    return render(request, "outbox/email.html", {"email": _open(name)})


@public
@require_safe
@xframe_options_sameorigin
@csp_override(_EMAIL_CSP)
def email_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, for the frame on the email's page."""
    opened = _open(name)
    if not opened.html:
        raise Http404
    return HttpResponse('<base target="_blank">' + opened.html)


@public
@require_safe
def email_attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One attachment, always as a download and never as a page of this site."""
    attachments = _open(name).attachments
    if number >= len(attachments):
        raise Http404
    attachment = attachments[number]
    return HttpResponse(
        attachment.content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(True, attachment.filename),
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


def _folder() -> Path:
    if settings.MAILBOX is None:
        raise Http404
    folder: Path = settings.MAILBOX
    return folder


def _open(name: str) -> box.Opened:
    opened = box.open_email(_folder(), name)
    if opened is None:
        raise Http404
    return opened
