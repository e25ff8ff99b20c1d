from django.db import connection
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


@public
def bare_insert(request: HttpRequest) -> HttpResponse:
    """One row by a POST through the whole middleware: what no answer can be quicker than. The table
    is the bench's own."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (words) VALUES (%s)", [request.POST["text"]])
    return HttpResponse("Kept.")


urlpatterns = [path("bare/", bare), path("bare/insert/", bare_insert), *urls.urlpatterns]
handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500
