"""The real addresses, and some that always go wrong."""

from collections.abc import Callable

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from focusprog import errors, urls


def _fails(problem: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise problem

    return view


def _too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=429)


urlpatterns = [
    path("400/", _fails(BadRequest("on purpose"))),
    path("403/", _fails(PermissionDenied("on purpose"))),
    path("403/csrf/", errors.csrf_failure),
    path("429/", _too_many),
    path("500/", _fails(RuntimeError("on purpose"))),
    path("503/", _fails(OperationalError("on purpose"))),
    *urls.urlpatterns,
]
handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500
