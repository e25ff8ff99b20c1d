"""When the database or the queue cannot be reached: a page that needs neither, and keeps what was
sent."""

import contextlib
from collections.abc import Iterator

import redis
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from feedback.spoken import base_of, speech

# All of them pass by themselves: a server that stops or restarts, is full, or gives up a deadlock.
_OUTAGES = (OperationalError, InterfaceError, redis.ConnectionError, redis.TimeoutError)
_SECONDS = 10
_SPEAK_OUR_LANGUAGES = {"link_holders", "public"}
# What a form sends besides what someone typed.
_NOT_TYPED = {"csrfmiddlewaretoken", "version", "device", "move"}


def is_outage(error: BaseException | None) -> bool:
    """Whether this, or what it came from, says that one of the engines is not there."""
    while error is not None:
        if isinstance(error, _OUTAGES):
            return True
        error = error.__cause__ or error.__context__
    return False


def unavailable(request: HttpRequest) -> HttpResponse:
    """503, and a form that sends again what was sent, with what people typed to be read.

    A password is never given back, and a file cannot be: those forms are opened again.
    """
    _forget_dead_connections()
    words = speech(_language(request)).page
    fields = list(_sent(request))
    again = not request.FILES and not any("password" in name for name, _ in fields)
    context = {
        "language": speech(_language(request)).language,
        "direction": speech(_language(request)).direction,
        "words": words,
        "address": request.get_full_path(),
        "sent": bool(fields),
        "fields": fields if again else [],
        "typed": [
            value for name, value in fields if again and name not in _NOT_TYPED and " " in value
        ],
    }
    response = HttpResponse(render_to_string("503.html", context), status=503)
    response["Retry-After"] = str(_SECONDS)
    add_never_cache_headers(response)
    return response


def _sent(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Each field of the form, as it came."""
    if request.method != "POST":
        return
    with contextlib.suppress(OSError, MultiPartParserError):
        for name, values in request.POST.lists():
            for value in values:
                yield name, str(value)


def _language(request: HttpRequest) -> str:
    """Respondents' pages speak several; which of them the round has chosen nobody can ask now."""
    match = request.resolver_match
    policy = getattr(match.func, "access_policy", "") if match is not None else ""
    if policy not in _SPEAK_OUR_LANGUAGES:
        return "en"
    return base_of(request.GET.get("lang") or translation.get_language_from_request(request))


def _forget_dead_connections() -> None:
    """A database that was started again has left the pool with connections that fail once each:
    one visitor's failure is enough."""
    pool = getattr(connection, "pool", None)
    if pool is not None and not pool.closed:
        with contextlib.suppress(*_OUTAGES):
            pool.check()
