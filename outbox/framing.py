"""An email's HTML as a page of its own, for a frame on ours: nothing runs, nothing is fetched,
nothing is sent, and links open a new tab."""

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseBase
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override

_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "img-src": ["data:"],
    "style-src": [CSP.UNSAFE_INLINE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


def email_frame[**P, R: HttpResponseBase](view: Callable[P, R]) -> Callable[P, R]:
    """For a view that answers with an email's HTML."""
    return xframe_options_sameorigin(csp_override(_CSP)(view))


def framed(html: str) -> HttpResponse:
    return HttpResponse('<base target="_blank">' + html)
