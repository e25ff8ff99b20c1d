from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from accounts.access import public
from focusprog import urls

_PAGE = "<!doctype html><title>{{ words }}</title><h1>{{ words }}</h1>"


@public
def bare(request: HttpRequest) -> HttpResponse:
    """A trivial template through the whole middleware: what no page can be quicker than."""
    return HttpResponse(engines["django"].from_string(_PAGE).render({"words": "Bare"}, request))


urlpatterns = [path("bare/", bare), *urls.urlpatterns]
handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500
