"""Where an email service reports bounces and complaints; without one there is no such page."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import public
from outbox.hooks import tracking_view


@public  # its secret or signature is proof of the service that calls
@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def mail_events(request: HttpRequest) -> HttpResponseBase:
    view = tracking_view()
    if view is None:
        raise Http404
    return view(request)
