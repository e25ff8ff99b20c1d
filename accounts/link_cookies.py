"""Signed cookies for those who come by a link and have no account."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse


def give_cookie(
    response: HttpResponse,
    name: str,
    value: Any,
    *,
    salt: str,
    path: str,
    seconds: int | None = None,
) -> None:
    """Give this browser a signed value that only the page at `path` receives, for so many seconds
    or until the browser closes."""
    response.set_cookie(
        name,
        signing.dumps(value, salt=salt),
        max_age=seconds,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def cookie_value(request: HttpRequest, name: str, *, salt: str, seconds: int | None = None) -> Any:
    """What this browser was given, at most so many seconds ago; None where nothing was, or not by
    us."""
    try:
        return signing.loads(request.COOKIES.get(name, ""), salt=salt, max_age=seconds)
    except signing.BadSignature:
        return None
