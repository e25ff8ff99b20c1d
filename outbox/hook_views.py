"""Where an email service calls; without one there are no such pages."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import public
from outbox.hooks import HookView, inbound_view, tracking_view

# Email services bring at most 25 to 40 MB, a third more as they write it.
_LARGEST = 50 * 1024 * 1024


@public  # its secret or signature is proof of the service that calls
@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def mail_events(request: HttpRequest) -> HttpResponseBase:
    """Reports of bounces and complaints."""
    return _handed_on(request, tracking_view())


@public  # see above
@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def mail_in(request: HttpRequest) -> HttpResponseBase:
    """Emails that came in."""
    if request.content_type != "multipart/form-data":
        if int(request.META.get("CONTENT_LENGTH") or 0) > _LARGEST:
            return HttpResponse(status=413)
        # An email with a picture is larger than what a page takes, and would be lost.
        request._body = request.read()
    return _handed_on(request, inbound_view())


def _handed_on(request: HttpRequest, view: HookView | None) -> HttpResponseBase:
    if view is None:
        raise Http404
    return view(request)
